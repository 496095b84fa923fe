//! How fast articles are identified with many remembered, and what a million of them costs. Run with
//! `cargo test --release --test it identity::figures -- --ignored --nocapture`; `COPYDESK_REMEMBERED`
//! says how many.

use std::sync::Arc;
use std::time::Instant;

use copydesk::assess::identify::{Identifier, IdentifySettings, record_of};
use copydesk::assess::tokens::mix;
use copydesk::model::Observations;
use copydesk::store::{AnyStore, Entry, Store};

use super::articles::Capture;
use crate::redis_server::RedisServer;

/// An article of about 2.5 KB that shares nothing much with the others.
fn article(n: u64) -> Capture {
    let mut body = String::new();
    for word in 0..400u64 {
        let w = mix(n.wrapping_mul(1000) + word) % 20_000;
        body.push_str(if word % 14 == 0 { "Word" } else { "w" });
        body.push_str(&format!("{w}"));
        body.push_str(match word % 14 {
            13 if word % 56 == 55 => ".\n\n",
            13 => ". ",
            _ => " ",
        });
    }
    Capture::of(&format!("Headline w{} w{} w{} number {n}", mix(n) % 5000, mix(n + 7) % 5000, n % 777), &body)
        .url(&format!("https://site{}.example/{n}", n % 500))
        .scraper("reader")
}

fn remembered(default: u64) -> u64 {
    std::env::var("COPYDESK_REMEMBERED").ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    kib.unwrap_or(0u64) * 1024
}

async fn fill(store: &AnyStore, many: u64) {
    let mut batch = Vec::new();
    for n in 0..many {
        let mut record = record_of(&article(n).article());
        record.version = 1;
        batch.push(Entry::Article(Box::new(record)));
        if batch.len() == 5_000 {
            store.import(std::mem::take(&mut batch)).await.expect("imports");
        }
    }
    store.import(batch).await.expect("imports");
}

async fn measure(store: AnyStore, many: u64, home: &str) {
    let since = Instant::now();
    fill(&store, many).await;
    let stats = store.stats().await.expect("counts");
    eprintln!(
        "{home}: {} articles, {:.0} bytes each in the store, process {} MiB, filled in {:.0} s",
        stats.articles,
        stats.bytes as f64 / many as f64,
        resident_bytes() >> 20,
        since.elapsed().as_secs_f64()
    );
    let identifier = Arc::new(Identifier::new(store, IdentifySettings::default()));
    let fresh = 5_000u64;
    let articles: Vec<_> = (0..fresh).map(|n| Arc::new(article(many + n).article())).collect();
    for keep in [false, true] {
        let since = Instant::now();
        let tasks = (0..64).map(|lane| {
            let (identifier, articles) = (Arc::clone(&identifier), articles.clone());
            tokio::spawn(async move {
                for article in articles.iter().skip(lane).step_by(64) {
                    let seen = Observations::default();
                    let identified = identifier.identify(article, seen).await.expect("identifies");
                    if keep {
                        identifier.keep(identified.claim).await.expect("keeps");
                    } else {
                        identifier.release(identified.claim).await.expect("releases");
                    }
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("runs");
        }
        let rate = fresh as f64 / since.elapsed().as_secs_f64();
        eprintln!("{home}: identify and {}: {rate:.0} articles/s", if keep { "keep" } else { "release" });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure, not a check"]
async fn embedded() {
    let dir = tempfile::tempdir().expect("directory");
    let url = format!("file:{}", dir.path().display());
    let store = AnyStore::open(&url, 1 << 30).await.expect("opens").expect("is a store");
    measure(store, remembered(100_000), "embedded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure, not a check"]
async fn redis() {
    let server = RedisServer::start();
    let store = AnyStore::open(&server.url(), 0).await.expect("opens").expect("is a store");
    measure(store, remembered(20_000), "redis").await;
}
