//! Pages whose story stands in data alone: JSON-LD `articleBody`, or the state that a script hands to the
//! browser. Heard only where the visible page does not hold the text.

use super::facts::tokens;
use super::features::Sight;
use super::state;
use super::witness::overlap;
use crate::model::body::{Body, Paragraph, ParagraphKind};
use crate::model::{Budget, Rejection};
use crate::read::text::stats::words;
use crate::read::{Limits, html};

/// A story shorter than this, in words, may be a teaser whose whole stands in data.
const TEASER_WORDS: f32 = 120.0;

/// A text of fewer words is a summary, whatever the data calls it.
const LEAST_WORDS: f32 = 20.0;

/// Longer lines say more than a headline.
const TITLE_BYTES: usize = 300;

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
    if let Some(text) = &sight.witnesses.article_body {
        let words = sight.witnesses.body.len() as f32;
        let visible = sight.share_of_json_ld_on_page();
        if words >= LEAST_WORDS && kept < 0.5 * words && visible < 0.3 {
            return Ok(Some(untitled(
                sight,
                written(std::slice::from_ref(text), "json_ld", limits, budget)?,
            )));
        }
    }
    if kept >= TEASER_WORDS {
        return Ok(None);
    }
    let held: usize = sight.page.head.state.iter().map(|(_, text)| text.len()).sum();
    budget.draw(held as u64 * 4, "extract")?;
    let Some(texts) = state::story(&sight.page.head.state) else { return Ok(None) };
    let state = untitled(sight, written(&texts, "script_state", limits, budget)?);
    let words: f32 = state.paragraphs.iter().map(|p| words(&p.text)).sum();
    Ok((words > 2.0 * kept + 60.0).then_some(state))
}

/// Data print the headline as their first line where a page does.
fn untitled(sight: &Sight, mut body: Body) -> Body {
    let mut words = Vec::new();
    if let [first, _, ..] = body.paragraphs.as_slice() {
        tokens(&first.text, &mut words);
        let (of_line, of_title) = overlap(&words, &sight.witnesses.title);
        if words.len() >= 3 && of_line >= 0.8 && of_title >= 0.6 && first.text.len() < TITLE_BYTES {
            body.paragraphs.remove(0);
        }
    }
    body
}

/// Strings of data as paragraphs: HTML where they hold tags or references, lines otherwise.
fn written(
    texts: &[String],
    source: &'static str,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Body, Rejection> {
    let mut body = Body { text_source: Some(source), ..Body::default() };
    let mut push = |text: &str| {
        if !text.is_empty() {
            let text = text.to_owned();
            body.paragraphs.push(Paragraph { text, kind: ParagraphKind::Paragraph, block: None });
        }
    };
    for text in texts {
        if text.contains(['<', '&']) {
            let broken = text.replace('\n', "<br><br>");
            let page = html::parse(&broken, limits, budget)?;
            (0..page.blocks.len()).for_each(|b| push(page.block_text(b)));
        } else {
            text.lines().for_each(|line| push(line.trim()));
        }
    }
    Ok(body)
}
