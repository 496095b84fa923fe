//! Which article is this: verdicts, ids and versions; the order of claim and keep; pairs that must be
//! told apart and pairs that must be one.

mod articles;
mod claims;
mod farms;
mod figures;
mod forms;
mod pairs;
mod panel;
mod rounds;
mod samples;
mod templates;
mod versions;

use std::time::Duration;

use copydesk::assess::identify::{Identified, Identifier, IdentifySettings};
use copydesk::model::Observations;
use copydesk::model::article::{Precision, Timestamp};
use copydesk::model::verdict::Verdict;
use copydesk::store::AnyStore;

use crate::telemetry::metrics;
use articles::{Capture, STORIES};

/// An identifier with an empty embedded store.
struct Desk {
    identifier: Identifier,
    _dir: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("directory");
        let url = format!("file:{}", dir.path().display());
        Self { identifier: identifier(&url, Duration::from_secs(60)).await, _dir: dir }
    }

    async fn publish(&self, capture: &Capture) -> Identified {
        publish(&self.identifier, capture).await
    }
}

async fn identifier(url: &str, lease: Duration) -> Identifier {
    let store = AnyStore::open(url, 16 << 20).await.expect("opens").expect("is a store");
    Identifier::new(store, IdentifySettings { lease, ..IdentifySettings::default() })
}

async fn identify(identifier: &Identifier, capture: &Capture) -> Identified {
    identifier.identify(&capture.article(), Observations::default()).await.expect("identifies")
}

/// Identifies and keeps, as if the event had been confirmed.
async fn publish(identifier: &Identifier, capture: &Capture) -> Identified {
    let identified = identify(identifier, capture).await;
    identifier.keep(identified.claim.clone()).await.expect("keeps");
    identified
}

/// How often telling articles apart has met something, in this process.
fn counted(event: &str) -> u64 {
    let line = format!("copydesk_identify_events_total{{event=\"{event}\"}} ");
    let text = metrics().render();
    text.lines().find_map(|l| l.strip_prefix(&line)?.trim().parse().ok()).unwrap_or(0)
}

fn story(n: usize) -> Capture {
    let (headline, body) = STORIES[n];
    Capture::of(headline, body)
}

fn verdict(identified: &Identified) -> Verdict {
    identified.dedup.verdict
}

fn method(identified: &Identified) -> &str {
    identified.dedup.method.as_deref().unwrap_or("")
}

#[tokio::test]
async fn each_capture_of_an_article_is_what_it_is() {
    let desk = Desk::new().await;
    let first = story(0).url("https://herald.example/pier").scraper("reader").at("2031-03-12T08:00:00Z");
    let created = desk.publish(&first).await;
    assert_eq!((verdict(&created), created.version), (Verdict::New, 1));
    assert!(created.dedup.of.is_none());

    let again = desk.publish(&first.clone().at("2031-03-12T09:00:00Z")).await;
    assert_eq!((verdict(&again), method(&again)), (Verdict::ExactDuplicate, "url"));
    assert_eq!((&again.article_id, again.version), (&created.article_id, 1));
    let of = again.dedup.of.as_ref().expect("names the original");
    assert_eq!((&of.article_id, of.version, &of.event_id), (&created.article_id, 1, &created.event_id));
    assert_ne!(again.event_id, created.event_id);

    let mut edited = first.clone().at("2031-03-12T10:00:00Z");
    edited.body = edited.body.replace("12 of its 80", "14 of its 80");
    let updated = desk.publish(&edited).await;
    assert_eq!((verdict(&updated), updated.version), (Verdict::Update, 2));
    assert_eq!(updated.article_id, created.article_id);

    let late = desk.publish(&first.clone().at("2031-03-12T09:30:00Z")).await;
    assert_eq!((verdict(&late), method(&late)), (Verdict::NearDuplicate, "older_capture"));
    assert_eq!((&late.article_id, late.version), (&created.article_id, 2));

    let copy = desk.publish(&story(0).url("https://courier.example/a/77").scraper("reader")).await;
    assert_eq!(verdict(&copy), Verdict::Syndicated);
    assert_ne!(copy.article_id, created.article_id);
    assert_eq!(copy.dedup.of.as_ref().map(|o| &o.article_id), Some(&created.article_id));

    let moved = desk.publish(&first.clone().url("https://herald.example/2031/pier-closed")).await;
    assert!(matches!(verdict(&moved), Verdict::ExactDuplicate | Verdict::NearDuplicate), "{moved:?}");
    assert_eq!(moved.article_id, created.article_id);

    let other = desk.publish(&story(1).url("https://herald.example/railway")).await;
    assert_eq!(verdict(&other), Verdict::New);
}

/// Whose headlines share no word, and whose leads tell of one event.
#[tokio::test]
async fn articles_on_one_event_are_one_story_by_their_leads() {
    let desk = Desk::new().await;
    let told = |publisher: &str, headline: &str, lead: &str| {
        let rest = format!("More is told by the {publisher} on its own pages, where the story goes on.");
        Capture::of(headline, &format!("{lead}\n\n{rest}")).url(&format!("https://{publisher}.example/p"))
    };
    let mut stories = Vec::new();
    for capture in [
        told(
            "herald",
            "Divers' report shuts Alder landmark",
            "The eastern pier was closed to the public after divers reported cracks in twelve pillars.",
        ),
        told(
            "courier",
            "Museum returns carved drums",
            "A museum in Hexley returned eleven carved drums to the island of Tovu after 136 years.",
        ),
        told(
            "gazette",
            "Anglers turned away as structure is fenced off",
            "Anglers found a fence across the eastern pier, where divers reported cracks in twelve pillars.",
        ),
    ] {
        let found = desk.publish(&capture).await;
        assert_eq!(verdict(&found), Verdict::New);
        stories.push(found.story.map(|story| (story.id, story.size)).expect("has one"));
    }
    assert_eq!(stories[2], (stories[0].0.clone(), 2));
    assert_ne!(stories[1].0, stories[0].0);
}

/// The event of a copy names the agency wherever any publisher of the text has named it before.
#[tokio::test]
async fn the_originator_of_a_syndicated_text_is_named_by_whichever_copy_said_it() {
    let agency = "Meridian News Agency";
    let stated = |mut capture: Capture| {
        capture.originator = Some(agency.to_owned());
        capture
    };
    let at = |publisher: &str| story(9).url(&format!("https://{publisher}.example/a"));
    for (first_says, copy_says) in [(true, false), (false, true), (false, false)] {
        let desk = Desk::new().await;
        let say = |says, capture| if says { stated(capture) } else { capture };
        desk.publish(&say(first_says, at("herald"))).await;
        let copy = desk.publish(&say(copy_says, at("courier"))).await;
        assert_eq!(verdict(&copy), Verdict::Syndicated);
        // What the page says itself stands in the article already.
        assert_eq!(copy.filled.originator.as_deref(), first_says.then_some(agency));
        let third = desk.publish(&at("gazette")).await;
        assert_eq!(verdict(&third), Verdict::Syndicated);
        let known = first_says || copy_says;
        assert_eq!(third.filled.originator.as_deref(), known.then_some(agency), "{first_says} {copy_says}");
    }
    // A later capture of the original says it: copies after that know.
    let desk = Desk::new().await;
    desk.publish(&at("herald")).await;
    let again = desk.publish(&stated(at("herald").scraper("other"))).await;
    assert!(matches!(verdict(&again), Verdict::ExactDuplicate | Verdict::NearDuplicate));
    assert_eq!(desk.publish(&at("courier")).await.filled.originator.as_deref(), Some(agency));
}

#[tokio::test]
async fn a_page_seen_keeps_its_ids_whatever_becomes_of_the_article() {
    let desk = Desk::new().await;
    let first = story(2).url("https://herald.example/bread").at("2031-03-12T08:00:00Z");
    let created = desk.publish(&first).await;
    let mut edited = first.clone().at("2031-03-12T09:00:00Z");
    edited.body.push_str("\n\nThe second shop will open on 3 September, the two announced on Monday.");
    assert_eq!(desk.publish(&edited).await.version, 2);
    let again = desk.publish(&first).await;
    assert_eq!((verdict(&again), method(&again)), (Verdict::ExactDuplicate, "page_key"));
    assert_eq!((again.article_id, again.version), (created.article_id, 1));
    assert_eq!(again.event_id, created.event_id);
}

#[tokio::test]
async fn extractions_of_one_page_are_reconciled() {
    let desk = Desk::new().await;
    let at = "2031-03-12T08:00:00Z";
    let mut bare = story(3).url("https://herald.example/storm").scraper("bare").at(at);
    bare.headline = None;
    let created = desk.publish(&bare).await;
    let full = story(3).url("https://herald.example/storm").scraper("full").at(at);
    let better = desk.publish(&full).await;
    assert_eq!((verdict(&better), method(&better)), (Verdict::Update, "better_extraction"));
    let mut noisy = story(3).url("https://herald.example/storm").scraper("dump").at(at);
    noisy.body.push_str("\n\nRead our other stories about the storm and what it means for the isles today.");
    let worse = desk.publish(&noisy).await;
    assert_eq!(verdict(&worse), Verdict::NearDuplicate);
    assert_eq!((worse.article_id, worse.version), (created.article_id, 2));
    // Edited later, and captured without its headline: that of the earlier version stays.
    let mut later = bare.clone().scraper("full").at("2031-03-12T12:00:00Z");
    later.body = later.body.replace("14,000", "21,000");
    let updated = desk.publish(&later).await;
    assert_eq!(verdict(&updated), Verdict::Update);
    assert_eq!(updated.filled.headline.as_deref(), Some(STORIES[3].0));
}

#[tokio::test]
async fn a_canonical_url_that_points_everywhere_joins_nothing() {
    let desk = Desk::new().await;
    for canonical in ["https://herald.example/", "https://herald.example/news/main"] {
        let mut ids = Vec::new();
        for n in 0..STORIES.len() {
            let mut capture = story(n).url(&format!("https://herald.example/{}/{n}", canonical.len()));
            capture.body.push_str(&format!("\n\nThis version was made for {canonical} by the test alone."));
            capture.canonical = Some(canonical.to_owned());
            let identified = desk.publish(&capture).await;
            ids.push(identified.article_id);
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), STORIES.len(), "{canonical}");
    }
    // and no more where everything has the site's name as its headline
    let mut ids = std::collections::BTreeSet::new();
    for n in 0..STORIES.len() {
        let mut capture = story(n).url(&format!("https://lantern.example/{n}"));
        capture.headline = Some("The Alder Lantern, news of the isles".into());
        capture.canonical = Some("https://lantern.example/news/main".to_owned());
        ids.insert(desk.publish(&capture).await.article_id);
    }
    assert_eq!(ids.len(), STORIES.len());
    // while one that is right joins a print version to its article
    let article = story(4).url("https://isles.example/drums");
    let created = desk.publish(&article).await;
    let mut print = story(4).url("https://isles.example/print?id=9");
    print.canonical = Some("https://isles.example/drums".into());
    print.body = print.body.split("\n\n").take(3).collect::<Vec<_>>().join("\n\n");
    let printed = desk.publish(&print).await;
    assert_eq!((printed.article_id, printed.version), (created.article_id, 1));
}

/// A story that goes on: a beginning and a headline of its own over what the day before told.
#[tokio::test]
async fn what_came_of_a_story_is_an_article_though_it_tells_the_story_again() {
    let told = |headline: &str, body: &str, page: &str| {
        Capture::of(headline, body).url(&format!("https://herald.example/{page}")).scraper("reader")
    };
    for n in [0, 1, 3, 9] {
        let desk = Desk::new().await;
        let first = desk.publish(&story(n).url("https://herald.example/first").scraper("reader")).await;
        let background: Vec<&str> = STORIES[n].1.split("\n\n").collect();
        let background = background[..background.len() - 1].join("\n\n");
        let news = "On Friday the county advocate asked all who were concerned to come to a hearing at the old \
            mint, where the benches did not suffice and the debate went on until the ushers put out the lamps. \
            A date for the ruling will be named when both sides have handed in their papers.";
        let next = told("Hearing at the old mint runs late", &format!("{news}\n\n{background}"), "next");
        let found = desk.publish(&next).await;
        let contained = found.dedup.similarity;
        assert_eq!(verdict(&found), Verdict::New, "{n}: {contained:?}");
        assert_ne!(found.article_id, first.article_id);
        // The same page at its own address, and the first story at another, are what they were.
        let again = desk.publish(&next.clone().scraper("dump")).await;
        assert_eq!(again.article_id, found.article_id);
        let moved = desk.publish(&story(n).url("https://herald.example/moved").scraper("reader")).await;
        assert_eq!(moved.article_id, first.article_id);
    }
}

/// A column that begins and ends as it always does, a week later, at an address of its own.
#[tokio::test]
async fn columns_that_begin_alike_are_articles_of_their_own() {
    let desk = Desk::new().await;
    let mut ids = std::collections::BTreeSet::new();
    for (day, headline, own) in [
        (
            "05",
            "My week: the marmalade question",
            "Somebody at table four called marmalade a salad of fruit.",
        ),
        (
            "12",
            "My week: a goose in the vestry",
            "The goose came in with the second hymn and stayed for tea.",
        ),
        ("19", "My week: on losing a glove", "One glove proves that there was a pair, and a careless owner."),
    ] {
        let body = format!(
            "As every Friday, this column is written at the corner table of the Crown, where the light is bad and \
             the tea is worse.\n\n{own}\n\nLetters to the author are welcome, and are read aloud at the bar if \
             they are short. A book of columns can be had at the counter for nine crowns, and a second one is \
             promised for the spring."
        );
        let page = Capture::of(headline, &body).url(&format!("https://herald.example/column/{day}"));
        let mut article = page.scraper("reader").article();
        let value = format!("2031-03-{day}");
        article.published_at = Some(Timestamp { raw: value.clone(), value, precision: Precision::Day });
        let found = desk.identifier.identify(&article, Observations::default()).await.expect("identifies");
        desk.identifier.keep(found.claim.clone()).await.expect("keeps");
        assert_eq!(verdict(&found), Verdict::New, "{headline}: {:?}", found.dedup);
        ids.insert(found.article_id);
    }
    assert_eq!(ids.len(), 3);
}

/// Without an address the text alone tells: some of its numbers set right are no other report.
#[tokio::test]
async fn several_numbers_set_right_in_a_text_without_an_address_are_an_update_of_it() {
    for [(wrong, right), (too, so)] in [[("2,300", "3,200"), ("88", "83")], [("4.1", "4.3"), ("25", "24")]] {
        let desk = Desk::new().await;
        let sent = |hour: usize, capture: Capture| {
            let mut capture = capture.scraper("reader");
            capture.site = Some("herald.example".into());
            capture.at(&format!("2031-03-12T{hour:02}:00:00Z"))
        };
        let first = desk.publish(&sent(8, story(9))).await;
        let mut corrected = story(9);
        corrected.body = corrected.body.replace(wrong, right).replace(too, so);
        let found = desk.publish(&sent(9, corrected)).await;
        assert_eq!(verdict(&found), Verdict::Update, "{wrong}: {:?}", found.dedup);
        assert_eq!(found.article_id, first.article_id);
    }
}

/// What the texts alone would not say: the publisher's headline of four words or more, on one day.
#[tokio::test]
async fn a_recurring_headline_joins_what_was_published_on_one_day() {
    let told = |scraper: &str, day: &str, own: &str| {
        let shared = "The harbour office asks skippers to keep clear of the dredger off the western mole.";
        let body =
            format!("{own}\n\n{shared} Divers are at work there until the gates have been hung again.");
        let mut article = Capture::of("Notice to all mariners", &body).scraper(scraper).article();
        article.site = Some("herald.example".into());
        let value = format!("2031-03-{day}");
        article.published_at = Some(Timestamp { raw: value.clone(), value, precision: Precision::Day });
        article
    };
    let longer = "Ferries for the isles leave from the coal quay as long as the lock is being cleaned. \
        Whoever wants to take a car across has to be there an hour before, since the ramp is narrow. \
        Bicycles travel free, and dogs on the upper deck alone.";
    let other = "Passengers should allow for delays at the coal quay, where buses turn in a tight circle. \
        The kiosk sells tickets and coffee, and a waiting room has been opened in the old customs house. \
        Those who have a pass may go on board without calling at the counter.";
    for (day, joined) in [("12", true), ("19", false)] {
        let desk = Desk::new().await;
        let mut found = Vec::new();
        for article in [told("reader", "12", longer), told("dump", day, other)] {
            let one = desk.identifier.identify(&article, Observations::default()).await.expect("identifies");
            desk.identifier.keep(one.claim.clone()).await.expect("keeps");
            found.push(one);
        }
        assert_eq!(method(&found[1]) == "headline", joined, "{:?}", found[1].dedup);
        assert_eq!(found[0].article_id == found[1].article_id, joined);
    }
}
