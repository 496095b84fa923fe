//! The directory: one process at a time, what outlives it, an index that is sealed and pruned.

use copydesk::store::{
    AnyStore, ArticleRecord, ClaimReply, ClaimRequest, EmbeddedStore, Id, Retention, Store, StoreError, Write,
};

use super::{LEASE, claim, day, keeping, open, publish, record, seen};

#[tokio::test]
async fn a_directory_that_is_held_is_refused() {
    let dir = tempfile::tempdir().expect("directory");
    let url = format!("file:{}", dir.path().display());
    let held = open(&url).await;
    assert!(matches!(AnyStore::open(&url, 1 << 20).await, Err(StoreError::Held { .. })));
    drop(held);
    open(&url).await;
}

#[tokio::test]
async fn what_was_kept_outlives_the_process_and_what_was_claimed_does_not() {
    let dir = tempfile::tempdir().expect("directory");
    let url = format!("file:{}", dir.path().display());
    let store = open(&url).await;
    publish(&store, 1, record(1, &[10])).await;
    claim(&store, 2, &record(2, &[20])).await;
    drop(store);
    let store = open(&url).await;
    assert!(seen(&store, 1).await.is_some());
    assert!(claim(&store, 3, &record(3, &[20])).await.pending.is_empty());
}

#[tokio::test]
async fn what_is_sealed_pruned_and_reopened_is_found_as_before() {
    let dir = tempfile::tempdir().expect("directory");
    let open = || AnyStore::Embedded(EmbeddedStore::open_sealing(dir.path(), 1 << 20, 16).expect("opens"));
    let numbered = |n: u16, keys: &[u64], age: u32| {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&n.to_le_bytes());
        ArticleRecord { article_id: Id(id), touched: day() - age, ..record(1, keys) }
    };
    let page = |n: u16| {
        let mut page = [7; 16];
        page[..2].copy_from_slice(&n.to_le_bytes());
        Id(page)
    };
    let look = async |store: &AnyStore, of: u16, keys: &[u64]| {
        let draft = record(1, keys);
        let request = ClaimRequest {
            token: None,
            page: page(of),
            keys,
            strong: 1,
            draft: &draft,
            lease: LEASE,
            news_after: None,
        };
        match store.claim(request).await.expect("claims") {
            ClaimReply::Claimed { token, candidates, .. } => (token, candidates),
            ClaimReply::Seen { outcome, .. } => panic!("{outcome:?}"),
        }
    };
    let key = |n: u16| mix_of(u64::from(n));
    let mut store = open();
    // Two hundred articles, the first hundred of long ago; every tenth of those was met again under a
    // further key; each third of the young has lost the key that it came with.
    for n in 0..200u16 {
        let age = if n < 100 { 90 } else { 0 };
        let (token, found) = look(&store, n, &[key(n)]).await;
        assert!(found.is_empty());
        let mut keep = keeping(token, 0, Write::New(Box::new(numbered(n, &[key(n), key(5000)], age))));
        keep.page = page(n);
        store.keep(keep).await.expect("keeps");
    }
    for n in (0..200u16).filter(|n| if *n < 100 { n % 10 == 0 } else { n % 3 == 0 }) {
        let (token, found) = look(&store, 1000 + n, &[key(n)]).await;
        let keys = if n < 100 { vec![key(n), key(2000 + n)] } else { vec![key(2000 + n)] };
        let write = Write::Replace(found[0].slot, Box::new(numbered(n, &keys, 0)));
        let mut keep = keeping(token, 0, write);
        keep.page = page(1000 + n);
        store.keep(keep).await.expect("keeps");
    }
    for round in 0..4 {
        for n in 0..200u16 {
            let old = n < 100;
            let met = if old { n % 10 == 0 } else { n % 3 == 0 };
            let gone = round > 0 && old && !met;
            let first = !gone && (old || !met);
            for (of, there) in [(n, first), (2000 + n, met)] {
                let (token, found) = look(&store, 60_000, &[key(of)]).await;
                let ids: Vec<u16> = found
                    .iter()
                    .map(|c| u16::from_le_bytes([c.record.article_id.0[0], c.record.article_id.0[1]]))
                    .collect();
                assert_eq!(ids, if there { vec![n] } else { Vec::new() }, "round {round}, key {of}");
                store.release(token).await.expect("releases");
            }
        }
        // Once more than there are generations to drop, reopened in between.
        for _ in 0..5 {
            let pruned = store
                .prune(Retention { articles: 1000, ..Retention::default() }, 1000)
                .await
                .expect("prunes");
            assert!(!pruned.more);
        }
        assert_eq!(store.stats().await.expect("counts").articles, 110);
        drop(store);
        store = open();
    }
}

fn mix_of(n: u64) -> u64 {
    copydesk::assess::tokens::mix(n + 1)
}
