//! The five texts beside the project: two scrapers' extractions of two articles, and a third article.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::golden::copydesk;

const NAMES: [&str; 5] =
    ["a-appeal-tail", "a-banner-and-tail", "b-appeal-tail", "b-banner-and-tail", "c-newswire"];

fn samples() -> Option<Vec<String>> {
    let root = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let read = |name: &&str| std::fs::read_to_string(root.join(format!("samples/{name}.txt"))).ok();
    let texts: Option<Vec<String>> = NAMES.iter().map(read).collect();
    if texts.is_none() {
        eprintln!("no samples in {}: their order of arrival was not tried", root.display());
    }
    texts
}

/// One line of `process` for each message: what kind of event, and of which article.
fn processed(store: &str, messages: &[Value]) -> Vec<(String, String)> {
    let lines: String = messages.iter().map(|message| format!("{message}\n")).collect();
    let mut command = copydesk(&["process", "--quiet", "--ordered", "--store", store, "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("input"), lines.as_bytes()).expect("writes");
    let out = child.wait_with_output().expect("ends");
    let events = String::from_utf8(out.stdout).expect("utf-8");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("json"));
    events.map(|event| (word(&event["type"]), word(&event["data"]["article_id"]))).collect()
}

#[test]
fn five_texts_are_three_articles_in_any_order_and_nothing_new_when_they_come_again() {
    let Some(texts) = samples() else { return };
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 2, 4, 0, 3], [2, 0, 3, 4, 1], [3, 4, 1, 0, 2]] {
        let dir = tempfile::tempdir().expect("directory");
        let store = dir.path().display().to_string();
        let round = |hour: usize, end: &str| {
            let message = |at: usize| {
                let scraper = if NAMES[at].contains("banner") { "banner" } else { "tail" };
                let fetched_at = format!("2031-03-12T{hour:02}:0{at}:00Z");
                json!({ "body": format!("{}{end}", texts[at]), "content_type": "text/plain",
                    "scraper": scraper, "source": "herald.example", "fetched_at": fetched_at })
            };
            processed(&store, &order.map(message))
        };
        let first = round(8, "");
        let article = |at: usize| &first[order.iter().position(|o| *o == at).expect("is there")].1;
        assert_eq!((article(0), article(2)), (article(1), article(3)), "{order:?}");
        assert!(
            article(0) != article(2) && article(0) != article(4) && article(2) != article(4),
            "{order:?}"
        );
        let created = first.iter().filter(|(kind, _)| kind == "article.created").count();
        assert_eq!(created, 3, "{order:?}");
        // The same bytes, and the same text in other bytes an hour later.
        for again in [round(8, ""), round(9, "\n\n")] {
            assert!(again.iter().all(|(kind, _)| kind == "article.duplicate"), "{order:?}: {again:?}");
            let ids = |events: &[(String, String)]| events.iter().map(|e| e.1.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&again), ids(&first), "{order:?}");
        }
    }
}
