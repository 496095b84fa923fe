//! Kill -9 in a loop of writes: what was acknowledged is there afterwards, and nothing is torn.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use copydesk::assess::tokens::mix;
use copydesk::model::verdict::Verdict;
use copydesk::store::{
    ArticleRecord, ClaimReply, ClaimRequest, EmbeddedStore, Entry, Id, Keep, PageOutcome, Slot, Store, Write,
};

const DIR: &str = "COPYDESK_CRASH_DIR";
const FROM: &str = "COPYDESK_CRASH_FROM";
const ROUNDS: u64 = 8;
const LANES: usize = 12;
/// Small, so that sealing is met by the kill as often as keeping is.
const SEAL_AT: usize = 40;

fn open(dir: &Path) -> EmbeddedStore {
    EmbeddedStore::open_sealing(dir, 1 << 20, SEAL_AT).expect("opens")
}

fn page(n: u64) -> Id {
    Id(std::array::from_fn(|at| mix(n ^ (at as u64 / 8) << 40).to_le_bytes()[at % 8]))
}

/// Of a size of its own, under keys of its own.
fn article(n: u64) -> ArticleRecord {
    let keys = (0..18).map(|k| mix(n << 8 | k)).collect();
    let headline = Some(format!("Headline {n} {}", "x".repeat((mix(n) % 900) as usize)));
    ArticleRecord {
        article_id: page(n ^ 1 << 60),
        event_id: page(n),
        version: 1,
        keys,
        headline,
        ..Default::default()
    }
}

async fn claim(store: &EmbeddedStore, of: u64, keys: &[u64]) -> ClaimReply {
    let draft = article(of);
    let lease = Duration::from_secs(60);
    let request =
        ClaimRequest { token: None, page: page(of), keys, strong: 4, draft: &draft, lease, news_after: None };
    store.claim(request).await.expect("claims")
}

async fn keep(store: &EmbeddedStore, n: u64) {
    let record = article(n);
    let ClaimReply::Claimed { token, .. } = claim(store, n, &record.keys).await else { return };
    let outcome = PageOutcome {
        slot: Slot(0),
        article_id: record.article_id,
        version: 1,
        event_id: record.event_id,
        verdict: Verdict::New,
    };
    let write = Write::New(Box::new(record));
    let keep = Keep { token, page: page(n), outcome, write, supersedes: Vec::new(), story: None };
    store.keep(keep).await.expect("keeps");
}

/// The process that is killed; run by the test below alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other side of what_was_acknowledged_outlives_kill_9"]
async fn writer() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let from: u64 = std::env::var(FROM).expect("set").parse().expect("a number");
    let store = Arc::new(open(Path::new(&dir)));
    let next = Arc::new(AtomicU64::new(from));
    let lanes = (0..LANES).map(|_| {
        let (store, next) = (Arc::clone(&store), Arc::clone(&next));
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                keep(&store, n).await;
                println!("kept {n}");
                if n == u64::MAX {
                    break;
                }
            }
        })
    });
    let lanes: Vec<tokio::task::JoinHandle<()>> = lanes.collect();
    for lane in lanes {
        lane.await.expect("runs until it is killed");
    }
}

#[tokio::test]
async fn what_was_acknowledged_outlives_kill_9() {
    let dir = tempfile::tempdir().expect("directory");
    let mut kept: Vec<u64> = Vec::new();
    for round in 0..ROUNDS {
        let from = kept.iter().max().map_or(0, |n| n + 1 + LANES as u64);
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["store_crash::writer", "--exact", "--ignored", "--nocapture"])
            .env(DIR, dir.path())
            .env(FROM, from.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        // So many lines, and then somewhere inside the next batch.
        let lines = 30 + mix(round) % 200;
        let mut said = BufReader::new(child.stdout.take().expect("piped")).lines();
        let number = |line: String| line.split_once("kept ").and_then(|(_, n)| n.parse::<u64>().ok());
        let mut read = 0;
        while read < lines {
            let line = said.next().expect("writes on").expect("reads");
            read += u64::from(number(line).inspect(|n| kept.push(*n)).is_some());
        }
        std::thread::sleep(Duration::from_micros(mix(round + 99) % 9_000));
        child.kill().expect("kills");
        kept.extend(said.map_while(Result::ok).filter_map(number));
        child.wait().expect("ends");

        let store = open(dir.path());
        for n in &kept {
            let ClaimReply::Seen { outcome, record } = claim(&store, *n, &[]).await else {
                panic!("round {round}: page {n} was acknowledged and is lost")
            };
            assert_eq!(outcome.article_id, article(*n).article_id);
            assert_eq!(record.as_deref(), Some(&article(*n)), "round {round}: article {n}");
        }
        for n in kept.iter().rev().take(60) {
            let keys = article(*n).keys;
            let ClaimReply::Claimed { token, candidates, .. } = claim(&store, u64::MAX, &keys[3..4]).await
            else {
                panic!("nobody kept that page")
            };
            assert_eq!(candidates.len(), 1, "round {round}: article {n} under its key");
            assert_eq!(candidates[0].record.article_id, article(*n).article_id);
            store.release(token).await.expect("releases");
        }
        let (mut cursor, mut articles) = (None, 0);
        loop {
            let (entries, next) = store.export(cursor, 500).await.expect("nothing is torn");
            articles += entries.iter().filter(|e| matches!(e, Entry::Article(_))).count();
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(store.stats().await.expect("counts").articles, articles as u64);
        assert!(articles >= kept.len());
    }
}

/// What a disk makes of a file in years: an error that says what to do, or a store that still answers, but never
/// a panic that takes the process along.
#[tokio::test]
async fn a_damaged_file_is_named_with_its_remedy() {
    let mut refused = 0;
    for from in [0, 512, 4096, 8192] {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        keep(&store, 1).await;
        drop(store);
        let file = dir.path().join("memory.redb");
        let mut bytes = std::fs::read(&file).unwrap();
        for (at, byte) in bytes.iter_mut().enumerate().skip(from).take(40_000) {
            *byte = (at.wrapping_mul(2_654_435_761) >> 13) as u8;
        }
        std::fs::write(&file, bytes).unwrap();
        if let Err(error) = EmbeddedStore::open(dir.path(), 1 << 20) {
            refused += 1;
            let text = error.to_string();
            assert!(text.contains("damaged") || text.contains("opening the store"), "{text}");
        }
    }
    assert!(refused > 0, "no damage was noticed");
}
