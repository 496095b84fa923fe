//! The real worker, as the least of users on a node that boots with the shipped definitions, scraped by a real
//! Prometheus: every query of the dashboard and of the alerts must answer with data, and the account must balance.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use copydesk::telemetry::labels::{Label, Outcome};
use copydesk::telemetry::names;
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Connection, ConnectionProperties};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::kit::http;
use crate::kit::prometheus::Prometheus;
use crate::kit::room::{Process, page};
use crate::kit::shipped::{Shipped, shared};
use crate::telemetry::fault;
use crate::tools::{Said, project, python, read, run};

/// What `$__rate_interval` becomes where Prometheus scrapes every second.
const RATE_INTERVAL: &str = "8s";
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_panel_and_every_alert_has_data_from_the_real_worker() {
    let Some(python) = python() else { return };
    let Some(node) = tokio::task::spawn_blocking(shared).await.unwrap() else { return };
    let bodies = tempfile::tempdir().unwrap();
    let store = tempfile::tempdir().unwrap();
    let worker = tokio::task::spawn_blocking({
        let (store, bodies) = (format!("file:{}", store.path().display()), bodies.path().to_owned());
        move || start_worker(node, &store, &bodies)
    });
    let worker = worker.await.unwrap();
    let address: SocketAddr = worker.listen.parse().expect("the worker says where it listens");
    let jobs = [("copydesk", address, "/metrics"), ("rabbitmq", node.prometheus, "/metrics/per-object")];
    let Some(prometheus) = Prometheus::start(&jobs) else { return };

    let enough = Arc::new(AtomicBool::new(false));
    let feeding = tokio::spawn(feed(node, bodies.path().to_owned(), Arc::clone(&enough)));
    let answered = tokio::task::spawn_blocking(move || {
        let said = ask_until_answered(prometheus.address, &python);
        (said, planted(prometheus.address, &python))
    });
    let (said, planted) = answered.await.unwrap();
    enough.store(true, Ordering::Relaxed);
    feeding.await.unwrap();
    assert!(said.ok, "{}", said.text);
    assert!(!planted.ok && planted.text.contains("SILENT"), "a misspelt metric passed:\n{}", planted.text);
    tokio::task::spawn_blocking(move || account_balances(address)).await.unwrap();
    drop(worker);
}

fn start_worker(node: &Shipped, store: &str, bodies: &Path) -> Process {
    node.let_in("copydesk_worker");
    let settings = [
        ("COPYDESK__STORE__URL", store),
        ("COPYDESK__FETCH__DIRECTORY", bodies.to_str().unwrap()),
        // refuses connections, so that a claim check there goes into a retry tier
        ("COPYDESK__FETCH__HOSTS", "127.0.0.1:1"),
        ("COPYDESK__FETCH__PRIVATE_ADDRESSES", "true"),
        // topics with whatever confidence
        ("COPYDESK__CLASSIFY__MIN_CONFIDENCE", "0"),
    ];
    Process::start(&node.url("copydesk_worker", "news"), &settings)
}

/// A page of every fate, again and again.
async fn feed(node: &'static Shipped, bodies: PathBuf, enough: Arc<AtomicBool>) {
    let connection =
        Connection::connect(&node.url("copydesk_admin", "news"), ConnectionProperties::default())
            .await
            .expect("the administrator may publish");
    let channel = connection.create_channel().await.unwrap();
    let mut round = 0;
    while !enough.load(Ordering::Relaxed) {
        round += 1;
        for (properties, body) in fates(round, &bodies) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            let properties = properties.with_timestamp(now).with_delivery_mode(2);
            let options = BasicPublishOptions::default();
            channel.basic_publish("pages".into(), "raw".into(), options, &body, properties).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    connection.close(200, "done".into()).await.unwrap();
}

/// Created, duplicate, skipped, parked, fetched, retried.
fn fates(round: usize, bodies: &Path) -> Vec<(BasicProperties, Vec<u8>)> {
    let article = page(&format!("panel-{round}"), round);
    let name = format!("{round}.html");
    std::fs::write(bodies.join(&name), &article.1).unwrap();
    let sha = Sha256::digest(&article.1).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let claim = |uri: String| {
        let by_reference = json!({"uri": uri, "sha256": sha, "bytes": article.1.len()});
        json!({"url": format!("https://herald.example/claim/{round}"), "body_ref": by_reference})
    };
    let json = BasicProperties::default().with_content_type("application/json".into());
    let message = |value: serde_json::Value| (json.clone(), value.to_string().into_bytes());
    vec![
        article.clone(),
        article.clone(),
        message(json!({"url": "https://herald.example/empty", "body": "", "content_type": "text/html"})),
        (json.clone(), b"neither a page nor JSON".to_vec()),
        message(claim(format!("file:{name}"))),
        message(claim(format!("http://127.0.0.1:1/{name}"))),
    ]
}

fn ask_until_answered(prometheus: SocketAddr, python: &Path) -> Said {
    let start = Instant::now();
    loop {
        let said = ask(prometheus, python, &project("deploy/grafana/dashboards/copydesk.json"));
        if said.ok || start.elapsed() > PATIENCE {
            return said;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Asks every query of a dashboard and of the shipped alerts.
fn ask(prometheus: SocketAddr, python: &Path, dashboard: &Path) -> Said {
    run(Command::new(python)
        .arg(project("scripts/checks/queries.py"))
        .arg(format!("http://{prometheus}"))
        .arg(dashboard)
        .arg(project("deploy/prometheus/copydesk.rules.yml"))
        .arg(RATE_INTERVAL))
}

/// The same with a misspelt metric.
fn planted(prometheus: SocketAddr, python: &Path) -> Said {
    let dashboard = read("deploy/grafana/dashboards/copydesk.json");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("planted.json");
    std::fs::write(&path, dashboard.replacen("copydesk_messages_total", "copydesk_mesages_total", 1))
        .unwrap();
    ask(prometheus, python, &path)
}

/// Once all has been settled: received = the sum of all outcomes, nothing in flight, no label outside its set.
fn account_balances(worker: SocketAddr) {
    let start = Instant::now();
    loop {
        let (status, text) = http(worker, "GET", "/metrics", &[], "").unwrap();
        assert_eq!(status, 200);
        let samples: Vec<&str> =
            text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(samples.iter().filter_map(|line| fault(line)).collect::<Vec<_>>(), Vec::<String>::new());
        let sum = |name: &str| -> f64 {
            let of_this =
                |line: &&&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
            samples
                .iter()
                .filter(of_this)
                .map(|l| l.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap())
                .sum()
        };
        let (received, ended) = (sum(names::RECEIVED), sum(names::MESSAGES));
        if received == ended && sum(names::IN_FLIGHT) == 0.0 && received > 0.0 {
            for outcome in
                [Outcome::Created, Outcome::Duplicate, Outcome::Skipped, Outcome::Parked, Outcome::Retried]
            {
                let series = format!("{}{{outcome=\"{}\"}} 0", names::MESSAGES, outcome.word());
                assert!(!samples.contains(&series.as_str()), "no page was {}", outcome.word());
            }
            return;
        }
        assert!(start.elapsed() < PATIENCE, "received {received}, ended {ended}");
        std::thread::sleep(Duration::from_millis(300));
    }
}
