//! The worker over RabbitMQ beside a bare consume–confirm–ack pass-through of the same bodies.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Connection, ConnectionProperties, PublisherConfirm};

use crate::kit::room::Room;

const PAGES: usize = 1500;
const ROUNDS: usize = 3;
const PREFETCH: u16 = 256;

/// To be run alone, and in release: `make bench`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: make bench"]
async fn worker_beside_a_bare_pass_through() {
    let bodies = bodies();
    let bytes: usize = bodies.iter().map(|(_, body)| body.len()).sum();
    println!("{} bodies, {} KiB on average", bodies.len(), bytes / bodies.len() / 1024);
    let room = Room::open_alone("bench").await;
    let names = room.settings.names();
    let (mut bare, mut worker) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        room.feed(bodies.iter().cloned()).await;
        let since = Instant::now();
        pass_through(&room, bodies.len()).await;
        bare.push(bodies.len() as f64 / since.elapsed().as_secs_f64());
        empty(&room).await;

        room.feed(bodies.iter().cloned()).await;
        let since = Instant::now();
        let working = room.worker();
        while working.account.balance().ended() < bodies.len() as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        worker.push(bodies.len() as f64 / since.elapsed().as_secs_f64());
        let balance = working.drain().await;
        assert_eq!(balance.parked, 0, "{balance:?}");
        empty(&room).await;
        println!("round {round}: bare {:.0}/s, worker {:.0}/s", bare[round - 1], worker[round - 1]);
    }
    assert_eq!(room.depth(&names.raw()).await, 0);
    let best = |runs: &[f64]| runs.iter().copied().fold(0.0, f64::max);
    println!(
        "best of {ROUNDS}: bare {:.0} messages/s, worker {:.0} pages/s, ratio {:.2}",
        best(&bare),
        best(&worker),
        best(&worker) / best(&bare)
    );
}

/// The shipped pages over and over, each under an id of its own.
fn bodies() -> Vec<(BasicProperties, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir("tests/pages").unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "html" || e == "txt"));
    files.sort();
    let pages: Vec<_> = files
        .iter()
        .map(|path| {
            let kind = if path.extension().is_some_and(|e| e == "txt") { "text/plain" } else { "text/html" };
            (kind, std::fs::read(path).unwrap())
        })
        .collect();
    (0..PAGES)
        .map(|n| {
            let (kind, body) = &pages[n % pages.len()];
            let id = format!("bench-{n}");
            let mut headers = FieldTable::default();
            let url = format!("https://herald.example/{n}");
            headers.insert("url".into(), lapin::types::AMQPValue::LongString(url.into()));
            let properties = BasicProperties::default()
                .with_content_type((*kind).into())
                .with_message_id(id.as_str().into())
                .with_headers(headers);
            (properties, body.clone())
        })
        .collect()
}

/// Consume, publish, await the confirm, acknowledge the contiguous prefix: two connections, pipelined.
async fn pass_through(room: &Room, count: usize) {
    let connect = || Connection::connect(&room.settings.url, ConnectionProperties::default());
    let (consuming, publishing) = (connect().await.unwrap(), connect().await.unwrap());
    let (from, to) = (consuming.create_channel().await.unwrap(), publishing.create_channel().await.unwrap());
    to.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    from.basic_qos(PREFETCH, BasicQosOptions::default()).await.unwrap();
    let names = room.settings.names();
    let options = BasicConsumeOptions::default();
    let mut deliveries = from
        .basic_consume(names.raw().as_str().into(), "".into(), options, FieldTable::default())
        .await
        .unwrap();
    let mut pending: VecDeque<(u64, PublisherConfirm)> = VecDeque::new();
    let (mut taken, mut done) = (0, 0);
    while done < count {
        while taken < count && pending.len() < usize::from(PREFETCH) / 2 {
            let delivery = deliveries.next().await.unwrap().unwrap();
            taken += 1;
            let confirm = to
                .basic_publish(
                    names.articles().as_str().into(),
                    "article.created.en.none.bare".into(),
                    BasicPublishOptions::default(),
                    &delivery.data,
                    delivery.properties.clone().with_delivery_mode(2),
                )
                .await
                .unwrap();
            pending.push_back((delivery.delivery_tag, confirm));
        }
        let batch = pending.len().min(32);
        let mut last = 0;
        for (tag, confirm) in pending.drain(..batch) {
            assert!(confirm.await.unwrap().is_ack());
            last = tag;
        }
        from.basic_ack(last, BasicAckOptions { multiple: true }).await.unwrap();
        done += batch;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    consuming.close(200, "done".into()).await.unwrap();
    publishing.close(200, "done".into()).await.unwrap();
}

async fn empty(room: &Room) {
    let names = room.settings.names();
    for queue in [names.all(), names.skipped()] {
        room.channel
            .queue_purge(queue.as_str().into(), lapin::options::QueuePurgeOptions::default())
            .await
            .unwrap();
    }
}
