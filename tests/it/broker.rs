//! The worker over RabbitMQ on a private node that stays up: what goes where, drains, retries, parking,
//! topology and the commands for them.

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use copydesk::fetch::{FetchSettings, Fetcher};
use copydesk::transport::Tier;
use copydesk::transport::rabbitmq::Settings;
use copydesk::worker::Pipeline;
use lapin::BasicProperties;
use lapin::options::QueueDeleteOptions;
use lapin::types::{AMQPValue, FieldTable};

use crate::kit::http;
use crate::kit::proxy::{Mode, Proxy};
use crate::kit::room::{Room, missing, page, pages, pipeline, reqwest_client};

/// For machines that are busy with other things.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_in_and_events_come_out_once_each() {
    let room = Room::open("through").await;
    room.feed(pages("p", 300)).await;
    let worker = room.worker();
    room.await_depth(&room.settings.names().all(), 300, PATIENCE).await;
    assert_eq!(worker.health.not_ready(), []);
    let balance = worker.drain().await;
    let events = room.events_by_page().await;
    assert_eq!(events.len(), 300);
    assert!(events.values().all(|e| e.len() == 1), "each once");
    assert_eq!((balance.received, balance.created), (300, 300));
    assert_eq!(room.depth(&room.settings.names().raw()).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_carries_its_attributes_as_headers_and_its_trace() {
    let room = Room::open("headers").await;
    let (properties, body) = page("traced", 1);
    let mut headers = properties.headers().clone().unwrap();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    headers.insert("traceparent".into(), AMQPValue::LongString(parent.into()));
    room.feed([(properties.with_headers(headers), body)]).await;
    let worker = room.worker();
    let all = room.settings.names().all();
    room.await_depth(&all, 1, PATIENCE).await;
    worker.drain().await;
    let message = room.take(&all).await.pop().unwrap().delivery;
    let event: serde_json::Value = serde_json::from_slice(&message.data).unwrap();
    let text = |name: &str| match message.properties.headers().as_ref().unwrap().inner().get(name) {
        Some(AMQPValue::LongString(value)) => value.to_string(),
        other => panic!("{name}: {other:?}"),
    };
    for attribute in ["id", "source", "type", "subject", "time", "specversion", "dataschema"] {
        assert_eq!(
            text(&format!("cloudEvents_{attribute}")),
            event[attribute].as_str().unwrap(),
            "{attribute}"
        );
    }
    let trace = text("traceparent");
    assert!(trace.starts_with(&parent[..36]) && trace != parent, "same trace, a span of its own: {trace}");
    let id = message.properties.message_id().as_ref().unwrap();
    assert_eq!(id.as_str(), event["id"].as_str().unwrap());
    assert_eq!(message.properties.delivery_mode(), &Some(2));
    let kind = message.properties.content_type().as_ref().unwrap();
    assert_eq!(kind.as_str(), "application/cloudevents+json");
    assert!(message.routing_key.as_str().starts_with("article.created."), "{}", message.routing_key);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drains_under_load_make_no_duplicates_and_lose_nothing() {
    let room = Room::open("drains").await;
    const PAGES: usize = 700;
    room.feed(pages("d", PAGES)).await;
    let all = room.settings.names().all();
    let (mut received, mut returned) = (0, 0);
    for round in 1..=4u32 {
        let worker = room.worker();
        room.await_depth(&all, round * 100, PATIENCE).await;
        let balance = worker.drain().await;
        received += balance.received;
        returned += balance.returned;
    }
    let worker = room.worker();
    room.await_depth(&all, PAGES as u32, PATIENCE).await;
    let balance = worker.drain().await;
    (received, returned) = (received + balance.received, returned + balance.returned);
    let events = room.events_by_page().await;
    assert_eq!(missing(&events.keys().cloned().collect(), "d", PAGES), Vec::<String>::new());
    let duplicates: usize = events.values().map(|e| e.len() - 1).sum();
    assert_eq!(duplicates, 0);
    assert_eq!((received - returned) as usize, PAGES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigkill_of_the_worker_loses_nothing_and_sigterm_ends_it_in_order() {
    let room = Room::open("sigkill").await;
    const PAGES: usize = 600;
    room.feed(pages("k", PAGES)).await;
    let all = room.settings.names().all();
    for round in 1..=2 {
        let worker = room.process(&[("COPYDESK__WORKER__PREFETCH_MAX", "64")]);
        room.await_depth(&all, round * 150, PATIENCE).await;
        worker.kill();
    }
    let mut worker = room.process(&[]);
    room.await_depth(&all, PAGES as u32, PATIENCE).await;
    let raw = room.settings.names().raw();
    while room.depth(&raw).await > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    worker.signal("TERM");
    let code = tokio::task::spawn_blocking(move || worker.await_end(Duration::from_secs(20))).await.unwrap();
    assert_eq!(code, Some(0));
    let events = room.events_by_page().await;
    assert_eq!(missing(&events.keys().cloned().collect(), "k", PAGES), Vec::<String>::new());
    let duplicates: usize = events.values().map(|e| e.len() - 1).sum();
    // what was published and not yet acknowledged: old and new consumer's prefetch at most
    assert!(duplicates <= 2 * 2 * 64, "{duplicates} duplicates");
    for (page, events) in &events {
        assert!(
            events.iter().all(|e| e["id"] == events[0]["id"]),
            "{page}: a repeated event has the same id"
        );
    }
    let names = room.settings.names();
    assert_eq!(room.depth(&names.parking()).await, 0);
}

/// RabbitMQ takes back what is on its way to a consumer that is cancelled, and counts it as a delivery.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_growing_prefetch_redelivers_nothing() {
    let room = Room::open("growing").await;
    const PAGES: usize = 600;
    room.feed(pages("g", PAGES)).await;
    let mut worker = room.process(&[("COPYDESK__WORKER__PREFETCH_MAX", "128")]);
    room.await_depth(&room.settings.names().all(), PAGES as u32, PATIENCE).await;
    let (status, metrics) = http(worker.listen.parse().unwrap(), "GET", "/metrics", &[], "").unwrap();
    assert_eq!(status, 200);
    let value = |name: &str| {
        let line = metrics.lines().find(|line| line.starts_with(name));
        line.map_or(0.0, |line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
    };
    assert!(value("copydesk_prefetch_messages") > 1.0, "it has grown");
    assert_eq!(value("copydesk_messages_received_total{redelivered=\"false\"}"), PAGES as f64);
    assert_eq!(value("copydesk_messages_received_total{redelivered=\"true\"}"), 0.0);
    worker.signal("TERM");
    let code = tokio::task::spawn_blocking(move || worker.await_end(Duration::from_secs(20))).await.unwrap();
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_nobody_bound_is_kept_by_the_alternate_exchange() {
    let room = Room::open("unrouted").await;
    let names = room.settings.names();
    let (queue, exchange) = (names.all(), names.articles());
    let unbound = room.channel.queue_unbind(
        queue.as_str().into(),
        exchange.as_str().into(),
        "article.#".into(),
        FieldTable::default(),
    );
    unbound.await.unwrap();
    room.feed(pages("u", 50)).await;
    let worker = room.worker();
    room.await_depth(&names.unrouted(), 50, PATIENCE).await;
    assert_eq!(worker.drain().await.created, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_refuses_pauses_the_worker_until_it_takes_again() {
    let room = Room::open("nacks").await;
    let names = room.settings.names();
    room.policy("tight", &names.all(), serde_json::json!({"max-length": 10, "overflow": "reject-publish"}))
        .await;
    room.feed(pages("n", 120)).await;
    let worker = room.worker();
    room.await_depth(&names.all(), 10, PATIENCE).await;
    while worker.gate.is_open() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!worker.health.not_ready().is_empty());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((room.depth(&names.parking()).await, room.in_tiers().await), (0, 0));
    // the subscriber takes what there is, again and again
    let mut found = BTreeSet::new();
    let since = std::time::Instant::now();
    while found.len() < 120 {
        found.extend(room.events_by_page().await.into_keys());
        assert!(since.elapsed() < PATIENCE, "{} of 120 pages", found.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let balance = worker.drain().await;
    assert_eq!((balance.created, balance.parked, balance.retried), (120, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_whose_claim_check_fails_goes_through_the_tiers_with_its_attempts() {
    let room = Room::open("tiers").await;
    let names = room.settings.names();
    // the first tier in half a second, the others as they are
    room.policy(
        "quick",
        &names.tier(Tier::TenSeconds),
        serde_json::json!({"message-ttl": 500, "dead-letter-exchange": "", "dead-letter-routing-key": names.raw(),
            "dead-letter-strategy": "at-least-once", "overflow": "reject-publish"}),
    )
    .await;
    let sha = "0".repeat(64);
    let body = format!(
        "{{\"body_ref\": {{\"uri\": \"http://127.0.0.1:1/x\", \"sha256\": \"{sha}\", \"bytes\": 9}}}}"
    );
    let properties = BasicProperties::default()
        .with_message_id("late".into())
        .with_content_type("application/json".into());
    room.feed([(properties, body.clone().into_bytes())]).await;
    let plain = pipeline();
    let settings = FetchSettings {
        hosts: vec!["127.0.0.1:1".to_owned()],
        private_addresses: true,
        ..FetchSettings::default()
    };
    let fetching = Arc::new(Pipeline {
        read: plain.read.clone(),
        classifier: Arc::clone(&plain.classifier),
        assessor: Arc::clone(&plain.assessor),
        fetcher: Fetcher::new(settings).unwrap(),
        max_event_bytes: plain.max_event_bytes,
    });
    let worker = room.worker_on(room.settings.clone(), fetching);
    room.await_depth(&names.tier(Tier::OneMinute), 1, PATIENCE).await;
    let balance = worker.drain().await;
    assert_eq!((balance.received, balance.retried, balance.parked), (2, 2, 0));
    let message = room.take(&names.tier(Tier::OneMinute)).await.pop().unwrap().delivery;
    assert_eq!(message.data, body.as_bytes());
    let headers = message.properties.headers().clone().unwrap();
    assert_eq!(headers.inner().get("x-attempt"), Some(&AMQPValue::LongUInt(2)), "{headers:?}");
    assert_eq!(message.properties.message_id().as_ref().unwrap().as_str(), "late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_parked_with_its_reason_and_the_quarantine_handles_it() {
    let room = Room::open("parking").await;
    let names = room.settings.names();
    let json = BasicProperties::default().with_content_type("application/json".into());
    let bad = json.clone().with_message_id("bad-1".into());
    let big = BasicProperties::default().with_message_id("big".into()).with_content_type("text/html".into());
    room.feed([
        (bad.clone(), b"{\"body\": 7".to_vec()),
        (json.with_message_id("bad-2".into()), b"[]".to_vec()),
        (big, vec![b'x'; 17 << 20]),
        page("good", 1),
    ])
    .await;
    let worker = room.worker();
    room.await_depth(&names.parking(), 3, PATIENCE).await;
    room.await_depth(&names.all(), 1, PATIENCE).await;
    assert_eq!(worker.drain().await.parked, 3);

    let said = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let listed = room.copydesk(&["quarantine", "ls", "--json"]).await;
    let rows: Vec<serde_json::Value> =
        said(&listed).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let field = |n: usize, name: &str| rows[n][name].as_str().unwrap_or("").to_owned();
    assert_eq!(rows.len(), 3, "{}", said(&listed));
    assert_eq!((field(0, "reason").as_str(), field(0, "stage").as_str()), ("unreadable_envelope", "open"));
    assert!(!field(0, "error").is_empty());
    assert_eq!(field(2, "reason"), "limit_message_bytes");

    let shown = room.copydesk(&["quarantine", "show", "bad-1"]).await;
    assert!(said(&shown).contains("{\"body\": 7"), "{}", said(&shown));
    let exported = room.copydesk(&["quarantine", "export", "--reason", "unreadable_envelope"]).await;
    assert_eq!(said(&exported).lines().count(), 2);
    assert_eq!(
        room.copydesk(&["quarantine", "drop"]).await.status.code(),
        Some(64),
        "it wants to be told which"
    );
    for unknown in [&["drop", "no-such"][..], &["show", "no-such"], &["replay", "--reason", "no_such"]] {
        let out = room.copydesk(&[&["quarantine"], unknown].concat()).await;
        assert_eq!(out.status.code(), Some(64), "{unknown:?}");
    }
    assert_eq!(room.depth(&names.parking()).await, 3, "and nothing is gone");
    assert!(room.copydesk(&["quarantine", "drop", "--reason", "limit_message_bytes"]).await.status.success());
    assert!(room.copydesk(&["quarantine", "replay", "bad-1"]).await.status.success());
    assert_eq!(room.depth(&names.raw()).await, 1);
    assert_eq!(room.depth(&names.parking()).await, 1, "bad-2 stays");
    let replayed = room.take(&names.raw()).await.pop().unwrap().delivery;
    let headers = replayed.properties.headers().clone().unwrap();
    assert!(headers.contains_key("x-replayed-at") && !headers.contains_key("reason"), "{headers:?}");
    assert_eq!(replayed.data, b"{\"body\": 7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_topology_is_compared_in_full_and_a_change_is_told() {
    let room = Room::open("topology").await;
    assert_eq!(room.management.verify(&room.topology).await.unwrap(), []);
    assert!(room.copydesk(&["topology", "verify"]).await.status.success());
    let names = room.settings.names();
    room.policy("other", &names.raw(), serde_json::json!({"delivery-limit": 3})).await;
    let unbound = room.channel.queue_unbind(
        names.parking().as_str().into(),
        names.dlx().as_str().into(),
        "".into(),
        FieldTable::default(),
    );
    unbound.await.unwrap();
    let options = QueueDeleteOptions::default();
    room.channel.queue_delete(names.skipped().as_str().into(), options).await.unwrap();
    let told = room.copydesk(&["topology", "verify"]).await;
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    assert_eq!(told.status.code(), Some(1), "{said}");
    for what in
        ["queue pages.raw: the policy in force", "pages.dlx → pages.parking", "queue pages.skipped: missing"]
    {
        assert!(said.contains(what), "{what} is not told:\n{said}");
    }
    room.no_policy("other").await;
    assert!(room.copydesk(&["topology", "apply"]).await.status.success());
    assert!(room.copydesk(&["topology", "verify"]).await.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_without_the_configure_right_works_and_a_missing_queue_is_told() {
    let room = Room::open("rights").await;
    room.user("worker", "^$", "^(articles|pages\\.retry|pages\\.dlx)$", "^pages\\.raw$").await;
    let url = room.settings.url.replace("guest:guest", "worker:worker");
    let settings = Settings { url, ..room.settings.clone() };
    room.feed(pages("r", 20)).await;
    let worker = room.worker_on(settings.clone(), pipeline());
    room.await_depth(&room.settings.names().all(), 20, PATIENCE).await;
    worker.drain().await;
    let names = room.settings.names();
    room.channel.queue_delete(names.raw().as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    let worker = room.worker_on(settings, pipeline());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!worker.health.not_ready().is_empty(), "without its queue it is not ready");
    worker.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_the_broker_cancels_is_a_fault_and_comes_back() {
    let room = Room::open("cancel").await;
    let names = room.settings.names();
    let worker = room.worker();
    room.feed(pages("a", 5)).await;
    room.await_depth(&names.all(), 5, PATIENCE).await;
    room.channel.queue_delete(names.raw().as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    while worker.health.not_ready().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    room.topology.declare(&room.settings).await.unwrap();
    room.feed(pages("b", 5)).await;
    room.await_depth(&names.all(), 10, PATIENCE).await;
    worker.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_hangs_half_open_is_given_up_and_nothing_is_lost() {
    let room = Room::open("half-open").await;
    let proxy = Proxy::start(([127, 0, 0, 1], room.node.amqp_port).into()).await;
    let url = room.settings.url.replace(&room.node.amqp_port.to_string(), &proxy.port.to_string());
    let heartbeat = Duration::from_secs(2);
    let worker = room.worker_on(Settings { url, heartbeat, ..room.settings.clone() }, pipeline());
    room.feed(pages("h", 300)).await;
    let names = room.settings.names();
    room.await_depth(&names.all(), 60, PATIENCE).await;
    proxy.set(Mode::Stall);
    while worker.health.not_ready().is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    proxy.set(Mode::Cut);
    tokio::time::sleep(Duration::from_secs(1)).await;
    proxy.set(Mode::Pass);
    room.await_through(&worker, 300, PATIENCE).await;
    let balance = worker.drain().await;
    assert!(balance.returned > 0, "what was in flight was returned: {balance:?}");
    let events = room.events_by_page().await;
    assert_eq!(missing(&events.keys().cloned().collect(), "h", 300), Vec::<String>::new());
    assert_eq!((room.depth(&names.parking()).await, room.in_tiers().await), (0, 0));
}

/// A message whose properties are no UTF-8 kills the client's connection before the delivery is seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_kills_the_connection_is_parked_by_the_broker_and_its_neighbours_are_not() {
    let room = Room::open("poison").await;
    let names = room.settings.names();
    room.policy(
        "limit",
        &names.raw(),
        serde_json::json!({"delivery-limit": 4, "dead-letter-exchange": names.dlx(),
            "dead-letter-strategy": "at-least-once", "overflow": "reject-publish"}),
    )
    .await;
    let garbling = Proxy::garbling(
        ([127, 0, 0, 1], room.node.amqp_port).into(),
        b"poison-id",
        b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7",
    )
    .await;
    room.feed(pages("before", 30)).await;
    let url = room.settings.url.replace(&room.node.amqp_port.to_string(), &garbling.port.to_string());
    let (properties, body) = page("innocent-looking", 0);
    room.feed_through(&url, (properties.with_message_id("poison-id".into()), body)).await;
    room.feed(pages("after", 30)).await;
    let worker = room.worker();
    room.await_depth(&names.parking(), 1, PATIENCE).await;
    // a page that was published when the connection went is published again
    room.await_through(&worker, 60, PATIENCE).await;
    worker.drain().await;
    let found: BTreeSet<String> = room.events_by_page().await.into_keys().collect();
    assert_eq!(missing(&found, "before", 30), Vec::<String>::new());
    assert_eq!(missing(&found, "after", 30), Vec::<String>::new());
    assert_eq!(room.depth(&names.parking()).await, 1, "the poison and nothing else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_and_process_make_the_same_events_of_the_same_pages() {
    let room = Room::open("same").await;
    let mut lines: Vec<String> = Vec::new();
    for (at, entry) in walk("tests/pages").into_iter().enumerate() {
        let bytes = std::fs::read(&entry).unwrap();
        let kind = if entry.extension().is_some_and(|e| e == "txt") { "text/plain" } else { "text/html" };
        lines.push(message(&format!("shipped-{at}"), kind, &bytes, None));
    }
    match corpus() {
        Some(corpus) => {
            for (at, entry) in walk(corpus.join("samples")).into_iter().enumerate() {
                lines.push(message(
                    &format!("sample-{at}"),
                    "text/plain",
                    &std::fs::read(&entry).unwrap(),
                    None,
                ));
            }
            lines.extend(publishers(&corpus));
        }
        None => {
            eprintln!("no corpus at ../shared nor at COPYDESK_CORPUS: the shipped pages alone are compared")
        }
    }
    assert!(lines.len() > 20, "{} pages", lines.len());
    let json = BasicProperties::default().with_content_type("application/json".into());
    room.feed(lines.iter().map(|line| (json.clone(), line.clone().into_bytes()))).await;
    let worker = room.worker();
    let names = room.settings.names();
    while room.depth(&names.raw()).await > 0 || worker.account.balance().ended() < lines.len() as u64 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let balance = worker.drain().await;
    let by_broker = room.events_by_page().await;

    let file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
    std::fs::write(file.path(), lines.join("\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["process", "--quiet", "--set", "service.name=test"])
        .arg(file.path())
        .output()
        .unwrap();
    let mut compared = 0;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        if event.get("parked").is_some() {
            continue;
        }
        let page = event["data"]["raw"]["message_id"].as_str().unwrap();
        let [other] = &by_broker[page][..] else { panic!("{page}: {} events", by_broker[page].len()) };
        for part in ["id", "type", "subject", "source", "data"] {
            assert_eq!(event[part], other[part], "{page}: {part}");
        }
        compared += 1;
    }
    let events = (balance.created + balance.skipped) as usize;
    assert_eq!(compared, events, "{balance:?}");
    eprintln!("{compared} events are the same by process and by broker");
}

fn message(id: &str, kind: &str, body: &[u8], url: Option<&str>) -> String {
    use base64::Engine as _;
    let body = base64::prelude::BASE64_STANDARD.encode(body);
    let mut message =
        serde_json::json!({"id": id, "content_type": kind, "body_base64": body, "scraper": "test"});
    match url {
        Some(url) => message["url"] = url.into(),
        None => message["source"] = "herald.example".into(),
    }
    message.to_string()
}

fn walk(folder: impl AsRef<std::path::Path>) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_file()).collect();
    files.sort();
    files
}

fn corpus() -> Option<std::path::PathBuf> {
    let named = std::env::var_os("COPYDESK_CORPUS").map(std::path::PathBuf::from);
    named.into_iter().chain(["../shared".into()]).find(|p| p.join("corpus/html").is_dir())
}

/// The gold pages of publishers as messages.
fn publishers(corpus: &std::path::Path) -> Vec<String> {
    use std::io::Read as _;
    let mut messages = Vec::new();
    for path in walk(corpus.join("corpus/html/publishers")) {
        if !path.to_string_lossy().ends_with(".html.gz") {
            continue;
        }
        let mut html = Vec::new();
        let packed = std::fs::File::open(&path).unwrap();
        flate2::read::GzDecoder::new(packed).read_to_end(&mut html).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().replace(".html.gz", "");
        messages.push(message(&name, "text/html", &html, Some(&format!("https://publisher.example/{name}"))));
    }
    messages
}

impl Room {
    async fn policy(&self, name: &str, queue: &str, definition: serde_json::Value) {
        let pattern = format!("^{}$", queue.replace('.', "\\."));
        let body = serde_json::json!({"pattern": pattern, "apply-to": "queues", "priority": 99, "definition": definition});
        self.api(reqwest::Method::PUT, &format!("policies/{}/{name}", self.vhost), Some(body)).await;
    }

    async fn no_policy(&self, name: &str) {
        self.api(reqwest::Method::DELETE, &format!("policies/{}/{name}", self.vhost), None).await;
    }

    async fn user(&self, name: &str, configure: &str, write: &str, read: &str) {
        self.api(
            reqwest::Method::PUT,
            &format!("users/{name}"),
            Some(serde_json::json!({"password": name, "tags": ""})),
        )
        .await;
        let rights = serde_json::json!({"configure": configure, "write": write, "read": read});
        self.api(reqwest::Method::PUT, &format!("permissions/{}/{name}", self.vhost), Some(rights)).await;
    }

    async fn api(&self, method: reqwest::Method, path: &str, body: Option<serde_json::Value>) {
        let url = format!("http://127.0.0.1:{}/api/{path}", self.node.management_port);
        let mut request = reqwest_client().request(method, url).basic_auth("guest", Some("guest"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        // policies reach their queues a moment after the answer
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    /// Runs the binary against this room.
    async fn copydesk(&self, args: &[&str]) -> Output {
        let management = format!("http://guest:guest@127.0.0.1:{}", self.node.management_port);
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command
            .args(args)
            .env_clear()
            .env("COPYDESK__RABBITMQ__URL", &self.settings.url)
            .env("COPYDESK__RABBITMQ__MANAGEMENT_URL", management)
            .current_dir(std::env::temp_dir());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}
