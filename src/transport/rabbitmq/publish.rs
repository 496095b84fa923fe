//! Publishing with confirms: one task owns each publish channel, since confirms of a channel that tasks
//! share may be told to the wrong one.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Channel, Confirmation};
use tokio::sync::{mpsc, oneshot, watch};

use super::fault::Fault;
use crate::telemetry::record;

/// One message on its way to the broker.
pub struct Message {
    pub exchange: String,
    pub key: String,
    pub properties: BasicProperties,
    pub payload: Bytes,
    pub reply: oneshot::Sender<Result<(), Refusal>>,
}

/// The broker has not taken a message; the channel lives on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the broker refused the message (a queue at its limit, say)")]
    Nacked,
    #[error("the exchange {0} has no queue for the message: apply the topology")]
    Unroutable(String),
}

/// Which messages may be in flight on a channel at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Many. A returned message cannot be told apart then, so that nothing hangs on it: the alternate
    /// exchange keeps what nobody bound.
    Pipelined { window: usize },
    /// One, so that a returned message is this one.
    OneByOne,
}

/// Publishes what comes through `messages` until that ends or the session breaks.
pub async fn run(
    channel: Channel,
    lane: Lane,
    mut messages: mpsc::Receiver<Message>,
    confirm_timeout: Duration,
    mut blocked: watch::Receiver<bool>,
) -> Result<(), Fault> {
    let window = match lane {
        Lane::Pipelined { window } => window.max(1),
        Lane::OneByOne => 1,
    };
    let mut pending = FuturesUnordered::new();
    // the confirm in flight for longest, by the number of its message
    let mut since = std::collections::BTreeMap::<u64, Instant>::new();
    let mut number = 0u64;
    let mut unblocked_at = Instant::now();
    let mut check = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            biased;
            Some((number, confirmed)) = pending.next(), if !pending.is_empty() => {
                if let Some(sent) = since.remove(&number) {
                    record::confirmed(sent.elapsed());
                }
                confirmed?;
                if lane != Lane::OneByOne {
                    record::unconfirmed(pending.len());
                }
            }
            _ = blocked.changed() => unblocked_at = Instant::now(),
            _ = check.tick() => {
                let oldest = since.values().next().map(|sent| (*sent).max(unblocked_at));
                if !*blocked.borrow() && oldest.is_some_and(|o| o.elapsed() > confirm_timeout) {
                    return Err(Fault::ConfirmTimeout(confirm_timeout));
                }
            }
            message = messages.recv(), if pending.len() < window => {
                let Some(message) = message else { return Ok(()) };
                number += 1;
                since.insert(number, Instant::now());
                pending.push(publish(channel.clone(), lane, number, message));
            }
        }
    }
}

/// Polled by the owning task alone: the frames of one message are queued before those of the next.
async fn publish(
    channel: Channel,
    lane: Lane,
    number: u64,
    message: Message,
) -> (u64, Result<(), lapin::Error>) {
    let Message { exchange, key, properties, payload, reply } = message;
    let sent = channel
        .basic_publish(
            exchange.as_str().into(),
            key.as_str().into(),
            BasicPublishOptions { mandatory: true, immediate: false },
            &payload,
            properties,
        )
        .await;
    let confirmed = match sent {
        Ok(confirm) => confirm.await,
        Err(error) => Err(error),
    };
    let result = match confirmed {
        Ok(Confirmation::Ack(None)) => Ok(()),
        Ok(Confirmation::Ack(Some(returned))) => {
            record::returned_unroutable();
            let id = returned.delivery.properties.message_id().as_ref().map(|id| id.as_str().to_owned());
            tracing::error!(
                message_id = id.unwrap_or_default(),
                exchange,
                "the broker returned a message as unroutable"
            );
            match lane {
                Lane::Pipelined { .. } => Ok(()),
                Lane::OneByOne => Err(Refusal::Unroutable(exchange)),
            }
        }
        Ok(Confirmation::Nack(_)) => {
            record::nacked();
            Err(Refusal::Nacked)
        }
        Ok(Confirmation::NotRequested) => {
            let error = std::io::Error::other("the channel is not in confirm mode");
            return (number, Err(error.into()));
        }
        // the reply is dropped: whether the broker has the message is not known
        Err(error) => return (number, Err(error)),
    };
    // whoever asked may have been stopped meanwhile
    let _ = reply.send(result);
    (number, Ok(()))
}
