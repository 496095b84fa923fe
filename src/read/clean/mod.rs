//! What a site says under every story is not the story: what the site has taught, appeals and notices
//! that the packs know; each removal with its rule.

/// What can be counted on paragraphs and on removed lines.
pub mod count;
/// The rule packs, compiled.
pub mod lexicon;
/// What a page teaches about its site.
mod observe;
/// Damaged text made whole again.
pub mod repair;
/// Appeals and notices, without any knowledge of the site.
pub mod rules;
/// Who said what a sentence says.
mod telling;

use crate::model::body::ParagraphKind;
use crate::model::trace::{BlockTrace, Trace};
use crate::model::{Body, Budget, DecodedPage, Observations, Rejection, SiteKnowledge, SkipReason};
use crate::read::Parsed;
use crate::read::text::stats::Stats;
use count::Counter;

pub fn clean(
    page: &DecodedPage,
    parsed: &Parsed,
    mut body: Body,
    knowledge: &SiteKnowledge,
    budget: &mut Budget,
    trace: &mut Trace,
) -> Result<(Body, Observations), Rejection> {
    let bytes: usize = body.paragraphs.iter().map(|p| p.text.len()).sum();
    budget.draw(2 * bytes as u64, "clean")?;
    let mut counter = Counter::new(parsed);
    let mut counted = counter.paragraphs(&body);
    let before = body.paragraphs.len();
    let lines = observe::lines(&body, &counted);
    let earlier = body.removed.len();
    forget_learned(&mut body, &mut counted, knowledge);
    rules::apply(&mut body, &mut counted, &mut counter);
    if matches!(parsed, Parsed::Text(_)) && !body.paragraphs.iter().any(|p| p.kind != ParagraphKind::Caption)
    {
        rules::rescue(&mut body, &mut counter);
        counted = counter.paragraphs(&body);
    }
    if body.removed.len() > earlier && !trace.blocks.is_empty() {
        explain(&body, knowledge, trace);
    }
    let observations = observe::observe(page.site.as_deref(), lines, &body, &counted, knowledge, &counter);
    if before > 0 && !body.paragraphs.iter().any(|p| p.kind != ParagraphKind::Caption) {
        return Err(Rejection::skip(
            SkipReason::BoilerplateOnly,
            format!("all {before} paragraphs are appeals, notices or lines that the site repeats"),
        ));
    }
    Ok((body, observations))
}

/// Removes the lines that the site repeats. The reason names the line and not how often it was seen: under one
/// snapshot a page gives the same article.
fn forget_learned(body: &mut Body, counted: &mut Vec<Stats>, knowledge: &SiteKnowledge) {
    if knowledge.lines.is_empty() {
        return;
    }
    let rules: Vec<Option<String>> = counted
        .iter()
        .zip(&body.paragraphs)
        .map(|(s, p)| {
            let known = knowledge.lines.get(&s.hash)?;
            match known.pinned {
                true => Some("site:pinned".to_owned()),
                false if body.is_kept_by_site(p) => None,
                false => Some(format!("site:line {:016x}", s.hash)),
            }
        })
        .collect();
    if rules.iter().any(Option::is_some) {
        rules::remove(body, counted, |i| rules[i].clone());
    }
}

/// Marks in the trace what cleaning took away after extraction had kept it.
fn explain(body: &Body, knowledge: &SiteKnowledge, trace: &mut Trace) {
    let rules: rustc_hash::FxHashMap<&str, &str> = body
        .removed
        .iter()
        .filter(|r| r.rule.starts_with("rule:") || r.rule.starts_with("site:"))
        .map(|r| (r.text.as_str(), r.rule.as_str()))
        .collect();
    for BlockTrace { text, kept, why, .. } in &mut trace.blocks {
        if let Some(rule) = rules.get(text.as_str()).filter(|_| *kept) {
            *kept = false;
            *why = match knowledge.line(text).filter(|_| rule.starts_with("site:line")) {
                Some(known) => format!("{rule}: {} stories, {:.0}%", known.leads, known.share * 100.0),
                None => (*rule).to_owned(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::body::testing::body;
    use crate::model::knowledge::{LearnedLine, line_hash};
    use std::sync::Arc;

    #[test]
    fn why_a_learned_line_went_does_not_depend_on_how_often_it_was_seen() {
        let reasons = |leads: u32, pinned: bool| {
            let mut body = body(&["Stand by your Herald", "The ferry ran aground on Tuesday."]);
            let mut counted = Counter::default().paragraphs(&body);
            let line = (line_hash("Stand by your Herald"), LearnedLine { leads, share: 0.5, pinned });
            let lines = Arc::new([line].into_iter().collect());
            forget_learned(&mut body, &mut counted, &SiteKnowledge { lines, ..SiteKnowledge::default() });
            body.removed.iter().map(|r| r.rule.clone()).collect::<Vec<_>>()
        };
        assert_eq!(reasons(3, false), [format!("site:line {:016x}", line_hash("Stand by your Herald"))]);
        assert_eq!(reasons(3, false), reasons(9, false));
        assert_eq!(reasons(0, true), ["site:pinned"]);
    }
}
