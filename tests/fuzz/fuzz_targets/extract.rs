//! Whatever the page, extraction ends within its budget and keeps only text of the page.
#![no_main]

use copydesk::model::Budget;
use copydesk::read::extract::html::{assemble, features::Sight, model::MODEL};
use copydesk::read::{Limits, html};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let source = String::from_utf8_lossy(data);
    let page = html::parse(&source, &Limits::default(), &mut Budget::new(u64::MAX)).expect("no budget to run out");
    let sight = Sight::of(&page);
    let judgement = MODEL.judge(&sight);
    assert!(judgement.scores.iter().all(|s| (0.0..=1.0).contains(s)));
    for paragraph in assemble(&sight, &judgement.scores).paragraphs {
        let block = paragraph.block.expect("of the page") as usize;
        assert_eq!(paragraph.text, page.block_text(block));
    }
});
