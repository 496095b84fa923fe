//! Carries, bounds, retries, settles, drains: the loop that takes deliveries while there is room for
//! them, and the drain that ends it.

/// The account: each delivery received ends in exactly one outcome.
pub mod account;
/// One delivery from receipt to settlement.
mod page;
/// One page from envelope to event: the same for every command.
pub mod pipeline;
/// The threads that pages are read on, under a deadline.
pub mod pool;
/// Waiting out what is shared; trying again what fails for one page.
pub mod retry;
/// What becomes of a page: one pure match.
pub mod settle;
/// The request to stop.
pub mod shutdown;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

pub use account::{Account, Balance};
use page::Settler;
pub use pipeline::{Outcome, Parked, Pipeline, Ready};
pub use pool::{CpuPool, PoolSettings};
use retry::Gate;
pub use retry::Patience;
pub use shutdown::Shutdown;

use crate::telemetry::labels::Task;
use crate::telemetry::{Health, record};
use crate::transport::{Delivery, Sink, Source};

#[derive(Debug, Clone)]
pub struct Settings {
    /// Pages worked on at the same time, most of them waiting for the store or a confirm.
    pub concurrency: usize,
    /// Bytes of the messages worked on at the same time; one alone may be larger.
    pub in_flight_bytes: usize,
    /// Retries of one page before it is parked.
    pub attempts: u32,
    /// Deliveries seen from which on a page is worked on alone.
    pub isolate_after: u32,
    /// How long a drain may take.
    pub drain_grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 64,
            in_flight_bytes: 256 << 20,
            attempts: 4,
            isolate_after: 3,
            drain_grace: Duration::from_secs(25),
        }
    }
}

/// Takes from a source, puts into a sink, settles.
pub struct Worker<K> {
    settings: Settings,
    settler: Arc<Settler<K>>,
    health: Arc<Health>,
}

/// For pages that are past the store when it fails for good.
const SPENT_GRACE: Duration = Duration::from_secs(2);

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// As asked, or because the source has no more.
    Drained,
    /// The time for the drain ran out; what was in flight will be delivered again.
    Overrun,
    /// Too many threads were given up: the process should be started anew.
    WornOut,
    /// The store failed for good: the process should be started anew.
    Spent,
    /// The second request to stop.
    AtOnce,
}

impl<K: Sink> Worker<K> {
    pub fn new(
        settings: Settings,
        pipeline: Arc<Pipeline>,
        pool: CpuPool,
        sink: K,
        gate: Arc<Gate>,
        health: Arc<Health>,
    ) -> Self {
        record::concurrency_limit(settings.concurrency);
        let attempts = settings.attempts;
        let account = Account::default();
        let settler = Arc::new(Settler { pipeline, pool, sink, gate, account, attempts });
        Self { settings, settler, health }
    }

    pub fn account(&self) -> Account {
        self.settler.account.clone()
    }

    /// Works until the source ends or `shutdown` is requested, then drains.
    pub async fn run<S: Source>(self, mut source: S, shutdown: &Shutdown) -> Ended {
        let mut pages = JoinSet::new();
        let mut ended = tokio::select! {
            () = self.take(&mut source, &mut pages) => Ended::Drained,
            () = shutdown.requested() => Ended::Drained,
            () = self.settler.pool.worn_out().cancelled() => Ended::WornOut,
            () = self.settler.gate.spent().cancelled() => Ended::Spent,
        };
        self.health.set_draining();
        source.stop().await;
        // What is at hand waits for what will not come back.
        let grace = if ended == Ended::Spent { SPENT_GRACE } else { self.settings.drain_grace };
        let finished = async {
            while let Some(page) = pages.join_next().await {
                note(page);
            }
        };
        tokio::select! {
            () = self.ticking() => {}
            () = finished => {}
            () = shutdown.requested_at_once() => ended = Ended::AtOnce,
            () = tokio::time::sleep(grace) => {
                if ended == Ended::Drained {
                    ended = Ended::Overrun;
                }
            }
        }
        let left = pages.len();
        if left > 0 {
            tracing::warn!(
                pages = left,
                "the drain ended before these were settled; they will be delivered again"
            );
        }
        pages.shutdown().await;
        if ended != Ended::AtOnce {
            tokio::select! {
                () = source.close() => {}
                () = shutdown.requested_at_once() => ended = Ended::AtOnce,
            }
        }
        ended
    }

    /// Takes deliveries while there is room, until the source ends.
    async fn take<S: Source>(&self, source: &mut S, pages: &mut JoinSet<()>) {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut over = false;
        let bytes = Arc::new(AtomicUsize::new(0));
        let mut alone: Option<Delivery> = None;
        let mut lonely = false;
        loop {
            if let Some(delivery) = alone.take_if(|_| pages.is_empty()) {
                lonely = true;
                self.start(pages, delivery, &bytes);
            }
            lonely &= !pages.is_empty();
            let room = pages.len() < self.settings.concurrency
                && (bytes.load(Ordering::Relaxed) < self.settings.in_flight_bytes || pages.is_empty());
            let open = self.settler.gate.is_open();
            if over && pages.is_empty() && alone.is_none() {
                return;
            }
            tokio::select! {
                _ = tick.tick() => self.health.tick(),
                Some(page) = pages.join_next() => note(page),
                () = self.settler.gate.opened(), if !open => {}
                delivery = source.next(), if open && room && !over && !lonely && alone.is_none() => {
                    match delivery {
                        Some(delivery) if delivery.seen >= self.settings.isolate_after => alone = Some(delivery),
                        Some(delivery) => self.start(pages, delivery, &bytes),
                        None => over = true,
                    }
                }
            }
        }
    }

    fn start(&self, pages: &mut JoinSet<()>, delivery: Delivery, in_flight: &Arc<AtomicUsize>) {
        let bytes = InFlight::add(in_flight, delivery.envelope.payload.len());
        let settler = Arc::clone(&self.settler);
        pages.spawn(async move {
            settler.settle(delivery).await;
            drop(bytes);
        });
    }

    async fn ticking(&self) {
        loop {
            self.health.tick();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

fn note(page: Result<(), tokio::task::JoinError>) {
    if let Err(error) = page
        && error.is_panic()
    {
        record::panicked(Task::Session);
        tracing::error!(%error, "a task of the worker panicked; its message will be delivered again");
    }
}

/// Bytes that a page holds until it is done, however it ends.
struct InFlight(Arc<AtomicUsize>, usize);

impl InFlight {
    fn add(sum: &Arc<AtomicUsize>, bytes: usize) -> Self {
        sum.fetch_add(bytes, Ordering::Relaxed);
        Self(Arc::clone(sum), bytes)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::Relaxed);
    }
}
