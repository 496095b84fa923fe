//! Message → raw page.
