//! What sites have taught: snapshots kept at hand, lessons written back with compare-and-set.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use tokio::sync::Mutex;

use crate::model::{Observations, SiteKnowledge};
use crate::store::sites::SiteMemory;
use crate::store::{AnyStore, Store, StoreError, now};
use crate::telemetry::labels::Forgotten;
use crate::telemetry::record;

/// Sites kept at hand; beyond that all are dropped and read again.
const MAX_SITES: usize = 4096;
/// How old a snapshot may be when other replicas teach too.
const FRESH: Duration = Duration::from_secs(2);
/// A site that knows this many stories writes its lessons back in lots.
const YOUNG: u32 = 64;
const LOT: usize = 8;
/// Tries against other replicas that write the same site.
const TRIES: usize = 8;

#[derive(Debug, Default)]
pub struct Sites {
    at_hand: Mutex<FxHashMap<String, Arc<Mutex<Site>>>>,
}

#[derive(Debug)]
struct Site {
    memory: SiteMemory,
    /// Of the stored memory that ours stands on; 0 where nothing is stored.
    revision: u64,
    read_at: Option<Instant>,
    snapshot: Option<Arc<SiteKnowledge>>,
    /// Learned here, not yet written.
    unwritten: Vec<Observations>,
}

impl Sites {
    pub async fn knowledge(&self, store: &AnyStore, site: &str) -> Result<Arc<SiteKnowledge>, StoreError> {
        let site = self.get(site).await;
        let mut site = site.lock().await;
        site.refresh(store, false).await?;
        Ok(site.snapshot())
    }

    /// Learns from the first page of an article.
    pub async fn learn(&self, store: &AnyStore, seen: &Observations) -> Result<(), StoreError> {
        let Some(name) = seen.site.as_deref() else { return Ok(()) };
        let site = self.get(name).await;
        let mut site = site.lock().await;
        site.refresh(store, false).await?;
        let crowded_out = site.memory.learn(seen, now().as_secs());
        record::forgotten(Forgotten::Line, crowded_out as u64);
        site.snapshot = None;
        site.unwritten.push(seen.clone());
        if site.memory.stories() <= YOUNG || site.unwritten.len() >= LOT {
            site.write(store).await?;
        }
        Ok(())
    }

    async fn get(&self, name: &str) -> Arc<Mutex<Site>> {
        let mut at_hand = self.at_hand.lock().await;
        if at_hand.len() >= MAX_SITES && !at_hand.contains_key(name) {
            at_hand.clear();
        }
        Arc::clone(at_hand.entry(name.to_owned()).or_insert_with(|| Arc::new(Mutex::new(Site::new(name)))))
    }
}

impl Site {
    fn new(name: &str) -> Self {
        Self {
            memory: SiteMemory::new(name),
            revision: 0,
            read_at: None,
            snapshot: None,
            unwritten: Vec::new(),
        }
    }

    /// Reads what is stored unless that was done a moment ago.
    async fn refresh(&mut self, store: &AnyStore, force: bool) -> Result<(), StoreError> {
        let fresh = self.read_at.is_some_and(|at| !store.is_shared() || at.elapsed() < FRESH);
        if fresh && !force {
            return Ok(());
        }
        let stored = store.site(self.memory.site()).await?;
        self.read_at = Some(Instant::now());
        let revision = stored.as_ref().map_or(0, |s| s.revision);
        if revision == self.revision {
            return Ok(());
        }
        let corrupt = |_| StoreError::Corrupt { what: format!("memory of site {}", self.memory.site()) };
        self.memory = match stored {
            Some(stored) => SiteMemory::decode(&stored.bytes).map_err(corrupt)?,
            None => SiteMemory::new(self.memory.site()),
        };
        for seen in &self.unwritten {
            self.memory.learn(seen, now().as_secs());
        }
        self.revision = revision;
        self.snapshot = None;
        Ok(())
    }

    /// Writes the lessons back; where another replica was first, on top of its own.
    async fn write(&mut self, store: &AnyStore) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let bytes = self.memory.encode();
            if store.put_site(self.memory.site(), self.revision, &bytes).await? {
                self.revision += 1;
                self.unwritten.clear();
                return Ok(());
            }
            self.refresh(store, true).await?;
        }
        // The lessons stay here and go with the next lot; only so many are held.
        let surplus = self.unwritten.len().saturating_sub(LOT * TRIES);
        self.unwritten.drain(..surplus);
        Ok(())
    }

    fn snapshot(&mut self) -> Arc<SiteKnowledge> {
        Arc::clone(self.snapshot.get_or_insert_with(|| Arc::new(self.memory.snapshot())))
    }
}
