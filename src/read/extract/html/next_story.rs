//! Where another story begins below the page's own: endless pages print the next one whole, and nothing in
//! its text tells it from the first.

use super::features::Sight;
use super::layout::Kind;
use super::lexicon::Phrase;
use super::rules::Decision;
use crate::model::body::ParagraphKind;

/// The first story is one that would stand alone: this many kept blocks and words before the next headline.
const BLOCKS: usize = 3;
const WORDS: f32 = 60.0;
/// Blocks between a headline and its byline.
const TO_BYLINE: usize = 4;
/// Words of a byline at most.
const BYLINE_WORDS: f32 = 14.0;

/// The block of the next story's headline. It is printed as the page's own is, or heads a byline that is.
pub fn next_story(sight: &Sight, decisions: &[Decision]) -> Option<usize> {
    let title = sight.title_block;
    if sight.witnesses.declares_live || title >= sight.blocks() {
        return None;
    }
    let path = |b: usize| sight.place(b).map(|p| p.path);
    let kind = |b: usize| sight.place(b).map_or(Kind::Other, |p| p.kind);
    let is_heading = |b: usize| matches!(kind(b), Kind::H1 | Kind::Heading);
    let byline = (title + 1..(title + 1 + TO_BYLINE).min(sight.blocks())).find(|&b| is_byline(sight, b));
    let (mut blocks, mut words) = (0, 0.0);
    let mut heading = None;
    for b in title + 1..sight.blocks() {
        if blocks >= BLOCKS && words >= WORDS {
            let other = sight.facts[b].words >= 3.0 && sight.title_overlap(b).0 < 0.6;
            if is_heading(b) && other {
                if is_heading(title) && path(b) == path(title) {
                    return Some(b);
                }
                heading = Some(b);
            }
            let again = byline.is_some_and(|first| path(b) == path(first)) && is_byline(sight, b);
            if again && let Some(h) = heading.filter(|h| (1..=TO_BYLINE).contains(&(b - h))) {
                return Some(h);
            }
        }
        if decisions[b].kept && decisions[b].kind != ParagraphKind::Caption {
            blocks += 1;
            words += sight.facts[b].words;
        }
    }
    None
}

fn is_byline(sight: &Sight, b: usize) -> bool {
    const TELLS: u32 = 1 << Phrase::Author as u32 | 1 << Phrase::Time as u32;
    let f = &sight.facts[b];
    f.words >= 1.0 && f.words <= BYLINE_WORDS && !f.good && f.phrases & TELLS != 0
}
