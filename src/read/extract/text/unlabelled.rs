//! What stands around a story without a word that says what it is: the name of who wrote it, what a picture shows.

use super::fields::{self, Fate};
use super::page::Scored;
use crate::model::article::AuthorKind;
use crate::model::body::FoundField;
use crate::read::clean::lexicon::Kind;
use crate::read::describe::gazetteer;
use crate::read::describe::names::{self, Trust};
use crate::read::text::TextPage;

/// Lines between headline and story, or beside a date, in which a name alone is the author's.
const BESIDE_DATE: usize = 2;
const BELOW_HEADLINE: usize = 4;
const ABOVE_STORY: usize = 12;

/// Where no line says who wrote it, a name alone between headline and story does.
pub fn byline(text: &TextPage, page: &Scored, headline: Option<usize>, fates: &mut [Fate]) {
    let Some(first) = first_kept(text, page, fates) else { return };
    let found = |fates: &[Fate], line: usize, field| fates[line] == Fate::Found(field);
    let above = first.saturating_sub(ABOVE_STORY);
    if (above..first).any(|line| found(fates, line, FoundField::Byline)) {
        return;
    }
    let from = headline.map_or(above, |line| (line + 1).max(above));
    let dated = |line: usize| {
        let beside = line.saturating_sub(BESIDE_DATE)..(line + BESIDE_DATE + 1).min(first);
        beside.into_iter().any(|near| found(fates, near, FoundField::Date))
    };
    let titled = |line: usize| headline.is_some_and(|h| line > h && line - h <= BELOW_HEADLINE);
    let named = (from..first).find(|&line| {
        matches!(fates[line], Fate::Drop(None) | Fate::Keep(_))
            && (titled(line) || dated(line))
            && is_name(text, line)
            && !is_told(text, line, fates)
    });
    if let Some(line) = named {
        fates[line] = Fate::Found(FoundField::Byline);
    }
}

/// Nothing but one to three names of people.
fn is_name(text: &TextPage, line: usize) -> bool {
    const WORDS: std::ops::RangeInclusive<f32> = 2.0..=9.0;
    let (line, s) = (&text.lines[line].text, &text.stats[line]);
    let reporter = ["기자", "记者", "記者"].iter().any(|word| line.contains(word)) && s.words <= 8.0;
    if reporter {
        return !names::authors(line, Trust::Byline, &[]).is_empty();
    }
    let bare = (s.hits.any | s.hits.exact) & !Kind::Byline.bit() == 0
        && s.digits == 0
        && s.quotes == 0
        && s.separators <= 1;
    if !bare || s.ends_sentence || s.ends_colon || s.address || !WORDS.contains(&s.words) {
        return false;
    }
    let authors = names::authors(line, Trust::Text, &[]);
    let spelled: usize = authors.iter().map(|a| a.name.split_whitespace().count()).sum();
    let people = authors.iter().all(|a| {
        a.kind == AuthorKind::Person && a.name.contains(' ') && gazetteer::lookup(&a.name).is_none()
    });
    // Joined by `and`, or with a role behind. What the text has in small letters too is no name.
    (1..=3).contains(&authors.len())
        && people
        && s.words - spelled as f32 <= authors.len() as f32 + 2.0
        && !names::is_lead(line)
        && !authors.iter().flat_map(|a| a.name.split_whitespace()).any(|word| has_small(text, word))
}

/// Whether the story speaks of what a line names: of a place or of somebody, and seldom of who wrote it.
fn is_told(text: &TextPage, line: usize, fates: &[Fate]) -> bool {
    let name = text.lines[line].text.as_str();
    let mut story = text.lines.iter().zip(fates).filter(|(_, fate)| matches!(fate, Fate::Keep(_)));
    story.any(|(told, _)| told.text.len() > name.len() && told.text.contains(name))
}

/// Whether a word stands in the text with a small letter at its beginning.
fn has_small(text: &TextPage, word: &str) -> bool {
    const SHORTEST: usize = 3;
    let small = word.to_lowercase();
    small.len() >= SHORTEST
        && small != word
        && text.lines.iter().any(|line| {
            line.text.match_indices(small.as_str()).any(|(at, _)| {
                let (before, after) = (&line.text[..at], &line.text[at + small.len()..]);
                !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
            })
        })
}

/// Lines that a picture left among the story's, told by who took it: they are its captions.
pub fn captions(text: &TextPage, page: &Scored, fates: &mut [Fate]) {
    const WORDS: std::ops::RangeInclusive<f32> = 4.0..=60.0;
    const ABOVE: usize = 6;
    let Some(first) = first_kept(text, page, fates) else { return };
    let last = fates.iter().rposition(|fate| matches!(fate, Fate::Keep(_))).unwrap_or(first);
    let from = first.saturating_sub(ABOVE);
    for (s, fate) in text.stats.iter().zip(fates).take(last).skip(from) {
        let told = s.credit_tail || s.hits.count(Kind::Credit) > 0 && s.hits.begins & Kind::Credit.bit() == 0;
        let other = s.hits.exact != 0 || s.hits.any & !Kind::Credit.bit() & !Kind::Date.bit() != 0;
        if *fate == Fate::Drop(None) && told && !other && WORDS.contains(&s.words) && s.stops >= 1.0 {
            *fate = Fate::Found(FoundField::Caption);
        }
    }
}

/// The first paragraph, or the first line of a story that has none of any length.
fn first_kept(text: &TextPage, page: &Scored, fates: &[Fate]) -> Option<usize> {
    let kept = |line: usize| matches!(fates[line], Fate::Keep(_));
    fields::first_paragraph(text, page, kept).or_else(|| (0..fates.len()).find(|&line| kept(line)))
}
