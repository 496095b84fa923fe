//! Figures: pairs that are one article and pairs that are not.

use std::io::Read;

use copydesk::assess::fingerprint::{SKETCH, overlap};
use copydesk::assess::identify::record_of;
use copydesk::assess::identify::relate::same_text;
use copydesk::model::body::{Paragraph, ParagraphKind};
use copydesk::model::page::{Hints, RawBody, RawPage};
use copydesk::model::verdict::Verdict;
use copydesk::model::{Budget, SiteKnowledge};
use copydesk::read::{ReadSettings, read};
use copydesk::store::ArticleRecord;

use super::articles::Capture;
use super::{Desk, templates, versions};

#[tokio::test]
async fn updates_are_told_from_duplicates() {
    let pairs = versions::pairs();
    assert!(pairs.len() >= 60, "{} pairs", pairs.len());
    let mut wrong = Vec::new();
    for pair in &pairs {
        let desk = Desk::new().await;
        let created = desk.publish(&pair.before).await;
        let next = desk.publish(&pair.after).await;
        assert_eq!(next.article_id, created.article_id, "{}", pair.what);
        let update = next.dedup.verdict == Verdict::Update;
        if update != pair.update {
            wrong.push((pair.what, pair.before.headline.clone(), next.dedup));
        }
    }
    eprintln!("update or duplicate: {} of {} pairs right", pairs.len() - wrong.len(), pairs.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn reports_from_one_template_are_articles_of_their_own() {
    let mut pairs = 0;
    let mut wrong = Vec::new();
    for (template, reports) in templates::reports().into_iter().enumerate() {
        // By the same publisher, by different ones, and without any address.
        for addressed in [Some("herald"), None] {
            let desk = Desk::new().await;
            for (n, (headline, body)) in reports.iter().enumerate() {
                let mut capture = Capture::of(headline, body);
                if let Some(site) = addressed {
                    capture = capture.url(&format!("https://{site}.example/{template}/{n}"));
                }
                let identified = desk.publish(&capture).await;
                if identified.dedup.verdict != Verdict::New {
                    wrong.push((headline.clone(), identified.dedup));
                }
                pairs += n;
            }
        }
    }
    eprintln!("templates: {} wrong of {pairs} pairs", wrong.len());
    assert!(pairs >= 40 && wrong.is_empty(), "{wrong:#?}");
}

/// How the texts of the corpus are cleaned before they are compared.
#[derive(Clone, Copy)]
enum Cleaned {
    /// To the lines that stand in the gold body: what perfect cleaning would keep.
    Perfectly,
    /// By our own reading of each text by itself.
    ByUs,
}

/// The texts of `corpus/text` as records without address, headline or scraper: page, publisher, record.
fn corpus(cleaned: Cleaned) -> Option<Vec<(String, String, ArticleRecord)>> {
    let root = std::env::var("COPYDESK_CORPUS").unwrap_or_else(|_| "../shared".into());
    let path = std::path::Path::new(&root).join("corpus/text/publishers.jsonl.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("no corpus at {}: pairs of extractions are not measured", path.display());
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let rows = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("json"));
    let word = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let records = rows.filter_map(|row| {
        let paragraphs = match cleaned {
            Cleaned::Perfectly => {
                let lines = trimmed(&row).into_iter();
                lines.map(|text| Paragraph { text, kind: ParagraphKind::Paragraph, block: None }).collect()
            }
            Cleaned::ByUs => read_text(&word(&row, "text"))?,
        };
        let mut article = Capture::of("", "").article();
        article.headline = None;
        article.paragraphs = paragraphs;
        Some((word(&row, "page"), word(&row, "publisher"), record_of(&article)))
    });
    Some(records.collect())
}

fn read_text(text: &str) -> Option<Vec<Paragraph>> {
    let page = RawPage {
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
        body: RawBody::Bytes(text.to_owned().into()),
        hints: Hints::default(),
    };
    let settings = ReadSettings::default();
    let mut budget = Budget::new(settings.limits.work_units);
    let reading = read(page, &SiteKnowledge::default(), &settings, &mut budget).ok()?;
    Some(reading.article.paragraphs)
}

/// The extraction's own lines, those only that stand in the gold body: what perfect cleaning would keep.
fn trimmed(row: &serde_json::Value) -> Vec<String> {
    let squash = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let body = match &row["body"] {
        serde_json::Value::String(body) => squash(body),
        other => squash(&other.to_string()),
    };
    let lines = row["text"].as_str().unwrap_or_default().lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && body.contains(&squash(line))).map(str::to_owned).collect()
}

/// With perfect cleaning: what is compared here is the comparison alone.
#[test]
fn extractions_of_one_page_are_linked_and_pages_are_not() {
    let Some(records) = corpus(Cleaned::Perfectly) else { return };
    let (f1, siblings) = linked(records);
    assert!(f1 >= 0.995 && siblings == 0, "F1 {f1:.4}, {siblings} false links within a publisher");
}

/// With the cleaning that a page without address and site gets, texts that hold no article among them.
#[test]
#[ignore = "reads the whole corpus: a figure for the README"]
fn extractions_of_one_page_that_we_cleaned_are_linked() {
    let Some(records) = corpus(Cleaned::ByUs) else { return };
    let (f1, siblings) = linked(records);
    assert!(f1 >= 0.98, "F1 {f1:.4}, {siblings} false links within a publisher");
}

/// F1 of the pairs that are linked, and the false links between pages of one publisher.
fn linked(records: Vec<(String, String, ArticleRecord)>) -> (f64, u32) {
    let records: Vec<_> = records.into_iter().filter(|(_, _, r)| r.print.words > 0).collect();
    let (mut hit, mut miss, mut strangers, mut siblings, mut pairs) = (0u32, 0u32, 0u32, 0u32, 0u32);
    let mut missed = Vec::new();
    for (i, (page, publisher, a)) in records.iter().enumerate() {
        for (other, other_publisher, b) in &records[..i] {
            let text = overlap(&a.print.sketch, &b.print.sketch, SKETCH);
            let linked = same_text(a, b, text).is_some();
            match (page == other, linked) {
                (true, true) => hit += 1,
                (true, false) => {
                    miss += 1;
                    missed.push((page.clone(), a.print.words, b.print.words, text));
                }
                (false, true) => {
                    strangers += 1;
                    siblings += u32::from(publisher == other_publisher);
                    eprintln!("false link: {page} {other} {text:?}");
                }
                (false, false) => {}
            }
            pairs += 1;
        }
    }
    let f1 = 2.0 * f64::from(hit) / f64::from(2 * hit + miss + strangers);
    eprintln!(
        "pairs: {pairs}, linked {hit}, missed {miss}, false {strangers} ({siblings} of one publisher), F1 {f1:.4}"
    );
    for m in missed.iter().take(40) {
        eprintln!("missed: {m:?}");
    }
    (f1, siblings)
}
