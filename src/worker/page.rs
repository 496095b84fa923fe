//! One delivery from receipt to settlement.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::account::{Account, Entry};
use super::pipeline::{Failed, Outcome, Parked, Pipeline, Ready};
use super::pool::CpuPool;
use super::retry::{Gate, Patience};
use super::settle::{self, Decision, Fate};
use crate::backoff::Backoff;
use crate::model::ArticleEvent;
use crate::model::event::{Data, EventType};
use crate::model::failure::Stage;
use crate::telemetry::labels::{self, LanguageLabel, Limit, TopicLabel, WorldReason};
use crate::telemetry::trace::{TRACEPARENT, TraceParent};
use crate::telemetry::{recent, record};
use crate::transport::{Confirmed, Delivery, Outgoing, OutgoingEvent, Sink};

/// What settles deliveries; one for the whole process.
pub(super) struct Settler<K> {
    pub pipeline: Arc<Pipeline>,
    pub pool: CpuPool,
    pub sink: K,
    pub gate: Arc<Gate>,
    pub account: Account,
    /// Retries of one page before it is parked.
    pub attempts: u32,
}

impl<K: Sink> Settler<K> {
    /// Ends in exactly one outcome on the account; if the future is dropped, in `returned`.
    pub async fn settle(&self, delivery: Delivery) {
        let entry = self.account.received(&delivery);
        let lost = delivery.lost();
        let patience = Patience::Gate(Arc::clone(&self.gate), lost.clone());
        loop {
            let outcome = self.pipeline.process(delivery.envelope.clone(), &self.pool, &patience).await;
            let fate = match &outcome {
                Outcome::Publish(_) => Fate::Event,
                Outcome::Park(parked) => Fate::Rejected { reason: parked.reason, stage: parked.stage },
                Outcome::Failed(failed) => Fate::Failed { failure: &failed.failure, stage: failed.stage },
            };
            let decision = settle::decide(&fate, delivery.attempt, self.attempts);
            match (decision, outcome) {
                (Decision::Publish, Outcome::Publish(ready)) => {
                    return self.publish(delivery, entry, *ready, &lost).await;
                }
                (Decision::Retry { tier, attempt, reason }, Outcome::Failed(failed)) => {
                    log(
                        &delivery,
                        failed.stage,
                        reason_word(reason),
                        &failed.failure.to_string(),
                        "to be retried",
                    );
                    record::failed(failed.stage, failure_reason(&failed));
                    let outgoing = Outgoing::Retry { tier, message: delivery.carried(attempt) };
                    if self.put_and_settle(delivery, entry, outgoing, labels::Outcome::Retried, &lost).await {
                        record::retried(reason);
                    }
                    return;
                }
                (Decision::Park { reason, stage }, outcome) => {
                    let (error, raw) = match outcome {
                        Outcome::Park(parked) => (parked.error, parked.raw),
                        Outcome::Failed(Failed { failure, .. }) => (failure.to_string(), None),
                        Outcome::Publish(_) => (String::new(), None),
                    };
                    return self.park(delivery, entry, Parked { reason, stage, error, raw }, &lost).await;
                }
                (_, Outcome::Failed(Failed { failure, .. })) => tokio::select! {
                    () = lost.cancelled() => return,
                    () = self.gate.wait_out(&failure) => {}
                },
                (_, Outcome::Publish(_) | Outcome::Park(_)) => return,
            }
        }
    }

    async fn publish(&self, delivery: Delivery, entry: Entry, ready: Ready, lost: &CancellationToken) {
        let Ready { event, payload, claim, .. } = ready;
        let parent = delivery.envelope.headers.get(TRACEPARENT).and_then(|h| TraceParent::parse(h));
        let seed = event.id.as_bytes();
        let trace = Some(parent.map_or_else(|| TraceParent::root(seed), |parent| parent.child(seed)));
        let outgoing = Outgoing::Event(Box::new(OutgoingEvent { event, payload, trace }));
        let since = Instant::now();
        let confirmed = self.put(&outgoing, lost).await;
        let Outgoing::Event(sent) = outgoing else { return };
        let Some(confirmed) = confirmed else {
            // The event may have been taken all the same: the claim lapses, and whoever comes next gives
            // out the same ids.
            drop(claim);
            return;
        };
        record::stage(Stage::Publish, since.elapsed());
        if let Some(claim) = claim {
            let patience = Patience::Gate(Arc::clone(&self.gate), lost.clone());
            let kept = patience.insist(|| self.pipeline.assessor.keep(claim.clone())).await;
            if let Err(error) = kept {
                tracing::warn!(%error, event_id = sent.event.id, "published but not remembered; it will be delivered again");
                return;
            }
        }
        if delivery.settle(confirmed).await.is_ok() {
            entry.ended(published(sent.event.kind));
            record_event(&sent.event);
        }
    }

    async fn park(&self, delivery: Delivery, entry: Entry, parked: Parked, lost: &CancellationToken) {
        let Parked { reason, stage, error, raw } = parked;
        log(&delivery, stage, reason.as_str(), &error, "parked");
        record::failed(stage, reason);
        if let Some(limit) = Limit::of(reason) {
            record::limit_hit(limit);
        }
        let message = delivery.carried(delivery.attempt);
        let outgoing = Outgoing::Park { message, reason, stage, error, raw: raw.map(Box::new) };
        self.put_and_settle(delivery, entry, outgoing, labels::Outcome::Parked, lost).await;
    }

    async fn put_and_settle(
        &self,
        delivery: Delivery,
        entry: Entry,
        outgoing: Outgoing,
        outcome: labels::Outcome,
        lost: &CancellationToken,
    ) -> bool {
        let Some(confirmed) = self.put(&outgoing, lost).await else { return false };
        let settled = delivery.settle(confirmed).await.is_ok();
        if settled {
            entry.ended(outcome);
        }
        settled
    }

    /// Puts until it is confirmed; `None` when the delivery was lost meanwhile.
    async fn put(&self, outgoing: &Outgoing, lost: &CancellationToken) -> Option<Confirmed> {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
        let mut waiting = None;
        loop {
            let result = tokio::select! {
                biased;
                () = lost.cancelled() => return None,
                result = self.sink.put(outgoing) => result,
            };
            match result {
                Ok(confirmed) => return Some(confirmed),
                Err(_) if lost.is_cancelled() => return None,
                Err(failure) => {
                    record::failed(Stage::Publish, WorldReason::Broker);
                    waiting.get_or_insert_with(|| self.gate.refused(&failure));
                }
            }
            tokio::select! {
                () = lost.cancelled() => return None,
                () = backoff.wait() => {}
            }
        }
    }
}

fn log(delivery: &Delivery, stage: Stage, reason: &'static str, error: &str, outcome: &'static str) {
    let trace_id =
        delivery.envelope.headers.get(TRACEPARENT).and_then(|h| TraceParent::parse(h)).map(|t| t.trace_id());
    let error: String = error.chars().take(500).collect();
    let message_id = delivery.envelope.message_id.as_deref().unwrap_or("");
    recent::note(outcome, stage.as_str(), reason, message_id, &error);
    tracing::warn!(
        message_id,
        trace_id = trace_id.as_deref().unwrap_or(""),
        stage = stage.as_str(),
        reason,
        attempt = delivery.attempt,
        outcome,
        error,
        "a page came to no event"
    );
}

fn reason_word(reason: labels::RetryReason) -> &'static str {
    use crate::telemetry::labels::Label as _;
    reason.word()
}

fn published(kind: EventType) -> labels::Outcome {
    match kind {
        EventType::Created => labels::Outcome::Created,
        EventType::Updated => labels::Outcome::Updated,
        EventType::Duplicate => labels::Outcome::Duplicate,
        EventType::Skipped => labels::Outcome::Skipped,
    }
}

fn record_event(event: &ArticleEvent) {
    match &event.data {
        Data::Article(data) => {
            let topic = TopicLabel::from_word(crate::assess::route::topic_word(&data.topics));
            let confidence = data.topics.first().map(|t| f64::from(t.confidence));
            let language = LanguageLabel::from_tag(&data.article.language.tag);
            record::article(topic, confidence, language, data.body.len());
        }
        Data::Skipped(data) => {
            record::skipped(data.reason);
            let page = data.url.as_deref().unwrap_or_default();
            recent::note("skipped", Stage::Describe.as_str(), data.reason.as_str(), page, &data.detail);
        }
    }
}

fn failure_reason(failed: &Failed) -> WorldReason {
    match failed.stage {
        Stage::Fetch => WorldReason::Fetch,
        Stage::Publish => WorldReason::Broker,
        Stage::Clean | Stage::Identify => WorldReason::Store,
        _ => WorldReason::Other,
    }
}
