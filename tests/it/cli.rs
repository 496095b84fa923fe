//! The command line as a person meets it: exit codes, messages, help.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::golden::copydesk;

fn run(args: &[&str]) -> Output {
    copydesk(args).output().unwrap()
}

fn with_input(args: &[&str], input: &[u8]) -> Output {
    let mut child =
        copydesk(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

#[test]
fn exit_codes_are_those_of_sysexits() {
    for (args, code, word) in [
        (&["process", "no/such/page.html"][..], 64, "no/such/page.html"),
        (&["process", "src/cli"], 64, "no pages there"),
        (&["process"], 64, "PATHS"),
        (&["frobnicate"], 64, "frobnicate"),
        (&["--set", "worker.jbs=1", "validate"], 78, "did you mean worker.jobs?"),
        (&["--config", "no/such.toml", "validate"], 78, "no/such.toml"),
        (&["--set", "http.listen=x", "--set", "store.url=y", "validate"], 78, "store.url"),
        (&["validate"], 0, ""),
        (&["--help"], 0, ""),
        (&["--version"], 0, ""),
        (&["man"], 0, ""),
        (&["completions", "bash"], 0, ""),
        (&["schema"], 0, ""),
        (&["schema", "raw-page"], 0, ""),
    ] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(code), "{args:?}: {}", said(&out));
        assert!(said(&out).contains(word), "{args:?}: {}", said(&out));
    }
}

#[test]
fn a_bad_message_is_parked_on_its_own_line_and_the_rest_goes_on() {
    let story =
        "The council approved the new harbour bridge on Tuesday after two years of debate about its cost.";
    let input =
        format!("{{\"id\": \"good\", \"body\": \"{story}\"}}\nnot json\n{{\"body_base64\": \"AAAA\"}}\n");
    let out = with_input(&["process", "--ordered", "--quiet", "-"], input.as_bytes());
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    let lines: Vec<Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines[0]["type"], "article.created");
    assert_eq!(lines[0]["data"]["raw"]["message_id"], "good");
    assert_eq!(lines[1]["parked"]["reason"], "unreadable_envelope");
    assert_eq!(lines[1]["input"], "-:2");
    assert_eq!(lines[2]["data"]["reason"], "not_text");
}

#[test]
fn a_secret_never_shows() {
    for args in [
        &["--set", "rabbitmq.url=amqp://u:pl4nted@h", "validate", "--show"][..],
        &["--set", "store.url=redis://:pl4nted@h:6379/0", "validate", "--show"],
    ] {
        let out = run(args);
        let all = format!("{}{}", String::from_utf8_lossy(&out.stdout), said(&out));
        assert!(!all.contains("pl4nted"), "{all}");
    }
}

#[test]
fn schemas_describe_what_comes_out() {
    let schema: Value = serde_json::from_slice(&run(&["schema"]).stdout).unwrap();
    let text = schema.to_string();
    for field in
        ["article_id", "content_hash", "paragraphs", "published_at", "dedup", "page_key", "specversion"]
    {
        assert!(text.contains(&format!("\"{field}\"")), "{field} is not in the schema");
    }
}
