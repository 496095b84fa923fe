//! Transport: files.
