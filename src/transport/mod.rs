//! Where messages come from and where events go. A source lends a message with the way back; settling
//! consumes it, so a message is settled at most once; and settling takes the sink's confirm, so nothing
//! is settled before what was made of it is safe.

/// In memory, for tests; refuses on cue.
pub mod channel;
/// HTML, text, JSON lines and WARC from disk or standard input; JSON lines out.
pub mod files;
/// RabbitMQ: sessions, consuming, publishing with confirms, topology.
pub mod rabbitmq;

use std::future::Future;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::model::failure::{ParkReason, Stage};
use crate::model::page::RawInfo;
use crate::model::{ArticleEvent, Envelope, Failure};
use crate::telemetry::trace::TraceParent;

/// Lends messages.
pub trait Source: Send + 'static {
    /// The next message, or `None` when no more will come. Safe to cancel.
    fn next(&mut self) -> impl Future<Output = Option<Delivery>> + Send;

    /// Takes no more in. What was lent can still be settled.
    fn stop(&mut self) -> impl Future<Output = ()> + Send;

    /// To be called when all that will be settled is settled.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// Takes what was made of a message, and confirms it. Clones share one sink.
pub trait Sink: Clone + Send + Sync + 'static {
    /// Resolves when `outgoing` is safe. A shared failure leaves open whether it was taken: it may be put
    /// again, and carries the same id then.
    fn put(&self, outgoing: &Outgoing) -> impl Future<Output = Result<Confirmed, Failure>> + Send;
}

/// A message lent by a source. Dropped unsettled, it goes back to where it came from.
#[derive(Debug)]
pub struct Delivery {
    pub envelope: Envelope,
    /// Attempts counted so far: how often it has been through a retry tier.
    pub attempt: u32,
    /// Deliveries before this one, as far as the source knows.
    pub seen: u32,
    /// When its producer says that it was sent.
    pub sent_at: Option<SystemTime>,
    pub received_at: Instant,
    back: WayBack,
}

/// The sink's word that something is safe; only sinks can give it.
#[derive(Debug)]
pub struct Confirmed(());

/// The message was not settled: its source lends it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session that lent the message has ended; it will be delivered again")]
pub struct NotSettled;

/// What is put into a sink.
#[derive(Debug, Clone)]
pub enum Outgoing {
    Event(Box<OutgoingEvent>),
    /// The message once more, after the tier's wait.
    Retry {
        tier: Tier,
        message: Carried,
    },
    /// The message, for a person to look at.
    Park {
        message: Carried,
        reason: ParkReason,
        stage: Stage,
        error: String,
        /// What is known of the page by then.
        raw: Option<Box<RawInfo>>,
    },
}

#[derive(Debug, Clone)]
pub struct OutgoingEvent {
    pub event: ArticleEvent,
    /// The event as JSON.
    pub payload: Bytes,
    pub trace: Option<TraceParent>,
}

/// A message as it came, with its count of attempts.
#[derive(Debug, Clone)]
pub struct Carried {
    pub envelope: Envelope,
    pub attempt: u32,
    pub sent_at: Option<SystemTime>,
}

/// How long a page waits for its next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    TenSeconds,
    OneMinute,
    TenMinutes,
    OneHour,
}

impl Tier {
    pub const ALL: [Self; 4] = [Self::TenSeconds, Self::OneMinute, Self::TenMinutes, Self::OneHour];

    /// Routing key and last part of the queue's name.
    pub fn key(self) -> &'static str {
        match self {
            Self::TenSeconds => "10s",
            Self::OneMinute => "1m",
            Self::TenMinutes => "10m",
            Self::OneHour => "1h",
        }
    }

    pub fn seconds(self) -> u32 {
        match self {
            Self::TenSeconds => 10,
            Self::OneMinute => 60,
            Self::TenMinutes => 600,
            Self::OneHour => 3600,
        }
    }
}

impl Delivery {
    /// For sources: a message with its way back.
    fn new(envelope: Envelope, back: WayBack) -> Self {
        Self { envelope, attempt: 0, seen: 0, sent_at: None, received_at: Instant::now(), back }
    }

    /// Gives the message back as done. Resolves when the source has taken note.
    pub async fn settle(mut self, _: Confirmed) -> Result<(), NotSettled> {
        let (reply, noted) = oneshot::channel();
        let settle = Settle { tag: self.back.tag, how: How::Done(reply) };
        self.back.open = false;
        if self.back.lost.is_cancelled() || self.back.to.send(settle).is_err() {
            return Err(NotSettled);
        }
        noted.await.map_err(|_| NotSettled)
    }

    /// Cancelled when settling has become impossible: the source lends the message again.
    pub fn lost(&self) -> CancellationToken {
        self.back.lost.clone()
    }

    /// A copy to be put into a retry tier or parked.
    pub fn carried(&self, attempt: u32) -> Carried {
        Carried { envelope: self.envelope.clone(), attempt, sent_at: self.sent_at }
    }
}

/// Where a delivery's settlement goes.
#[derive(Debug)]
struct WayBack {
    tag: u64,
    to: mpsc::UnboundedSender<Settle>,
    lost: CancellationToken,
    /// Not yet settled.
    open: bool,
}

impl WayBack {
    fn new(tag: u64, to: mpsc::UnboundedSender<Settle>, lost: CancellationToken) -> Self {
        Self { tag, to, lost, open: true }
    }
}

impl Drop for WayBack {
    fn drop(&mut self) {
        if self.open {
            // a source that is gone delivers again by itself
            let _ = self.to.send(Settle { tag: self.tag, how: How::Dropped });
        }
    }
}

/// One settlement on its way to the source. There are never more of them than deliveries in flight.
#[derive(Debug)]
struct Settle {
    tag: u64,
    how: How,
}

#[derive(Debug)]
enum How {
    /// Answered when the source has taken note.
    Done(oneshot::Sender<()>),
    Dropped,
}
