//! What every store must do, over both homes: the embedded directory and a private Redis.

/// What only a directory must.
mod embedded;
/// What only a server must.
mod redis;
/// `copydesk store` and what it refuses.
mod command;

use std::sync::Arc;
use std::time::Duration;

use copydesk::model::verdict::Verdict;
use copydesk::store::{
    AnyStore, ArticleRecord, Candidate, ClaimReply, ClaimRequest, Entry, Fingerprint, Id, Keep, Kept,
    PageOutcome, Pending, Retention, Slot, Store, StoryEntry, Token, Write,
};

use crate::redis_server::RedisServer;

const LEASE: Duration = Duration::from_secs(60);

/// Both homes, empty, and what keeps them alive.
async fn homes() -> (Vec<AnyStore>, (RedisServer, tempfile::TempDir)) {
    let server = RedisServer::start();
    let dir = tempfile::tempdir().expect("directory");
    let embedded = open(&format!("file:{}", dir.path().display())).await;
    let redis = open(&server.url()).await;
    (vec![embedded, redis], (server, dir))
}

async fn open(url: &str) -> AnyStore {
    AnyStore::open(url, 16 << 20).await.expect("opens").expect("is a store")
}

fn name(store: &AnyStore) -> &'static str {
    match store {
        AnyStore::Embedded(_) => "embedded",
        AnyStore::Redis(_) => "redis",
    }
}

fn day() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    (now.as_secs() / 86_400) as u32
}

fn record(n: u8, keys: &[u64]) -> ArticleRecord {
    ArticleRecord {
        touched: day(),
        keys: keys.to_vec(),
        article_id: Id([n; 16]),
        version: 1,
        event_id: Id([n + 100; 16]),
        site: Some("herald.example".into()),
        headline: Some(format!("Headline {n}")),
        print: Fingerprint { words: 10, sketch: vec![1, 2, 3], ..Fingerprint::default() },
        ..ArticleRecord::default()
    }
}

struct Claimed {
    token: Token,
    candidates: Vec<Candidate>,
    pending: Vec<Pending>,
}

async fn claim(store: &AnyStore, page: u8, draft: &ArticleRecord) -> Claimed {
    claim_for(store, page, draft, LEASE, None).await
}

async fn claim_for(
    store: &AnyStore,
    page: u8,
    draft: &ArticleRecord,
    lease: Duration,
    token: Option<Token>,
) -> Claimed {
    let request = ClaimRequest {
        token,
        page: Id([page; 16]),
        keys: &draft.keys,
        strong: 2,
        draft,
        lease,
        news_after: None,
    };
    match store.claim(request).await.expect("claims") {
        ClaimReply::Claimed { token, candidates, pending, .. } => Claimed { token, candidates, pending },
        ClaimReply::Seen { outcome, .. } => panic!("page {page} was seen: {outcome:?}"),
    }
}

async fn seen(store: &AnyStore, page: u8) -> Option<(PageOutcome, Option<Box<ArticleRecord>>)> {
    let draft = record(page, &[]);
    let request = ClaimRequest {
        token: None,
        page: Id([page; 16]),
        keys: &[],
        strong: 0,
        draft: &draft,
        lease: LEASE,
        news_after: None,
    };
    match store.claim(request).await.expect("claims") {
        ClaimReply::Seen { outcome, record } => Some((outcome, record)),
        ClaimReply::Claimed { token, .. } => {
            store.release(token).await.expect("releases");
            None
        }
    }
}

fn keeping(token: Token, page: u8, write: Write) -> Keep {
    let (Write::New(record) | Write::Replace(_, record)) = &write;
    let outcome = PageOutcome {
        slot: Slot(0),
        article_id: record.article_id,
        version: record.version,
        event_id: record.event_id,
        verdict: Verdict::New,
    };
    Keep { token, page: Id([page; 16]), outcome, write, supersedes: Vec::new(), story: None }
}

/// Claims and keeps a new article.
async fn publish(store: &AnyStore, page: u8, record: ArticleRecord) -> Kept {
    let token = claim(store, page, &record).await.token;
    store.keep(keeping(token, page, Write::New(Box::new(record)))).await.expect("keeps")
}

#[tokio::test]
async fn what_is_kept_is_found_under_each_key_and_its_page_is_known() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        assert!(seen(store, 1).await.is_none(), "{}", name(store));
        assert_eq!(publish(store, 1, record(1, &[10, 11, 12])).await, Kept::Remembered);
        for key in [10, 11, 12] {
            let found = claim(store, 50 + key as u8, &record(9, &[99, key])).await;
            assert_eq!(found.candidates.len(), 1, "{} key {key}", name(store));
            assert_eq!(found.candidates[0].hits, [1]);
            assert_eq!(found.candidates[0].record, record(1, &[10, 11, 12]));
            store.release(found.token).await.expect("releases");
        }
        let (outcome, known) = seen(store, 1).await.expect("page is known");
        assert_eq!((outcome.article_id, outcome.version), (Id([1; 16]), 1));
        assert_eq!(known.map(|r| r.article_id), Some(Id([1; 16])));
    }
}

#[tokio::test]
async fn the_older_claim_is_in_the_way_of_the_younger_alone() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        let first = claim(store, 1, &record(1, &[10, 11])).await;
        let second = claim(store, 2, &record(2, &[11, 12])).await;
        assert!(first.pending.is_empty() && second.token > first.token);
        assert_eq!(second.pending.len(), 1, "{}", name(store));
        let met = &second.pending[0];
        assert_eq!((met.token, met.page, met.lapsed), (first.token, Id([1; 16]), false));
        assert_eq!((met.hits.as_slice(), met.draft.article_id), (&[0u16][..], Id([1; 16])));
        let again = claim_for(store, 1, &record(1, &[10, 11]), LEASE, Some(first.token)).await;
        assert_eq!((again.token, again.pending.len()), (first.token, 0), "{}", name(store));
        let same_page = claim(store, 1, &record(1, &[77])).await;
        assert_eq!(same_page.pending.len(), 1, "the page itself is pending");
    }
}

#[tokio::test]
async fn a_released_claim_leaves_nothing_behind() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        let first = claim(store, 1, &record(1, &[10])).await;
        store.release(first.token).await.expect("releases");
        store.release(first.token).await.expect("releases twice");
        let second = claim(store, 2, &record(2, &[10])).await;
        assert!(second.pending.is_empty() && second.candidates.is_empty(), "{}", name(store));
        assert!(seen(store, 1).await.is_none());
    }
}

#[tokio::test]
async fn a_lapsed_claim_shows_its_draft_to_whoever_comes_next() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        let short = claim_for(store, 1, &record(1, &[10]), Duration::from_millis(40), None).await;
        let renewed = claim_for(store, 2, &record(2, &[20]), Duration::from_millis(40), None).await;
        let dropped = claim(store, 3, &record(3, &[30])).await;
        store.renew(&[renewed.token], LEASE).await.expect("renews");
        store.amend(dropped.token, &record(33, &[30])).await.expect("amends");
        store.lapse(dropped.token).await.expect("lapses");
        tokio::time::sleep(Duration::from_millis(60)).await;
        let after = claim(store, 9, &record(9, &[10, 20, 30])).await;
        let lapsed = |token| after.pending.iter().find(|p| p.token == token).map(|p| p.lapsed);
        assert_eq!(lapsed(short.token), Some(true), "{}", name(store));
        assert_eq!(lapsed(renewed.token), Some(false), "{}", name(store));
        assert_eq!(lapsed(dropped.token), Some(true), "{}", name(store));
        let ghost = after.pending.iter().find(|p| p.token == dropped.token).expect("is shown");
        assert_eq!(ghost.draft.article_id, Id([33; 16]), "{}", name(store));
    }
}

#[tokio::test]
async fn who_lost_the_claim_overwrites_nothing() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        let slow = claim(store, 1, &record(1, &[10])).await;
        store.lapse(slow.token).await.expect("lapses");
        let quick = claim(store, 2, &record(2, &[10])).await;
        let mut keep = keeping(quick.token, 2, Write::New(Box::new(record(2, &[10]))));
        keep.supersedes = vec![slow.token];
        assert_eq!(store.keep(keep).await.expect("keeps"), Kept::Remembered);
        let late = keeping(slow.token, 1, Write::New(Box::new(record(1, &[10]))));
        assert_eq!(store.keep(late).await.expect("answers"), Kept::Fenced, "{}", name(store));
        let found = claim(store, 3, &record(3, &[10])).await;
        assert_eq!(found.candidates.len(), 1);
        assert_eq!(found.candidates[0].record.article_id, Id([2; 16]));
        let (outcome, _) = seen(store, 1).await.expect("its page is remembered all the same");
        assert_eq!(outcome.article_id, Id([1; 16]));
    }
}

#[tokio::test]
async fn a_lapsed_claim_that_nobody_took_over_can_still_be_kept() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        let slow = claim(store, 1, &record(1, &[10])).await;
        store.lapse(slow.token).await.expect("lapses");
        let keep = keeping(slow.token, 1, Write::New(Box::new(record(1, &[10]))));
        assert_eq!(store.keep(keep).await.expect("keeps"), Kept::Remembered, "{}", name(store));
    }
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_the_old_with_its_keys() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        publish(store, 1, record(1, &[10, 11])).await;
        let next = claim(store, 2, &record(1, &[11, 12])).await;
        let slot = next.candidates[0].slot;
        let second = ArticleRecord { version: 2, ..record(1, &[11, 12]) };
        let kept = store.keep(keeping(next.token, 2, Write::Replace(slot, Box::new(second.clone())))).await;
        assert_eq!(kept.expect("keeps"), Kept::Remembered);
        for (key, found) in [(10, 0), (11, 1), (12, 1)] {
            let looked = claim(store, 60, &record(9, &[key])).await;
            assert_eq!(looked.candidates.len(), found, "{} key {key}", name(store));
            assert!(looked.candidates.iter().all(|c| c.record == second && c.slot == slot));
            store.release(looked.token).await.expect("releases");
        }
        assert_eq!(store.stats().await.expect("counts").articles, 1);
    }
}

#[tokio::test]
async fn a_key_that_leads_everywhere_stays_short() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        for n in 1..=20 {
            publish(store, n, record(n, &[7, 1000 + u64::from(n)])).await;
        }
        let found = claim(store, 99, &record(99, &[7])).await;
        let mut ids: Vec<u8> = found.candidates.iter().map(|c| c.record.article_id.0[0]).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3, 4, 17, 18, 19, 20], "{}", name(store));
    }
}

#[tokio::test]
async fn candidates_come_by_their_most_telling_key_then_by_number() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        publish(store, 1, record(1, &[20, 21, 22])).await;
        publish(store, 2, record(2, &[20, 21])).await;
        publish(store, 3, record(3, &[11])).await;
        // two telling keys (10, 11), then bands
        let found = claim(store, 9, &record(9, &[10, 11, 20, 21, 22])).await;
        let ids: Vec<u8> = found.candidates.iter().map(|c| c.record.article_id.0[0]).collect();
        assert_eq!(ids, [3, 1, 2], "{}", name(store));
    }
}

#[tokio::test]
async fn sites_are_written_with_compare_and_set() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        assert_eq!(store.site("a.example").await.expect("reads"), None);
        assert!(store.put_site("a.example", 0, b"one").await.expect("writes"));
        assert!(!store.put_site("a.example", 0, b"two").await.expect("answers"), "{}", name(store));
        let found = store.site("a.example").await.expect("reads").expect("is there");
        assert_eq!((found.revision, found.bytes.as_slice()), (1, &b"one"[..]));
        assert!(store.put_site("a.example", 1, b"\0\xff").await.expect("writes"));
        assert!(store.put_site("b.example", 0, b"x").await.expect("writes"));
        assert_eq!(store.sites("", 10).await.expect("lists"), ["a.example", "b.example"]);
        assert_eq!(store.sites("a.example", 10).await.expect("lists"), ["b.example"]);
        assert!(store.forget_site("a.example").await.expect("forgets"));
        assert!(!store.forget_site("a.example").await.expect("answers"));
        assert_eq!(store.sites("", 10).await.expect("lists"), ["b.example"]);
    }
}

#[tokio::test]
async fn titles_are_read_in_order_after_a_position() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        for n in 1..=5 {
            let token = claim(store, n, &record(n, &[u64::from(n)])).await.token;
            let mut keep = keeping(token, n, Write::New(Box::new(record(n, &[u64::from(n)]))));
            keep.story = Some(StoryEntry {
                story: Id([1; 16]),
                article: Id([n; 16]),
                at: i64::from(n),
                language: "en".into(),
                title: format!("Title {n}"),
            });
            store.keep(keep).await.expect("keeps");
        }
        let all = store.stories(0, 10).await.expect("reads");
        assert_eq!(
            all.iter().map(|(at, e)| (*at, e.at)).collect::<Vec<_>>(),
            [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]
        );
        let some = store.stories(2, 2).await.expect("reads");
        assert_eq!(some.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [3, 4], "{}", name(store));
        assert!(store.stories(5, 10).await.expect("reads").is_empty());
    }
}

#[tokio::test]
async fn what_is_past_retention_is_forgotten_with_its_keys() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        publish(store, 1, ArticleRecord { touched: day() - 100, ..record(1, &[10]) }).await;
        publish(store, 2, record(2, &[20])).await;
        // met again since: moved to today
        publish(store, 3, ArticleRecord { touched: day() - 100, ..record(3, &[30]) }).await;
        let again = claim(store, 4, &record(3, &[30])).await;
        let write = Write::Replace(again.candidates[0].slot, Box::new(record(3, &[30])));
        store.keep(keeping(again.token, 4, write)).await.expect("keeps");

        let by_age = Retention { articles: 1000, ..Retention::default() };
        let pruned = store.prune(by_age, 100).await.expect("prunes");
        assert_eq!((pruned.articles, pruned.more), (1, false), "{}", name(store));
        for (key, found) in [(10, 0), (20, 1), (30, 1)] {
            let looked = claim(store, 60, &record(9, &[key])).await;
            assert_eq!(looked.candidates.len(), found, "{} key {key}", name(store));
            store.release(looked.token).await.expect("releases");
        }
        let by_size = Retention { articles: 1, ..Retention::default() };
        let pruned = store.prune(by_size, 100).await.expect("prunes");
        assert_eq!(pruned.articles, 1, "{}", name(store));
        assert_eq!(store.stats().await.expect("counts").articles, 1);
        let none = Retention { articles: 0, ..Retention::default() };
        let one_step = store.prune(none, 1).await.expect("prunes");
        assert!(one_step.more, "{}", name(store));
    }
}

#[tokio::test]
async fn of_too_many_sites_those_that_were_silent_for_longest_are_forgotten() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        for site in ["a", "b", "c", "d", "e"] {
            assert!(store.put_site(site, 0, b"memory").await.expect("writes"));
            // Redis tells lessons apart by the millisecond.
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        assert!(store.put_site("a", 1, b"more").await.expect("writes"));
        let three = Retention { sites: 3, ..Retention::default() };
        let step = store.prune(three, 1).await.expect("prunes");
        assert_eq!((step.sites, step.more), (1, true), "{}", name(store));
        let rest = store.prune(three, 100).await.expect("prunes");
        assert_eq!((rest.sites, rest.more), (1, false), "{}", name(store));
        assert_eq!(store.sites("", 9).await.expect("lists"), ["a", "d", "e"], "{}", name(store));
        assert_eq!(store.site("b").await.expect("reads"), None);
        assert!(store.put_site("b", 0, b"anew").await.expect("writes"), "as one never seen");
        assert!(store.forget_site("d").await.expect("forgets"));
        let two = Retention { sites: 2, ..three };
        assert_eq!(store.prune(two, 100).await.expect("prunes").sites, 1, "{}", name(store));
        assert_eq!(store.sites("", 9).await.expect("lists"), ["a", "b"], "{}", name(store));
    }
}

#[tokio::test]
async fn an_export_of_either_home_is_imported_by_either() {
    let (from, _alive) = homes().await;
    let (into, _alive_too) = homes().await;
    for (source, target) in [(&from[0], &into[1]), (&from[1], &into[0])] {
        for n in 1..=7 {
            publish(source, n, record(n, &[u64::from(n), 100])).await;
        }
        source.put_site("a.example", 0, b"memory").await.expect("writes");
        let mut cursor = None;
        let mut imported = 0;
        let mut exported: Vec<Entry> = Vec::new();
        loop {
            let (entries, next) = source.export(cursor, 3).await.expect("exports");
            exported.extend(entries.clone());
            imported += target.import(entries).await.expect("imports");
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(imported, 7 + 7 + 1, "{}", name(source));
        assert_eq!(target.import(exported).await.expect("imports"), 0, "known already: {}", name(target));
        let (outcome, _) = seen(target, 3).await.expect("page is known");
        assert_eq!(outcome.article_id, Id([3; 16]));
        let found = claim(target, 99, &record(99, &[5])).await;
        assert_eq!(found.candidates[0].record, record(5, &[5, 100]));
        assert_eq!(target.site("a.example").await.expect("reads").map(|s| s.bytes), Some(b"memory".to_vec()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_at_once_exactly_one_has_none_before_it() {
    let (stores, _alive) = homes().await;
    for store in stores {
        let which = name(&store);
        let store = Arc::new(store);
        let claims = (0..64u8).map(|page| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { claim(&store, page, &record(page, &[10, 11])).await.pending.len() })
        });
        let mut before: Vec<usize> = Vec::new();
        for one in claims.collect::<Vec<_>>() {
            before.push(one.await.expect("runs"));
        }
        before.sort_unstable();
        assert_eq!(before[..16], (0..16).collect::<Vec<_>>(), "{which}");
        assert!(before[16..].iter().all(|n| *n == 16), "{which}: what is returned is bounded");
    }
}

#[tokio::test]
async fn an_article_met_again_is_remembered_from_then_on_in_the_state_that_was_told() {
    let (stores, _alive) = homes().await;
    for store in &stores {
        let old = ArticleRecord { touched: day() - 20, captured: Some(1000), ..record(1, &[10, 11]) };
        publish(store, 1, old.clone()).await;
        let (outcome, known) = seen(store, 1).await.expect("is known");
        let known = known.expect("is remembered");
        store.meet(outcome.slot, &known, None).await.expect("meets");
        let met = seen(store, 1).await.and_then(|(_, record)| record).expect("is remembered");
        assert_eq!(*met, ArticleRecord { touched: day(), ..old.clone() }, "{}", name(store));
        store.meet(outcome.slot, &met, Some(5000)).await.expect("meets");
        let met = seen(store, 1).await.and_then(|(_, record)| record).expect("is remembered");
        assert_eq!(
            *met,
            ArticleRecord { touched: day(), captured: Some(5000), ..old.clone() },
            "{}",
            name(store)
        );
        // Told of a state that is no more, and of an article that is not there.
        store.meet(outcome.slot, &known, Some(9000)).await.expect("meets");
        store.meet(Slot(77), &known, Some(9000)).await.expect("meets nothing");
        let left = seen(store, 1).await.and_then(|(_, record)| record).expect("is remembered");
        assert_eq!(left, met, "{}", name(store));
        // What was met is past no retention.
        let short = Retention { days: 10, ..Retention::default() };
        assert_eq!(store.prune(short, 100).await.expect("prunes").articles, 0, "{}", name(store));
        let found = claim(store, 9, &record(9, &[99, 11])).await;
        assert_eq!(found.candidates.len(), 1, "{}", name(store));
    }
}
