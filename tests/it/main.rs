//! Integration tests, in one binary.

/// Page kinds: labelled pages, languages held out.
mod kinds;
