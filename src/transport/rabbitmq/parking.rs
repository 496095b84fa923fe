//! Parked messages: looked at without taking them, replayed, dropped, exported.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lapin::message::BasicGetMessage;
use lapin::options::{
    BasicAckOptions, BasicGetOptions, BasicNackOptions, BasicPublishOptions, ConfirmSelectOptions,
    QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::headers::{self, PARKED};
use super::{Fault, Names, Settings, connect};
use crate::model::Envelope;
use crate::transport::Carried;

/// Access to the parking queue. Needs read on it, and write on `pages` to replay.
pub struct Parking {
    connection: Connection,
    channel: Channel,
    names: Names,
    confirm_timeout: Duration,
}

/// One parked message.
#[derive(Debug, Clone, Serialize)]
pub struct ParkedMessage {
    /// Names the message for `show`, `replay` and `drop`: hash of its id, payload and headers.
    pub handle: String,
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    pub bytes: usize,
    pub headers: std::collections::BTreeMap<String, String>,
    #[serde(skip)]
    pub message: Carried,
}

/// Which parked messages are meant; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Handles or beginnings of them, or message ids.
    pub handles: Vec<String>,
    pub reason: Option<String>,
}

/// What happens to the messages selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// They stay.
    Look,
    /// They go back into `pages`, their attempts counted anew.
    Replay,
    Drop,
}

impl Selection {
    fn takes(&self, message: &ParkedMessage) -> bool {
        let named = |h: &String| {
            message.handle.starts_with(h.as_str()) || message.message_id.as_deref() == Some(h.as_str())
        };
        (self.handles.is_empty() || self.handles.iter().any(named))
            && self.reason.as_ref().is_none_or(|reason| *reason == message.reason)
    }
}

impl Parking {
    pub async fn open(settings: &Settings) -> Result<Self, Fault> {
        let connection = connect(settings, "quarantine").await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { connection, channel, names: settings.names(), confirm_timeout: settings.confirm_timeout })
    }

    /// How many messages are parked now.
    pub async fn depth(&self) -> Result<usize, Fault> {
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let queue = self.names.parking();
        let found = self.channel.queue_declare(queue.as_str().into(), options, FieldTable::default()).await?;
        Ok(found.message_count() as usize)
    }

    /// Goes through at most `limit` messages from the head of the queue, acts on those selected and hands
    /// them to `each`. What is not acted on goes back where it was. What is replayed may come back at the end:
    /// a `limit` of the depth before keeps that from being replayed again.
    pub async fn go_through(
        &self,
        selection: &Selection,
        action: Action,
        limit: usize,
        mut each: impl FnMut(&ParkedMessage),
    ) -> Result<usize, Fault> {
        let queue = self.names.parking();
        let (mut last_kept, mut selected) = (None, 0);
        for _ in 0..limit {
            let got = self.channel.basic_get(queue.as_str().into(), BasicGetOptions::default()).await?;
            let Some(got) = got else { break };
            let tag = got.delivery.delivery_tag;
            let parked = parked(got);
            if !selection.takes(&parked) {
                last_kept = Some(tag);
                continue;
            }
            selected += 1;
            match action {
                Action::Look => last_kept = Some(tag),
                Action::Drop => self.channel.basic_ack(tag, BasicAckOptions::default()).await?,
                Action::Replay => {
                    self.replay(&parked).await?;
                    self.channel.basic_ack(tag, BasicAckOptions::default()).await?;
                }
            }
            each(&parked);
        }
        if let Some(tag) = last_kept {
            self.channel.basic_nack(tag, BasicNackOptions { multiple: true, requeue: true }).await?;
        }
        Ok(selected)
    }

    /// Closes in order, so that no ack is lost.
    pub async fn close(self) -> Result<(), Fault> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.channel.close(200, "done".into()).await?;
        Ok(self.connection.close(200, "done".into()).await?)
    }

    /// One at a time, so that a returned message is this one; acknowledged only when it is confirmed.
    async fn replay(&self, parked: &ParkedMessage) -> Result<(), Fault> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let properties = headers::carried(&parked.message);
        let mut table = properties.headers().clone().unwrap_or_default();
        table.insert("x-replayed-at".into(), AMQPValue::Timestamp(now));
        table.insert("x-replayed-from".into(), AMQPValue::LongString(self.names.parking().into()));
        let publishing = async {
            let confirm = self
                .channel
                .basic_publish(
                    self.names.pages().as_str().into(),
                    "replay".into(),
                    BasicPublishOptions { mandatory: true, immediate: false },
                    &parked.message.envelope.payload,
                    properties.with_headers(table),
                )
                .await?;
            confirm.await
        };
        match timeout(self.confirm_timeout, publishing).await {
            Ok(Ok(Confirmation::Ack(None))) => Ok(()),
            Ok(Ok(_)) => Err(Fault::Other(format!(
                "{} did not take the replayed message {}; it stays parked",
                self.names.pages(),
                parked.handle
            ))),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(Fault::ConfirmTimeout(self.confirm_timeout)),
        }
    }
}

impl ParkedMessage {
    /// The message with its payload, for `export`: text where it is text.
    pub fn exported(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        match std::str::from_utf8(&self.message.envelope.payload) {
            Ok(text) => value["payload"] = text.into(),
            Err(_) => value["payload_base64"] = BASE64_STANDARD.encode(&self.message.envelope.payload).into(),
        }
        value
    }
}

fn parked(got: BasicGetMessage) -> ParkedMessage {
    let properties = got.delivery.properties.clone();
    let (mut envelope, circumstances) =
        headers::take(&got.delivery.properties, got.delivery.data, got.delivery.redelivered);
    let [reason, stage, error, attempt] = PARKED.map(|name| envelope.headers.remove(name));
    let handle = handle(&envelope);
    ParkedMessage {
        handle,
        reason: reason.or_else(|| brokers_reason(&properties)).unwrap_or_else(|| "unknown".to_owned()),
        stage,
        error,
        attempt: attempt.and_then(|a| a.parse().ok()).unwrap_or(circumstances.attempt),
        message_id: envelope.message_id.clone(),
        content_type: envelope.content_type.clone(),
        content_encoding: envelope.content_encoding.clone(),
        bytes: envelope.payload.len(),
        headers: envelope.headers.clone(),
        message: Carried { envelope, attempt: 0, sent_at: circumstances.sent_at },
    }
}

/// What the broker dead-lettered by itself carries its reason in `x-first-death-reason`.
fn brokers_reason(properties: &BasicProperties) -> Option<String> {
    let value = properties.headers().as_ref()?.inner().get("x-first-death-reason")?;
    match value {
        AMQPValue::LongString(reason) => Some(reason.to_string()),
        _ => None,
    }
}

fn handle(envelope: &Envelope) -> String {
    let mut hash = Sha256::new();
    hash.update(envelope.message_id.as_deref().unwrap_or_default());
    hash.update([0]);
    hash.update(&envelope.payload);
    for (name, value) in &envelope.headers {
        hash.update([0]);
        hash.update(name);
        hash.update([0]);
        hash.update(value);
    }
    hash.finalize()[..8].iter().map(|b| format!("{b:02x}")).collect()
}
