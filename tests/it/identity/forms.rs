//! Addresses in the form of their day: a store that an earlier release wrote is found under its own keys.

use copydesk::model::verdict::Verdict;
use copydesk::store::{Entry, Store, transfer};

use super::articles::Capture;
use super::{Desk, method, verdict};

/// An export of a store by the release whose addresses were of form 1, of the page below.
const OLD: &str = include_str!("store-of-form-1.jsonl");
const ADDRESS: &str = "http://www.herald.example/news/lantern-bridge?utm_source=feed";
const CANONICAL: &str = "http://www.herald.example/news/lantern-bridge";
const ARTICLE: &str = "130f8b701bed894ed2fc6d31eb54ada1";

/// Another text under another headline: only the address says that it is the same article.
fn rewritten(address: &str, canonical: Option<&str>, at: &str, sentence: &str) -> Capture {
    let mut capture = Capture::of("Cast iron and patience", sentence).url(address).at(at).scraper("reader");
    capture.site = Some("herald.example".into());
    capture.canonical = canonical.map(str::to_owned);
    capture
}

#[tokio::test]
async fn a_store_with_addresses_of_an_earlier_form_is_found_and_carried_over() {
    let desk = Desk::new().await;
    let store = desk.identifier.store().expect("has one");
    let (read, new) = transfer::import(store, &mut OLD.as_bytes()).await.expect("imports");
    assert_eq!((read, new), (3, 3));

    let mobile = "https://m.herald.example/news/lantern-bridge/";
    let stranger = rewritten(mobile, None, "2031-03-12T08:30:00Z", "Masons wait for a foundry in the north.");
    let stranger = super::identify(&desk.identifier, &stranger).await;
    assert_eq!(verdict(&stranger), Verdict::New, "form 1 told this address apart");
    desk.identifier.release(stranger.claim).await.expect("releases");

    let text = "The foundry pours on Thursday, its foreman told councillors, if the mould is dry.";
    let edited = rewritten(ADDRESS, Some(CANONICAL), "2031-03-12T09:00:00Z", text);
    let found = desk.publish(&edited).await;
    assert_eq!((verdict(&found), method(&found)), (Verdict::Update, "url"));
    assert_eq!((found.article_id.as_str(), found.version), (ARTICLE, 2));

    // Met again, it is remembered in the newest form, too.
    let text = "A bearing of two tonnes left the furnace at noon and cools under sand until Sunday.";
    let again = desk.publish(&rewritten(mobile, None, "2031-03-12T10:00:00Z", text)).await;
    assert_eq!((verdict(&again), method(&again)), (Verdict::Update, "url"));
    assert_eq!((again.article_id.as_str(), again.version), (ARTICLE, 3));
}

/// What counts as prose changed between releases: that is no update of any page, and the next scrape by
/// the same scraper brings the record up to date.
#[tokio::test]
async fn a_fingerprint_of_an_earlier_form_is_no_update_and_is_made_anew() {
    let page = super::story(3).url("https://herald.example/storm").scraper("reader");
    let records = async |desk: &Desk| {
        let (entries, _) =
            desk.identifier.store().expect("has one").export(None, 500).await.expect("exports");
        entries
    };
    let (earlier, desk) = (Desk::new().await, Desk::new().await);
    earlier.publish(&page.clone().at("2031-03-12T08:00:00Z")).await;
    let mut entries = records(&earlier).await;
    for entry in &mut entries {
        if let Entry::Article(record) = entry {
            (record.print.form, record.print.prose_sum, record.print.words_hash) = (1, 77, 78);
            // Texts had other keys, too: only the address leads to it.
            record.keys.truncate(1);
        }
    }
    desk.identifier.store().expect("has one").import(entries).await.expect("imports");
    let mut again = page.clone().at("2031-03-12T09:00:00Z");
    again.body.push_str("\n\n3 comments");
    assert_eq!(verdict(&desk.publish(&again).await), Verdict::NearDuplicate);
    let forms: Vec<u8> = records(&desk)
        .await
        .iter()
        .filter_map(|entry| match entry {
            Entry::Article(record) => Some(record.print.form),
            _ => None,
        })
        .collect();
    assert_eq!(forms, [copydesk::assess::fingerprint::FORM]);
    let copy = super::story(3).url("https://courier.example/77");
    assert_eq!(verdict(&desk.publish(&copy).await), Verdict::Syndicated, "found by its text again");
    again.fetched_at = Some("2031-03-12T10:00:00Z".into());
    again.body = again.body.replace("14,000", "21,000");
    assert_eq!(verdict(&desk.publish(&again).await), Verdict::Update);
}

/// A number behind an address that keeps caches from answering is no address of its own.
#[tokio::test]
async fn an_edit_is_found_at_an_address_that_asks_past_caches() {
    let desk = Desk::new().await;
    let page = super::story(3).url("https://herald.example/storm-quill-homes-dark").scraper("reader");
    let created = desk.publish(&page.clone().at("2031-03-12T08:00:00Z")).await;
    for (hour, address, homes) in [
        (9, "https://herald.example/storm-quill-homes-dark?1741770000", "21,000"),
        (10, "https://m.herald.example/storm-quill-homes-dark?_=1741773600&utm_x", "23,000"),
        (11, "https://herald.example/storm-quill-homes-dark?1741777200", "24,000"),
    ] {
        let mut edited = page.clone().at(&format!("2031-03-12T{hour:02}:00:00Z"));
        edited.url = Some(address.to_owned());
        edited.body = edited.body.replace("14,000", homes).replace("151", "161");
        let updated = desk.publish(&edited).await;
        assert_eq!((verdict(&updated), method(&updated)), (Verdict::Update, "url"), "{address}");
        assert_eq!(updated.article_id, created.article_id);
    }
}
