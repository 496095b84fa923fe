//! What the service remembers.

/// What one site has taught: lines it prints under different stories.
pub mod sites;
