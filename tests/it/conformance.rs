//! What every transport promises, held against each of them: a message is lent until it is settled, comes
//! back when it is dropped, and what was put is safe once it is confirmed.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copydesk::model::event::{ArticleEvent, EventType};
use copydesk::model::failure::{ParkReason, Stage};
use copydesk::model::{Envelope, SkipReason};
use copydesk::telemetry::Health;
use copydesk::transport::files::{FileSink, FileSource, Inputs};
use copydesk::transport::{Delivery, Outgoing, OutgoingEvent, Sink, Source, channel, rabbitmq};

use lapin::BasicProperties;

use crate::kit::room::Room;

const PAGES: usize = 12;
/// A transport that answers at all answers within this; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

fn body(number: usize) -> String {
    format!(
        "{{\"id\": \"p{number}\", \"body\": \"The harbour council met for the {number}th time this year.\"}}"
    )
}

fn envelope(number: usize) -> Envelope {
    Envelope {
        payload: body(number).into(),
        content_type: Some("application/json".into()),
        message_id: Some(format!("p{number}")),
        ..Envelope::default()
    }
}

/// The message's own number, wherever the transport carries it.
fn number(delivery: &Delivery) -> usize {
    let text = String::from_utf8_lossy(&delivery.envelope.payload).into_owned();
    let message: serde_json::Value = serde_json::from_str(&text).unwrap();
    message["id"].as_str().unwrap()[1..].parse().unwrap()
}

fn event(number: usize) -> Outgoing {
    let raw = copydesk::model::page::RawInfo {
        message_id: Some(format!("p{number}")),
        page_key: format!("{number:064}"),
        sha256: String::new(),
        bytes: 0,
        content_type: "text/plain".into(),
        encoding: "utf-8".into(),
        scraper: None,
        fetched_at: None,
    };
    let assessor =
        copydesk::assess::Assessor { source: "urn:copydesk:test".into(), identifier: Default::default() };
    let event: ArticleEvent = assessor.skipped(SkipReason::Empty, "for the test".into(), None, None, raw);
    assert_eq!(event.kind, EventType::Skipped);
    let payload = serde_json::to_vec(&event).unwrap().into();
    Outgoing::Event(Box::new(OutgoingEvent { event, payload, trace: None }))
}

async fn next(source: &mut impl Source) -> Delivery {
    tokio::time::timeout(PATIENCE, source.next()).await.expect("a message in time").expect("a message")
}

/// Every message is lent; one that is dropped comes back, counted; all can be settled, each once.
async fn keeps_its_promises(mut source: impl Source, sink: impl Sink) {
    let (mut settled, mut dropped) = (BTreeSet::new(), BTreeSet::new());
    while settled.len() < PAGES {
        let delivery = next(&mut source).await;
        let n = number(&delivery);
        assert!(!settled.contains(&n), "{n} was settled and lent again");
        if n.is_multiple_of(3) && dropped.insert(n) {
            drop(delivery);
            continue;
        }
        assert!(!n.is_multiple_of(3) || delivery.seen > 0, "{n} came back and does not say so");
        // A copy parked and an event: both are confirmed before the message is settled.
        if n.is_multiple_of(4) {
            let park = Outgoing::Park {
                message: delivery.carried(0),
                reason: ParkReason::Deadline,
                stage: Stage::Parse,
                error: "for the test".into(),
                raw: None,
            };
            sink.put(&park).await.expect("a confirm");
        }
        let confirmed =
            tokio::time::timeout(PATIENCE, sink.put(&event(n))).await.expect("in time").expect("a confirm");
        delivery.settle(confirmed).await.expect("settled");
        settled.insert(n);
    }
    assert_eq!(dropped.len(), PAGES / 3);
    source.stop().await;
    assert!(tokio::time::timeout(PATIENCE, source.next()).await.expect("an end in time").is_none());
    source.close().await;
}

#[tokio::test]
async fn the_channel() {
    let (handle, source, sink) = channel::channel();
    (0..PAGES)
        .for_each(|n| handle.feed(channel::Message { envelope: envelope(n), ..channel::Message::default() }));
    keeps_its_promises(source, sink).await;
    assert_eq!(handle.settled(), PAGES as u64);
    assert_eq!(handle.remaining(), 0);
    assert_eq!(handle.put().len(), PAGES + PAGES / 4);
}

/// Bytes that a sink wrote.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn files() {
    let dir = tempfile::tempdir().unwrap();
    let lines: String = (0..PAGES).map(|n| body(n) + "\n").collect();
    std::fs::write(dir.path().join("pages.jsonl"), lines).unwrap();
    let inputs = Inputs::find(&[dir.path().to_owned()]).unwrap();
    let written = Written::default();
    keeps_its_promises(FileSource::new(inputs, 1 << 20, 4), FileSink::new(written.clone())).await;
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), PAGES + PAGES / 4);
    assert_eq!(lines.iter().filter(|l| l["parked"]["reason"] == "deadline").count(), PAGES / 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rabbitmq() {
    let room = Room::open("conformance").await;
    let properties = BasicProperties::default().with_content_type("application/json".into());
    room.feed(
        (0..PAGES)
            .map(|n| (properties.clone().with_message_id(format!("p{n}").into()), body(n).into_bytes())),
    )
    .await;
    let (source, sink) = rabbitmq::start(room.settings.clone(), Health::new());
    keeps_its_promises(source, sink).await;
    let names = room.settings.names();
    room.await_depth(&names.parking(), PAGES as u32 / 4, PATIENCE).await;
    room.await_depth(&names.skipped(), PAGES as u32, PATIENCE).await;
    assert_eq!(room.depth(&names.raw()).await, 0, "all settled");
}
