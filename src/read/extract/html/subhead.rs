//! Headings of chapters that the model lost: alone of their kind on the page they look like nothing else.

use super::features::Sight;
use super::layout::Kind;
use super::lexicon::Phrase;
use super::rules::Decision;
use crate::model::body::ParagraphKind;

/// Phrases that short headings hold by chance: `next`, `back`, `by `.
const WEAK: u32 = 1 << Phrase::Nav as u32 | 1 << Phrase::Author as u32;

/// What a heading heads is the story's, and so is the heading.
pub fn keep(sight: &Sight, scores: &[f32], decisions: &mut [Decision]) {
    const MOST_WORDS: f32 = 10.0;
    const LEAST_SCORE: f32 = 0.3;
    /// Where prose of the same container stands on both sides.
    const LEAST_AMID: f32 = 0.2;
    const HEADED_WORDS: f32 = 12.0;
    let prose = |b: usize, d: &Decision| d.kept && sight.facts[b].words >= HEADED_WORDS;
    let mut before: Option<usize> = None;
    for b in 0..decisions.len() {
        let headed = decisions.get(b + 1).is_some_and(|next| prose(b + 1, next));
        let began = before;
        if prose(b, &decisions[b]) && b > sight.title_block {
            before = Some(b);
        }
        let facts = &sight.facts[b];
        let heading = sight.place(b).is_some_and(|p| p.kind == Kind::Heading);
        let plain = sight.page.blocks[b].links == 0 && facts.words <= MOST_WORDS;
        let undecided = !decisions[b].kept && decisions[b].rule.is_none();
        let Some(before) = began.filter(|_| undecided && heading && plain && headed) else { continue };
        // A line that the page prints more than once belongs to its pictures or boxes, if the model doubts it.
        let amid = || is_kin(sight, before, b) && is_kin(sight, b, b + 1) && sight.is_once(b);
        let likely = facts.phrases == 0 && scores[b] >= LEAST_SCORE;
        if likely || facts.phrases & !WEAK == 0 && scores[b] >= LEAST_AMID && amid() {
            decisions[b] = Decision { kept: true, rule: Some("subhead"), kind: ParagraphKind::Subhead };
        }
    }
}

/// Two blocks of one container, or of like ones in it: page builders put each paragraph into a box of its own.
fn is_kin(sight: &Sight, a: usize, b: usize) -> bool {
    let outer = |b: usize| sight.layout.outer(sight.page, sight.page.blocks[b].container);
    let (a, b) = (outer(a), outer(b));
    a == b || sight.layout.outer(sight.page, a) == sight.layout.outer(sight.page, b)
}

#[cfg(test)]
mod tests {
    use crate::model::Budget;
    use crate::read::Limits;
    use crate::read::extract::html::assemble;
    use crate::read::extract::html::features::Sight;
    use crate::read::extract::html::testing::paragraphs;
    use crate::read::html::parse;

    /// The text where each heading has a score and all else is the story.
    fn scored(source: &str, score: f32) -> String {
        let page = parse(source, &Limits::default(), &mut Budget::new(1 << 24)).expect("small");
        let sight = Sight::of(&page);
        let heading = |b: usize| page.attr(page.containers[page.blocks[b].container as usize].tag) == "h3";
        let scores: Vec<f32> = (0..sight.blocks()).map(|b| if heading(b) { score } else { 0.9 }).collect();
        assemble(&sight, &scores).text()
    }

    #[test]
    fn a_lone_subhead_amid_the_text_stays_though_it_says_next() {
        let page = |heading: &str, wrap: bool| {
            let heading =
                if wrap { format!("<div><h3>{heading}</h3></div>") } else { format!("<h3>{heading}</h3>") };
            format!(
                "<html><head><title>Alder</title></head><body><h1>Alder</h1><article>{}{heading}{}</article></body></html>",
                paragraphs("Alder"),
                paragraphs("Fenwick")
            )
        };
        for heading in ["What happens next", "Lågen stod åben", "Banken fallen zurück", "Pomogły jabłka"]
        {
            assert!(scored(&page(heading, false), 0.25).contains(heading), "{heading}");
            assert!(!scored(&page(heading, false), 0.15).contains(heading), "{heading}");
        }
        for heading in ["Read more on this", "Sign up", "Related"] {
            assert!(!scored(&page(heading, false), 0.4).contains(heading), "{heading}");
        }
        let twice = page("Quays by night", false).replace("</article>", "<h3>Quays by night</h3></article>");
        assert!(!scored(&twice, 0.25).contains("Quays"));
        assert!(!scored(&page("What happens next", true), 0.15).contains("next"));
    }
}
