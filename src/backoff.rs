//! The only file that names the `backoff` crate.
