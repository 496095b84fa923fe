//! What reading a page allocates: `cargo bench --bench memory`. Beside each size of a page stand its blocks and
//! elements; divan shows the peak, which is to stay within three times the page, and the number of
//! allocations, which is not to grow with every element.

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
    let settings = ReadSettings::default();
    bencher.counter(BytesCount::new(page.len())).bench_local(|| {
        let payload = Bytes::from(black_box(page.as_bytes()).to_vec());
        let content_type = Some("text/html; charset=utf-8".to_owned());
        let envelope = Envelope { payload, content_type, ..Envelope::default() };
        let raw = open::open(&envelope, &settings.limits).expect("a page");
        drop(envelope);
        read(raw, &SiteKnowledge::default(), &settings, &mut budget()).expect("a story")
    });
}

fn budget() -> Budget {
    Budget::new(u64::MAX)
}
