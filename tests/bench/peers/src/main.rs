//! Rust extractors on gold pages: `copydesk-peers OUT_DIR GOLD.jsonl`, as `peers.py` does for Python ones.

use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A page that takes longer than this is given up: one real page kept a peer busy for more than a minute.
const PATIENCE: Duration = Duration::from_secs(20);

fn dom_smoothie(html: &str, url: Option<&str>) -> Value {
    let Ok(mut reader) = dom_smoothie::Readability::new(html, url, None) else { return json!({}) };
    match reader.parse() {
        Ok(article) => json!({
            "body": article.text_content.to_string(),
            "title": article.title,
            "authors": article.byline.into_iter().collect::<Vec<_>>(),
            "published": article.published_time,
        }),
        Err(_) => json!({}),
    }
}

fn rs_trafilatura(html: &str, url: Option<&str>) -> Value {
    let options = rs_trafilatura::Options { url: url.map(str::to_owned), ..rs_trafilatura::Options::default() };
    match rs_trafilatura::extract_with_options(html, &options) {
        Ok(got) => json!({
            "body": got.content_text,
            "title": got.metadata.title,
            "authors": got.metadata.author.into_iter().collect::<Vec<_>>(),
            "published": got.metadata.date.map(|d| d.to_string()),
        }),
        Err(_) => json!({}),
    }
}

type Tool = fn(&str, Option<&str>) -> Value;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, gold] = args.as_slice() else { panic!("copydesk-peers OUT_DIR GOLD.jsonl") };
    let folder = Path::new(gold).parent().expect("a gold file lies in a folder");
    let mut pages = Vec::new();
    for line in std::fs::read_to_string(gold).expect("gold").lines() {
        let page: Value = serde_json::from_str(line).expect("gold line");
        let Some(html) = page["html"].as_str() else { continue };
        let mut bytes = std::fs::read(folder.join(html)).expect("page");
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).expect("gzip");
            bytes = plain;
        }
        let url = page["url"].as_str().filter(|u| u.starts_with("http")).map(str::to_owned);
        pages.push((page["id"].as_str().expect("id").to_owned(), String::from_utf8_lossy(&bytes).into_owned(), url));
    }
    let size: usize = pages.iter().map(|(_, html, _)| html.len()).sum();
    let tools: [(&str, Tool); 2] = [("dom_smoothie", dom_smoothie), ("rs-trafilatura", rs_trafilatura)];
    for (name, tool) in tools {
        let mut to = std::fs::File::create(Path::new(out).join(format!("{name}.jsonl"))).expect("output");
        let (mut spent, mut failed) = (Duration::ZERO, 0);
        for (id, html, url) in &pages {
            let (html, url) = (html.clone(), url.clone());
            let began = Instant::now();
            let (done, answer) = std::sync::mpsc::channel();
            std::thread::spawn(move || done.send(tool(&html, url.as_deref())));
            let mut got = answer.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                failed += 1;
                json!({})
            });
            spent += began.elapsed();
            got["id"] = json!(id);
            writeln!(to, "{got}").expect("output");
        }
        let seconds = spent.as_secs_f64();
        println!(
            "{}",
            json!({"tool": name, "pages": pages.len(), "seconds": seconds, "failed": failed,
                "pages_per_second": pages.len() as f64 / seconds, "mb_per_second": size as f64 / 1e6 / seconds})
        );
    }
    // A thread that is still busy with a page is not waited for.
    std::process::exit(0);
}
