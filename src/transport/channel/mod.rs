//! Transport: channel.
