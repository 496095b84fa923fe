//! Lines near the story that are no story but say something about it: byline, date, credit, headline.

use super::features::Sight;
use super::lexicon::{Class, Phrase};
use super::rules::Decision;
use crate::model::body::{Body, Found, FoundField, ParagraphKind};

/// Blocks before the headline and behind the text that may still speak of the story.
const BEFORE: usize = 8;
const BEHIND: usize = 4;

pub fn found(sight: &Sight, decisions: &[Decision], body: &mut Body) {
    let story = Decision::is_story;
    let (Some(first), Some(last)) = (decisions.iter().position(story), decisions.iter().rposition(story))
    else {
        return;
    };
    let from = first.min(sight.title_block).saturating_sub(BEFORE);
    let running =
        |(b, d): &(usize, &Decision)| story(d) && d.kind != ParagraphKind::Standfirst && sight.facts[*b].good;
    let text: Vec<usize> = decisions.iter().enumerate().filter(running).map(|(b, _)| b).collect();
    // What signs the end of a story may stand above an appeal that cleaning takes out.
    let amid = match text.as_slice() {
        [first, .., before_last, _] => *first..*before_last,
        _ => last..last,
    };
    for (b, decision) in decisions.iter().enumerate().take(last + BEHIND).skip(from) {
        if let Some(field) = field(sight, b, decision, amid.contains(&b)) {
            let text = sight.page.block_text(b).to_owned();
            body.found.push(Found { field, text, block: Some(b as u32) });
        }
    }
}

/// `amid` the text no class says who wrote it: there the class is that of the text's own container.
fn field(sight: &Sight, b: usize, decision: &Decision, amid: bool) -> Option<FoundField> {
    match decision.kind {
        ParagraphKind::Caption if decision.kept => return Some(FoundField::Caption),
        ParagraphKind::Standfirst if decision.kept => return Some(FoundField::Standfirst),
        _ if decision.rule == Some("title") || b == sight.title_block && !decision.kept => {
            return Some(FoundField::Headline);
        }
        _ if decision.kept => return None,
        _ if decision.rule == Some("byline") => return Some(FoundField::Byline),
        _ if decision.rule == Some("date") => return Some(FoundField::Date),
        _ => {}
    }
    let facts = &sight.facts[b];
    let near = |class: Class| {
        sight.layout.place(sight.page.blocks[b].container).is_some_and(|p| p.distance[class as usize] <= 1)
    };
    let says = |phrase: Phrase| facts.phrases & 1 << phrase as u32 != 0;
    if facts.words > 25.0 {
        return None;
    }
    let dated = facts.digits >= 4.0;
    if near(Class::Caption) && says(Phrase::Credit) {
        Some(FoundField::Credit)
    } else if near(Class::Byline) && dated {
        Some(FoundField::Date)
    } else if near(Class::Byline) && !amid && facts.words <= 15.0 && facts.digits < 4.0 {
        Some(FoundField::Byline)
    } else if says(Phrase::Time) && dated {
        Some(FoundField::Date)
    } else if near(Class::Tags) && facts.words <= 4.0 && b < sight.title_block {
        Some(FoundField::Section)
    } else {
        None
    }
}
