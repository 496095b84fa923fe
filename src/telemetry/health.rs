//! What the worker says about itself, and what `/livez` and `/readyz` make of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use metrics::gauge;

use super::labels::{Label, Role};
use super::names;

/// How old the worker's last tick may be before it counts as hung.
pub const TICK_LIMIT: Duration = Duration::from_secs(30);
/// How long the broker may block publishing before the worker is no longer ready.
pub const BLOCKED_LIMIT: Duration = Duration::from_secs(30);

/// Shared between the worker, which sets it, and the health server, which reads it.
#[derive(Debug)]
pub struct Health {
    start: Instant,
    tick_limit: Duration,
    blocked_limit: Duration,
    consumer: AtomicBool,
    publisher: AtomicBool,
    store: AtomicBool,
    draining: AtomicBool,
    paused: AtomicBool,
    /// Milliseconds since `start` of the block, plus one; 0 while not blocked.
    blocked_since: AtomicU64,
    /// Milliseconds since `start`.
    ticked: AtomicU64,
}

/// Why `/readyz` answers 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReady {
    Draining,
    ConsumerDisconnected,
    PublisherDisconnected,
    BrokerBlocked,
    StoreUnreachable,
    Paused,
}

impl NotReady {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::ConsumerDisconnected => "consumer_disconnected",
            Self::PublisherDisconnected => "publisher_disconnected",
            Self::BrokerBlocked => "broker_blocked",
            Self::StoreUnreachable => "store_unreachable",
            Self::Paused => "paused",
        }
    }
}

impl Health {
    /// Nothing connected, the store not yet reached, just ticked.
    pub fn new() -> Arc<Self> {
        Self::with_limits(TICK_LIMIT, BLOCKED_LIMIT)
    }

    pub fn with_limits(tick_limit: Duration, blocked_limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            tick_limit,
            blocked_limit,
            consumer: AtomicBool::new(false),
            publisher: AtomicBool::new(false),
            store: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            paused: AtomicBool::new(false),
            blocked_since: AtomicU64::new(0),
            ticked: AtomicU64::new(0),
        })
    }

    /// The worker's event loop is alive: to be called every second or so, whatever the broker does.
    pub fn tick(&self) {
        self.ticked.store(self.now(), Ordering::Relaxed);
    }

    /// Ticks while something is waited for that takes its time, a broker that is away, say.
    pub async fn ticking<F: Future>(&self, work: F) -> F::Output {
        let mut work = std::pin::pin!(work);
        let mut every = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = every.tick() => self.tick(),
            }
        }
    }

    pub fn set_connected(&self, role: Role, connected: bool) {
        match role {
            Role::Consumer => &self.consumer,
            Role::Publisher => &self.publisher,
        }
        .store(connected, Ordering::Relaxed);
        self.publish();
    }

    pub fn set_blocked(&self, blocked: bool) {
        let since = if blocked { self.now() + 1 } else { 0 };
        if blocked {
            // keep the first moment of a block that is reported again
            let _ = self.blocked_since.compare_exchange(0, since, Ordering::Relaxed, Ordering::Relaxed);
        } else {
            self.blocked_since.store(0, Ordering::Relaxed);
        }
        self.publish();
    }

    pub fn set_store_reachable(&self, reachable: bool) {
        self.store.store(reachable, Ordering::Relaxed);
        self.publish();
    }

    /// The worker holds what it has until the store or the broker is back.
    pub fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
        self.publish();
    }

    /// The request to stop has come; there is no way back.
    pub fn set_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.publish();
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub fn is_live(&self) -> bool {
        self.tick_age() < self.tick_limit
    }

    /// Time since the last tick.
    pub fn tick_age(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.ticked.load(Ordering::Relaxed)))
    }

    /// Everything that keeps the worker from being ready; empty when it is.
    pub fn not_ready(&self) -> Vec<NotReady> {
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        [
            (is(&self.draining), NotReady::Draining),
            (!is(&self.consumer), NotReady::ConsumerDisconnected),
            (!is(&self.publisher), NotReady::PublisherDisconnected),
            (self.blocked_for() > self.blocked_limit, NotReady::BrokerBlocked),
            (!is(&self.store), NotReady::StoreUnreachable),
            (is(&self.paused), NotReady::Paused),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    }

    /// Sets the gauges that mirror this state. `/metrics` calls it too, since readiness also changes with time.
    pub fn publish(&self) {
        let number = |on: bool| f64::from(u8::from(on));
        let is = |flag: &AtomicBool| number(flag.load(Ordering::Relaxed));
        gauge!(names::BROKER_CONNECTED, Role::KEY => Role::Consumer.word()).set(is(&self.consumer));
        gauge!(names::BROKER_CONNECTED, Role::KEY => Role::Publisher.word()).set(is(&self.publisher));
        gauge!(names::BROKER_BLOCKED).set(number(self.blocked_since.load(Ordering::Relaxed) > 0));
        gauge!(names::STORE_REACHABLE).set(is(&self.store));
        gauge!(names::DRAINING).set(is(&self.draining));
        gauge!(names::PAUSED).set(is(&self.paused));
        gauge!(names::READY).set(number(self.not_ready().is_empty()));
    }

    fn blocked_for(&self) -> Duration {
        match self.blocked_since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis(self.now().saturating_sub(since - 1)),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Arc<Health> {
        let health = Health::with_limits(Duration::from_millis(50), Duration::ZERO);
        health.set_connected(Role::Consumer, true);
        health.set_connected(Role::Publisher, true);
        health.set_store_reachable(true);
        health
    }

    #[test]
    fn each_condition_alone_makes_it_unready() {
        assert_eq!(ready().not_ready(), []);
        type Change = fn(&Health);
        let cases: [(Change, NotReady); 6] = [
            (|h| h.set_draining(), NotReady::Draining),
            (|h| h.set_connected(Role::Consumer, false), NotReady::ConsumerDisconnected),
            (|h| h.set_connected(Role::Publisher, false), NotReady::PublisherDisconnected),
            (
                |h| {
                    h.set_blocked(true);
                    std::thread::sleep(Duration::from_millis(5));
                },
                NotReady::BrokerBlocked,
            ),
            (|h| h.set_store_reachable(false), NotReady::StoreUnreachable),
            (|h| h.set_paused(true), NotReady::Paused),
        ];
        for (change, reason) in cases {
            let health = ready();
            change(&health);
            assert_eq!(health.not_ready(), [reason]);
        }
    }

    #[tokio::test]
    async fn it_ticks_while_it_waits() {
        let health = Health::with_limits(Duration::from_secs(2), Duration::ZERO);
        health.ticking(tokio::time::sleep(Duration::from_millis(1100))).await;
        assert!(health.tick_age() < Duration::from_millis(600), "{:?}", health.tick_age());
    }

    #[test]
    fn a_block_ends() {
        let health = ready();
        health.set_blocked(true);
        health.set_blocked(false);
        assert_eq!(health.not_ready(), []);
    }

    #[test]
    fn it_is_live_while_it_ticks_whatever_the_broker_does() {
        let health = Health::with_limits(Duration::from_millis(50), Duration::ZERO);
        assert!(health.is_live(), "no broker yet");
        std::thread::sleep(Duration::from_millis(60));
        assert!(!health.is_live());
        health.tick();
        assert!(health.is_live());
    }
}
