//! What reading a page allocates: `cargo bench --bench memory`. Beside each size of a page stand its blocks and
//! elements; divan shows the peak, which is to stay within three times the page, and the number of
//! allocations, which is not to grow with every element.

/// Real pages.
mod corpus;
/// Pages made to a size.
mod made;

use bytes::Bytes;
use copydesk::model::{Budget, Envelope, SiteKnowledge};
use copydesk::read::{Limits, ReadSettings, html, open, read};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const SIZES: [usize; 3] = [100_000, 1_000_000, 10_000_000];

fn main() {
    for size in SIZES {
        let page = made::news_page(size);
        let parsed = html::parse(&page, &Limits::default(), &mut budget()).expect("within limits");
        eprintln!(
            "{} bytes: {} blocks, {} containers, {} links",
            page.len(),
            parsed.blocks.len(),
            parsed.containers.len(),
            parsed.anchors.len()
        );
    }
    // What is read once and stays is not a page's.
    whole(&made::news_page(10_000));
    divan::main();
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn parse(bencher: Bencher, size: usize) {
    let page = made::news_page(size);
    bencher.counter(BytesCount::new(page.len())).bench_local(|| {
        html::parse(black_box(&page), &Limits::default(), &mut budget()).expect("within limits")
    });
}

/// The page itself is counted too: it is made where memory is watched, as a message brings it.
#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn read_whole(bencher: Bencher, size: usize) {
    let page = made::news_page(size);
    bencher.counter(BytesCount::new(page.len())).bench_local(|| whole(&page));
}

/// A tenth of the publisher pages are smaller, half of them, and none is larger than the last.
#[divan::bench(args = ["1 in 10", "median", "largest"], sample_count = 5, sample_size = 1)]
fn read_corpus(bencher: Bencher, which: &str) {
    let mut pages = corpus::pages();
    pages.sort_by_key(String::len);
    let at = match which {
        "1 in 10" => pages.len() / 10,
        "median" => pages.len() / 2,
        _ => pages.len().saturating_sub(1),
    };
    let Some(page) = pages.get(at) else { return };
    eprintln!("{which}: {} bytes", page.len());
    bencher.counter(BytesCount::new(page.len())).bench_local(|| whole(page));
}

/// Paragraphs of a page, from the message on.
fn whole(page: &str) -> usize {
    let settings = ReadSettings::default();
    let payload = Bytes::from(black_box(page.as_bytes()).to_vec());
    let content_type = Some("text/html; charset=utf-8".to_owned());
    let envelope = Envelope { payload, content_type, ..Envelope::default() };
    let raw = open::open(&envelope, &settings.limits).expect("a page");
    drop(envelope);
    let read = read(raw, &SiteKnowledge::default(), &settings, &mut budget());
    read.map_or(0, |read| read.article.paragraphs.len())
}

fn budget() -> Budget {
    Budget::new(u64::MAX)
}
