//! `/metrics` shows known names and closed label sets only; `/livez` and `/readyz` say what the worker says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use copydesk::assess::route::first_level_word;
use copydesk::model::failure::{ParkReason, SkipReason, Stage};
use copydesk::telemetry::labels::{
    FetchResult, Forgotten, IdentifyEvent, Label, LanguageLabel, Limit, Outcome, ReconnectReason,
    RetryReason, Role, Task, TopicLabel, WorldReason,
};
use copydesk::telemetry::names::{ALL, Kind, Metric, Values};
use copydesk::telemetry::{self, Health, Metrics, record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::tools::{find, run_with_input};

/// Metrics are of a process, and tests share one.
pub fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS
        .get_or_init(|| telemetry::install("0.0.0-test", "test").expect("only this test binary's first call"))
}

/// One of everything that can be counted, with every value of every label.
pub fn record_everything() {
    let took = Duration::from_millis(7);
    for redelivered in [false, true] {
        record::received(redelivered, 20_000, Some(Duration::from_secs(2)));
    }
    for outcome in Outcome::ALL {
        record::received(false, 20_000, None);
        record::settled(*outcome, took);
    }
    for stage in Stage::ALL {
        record::stage(*stage, took);
        ParkReason::ALL.iter().for_each(|reason| record::failed(*stage, *reason));
        WorldReason::ALL.iter().for_each(|reason| record::failed(*stage, *reason));
    }
    RetryReason::ALL.iter().for_each(|reason| record::retried(*reason));
    SkipReason::ALL.iter().for_each(|reason| record::skipped(*reason));
    Limit::ALL.iter().for_each(|limit| record::limit_hit(*limit));
    for topic in TopicLabel::ALL {
        LanguageLabel::ALL.iter().for_each(|language| record::article(*topic, Some(0.8), *language, 3_000));
    }
    IdentifyEvent::ALL.iter().for_each(|event| record::identified(*event));
    Forgotten::ALL.iter().for_each(|what| record::forgotten(*what, 2));
    FetchResult::ALL.iter().for_each(|result| record::fetched(*result, took));
    for role in Role::ALL {
        ReconnectReason::ALL.iter().for_each(|reason| record::reconnect(*role, *reason));
    }
    Task::ALL.iter().for_each(|task| record::panicked(*task));
    record::confirmed(took);
    record::unconfirmed(3);
    record::nacked();
    record::returned_unroutable();
    record::thread_abandoned();
    record::concurrency_limit(2);
    record::prefetch(64);
    record::config_loaded("0123456789abcdef");
}

/// A health server on a free port of this machine.
pub async fn serve(health: &Arc<Health>) -> (SocketAddr, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let router = telemetry::router(Arc::clone(health), metrics().clone());
    tokio::spawn(telemetry::serve(listener, router, stop.clone()));
    (address, stop)
}

/// Status and body of a GET.
pub async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let ask = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn ready() -> Arc<Health> {
    let health = Health::new();
    health.set_connected(Role::Consumer, true);
    health.set_connected(Role::Publisher, true);
    health.set_store_reachable(true);
    health
}

/// What is wrong with a line of `/metrics`, by the one list of metrics.
pub fn fault(line: &str) -> Option<String> {
    let (series, value) = line.rsplit_once(' ').expect("a series and its value");
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    if name.starts_with("process_") {
        return None;
    }
    let Some(metric) = ALL.iter().find(|metric| belongs(name, metric)) else {
        return Some(format!("unknown metric {name}"));
    };
    if value.parse::<f64>().is_err() {
        return Some(format!("{name}: not a number: {value}"));
    }
    let given: BTreeMap<&str, &str> = labels
        .trim_end_matches('}')
        .split(',')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').expect("label=\"value\""))
        .map(|(key, value)| (key, value.trim_matches('"')))
        .filter(|(key, _)| *key != "le")
        .collect();
    if given.len() != metric.labels.len() {
        return Some(format!("{name}: labels {given:?}"));
    }
    metric.labels.iter().find_map(|labels| match (labels.values, given.get(labels.key)) {
        (_, None) => Some(format!("{name}: no label {}", labels.key)),
        (Values::Closed(values), Some(value)) if !values().contains(value) => {
            Some(format!("{name}: {}={value} is outside the closed set", labels.key))
        }
        _ => None,
    })
}

fn belongs(series: &str, metric: &Metric) -> bool {
    let suffix = series.strip_prefix(metric.name);
    match metric.kind {
        Kind::Histogram(_) => matches!(suffix, Some("_bucket" | "_sum" | "_count")),
        Kind::Counter | Kind::Gauge => suffix == Some(""),
    }
}

#[tokio::test]
async fn metrics_show_every_known_name_and_no_open_label() {
    let metrics = metrics();
    record_everything();
    let (address, stop) = serve(&ready()).await;
    let (status, text) = get(address, "/metrics").await;
    assert_eq!(status, 200);
    stop.cancel();

    let samples: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let faults: Vec<String> = samples.iter().filter_map(|line| fault(line)).collect();
    assert_eq!(faults, Vec::<String>::new());
    for metric in ALL {
        let shown = samples.iter().any(|line| belongs(line.split(['{', ' ']).next().unwrap(), metric));
        assert!(shown, "{} is not in /metrics", metric.name);
        assert!(
            text.contains(&format!("# HELP {} {}", metric.name, metric.help)),
            "{}: no help",
            metric.name
        );
    }
    assert!(text.contains("\nprocess_resident_memory_bytes "), "the process speaks for itself too");
    assert!(!metrics.render().contains("quantile="), "a histogram without buckets became a summary");

    // the check catches what it is for
    for planted in [
        "copydesk_mesages_total{outcome=\"created\"} 1",
        "copydesk_messages_total{outcome=\"publisher.example\"} 1",
        "copydesk_messages_total{outcome=\"created\",url=\"x\"} 1",
        "copydesk_messages_total 1",
        "copydesk_ready NotANumber",
    ] {
        assert!(fault(planted).is_some(), "{planted}");
    }
}

#[tokio::test]
async fn promtool_finds_nothing_to_complain_about_in_metrics() {
    let Some(promtool) = find("promtool") else { return };
    record_everything();
    let lint =
        |text: &str| run_with_input(Command::new(&promtool).args(["check", "metrics"]), text.as_bytes());
    let text = metrics().render();
    let said = lint(&text);
    assert!(said.ok && said.text.is_empty(), "{}", said.text);
    let planted = lint(&text.replace("# HELP copydesk_ready", "# HELP copydesk_redy"));
    assert!(!planted.ok && planted.text.contains("copydesk_ready"), "{}", planted.text);
}

#[tokio::test]
async fn readyz_names_what_is_missing_and_livez_does_not_care() {
    metrics();
    let health = Health::new();
    let (address, stop) = serve(&health).await;
    let (status, told) = get(address, "/readyz").await;
    assert_eq!(status, 503);
    assert_eq!(told, "consumer_disconnected\npublisher_disconnected\nstore_unreachable\n");
    assert_eq!(get(address, "/livez").await.0, 200, "no broker is no reason to be restarted");

    for role in Role::ALL {
        health.set_connected(*role, true);
    }
    health.set_store_reachable(true);
    assert_eq!(get(address, "/readyz").await, (200, "ready\n".to_owned()));
    health.set_draining();
    assert_eq!(get(address, "/readyz").await, (503, "draining\n".to_owned()));
    assert_eq!(get(address, "/livez").await.0, 200);
    assert_eq!(get(address, "/elsewhere").await.0, 404);
    stop.cancel();
}

#[tokio::test]
async fn livez_fails_once_the_worker_no_longer_ticks() {
    metrics();
    let health = Health::with_limits(Duration::from_millis(20), Duration::ZERO);
    let (address, stop) = serve(&health).await;
    tokio::time::sleep(Duration::from_millis(40)).await;
    let (status, told) = get(address, "/livez").await;
    assert_eq!(status, 503);
    assert!(told.starts_with("hung"), "{told}");
    health.tick();
    assert_eq!(get(address, "/livez").await.0, 200);
    stop.cancel();
}

/// The routing keys' words for topics and the label's are one set.
#[test]
fn every_topic_of_a_routing_key_is_a_label() {
    let words =
        (1..=17).map(|n| first_level_word(&format!("medtop:{n:02}000000")).expect("17 first-level topics"));
    let labels: Vec<&str> = TopicLabel::words().into_iter().filter(|word| *word != "none").collect();
    assert_eq!(words.collect::<Vec<_>>(), labels);
}
