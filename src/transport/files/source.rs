//! The files as a source: messages are read ahead on a thread of their own, lent in order, and lent again
//! where one comes back unsettled.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Entry, Inputs};
use crate::model::Envelope;
use crate::transport::{Delivery, How, Settle, Source, WayBack};

pub struct FileSource {
    entries: mpsc::Receiver<Entry>,
    lending: Arc<Lending>,
    settle_to: mpsc::UnboundedSender<Settle>,
    noting: JoinHandle<()>,
    tags: u64,
    ended: bool,
    progress: Progress,
}

/// What is lent, and what came back unsettled. Never more than whoever takes from the source has at hand.
#[derive(Default)]
struct Lending {
    state: Mutex<(BTreeMap<u64, Envelope>, VecDeque<Envelope>)>,
    changed: Notify,
}

/// Bytes of the inputs that have been read so far.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Lending {
    fn state(&self) -> MutexGuard<'_, (BTreeMap<u64, Envelope>, VecDeque<Envelope>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, settle: Settle) {
        let mut state = self.state();
        if let Some(envelope) = state.0.remove(&settle.tag) {
            match settle.how {
                // Whoever settled and did not wait for the answer has lost nothing.
                How::Done(reply) => drop(reply.send(())),
                How::Dropped => state.1.push_back(envelope),
            }
        }
        drop(state);
        self.changed.notify_one();
    }
}

impl FileSource {
    /// Reads at most `ahead` messages ahead. To be called within a runtime.
    pub fn new(inputs: Inputs, message_bytes: usize, ahead: usize) -> Self {
        let (found, entries) = mpsc::channel(ahead.max(1));
        tokio::task::spawn_blocking(move || {
            for entry in inputs.entries(message_bytes) {
                if found.blocking_send(entry).is_err() {
                    return;
                }
            }
        });
        let lending = Arc::new(Lending::default());
        let (settle_to, mut settles) = mpsc::unbounded_channel();
        let noter = Arc::clone(&lending);
        let noting = tokio::spawn(async move {
            while let Some(settle) = settles.recv().await {
                noter.note(settle);
            }
        });
        Self { entries, lending, settle_to, noting, tags: 0, ended: false, progress: Progress::default() }
    }

    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    fn lend(&mut self, envelope: Envelope, seen: u32) -> Delivery {
        self.tags += 1;
        self.lending.state().0.insert(self.tags, envelope.clone());
        let back = WayBack::new(self.tags, self.settle_to.clone(), CancellationToken::new());
        let mut delivery = Delivery::new(envelope, back);
        delivery.seen = seen;
        delivery
    }
}

impl Source for FileSource {
    async fn next(&mut self) -> Option<Delivery> {
        loop {
            let again = self.lending.state().1.pop_front();
            if let Some(envelope) = again {
                return Some(self.lend(envelope, 1));
            }
            if self.ended && self.lending.state().0.is_empty() {
                return None;
            }
            tokio::select! {
                () = self.lending.changed.notified() => {}
                entry = self.entries.recv(), if !self.ended => match entry {
                    None => self.ended = true,
                    Some(Entry { name, read_to, envelope }) => {
                        self.progress.0.fetch_max(read_to, Ordering::Relaxed);
                        let mut envelope = match envelope {
                            Ok(envelope) => envelope,
                            Err(flaw) => Envelope { flaw: Some(flaw), ..Envelope::default() },
                        };
                        envelope.origin = Some(name);
                        return Some(self.lend(envelope, 0));
                    }
                },
            }
        }
    }

    async fn stop(&mut self) {
        self.entries.close();
        self.ended = true;
    }

    async fn close(self) {
        self.noting.abort();
    }
}
