//! Pages whose story stands in data alone: JSON-LD, the state that a script hands to the browser, or what is shown
//! where no script runs. Heard only where the visible page does not hold the text.

use super::facts::tokens;
use super::features::Sight;
use super::schema::{self, Piece};
use super::state;
use super::witness::overlap;
use crate::model::body::{Body, Paragraph, ParagraphKind};
use crate::model::{Budget, Rejection};
use crate::read::describe::kind::measure::ends_a_sentence;
use crate::read::text::stats::words;
use crate::read::{Limits, html};

/// A story shorter than this, in words, may be a teaser whose whole stands in data.
const TEASER_WORDS: f32 = 120.0;

/// A text of fewer words is a summary, whatever the data calls it.
const LEAST_WORDS: f32 = 20.0;

/// Longer lines say more than a headline.
const TITLE_BYTES: usize = 300;

/// Times that markup may have been escaped on its way into data.
const MOST_ESCAPED: usize = 3;

/// The body from data, where that holds several times as much as the visible page.
pub fn from_data(
    sight: &Sight,
    body: &Body,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Option<Body>, Rejection> {
    let kept: f32 = body
        .paragraphs
        .iter()
        .filter(|p| p.kind != ParagraphKind::Caption)
        .filter_map(|p| p.block)
        .map(|b| sight.facts[b as usize].words)
        .sum();
    let held: usize = sight.page.head.json_ld.iter().map(String::len).sum();
    // A word has two bytes at least.
    if kept < 0.25 * held as f32 {
        budget.draw(held as u64 * 4, "extract")?;
        if let Some(told) = schema::told(sight.page, &sight.witnesses.title)
            && told.words >= LEAST_WORDS
            && kept < 0.5 * told.words
            // A live report shows its latest entries; data hold those of days.
            && (kept < TEASER_WORDS || !told.pieces.iter().any(|(kind, _)| *kind == ParagraphKind::LiveEntry))
            && told.visible(sight) < 0.3
        {
            return Ok(Some(untitled(sight, written(&told.pieces, "json_ld", limits, budget)?)));
        }
    }
    if kept >= TEASER_WORDS {
        return Ok(None);
    }
    let held: usize = sight.page.head.state.iter().map(|(_, text)| text.len()).sum();
    budget.draw(held as u64 * 4, "extract")?;
    if let Some(texts) = state::story(&sight.page.head.state) {
        let pieces: Vec<Piece> = texts.into_iter().map(|text| (ParagraphKind::Paragraph, text)).collect();
        let state = untitled(sight, written(&pieces, "script_state", limits, budget)?);
        if word_count(&state) > 2.0 * kept + 60.0 {
            return Ok(Some(state));
        }
    }
    if kept >= LEAST_WORDS { Ok(None) } else { fallback(sight, limits, budget) }
}

fn word_count(body: &Body) -> f32 {
    body.paragraphs.iter().map(|p| words(&p.text)).sum()
}

/// The story that only those see whose browser runs no scripts or draws no frames. Most others of these say no more
/// than that a script is needed: a story has sentences, and tells what the title announces.
fn fallback(sight: &Sight, limits: &Limits, budget: &mut Budget) -> Result<Option<Body>, Rejection> {
    const LEAST_WORDS: f32 = 40.0;
    const SENTENCES: f32 = 0.7;
    const TOLD_WORDS: f32 = 5.0;
    const TITLE_SHARE: f32 = 0.3;
    let source = &sight.page.head.fallback;
    let pieces: Vec<Piece> = source.iter().map(|text| (ParagraphKind::Paragraph, text.clone())).collect();
    let mut body = untitled(sight, written(&pieces, "noscript", limits, budget)?);
    // Menus above, the site's name below.
    let told = |p: &Paragraph| ends_a_sentence(&p.text) && words(&p.text) >= TOLD_WORDS;
    body.paragraphs.truncate(body.paragraphs.iter().rposition(told).map_or(0, |last| last + 1));
    body.paragraphs.drain(..body.paragraphs.iter().position(told).unwrap_or(0));
    let text = body.text();
    let all = word_count(&body);
    let sentences: f32 =
        body.paragraphs.iter().filter(|p| ends_a_sentence(&p.text)).map(|p| words(&p.text)).sum();
    let mut said = Vec::new();
    tokens(&text, &mut said);
    let (_, of_title) = overlap(&said, &sight.witnesses.title);
    let story = all >= LEAST_WORDS
        && sentences >= SENTENCES * all
        && of_title >= TITLE_SHARE
        && !text.to_lowercase().contains("javascript");
    Ok(story.then_some(body))
}

/// Data print the headline as their first line where a page does.
fn untitled(sight: &Sight, mut body: Body) -> Body {
    let mut words = Vec::new();
    if let [first, _, ..] = body.paragraphs.as_slice() {
        tokens(&first.text, &mut words);
        let (of_line, of_title) = overlap(&words, &sight.witnesses.title);
        let long = first.text.len() >= TITLE_BYTES;
        if words.len() >= 3
            && of_line >= 0.8
            && of_title >= 0.6
            && !long
            && first.kind != ParagraphKind::Subhead
        {
            body.paragraphs.remove(0);
        }
    }
    body
}

/// Strings of data as paragraphs: HTML where they hold tags or references, lines otherwise.
fn written(
    pieces: &[Piece],
    source: &'static str,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Body, Rejection> {
    let mut body = Body { text_source: Some(source), ..Body::default() };
    for (kind, text) in pieces {
        let lines = if text.contains(['<', '&']) {
            unescaped(text, limits, budget)?
        } else {
            text.lines().map(|line| line.trim().to_owned()).collect()
        };
        let lines = lines.into_iter().filter(|line| !line.is_empty());
        body.paragraphs.extend(lines.map(|text| Paragraph { text, kind: *kind, block: None }));
    }
    Ok(body)
}

/// The blocks of markup; read again where its references spell tags and nothing else does.
fn unescaped(text: &str, limits: &Limits, budget: &mut Budget) -> Result<Vec<String>, Rejection> {
    let mut blocks = |markup: &str| -> Result<Vec<String>, Rejection> {
        let page = html::parse(&markup.replace('\n', "<br><br>"), limits, budget)?;
        Ok((0..page.blocks.len()).map(|b| page.block_text(b).to_owned()).collect())
    };
    let first = blocks(text)?;
    if text.contains('<') {
        return Ok(first);
    }
    let mut deeper = first.join("\n");
    for _ in 0..MOST_ESCAPED {
        if html::source::has_tags(&deeper) {
            return blocks(&deeper);
        }
        if !deeper.contains("&lt;") {
            break;
        }
        deeper = blocks(&deeper)?.join("\n");
    }
    Ok(first)
}
