//! One, two and four replicas of the binary on one broker and one Redis: the same verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, ExchangeKind};
use serde_json::Value;

use copydesk::transport::rabbitmq::Settings;
use copydesk::transport::rabbitmq::topology::Topology;

use crate::kit::room::{Process, Room, page};
use crate::redis_server::RedisServer;

type Message = (BasicProperties, Vec<u8>);

/// Each story three times: at its publisher by two scrapers, and at another publisher.
fn stream(stories: usize) -> Vec<Message> {
    let mut all = Vec::new();
    for n in 0..stories {
        let (properties, body) = page(&format!("s-{n:05}"), n);
        for (copy, publisher, scraper) in
            [(0, "herald", "kit"), (1, "herald", "other"), (2, "courier", "kit")]
        {
            let url = format!("https://{publisher}{}.example/{n}", n % 7);
            let mut headers = FieldTable::default();
            headers.insert("url".into(), AMQPValue::LongString(url.into()));
            headers.insert("scraper".into(), AMQPValue::LongString(scraper.into()));
            headers.insert("story".into(), AMQPValue::LongString(format!("{n}").into()));
            let id = format!("s-{n:05}-{copy}");
            all.push((
                properties.clone().with_message_id(id.as_str().into()).with_headers(headers),
                body.clone(),
            ));
        }
    }
    // Copies apart from one another, and some right behind.
    let half = all.len() / 2;
    (0..all.len()).map(|at| all[if at % 2 == 0 { at / 2 } else { half + at / 2 }].clone()).collect()
}

#[derive(Debug, PartialEq)]
struct Verdicts {
    articles: BTreeSet<String>,
    classes: BTreeMap<String, usize>,
    /// Verdicts of each story, in alphabetical order.
    stories: BTreeMap<String, Vec<String>>,
}

fn verdicts(events: &BTreeMap<String, Vec<Value>>) -> Verdicts {
    let (mut articles, mut classes, mut stories) =
        (BTreeSet::new(), BTreeMap::new(), BTreeMap::<String, Vec<String>>::new());
    for (page, events) in events {
        let ids: BTreeSet<&str> = events.iter().filter_map(|e| e["id"].as_str()).collect();
        assert_eq!(ids.len(), 1, "{page}: whatever arrives twice has one id");
        let data = &events[0]["data"];
        let verdict = match data["dedup"]["verdict"].as_str().unwrap_or("none") {
            // Near where the site taught a replica a line between the two.
            "exact_duplicate" | "near_duplicate" => "copy",
            other => other,
        };
        let verdict = verdict.to_owned();
        articles.insert(data["article_id"].as_str().unwrap_or_default().to_owned());
        *classes.entry(verdict.clone()).or_insert(0) += 1;
        stories.entry(page[..7].to_owned()).or_default().push(verdict);
    }
    stories.values_mut().for_each(|verdicts| verdicts.sort());
    Verdicts { articles, classes, stories }
}

fn replicas(count: usize, url: &str, store: &str, extra: &[(&str, &str)]) -> Vec<Process> {
    let settings = [&[("COPYDESK__STORE__URL", store), ("COPYDESK__WORKER__JOBS", "1")], extra].concat();
    (0..count).map(|_| Process::start(url, &settings)).collect()
}

/// Runs a stream through so many replicas; the seconds it took, and what came out.
async fn run(count: usize, stream: &[Message], redis: &RedisServer) -> (f64, BTreeMap<String, Vec<Value>>) {
    let room = Room::open(&format!("scale{count}")).await;
    let working = replicas(count, &room.settings.url, &redis.url(), &[]);
    let since = Instant::now();
    room.feed(stream.iter().cloned()).await;
    let mut events = BTreeMap::new();
    await_all(&room, &mut events, stream.len()).await;
    let took = since.elapsed().as_secs_f64();
    drop(working);
    (took, events)
}

async fn await_all(room: &Room, events: &mut BTreeMap<String, Vec<Value>>, wanted: usize) {
    let since = Instant::now();
    while events.len() < wanted {
        for (page, found) in room.events_by_page().await {
            events.entry(page).or_default().extend(found);
        }
        assert!(since.elapsed() < Duration::from_secs(240), "{} of {wanted} pages came out", events.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_give_the_verdicts_of_one() {
    let stream = stream(30);
    let mut one = None;
    for count in [1, 2, 4] {
        let redis = RedisServer::start();
        let (_, events) = run(count, &stream, &redis).await;
        let found = verdicts(&events);
        assert_eq!(found.articles.len(), 60, "two publishers a story");
        for (story, verdicts) in &found.stories {
            assert_eq!(verdicts, &["copy", "new", "syndicated"], "{count} replicas, {story}");
        }
        let one = one.get_or_insert_with(|| verdicts(&events));
        assert_eq!(&found, one, "{count} replicas");
    }
}

/// A consistent-hash exchange over queues with a single active consumer: a site's pages stay together,
/// and where the active replica dies the other of its queue takes over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_keep_a_site_together_and_survive_their_replica() {
    let room = Room::open("partitions").await;
    let redis = RedisServer::start();
    let text = |s: &str| AMQPValue::LongString(s.into());
    let mut by_story = FieldTable::default();
    by_story.insert("hash-header".into(), text("story"));
    let kind = ExchangeKind::Custom("x-consistent-hash".into());
    let declare = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    room.channel
        .exchange_declare("pages.partitioned".into(), kind, declare, by_story)
        .await
        .expect("declares");
    let mut raw = Vec::new();
    let mut working = Vec::new();
    let mut partitions = Vec::new();
    for prefix in ["p0.", "p1."] {
        let settings = Settings { prefix: prefix.to_owned(), ..room.settings.clone() };
        let names = settings.names();
        Topology::new(&names, true).declare(&settings).await.expect("the topology is declared");
        let queue = names.raw();
        room.channel
            .queue_delete(queue.as_str().into(), QueueDeleteOptions::default())
            .await
            .expect("deletes");
        let mut single = FieldTable::default();
        single.insert("x-queue-type".into(), text("quorum"));
        single.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
        let options = QueueDeclareOptions::durable();
        room.channel.queue_declare(queue.as_str().into(), options, single).await.expect("declares");
        let weight: ShortString = "1".into();
        let bind = QueueBindOptions::default();
        let exchange: ShortString = "pages.partitioned".into();
        room.channel
            .queue_bind(queue.as_str().into(), exchange, weight, bind, FieldTable::default())
            .await
            .expect("binds");
        let extra = [("COPYDESK__RABBITMQ__PREFIX", prefix)];
        working.push(replicas(2, &room.settings.url, &redis.url(), &extra));
        raw.push(queue);
        partitions.push(settings);
    }
    let stream = stream(30);
    for (n, (properties, body)) in stream.iter().enumerate() {
        let options = lapin::options::BasicPublishOptions::default();
        let properties = properties.clone().with_delivery_mode(2);
        let sent =
            room.channel.basic_publish("pages.partitioned".into(), "".into(), options, body, properties);
        assert!(sent.await.expect("sends").await.expect("answers").is_ack());
        if n == stream.len() / 2 {
            // The one that was started first is the active one.
            working[0].remove(0).kill();
        }
    }
    let (mut events, mut partition_of) = (BTreeMap::<String, Vec<Value>>::new(), BTreeMap::new());
    let since = Instant::now();
    while events.len() < stream.len() {
        for (n, settings) in partitions.iter().enumerate() {
            for message in room.take(&settings.names().all()).await {
                let event: Value = serde_json::from_slice(&message.delivery.data).expect("JSON");
                let page = event["data"]["raw"]["message_id"].as_str().unwrap_or_default().to_owned();
                let of = partition_of.entry(page[..7].to_owned()).or_insert(n);
                assert_eq!(*of, n, "{page}: a story's pages stay in one partition");
                events.entry(page).or_default().push(event);
            }
        }
        assert!(since.elapsed() < Duration::from_secs(240), "{} of {} came out", events.len(), stream.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(partition_of.values().collect::<BTreeSet<_>>().len(), 2, "both have their part");
    let found = verdicts(&events);
    assert!(found.stories.values().all(|v| v == &["copy", "new", "syndicated"]), "{found:?}");
}

/// `cargo test --release --test it scale::table -- --ignored --nocapture`; `COPYDESK_STORIES` says how many.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: make bench-scale"]
async fn table() {
    let stories = std::env::var("COPYDESK_STORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
    let stream = stream(stories);
    println!("replicas  pages/s  script calls/page  store bytes in/page  out/page  store memory/article");
    for count in [1, 2, 4] {
        let redis = RedisServer::start();
        let (took, _) = run(count, &stream, &redis).await;
        let pages = stream.len() as f64;
        let info = info(&redis).await;
        let field = |name: &str| {
            let line = info.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("0");
            line.split([',', '\r']).next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0)
        };
        println!(
            "{count:>8}  {:>7.0}  {:>17.2}  {:>19.0}  {:>8.0}  {:>20.0}",
            pages / took,
            field("cmdstat_evalsha:calls=") / pages,
            field("total_net_input_bytes:") / pages,
            field("total_net_output_bytes:") / pages,
            field("used_memory_dataset:") / (stories * 2) as f64,
        );
    }
}

async fn info(redis: &RedisServer) -> String {
    let client = ::redis::Client::open(redis.url()).expect("url");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connects");
    ::redis::cmd("INFO").arg("everything").query_async(&mut connection).await.expect("answers")
}
