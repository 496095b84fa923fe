//! Which blocks of an HTML page are the story: features, two stages of trees, a few named rules.

/// What each block's text says of itself.
pub mod facts;
/// One row of numbers a block.
pub mod features;
/// Byline, date, credit near the story.
pub mod found;
/// Pictures' texts and boxes of facts beside the story.
mod beside;
/// Words about the author.
mod biography;
/// Lines that ask to be followed.
mod follow;
/// What stands among the story and is none of it.
mod furniture;
/// Headline, byline and date above the text.
mod head;
/// Lines that sign a story.
mod signature;
/// Headings of chapters.
mod subhead;
/// What stands behind the story's text.
pub mod tail;
#[cfg(test)]
mod testing;
/// Where blocks stand.
pub mod layout;
/// Words of class names and short lines.
pub mod lexicon;
/// The trees.
pub mod model;
/// Signs that the story goes on elsewhere.
pub mod partial;
/// Entries of a live report.
mod live;
/// The few rules after the model.
pub mod rules;
/// The story in JSON-LD.
mod schema;
/// One site's selectors.
pub mod site;
/// Stories that stand in data alone.
pub mod source;
/// The story among the strings of script state.
pub mod state;
/// Title, description, JSON-LD body.
pub mod witness;

use crate::model::body::{Body, Paragraph, Removed};
use crate::model::html::HtmlPage;
use crate::model::site_rules::SiteRules;
use crate::model::trace::{BlockTrace, Trace};
use crate::model::{Budget, DecodedPage, Rejection};
use crate::read::{Limits, ReadSettings};
use features::Sight;
use model::{Judgement, MODEL, second_count, second_rows};
use rules::Decision;

/// Work per block beyond its bytes: features, and some hundred trees.
const UNITS_A_BLOCK: u64 = 2_000;

pub fn extract(
    decoded: &DecodedPage,
    page: &HtmlPage,
    settings: &ReadSettings,
    budget: &mut Budget,
    trace: &mut Trace,
) -> Result<Body, Rejection> {
    budget.draw(page.text.len() as u64 * 4 + page.blocks.len() as u64 * UNITS_A_BLOCK, "extract")?;
    let sight = Sight::of(page);
    let judgement = MODEL.judge(&sight);
    let mut decisions = rules::decide(&sight, &judgement.scores);
    let book = settings.sites.book();
    let rules = decoded.site.as_ref().and_then(|site| book.sites.get(site));
    let applied = match rules {
        Some(rules) => site::apply(page, rules.valid_on(decoded.captured_at()), &mut decisions),
        None => site::Applied::default(),
    };
    if settings.trace {
        record(&sight, &judgement, &decisions, trace);
    }
    let most = if settings.keep_removed || settings.trace { usize::MAX } else { REMOVED_NEAR };
    let mut body = body(&sight, &judgement.scores, &decisions, most, &settings.limits, budget)?;
    body.site_rules = rules.filter(|_| applied.any).map(SiteRules::id);
    body.kept_by_site = applied.kept;
    Ok(body)
}

/// Removed blocks before and behind each kept one that cleaning may look at; what stands further off is only
/// written down where somebody asks for all that was removed.
const REMOVED_NEAR: usize = 32;

/// The body that decisions leave, or that data holds, with up to `near` removed blocks at each side of a kept
/// one.
pub fn body(
    sight: &Sight,
    scores: &[f32],
    decisions: &[Decision],
    near: usize,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Body, Rejection> {
    let mut body = compose(sight, scores, decisions, near);
    if let Some(mut from_data) = source::from_data(sight, &body, limits, budget)? {
        from_data.removed = body.removed;
        from_data.removed.extend(body.paragraphs.into_iter().map(|p| Removed {
            text: p.text,
            rule: format!("instead:{}", from_data.text_source.unwrap_or_default()),
            paragraph: 0,
            block: p.block,
        }));
        found::found(sight, decisions, &mut from_data);
        return Ok(from_data);
    }
    body.partial = partial::partial(sight, decisions);
    found::found(sight, decisions, &mut body);
    Ok(body)
}

/// The story, given the score of each block.
pub fn assemble(sight: &Sight, scores: &[f32]) -> Body {
    compose(sight, scores, &rules::decide(sight, scores), usize::MAX)
}

/// Lists up to `near` removed blocks at each side of a kept one.
fn compose(sight: &Sight, scores: &[f32], decisions: &[Decision], near: usize) -> Body {
    let mut body = Body::default();
    // The run of removed blocks that the present one stands in.
    let mut run = 0..0;
    for (block, decision) in decisions.iter().enumerate() {
        if !decision.kept {
            if block >= run.end {
                let length = decisions[block..].iter().take_while(|d| !d.kept).count();
                run = block..block + length;
            }
            if block - run.start >= near && run.end - block > near {
                continue;
            }
        }
        let text = sight.page.block_text(block).to_owned();
        if decision.kept {
            body.paragraphs.push(Paragraph { text, kind: decision.kind, block: Some(block as u32) });
        } else {
            let rule = decision.rule.map_or_else(|| format!("model:{:.2}", scores[block]), str::to_owned);
            let paragraph = body.paragraphs.len() as u32;
            body.removed.push(Removed { text, rule, paragraph, block: Some(block as u32) });
        }
    }
    body
}

fn record(sight: &Sight, judgement: &Judgement, decisions: &[Decision], trace: &mut Trace) {
    let rows = second_rows(sight, &judgement.first);
    for (block, (decision, row)) in decisions.iter().zip(rows.chunks_exact(second_count())).enumerate() {
        trace.blocks.push(BlockTrace {
            text: sight.page.block_text(block).to_owned(),
            path: path(sight.page, block),
            kept: decision.kept,
            score: Some(judgement.scores[block]),
            why: decision.rule.map_or_else(|| MODEL.reasons(row, 3), str::to_owned),
        });
    }
}

/// Tags and classes from the outermost element inwards, e.g. `main>article.story>p`.
pub fn path(page: &HtmlPage, block: usize) -> String {
    let mut steps: Vec<String> = page
        .ancestors(page.blocks[block].container)
        .take(12)
        .map(|c| {
            let mut step = page.attr(c.tag).to_owned();
            for class in page.attr(c.class).split_ascii_whitespace().take(3) {
                step.push('.');
                step.push_str(class);
            }
            step
        })
        .collect();
    steps.reverse();
    steps.join(">")
}
