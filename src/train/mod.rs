//! Rebuilds the shipped models from data; scores them.
