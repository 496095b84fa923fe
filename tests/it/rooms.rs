//! Dependencies between the rooms point one way.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may know beside itself.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("read", &["model"]),
    ("store", &["model", "backoff"]),
    ("assess", &["model", "store", "backoff", "telemetry"]),
    ("backoff", &[]),
    ("tls", &[]),
    ("fetch", &["model", "backoff", "telemetry", "tls"]),
    ("telemetry", &["model"]),
    ("transport", &["model", "backoff", "telemetry", "tls"]),
];

fn sources(at: &Path, into: &mut Vec<PathBuf>) {
    if at.is_file() {
        into.push(at.to_owned());
    } else if at.is_dir() {
        let mut below: Vec<_> = fs::read_dir(at).unwrap().map(|e| e.unwrap().path()).collect();
        below.sort();
        below.iter().for_each(|p| sources(p, into));
    }
}

/// Rooms that a source names as `crate::room`, tests at its foot aside.
fn known(text: &str) -> Vec<String> {
    let product = text.split("#[cfg(test)]").next().unwrap_or("");
    let code = product.lines().filter(|l| !l.trim_start().starts_with("//"));
    let mut rooms = Vec::new();
    for line in code {
        for part in line.split("crate::").skip(1) {
            if let Some(group) = part.strip_prefix('{') {
                rooms.extend(group.split([',', '}']).map(first_word));
            } else {
                rooms.push(first_word(part));
            }
        }
    }
    rooms.retain(|r| !r.is_empty());
    rooms
}

fn first_word(text: &str) -> String {
    text.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[test]
fn rooms_know_only_the_rooms_they_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (room, may) in MAY_KNOW {
        let mut files = Vec::new();
        sources(&src.join(room), &mut files);
        sources(&src.join(format!("{room}.rs")), &mut files);
        assert!(!files.is_empty(), "{room} has no sources: has it moved?");
        for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "rs")) {
            for other in known(&fs::read_to_string(file).unwrap()) {
                if other != *room && !may.contains(&other.as_str()) {
                    wrong.push(format!("{} names crate::{other}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A metric that is not in the one list has no help, no closed labels and no panel.
#[test]
fn only_telemetry_names_metrics() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.retain(|file| {
        !file.starts_with(root.join("telemetry")) && file.extension().is_some_and(|e| e == "rs")
    });
    assert!(files.len() > 50, "have the sources moved?");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["counter!(", "gauge!(", "histogram!("] {
            assert!(!text.contains(word), "{} calls {word}: count through telemetry::record", file.display());
        }
    }
}

#[test]
fn the_rule_sees_what_it_forbids() {
    for (text, rooms) in [
        ("use crate::store::Store;", vec!["store"]),
        ("use crate::{model, assess::route};", vec!["model", "assess"]),
        ("let x = crate::worker::run();", vec!["worker"]),
        ("// crate::cli is told elsewhere\n#[cfg(test)]\nuse crate::cli;", vec![]),
    ] {
        assert_eq!(known(text), rooms, "{text}");
    }
}

#[test]
fn only_one_file_names_the_backoff_crate() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let names = |text: &str| {
        text.lines().any(|l| {
            let l = l.trim_start();
            !l.starts_with("//")
                && (l.contains("use ::backoff")
                    || l.starts_with("use backoff")
                    || l.contains(" backoff::Exp"))
        })
    };
    let who: Vec<_> = files.iter().filter(|f| fs::read_to_string(f).is_ok_and(|t| names(&t))).collect();
    assert!(who.iter().all(|f| f.ends_with("src/backoff.rs")), "{who:?}");
}

/// `read` is pure: no clock, no files, no network, no async, no memory between pages.
#[test]
fn read_touches_nothing_outside() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/read"), &mut files);
    let outside = [
        "std::time::",
        "SystemTime",
        "Instant::now",
        "std::fs",
        "std::net",
        "std::env",
        "tokio",
        "async fn",
        "Timestamp::now",
        "Zoned::now",
        "thread_local!",
        "Mutex<",
        "AtomicU",
        "println!",
    ];
    let mut wrong = Vec::new();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "rs")) {
        let text = fs::read_to_string(file).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap_or("");
        for (i, line) in product.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            wrong.extend(
                outside
                    .iter()
                    .filter(|w| line.contains(**w))
                    .map(|w| format!("{}:{}: {w}", file.display(), i + 1)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
