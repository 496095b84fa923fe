//! The worker over the channel transport: the account, waiting out, retries, deadlines, drains.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use copydesk::fetch::{FetchSettings, Fetcher};
use copydesk::model::failure::{ParkReason, Stage};
use copydesk::model::{Envelope, Failure};
use copydesk::telemetry::Health;
use copydesk::transport::channel::{ChannelSink, ChannelSource, Cue, Handle, Message, channel};
use copydesk::transport::{Outgoing, Tier};
use copydesk::worker::retry::Gate;
use copydesk::worker::{Balance, CpuPool, Ended, Pipeline, PoolSettings, Settings, Shutdown, Worker};
use proptest::prelude::*;

use crate::kit::room::{always_back, pipeline};

fn text_page(id: &str) -> Message {
    let body = format!(
        "Harbour bridge {id} reopens\n\nThe harbour bridge in Port Ellery reopened on Tuesday after repairs \
         to two of its piers, the works department said.\n\nFerries make their last crossing on Friday evening."
    );
    message(id, "text/plain", body)
}

fn message(id: &str, content_type: &str, body: String) -> Message {
    let mut envelope = Envelope {
        payload: body.into(),
        content_type: Some(content_type.to_owned()),
        message_id: Some(id.to_owned()),
        ..Envelope::default()
    };
    envelope.headers.insert("url".to_owned(), format!("https://herald.example/{id}"));
    Message { envelope, ..Message::default() }
}

fn unreadable(id: &str) -> Message {
    message(id, "application/json", "{\"body\": 7".to_owned())
}

/// A claim check at a host that refuses connections.
fn unreachable(id: &str) -> Message {
    let sha = "0".repeat(64);
    let body = format!(
        "{{\"body_ref\": {{\"uri\": \"http://127.0.0.1:1/{id}\", \"sha256\": \"{sha}\", \"bytes\": 9}}}}"
    );
    message(id, "application/json", body)
}

fn with_fetcher() -> Arc<Pipeline> {
    let settings = FetchSettings {
        hosts: vec!["127.0.0.1:1".to_owned()],
        private_addresses: true,
        timeout: Duration::from_secs(2),
        ..FetchSettings::default()
    };
    let plain = pipeline();
    Arc::new(Pipeline {
        read: plain.read.clone(),
        classifier: Arc::clone(&plain.classifier),
        assessor: Arc::clone(&plain.assessor),
        fetcher: Fetcher::new(settings).unwrap(),
        max_event_bytes: plain.max_event_bytes,
    })
}

struct Bench {
    handle: Handle,
    source: ChannelSource,
    worker: Worker<ChannelSink>,
    gate: Arc<Gate>,
    health: Arc<Health>,
}

fn bench(pipeline: Arc<Pipeline>, settings: Settings, pool: &PoolSettings) -> Bench {
    let (handle, source, sink) = channel();
    let health = Health::new();
    health.set_store_reachable(true);
    let gate = Gate::new(always_back(), Arc::clone(&health));
    let pool = CpuPool::new(pool).unwrap();
    let worker = Worker::new(settings, pipeline, pool, sink, Arc::clone(&gate), Arc::clone(&health));
    Bench { handle, source, worker, gate, health }
}

fn plain_pool() -> PoolSettings {
    PoolSettings { threads: 2, deadline: Duration::from_secs(120), abandoned_limit: 2 }
}

/// Feeds all, ends, and runs to the end.
async fn through(
    messages: Vec<Message>,
    handle: &Handle,
    source: ChannelSource,
    worker: Worker<ChannelSink>,
) -> Balance {
    for message in messages {
        handle.feed(message);
    }
    handle.end();
    let account = worker.account();
    let ended =
        tokio::time::timeout(Duration::from_secs(300), worker.run(source, &Shutdown::default())).await;
    assert_eq!(ended.expect("it ends"), Ended::Drained);
    account.balance()
}

/// Message ids of what was put, by what it was.
fn put_ids(handle: &Handle) -> BTreeMap<&'static str, Vec<String>> {
    let mut ids = BTreeMap::<_, Vec<String>>::new();
    for outgoing in handle.put() {
        let (kind, id) = match outgoing {
            Outgoing::Event(event) => {
                let data = serde_json::from_slice::<serde_json::Value>(&event.payload).unwrap();
                ("event", data["data"]["raw"]["message_id"].as_str().unwrap().to_owned())
            }
            Outgoing::Retry { message, .. } => ("retry", message.envelope.message_id.unwrap()),
            Outgoing::Park { message, .. } => ("park", message.envelope.message_id.unwrap()),
        };
        ids.entry(kind).or_default().push(id);
    }
    ids
}

#[tokio::test]
async fn each_fate_goes_where_it_belongs() {
    let Bench { handle, source, worker, .. } = bench(with_fetcher(), Settings::default(), &plain_pool());
    let mut last = unreachable("last");
    last.attempt = 4;
    let balance =
        through(vec![text_page("a"), unreadable("b"), unreachable("c"), last], &handle, source, worker).await;
    assert_eq!((balance.received, balance.created, balance.parked, balance.retried), (4, 1, 2, 1));
    assert_eq!(balance.in_flight(), 0);
    for outgoing in handle.put() {
        match outgoing {
            Outgoing::Event(event) => assert!(event.trace.is_some() && event.event.time.is_some()),
            Outgoing::Retry { tier, message } => {
                assert_eq!((tier, message.attempt), (Tier::TenSeconds, 1));
                assert_eq!(message.envelope.message_id.as_deref(), Some("c"));
            }
            Outgoing::Park { message, reason, stage, error, .. } => {
                assert!(!error.is_empty());
                let id = message.envelope.message_id.unwrap();
                let wanted = match id.as_str() {
                    "b" => (ParkReason::UnreadableEnvelope, Stage::Open),
                    "last" => (ParkReason::AttemptsExhausted, Stage::Fetch),
                    other => panic!("{other} was parked"),
                };
                assert_eq!((reason, stage), wanted, "{id}");
            }
        }
    }
}

#[tokio::test]
async fn a_sink_that_refuses_is_waited_out_and_nothing_is_settled_before_its_confirm() {
    let Bench { handle, source, worker, health, gate } =
        bench(pipeline(), Settings::default(), &plain_pool());
    handle.from_now_on(Cue::Refuse);
    for n in 0..40 {
        handle.feed(text_page(&format!("p{n}")));
    }
    handle.end();
    let account = worker.account();
    let run = tokio::spawn(async move { worker.run(source, &Shutdown::default()).await });
    while gate.is_open() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(handle.settled(), 0);
    assert!(handle.put().is_empty());
    assert!(!health.not_ready().is_empty(), "a paused worker is not ready");
    let held = account.balance().received;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(account.balance().received, held, "no more pages are taken");
    handle.from_now_on(Cue::Confirm);
    assert_eq!(run.await.unwrap(), Ended::Drained);
    let balance = account.balance();
    assert_eq!((balance.received, balance.created, balance.parked, balance.retried), (40, 40, 0, 0));
    assert!(gate.is_open());
}

#[tokio::test]
async fn a_store_that_is_out_pauses_the_intake_and_counts_no_attempt() {
    let Bench { handle, source, worker, gate, health } =
        bench(pipeline(), Settings::default(), &plain_pool());
    let shut = tokio::spawn(async move { gate.wait_out(&Failure::shared("the store", "refused")).await });
    tokio::task::yield_now().await;
    assert!(!health.not_ready().is_empty());
    let balance =
        through((0..20).map(|n| text_page(&format!("p{n}"))).collect(), &handle, source, worker).await;
    shut.await.unwrap();
    assert_eq!((balance.received, balance.created), (20, 20));
}

#[tokio::test]
async fn a_page_past_its_deadline_is_parked_and_a_worn_out_pool_ends_the_worker() {
    let pool = PoolSettings { threads: 1, deadline: Duration::from_millis(1), abandoned_limit: 2 };
    let Bench { handle, source, worker, .. } = bench(pipeline(), Settings::default(), &pool);
    // far more than a millisecond's work
    let long = "The harbour bridge in Port Ellery reopened on Tuesday after repairs.\n\n".repeat(20_000);
    for n in 0..50 {
        handle.feed(message(&format!("p{n}"), "text/plain", format!("Bridge {n}\n\n{long}")));
    }
    let account = worker.account();
    let ended = worker.run(source, &Shutdown::default()).await;
    assert_eq!(ended, Ended::WornOut);
    let balance = account.balance();
    assert_eq!(balance.in_flight(), 0);
    assert!(balance.parked >= 2, "{balance:?}");
    for outgoing in handle.put() {
        assert!(matches!(outgoing, Outgoing::Park { reason: ParkReason::Deadline, .. } | Outgoing::Event(_)));
    }
    let (done, left) = (handle.settled(), handle.remaining() as u64);
    assert_eq!(done + left, 50, "what was not settled is still there");
}

#[tokio::test]
async fn an_event_over_the_limit_is_parked() {
    let plain = pipeline();
    let small = Arc::new(Pipeline {
        read: plain.read.clone(),
        classifier: Arc::clone(&plain.classifier),
        assessor: Arc::clone(&plain.assessor),
        fetcher: Fetcher::default(),
        max_event_bytes: 700,
    });
    let Bench { handle, source, worker, .. } = bench(small, Settings::default(), &plain_pool());
    let balance = through(vec![text_page("a")], &handle, source, worker).await;
    assert_eq!(balance.parked, 1);
    assert!(matches!(&handle.put()[..], [Outgoing::Park { reason: ParkReason::EventTooLarge, .. }]));
}

#[tokio::test]
async fn a_drain_finishes_what_is_at_hand_and_leaves_the_rest() {
    let Bench { handle, source, worker, .. } =
        bench(pipeline(), Settings { concurrency: 4, ..Settings::default() }, &plain_pool());
    for n in 0..500 {
        handle.feed(text_page(&format!("p{n}")));
    }
    let shutdown = Shutdown::default();
    let stop = shutdown.clone();
    let account = worker.account();
    let run = tokio::spawn(async move { worker.run(source, &stop).await });
    while handle.settled() < 20 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    shutdown.drain();
    assert_eq!(run.await.unwrap(), Ended::Drained);
    let balance = account.balance();
    assert_eq!(balance.returned, 0, "what was taken was finished: {balance:?}");
    assert_eq!(balance.created, handle.settled());
    assert_eq!(handle.settled() + handle.remaining() as u64, 500);
}

#[tokio::test]
async fn a_drain_that_takes_too_long_gives_back_what_it_holds() {
    let settings = Settings { drain_grace: Duration::from_millis(200), ..Settings::default() };
    let Bench { handle, source, worker, .. } = bench(pipeline(), settings, &plain_pool());
    handle.from_now_on(Cue::Refuse);
    handle.feed(text_page("a"));
    let shutdown = Shutdown::default();
    let account = worker.account();
    let stop = shutdown.clone();
    let run = tokio::spawn(async move { worker.run(source, &stop).await });
    while account.balance().received == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    shutdown.drain();
    assert_eq!(run.await.unwrap(), Ended::Overrun);
    let balance = account.balance();
    assert_eq!((balance.received, balance.returned), (1, 1));
    assert_eq!(handle.settled(), 0);
}

#[derive(Debug, Clone)]
enum Step {
    Page,
    Unreadable,
    LoseSession,
    Refuse,
    LoseConfirm,
    Suspect,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Page),
        2 => Just(Step::Unreadable),
        1 => Just(Step::LoseSession),
        1 => Just(Step::Refuse),
        1 => Just(Step::LoseConfirm),
        1 => Just(Step::Suspect),
    ];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn the_account_balances_and_no_page_is_lost_whatever_breaks(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async move {
            let settings = Settings { concurrency: 8, ..Settings::default() };
            let Bench { handle, source, worker, .. } = bench(pipeline(), settings, &plain_pool());
            let account = worker.account();
            let run = tokio::spawn(async move { worker.run(source, &Shutdown::default()).await });
            let mut fed = BTreeSet::new();
            for (n, step) in steps.iter().enumerate() {
                let id = format!("p{n}");
                match step {
                    Step::Page => handle.feed(text_page(&id)),
                    Step::Unreadable => handle.feed(unreadable(&id)),
                    Step::Suspect => handle.feed(Message { seen: 3, ..text_page(&id) }),
                    Step::LoseSession => handle.lose_session(),
                    Step::Refuse => handle.cue([Cue::Refuse]),
                    Step::LoseConfirm => handle.cue([Cue::LoseConfirm]),
                }
                if matches!(step, Step::Page | Step::Unreadable | Step::Suspect) {
                    fed.insert(id);
                }
                if n % 5 == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            handle.end();
            let ended = tokio::time::timeout(Duration::from_secs(300), run).await.expect("it ends").unwrap();
            assert_eq!(ended, Ended::Drained);
            let balance = account.balance();
            assert_eq!(balance.in_flight(), 0, "{balance:?}");
            assert_eq!(balance.received - balance.returned, fed.len() as u64, "each page ended once: {balance:?}");
            let found: BTreeSet<String> = put_ids(&handle).into_values().flatten().collect();
            assert_eq!(found, fed, "none is lost, none invented");
            assert_eq!(handle.settled(), fed.len() as u64);
        });
    }
}
