//! The settings that the artefacts under `deploy/` give are settings that the program knows and accepts.

use std::path::Path;
use std::process::Output;

use crate::golden::copydesk;
use crate::tools::read;

/// `COPYDESK__…` with their values: `KEY: value` of YAML, `Environment=KEY=value` of systemd, `ENV KEY=value` of Docker.
fn settings(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let at = line.find("COPYDESK__")?;
            let (key, value) = line[at..].split_once([':', '='])?;
            Some((key.to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// Asks the program, with a secret where a file of one is named.
fn validate(settings: &[(String, String)], secret: &Path) -> Output {
    let mut command = copydesk(&["validate"]);
    for (key, value) in settings {
        let password = "${RABBITMQ_WORKER_PASSWORD:?set it in deploy/compose/.env}";
        let value = match key.ends_with("_FILE") {
            true => secret.to_str().unwrap().to_owned(),
            false => value.replace(password, "secret"),
        };
        command.env(key, value);
    }
    command.output().unwrap()
}

#[test]
fn the_program_accepts_what_each_artefact_sets() {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("rabbitmq-url");
    std::fs::write(&secret, "amqp://copydesk_worker:secret@rabbitmq:5672/news\n").unwrap();
    for (artefact, count) in [
        ("deploy/Dockerfile", 1),
        ("deploy/compose/docker-compose.yml", 3),
        ("deploy/kubernetes/configmap.yaml", 3),
        ("deploy/systemd/copydesk.service", 2),
    ] {
        let mut given = settings(&read(artefact));
        assert_eq!(given.len(), count, "{artefact}: {given:?}");
        let output = validate(&given, &secret);
        assert!(output.status.success(), "{artefact}: {}", String::from_utf8_lossy(&output.stderr));

        let (key, _) = &mut given[0];
        key.push('X');
        let planted = validate(&given, &secret);
        let said = String::from_utf8_lossy(&planted.stderr).into_owned();
        assert_eq!(planted.status.code(), Some(78), "{artefact}: the planted setting passed");
        assert!(said.contains(given[0].0.as_str()), "{artefact}: {said}");
    }
}

/// Ports and addresses that several artefacts must agree on.
#[test]
fn everyone_means_the_same_port() {
    for (artefact, phrase) in [
        ("deploy/Dockerfile", "EXPOSE 9464"),
        ("deploy/kubernetes/configmap.yaml", "COPYDESK__HTTP__LISTEN: 0.0.0.0:9464"),
        ("deploy/kubernetes/deployment.yaml", "containerPort: 9464"),
        ("deploy/kubernetes/service.yaml", "port: 9464"),
        ("deploy/kubernetes/networkpolicy.yaml", "port: 9464"),
        ("deploy/prometheus/prometheus.yml", "port: 9464"),
        ("config/copydesk.toml", "listen = \"127.0.0.1:9464\""),
    ] {
        assert!(read(artefact).contains(phrase), "{artefact} does not say {phrase:?}");
    }
}
