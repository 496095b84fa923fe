//! One test's place on the node: a virtual host with the topology, messages in, messages out, workers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk::assess::Assessor;
use copydesk::assess::classify::Classifier;
use copydesk::assess::identify::Identifier;
use copydesk::fetch::Fetcher;
use copydesk::model::Failure;
use copydesk::read::ReadSettings;
use copydesk::telemetry::Health;
use copydesk::transport::Tier;
use copydesk::transport::rabbitmq::management::Management;
use copydesk::transport::rabbitmq::topology::Topology;
use copydesk::transport::rabbitmq::{self, Settings};
use copydesk::worker::retry::{Gate, Probe};
use copydesk::worker::{Account, CpuPool, Ended, Pipeline, PoolSettings, Shutdown, Worker};
use lapin::message::BasicGetMessage;
use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use tokio::task::JoinHandle;

use super::node::{Node, Use, node};

/// A virtual host of its own, with the topology applied.
pub struct Room {
    pub node: &'static Node,
    pub vhost: String,
    pub settings: Settings,
    pub topology: Topology,
    pub management: Management,
    connection: Connection,
    pub channel: Channel,
    _in_use: Use,
}

impl Room {
    pub async fn open(name: &str) -> Self {
        let node = tokio::task::spawn_blocking(node).await.unwrap();
        Self::furnish(name, node, node.shared().await).await
    }

    /// With the node to itself.
    pub async fn open_alone(name: &str) -> Self {
        let node = tokio::task::spawn_blocking(node).await.unwrap();
        Self::furnish(name, node, node.exclusive().await).await
    }

    async fn furnish(name: &str, node: &'static Node, in_use: Use) -> Self {
        let vhost = format!("{name}-{}", std::process::id());
        let http = reqwest_client();
        let base = format!("http://127.0.0.1:{}/api", node.management_port);
        let full = serde_json::json!({"configure": ".*", "write": ".*", "read": ".*"});
        for (path, body) in
            [(format!("vhosts/{vhost}"), serde_json::json!({})), (format!("permissions/{vhost}/guest"), full)]
        {
            let put = http.put(format!("{base}/{path}")).basic_auth("guest", Some("guest")).json(&body);
            let answer = put.send().await.expect("the management API answers");
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
        }
        let settings = Settings {
            url: format!("amqp://guest:guest@127.0.0.1:{}/{vhost}", node.amqp_port),
            heartbeat: Duration::from_secs(4),
            ..Settings::default()
        };
        let topology = Topology::new(&settings.names(), true);
        topology.declare(&settings).await.expect("the topology is declared");
        let management = Management::new(&management_url(node), &settings).unwrap();
        management.set_policies(&topology).await.expect("the policies are set");
        let (connection, channel) = connect(&settings.url).await;
        Self { node, vhost, settings, topology, management, connection, channel, _in_use: in_use }
    }

    /// A new connection of the test's own, after the node was away.
    pub async fn reconnect(&mut self) {
        (self.connection, self.channel) = connect(&self.settings.url).await;
    }

    /// Publishes to `pages`, each confirmed.
    pub async fn feed(&self, pages: impl IntoIterator<Item = (BasicProperties, Vec<u8>)>) {
        let mut confirms = Vec::new();
        for (properties, body) in pages {
            let options = BasicPublishOptions { mandatory: true, immediate: false };
            let exchange = self.settings.names().pages();
            let properties = properties.with_delivery_mode(2);
            let sent = self.channel.basic_publish(
                exchange.as_str().into(),
                "raw".into(),
                options,
                &body,
                properties,
            );
            confirms.push(sent.await.unwrap());
            if confirms.len() == 256 {
                for confirm in confirms.drain(..) {
                    assert!(confirm.await.unwrap().is_ack());
                }
            }
        }
        for confirm in confirms {
            assert!(confirm.await.unwrap().is_ack());
        }
    }

    /// Messages ready in a queue.
    pub async fn depth(&self, queue: &str) -> u32 {
        let options = QueueDeclareOptions::durable().passive();
        let found = self.channel.queue_declare(queue.into(), options, FieldTable::default()).await;
        found.unwrap_or_else(|e| panic!("{queue}: {e}")).message_count()
    }

    /// Takes everything out of a queue that is ready now.
    pub async fn take(&self, queue: &str) -> Vec<BasicGetMessage> {
        let mut all = Vec::new();
        let options = BasicGetOptions { no_ack: true };
        while let Some(message) = self.channel.basic_get(queue.into(), options).await.unwrap() {
            all.push(message);
        }
        all
    }

    /// Events that have arrived, by the message id of their page: how often each.
    pub async fn events_by_page(&self) -> BTreeMap<String, Vec<serde_json::Value>> {
        let names = self.settings.names();
        let mut by_page = BTreeMap::<String, Vec<serde_json::Value>>::new();
        for queue in [names.all(), names.skipped(), names.unrouted()] {
            for message in self.take(&queue).await {
                let event: serde_json::Value = serde_json::from_slice(&message.delivery.data).unwrap();
                let page = event["data"]["raw"]["message_id"].as_str().unwrap_or_default().to_owned();
                by_page.entry(page).or_default().push(event);
            }
        }
        by_page
    }

    /// Waits until the worker has done all there is to do and `wanted` events are there.
    pub async fn await_through(&self, worker: &Working, wanted: u32, patience: Duration) {
        let (since, names) = (Instant::now(), self.settings.names());
        let mut calm = 0;
        while calm < 5 {
            let (raw, events) = (self.depth(&names.raw()).await, self.depth(&names.all()).await);
            let balance = worker.account.balance();
            calm = if raw == 0 && events >= wanted && balance.in_flight() == 0 { calm + 1 } else { 0 };
            assert!(since.elapsed() < patience, "{raw} pages left, {events} events, {balance:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until a queue has `wanted` ready messages and more; panics after `patience`.
    pub async fn await_depth(&self, queue: &str, wanted: u32, patience: Duration) {
        let since = Instant::now();
        loop {
            let depth = self.depth(queue).await;
            if depth >= wanted {
                return;
            }
            assert!(
                since.elapsed() < patience,
                "{queue} has {depth} of {wanted} messages after {patience:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Publishes one page over a connection of its own.
    pub async fn feed_through(&self, url: &str, (properties, body): (BasicProperties, Vec<u8>)) {
        let (connection, channel) = connect(url).await;
        let exchange = self.settings.names().pages();
        let options = BasicPublishOptions::default();
        let sent = channel.basic_publish(exchange.as_str().into(), "raw".into(), options, &body, properties);
        assert!(sent.await.unwrap().await.unwrap().is_ack());
        channel.close(200, "done".into()).await.unwrap();
        connection.close(200, "done".into()).await.unwrap();
    }

    /// Messages in all retry tiers.
    pub async fn in_tiers(&self) -> u32 {
        let mut sum = 0;
        for tier in Tier::ALL {
            sum += self.depth(&self.settings.names().tier(tier)).await;
        }
        sum
    }

    /// Does something to the node that takes a while.
    pub async fn node_does(&self, act: fn(&Node)) {
        let node = self.node;
        tokio::task::spawn_blocking(move || act(node)).await.unwrap();
    }

    /// After a start the queues need some seconds more than the ports.
    pub async fn await_queues(&mut self) {
        let since = Instant::now();
        for queue in &self.topology.queues.clone() {
            loop {
                let options = QueueDeclareOptions::durable().passive();
                let name = queue.name.as_str().into();
                if self.channel.queue_declare(name, options, FieldTable::default()).await.is_ok() {
                    break;
                }
                assert!(since.elapsed() < Duration::from_secs(60), "{} does not answer", queue.name);
                tokio::time::sleep(Duration::from_millis(300)).await;
                self.reconnect().await;
            }
        }
    }

    /// A worker in this process.
    pub fn worker(&self) -> Working {
        self.worker_on(self.settings.clone(), pipeline())
    }

    pub fn worker_on(&self, settings: Settings, pipeline: Arc<Pipeline>) -> Working {
        Working::start(settings, pipeline, always_back())
    }

    /// A worker in a process of its own: the real binary.
    pub fn process(&self, extra: &[(&str, &str)]) -> Process {
        Process::start(&self.settings.url, extra)
    }
}

fn management_url(node: &Node) -> String {
    format!("http://guest:guest@127.0.0.1:{}", node.management_port)
}

pub fn reqwest_client() -> reqwest::Client {
    copydesk::tls::install();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn connect(url: &str) -> (Connection, Channel) {
    let connection =
        Connection::connect(url, ConnectionProperties::default()).await.expect("the node takes connections");
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    (connection, channel)
}

/// The pipeline without a store.
pub fn pipeline() -> Arc<Pipeline> {
    pipeline_with(Identifier::default())
}

pub fn pipeline_with(identifier: Identifier) -> Arc<Pipeline> {
    Arc::new(Pipeline {
        read: ReadSettings::default(),
        classifier: Arc::new(Classifier::default()),
        assessor: Arc::new(Assessor { source: "urn:copydesk:test".to_owned(), identifier }),
        fetcher: Fetcher::default(),
        max_event_bytes: 8 << 20,
    })
}

/// The probe of a store that is never out.
pub fn always_back() -> Probe {
    Box::new(|| Box::pin(async { Ok::<(), Failure>(()) }))
}

/// A worker that runs as tasks of this process.
pub struct Working {
    pub account: Account,
    pub health: Arc<Health>,
    pub gate: Arc<Gate>,
    shutdown: Shutdown,
    run: JoinHandle<Ended>,
}

impl Working {
    pub fn start(settings: Settings, pipeline: Arc<Pipeline>, probe: Probe) -> Self {
        let health = Health::new();
        health.set_store_reachable(true);
        let gate = Gate::new(probe, Arc::clone(&health));
        let pool = PoolSettings { threads: 2, deadline: Duration::from_secs(120), abandoned_limit: 3 };
        let pool = CpuPool::new(&pool).unwrap();
        let (source, sink) = rabbitmq::start(settings, Arc::clone(&health));
        let worker = Worker::new(
            copydesk::worker::Settings::default(),
            pipeline,
            pool,
            sink,
            Arc::clone(&gate),
            Arc::clone(&health),
        );
        let account = worker.account();
        let shutdown = Shutdown::default();
        let stop = shutdown.clone();
        let run = tokio::spawn(async move { worker.run(source, &stop).await });
        Self { account, health, gate, shutdown, run }
    }

    /// Drains, and checks that the account balances.
    pub async fn drain(self) -> copydesk::worker::Balance {
        self.shutdown.drain();
        let ended = self.run.await.unwrap();
        assert_eq!(ended, Ended::Drained);
        let balance = self.account.balance();
        assert_eq!(balance.in_flight(), 0, "the account balances: {balance:?}");
        balance
    }
}

/// The real binary. Killed when dropped.
pub struct Process {
    child: Child,
    /// Where it serves metrics and health.
    pub listen: String,
}

impl Process {
    /// Takes from the broker at `url`; `extra` are settings as environment variables.
    pub fn start(url: &str, extra: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command
            .arg("run")
            .env_clear()
            .env("COPYDESK__RABBITMQ__URL", url)
            .env("COPYDESK__HTTP__LISTEN", "127.0.0.1:0")
            .env("COPYDESK__LOG__FORMAT", "json")
            .envs(extra.iter().copied())
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let listen = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the worker ended at once: {said:?}") };
            if let Some(listen) = listening(&line) {
                break listen;
            }
            said.push(line);
            assert!(said.len() < 50, "the worker does not say where it listens: {said:?}");
        };
        // the pipe must not fill
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, listen }
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.unwrap().success());
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end; the exit code.
    pub fn await_end(&mut self, patience: Duration) -> Option<i32> {
        let since = Instant::now();
        while since.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the worker did not end within {patience:?}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // it may have ended
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listening(line: &str) -> Option<String> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    let told = event.to_string().contains("metrics and health are served");
    told.then(|| event["listen"].as_str().unwrap_or("").to_owned())
}

/// `count` small articles, each told apart by its message id.
pub fn pages(prefix: &str, count: usize) -> Vec<(BasicProperties, Vec<u8>)> {
    (0..count).map(|n| page(&format!("{prefix}-{n:05}"), n)).collect()
}

pub fn page(id: &str, n: usize) -> (BasicProperties, Vec<u8>) {
    let (headline, text) = story(id, n);
    let body = format!(
        "<!doctype html><html lang=en><head><title>{headline}</title></head><body><main><article>\
         <h1>{headline}</h1><p>By Mira Oduya</p>{text}</article></main></body></html>"
    );
    let mut headers = FieldTable::default();
    let url = format!("https://herald.example/2025/bridge-{id}");
    headers.insert("url".into(), AMQPValue::LongString(url.into()));
    headers.insert("scraper".into(), AMQPValue::LongString("kit".into()));
    let properties = BasicProperties::default()
        .with_message_id(id.into())
        .with_content_type("text/html".into())
        .with_headers(headers);
    (properties, body.into_bytes())
}

/// The ids that are missing, of `prefix-00000` to `count`.
pub fn missing(found: &BTreeSet<String>, prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}-{n:05}")).filter(|id| !found.contains(id)).collect()
}

/// A headline and paragraphs that resemble no other page's.
fn story(id: &str, n: usize) -> (String, String) {
    const WORDS: [&str; 48] = [
        "harbour",
        "bridge",
        "council",
        "engineers",
        "ferry",
        "station",
        "budget",
        "museum",
        "orchard",
        "river",
        "teachers",
        "storm",
        "election",
        "hospital",
        "factory",
        "painting",
        "railway",
        "farmers",
        "judge",
        "library",
        "market",
        "satellite",
        "glacier",
        "stadium",
        "bakery",
        "island",
        "tunnel",
        "senate",
        "vaccine",
        "theatre",
        "reopened",
        "postponed",
        "approved",
        "rejected",
        "discovered",
        "repaired",
        "sold",
        "flooded",
        "celebrated",
        "measured",
        "northern",
        "quiet",
        "expensive",
        "ancient",
        "crowded",
        "unfinished",
        "yellow",
        "reluctant",
    ];
    let mut seed =
        id.bytes().fold(n as u64 + 1, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut word = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        WORDS[(seed >> 33) as usize % WORDS.len()]
    };
    let mut sentence = |words: usize| (0..words).map(|_| word()).collect::<Vec<_>>().join(" ");
    let headline = format!("The {} {n}", sentence(5));
    let paragraph = |s: &mut dyn FnMut(usize) -> String| {
        format!("<p>The {}, said the {}. On Tuesday the {}.</p>", s(14), s(4), s(12))
    };
    let text = (0..4).map(|_| paragraph(&mut sentence)).collect();
    (headline, text)
}
