//! Every metric of copydesk in one list: name, kind, unit, help, buckets and the labels it may carry.

use metrics::Unit;

use super::labels::{
    FailureReason, FetchResult, Flag, Forgotten, IdentifyEvent, Label, LanguageLabel, Limit, Outcome,
    ReconnectReason, RetryReason, Role, Task, TopicLabel,
};
use crate::model::failure::{SkipReason, Stage};

/// One metric family, as `/metrics` shows it.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub unit: Unit,
    pub help: &'static str,
    pub labels: &'static [Labels],
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Counter,
    Gauge,
    /// A histogram with the upper bounds of its buckets.
    Histogram(&'static [f64]),
}

/// A label's name and the only values it may take.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    pub key: &'static str,
    pub values: Values,
}

#[derive(Debug, Clone, Copy)]
pub enum Values {
    Closed(fn() -> Vec<&'static str>),
    /// One value per process, from the build or the configuration: never from a page.
    PerProcess,
}

impl Metric {
    /// Every combination of label values this metric may carry; none where a value is known only at run time.
    pub fn combinations(&self) -> Vec<Vec<(&'static str, &'static str)>> {
        self.labels.iter().fold(vec![Vec::new()], |rows, labels| {
            let values = match labels.values {
                Values::Closed(values) => values(),
                Values::PerProcess => Vec::new(),
            };
            rows.iter()
                .flat_map(|row| {
                    values.iter().map(|value| {
                        let mut row = row.clone();
                        row.push((labels.key, *value));
                        row
                    })
                })
                .collect()
        })
    }
}

/// Upper bounds for times in seconds: a page takes milliseconds, a fetch or a confirm up to its time-out.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Upper bounds for the time in the queue: seconds while the workers keep up, hours in a backlog.
const QUEUE_SECONDS: &[f64] = &[0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0];
/// Upper bounds for sizes, 1 KiB to 16 MiB.
const BYTES: &[f64] = &[1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0];
const RATIO: &[f64] = &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

macro_rules! closed {
    ($label:ty) => {
        Labels { key: <$label as Label>::KEY, values: Values::Closed(<$label as Label>::words) }
    };
}

const fn per_process(key: &'static str) -> Labels {
    Labels { key, values: Values::PerProcess }
}

macro_rules! metrics {
    ($($constant:ident = $name:literal, $kind:expr, $unit:expr, $help:literal, [$($labels:expr),*];)+) => {
        $(pub const $constant: &str = $name;)+
        /// All metrics, in the order a reader meets them.
        pub const ALL: &[Metric] = &[$(Metric {
            name: $name, kind: $kind, unit: $unit, help: $help, labels: &[$($labels),*],
        }),+];
    };
}

use Kind::{Counter, Gauge, Histogram};

metrics! {
    BUILD_INFO = "copydesk_build_info", Gauge, Unit::Count,
        "Version and revision of the running program; always 1.",
        [per_process("version"), per_process("revision")];
    CONFIG_INFO = "copydesk_config_info", Gauge, Unit::Count,
        "Hash of the effective configuration, secrets left out; always 1.", [per_process("hash")];
    CONFIG_RELOAD = "copydesk_config_last_reload_success_timestamp_seconds", Gauge, Unit::Seconds,
        "When the configuration was last read without an error, Unix time.", [];

    RECEIVED = "copydesk_messages_received_total", Counter, Unit::Count,
        "Deliveries received from the broker, by whether the broker marked them redelivered.",
        [closed!(Flag)];
    MESSAGES = "copydesk_messages_total", Counter, Unit::Count,
        "Deliveries by how they ended; with those in flight they add up to the received ones.",
        [closed!(Outcome)];
    IN_FLIGHT = "copydesk_in_flight_messages", Gauge, Unit::Count,
        "Deliveries received and not yet settled.", [];
    SKIPPED = "copydesk_skipped_total", Counter, Unit::Count,
        "Pages that are no article, by reason.", [closed!(SkipReason)];
    FAILURES = "copydesk_failures_total", Counter, Unit::Count,
        "Failures by the step they arose in and their reason, parked or not.",
        [closed!(Stage), closed!(FailureReason)];
    RETRIES = "copydesk_retries_total", Counter, Unit::Count,
        "Pages put into a retry tier, by reason.", [closed!(RetryReason)];
    LIMIT_HITS = "copydesk_limit_hits_total", Counter, Unit::Count,
        "Pages that met a limit on hostile input, by limit: parked, or read without what was cut off.", [closed!(Limit)];
    TASK_PANICS = "copydesk_task_panics_total", Counter, Unit::Count,
        "Panics caught, by task.", [closed!(Task)];
    ABANDONED_THREADS = "copydesk_abandoned_threads_total", Counter, Unit::Count,
        "Threads given up because a page ran past its deadline.", [];

    MESSAGE_DURATION = "copydesk_message_duration_seconds", Histogram(SECONDS), Unit::Seconds,
        "From delivery to settlement, by outcome.", [closed!(Outcome)];
    STAGE_DURATION = "copydesk_stage_duration_seconds", Histogram(SECONDS), Unit::Seconds,
        "Time a page spends in each step.", [closed!(Stage)];
    QUEUE_DELAY = "copydesk_queue_delay_seconds", Histogram(QUEUE_SECONDS), Unit::Seconds,
        "From the producer's timestamp to delivery; messages without a timestamp are left out.", [];
    PAGE_BYTES = "copydesk_page_bytes", Histogram(BYTES), Unit::Bytes,
        "Size of a raw page as it arrived.", [];
    ARTICLE_BYTES = "copydesk_article_bytes", Histogram(BYTES), Unit::Bytes,
        "Size of an article's body in UTF-8.", [];

    ARTICLES = "copydesk_articles_total", Counter, Unit::Count,
        "Articles published, by first topic and primary language.",
        [closed!(TopicLabel), closed!(LanguageLabel)];
    CLASSIFY_CONFIDENCE = "copydesk_classify_confidence_ratio", Histogram(RATIO), Unit::Count,
        "Confidence of an article's first topic, 0 to 1.", [];

    IDENTIFY_EVENTS = "copydesk_identify_events_total", Counter, Unit::Count,
        "What telling articles apart met on the way: claims waited for, taken over, lost.", [closed!(IdentifyEvent)];
    FORGOTTEN = "copydesk_store_forgotten_total", Counter, Unit::Count,
        "What the store forgot because of store.retention_days, store.max_articles or store.max_sites.",
        [closed!(Forgotten)];

    CONCURRENCY_LIMIT = "copydesk_concurrency_limit", Gauge, Unit::Count,
        "Pages that may be worked on at the same time.", [];
    PREFETCH = "copydesk_prefetch_messages", Gauge, Unit::Count,
        "Prefetch that the consumer runs with.", [];
    PAUSED = "copydesk_paused", Gauge, Unit::Count,
        "1 while the worker holds what it has because the store or the broker is out of reach.", [];
    DRAINING = "copydesk_draining", Gauge, Unit::Count,
        "1 from the request to stop until the exit.", [];
    READY = "copydesk_ready", Gauge, Unit::Count,
        "1 while /readyz answers 200.", [];
    STORE_REACHABLE = "copydesk_store_reachable", Gauge, Unit::Count,
        "1 while the store answers.", [];
    LAST_SUCCESS = "copydesk_last_success_timestamp_seconds", Gauge, Unit::Seconds,
        "When a delivery was last settled with a confirmed event, Unix time; 0 before the first.", [];

    BROKER_CONNECTED = "copydesk_broker_connected", Gauge, Unit::Count,
        "1 while the connection to the broker is open, by role.", [closed!(Role)];
    BROKER_BLOCKED = "copydesk_broker_blocked", Gauge, Unit::Count,
        "1 while the broker blocks publishing because of a resource alarm.", [];
    BROKER_RECONNECTS = "copydesk_broker_reconnects_total", Counter, Unit::Count,
        "Sessions with the broker that were lost, by role and reason.",
        [closed!(Role), closed!(ReconnectReason)];
    CONFIRM_DURATION = "copydesk_publish_confirm_duration_seconds", Histogram(SECONDS), Unit::Seconds,
        "From publishing a message to the broker's confirm.", [];
    UNCONFIRMED = "copydesk_publish_unconfirmed_messages", Gauge, Unit::Count,
        "Messages published and not yet confirmed.", [];
    PUBLISH_RETURNED = "copydesk_publish_returned_total", Counter, Unit::Count,
        "Messages that the broker returned as unroutable.", [];
    PUBLISH_NACKED = "copydesk_publish_nacked_total", Counter, Unit::Count,
        "Messages that the broker refused to take (a full queue, say).", [];

    FETCH_REQUESTS = "copydesk_fetch_requests_total", Counter, Unit::Count,
        "Claim checks fetched, by result.", [closed!(FetchResult)];
    FETCH_DURATION = "copydesk_fetch_duration_seconds", Histogram(SECONDS), Unit::Seconds,
        "Time to fetch a claim check.", [];
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_follow_the_prometheus_conventions() {
        let mut seen = HashSet::new();
        for metric in ALL {
            let name = metric.name;
            assert!(seen.insert(name), "{name} stands twice");
            assert!(name.starts_with("copydesk_"), "{name}");
            assert!(metric.help.ends_with('.') && metric.help.len() > 15, "{name}: help");
            assert_eq!(
                name.ends_with("_total"),
                metric.kind == Kind::Counter,
                "{name}: _total marks a counter and nothing else"
            );
            if metric.unit == Unit::Seconds {
                assert!(name.ends_with("_seconds"), "{name}: base unit last");
            }
            if metric.unit == Unit::Bytes {
                assert!(name.ends_with("_bytes"), "{name}: base unit last");
            }
        }
    }

    #[test]
    fn buckets_ascend_and_label_sets_stay_small() {
        for metric in ALL {
            if let Kind::Histogram(bounds) = metric.kind {
                assert!(bounds.is_sorted_by(|a, b| a < b), "{}", metric.name);
            }
            let series = metric.combinations().len();
            assert!(series <= 1000, "{}: {series} series", metric.name);
        }
    }
}
