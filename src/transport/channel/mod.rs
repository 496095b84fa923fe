//! Source and sink in memory, for tests: whoever holds the handle feeds messages, sees what was put and
//! settled, and makes the sink refuse or the session end on cue.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Confirmed, Delivery, How, Outgoing, Settle, Sink, Source, WayBack};
use crate::model::{Envelope, Failure};

/// Feeds the source and watches the sink.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

pub struct ChannelSource {
    shared: Arc<Shared>,
    noting: JoinHandle<()>,
}

#[derive(Clone)]
pub struct ChannelSink {
    shared: Arc<Shared>,
}

/// What a sink does with the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    Confirm,
    /// Refuses it and does not keep it.
    Refuse,
    /// Keeps it, and loses the confirm on the way.
    LoseConfirm,
}

/// One message as the channel holds it.
#[derive(Debug, Clone, Default)]
pub struct Message {
    pub envelope: Envelope,
    pub attempt: u32,
    pub seen: u32,
}

struct Shared {
    state: Mutex<State>,
    changed: Notify,
    settle_to: mpsc::UnboundedSender<Settle>,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Message>,
    lent: BTreeMap<u64, Message>,
    tags: u64,
    put: Vec<Outgoing>,
    settled: u64,
    cues: VecDeque<Cue>,
    /// What the sink does when no cue is left.
    otherwise: Option<Cue>,
    fed: bool,
    stopped: bool,
    session: CancellationToken,
}

/// A source and a sink, and the handle on both. To be called within a runtime.
pub fn channel() -> (Handle, ChannelSource, ChannelSink) {
    let (settle_to, mut settles) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared { state: Mutex::default(), changed: Notify::new(), settle_to });
    let noter = Arc::clone(&shared);
    let noting = tokio::spawn(async move {
        while let Some(settle) = settles.recv().await {
            noter.note(settle);
        }
    });
    let source = ChannelSource { shared: Arc::clone(&shared), noting };
    (Handle { shared: Arc::clone(&shared) }, source, ChannelSink { shared })
}

impl Handle {
    pub fn feed(&self, message: Message) {
        self.change(|state| state.ready.push_back(message));
    }

    /// No more messages follow: the source ends when all are settled.
    pub fn end(&self) {
        self.change(|state| state.fed = true);
    }

    /// What the sink does with the messages that come next, one each.
    pub fn cue(&self, cues: impl IntoIterator<Item = Cue>) {
        self.change(|state| state.cues.extend(cues));
    }

    /// What the sink does when no single cue is left.
    pub fn from_now_on(&self, cue: Cue) {
        self.change(|state| state.otherwise = Some(cue));
    }

    /// Ends the session: all that is lent comes back and is delivered again, each counted once more.
    pub fn lose_session(&self) {
        self.change(|state| {
            state.session.cancel();
            state.session = CancellationToken::new();
            for (_, mut message) in std::mem::take(&mut state.lent).into_iter().rev() {
                message.seen += 1;
                state.ready.push_front(message);
            }
        });
    }

    /// What was put so far, in order.
    pub fn put(&self) -> Vec<Outgoing> {
        self.shared.lock().put.clone()
    }

    pub fn settled(&self) -> u64 {
        self.shared.lock().settled
    }

    /// Messages waiting or lent.
    pub fn remaining(&self) -> usize {
        let state = self.shared.lock();
        state.ready.len() + state.lent.len()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.lock());
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, settle: Settle) {
        let mut state = self.lock();
        // a tag of a session that was lost means nothing any more
        if let Some(mut message) = state.lent.remove(&settle.tag) {
            match settle.how {
                How::Done(reply) => {
                    state.settled += 1;
                    let _ = reply.send(());
                }
                How::Dropped => {
                    message.seen += 1;
                    state.ready.push_back(message);
                }
            }
        }
        drop(state);
        self.changed.notify_one();
    }
}

impl ChannelSource {
    fn lend(&self) -> Option<Delivery> {
        let mut state = self.shared.lock();
        if state.stopped {
            return None;
        }
        let message = state.ready.pop_front()?;
        state.tags += 1;
        let tag = state.tags;
        let back = WayBack::new(tag, self.shared.settle_to.clone(), state.session.clone());
        let mut delivery = Delivery::new(message.envelope.clone(), back);
        (delivery.attempt, delivery.seen) = (message.attempt, message.seen);
        state.lent.insert(tag, message);
        Some(delivery)
    }

    fn is_over(&self) -> bool {
        let state = self.shared.lock();
        state.stopped || (state.fed && state.ready.is_empty() && state.lent.is_empty())
    }
}

impl Source for ChannelSource {
    async fn next(&mut self) -> Option<Delivery> {
        loop {
            if let Some(delivery) = self.lend() {
                return Some(delivery);
            }
            if self.is_over() {
                return None;
            }
            self.shared.changed.notified().await;
        }
    }

    async fn stop(&mut self) {
        self.shared.lock().stopped = true;
    }

    async fn close(self) {
        self.noting.abort();
    }
}

impl Sink for ChannelSink {
    async fn put(&self, outgoing: &Outgoing) -> Result<Confirmed, Failure> {
        tokio::task::yield_now().await;
        let mut state = self.shared.lock();
        let cue = state.cues.pop_front().or(state.otherwise).unwrap_or(Cue::Confirm);
        if cue != Cue::Refuse {
            state.put.push(outgoing.clone());
        }
        match cue {
            Cue::Confirm => Ok(Confirmed(())),
            Cue::Refuse => Err(Failure::shared("the sink", "refused on cue")),
            Cue::LoseConfirm => Err(Failure::shared("the sink", "the confirm was lost on cue")),
        }
    }
}
