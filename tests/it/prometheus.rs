//! A real Prometheus scrapes real endpoints: every query of the dashboard and of the alerts must answer with data.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use copydesk::telemetry::Health;
use copydesk::telemetry::labels::Role;

use crate::kit::prometheus::Prometheus;
use crate::kit::rabbitmq::shared;
use crate::telemetry::{record_everything, serve};
use crate::tools::{Said, project, python, read, run};

/// What `$__rate_interval` becomes where Prometheus scrapes every second.
const RATE_INTERVAL: &str = "5s";

/// Asks every query of a dashboard and of the shipped alerts.
fn ask(prometheus: SocketAddr, python: &Path, dashboard: &Path) -> Said {
    run(Command::new(python)
        .arg(project("scripts/checks/queries.py"))
        .arg(format!("http://{prometheus}"))
        .arg(dashboard)
        .arg(project("deploy/prometheus/copydesk.rules.yml"))
        .arg(RATE_INTERVAL))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_panel_and_every_alert_has_data() {
    let Some(python) = python() else { return };
    let Some(node) = tokio::task::spawn_blocking(shared).await.unwrap() else { return };
    let health = Health::new();
    for role in Role::ALL {
        health.set_connected(*role, true);
    }
    health.set_store_reachable(true);
    let (worker, stop) = serve(&health).await;
    record_everything();
    let jobs = [("copydesk", worker, "/metrics"), ("rabbitmq", node.prometheus, "/metrics/per-object")];
    let Some(prometheus) = Prometheus::start(&jobs) else { return };

    let dashboard = project("deploy/grafana/dashboards/copydesk.json");
    let start = Instant::now();
    let said = loop {
        record_everything();
        let asked = (python.clone(), dashboard.clone());
        let said =
            tokio::task::spawn_blocking(move || ask(prometheus.address, &asked.0, &asked.1)).await.unwrap();
        if said.ok || start.elapsed() > Duration::from_secs(60) {
            break said;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    assert!(said.ok, "{}", said.text);

    // a misspelt metric would have been seen
    let planted = read("deploy/grafana/dashboards/copydesk.json").replacen(
        "copydesk_messages_total",
        "copydesk_mesages_total",
        1,
    );
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("planted.json");
    std::fs::write(&path, planted).unwrap();
    let said = ask(prometheus.address, &python, &path);
    assert!(!said.ok && said.text.contains("SILENT"), "{}", said.text);
    stop.cancel();
}
