//! What the service remembers.
