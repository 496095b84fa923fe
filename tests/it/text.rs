//! Extracted text through the whole of `read`: the samples beside the project, and hostile input.

use std::path::PathBuf;

use bytes::Bytes;
use copydesk::model::body::ParagraphKind;
use copydesk::model::page::{Hints, RawBody, RawPage};
use copydesk::model::{Budget, Rejection, SiteKnowledge, SkipReason};
use copydesk::read::{ReadSettings, Reading, Rejected, read};

fn raw(body: Vec<u8>) -> RawPage {
    RawPage {
        message_id: None,
        url: None,
        source: None,
        scraper: None,
        fetched_at: None,
        received_at: None,
        status: None,
        headers: Default::default(),
        content_type: Some("text/plain".into()),
        content_encoding: None,
        body: RawBody::Bytes(Bytes::from(body)),
        hints: Hints::default(),
    }
}

fn read_text(body: impl Into<Vec<u8>>) -> Result<Reading, Box<Rejected>> {
    let settings = ReadSettings { keep_removed: true, ..ReadSettings::default() };
    let mut budget = Budget::new(settings.limits.work_units);
    read(raw(body.into()), &SiteKnowledge::default(), &settings, &mut budget).map_err(Box::new)
}

fn samples() -> Option<PathBuf> {
    let root = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let samples = root.join("samples");
    if !samples.is_dir() {
        eprintln!("{} is absent: the samples were not read", samples.display());
        return None;
    }
    Some(samples)
}

#[test]
fn two_scrapers_texts_of_one_article_come_out_the_same() {
    let Some(samples) = samples() else { return };
    let article = |name: &str| {
        let text = std::fs::read(samples.join(name)).expect("a sample");
        read_text(text).unwrap_or_else(|e| panic!("{name}: {e}")).article
    };
    for (tail, banner, paragraphs) in
        [("a-appeal-tail.txt", "a-banner-and-tail.txt", 8), ("b-appeal-tail.txt", "b-banner-and-tail.txt", 7)]
    {
        let (tail, banner) = (article(tail), article(banner));
        assert_eq!(tail.body(), banner.body());
        assert_eq!(tail.paragraphs.iter().filter(|p| p.kind != ParagraphKind::Caption).count(), paragraphs);
        let captions = banner.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Caption).count();
        assert_eq!(captions, 1);
        assert!(banner.headline.as_deref().is_some_and(|h| h.starts_with("Kerry")), "{:?}", banner.headline);
    }
    let wire = article("c-newswire.txt");
    assert_eq!(wire.paragraphs.len(), 12);
    assert!(wire.body().starts_with("PARIS, March 31 (RIA Novosti)"));
    assert!(wire.removed.is_empty());
}

const STORY: &str = "The council of Port Alder voted on Tuesday to rebuild the harbour wall, which the spring storms had broken in three places.\n\n\
    Mayor Ada Miller said that the work would begin in June and cost four million crowns, half of which the province has promised to pay.\n\n\
    “We have waited long enough,” said Tom Reed, who keeps a boat in the harbour and lost another in the storms of March.\n";

fn skipped(result: Result<Reading, Box<Rejected>>) -> SkipReason {
    match result.map(|reading| reading.article.body()) {
        Err(rejected) => match rejected.rejection {
            Rejection::Skip { reason, .. } => reason,
            Rejection::Park { reason, detail } => panic!("parked: {reason} {detail}"),
        },
        Ok(body) => panic!("kept: {body}"),
    }
}

#[test]
fn a_page_dump_is_cut_to_its_story() {
    let dump = format!(
        "Home\nNews\nSport\nSubscribe\nHarbour wall to be rebuilt\n\n{STORY}\nShare this article\nRead more\nMost read\n\
         Storm warning for the coast\nSign up for our newsletter\nPrivacy policy\n© 2024 The Harbour Herald. All rights reserved.\n"
    );
    let article = read_text(dump).expect("a story").article;
    assert_eq!(article.body(), STORY.trim_end());
    assert_eq!(article.headline.as_deref(), Some("Harbour wall to be rebuilt"));
    assert!(article.removed.iter().all(|r| !r.rule.is_empty()));
}

#[test]
fn only_boilerplate_is_skipped_as_such() {
    let menu = "Home\nNews\nSport\nLog in\nSubscribe\nPrivacy policy\nCookie settings\nContact us\nAll rights reserved\n";
    assert_eq!(skipped(read_text(menu)), SkipReason::BoilerplateOnly);
    let appeal = "Your support, no matter how small, makes a world of difference.\nRemind me later.\n";
    assert_eq!(skipped(read_text(appeal)), SkipReason::BoilerplateOnly);
}

#[test]
fn a_notice_alone_is_boilerplate_and_a_story_about_one_is_not() {
    let notice = "Welcome to the Herald!\nContinue with advertising\n\
        We use cookies to give you the best experience on our site, and you agree to our privacy policy when you go on reading here.\n\
        Accept all\n\
        We and our partners store information on your device, which you may refuse at any time in our privacy settings below.\n\
        Imprint Terms Privacy Contact\n";
    assert_eq!(skipped(read_text(notice)), SkipReason::Consent);
    let notice = "Willkommen beim Hafenboten!\nWeiter mit Werbung\n\n\
        Wie gewohnt mit Werbung weiterlesen: Ihre Zustimmung können Sie in den Einstellungen, die wir für Sie bereithalten, widerrufen.\n\n\
        Zustimmen\n\n\
        Für die Finanzierung unseres Angebotes verarbeiten wir mit 223 Partnern personenbezogene Daten, um Ihnen mehr Inhalte zu zeigen.\n\n\
        Impressum Nutzungsbestimmungen Datenschutz Kontakt\n";
    assert!(matches!(skipped(read_text(notice)), SkipReason::BoilerplateOnly | SkipReason::Consent));
    let story = "Court forbids the cookie wall of a newspaper\n\n\
        A court in Port Alder ruled on Tuesday that a newspaper must let its readers refuse cookies as easily as accept them.\n\n\
        “We use cookies like all others,” the publisher's lawyer had told the judges in the spring. They were not persuaded by that.\n\n\
        The paper, which has 40,000 readers, must change its pages by the first of June or pay a fine of 2,000 crowns a day.\n";
    let body = read_text(story).expect("a story").article.body();
    assert!(body.contains("We use cookies like all others") && body.contains("2,000 crowns"), "{body}");
}

#[test]
fn the_items_of_a_list_that_the_story_announces_are_kept() {
    let text = "Traders get a charter of their own\n\n\
        The council of Port Alder adopted a charter for the traders of its streets on Tuesday, after two years of talks with them.\n\n\
        Under the charter, which the mayor will sign on Friday, traders in the streets of the town must:\n\n\
        * Keep to their places;\n* Help to keep order;\n* Clear the ground at night.\n\n\
        Those who break the rules may lose their place for a month, the council said, and for a year if they break them again.\n";
    let body = read_text(text).expect("a story").article.body();
    for item in ["Keep to their places;", "Help to keep order;", "Clear the ground at night."] {
        assert!(body.contains(item), "{item} is missing: {body}");
    }
}

#[test]
fn repair_leaves_the_gold_bodies_as_they_are() {
    let root = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let corpus = root.join("corpus/text/publishers.jsonl.gz");
    if !corpus.is_file() {
        eprintln!("{} is absent: its bodies were not read", corpus.display());
        return;
    }
    use copydesk::model::page::Repair;
    let samples = copydesk::train::text::read_samples(&corpus).expect("samples");
    let harmless = |r: &Repair| matches!(r, Repair::Nfc | Repair::Spaces | Repair::SoftHyphens);
    for sample in &samples {
        let (repaired, repairs) = copydesk::read::clean::repair::repair(&sample.body);
        let changed = repairs.iter().find(|r| !harmless(r));
        assert_eq!(changed, None, "{}: {repaired}", sample.id);
    }
}

#[test]
fn binary_that_claims_to_be_text_is_skipped() {
    let mut state = 7u64;
    let noise: Vec<u8> = (0..100_000)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as u8
        })
        .collect();
    assert_eq!(skipped(read_text(noise)), SkipReason::NotText);
}

#[test]
fn a_brief_is_never_skipped_for_its_length() {
    let brief = "The harbour of Port Alder stays closed until Monday, the mayor said.";
    assert_eq!(read_text(brief).expect("a brief").article.body(), brief);
    let japanese = "市議会は火曜日、春の嵐で壊れた港の壁を再建することを決めた。工事は六月に始まり、費用は四億円になる見通しだ。";
    assert_eq!(read_text(japanese).expect("a brief").article.body(), japanese);
}

/// Cost per byte stands in the benchmarks; here each shape must come to an end, within its bounds.
#[test]
fn hostile_shapes_come_to_an_end() {
    let sentence = "The council met again and said that the wall would stand. ";
    let table: Vec<(&str, String)> = vec![
        ("one line of 5 MB", sentence.repeat(5_000_000 / sentence.len())),
        ("one word of 5 MB", "a".repeat(5_000_000)),
        ("a million lines of one word", "word\n".repeat(1_000_000)),
        ("a million different lines", (0..1_000_000).map(|i| format!("w{i}\n")).collect()),
        ("quotation marks", "\"“„".repeat(500_000)),
        ("mojibake", "Ã©".repeat(100_000)),
        ("entities", "&amp;".repeat(500_000)),
        ("hyphens at line ends", "the coun-\n".repeat(300_000)),
        ("phrases of appeals", "we need your help support us ".repeat(100_000)),
        ("without spaces", "東京都は新たな計画を発表した。".repeat(80_000)),
    ];
    for (name, text) in table {
        if let Ok(reading) = read_text(text) {
            assert!(reading.observations.lines.len() <= 256, "{name}");
        }
    }
}
