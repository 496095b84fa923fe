//! Acknowledging: `multiple` over the contiguous prefix of what is settled; what waits behind a slower
//! page for more than a moment, singly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lapin::Channel;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::fault::Fault;
use super::intake::Turn;
use crate::transport::{How, Settle};

/// How long a settled delivery waits for those before it.
const MOMENT: Duration = Duration::from_millis(100);
/// How long settlements are gathered before they are acknowledged together.
const GATHER: Duration = Duration::from_millis(4);
/// Settlements that are acknowledged without waiting for more.
const ENOUGH: usize = 64;

/// Which delivery tags of one channel are settled. Tags count from 1.
#[derive(Debug, Default)]
pub struct Ledger {
    /// All tags up to this one are acknowledged.
    prefix: u64,
    /// Settled and not yet acknowledged.
    settled: BTreeMap<u64, Instant>,
    /// Acknowledged beyond the prefix.
    singly: BTreeSet<u64>,
}

/// One `basic.ack` to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    pub tag: u64,
    pub multiple: bool,
}

impl Ledger {
    pub fn settle(&mut self, tag: u64, now: Instant) {
        self.settled.insert(tag, now);
    }

    /// The tag has left the channel in another way.
    pub fn gone(&mut self, tag: u64) {
        self.singly.insert(tag);
        self.advance();
    }

    /// What is to be acknowledged now. `all` does not wait for slower pages.
    pub fn due(&mut self, now: Instant, all: bool) -> Vec<Ack> {
        let mut acks = Vec::new();
        if let Some(tag) = self.advance() {
            acks.push(Ack { tag, multiple: true });
        }
        let late = |since: &Instant| all || now.duration_since(*since) >= MOMENT;
        let late: Vec<u64> =
            self.settled.iter().filter(|(_, since)| late(since)).map(|(tag, _)| *tag).collect();
        for tag in late {
            self.settled.remove(&tag);
            self.singly.insert(tag);
            acks.push(Ack { tag, multiple: false });
        }
        acks
    }

    /// When the oldest that waits behind a slower page has waited long enough.
    fn next_due(&self) -> Option<Instant> {
        self.settled.values().min().map(|since| *since + MOMENT)
    }

    /// Moves the prefix on; the last tag on the way that is still to be acknowledged, if any.
    fn advance(&mut self) -> Option<u64> {
        let mut last = None;
        loop {
            let next = self.prefix + 1;
            if self.settled.remove(&next).is_some() {
                last = Some(next);
            } else if !self.singly.remove(&next) {
                return last;
            }
            self.prefix = next;
        }
    }
}

/// Acknowledges what comes through `settles` until the session is `lost` or `closing`, and nothing while another has
/// the `turn`.
pub async fn run(
    channel: Channel,
    mut settles: mpsc::UnboundedReceiver<Settle>,
    done: watch::Sender<u64>,
    turn: Arc<Mutex<Turn>>,
    stopping: CancellationToken,
    closing: CancellationToken,
) -> Result<(), Fault> {
    let mut ledger = Ledger::default();
    let mut replies: BTreeMap<u64, oneshot::Sender<()>> = BTreeMap::new();
    let mut flush_at: Option<Instant> = None;
    loop {
        let mut closed = false;
        let wake =
            flush_at.or(ledger.next_due()).unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
        let mut taken = Vec::new();
        tokio::select! {
            count = settles.recv_many(&mut taken, ENOUGH) => closed = count == 0,
            () = tokio::time::sleep_until(wake.into()) => {}
            () = closing.cancelled() => {
                closed = true;
                while let Ok(settle) = settles.try_recv() {
                    taken.push(settle);
                }
            }
        }
        let mut turn = turn.lock().await;
        let now = Instant::now();
        for Settle { tag, how } in taken {
            match how {
                How::Done(reply) => {
                    ledger.settle(tag, now);
                    replies.insert(tag, reply);
                    flush_at.get_or_insert(now + GATHER);
                }
                // while stopping, what is not settled goes back when the channel closes
                How::Dropped if stopping.is_cancelled() => {}
                How::Dropped => {
                    channel.basic_nack(tag, BasicNackOptions { multiple: false, requeue: true }).await?;
                    ledger.gone(tag);
                    turn.settled(tag);
                    done.send_modify(|n| *n += 1);
                }
            }
        }
        if closed || replies.len() >= ENOUGH || flush_at.is_none_or(|at| at <= now) {
            flush_at = None;
            for Ack { tag, multiple } in ledger.due(now, closed) {
                channel.basic_ack(tag, BasicAckOptions { multiple }).await?;
                if multiple {
                    let later = replies.split_off(&(tag + 1));
                    answer(std::mem::replace(&mut replies, later), &mut turn, &done);
                } else if let Some(reply) = replies.remove(&tag) {
                    answer(BTreeMap::from([(tag, reply)]), &mut turn, &done);
                }
            }
        }
        if closed {
            return Ok(());
        }
    }
}

fn answer(replies: BTreeMap<u64, oneshot::Sender<()>>, turn: &mut Turn, done: &watch::Sender<u64>) {
    let count = replies.len() as u64;
    for (tag, reply) in replies {
        turn.settled(tag);
        // a worker that was stopped no longer waits for the answer
        let _ = reply.send(());
    }
    done.send_modify(|n| *n += count);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multiple(tag: u64) -> Ack {
        Ack { tag, multiple: true }
    }

    fn single(tag: u64) -> Ack {
        Ack { tag, multiple: false }
    }

    #[test]
    fn the_contiguous_prefix_is_acknowledged_at_once_and_stragglers_after_a_moment() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        let later = start + MOMENT;
        for tag in [1, 2, 3, 5, 6] {
            ledger.settle(tag, start);
        }
        assert_eq!(ledger.due(start, false), [multiple(3)]);
        assert_eq!(ledger.due(start, false), [], "5 and 6 wait for 4");
        assert_eq!(ledger.due(later, false), [single(5), single(6)]);
        ledger.settle(4, later);
        ledger.settle(7, later);
        assert_eq!(ledger.due(later, false), [multiple(7)], "over what was acknowledged singly");
    }

    #[test]
    fn a_prefix_that_ends_in_singles_is_acknowledged_at_its_last_unacknowledged_tag() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        ledger.settle(2, start);
        assert_eq!(ledger.due(start, true), [single(2)]);
        ledger.settle(1, start);
        assert_eq!(ledger.due(start, false), [multiple(1)], "2 is no longer the broker's to acknowledge");
        ledger.gone(3);
        assert_eq!(ledger.due(start, false), []);
        ledger.settle(4, start);
        assert_eq!(ledger.due(start, false), [multiple(4)]);
    }

    #[test]
    fn every_tag_is_acknowledged_exactly_once_in_any_order() {
        let start = Instant::now();
        for step in [1u64, 3, 7, 11, 13] {
            let mut ledger = Ledger::default();
            let mut open: BTreeSet<u64> = (1..=100).collect();
            for n in 0..100u64 {
                let tag = (n * step) % 101 % 100 + 1;
                if !open.contains(&tag) {
                    continue;
                }
                ledger.settle(tag, start);
                for Ack { tag, multiple } in ledger.due(start, n % 5 == 0) {
                    assert!(open.remove(&tag), "{tag} was acknowledged twice (step {step})");
                    if multiple {
                        open.retain(|t| *t > tag);
                    }
                }
            }
        }
    }
}
