//! Each step of the pipeline on the pages that ship with the project, one thread, in MB/s of raw page and in
//! pages/s: `cargo bench --bench pages`.

use std::path::Path;
use std::sync::Arc;

use copydesk::assess::Assessor;
use copydesk::assess::classify::Classifier;
use copydesk::assess::identify::{Identifier, IdentifySettings};
use copydesk::model::page::{Media, RawBody};
use copydesk::model::trace::Trace;
use copydesk::model::{Article, Budget, DecodedPage, RawPage, SiteKnowledge};
use copydesk::read::{
    Limits, Parsed, ReadSettings, clean, decode, describe, extract, html, open, read, text,
};
use copydesk::store::AnyStore;
use copydesk::transport::files::Inputs;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// The shipped pages, opened: what decoding begins with.
fn raw_pages() -> Vec<RawPage> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let inputs = Inputs::find(&[folder]).expect("the shipped pages");
    let limits = Limits::default();
    inputs.entries(limits.message_bytes).filter_map(|e| open::open(&e.envelope.ok()?, &limits).ok()).collect()
}

fn bytes(pages: &[RawPage]) -> usize {
    let of = |page: &RawPage| match &page.body {
        RawBody::Text(text) => text.len(),
        RawBody::Bytes(bytes) => bytes.len(),
        RawBody::Reference(_) => 0,
    };
    pages.iter().map(of).sum()
}

#[divan::bench]
fn decode_step(bencher: Bencher) {
    let pages = raw_pages();
    bencher
        .counter(BytesCount::new(bytes(&pages)))
        .counter(ItemsCount::new(pages.len()))
        .with_inputs(|| pages.clone())
        .bench_local_values(|pages| decoded(black_box(pages)).len());
}

#[divan::bench]
fn parse_step(bencher: Bencher) {
    let raw = raw_pages();
    let size = bytes(&raw);
    let pages = decoded(raw);
    bencher
        .counter(BytesCount::new(size))
        .counter(ItemsCount::new(pages.len()))
        .bench_local(|| pages.iter().for_each(|p| drop(black_box(parsed(p)))));
}

#[divan::bench]
fn extract_step(bencher: Bencher) {
    let raw = raw_pages();
    let size = bytes(&raw);
    let pages: Vec<_> = decoded(raw).into_iter().map(|p| (parsed(&p), p)).collect();
    let settings = ReadSettings::default();
    bencher.counter(BytesCount::new(size)).counter(ItemsCount::new(pages.len())).bench_local(|| {
        for (parsed, page) in &pages {
            let _ =
                black_box(extract::extract(page, parsed, &settings, &mut budget(), &mut Trace::default()));
        }
    });
}

#[divan::bench]
fn clean_and_describe_steps(bencher: Bencher) {
    let raw = raw_pages();
    let size = bytes(&raw);
    let settings = ReadSettings::default();
    let pages: Vec<_> = decoded(raw)
        .into_iter()
        .filter_map(|page| {
            let parsed = parsed(&page);
            let body =
                extract::extract(&page, &parsed, &settings, &mut budget(), &mut Trace::default()).ok()?;
            Some((page, parsed, body))
        })
        .collect();
    let knowledge = SiteKnowledge::default();
    bencher.counter(BytesCount::new(size)).counter(ItemsCount::new(pages.len())).bench_local(|| {
        for (page, parsed, body) in &pages {
            let mut trace = Trace::default();
            let cleaned = clean::clean(page, parsed, body.clone(), &knowledge, &mut budget(), &mut trace);
            if let Ok((body, _)) = cleaned {
                let _ =
                    black_box(describe::describe(page, parsed, body, &knowledge, &mut budget(), &mut trace));
            }
        }
    });
}

/// All of `read`: raw page to described article.
#[divan::bench]
fn read_whole(bencher: Bencher) {
    let pages = raw_pages();
    let (settings, knowledge) = (ReadSettings::default(), SiteKnowledge::default());
    bencher
        .counter(BytesCount::new(bytes(&pages)))
        .counter(ItemsCount::new(pages.len()))
        .with_inputs(|| pages.clone())
        .bench_local_values(|pages| {
            for page in pages {
                let _ = black_box(read(page, &knowledge, &settings, &mut budget()));
            }
        });
}

#[divan::bench]
fn classify_step(bencher: Bencher) {
    let articles = articles();
    let classifier = Classifier::default();
    bencher
        .counter(ItemsCount::new(articles.len()))
        .bench_local(|| articles.iter().for_each(|a| drop(black_box(classifier.classify(a)))));
}

/// Claim and keep in an embedded store; each round is of articles not seen before.
#[divan::bench(sample_count = 20)]
fn identify_step(bencher: Bencher) {
    let articles = articles();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a directory");
    let url = format!("file:{}", folder.path().display());
    let store =
        runtime.block_on(AnyStore::open(&url, 64 << 20)).expect("a store").expect("a directory is a store");
    let identifier = runtime.block_on(async { Identifier::new(store, IdentifySettings::default()) });
    let assessor = Arc::new(Assessor { source: "urn:copydesk:bench".into(), identifier });
    let mut round = 0u64;
    bencher.counter(ItemsCount::new(articles.len())).bench_local(|| {
        round += 1;
        runtime.block_on(async {
            for article in &articles {
                let mut article = article.clone();
                article.raw.page_key = format!("{round:08x}{}", &article.raw.page_key[8..]);
                article.url = article.url.map(|url| format!("{url}?round={round}"));
                let assessed = assessor.assess(article, Default::default(), Default::default()).await;
                assessor.keep(assessed.expect("a store").claim).await.expect("kept");
            }
        });
    });
}

fn decoded(pages: Vec<RawPage>) -> Vec<DecodedPage> {
    let limits = Limits::default();
    pages.into_iter().filter_map(|p| decode::decode(p, &limits, &mut budget()).ok()).collect()
}

fn parsed(page: &DecodedPage) -> Parsed {
    let limits = Limits::default();
    match page.media {
        Media::Html => {
            Parsed::Html(Box::new(html::parse(&page.text, &limits, &mut budget()).expect("within limits")))
        }
        Media::Text => Parsed::Text(text::parse(&page.text, &limits, &mut budget()).expect("within limits")),
    }
}

fn articles() -> Vec<Article> {
    let (settings, knowledge) = (ReadSettings::default(), SiteKnowledge::default());
    let read = |page| Some(read(page, &knowledge, &settings, &mut budget()).ok()?.article);
    raw_pages().into_iter().filter_map(read).collect()
}

fn budget() -> Budget {
    Budget::new(u64::MAX)
}
