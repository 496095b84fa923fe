//! Retrying in place: what is shared and out of reach is waited out behind one gate, without counting
//! an attempt; what fails for one page alone is tried again for a few seconds.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::model::Failure;
use crate::telemetry::Health;

/// Asks whether what is shared answers again.
pub type Probe = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>> + Send + Sync>;

/// Shut while something that every page needs is out of reach: no page is taken, those at hand wait.
/// One task asks whether the store is back, however many pages wait for it.
pub struct Gate {
    state: watch::Sender<State>,
    /// What is shared has failed for good.
    spent: CancellationToken,
    waits: Mutex<Backoff>,
    probe: Probe,
    health: Arc<Health>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    store_out: bool,
    /// Pages that the sink has refused and that wait to be put again.
    refused: usize,
}

impl State {
    fn open(self) -> bool {
        !self.store_out && self.refused == 0
    }
}

/// A page that waits for the sink; the gate is shut while there is one.
pub struct Refused<'a>(&'a Gate);

impl Gate {
    pub fn new(probe: Probe, health: Arc<Health>) -> Arc<Self> {
        Arc::new(Self {
            state: watch::Sender::new(State::default()),
            spent: CancellationToken::new(),
            waits: Mutex::new(Backoff::new(Duration::from_millis(200), Duration::from_secs(15))),
            probe,
            health,
        })
    }

    pub fn is_open(&self) -> bool {
        self.state.borrow().open()
    }

    /// Cancelled once waiting does not help any more: the worker ends, and a new process takes over.
    pub fn spent(&self) -> &CancellationToken {
        &self.spent
    }

    /// Waits until the gate is open.
    pub async fn opened(&self) {
        // the sender lives in `self`: waiting cannot fail
        let _ = self.state.subscribe().wait_for(|state| state.open()).await;
    }

    /// Shuts the gate because of `failure` and waits until the store answers again.
    pub async fn wait_out(self: &Arc<Self>, failure: &Failure) {
        let first = self.change(|state| !std::mem::replace(&mut state.store_out, true));
        if matches!(failure, Failure::Shared { for_good: true, .. }) {
            if !self.spent.is_cancelled() {
                tracing::error!(error = %failure, "the worker ends: only a new process can go on");
            }
            self.spent.cancel();
            self.health.set_store_reachable(false);
        } else if first {
            tracing::warn!(error = %failure, "paused: pages wait until what they share is back");
            self.health.set_store_reachable(false);
            tokio::spawn(Arc::clone(self).ask_until_back());
        }
        let _ = self.state.subscribe().wait_for(|state| !state.store_out).await;
    }

    /// Shuts the gate until the returned guard is dropped.
    pub fn refused(&self, failure: &Failure) -> Refused<'_> {
        self.change(|state| {
            if state.refused == 0 {
                tracing::warn!(error = %failure, "paused: pages wait until the sink takes them");
            }
            state.refused += 1;
            true
        });
        Refused(self)
    }

    /// To be called when the store has served a page: the next failure is met with short waits.
    pub fn served(&self) {
        self.waits().reset();
    }

    async fn ask_until_back(self: Arc<Self>) {
        loop {
            let wait = self.waits().next_wait();
            tokio::time::sleep(wait).await;
            if self.spent.is_cancelled() {
                return;
            }
            if (self.probe)().await.is_ok() {
                break;
            }
        }
        tracing::info!("the store answers again");
        self.health.set_store_reachable(true);
        self.change(|state| std::mem::replace(&mut state.store_out, false));
    }

    fn change(&self, change: impl FnOnce(&mut State) -> bool) -> bool {
        let changed = self.state.send_if_modified(change);
        self.health.set_paused(!self.is_open());
        changed
    }

    fn waits(&self) -> std::sync::MutexGuard<'_, Backoff> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Refused<'_> {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.refused -= 1;
            true
        });
    }
}

/// What to do about a shared failure.
#[derive(Clone)]
pub enum Patience {
    /// Report it: a command run by a person.
    None,
    /// Wait it out behind the gate, unless the page is lost meanwhile: the service.
    Gate(Arc<Gate>, CancellationToken),
}

impl Patience {
    /// Tries until it works or fails in a way that waiting does not mend.
    pub async fn insist<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let Self::Gate(gate, lost) = self else { return attempt().await };
        loop {
            match attempt().await {
                Ok(value) => {
                    gate.served();
                    return Ok(value);
                }
                Err(failure @ Failure::Shared { .. }) => tokio::select! {
                    () = gate.wait_out(&failure) => {}
                    () = lost.cancelled() => return Err(failure),
                },
                Err(failure) => return Err(failure),
            }
        }
    }
}

/// Tries a few times within seconds what fails for one page alone.
pub async fn briefly<T, F>(tries: u32, mut attempt: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(2));
    for _ in 1..tries {
        match attempt().await {
            Err(Failure::OfPage { .. }) => backoff.wait().await,
            result => return result,
        }
    }
    attempt().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn down() -> Failure {
        Failure::shared("the store", "connection refused")
    }

    #[tokio::test(start_paused = true)]
    async fn a_shared_failure_is_waited_out_by_one_prober() {
        let (asked, tried) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&asked);
        let probe: Probe = Box::new(move || {
            let n = counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { if n < 5 { Err(down()) } else { Ok(()) } })
        });
        let health = Health::new();
        let gate = Gate::new(probe, Arc::clone(&health));
        let pages = (0..20).map(|_| {
            let (gate, asked, tried) = (Arc::clone(&gate), Arc::clone(&asked), Arc::clone(&tried));
            tokio::spawn(async move {
                Patience::Gate(gate, CancellationToken::new())
                    .insist(|| {
                        tried.fetch_add(1, Ordering::SeqCst);
                        let back = asked.load(Ordering::SeqCst) > 5;
                        async move { if back { Ok(()) } else { Err(down()) } }
                    })
                    .await
            })
        });
        for page in pages.collect::<Vec<_>>() {
            page.await.unwrap().unwrap();
        }
        assert_eq!(asked.load(Ordering::SeqCst), 6, "one prober");
        assert_eq!(tried.load(Ordering::SeqCst), 40, "each page: once in vain, once served");
        assert!(gate.is_open());
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_for_good_ends_the_worker_and_is_not_asked_again() {
        let probe: Probe = Box::new(|| panic!("asked"));
        let gate = Gate::new(probe, Health::new());
        let page = Patience::Gate(Arc::clone(&gate), CancellationToken::new());
        let waiting = tokio::spawn(async move {
            page.insist(|| async { Err::<(), _>(Failure::for_good("the store", "previous I/O error")) }).await
        });
        gate.spent().cancelled().await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(!gate.is_open() && !waiting.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_gate_a_shared_failure_is_reported() {
        let result = Patience::None.insist(|| async { Err::<(), _>(down()) }).await;
        assert!(matches!(result, Err(Failure::Shared { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_of_one_page_is_tried_a_few_times() {
        let tried = AtomicU32::new(0);
        let result = briefly(3, || {
            let n = tried.fetch_add(1, Ordering::SeqCst);
            async move { if n < 2 { Err(Failure::of_page("its host", "time-out")) } else { Ok(n) } }
        })
        .await;
        assert_eq!(result.unwrap(), 2);
        let result = briefly(3, || async { Err::<(), _>(Failure::of_page("its host", "time-out")) }).await;
        assert!(matches!(result, Err(Failure::OfPage { .. })));
    }
}
