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
        (&["process", "src/cli/train"], 64, "no pages there"),
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
fn the_models_that_events_name_are_listed() {
    let listed = String::from_utf8(run(&["models", "--json"]).stdout).unwrap();
    let listed: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let listed: Vec<&Value> = listed.iter().map(|card| &card["id"]).collect();
    let pages =
        ["tests/pages/brevia-2025-02-03-brief.txt", "tests/pages/harbour-gazette-2025-03-14-json-ld.html"];
    for page in pages {
        let event: Value = serde_json::from_slice(&run(&["process", page]).stdout).unwrap();
        let named = event["data"]["pipeline"]["models"].as_array().unwrap();
        assert_eq!(named.len(), 4, "{page}: {named:?}");
        assert!(named.iter().all(|id| listed.contains(&id)), "{page}: {named:?} of {listed:?}");
    }
}

#[test]
fn a_reader_that_goes_and_a_full_disk_are_no_panic() {
    let commands = [
        &["schema"][..],
        &["models"],
        &["completions", "bash"],
        &["man"],
        &["topology", "print"],
        &["validate", "--show"],
    ];
    for args in commands {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let out = copydesk(args).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(out.status.code(), Some(69), "{args:?}: {}", said(&out));
        assert!(said(&out).contains("standard output"), "{args:?}: {}", said(&out));
        let mut child = copydesk(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!((out.status.code(), said(&out).as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn slips_are_told_and_nothing_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let store = format!("file:{}", dir.path().join("store").display());
    let store = store.as_str();
    let nowhere = dir.path().to_str().unwrap();
    assert!(run(&["process", "--store", store, "tests/pages"]).status.success());
    for (args, word) in [
        (&["store", "--store", store, "prune", "--articles", "0"][..], "--articles"),
        (&["store", "--store", store, "prune", "--days", "0"], "--days"),
        (&["process", "--jobs", "0", "tests/pages"], "jobs"),
        (&["rules", "test", nowhere], "holds no site rules"),
        (&["quarantine", "drop", ""], "empty handle"),
    ] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(64), "{args:?}: {}", said(&out));
        assert!(said(&out).contains(word), "{args:?}: {}", said(&out));
    }
    for list in ["[\"a.example:9\", \"b.example\"]", "a.example:9, b.example"] {
        let out = run(&["--set", &format!("fetch.hosts={list}"), "validate", "--show"]);
        let shown = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(shown.contains("a.example:9") && !shown.contains("[\\\""), "{list}: {shown}");
    }
    let out = run(&["--set", "fetch.hosts=[\"a", "validate"]);
    assert!(out.status.code() == Some(78) && said(&out).contains("no list of texts"), "{}", said(&out));
    let out = run(&["--set", "log.level=warning", "validate"]);
    assert!(out.status.code() == Some(78) && said(&out).contains("log.level"), "{}", said(&out));
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

#[test]
fn the_service_waits_for_a_broker_that_is_not_there_and_ends_on_sigterm() {
    let mut child = copydesk(&["run"])
        .env("COPYDESK__RABBITMQ__URL", "amqp://guest:s3cret@127.0.0.1:1/%2f")
        .env("COPYDESK__HTTP__LISTEN", "127.0.0.1:0")
        .env("COPYDESK__LOG__FORMAT", "json")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let waiting = lines
        .by_ref()
        .map_while(Result::ok)
        .take(20)
        .find(|line| line.contains("no session with the broker"));
    assert!(waiting.is_some_and(|line| !line.contains("s3cret")));
    let sent = std::process::Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("ended")), "it says how it ended: {rest:?}");
}

#[test]
fn commands_that_ask_the_broker_say_when_it_is_out_of_reach() {
    let out_of_reach = "rabbitmq.url=amqp://guest:s3cret@127.0.0.1:1/%2f";
    let management = "rabbitmq.management_url=http://guest:s3cret@127.0.0.1:1";
    for args in
        [&["quarantine", "ls"][..], &["topology", "apply"], &["topology", "verify"], &["validate", "--live"]]
    {
        let out = run(&[&["--set", out_of_reach, "--set", management], args].concat());
        assert_eq!(out.status.code(), Some(69), "{args:?}: {}", said(&out));
        assert!(!said(&out).contains("s3cret"), "{}", said(&out));
    }
    let out = run(&["topology", "verify"]);
    assert_eq!(out.status.code(), Some(78), "{}", said(&out));
    assert!(said(&out).contains("rabbitmq.management_url"), "{}", said(&out));
    let printed = run(&["topology", "print"]);
    assert!(serde_json::from_slice::<Value>(&printed.stdout).unwrap()["policies"].is_array());
}

#[test]
fn standard_input_is_read_without_a_path_and_what_is_parked_can_be_found() {
    let story =
        "The ferry to Norhaven will run again from Monday, the harbour office said on Friday evening.";
    let page = |when: &str| {
        let html = format!(
            "<html><head><meta property='article:published_time' content='{when}'></head>\
            <body><h1>Ferry returns</h1><p>{story}</p><p>{story} Repairs took three weeks.</p></body></html>"
        );
        serde_json::json!({"content_type": "text/html", "url": "https://gazette.example/ferry", "body": html})
            .to_string()
    };
    let lines =
        format!("{}\n{}\n{{\"body\": 5}}\n", page("2025-03-02T08:00:00Z"), page("2099-01-01T00:00:00Z"));
    let out = with_input(&["process", "--ordered", "--quiet"], lines.as_bytes());
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    let events: Vec<Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(events[0]["data"]["published_at"]["value"], "2025-03-02T08:00:00Z");
    assert!(
        events[1]["data"]["published_at"].is_null(),
        "a date to come: {}",
        events[1]["data"]["published_at"]
    );
    let parked = &events[2]["parked"];
    assert_eq!(parked["reason"], "unreadable_envelope");
    assert_eq!(
        (&parked["raw"]["bytes"], parked["raw"]["sha256"].as_str().map(str::len)),
        (&Value::from(11), Some(64))
    );
}

#[test]
fn explain_shows_blocks_and_a_self_contained_page() {
    let page = "tests/pages/harbour-gazette-2025-03-14-json-ld.html";
    let out = run(&["explain", page]);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.lines().any(|l| l.starts_with("+ ")) && text.lines().any(|l| l.starts_with("- ")), "{text}");
    let html = String::from_utf8(run(&["explain", "--html", page]).stdout).unwrap();
    assert!(html.starts_with("<!doctype html>") && !html.contains("<script") && !html.contains("src="));
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let page = "{\"url\":\"https://herald.example/a\",\"content_type\":\"text/plain\",\"body\":\"Nine words of a brief about the new bridge here today.\"}\n";
    let mut child = copydesk(&["process", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    // It may end before all is written.
    let _ = input.write_all(page.repeat(200).as_bytes());
    drop(input);
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), said(&out).as_str()), (Some(0), ""));
}

/// Teaches a store with `process`, then says what a person says about a line, and looks at what comes out.
#[test]
fn sites_shows_what_was_taught_and_obeys_a_person() {
    const APPEAL: &str = "The Herald lives by the letters that its neighbours write to it every week.";
    const PLACES: [&str; 8] =
        ["Alder", "Brook", "Cairn", "Dunmore", "Elmsworth", "Fallow", "Gorse", "Hollin"];
    let dir = tempfile::tempdir().expect("directory");
    let store = dir.path().join("memory");
    let store = store.to_str().expect("a path");
    let page = |n: usize, day: u32| {
        let place = PLACES[n % PLACES.len()];
        let text = format!(
            "{place} opens its {n}th mill on the river\n\n\
             The town of {place} opened a mill with {n}{n} wheels on Tuesday, said miller number {day} of the {place} guild, who paid for it.\n\n\
             In {place} the {n}th flood had taken the last one; nobody was hurt when it went down the river to the sea of {place}.\n\n\
             {APPEAL}\n"
        );
        let url = format!("https://herald.example/{day}/{n}");
        serde_json::json!({"url": url, "scraper": "reader", "content_type": "text/plain", "body": text})
            .to_string()
            + "\n"
    };
    let process = |pages: String| -> Vec<Value> {
        let out =
            with_input(&["process", "--store", store, "--ordered", "--jobs", "1", "-"], pages.as_bytes());
        assert_eq!(out.status.code(), Some(0), "{}", said(&out));
        out.stdout
            .split(|b| *b == b'\n')
            .filter(|l| !l.is_empty())
            .map(|l| serde_json::from_slice(l).unwrap())
            .collect()
    };
    let sites = |args: &[&str]| {
        let out = run(&[&["sites", "--store", store], args].concat());
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", said(&out));
        String::from_utf8(out.stdout).expect("is text")
    };
    let appealed = |n: usize, day: u32| {
        let events = process(page(n, day));
        events[0]["data"]["body"]
            .as_str()
            .unwrap_or_else(|| panic!("no article: {}", events[0]))
            .contains(APPEAL)
    };
    process((0..3).map(|n| page(n, 1)).collect());
    assert!(sites(&["ls"]).contains("herald.example"));
    assert!(sites(&["show", "herald.example"]).contains("letters that its neighbours"));
    sites(&["pin", "herald.example", APPEAL]);
    assert!(!appealed(4, 2), "a pinned line is removed");
    sites(&["forbid", "herald.example", APPEAL]);
    assert!(appealed(5, 3), "a forbidden line stays");
    sites(&["forget", "herald.example", APPEAL]);
    assert!(!sites(&["show", "herald.example"]).contains("letters that its neighbours"));
    sites(&["forget", "herald.example"]);
    assert!(!sites(&["ls"]).contains("herald.example"));
}

/// A store in which `herald.example` has taught two lines under four stories, one of them long.
fn taught_store(dir: &std::path::Path) -> (String, String) {
    let long = "Your support lets the Herald report from the harbour, the council and the courts, day and night, \
                without fear and without favour, for everybody who lives on the coast.";
    let pages = dir.join("pages.jsonl");
    let lines: Vec<String> = ["ferry", "bridge", "budget", "school"]
        .iter()
        .enumerate()
        .map(|(i, what)| {
            let own = |n: usize| {
                let words = ["harbour", "council", "tugs", "masons", "votes", "teachers", "divers", "rain"];
                format!("The {what} and its {} were what {} people of Port Lindow spoke about on day {}.",
                    words[(i * 2 + n) % 8], ["most", "few", "the older", "the young"][i], ["one", "two", "three", "four"][n])
            };
            let body = format!("{}\n\n{}\n\n{}\n\n{}\n\nStand by your Herald\n\n{long}\n", own(0), own(1), own(2), own(3));
            serde_json::json!({
                "url": format!("https://www.herald.example/{what}"), "body": body, "content_type": "text/plain"
            })
            .to_string()
        })
        .collect();
    std::fs::write(&pages, lines.join("\n")).unwrap();
    let (pages, store) = (pages.display().to_string(), dir.join("store").display().to_string());
    let out = run(&["process", "--ordered", "--quiet", "--store", &store, &pages]);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    (store, long.to_owned())
}

#[test]
fn lines_of_a_site_are_corrected_by_their_handles_and_what_no_page_reads_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (store, long) = taught_store(dir.path());
    let sites = |args: &[&str]| run(&[&["sites", "--store", &store], args].concat());
    let shown = || -> Vec<Value> {
        let out = sites(&["show", "herald.example", "--json"]);
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    let line = |lines: &[Value]| lines.iter().find(|l| l["text"] == long.as_str()).cloned().expect("whole");
    let handle = line(&shown())["handle"].as_str().unwrap().to_owned();
    let text = String::from_utf8(sites(&["show", "herald.example"]).stdout).unwrap();
    assert!(text.contains(&handle) && !text.contains(&long), "{text}");
    for (action, decision) in [("forbid", "forbidden"), ("pin", "pinned")] {
        let out = sites(&[action, "https://www.Herald.example/", &handle[..8]]);
        assert_eq!(out.status.code(), Some(0), "{}", said(&out));
        assert_eq!(line(&shown())["decision"], decision);
    }
    for (args, word) in [
        (&["forbid", "herald.example", &long[..60]][..], "never taught that line"),
        (&["forget", "herald.example", "No such line"], "never taught that line"),
        (&["forget", "herald.example", "0123456789abcdef"], "no line of the handle"),
        (&["pin", "herald.example", " "], "the line is empty"),
        (&["pin", "", "Stand by"], "is no domain"),
        (&["pin", "???", "Stand by"], "is no domain"),
        (&["show", "post.example"], "has taught nothing"),
    ] {
        let out = sites(args);
        assert!(out.status.code() == Some(64) && said(&out).contains(word), "{args:?}: {}", said(&out));
    }
    assert_eq!(
        String::from_utf8(sites(&["ls"]).stdout).unwrap(),
        "herald.example\n",
        "nothing else came of it"
    );
    assert_eq!(sites(&["pin", "WWW.herald.example", "Not seen yet"]).status.code(), Some(0));
    assert!(shown().iter().any(|l| l["text"] == "Not seen yet" && l["decision"] == "pinned"));
    assert_eq!(sites(&["forget", "herald.example", &handle]).status.code(), Some(0));
    assert!(shown().iter().all(|l| l["handle"] != handle.as_str()));
}

#[test]
fn explain_shows_what_a_store_knows_of_the_site() {
    let dir = tempfile::tempdir().unwrap();
    let (store, long) = taught_store(dir.path());
    let page = dir.path().join("page.txt");
    let story = "Fog closed the harbour of Port Lindow on Monday, and no ship left before the evening, the pilots said.";
    std::fs::write(
        &page,
        format!("{story}\n\nIt was the third such day of the month.\n\nStand by your Herald\n\n{long}\n"),
    )
    .unwrap();
    let page = page.display().to_string();
    let explain = |store: &str| {
        let url = "https://herald.example/fog";
        let out = run(&["explain", "--full", "--url", url, "--store", store, &page]);
        (out.status.code(), String::from_utf8(out.stdout).unwrap() + &String::from_utf8_lossy(&out.stderr))
    };
    let (code, told) = explain(&store);
    assert!(code == Some(0) && told.contains("site:line ") && told.contains("knowledge"), "{told}");
    assert!(!explain("none").1.contains("site:line "));
    let missing = dir.path().join("stroe").display().to_string();
    assert_eq!(explain(&missing).0, Some(64));
}
