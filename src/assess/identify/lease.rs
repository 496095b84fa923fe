//! Claims that this process holds: kept alive by renewal while their pages are on the way, let lapse
//! when they are dropped.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use rustc_hash::FxHashSet;
use tokio::sync::Notify;

use crate::store::{AnyStore, Store, Token};

#[derive(Debug, Default)]
struct Tokens {
    held: FxHashSet<Token>,
    /// Dropped without keep or release, and whether the event may have been published.
    dropped: Vec<(Token, bool)>,
}

/// The claims of one identifier.
#[derive(Debug)]
pub struct Leases {
    tokens: Mutex<Tokens>,
    /// Rung when a claim ends.
    ended: Notify,
    pub lease: Duration,
}

impl Leases {
    /// Starts renewing: ends when the last holder of the leases is gone.
    pub fn start(store: &Arc<AnyStore>, lease: Duration) -> Arc<Self> {
        let leases = Arc::new(Self { tokens: Mutex::default(), ended: Notify::new(), lease });
        tokio::spawn(renew(Arc::downgrade(&leases), Arc::downgrade(store)));
        leases
    }

    pub fn hold(self: &Arc<Self>, token: Token) -> Held {
        self.with(|t| t.held.insert(token));
        Held { leases: Arc::clone(self), token, settled: false, published: false }
    }

    /// Waits till none of these claims is held here any more; says whether any was. Who waits for others' too need
    /// not ask for them meanwhile: those here wait for them as well.
    pub async fn ended(&self, claims: &[Token]) -> bool {
        let mut waited = false;
        loop {
            let ended = self.ended.notified();
            if !self.with(|t| claims.iter().any(|token| t.held.contains(token))) {
                return waited;
            }
            waited = true;
            ended.await;
        }
    }

    fn end(&self, token: Token) {
        self.with(|t| t.held.remove(&token));
        self.ended.notify_waiters();
    }

    fn with<T>(&self, act: impl FnOnce(&mut Tokens) -> T) -> T {
        act(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One claim of ours. Dropped unsettled it lapses, or is released if nothing can have been published.
#[derive(Debug)]
pub struct Held {
    leases: Arc<Leases>,
    pub token: Token,
    settled: bool,
    published: bool,
}

impl Held {
    /// From here on the event may be on its way.
    pub fn may_be_published(&mut self) {
        self.published = true;
    }

    /// Kept or released: nothing is left to renew.
    pub fn settle(&mut self) {
        self.settled = true;
        self.leases.end(self.token);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.settled {
            let (token, published) = (self.token, self.published);
            self.leases.with(|t| t.dropped.push((token, published)));
            self.leases.end(token);
        }
    }
}

async fn renew(leases: Weak<Leases>, store: Weak<AnyStore>) {
    loop {
        let (Some(strong), Some(store)) = (leases.upgrade(), store.upgrade()) else { return };
        let tick = (strong.lease / 4).min(Duration::from_secs(1)).max(Duration::from_millis(5));
        let (held, dropped) =
            strong.with(|t| (t.held.iter().copied().collect::<Vec<_>>(), std::mem::take(&mut t.dropped)));
        let lease = strong.lease;
        drop(strong);
        // What fails here lapses by itself; the store's outage is told where a page meets it.
        let mut failed = None;
        for (token, published) in dropped {
            let done = if published { store.lapse(token).await } else { store.release(token).await };
            failed = done.err().or(failed);
        }
        if !held.is_empty() {
            failed = store.renew(&held, lease).await.err().or(failed);
        }
        if let Some(error) = failed {
            tracing::debug!(%error, claims = held.len(), "leases were not renewed");
        }
        drop(store);
        tokio::time::sleep(tick).await;
    }
}
