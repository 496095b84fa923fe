//! Any text parses within a budget linear in its length, and every span lies inside its buffer.
#![no_main]

use copydesk::model::Budget;
use copydesk::read::{Limits, html};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let source = String::from_utf8_lossy(data);
    let mut budget = Budget::new(64 * source.len() as u64 + 10_000);
    let page = html::parse(&source, &Limits::default(), &mut budget).expect("linear work");
    let mut end = 0;
    for (b, block) in page.blocks.iter().enumerate() {
        assert!(!page.block_text(b).trim().is_empty());
        assert!(block.text.start >= end);
        end = block.text.end;
        let container = &page.containers[block.container as usize];
        assert!((container.first_block..container.end_block).contains(&(b as u32)));
    }
    for (c, container) in page.containers.iter().enumerate() {
        assert!(container.parent as usize >= page.containers.len() || (container.parent as usize) < c);
        assert!(container.end_block as usize <= page.blocks.len());
    }
    page.anchors.iter().for_each(|a| assert!(!page.text(a.text).is_empty()));
});
