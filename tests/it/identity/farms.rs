//! Farms of copies, addresses that everything points to, texts of all sizes: the cost of a page stays
//! flat, nothing grows into one, and a counter tells.

use std::collections::{BTreeMap, BTreeSet};

use copydesk::model::verdict::Verdict;
use copydesk::store::{
    ArticleRecord, ClaimReply, ClaimRequest, Entry, Id, MAX_KEYS, SLOTS_PER_KEY, Store, StoreError,
};

use super::articles::{Capture, STORIES};
use super::{Desk, counted, story, verdict};

async fn records(desk: &Desk) -> Result<Vec<ArticleRecord>, StoreError> {
    let store = desk.identifier.store().expect("has one");
    let (mut records, mut cursor) = (Vec::new(), None);
    loop {
        let (entries, next) = store.export(cursor, 500).await?;
        records.extend(entries.into_iter().filter_map(|entry| match entry {
            Entry::Article(record) => Some(*record),
            _ => None,
        }));
        cursor = next;
        if cursor.is_none() {
            return Ok(records);
        }
    }
}

/// How many articles a claim brings for the key that most of them bear.
async fn found_under_the_commonest_key(desk: &Desk, records: &[ArticleRecord]) -> usize {
    let mut bear = BTreeMap::<u64, usize>::new();
    records.iter().flat_map(|r| &r.keys).for_each(|key| *bear.entry(*key).or_default() += 1);
    let (key, bearers) = bear.into_iter().max_by_key(|(_, bearers)| *bearers).expect("has keys");
    assert!(bearers > SLOTS_PER_KEY, "no more than {bearers} articles share a key");
    let request = ClaimRequest {
        token: None,
        page: Id([9; 16]),
        keys: &[key],
        strong: 1,
        draft: &records[0],
        lease: std::time::Duration::from_secs(60),
        news_after: None,
    };
    let store = desk.identifier.store().expect("has one");
    match store.claim(request).await.expect("claims") {
        ClaimReply::Claimed { token, candidates, .. } => {
            store.release(token).await.expect("releases");
            candidates.len()
        }
        ClaimReply::Seen { outcome, .. } => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn a_farm_of_one_site_is_one_article_and_a_counter_tells() {
    let desk = Desk::new().await;
    let before = counted("alias_not_remembered");
    let mut ids = BTreeSet::new();
    for n in 0..1000 {
        ids.insert(desk.publish(&story(5).url(&format!("https://farm.example/{n}"))).await.article_id);
    }
    assert_eq!(ids.len(), 1);
    let records = records(&desk).await.expect("exports");
    assert_eq!((records.len(), records[0].keys.len()), (1, MAX_KEYS), "its addresses are bounded");
    assert!(counted("alias_not_remembered") >= before + 900);
}

#[tokio::test]
async fn a_farm_of_many_sites_costs_no_more_with_every_site_and_a_counter_tells() {
    const SITES: usize = 200;
    let desk = Desk::new().await;
    let before = counted("key_crowded");
    let mut ids = BTreeSet::new();
    for n in 0..SITES {
        let copy = desk.publish(&story(5).url(&format!("https://farm{n}.example/drums"))).await;
        assert_eq!(verdict(&copy), if n == 0 { Verdict::New } else { Verdict::Syndicated });
        ids.insert(copy.article_id);
    }
    assert_eq!(ids.len(), SITES, "each publisher's own, with the original named");
    let records = records(&desk).await.expect("exports");
    assert_eq!(found_under_the_commonest_key(&desk, &records).await, SLOTS_PER_KEY);
    assert!(counted("key_crowded") >= before + (SITES - SLOTS_PER_KEY) as u64);
}

#[tokio::test]
async fn an_address_that_everything_points_to_joins_nothing_and_a_counter_tells() {
    let desk = Desk::new().await;
    let before = counted("key_crowded");
    let mut ids = BTreeSet::new();
    for (n, (_, body)) in STORIES.iter().enumerate() {
        for part in 0..2 {
            let mut capture = story(n).url(&format!("https://herald.example/{n}/{part}"));
            let paragraphs: Vec<&str> = body.split("\n\n").collect();
            let half = paragraphs.len() / 2;
            let text = if part == 0 { &paragraphs[..half] } else { &paragraphs[half..] };
            capture.body = text.join("\n\n");
            capture.headline = Some(format!("Part {part} of what happened in chapter {n}{part}"));
            capture.canonical = Some("https://herald.example/news/main".to_owned());
            ids.insert(desk.publish(&capture).await.article_id);
        }
    }
    assert_eq!(ids.len(), 2 * STORIES.len());
    let records = records(&desk).await.expect("exports");
    assert_eq!(found_under_the_commonest_key(&desk, &records).await, SLOTS_PER_KEY);
    assert!(counted("key_crowded") >= before + (2 * STORIES.len() - SLOTS_PER_KEY) as u64);
}

#[tokio::test]
async fn the_shortest_and_the_longest_articles_pass() {
    let desk = Desk::new().await;
    let short = |text: &str, n: u32| Capture::of("", text).url(&format!("https://herald.example/s/{n}"));
    let created = desk.publish(&short("Bus line nine will not run on Sunday. Sorry about that.", 1)).await;
    let again = desk.publish(&short("Bus line nine will not run on Sunday. Sorry about that!", 1)).await;
    assert_eq!(again.article_id, created.article_id);
    let long: String =
        (0..60_000).map(|n| format!("Sentence number {n} of the great book says a little more. ")).collect();
    assert!(long.len() > 3_000_000);
    let created = desk.publish(&short(&long, 2)).await;
    let again = desk.publish(&short(&format!("{long} And this is new at its end."), 3)).await;
    assert_eq!(again.article_id, created.article_id);
    let empty = desk.publish(&short("", 4)).await;
    let other = desk.publish(&short("", 5)).await;
    assert_ne!(empty.article_id, other.article_id);
}
