//! Integration tests, in one binary.

/// The command line: exit codes, messages.
mod cli;
/// Shipped pages and their golden events.
mod golden;
/// Page kinds: labelled pages, languages held out.
mod kinds;
/// Which room may know which.
mod rooms;
