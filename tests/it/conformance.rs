//! What every transport promises, told once and held against each.

use std::collections::BTreeMap;
use std::time::Duration;

use copydesk::model::Envelope;
use copydesk::model::failure::{ParkReason, Stage};
use copydesk::telemetry::Health;
use copydesk::transport::channel::{self, ChannelSink, ChannelSource, Handle, Message};
use copydesk::transport::rabbitmq::{self, RabbitSink, RabbitSource};
use copydesk::transport::{Delivery, Outgoing, Sink, Source, Tier};
use lapin::BasicProperties;

use crate::kit::room::Room;

const PATIENCE: Duration = Duration::from_secs(30);

/// A transport under test, seen from outside.
trait Outside {
    type Source: Source;
    type Sink: Sink;
    async fn feed(&self, id: &str);
    /// A source and a sink that begin where the last ones ended.
    async fn open(&mut self) -> (Self::Source, Self::Sink);
    /// Ids of messages parked and put into the first retry tier.
    async fn found(&self) -> (Vec<String>, Vec<String>);
    async fn waiting(&self) -> usize;
}

async fn conforms(mut outside: impl Outside) {
    for n in 0..6 {
        outside.feed(&format!("m{n}")).await;
    }
    let (mut source, sink) = outside.open().await;

    // every message is lent, with its id, once as long as it is not settled
    let mut lent = BTreeMap::new();
    while lent.len() < 6 {
        let delivery = next(&mut source).await;
        assert_eq!((delivery.seen, delivery.attempt), (0, 0));
        settle_some(&sink, delivery, &mut lent).await;
    }

    // what is dropped unsettled comes again, and says so
    let dropped = lent.remove("m5").flatten().expect("m5 is held");
    drop(dropped);
    let again = next(&mut source).await;
    assert_eq!(again.envelope.message_id.as_deref(), Some("m5"));
    assert!(again.seen > 0);

    // a copy is put before its message is settled; the message is gone then
    let parked = Outgoing::Park {
        message: again.carried(0),
        reason: ParkReason::Panic,
        stage: Stage::Parse,
        error: "on purpose".to_owned(),
    };
    let confirmed = sink.put(&parked).await.unwrap();
    again.settle(confirmed).await.unwrap();
    let held = lent.remove("m4").flatten().expect("m4 is held");
    let retry = Outgoing::Retry { tier: Tier::OneHour, message: held.carried(1) };
    let confirmed = sink.put(&retry).await.unwrap();
    held.settle(confirmed).await.unwrap();

    // stopping ends the source; what is held can still be settled
    outside.feed("late").await;
    source.stop().await;
    let held = lent.remove("m3").flatten().expect("m3 is held");
    let parked = Outgoing::Park {
        message: held.carried(0),
        reason: ParkReason::Deadline,
        stage: Stage::Clean,
        error: "on purpose".to_owned(),
    };
    held.settle(sink.put(&parked).await.unwrap()).await.unwrap();
    source.close().await;
    let (parked, retried) = outside.found().await;
    assert_eq!((sorted(parked), retried), (vec!["m3".to_owned(), "m5".to_owned()], vec!["m4".to_owned()]));
    assert_eq!(outside.waiting().await, 1, "the late one alone");
}

/// Settles m0 to m2 as they come, by parking them nowhere: they are put into a tier and forgotten.
async fn settle_some(sink: &impl Sink, delivery: Delivery, lent: &mut BTreeMap<String, Option<Delivery>>) {
    let id = delivery.envelope.message_id.clone().unwrap();
    assert!(!lent.contains_key(&id), "{id} was lent twice");
    if matches!(id.as_str(), "m0" | "m1" | "m2") {
        let put = Outgoing::Retry { tier: Tier::TenMinutes, message: delivery.carried(1) };
        delivery.settle(sink.put(&put).await.unwrap()).await.unwrap();
        lent.insert(id, None);
    } else {
        lent.insert(id, Some(delivery));
    }
}

async fn next(source: &mut impl Source) -> Delivery {
    tokio::time::timeout(PATIENCE, source.next())
        .await
        .expect("a delivery comes")
        .expect("the source goes on")
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

struct InMemory {
    handle: Handle,
    ends: Option<(ChannelSource, ChannelSink)>,
}

impl Outside for InMemory {
    type Source = ChannelSource;
    type Sink = ChannelSink;

    async fn feed(&self, id: &str) {
        let envelope = Envelope { message_id: Some(id.to_owned()), ..Envelope::default() };
        self.handle.feed(Message { envelope, ..Message::default() });
    }

    async fn open(&mut self) -> (ChannelSource, ChannelSink) {
        self.ends.take().expect("opened once")
    }

    async fn found(&self) -> (Vec<String>, Vec<String>) {
        let (mut parked, mut retried) = (Vec::new(), Vec::new());
        for outgoing in self.handle.put() {
            match outgoing {
                Outgoing::Park { message, .. } => parked.extend(message.envelope.message_id),
                Outgoing::Retry { tier: Tier::OneHour, message } => {
                    retried.extend(message.envelope.message_id)
                }
                Outgoing::Retry { .. } | Outgoing::Event(_) => {}
            }
        }
        (parked, retried)
    }

    async fn waiting(&self) -> usize {
        self.handle.remaining()
    }
}

#[tokio::test]
async fn the_channel_conforms() {
    let (handle, source, sink) = channel::channel();
    conforms(InMemory { handle, ends: Some((source, sink)) }).await;
}

impl Outside for Room {
    type Source = RabbitSource;
    type Sink = RabbitSink;

    async fn feed(&self, id: &str) {
        Room::feed(self, [(BasicProperties::default().with_message_id(id.into()), b"page".to_vec())]).await;
    }

    async fn open(&mut self) -> (RabbitSource, RabbitSink) {
        rabbitmq::start(self.settings.clone(), Health::new())
    }

    async fn found(&self) -> (Vec<String>, Vec<String>) {
        let names = self.settings.names();
        let mut found = Vec::new();
        for queue in [names.parking(), names.tier(Tier::OneHour)] {
            let taken = self.take(&queue).await;
            let id = |m: &lapin::message::BasicGetMessage| m.delivery.properties.message_id().clone();
            found.push(taken.iter().filter_map(id).map(|id| id.as_str().to_owned()).collect());
        }
        let retried = found.pop().unwrap_or_default();
        (found.pop().unwrap_or_default(), retried)
    }

    async fn waiting(&self) -> usize {
        let names = self.settings.names();
        self.await_depth(&names.raw(), 1, PATIENCE).await;
        self.depth(&names.raw()).await as usize
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rabbitmq_conforms() {
    conforms(Room::open("conforms").await).await;
}
