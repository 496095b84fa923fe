//! What each step of `read` costs on one thread: `cargo bench --bench steps`. Pages are made here, so that
//! anyone can run it; with a corpus (`COPYDESK_CORPUS`, else `../shared`) its publisher pages are read too.

/// Real pages and texts.
mod corpus;
/// Pages made to a size.
mod made;
/// Topics and entities.
mod topics;

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use copydesk::model::knowledge::LearnedLine;
use copydesk::model::page::{Hints, Media, RawInfo};
use copydesk::model::trace::Trace;
use copydesk::model::{Body, Budget, DecodedPage, Envelope, SiteKnowledge};
use copydesk::read::clean::repair::repair;
use copydesk::read::{Limits, Parsed, ReadSettings, clean, extract, html, open, read, read_decoded, text};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use made::news_page;

fn main() {
    // Only where all is asked for: a row that is asked for by name is not to wait for the others.
    if std::env::args().skip(1).all(|argument| argument.starts_with('-')) {
        shares();
    }
    divan::main();
}

/// What no single row shows: how cost grows with the page, and what each step of `read` takes of the whole.
fn shares() {
    let per_byte = |size: usize| {
        let page = news_page(size);
        let rounds = 10_000_000 / size;
        shortest(|| (0..rounds).map(|_| read_whole(&page, "text/html")).sum()) / (rounds * page.len()) as f64
    };
    let (small, large) = (per_byte(100_000), per_byte(10_000_000));
    println!("cost a byte of read, at 10 MB to at 100 KB: {:.2} (at most 2)", large / small);
    let pages = corpus();
    if pages.is_empty() {
        return;
    }
    let (settings, knowledge) = (ReadSettings::default(), SiteKnowledge::default());
    let all = |one: &dyn Fn(&DecodedPage) -> usize| shortest(|| pages.iter().map(one).sum());
    let parse = all(&|page| parsed(&page.text).blocks.len());
    let body = all(&extracted);
    let clean = all(&|page| cleaned(page, &knowledge).map_or(0, |(_, body)| body.paragraphs.len()));
    let article = all(&|page| {
        let read = read_decoded(page.clone(), &knowledge, &settings, &mut Budget::new(u64::MAX));
        read.map_or(0, |read| read.article.paragraphs.len())
    });
    let whole = all(&|page| read_whole(&page.text, "text/html; charset=utf-8"));
    let share = |part: f64| 100.0 * part / whole;
    println!(
        "of read: open and decode {:.0}%, parse {:.0}%, extract {:.0}%, clean {:.0}%, describe {:.0}%; describe to parse and extract: {:.2}",
        share(whole - article),
        share(parse),
        share(body - parse),
        share(clean - body),
        share(article - clean),
        (article - clean) / body
    );
}

/// Seconds of the fastest of some runs: the one that others disturbed least.
fn shortest(mut run: impl FnMut() -> usize) -> f64 {
    let times = (0..7).map(|_| {
        let began = std::time::Instant::now();
        black_box(run());
        began.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

fn read_whole(page: &str, content_type: &str) -> usize {
    let envelope = Envelope {
        payload: Bytes::from(page.as_bytes().to_vec()),
        content_type: Some(content_type.to_owned()),
        ..Envelope::default()
    };
    let settings = ReadSettings::default();
    let raw = open::open(&envelope, &settings.limits).expect("a page");
    let reading = read(raw, &SiteKnowledge::default(), &settings, &mut Budget::new(u64::MAX));
    reading.map_or(0, |reading| reading.article.paragraphs.len())
}

fn cleaned(page: &DecodedPage, knowledge: &SiteKnowledge) -> Option<(Parsed, Body)> {
    let parsed = Parsed::Html(Box::new(parsed(&page.text)));
    let (settings, mut budget) = (ReadSettings::default(), Budget::new(u64::MAX));
    let body = extract::extract(page, &parsed, &settings, &mut budget, &mut Trace::default()).ok()?;
    let cleaned = clean::clean(page, &parsed, body, knowledge, &mut budget, &mut Trace::default());
    cleaned.ok().map(|(body, _)| (parsed, body))
}

/// The floor: finding every `<` and `&` of a page.
#[divan::bench(args = [100_000, 1_000_000, 10_000_000])]
fn scan_floor(bencher: Bencher, bytes: usize) {
    let page = news_page(bytes);
    bencher
        .counter(BytesCount::new(page.len()))
        .bench_local(|| memchr::memchr2_iter(b'<', b'&', black_box(page.as_bytes())).count());
}

/// Cost per byte must not grow with the page: at 10 MB within twice that at 100 KB.
#[divan::bench(args = [100_000, 1_000_000, 10_000_000])]
fn parse(bencher: Bencher, bytes: usize) {
    let page = news_page(bytes);
    bencher.counter(BytesCount::new(page.len())).bench_local(|| parsed(black_box(&page)));
}

#[divan::bench(args = [100_000, 1_000_000, 10_000_000])]
fn parse_and_extract(bencher: Bencher, bytes: usize) {
    let page = decoded(news_page(bytes));
    bencher.counter(BytesCount::new(page.text.len())).bench_local(|| extracted(black_box(&page)));
}

/// Pages that make a tree builder quadratic.
#[divan::bench(args = ["<div>", "<ul><li>", "<b><i>", "<table><tr><td>", "<p><a href=x>", "&amp;", "<!--", "</p>"])]
fn parse_hostile(bencher: Bencher, piece: &str) {
    let page = piece.repeat(4_000_000 / piece.len());
    bencher.counter(BytesCount::new(page.len())).bench_local(|| parsed(black_box(&page)));
}

#[divan::bench]
fn corpus_parse(bencher: Bencher) {
    let pages = corpus();
    let bytes: usize = pages.iter().map(|p| p.text.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| pages.iter().map(|p| parsed(black_box(&p.text)).blocks.len()).sum::<usize>());
}

#[divan::bench]
fn corpus_parse_and_extract(bencher: Bencher) {
    let pages = corpus();
    let bytes: usize = pages.iter().map(|p| p.text.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| pages.iter().map(|p| extracted(black_box(p))).sum::<usize>());
}

/// All of `read`: raw page to described article.
#[divan::bench]
fn corpus_read(bencher: Bencher) {
    let pages = corpus();
    let bytes: usize = pages.iter().map(|p| p.text.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(pages.len()))
        .bench_local(|| pages.iter().map(|p| read_whole(black_box(&p.text), "text/html")).sum::<usize>());
}

fn parsed(source: &str) -> copydesk::model::html::HtmlPage {
    html::parse(source, &Limits::default(), &mut Budget::new(u64::MAX)).expect("within limits")
}

fn extracted(page: &DecodedPage) -> usize {
    let parsed = Parsed::Html(Box::new(parsed(&page.text)));
    let settings = ReadSettings::default();
    let body = extract::extract(page, &parsed, &settings, &mut Budget::new(u64::MAX), &mut Trace::default());
    body.map_or(0, |b| b.paragraphs.len())
}

/// A text as a page dump gives it: a menu, a story with appeals in it, more menu.
fn dump(bytes: usize) -> String {
    let story = "The council of Port Alder voted on Tuesday to rebuild the harbour wall, which the spring storms had broken in three places, said Mayor Ada Miller.\n\n\
        “We have waited long enough,” said Tom Reed, who keeps a boat in the harbour and lost another in the storms of March, when the wall gave way at night.\n\n";
    let menu =
        "Home\nNews\nSport\nSign up for our newsletter\n© 2024 The Harbour Herald. All rights reserved.\n";
    let mut out = String::with_capacity(bytes + 1000);
    while out.len() < bytes {
        let _ = write!(out, "{menu}\n{}Page {} of the story\nRemind me later.\n", story.repeat(6), out.len());
    }
    out
}

/// Repair, lines, the line model, rules and the look-up of what the site has taught.
#[divan::bench(args = [4_000, 100_000, 1_000_000])]
fn clean_text(bencher: Bencher, bytes: usize) {
    let known = known_lines();
    let page = DecodedPage { media: Media::Text, ..decoded(dump(bytes)) };
    bencher.counter(BytesCount::new(page.text.len())).bench_local(|| clean_one(black_box(&page), &known));
}

/// The same of texts as scrapers took them from real pages, about 9 KB each.
#[divan::bench]
fn corpus_clean_text(bencher: Bencher) {
    let texts = corpus_texts();
    let bytes: usize = texts.iter().map(|page| page.text.len()).sum();
    let known = known_lines();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| texts.iter().map(|page| clean_one(black_box(page), &known)).sum::<usize>());
}

fn known_lines() -> SiteKnowledge {
    let lines = (0..2000u64).map(|i| (i, LearnedLine { leads: 5, share: 0.5, pinned: false })).collect();
    SiteKnowledge { lines: Arc::new(lines), ..SiteKnowledge::default() }
}

fn clean_one(page: &DecodedPage, known: &SiteKnowledge) -> usize {
    let settings = ReadSettings::default();
    let mut budget = Budget::new(u64::MAX);
    let (text, _) = repair(&page.text);
    let parsed = Parsed::Text(text::parse(&text, &settings.limits, &mut budget).expect("text"));
    let body = extract::extract(page, &parsed, &settings, &mut budget, &mut Trace::default());
    let cleaned =
        body.and_then(|body| clean::clean(page, &parsed, body, known, &mut budget, &mut Trace::default()));
    cleaned.map_or(0, |(body, _)| body.paragraphs.len())
}

/// Three hundred of them; none, and a word about it, where there is no corpus.
fn corpus_texts() -> Vec<DecodedPage> {
    let texts = corpus::texts().into_iter().step_by(2).take(300);
    texts.map(|text| DecodedPage { media: Media::Text, ..decoded(text) }).collect()
}

/// Forty publisher pages.
fn corpus() -> Vec<DecodedPage> {
    corpus::pages().into_iter().step_by(3).take(40).map(decoded).collect()
}

fn decoded(text: String) -> DecodedPage {
    let bytes = text.len() as u64;
    DecodedPage {
        media: Media::Html,
        text,
        charset: "utf-8".into(),
        repairs: Vec::new(),
        url: None,
        site: None,
        source_name: None,
        fetched_at: None,
        received_at: None,
        status: None,
        hints: Hints::default(),
        raw: RawInfo {
            message_id: None,
            page_key: String::new(),
            sha256: String::new(),
            bytes,
            content_type: "text/html".into(),
            encoding: "utf-8".into(),
            scraper: None,
            fetched_at: None,
        },
    }
}
