//! Carries, bounds, retries, settles, drains.
