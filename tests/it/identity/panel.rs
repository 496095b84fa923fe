//! Several scrapers' extractions of one page: the body that most agree on, fields from whichever has
//! them, in any order of arrival.

use copydesk::model::article::{ArticleImage, Author, AuthorKind, Dateline, Precision, Timestamp};
use copydesk::model::body::{Paragraph, ParagraphKind};
use copydesk::model::verdict::Verdict;
use copydesk::model::{Article, Observations};

use super::articles::{Capture, STORIES};
use super::{Desk, story, verdict};

const FURNITURE: [&str; 5] = [
    "Home News Sport Weather Harbour Opinion Jobs Letters Archive",
    "Ferry times for the isles from Monday.",
    "Other readers looked at the price of diesel.",
    "The weather for the weekend will be dry in the north.",
    "You can reach the desk by letter on weekdays.",
];

fn captures() -> [Capture; 3] {
    let page = |scraper: &str| {
        story(4).url("https://isles.example/drums").scraper(scraper).at("2031-03-12T08:00:00Z")
    };
    let mut dump = page("dump");
    dump.body =
        format!("{}\n\n{}\n\n{}", FURNITURE[..3].join("\n\n"), dump.body, FURNITURE[3..].join("\n\n"));
    let mut other = page("main");
    other.body.push_str("\n\nThe writer lives on the isle.");
    [dump, page("reader"), other]
}

#[tokio::test]
async fn in_any_order_the_body_that_most_agree_on_is_published_last() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let desk = Desk::new().await;
        let captures = captures();
        let (mut published, mut updates, mut last) = (String::new(), 0, None);
        for at in order {
            let mut article = captures[at].article();
            let identified = desk.publish(&captures[at]).await;
            match verdict(&identified) {
                Verdict::New => published = article.body(),
                Verdict::Update => {
                    updates += 1;
                    identified.filled.clone().into_article(&mut article);
                    published = article.body();
                }
                _ => {}
            }
            last = Some(identified);
        }
        assert!(!published.contains("Ferry times"), "{order:?}: {published}");
        assert!(published.starts_with(STORIES[4].1.split("\n\n").next().expect("a paragraph")), "{order:?}");
        assert_eq!(updates, usize::from(order[0] == 0), "{order:?}");
        let mut scrapers = last.expect("three came").scrapers;
        assert_ne!(scrapers[0], "dump", "the body is not the dump's: {order:?}");
        scrapers.sort();
        assert_eq!(scrapers, ["dump", "main", "reader"], "{order:?}");
        for capture in &captures {
            let again = desk.publish(capture).await;
            assert!(!matches!(verdict(&again), Verdict::New | Verdict::Update), "{order:?}: {again:?}");
            let later = desk.publish(&capture.clone().at("2031-03-12T08:05:00Z")).await;
            assert!(!matches!(verdict(&later), Verdict::New | Verdict::Update), "{order:?}: {later:?}");
        }
    }
}

#[tokio::test]
async fn an_edit_begins_anew_and_one_scraper_has_one_voice() {
    let desk = Desk::new().await;
    let [dump, reader, other] = captures();
    desk.publish(&dump).await;
    for minute in 1..5 {
        let again = reader.clone().at(&format!("2031-03-12T08:0{minute}:00Z"));
        let identified = desk.publish(&again).await;
        assert_eq!(verdict(&identified), Verdict::NearDuplicate, "one against one: the first stays");
        assert_eq!(identified.scrapers, ["dump", "reader"]);
    }
    let mut edited = dump.clone().at("2031-03-12T12:00:00Z");
    edited.body.push_str("\n\nThe council said on Thursday that 4 more drums were found in the old mill.");
    let updated = desk.publish(&edited).await;
    assert_eq!(verdict(&updated), Verdict::Update);
    assert!(updated.scrapers.is_empty(), "nobody else has shown the edited page: {updated:?}");
    let stale = desk.publish(&other.at("2031-03-12T08:30:00Z")).await;
    assert_eq!(stale.dedup.method.as_deref(), Some("older_capture"));
    assert!(stale.scrapers.is_empty());
}

#[tokio::test]
async fn fields_come_from_whichever_extraction_has_them() {
    let desk = Desk::new().await;
    let [_, reader, other] = captures();
    let mut rich = Article { headline: None, ..reader.article() };
    rich.standfirst = Some("The drums are back.".into());
    rich.byline = Some("Ada Marsh".into());
    rich.authors = vec![Author { name: "Ada Marsh".into(), kind: AuthorKind::Person }];
    rich.modified_at = Some(Timestamp {
        value: "2031-03-12".into(),
        precision: Precision::Day,
        raw: "12 March 2031".into(),
    });
    rich.section = Some("Isles".into());
    rich.keywords = vec!["drums".into(), "museums".into()];
    rich.images =
        vec![ArticleImage { url: "https://isles.example/drums.jpg".into(), caption: None, credit: None }];
    rich.dateline = Some(Dateline {
        raw: "PORT ALDER —".into(),
        place: Some("Port Alder".into()),
        date: None,
        agency: None,
    });
    let caption = Paragraph { text: "The drums in 2029".into(), kind: ParagraphKind::Caption, block: None };
    rich.paragraphs.insert(1, caption);
    let first = desk.identifier.identify(&rich, Observations::default()).await.expect("identifies");
    desk.identifier.keep(first.claim.clone()).await.expect("keeps");
    let better = desk.publish(&other).await;
    assert_eq!(
        (verdict(&better), better.dedup.method.as_deref()),
        (Verdict::Update, Some("better_extraction"))
    );
    let mut article = other.article();
    better.filled.clone().into_article(&mut article);
    assert_eq!(article.headline.as_deref(), Some(STORIES[4].0));
    assert_eq!(article.standfirst.as_deref(), Some("The drums are back."));
    assert_eq!(article.byline.as_deref(), Some("Ada Marsh"));
    assert_eq!(article.dateline.as_ref().and_then(|d| d.place.as_deref()), Some("Port Alder"));
    assert_eq!(article.paragraphs[0].text, "The drums in 2029");
    let described = |a: &Article| {
        (a.authors.clone(), a.modified_at.clone(), a.section.clone(), a.keywords.clone(), a.images.clone())
    };
    assert_eq!(described(&article), described(&rich));
    assert_eq!(better.scrapers, ["main", "reader"]);
    // When the text changed later, the day of the earlier change is no longer true; the rest is.
    let mut edited = other.at("2031-03-12T12:00:00Z");
    edited.body.push_str("\n\nThe council said on Thursday that 4 more drums were found in the old mill.");
    let updated = desk.publish(&edited).await;
    assert_eq!(verdict(&updated), Verdict::Update);
    assert_eq!(updated.filled.described.modified_at, None);
    assert_eq!(updated.filled.described.authors, rich.authors);
}

/// A copy that adds nothing to the text still tells what later versions may lack.
#[tokio::test]
async fn fields_that_only_a_copy_had_are_known_to_the_next_version() {
    let desk = Desk::new().await;
    let [_, reader, other] = captures();
    desk.publish(&reader).await;
    let mut rich = other.article();
    rich.authors = vec![Author { name: "Ada Marsh".into(), kind: AuthorKind::Person }];
    let copy = desk.identifier.identify(&rich, Observations::default()).await.expect("identifies");
    assert_eq!(verdict(&copy), Verdict::NearDuplicate);
    desk.identifier.keep(copy.claim).await.expect("keeps");
    let mut edited = reader.at("2031-03-12T12:00:00Z");
    edited.body.push_str("\n\nThe council said on Thursday that 4 more drums were found in the old mill.");
    let updated = desk.publish(&edited).await;
    assert_eq!(verdict(&updated), Verdict::Update);
    assert_eq!(updated.filled.described.authors, rich.authors);
}
