//! Everything under `deploy/` held against the real tools; each check also catches an error planted into it.

use std::path::Path;
use std::process::Command;

use copydesk::telemetry::names;
use tempfile::TempDir;

use crate::tools::{Planted, Said, find, project, python, read, run, run_with_input};

fn file(name: &str, text: &str) -> (TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn hadolint_finds_nothing_in_the_dockerfile() {
    let Some(hadolint) = find("hadolint") else { return };
    let dockerfile = read("deploy/Dockerfile");
    Planted {
        shipped: &dockerfile,
        replace: "rust:1.90-slim-bookworm",
        with: "rust:latest",
        caught: "DL3007",
    }
    .check(|text| {
        let (_dir, path) = file("Dockerfile", text);
        run(Command::new(&hadolint).arg(path))
    });
}

#[test]
fn the_image_runs_as_nobody_and_builds_with_the_toolchain_of_the_project() {
    let dockerfile = read("deploy/Dockerfile");
    assert!(dockerfile.contains("\nUSER 65532:65532\n"));
    let cargo = read("Cargo.toml");
    let version = cargo.lines().find_map(|l| l.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(dockerfile.contains(&format!("FROM rust:{version}-")), "the image builds with {version}");
    let ignored = read(".dockerignore");
    for needed in ["src", "Cargo.toml", "Cargo.lock", "config"] {
        assert!(!ignored.lines().any(|line| line == needed), "{needed} is needed for the build");
    }
}

#[test]
fn compose_reads_the_whole_stack() {
    let Some(compose) = find("docker-compose") else { return };
    let shipped = read("deploy/compose/docker-compose.yml");
    let config = |text: &str| {
        let (_dir, path) = file("docker-compose.yml", text);
        let passwords = ["RABBITMQ_ADMIN_PASSWORD", "RABBITMQ_WORKER_PASSWORD", "GRAFANA_ADMIN_PASSWORD"]
            .map(|n| (n, "x"));
        run(Command::new(&compose).arg("-f").arg(path).args(["config", "-q"]).envs(passwords))
    };
    Planted { shipped: &shipped, replace: "depends_on:", with: "depends_onn:", caught: "depends_onn" }
        .check(config);
    // what is mounted is there
    for line in shipped.lines().filter_map(|line| line.trim().strip_prefix("- ../")) {
        let source = line.split(':').next().unwrap();
        assert!(project("deploy").join(source).exists(), "mounted, but not there: {source}");
    }
    let (_dir, path) = file("docker-compose.yml", &shipped);
    let without = run(Command::new(&compose).arg("-f").arg(path).args(["config", "-q"]));
    assert!(!without.ok && without.text.contains("deploy/compose/.env"), "{}", without.text);
}

fn kubernetes() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(project("deploy/kubernetes"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "kustomization.yaml")
        .collect();
    names.sort();
    names
}

#[test]
fn kubernetes_knows_every_key_of_the_manifests() {
    let Some(validate) = find("kubernetes-validate") else { return };
    for name in kubernetes() {
        let path = project("deploy/kubernetes").join(&name);
        let said = run(Command::new(&validate).arg("--strict").arg(&path));
        assert!(said.ok, "{name}:\n{}", said.text);
    }
    let check = |text: &str| {
        let (_dir, path) = file("manifest.yaml", text);
        run(Command::new(&validate).arg("--strict").arg(path))
    };
    let pdb = read("deploy/kubernetes/pdb.yaml");
    Planted { shipped: &pdb, replace: "maxUnavailable", with: "maxUnavailble", caught: "maxUnavailble" }
        .check(check);
    let deployment = read("deploy/kubernetes/deployment.yaml");
    Planted {
        shipped: &deployment,
        replace: "periodSeconds: 10",
        with: "periodSeconds: soon",
        caught: "soon",
    }
    .check(check);
}

/// Checks custom resources against the schemas that KEDA and the Prometheus operator publish.
fn custom_resources(text: &str) -> Option<Said> {
    let (python, node) = (python()?, find("node")?);
    if !project("target/tools/node/node_modules").is_dir() {
        return find("node packages of target/tools/node").and(None);
    }
    let (_dir, path) = file("resources.yaml", text);
    let json = Command::new(python).arg(project("scripts/checks/yaml2json.py")).arg(path).output().unwrap();
    assert!(json.status.success(), "{}", String::from_utf8_lossy(&json.stderr));
    let mut check = Command::new(node);
    check.arg(project("scripts/checks/crds.mjs")).arg(project("target/tools/node"));
    Some(run_with_input(&mut check, &json.stdout))
}

#[test]
fn keda_and_the_prometheus_operator_accept_their_resources() {
    let scaled = read("deploy/kubernetes/scaledobject.yaml");
    let monitor = read("deploy/kubernetes/servicemonitor.yaml");
    for (shipped, kind) in [(&scaled, "ScaledObject"), (&monitor, "ServiceMonitor")] {
        let Some(said) = custom_resources(shipped) else { return };
        assert!(said.text.contains(&format!("holds: {kind} copydesk")), "{}", said.text);
    }
    for (shipped, replace, with, caught) in [
        (&scaled, "minReplicaCount: 1", "minReplicaCount: one", "minReplicaCount"),
        (&scaled, "value: \"500\"", "value: 500", "value"),
        (&monitor, "interval: 15s", "interval: 15 seconds", "interval"),
    ] {
        Planted { shipped, replace, with, caught }.check(|text| custom_resources(text).expect("found above"));
    }
}

/// Numbers that only make sense together.
#[test]
fn every_grace_period_is_longer_than_the_drain() {
    let settings = read("config/copydesk.toml");
    let drain: u32 =
        settings.lines().find_map(|l| l.strip_prefix("drain_seconds = ")).unwrap().trim().parse().unwrap();
    for (path, key, unit) in [
        ("deploy/kubernetes/deployment.yaml", "terminationGracePeriodSeconds: ", ""),
        ("deploy/systemd/copydesk.service", "TimeoutStopSec=", ""),
        ("deploy/compose/docker-compose.yml", "stop_grace_period: ", "m"),
    ] {
        for grace in read(path).lines().filter_map(|line| line.trim().strip_prefix(key)) {
            let number: u32 = grace.trim_end_matches(unit).parse().unwrap();
            let seconds = if unit == "m" { number * 60 } else { number };
            assert!(seconds > drain + 5, "{path}: {seconds} s of grace for a drain of {drain} s");
        }
    }
}

#[test]
fn kustomize_lists_every_manifest_but_the_example() {
    let kustomization = read("deploy/kubernetes/kustomization.yaml");
    let listed: Vec<&str> = kustomization.lines().filter_map(|l| l.strip_prefix("  - ")).collect();
    let mut expected = kubernetes();
    expected.retain(|name| name != "secret.example.yaml");
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
}

#[test]
fn systemd_knows_every_line_of_the_unit_and_finds_it_hardened() {
    let Some(analyze) = find("systemd-analyze") else { return };
    let unit = read("deploy/systemd/copydesk.service");
    let verify = |text: &str| {
        let text = text.replace("/usr/local/bin/copydesk", env!("CARGO_BIN_EXE_copydesk"));
        let (_dir, path) = file("copydesk.service", &text);
        let mut said = run(Command::new(&analyze).args(["verify", "--man=no"]).arg(path));
        // it prints "Unknown key" and is content all the same
        said.ok &= said.text.is_empty();
        said
    };
    Planted { shipped: &unit, replace: "ProtectHome=", with: "ProtectHoem=", caught: "ProtectHoem" }
        .check(verify);

    let security = |text: &str| {
        let (_dir, path) = file("copydesk.service", text);
        run(Command::new(&analyze).args(["security", "--offline=yes", "--threshold=20"]).arg(path))
    };
    Planted {
        shipped: &unit,
        replace: "CapabilityBoundingSet=\n",
        with: "",
        caught: "CapabilityBoundingSet",
    }
    .check(security);
}

#[test]
fn promtool_accepts_the_alerts_and_each_fires_and_keeps_quiet_as_its_test_says() {
    let Some(promtool) = find("promtool") else { return };
    let rules = read("deploy/prometheus/copydesk.rules.yml");
    let tests = read("deploy/prometheus/copydesk.rules.test.yml");
    let check = |text: &str| {
        let (dir, path) = file("copydesk.rules.yml", text);
        std::fs::write(dir.path().join("test.yml"), &tests).unwrap();
        let mut said = run(Command::new(&promtool).args(["check", "rules"]).arg(path));
        if said.ok {
            said = run(Command::new(&promtool).args(["test", "rules", "test.yml"]).current_dir(dir.path()));
        }
        said
    };
    Planted { shipped: &rules, replace: "> 0.05", with: "> 0.5", caught: "CopydeskParking" }.check(check);
    Planted { shipped: &rules, replace: "sum(rate(", with: "sum(rate((", caught: "parse" }.check(check);

    for alert in alerts(&rules) {
        for word in ["fires", "stays quiet"] {
            assert!(tests.contains(&format!("- name: {alert} {word}\n")), "no test that {alert} {word}");
        }
    }
}

fn alerts(rules: &str) -> Vec<&str> {
    rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect()
}

#[test]
fn the_runbook_has_a_section_for_every_alert() {
    let rules = read("deploy/prometheus/copydesk.rules.yml");
    let runbook = read("deploy/RUNBOOK.md");
    for alert in alerts(&rules) {
        assert!(
            runbook.lines().any(|line| line == format!("### {alert}")),
            "RUNBOOK.md has no section {alert}"
        );
        let url = format!("runbook_url: deploy/RUNBOOK.md#{}", alert.to_lowercase());
        assert!(rules.lines().any(|line| line.trim() == url), "{alert} does not point to its section");
    }
}

/// Each `copydesk …` in the runbook is a command that there is, with options that there are.
#[test]
fn the_runbook_names_commands_that_exist() {
    let runbook = read("deploy/RUNBOOK.md");
    let spans = runbook.split('`').filter(|span| span.starts_with("copydesk "));
    let lines = runbook.lines().filter_map(|line| line.strip_prefix("$ "));
    let commands: Vec<&str> = spans.chain(lines.filter(|line| line.starts_with("copydesk "))).collect();
    assert!(commands.len() > 12, "{commands:?}");
    let known = |command: &str| {
        let words = command.split([' ', '#']).skip(1).take_while(|word| !word.is_empty() && *word != ">");
        run(Command::new(env!("CARGO_BIN_EXE_copydesk")).args(words).arg("--help"))
    };
    for command in &commands {
        let said = known(command);
        assert!(said.ok, "`{command}`: {}", said.text);
    }
    for planted in ["copydesk quarantine lst", "copydesk validate --alive"] {
        assert!(!known(planted).ok, "{planted}");
    }
}

#[test]
fn prometheus_accepts_its_configuration() {
    let Some(promtool) = find("promtool") else { return };
    let shipped = read("deploy/prometheus/prometheus.yml");
    Planted {
        shipped: &shipped,
        replace: "scrape_interval",
        with: "scrape_intervall",
        caught: "scrape_intervall",
    }
    .check(|text| {
        let (dir, path) = file("prometheus.yml", text);
        std::fs::copy(project("deploy/prometheus/copydesk.rules.yml"), dir.path().join("copydesk.rules.yml"))
            .unwrap();
        run(Command::new(&promtool).args(["check", "config"]).arg(path))
    });
}

#[test]
fn the_dashboard_is_whole_and_names_every_metric() {
    let Some(python) = python() else { return };
    let known: String = names::ALL.iter().map(|metric| format!("{}\n", metric.name)).collect();
    let (_dir, known) = file("known.txt", &known);
    let rules = project("deploy/prometheus/copydesk.rules.yml");
    let check = |text: &str| {
        let (_dir, path) = file("copydesk.json", text);
        run(Command::new(&python)
            .arg(project("scripts/checks/dashboard.py"))
            .arg(path)
            .arg(&rules)
            .arg(&known))
    };
    let dashboard = read("deploy/grafana/dashboards/copydesk.json");
    for (replace, with, caught) in [
        ("copydesk_messages_total{", "copydesk_mesages_total{", "no such metric: copydesk_mesages_total"),
        ("\"description\": \"Workers", "\"descripton\": \"Workers", "descripton"),
        ("\"editable\": false", "\"editable\": true", "edited in place"),
        ("\"uid\": \"${datasource}\"", "\"uid\": \"prometheus\"", "data source"),
        ("sum(copydesk_ready{job=~\\\"$job\\\", ", "sum(copydesk_ready{", "not filtered by job"),
        ("\"x\": 12", "\"x\": 11", "lies over"),
        ("[$__rate_interval]", "[5m]", "something else than"),
        (
            "sum(copydesk_ready{",
            "sum(copydesk_messages_total{",
            "copydesk_messages_total is taken without rate",
        ),
    ] {
        Planted { shipped: &dashboard, replace, with, caught }.check(check);
    }
}

#[test]
fn grafana_is_provisioned_with_the_source_and_the_place_of_the_dashboard() {
    let compose = read("deploy/compose/docker-compose.yml");
    let provider = read("deploy/grafana/provisioning/dashboards/copydesk.yml");
    let place = provider.lines().find_map(|l| l.trim().strip_prefix("path: ")).unwrap();
    assert!(compose.contains(&format!("../grafana/dashboards:{place}:ro")), "{place} is not mounted");
    let source = read("deploy/grafana/provisioning/datasources/prometheus.yml");
    assert!(source.contains("type: prometheus") && source.contains("url: http://prometheus:9090"));
    assert!(Path::new(&project("deploy/grafana/dashboards/copydesk.json")).exists());
}
