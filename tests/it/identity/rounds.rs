//! A page that is scraped again and again, by one scraper or by several: what changes nothing is no
//! update, in whatever order it comes.

use copydesk::assess::identify::Identified;
use copydesk::model::article::{Precision, Timestamp};
use copydesk::model::knowledge::{ObservedLine, SHOWN, line_hash};
use copydesk::model::verdict::Verdict;
use copydesk::model::{Article, Observations};

use super::articles::{Capture, STORIES};
use super::{Desk, method, story, verdict};

async fn keep(desk: &Desk, article: &Article, seen: Observations) -> Identified {
    let identified = desk.identifier.identify(article, seen).await.expect("identifies");
    desk.identifier.keep(identified.claim.clone()).await.expect("keeps");
    identified
}

fn at(capture: &Capture, hour: usize, minute: usize) -> Capture {
    capture.clone().at(&format!("2031-03-12T{hour:02}:{minute:02}:00Z"))
}

/// Four scrapers that keep different lines, with different numbers in them.
fn four() -> [Capture; 4] {
    let page = |scraper: &str| story(9).url("https://herald.example/strike").scraper(scraper);
    let [mut dump, reader, mut lists, mut cutter] = ["dump", "reader", "lists", "cutter"].map(page);
    dump.body = format!(
        "The paper costs 3 crowns at 41 kiosks in the district, on Sundays 4 crowns at 12 of them.\n\n{}\n\nCall the desk on extension 77 between 9 and 5 if you know more about this story.",
        dump.body
    );
    lists
        .body
        .push_str("\n\nA school year has 38 weeks in Carrick, 2 more than in Marrow and 4 more than here.");
    lists.body.push_str(
        "\n\nThe last strike of teachers in the district was called in 1988 and went on for 3 days.",
    );
    cutter.body = cutter.body.split("\n\n").take(3).collect::<Vec<_>>().join("\n\n");
    [dump, reader, lists, cutter]
}

#[tokio::test]
async fn a_page_at_rest_is_updated_in_the_first_round_alone() {
    for first in 0..4 {
        let desk = Desk::new().await;
        for round in 0..5 {
            for turn in 0..4 {
                let capture = at(&four()[(first + turn) % 4], 8 + round, turn);
                let identified = desk.publish(&capture).await;
                let update = matches!(verdict(&identified), Verdict::New | Verdict::Update);
                assert!(
                    round == 0 || !update,
                    "{first} {round} {:?}: {:?}",
                    capture.scraper,
                    identified.dedup
                );
            }
        }
    }
}

#[tokio::test]
async fn what_a_scraper_says_otherwise_than_before_is_an_update_once() {
    let desk = Desk::new().await;
    for (turn, capture) in four().iter().enumerate() {
        desk.publish(&at(capture, 8, turn)).await;
    }
    let mut updates = Vec::new();
    for round in 1..4 {
        for (turn, capture) in four().iter().enumerate() {
            let mut edited = at(capture, 8 + round, turn);
            edited.body = edited.body.replace("2,300 teachers in 88 schools", "2,700 teachers in 91 schools");
            edited.body = edited.body.replace("4.1 percent", "4.3 percent");
            if verdict(&desk.publish(&edited).await) == Verdict::Update {
                updates.push(round);
            }
        }
    }
    assert_eq!(updates, [1]);
}

/// The one that comes an hour later has a fifth more: its own lines, and no news.
#[tokio::test]
async fn a_longer_extraction_of_a_page_at_rest_is_heard_beside_the_others() {
    let desk = Desk::new().await;
    let [_, reader, lists, _] = four();
    desk.publish(&at(&reader, 8, 0)).await;
    let later = desk.publish(&at(&lists, 9, 0)).await;
    assert_eq!(verdict(&later), Verdict::NearDuplicate);
    assert_eq!(later.scrapers, ["reader", "lists"]);
    // One that has half as much again is better, and both are named.
    let desk = Desk::new().await;
    let [_, reader, _, cutter] = four();
    let mut cutter = cutter;
    cutter.body = cutter.body.split("\n\n").take(2).collect::<Vec<_>>().join("\n\n");
    desk.publish(&at(&cutter, 8, 0)).await;
    let later = desk.publish(&at(&reader, 9, 0)).await;
    assert_eq!((verdict(&later), method(&later)), (Verdict::Update, "better_extraction"));
    assert_eq!(later.scrapers, ["reader", "cutter"]);
}

#[tokio::test]
async fn a_capture_older_than_the_last_that_added_nothing_is_old() {
    let desk = Desk::new().await;
    let page = story(1).url("https://herald.example/railway").scraper("reader");
    desk.publish(&at(&page, 8, 0)).await;
    assert_eq!(verdict(&desk.publish(&at(&page, 12, 0)).await), Verdict::ExactDuplicate);
    let mut between = at(&page, 10, 0);
    between.body.push_str("\n\nThe ministry has withdrawn its promise, a spokeswoman told the council.");
    assert_eq!(method(&desk.publish(&between).await), "older_capture");
}

#[tokio::test]
async fn without_a_time_of_capture_the_page_says_which_is_older() {
    let capture = |hour: u32, sentence: &str| {
        let mut article = story(1).url("https://herald.example/railway").scraper("reader").article();
        let said = Capture::of("", sentence).article().paragraphs;
        article.paragraphs.extend(said);
        article.raw.page_key = copydesk::assess::identify::hex(&[sentence]);
        let value = format!("2031-03-12T{hour:02}:00+01:00");
        article.modified_at = Some(Timestamp { raw: value.clone(), value, precision: Precision::Minute });
        article
    };
    let desk = Desk::new().await;
    let seen = Observations::default;
    keep(&desk, &capture(12, "The ministry has approved its share of the money, it said."), seen()).await;
    let old = keep(&desk, &capture(9, "The ministry has not been heard yet, it said."), seen()).await;
    assert_eq!(method(&old), "older_capture");
    let new =
        keep(&desk, &capture(14, "The ministry has withdrawn its share of the money, it said."), seen())
            .await;
    assert_eq!(verdict(&new), Verdict::Update);
}

/// Two scrapers come to a page within seconds; the messages overtake each other.
#[tokio::test]
async fn another_scrapers_capture_of_the_same_moment_is_heard_in_any_order() {
    let desk = Desk::new().await;
    let page = |scraper: &str| story(8).url("https://herald.example/orchid").scraper(scraper);
    let mut cut = page("cutter").at("2031-03-12T08:00:00Z");
    cut.body = cut.body.split("\n\n").take(2).collect::<Vec<_>>().join("\n\n");
    desk.publish(&cut).await;
    let whole = desk.publish(&page("whole").at("2031-03-12T07:59:50Z")).await;
    assert_eq!((verdict(&whole), method(&whole)), (Verdict::Update, "better_extraction"));
    let hours = desk.publish(&page("third").at("2031-03-12T07:20:00Z")).await;
    assert_eq!(method(&hours), "older_capture");
}

#[tokio::test]
async fn a_text_without_a_source_is_its_publishers_when_a_copy_names_one() {
    let desk = Desk::new().await;
    let bare = story(2).scraper("reader");
    let created = desk.publish(&bare).await;
    let herald = desk.publish(&story(2).url("https://herald.example/bread").scraper("reader")).await;
    assert_eq!(herald.article_id, created.article_id);
    let courier = desk.publish(&story(2).url("https://courier.example/bread").scraper("reader")).await;
    assert_eq!(verdict(&courier), Verdict::Syndicated);
    assert_eq!(courier.dedup.of.map(|of| of.article_id), Some(created.article_id));
}

/// The first stories of a site keep what it says under each of them, until it has been learned.
#[tokio::test]
async fn what_a_site_has_taught_since_is_no_update() {
    const TAIL: [&str; 2] = [
        "The Alder Lantern is printed on the isle by eleven people who also answer the telephone.",
        "Whoever wants to hear from us before breakfast can leave an address with the porter on Quay Street, or with the woman who sells herring at the ferry. The paper has no other office on this side of the water, and the one that it had until the flood of 1987 is a bakery now, whose owner knows where our people are to be found when the tide is in. Letters take two days in summer and up to nine in winter, when the mail boat waits at the pier for the wind to turn, so that a call is often the better way, and the line is open from six in the morning.",
    ];
    let page = |hour: usize, body: &str, tail: &[&str]| {
        let mut capture = story(7).url("https://lantern.example/7").scraper("dump");
        capture.body = [body, &tail.join("\n\n")].join("\n\n");
        at(&capture, hour, 0).article()
    };
    let line = |text: &&str| ObservedLine {
        hash: line_hash(text),
        prose: true,
        kept: false,
        text: text.chars().take(SHOWN).collect(),
    };
    let learned = || Observations { lines: TAIL.iter().map(line).collect(), ..Observations::default() };
    let body = [STORIES[7].1, STORIES[8].1, STORIES[9].1].join("\n\n");
    let desk = Desk::new().await;
    let seen = Observations::default;
    assert_eq!(verdict(&keep(&desk, &page(8, &body, &TAIL), seen()).await), Verdict::New);
    for hour in [9, 10] {
        let again = keep(&desk, &page(hour, &body, &[]), learned()).await;
        assert_eq!(verdict(&again), Verdict::NearDuplicate, "{hour}");
    }
    let withdrawn = body.replace(" It covered about 26 flights a night, most of them freight.", "");
    assert_eq!(verdict(&keep(&desk, &page(11, &withdrawn, &[]), learned()).await), Verdict::Update);
    // What goes without being the site's own is the publisher's change.
    let desk = Desk::new().await;
    keep(&desk, &page(8, &body, &TAIL), seen()).await;
    assert_eq!(verdict(&keep(&desk, &page(9, &body, &[]), seen()).await), Verdict::Update);
}

/// One name in common, the county's, does not make two stories at one address one.
#[tokio::test]
async fn an_address_that_serves_another_article_is_that_articles() {
    let desk = Desk::new().await;
    let top = |n: usize| story(n).url("https://herald.example/top").scraper("reader");
    let first = desk.publish(&at(&top(1), 8, 0)).await;
    let second = desk.publish(&at(&top(7), 11, 0)).await;
    assert_eq!(verdict(&second), Verdict::New);
    assert_ne!(second.article_id, first.article_id);
}

/// What another scraper took from the page later does not say that the first one's edit is old.
#[tokio::test]
async fn a_capture_by_another_scraper_makes_no_edit_old() {
    let page = story(1).url("https://herald.example/railway").scraper("reader");
    let mut edited = page.clone();
    edited.body.push_str("\n\nThe ministry has withdrawn its promise, a spokeswoman told the council.");
    let mut cut = page.clone().scraper("cutter");
    cut.body = cut.body.split("\n\n").take(3).collect::<Vec<_>>().join("\n\n");
    let whole = page.clone().scraper("dump");
    for (other, edit_is_old) in [(cut, false), (whole, true)] {
        let desk = Desk::new().await;
        desk.publish(&at(&page, 8, 0)).await;
        let copy = desk.publish(&at(&other, 12, 0)).await;
        assert!(matches!(verdict(&copy), Verdict::NearDuplicate | Verdict::ExactDuplicate));
        let found = desk.publish(&at(&edited, 11, 0)).await;
        // The very same words say that the page is as it was.
        assert_eq!(method(&found) == "older_capture", edit_is_old, "{:?}", found.dedup);
        assert_eq!(verdict(&found) == Verdict::Update, !edit_is_old);
    }
}

/// The bytes of the first capture come again: the page is as it was, and what was captured between is old.
#[tokio::test]
async fn a_page_that_is_seen_again_was_captured_then() {
    let page = story(1).url("https://herald.example/railway").scraper("reader");
    let same_page = |capture: &Capture, key: &str| {
        let mut article = capture.article();
        key.clone_into(&mut article.raw.page_key);
        article
    };
    let mut edited = page.clone();
    edited.body.push_str("\n\nThe ministry has withdrawn its promise, a spokeswoman told the council.");
    let (first, other) = ("0123456789abcdef0123456789abcdef", "f123456789abcdef0123456789abcdef");
    for (again, old) in [(12, true), (8, false)] {
        let desk = Desk::new().await;
        keep(&desk, &same_page(&at(&page, 8, 0), first), Observations::default()).await;
        let seen = keep(&desk, &same_page(&at(&page, again, 5), first), Observations::default()).await;
        assert_eq!((verdict(&seen), method(&seen)), (Verdict::ExactDuplicate, "page_key"));
        let between = keep(&desk, &same_page(&at(&edited, 10, 0), other), Observations::default()).await;
        assert_eq!(method(&between) == "older_capture", old, "{again}: {:?}", between.dedup);
    }
}

/// A site that tries out headlines shows them in turn: each is an update once.
#[tokio::test]
async fn a_headline_that_the_article_has_had_is_no_update() {
    let desk = Desk::new().await;
    let tried =
        ["Railway through the Linden valley to reopen", "Six hours of debate, and then the whistle blew"];
    let mut updates = Vec::new();
    for round in 0..6 {
        let mut capture = story(1).url("https://herald.example/railway").scraper("reader");
        capture.headline = Some(tried[round % 2].to_owned());
        capture.body.push_str(&format!("\n\n{} comments", 12 + round));
        updates.push(verdict(&desk.publish(&at(&capture, 8 + round, 0)).await) == Verdict::Update);
    }
    assert_eq!(updates, [false, true, false, false, false, false]);
    // A text that changes with it is one, and so is a third headline.
    let mut corrected = story(1).url("https://herald.example/railway").scraper("reader");
    corrected.headline = Some(tried[0].to_owned());
    corrected.body = corrected.body.replace("41 to 19", "40 to 20");
    assert_eq!(verdict(&desk.publish(&at(&corrected, 15, 0)).await), Verdict::Update);
    corrected.headline = Some("Council of Marrow brings back its trains".into());
    assert_eq!(verdict(&desk.publish(&at(&corrected, 16, 0)).await), Verdict::Update);
}
