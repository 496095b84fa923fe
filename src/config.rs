//! Every setting: type, default, reason, check.
