//! The pages that ship with the project, through the whole pipeline: what comes out stands in
//! `tests/golden/events`, one file an input, and a change of it is a change that somebody has looked at.
//! `make goldens` rewrites them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use copydesk::transport::files::Inputs;
use serde_json::Value;

const REWRITE: &str = "COPYDESK_REWRITE_GOLDENS";

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `copydesk` in the project's root, with nothing of the caller's own settings.
pub fn copydesk(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    command.args(args).current_dir(root());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COPYDESK__")) {
        command.env_remove(name);
    }
    command
}

#[test]
fn shipped_pages_give_their_golden_events() {
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(root().join("tests/pages")).unwrap().map(|e| e.unwrap().path()).collect();
    names.retain(|p| p.extension().is_some_and(|e| e != "md"));
    names.sort();
    assert!(names.len() >= 24, "only {} pages ship", names.len());
    let rewrite = std::env::var_os(REWRITE).is_some();
    let mut differing = Vec::new();
    for (page, now) in names.iter().zip(events(&names)) {
        let name = page.file_name().unwrap().to_str().unwrap();
        let golden = root().join("tests/golden/events").join(format!("{name}.json"));
        if rewrite {
            std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
            std::fs::write(&golden, &now).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != now {
            differing.push(format!("{name}\n{}", difference(&golden, &now)));
        }
    }
    assert!(
        differing.is_empty(),
        "{} of {} pages differ from their goldens; look at the change, then `make goldens`:\n{}",
        differing.len(),
        names.len(),
        differing.join("\n")
    );
}

/// What comes out of each input, without the time, as indented JSON: one run for all, a line an entry.
fn events(pages: &[PathBuf]) -> Vec<String> {
    let mut command = copydesk(&["process", "--ordered", "--explain", "--quiet"]);
    let out = command.args(pages.iter().map(|p| p.strip_prefix(root()).unwrap())).output().unwrap();
    let code = out.status.code();
    assert!(matches!(code, Some(0 | 1)), "{code:?} {}", String::from_utf8_lossy(&out.stderr));
    let lines = String::from_utf8(out.stdout).unwrap();
    let mut lines = lines.lines();
    let all = pages.iter().map(|page| {
        let entries = Inputs::find(std::slice::from_ref(page)).unwrap().entries(16 << 20).count();
        lines.by_ref().take(entries).map(indented).collect()
    });
    let all: Vec<String> = all.collect();
    assert_eq!(lines.next(), None, "a line more than there are entries");
    all
}

fn indented(line: &str) -> String {
    let mut value: Value = serde_json::from_str(line).unwrap();
    if let Some(event) = value.as_object_mut() {
        event.remove("time");
    }
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

fn difference(golden: &Path, now: &str) -> String {
    let before = std::fs::read_to_string(golden).unwrap_or_default();
    let pairs = before.lines().zip(now.lines()).enumerate().filter(|(_, (a, b))| a != b).take(3);
    pairs.map(|(i, (a, b))| format!("  line {}:\n  - {a}\n  + {b}\n", i + 1)).collect()
}

#[test]
fn output_does_not_depend_on_the_number_of_jobs() {
    let run = |jobs: &str| {
        let out = copydesk(&["process", "--quiet", "--jobs", jobs, "tests/pages"]).output().unwrap();
        let mut lines: Vec<String> =
            String::from_utf8(out.stdout).unwrap().lines().map(without_time).collect();
        lines.sort();
        lines
    };
    let one = run("1");
    assert!(one.len() >= 24);
    assert_eq!(one, run("4"));
}

fn without_time(line: &str) -> String {
    let mut value: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
    value.remove("time");
    serde_json::to_string(&value).unwrap()
}
