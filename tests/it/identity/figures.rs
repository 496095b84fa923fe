//! How fast articles are identified with many remembered, and what a million of them costs. Run with
//! `make bench-store`; `COPYDESK_REMEMBERED` says how many. `COPYDESK_BENCH_STORE` names a directory whose
//! store is filled once and measured again by every later run.

use std::sync::Arc;
use std::time::Instant;

use copydesk::assess::identify::{Identifier, IdentifySettings, record_of};
use copydesk::assess::tokens::mix;
use copydesk::model::Observations;
use copydesk::model::verdict::Verdict;
use copydesk::store::{AnyStore, Entry, Id, PageOutcome, Slot, Store};

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

/// Records of the size of real ones, each under keys of its own, and a page for each; goes on where an
/// earlier run was stopped.
async fn fill(store: &AnyStore, there: u64, many: u64) {
    let models: Vec<_> = (0..500).map(|n| record_of(&article(n).article())).collect();
    let mut batch = Vec::new();
    for n in there..many {
        let mut record = models[(n % 500) as usize].clone();
        record.keys = (0..KEYS).map(|key| mix(n << 8 | key)).collect();
        record.article_id = id(n, 1);
        record.event_id = id(n, 2);
        let outcome = PageOutcome {
            slot: Slot(n + 1),
            article_id: record.article_id,
            version: 1,
            event_id: record.event_id,
            verdict: Verdict::New,
        };
        batch.push(Entry::Article(Box::new(record)));
        batch.push(Entry::Page { page: id(n, 3), outcome });
        if batch.len() == 10_000 {
            store.import(std::mem::take(&mut batch)).await.expect("imports");
        }
        if n % 1_000_000 == 999_999 {
            eprintln!("{} filled, process {} MiB", n + 1, resident_bytes() >> 20);
        }
    }
    store.import(batch).await.expect("imports");
}

/// Of an article with a URL, a canonical URL and a headline: addresses, content, sentence, bands.
const KEYS: u64 = 18;

fn id(n: u64, what: u64) -> Id {
    let half = |side: u64| mix(n ^ what << 50 ^ side << 40).to_le_bytes();
    Id(std::array::from_fn(|at| half(at as u64 / 8)[at % 8]))
}

/// CPU seconds that this process has used.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 = stat.split(' ').skip(13).take(2).filter_map(|t| t.parse::<f64>().ok()).sum();
    ticks / 100.0
}

async fn measure(store: AnyStore, many: u64, home: &str) {
    let since = Instant::now();
    let there = store.stats().await.expect("counts").articles;
    fill(&store, there.min(many), many).await;
    let stats = store.stats().await.expect("counts");
    eprintln!(
        "{home}: {} articles, {:.0} bytes each in the store, process {} MiB, filled in {:.0} s",
        stats.articles,
        stats.bytes as f64 / many as f64,
        resident_bytes() >> 20,
        since.elapsed().as_secs_f64()
    );
    let identifier = Arc::new(Identifier::new(store, IdentifySettings::default()));
    let fresh = 20_000u64;
    // Others than an earlier run on the same store has kept.
    let from = many + 1000 + stats.articles;
    let articles: Arc<Vec<_>> = Arc::new((0..fresh).map(|n| article(from + n).article()).collect());
    for keep in [false, true] {
        let (since, cpu) = (Instant::now(), cpu_seconds());
        let tasks = (0..LANES).map(|lane| {
            let (identifier, articles) = (Arc::clone(&identifier), articles.clone());
            tokio::spawn(async move {
                for article in articles.iter().skip(lane).step_by(LANES) {
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
        let what = if keep { "identify and keep" } else { "identify and release" };
        eprintln!(
            "{home}: {what}: {:.0} articles/s, {:.0} articles a second of CPU",
            fresh as f64 / since.elapsed().as_secs_f64(),
            fresh as f64 / (cpu_seconds() - cpu)
        );
    }
}

/// Pages on the way at once, as with the broker's prefetch.
const LANES: usize = 256;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure, not a check"]
async fn embedded() {
    let dir = tempfile::tempdir().expect("directory");
    let kept = std::env::var("COPYDESK_BENCH_STORE").ok();
    let url = format!("file:{}", kept.unwrap_or_else(|| dir.path().display().to_string()));
    let since = Instant::now();
    let store = AnyStore::open(&url, 1 << 30).await.expect("opens").expect("is a store");
    eprintln!("opened in {:.1} s", since.elapsed().as_secs_f64());
    measure(store, remembered(100_000), "embedded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure, not a check"]
async fn redis() {
    let server = RedisServer::start();
    let store = AnyStore::open(&server.url(), 0).await.expect("opens").expect("is a store");
    measure(store, remembered(20_000), "redis").await;
}
