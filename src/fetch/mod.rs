//! Claim checks: bodies that lie elsewhere.
