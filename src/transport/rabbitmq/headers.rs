//! AMQP properties ↔ envelope: what is taken from a message, bounded, and what is put on those sent.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use crate::model::Envelope;
use crate::model::failure::{ParkReason, Stage};
use crate::model::script::cut;
use crate::telemetry::trace::TRACEPARENT;
use crate::transport::{Carried, OutgoingEvent};

/// Count of retries, on messages that come out of a retry tier.
pub const ATTEMPT: &str = "x-attempt";
/// Deliveries before this one, as quorum queues count them.
const DELIVERY_COUNT: &str = "x-delivery-count";
/// What parking adds; replaying takes it off again.
pub const PARKED: [&str; 4] = ["reason", "stage", "error", "attempt"];

/// Most headers of a message that are taken, and copied to a retry or the parking queue.
const HEADERS: usize = 64;
/// Longest name, by the protocol.
const NAME_BYTES: usize = 255;
/// Longest value; a URL may have 8 KiB.
const VALUE_BYTES: usize = 8 << 10;
const ALL_BYTES: usize = 64 << 10;
const ERROR_BYTES: usize = 1000;
const PERSISTENT: u8 = 2;

/// Headers that say what the page is: taken before any others.
const PAGE_FIELDS: [&str; 10] = [
    "id",
    "url",
    "source",
    "scraper",
    "fetched_at",
    "status",
    "content_type",
    "hints",
    "headers",
    TRACEPARENT,
];

/// What a delivery's properties say beside the envelope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    pub attempt: u32,
    pub seen: u32,
    pub sent_at: Option<SystemTime>,
}

/// Takes a delivery apart. Headers beyond the bounds are left out.
pub fn take(properties: &BasicProperties, payload: Vec<u8>, redelivered: bool) -> (Envelope, Circumstances) {
    let table = properties.headers().as_ref();
    let sent = properties.timestamp().and_then(|s| UNIX_EPOCH.checked_add(Duration::from_secs(s)));
    let circumstances = Circumstances {
        attempt: number(properties, ATTEMPT),
        seen: seen(properties, redelivered),
        sent_at: sent.filter(|sent| *sent <= SystemTime::now()),
    };
    let text = |s: &Option<ShortString>| s.as_ref().map(|s| s.as_str().to_owned());
    let envelope = Envelope {
        payload: Bytes::from(payload),
        content_type: text(properties.content_type()),
        content_encoding: text(properties.content_encoding()),
        message_id: text(properties.message_id()),
        headers: table.map(bounded).unwrap_or_default(),
        ..Envelope::default()
    };
    (envelope, circumstances)
}

/// Deliveries before this one.
pub fn seen(properties: &BasicProperties, redelivered: bool) -> u32 {
    number(properties, DELIVERY_COUNT).max(u32::from(redelivered))
}

fn number(properties: &BasicProperties, name: &str) -> u32 {
    let value = properties.headers().as_ref().and_then(|table| table.inner().get(name));
    value.and_then(whole).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// The string-like headers within the bounds, those of the page first; the broker's own left out.
fn bounded(table: &FieldTable) -> BTreeMap<String, String> {
    let mut taken = BTreeMap::new();
    let mut bytes = 0;
    let own = |name: &str| PAGE_FIELDS.contains(&name);
    for first in [true, false] {
        for (name, value) in table {
            let name = name.as_str().to_ascii_lowercase();
            if own(&name) != first || name.starts_with("x-") || name.len() > NAME_BYTES {
                continue;
            }
            let Some(value) = text(value).filter(|v| v.len() <= VALUE_BYTES) else { continue };
            let size = name.len() + value.len();
            if taken.len() < HEADERS && bytes + size <= ALL_BYTES {
                bytes += size;
                taken.insert(name, value);
            }
        }
    }
    taken
}

fn text(value: &AMQPValue) -> Option<String> {
    match value {
        AMQPValue::LongString(s) => std::str::from_utf8(s.as_bytes()).ok().map(str::to_owned),
        AMQPValue::ShortString(s) => Some(s.as_str().to_owned()),
        AMQPValue::Boolean(b) => Some(b.to_string()),
        _ => whole(value).map(|n| n.to_string()),
    }
}

fn whole(value: &AMQPValue) -> Option<i64> {
    match value {
        AMQPValue::ShortShortInt(n) => Some(i64::from(*n)),
        AMQPValue::ShortShortUInt(n) => Some(i64::from(*n)),
        AMQPValue::ShortInt(n) => Some(i64::from(*n)),
        AMQPValue::ShortUInt(n) => Some(i64::from(*n)),
        AMQPValue::LongInt(n) => Some(i64::from(*n)),
        AMQPValue::LongUInt(n) => Some(i64::from(*n)),
        AMQPValue::LongLongInt(n) => Some(*n),
        _ => None,
    }
}

/// Properties of an event: CloudEvents in structured mode, its attributes once more as headers.
pub fn event(outgoing: &OutgoingEvent) -> BasicProperties {
    let event = &outgoing.event;
    let mut headers = FieldTable::default();
    let attributes = [
        ("cloudEvents_specversion", Some(event.specversion)),
        ("cloudEvents_id", Some(event.id.as_str())),
        ("cloudEvents_source", Some(event.source.as_str())),
        ("cloudEvents_type", Some(event.kind.as_str())),
        ("cloudEvents_subject", event.subject.as_deref()),
        ("cloudEvents_time", event.time.as_deref()),
        ("cloudEvents_datacontenttype", Some(event.datacontenttype)),
        ("cloudEvents_dataschema", Some(event.dataschema)),
    ];
    for (name, value) in attributes {
        if let Some(value) = value {
            headers.insert(name.into(), AMQPValue::LongString(value.into()));
        }
    }
    if let Some(trace) = &outgoing.trace {
        headers.insert(TRACEPARENT.into(), AMQPValue::LongString(trace.to_string().into()));
    }
    let mut properties = BasicProperties::default()
        .with_content_type("application/cloudevents+json".into())
        .with_delivery_mode(PERSISTENT)
        .with_type(event.kind.as_str().into())
        .with_app_id("copydesk".into())
        .with_timestamp(seconds(SystemTime::now()))
        .with_headers(headers);
    if let Some(id) = short(&event.id) {
        properties = properties.with_message_id(id);
    }
    properties
}

/// Properties of a message that goes into a retry tier.
pub fn retry(message: &Carried) -> BasicProperties {
    let mut headers = copied(message);
    headers.insert(ATTEMPT.into(), AMQPValue::LongUInt(message.attempt));
    properties(message, headers)
}

/// Properties of a message that is parked.
pub fn park(message: &Carried, reason: ParkReason, stage: Stage, error: &str) -> BasicProperties {
    let mut headers = copied(message);
    let error: String = error.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for (name, value) in
        [("reason", reason.as_str()), ("stage", stage.as_str()), ("error", cut(&error, ERROR_BYTES))]
    {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    headers.insert("attempt".into(), AMQPValue::LongUInt(message.attempt));
    properties(message, headers)
}

/// Properties of a message as it came.
pub fn carried(message: &Carried) -> BasicProperties {
    properties(message, copied(message))
}

fn copied(message: &Carried) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in &message.envelope.headers {
        if let Some(name) = short(name) {
            table.insert(name, AMQPValue::LongString(value.as_str().into()));
        }
    }
    table
}

fn properties(message: &Carried, headers: FieldTable) -> BasicProperties {
    let envelope = &message.envelope;
    let mut properties = BasicProperties::default().with_delivery_mode(PERSISTENT).with_headers(headers);
    if let Some(kind) = envelope.content_type.as_deref().and_then(short) {
        properties = properties.with_content_type(kind);
    }
    if let Some(encoding) = envelope.content_encoding.as_deref().and_then(short) {
        properties = properties.with_content_encoding(encoding);
    }
    if let Some(id) = envelope.message_id.as_deref().and_then(short) {
        properties = properties.with_message_id(id);
    }
    if let Some(sent) = message.sent_at {
        properties = properties.with_timestamp(seconds(sent));
    }
    properties
}

/// A short string, unless it is too long for one.
pub fn short(text: &str) -> Option<ShortString> {
    ShortString::try_new(text).ok()
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, AMQPValue)]) -> BasicProperties {
        let mut table = FieldTable::default();
        for (name, value) in rows {
            table.insert((*name).into(), value.clone());
        }
        BasicProperties::default().with_headers(table)
    }

    fn long(text: &str) -> AMQPValue {
        AMQPValue::LongString(text.into())
    }

    #[test]
    fn string_like_headers_are_taken_and_the_brokers_own_are_not() {
        let properties = table(&[
            ("URL", long("https://herald.example/a")),
            ("status", AMQPValue::LongInt(200)),
            ("x-death", AMQPValue::FieldArray(Vec::new().into())),
            (ATTEMPT, AMQPValue::LongLongInt(2)),
            (DELIVERY_COUNT, AMQPValue::LongLongInt(5)),
            ("nested", AMQPValue::FieldTable(FieldTable::default())),
            ("bytes", AMQPValue::LongString(vec![0xff, 0xfe].into())),
            ("long", long(&"v".repeat(VALUE_BYTES + 1))),
        ]);
        let (envelope, circumstances) = take(&properties, b"page".to_vec(), true);
        let headers: Vec<_> = envelope.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(headers, [("status", "200"), ("url", "https://herald.example/a")]);
        assert_eq!((circumstances.attempt, circumstances.seen), (2, 5));
    }

    #[test]
    fn copied_headers_are_bounded_and_those_of_the_page_come_first() {
        let mut rows: Vec<(String, AMQPValue)> =
            (0..500).map(|n| (format!("a{n:03}"), long(&"v".repeat(600)))).collect();
        rows.push(("url".to_owned(), long("https://herald.example/a")));
        let rows: Vec<_> = rows.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        let (envelope, _) = take(&table(&rows), Vec::new(), false);
        assert!(envelope.headers.contains_key("url"));
        assert_eq!(envelope.headers.len(), HEADERS);
        let bytes: usize = envelope.headers.iter().map(|(n, v)| n.len() + v.len()).sum();
        assert!(bytes <= ALL_BYTES, "{bytes}");
    }

    #[test]
    fn hostile_counts_and_times_mean_nothing() {
        let properties = table(&[
            (ATTEMPT, AMQPValue::LongLongInt(-1)),
            (DELIVERY_COUNT, AMQPValue::LongLongInt(i64::MAX)),
        ])
        .with_timestamp(u64::MAX);
        let (_, circumstances) = take(&properties, Vec::new(), false);
        assert_eq!(circumstances, Circumstances::default());
    }

    #[test]
    fn a_parked_message_says_why_in_one_short_line() {
        let mut message = Carried { envelope: Envelope::default(), attempt: 3, sent_at: None };
        message.envelope.message_id = Some("m".repeat(300));
        let error = format!("bad\r\nthing {}", "é".repeat(2000));
        let properties = park(&message, ParkReason::Panic, Stage::Parse, &error);
        let headers = properties.headers().as_ref().unwrap().inner();
        assert_eq!(headers.get("reason"), Some(&long("panic")));
        assert_eq!(headers.get("stage"), Some(&long("parse")));
        assert_eq!(headers.get("attempt"), Some(&AMQPValue::LongUInt(3)));
        let Some(AMQPValue::LongString(said)) = headers.get("error") else { panic!("no error header") };
        assert!(said.len() <= ERROR_BYTES && said.to_string().starts_with("bad  thing é"));
        assert_eq!(properties.message_id(), &None, "too long for a short string");
    }
}
