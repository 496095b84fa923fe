//! What the worker counts and measures: one function an event, labels from closed sets only.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{counter, gauge, histogram};

use super::labels::{
    FailureReason, FetchResult, Flag, Forgotten, IdentifyEvent, Label, LanguageLabel, Limit, Outcome,
    ReconnectReason, RetryReason, Role, Task, TopicLabel,
};
use super::names;
use crate::model::failure::{SkipReason, Stage};

/// A delivery arrived; `queued` is the time since the producer's timestamp, where it gave one.
pub fn received(redelivered: bool, bytes: usize, queued: Option<Duration>) {
    counter!(names::RECEIVED, Flag::KEY => Flag::from(redelivered).word()).increment(1);
    gauge!(names::IN_FLIGHT).increment(1.0);
    histogram!(names::PAGE_BYTES).record(bytes as f64);
    if let Some(queued) = queued {
        histogram!(names::QUEUE_DELAY).record(queued);
    }
}

/// A delivery ended, `took` after it arrived.
pub fn settled(outcome: Outcome, took: Duration) {
    counter!(names::MESSAGES, Outcome::KEY => outcome.word()).increment(1);
    histogram!(names::MESSAGE_DURATION, Outcome::KEY => outcome.word()).record(took);
    gauge!(names::IN_FLIGHT).decrement(1.0);
    if matches!(outcome, Outcome::Created | Outcome::Updated | Outcome::Duplicate | Outcome::Skipped) {
        gauge!(names::LAST_SUCCESS).set(unix_now());
    }
}

/// A page spent `took` in a step.
pub fn stage(stage: Stage, took: Duration) {
    histogram!(names::STAGE_DURATION, Stage::KEY => stage.word()).record(took);
}

/// A page failed in a step, for good or for now.
pub fn failed(stage: Stage, reason: impl Into<FailureReason>) {
    let reason = reason.into();
    counter!(names::FAILURES, Stage::KEY => stage.word(), FailureReason::KEY => reason.word()).increment(1);
}

/// A page was put into a retry tier.
pub fn retried(reason: RetryReason) {
    counter!(names::RETRIES, RetryReason::KEY => reason.word()).increment(1);
}

/// A page was judged to be no article.
pub fn skipped(reason: SkipReason) {
    counter!(names::SKIPPED, SkipReason::KEY => reason.word()).increment(1);
}

/// A page met a limit on hostile input.
pub fn limit_hit(limit: Limit) {
    counter!(names::LIMIT_HITS, Limit::KEY => limit.word()).increment(1);
}

/// An article went out: its first topic with the classifier's confidence (0 to 1), its language, its body's size.
pub fn article(topic: TopicLabel, confidence: Option<f64>, language: LanguageLabel, bytes: usize) {
    counter!(
        names::ARTICLES,
        TopicLabel::KEY => topic.word(),
        LanguageLabel::KEY => language.word()
    )
    .increment(1);
    histogram!(names::ARTICLE_BYTES).record(bytes as f64);
    if let Some(confidence) = confidence {
        histogram!(names::CLASSIFY_CONFIDENCE).record(confidence);
    }
}

/// Telling articles apart met something on the way.
pub fn identified(event: IdentifyEvent) {
    counter!(names::IDENTIFY_EVENTS, IdentifyEvent::KEY => event.word()).increment(1);
}

/// The store forgot what its limits no longer cover.
pub fn forgotten(what: Forgotten, entries: u64) {
    counter!(names::FORGOTTEN, Forgotten::KEY => what.word()).increment(entries);
}

/// A claim check was fetched, or not.
pub fn fetched(result: FetchResult, took: Duration) {
    counter!(names::FETCH_REQUESTS, FetchResult::KEY => result.word()).increment(1);
    histogram!(names::FETCH_DURATION).record(took);
}

/// The broker confirmed a message, `took` after it was published.
pub fn confirmed(took: Duration) {
    histogram!(names::CONFIRM_DURATION).record(took);
}

/// Messages published and not yet confirmed, now.
pub fn unconfirmed(messages: usize) {
    gauge!(names::UNCONFIRMED).set(messages as f64);
}

/// The broker refused a message.
pub fn nacked() {
    counter!(names::PUBLISH_NACKED).increment(1);
}

/// The broker returned a message as unroutable.
pub fn returned_unroutable() {
    counter!(names::PUBLISH_RETURNED).increment(1);
}

/// A session with the broker was lost.
pub fn reconnect(role: Role, reason: ReconnectReason) {
    counter!(
        names::BROKER_RECONNECTS,
        Role::KEY => role.word(),
        ReconnectReason::KEY => reason.word()
    )
    .increment(1);
}

/// A panic was caught.
pub fn panicked(task: Task) {
    counter!(names::TASK_PANICS, Task::KEY => task.word()).increment(1);
}

/// A thread was given up because its page ran past the deadline.
pub fn thread_abandoned() {
    counter!(names::ABANDONED_THREADS).increment(1);
}

/// Pages that may be worked on at the same time.
pub fn concurrency_limit(pages: usize) {
    gauge!(names::CONCURRENCY_LIMIT).set(pages as f64);
}

/// The consumer's prefetch.
pub fn prefetch(messages: u16) {
    gauge!(names::PREFETCH).set(f64::from(messages));
}

/// The effective configuration: a hash of it, secrets left out.
pub fn config_loaded(hash: &str) {
    gauge!(names::CONFIG_INFO, "hash" => hash.to_owned()).set(1.0);
    gauge!(names::CONFIG_RELOAD).set(unix_now());
}

fn unix_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
