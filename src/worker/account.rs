//! The account: each delivery received ends in exactly one outcome.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde::Serialize;

use crate::telemetry::labels::Outcome;
use crate::telemetry::record;
use crate::transport::Delivery;

/// Counts of this process; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Account {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    received: AtomicU64,
    ended: [AtomicU64; Outcome::ALL.len()],
}

/// The account at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Balance {
    pub received: u64,
    pub created: u64,
    pub updated: u64,
    pub duplicate: u64,
    pub skipped: u64,
    pub retried: u64,
    pub parked: u64,
    pub returned: u64,
}

/// One delivery on the account. Dropped without an outcome, it counts as returned.
#[derive(Debug)]
pub struct Entry {
    account: Account,
    since: Instant,
    open: bool,
}

impl Account {
    pub fn received(&self, delivery: &Delivery) -> Entry {
        let queued = delivery.sent_at.and_then(|sent| sent.elapsed().ok());
        record::received(delivery.seen > 0, delivery.envelope.payload.len(), queued);
        self.counts.received.fetch_add(1, Ordering::Relaxed);
        Entry { account: self.clone(), since: delivery.received_at, open: true }
    }

    pub fn balance(&self) -> Balance {
        let ended = |outcome| self.counts.ended[index(outcome)].load(Ordering::Relaxed);
        Balance {
            received: self.counts.received.load(Ordering::Relaxed),
            created: ended(Outcome::Created),
            updated: ended(Outcome::Updated),
            duplicate: ended(Outcome::Duplicate),
            skipped: ended(Outcome::Skipped),
            retried: ended(Outcome::Retried),
            parked: ended(Outcome::Parked),
            returned: ended(Outcome::Returned),
        }
    }
}

impl Balance {
    pub fn ended(&self) -> u64 {
        self.created
            + self.updated
            + self.duplicate
            + self.skipped
            + self.retried
            + self.parked
            + self.returned
    }

    pub fn in_flight(&self) -> u64 {
        self.received.saturating_sub(self.ended())
    }
}

impl Entry {
    pub fn ended(mut self, outcome: Outcome) {
        self.count(outcome);
    }

    fn count(&mut self, outcome: Outcome) {
        self.open = false;
        self.account.counts.ended[index(outcome)].fetch_add(1, Ordering::Relaxed);
        record::settled(outcome, self.since.elapsed());
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.open {
            self.count(Outcome::Returned);
        }
    }
}

fn index(outcome: Outcome) -> usize {
    Outcome::ALL.iter().position(|o| *o == outcome).expect("every outcome stands in its list")
}
