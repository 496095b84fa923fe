//! Pages for the tests of rules.

use crate::model::Budget;
use crate::read::Limits;
use crate::read::extract::html::assemble;
use crate::read::extract::html::features::Sight;
use crate::read::html::parse;

/// The text of a page's body where every block is scored as the story's.
pub fn kept(source: &str) -> String {
    let page = parse(source, &Limits::default(), &mut Budget::new(1 << 24)).expect("small");
    let sight = Sight::of(&page);
    assemble(&sight, &vec![0.9; sight.blocks()]).text()
}

pub fn paragraphs(what: &str) -> String {
    (0..8)
        .map(|n| format!("<p>The council of {what} met {n} times this week, and its members spoke of the harbour, the pier and the {n} boats that lie there since the storm.</p>"))
        .collect()
}

/// The text where one block, which says `out`, is scored as none of the story.
pub fn scored_without(source: &str, out: &str) -> String {
    scored(source, &[out], 0.1)
}

/// The text where some blocks, which say these lines, have a score of their own.
pub fn scored(source: &str, lines: &[&str], score: f32) -> String {
    let page = parse(source, &Limits::default(), &mut Budget::new(1 << 24)).expect("small");
    let sight = Sight::of(&page);
    let scores: Vec<f32> =
        (0..sight.blocks()).map(|b| if lines.contains(&page.block_text(b)) { score } else { 0.9 }).collect();
    assemble(&sight, &scores).text()
}
