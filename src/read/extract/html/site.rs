//! Site rules on a page: which blocks stand inside elements that a selector names. One pass over the
//! containers, whatever the selectors.

use super::rules::Decision;
use crate::model::html::{Container, HtmlPage};
use crate::model::site_rules::{Selector, SiteRule, Step};

/// What a site's rules found on a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Whether any selector found a block.
    pub any: bool,
    /// Blocks that `keep` names and no `drop` does, rising.
    pub kept: Vec<u32>,
}

/// Overrules the model where the site's rules say so.
pub fn apply<'r>(
    page: &HtmlPage,
    rules: impl Iterator<Item = &'r SiteRule>,
    decisions: &mut [Decision],
) -> Applied {
    let mut any = false;
    let mut drops = Vec::new();
    let mut keeps = vec![false; decisions.len()];
    for rule in rules {
        let body = inside(page, &rule.body);
        if body.contains(&true) {
            any = true;
            for (decision, &inside) in decisions.iter_mut().zip(&body) {
                if decision.kept != inside {
                    *decision = Decision { kept: inside, rule: Some("site:body"), ..*decision };
                }
            }
        }
        for (kept, inside) in keeps.iter_mut().zip(inside(page, &rule.keep)) {
            *kept |= inside;
        }
        drops.push(inside(page, &rule.drop));
    }
    // Keeping after every body, and dropping last: each is stronger, whichever rule says it.
    for (decision, _) in decisions.iter_mut().zip(&keeps).filter(|(decision, kept)| **kept && !decision.kept)
    {
        *decision = Decision { kept: true, rule: Some("site:keep"), ..*decision };
    }
    any |= keeps.contains(&true);
    for dropped in drops {
        for ((decision, kept), inside) in decisions.iter_mut().zip(&mut keeps).zip(dropped) {
            any |= inside;
            if inside {
                *decision = Decision { kept: false, rule: Some("site:drop"), ..*decision };
                *kept = false;
            }
        }
    }
    let kept = (0u32..).zip(keeps).filter_map(|(block, kept)| kept.then_some(block)).collect();
    Applied { any, kept }
}

/// For each block, whether it stands in an element that one of `selectors` matches.
fn inside(page: &HtmlPage, selectors: &[Selector]) -> Vec<bool> {
    let mut blocks = vec![false; page.blocks.len()];
    for selector in selectors {
        let last = 1u32 << (selector.steps.len() - 1);
        // Per container: steps matched here, and steps matched here or above.
        let mut states: Vec<(u32, u32, bool)> = Vec::with_capacity(page.containers.len());
        for container in &page.containers {
            let (above_here, above, within) =
                states.get(container.parent as usize).copied().unwrap_or_default();
            let mut here = 0u32;
            for (i, step) in selector.steps.iter().enumerate() {
                let before = if step.child { above_here } else { above };
                let reached = i == 0 || before & 1 << (i - 1) != 0;
                if reached && matches(page, container, step) {
                    here |= 1 << i;
                }
            }
            states.push((here, above | here, within || here & last != 0));
        }
        for (block, inside) in page.blocks.iter().zip(&mut blocks) {
            *inside |= states.get(block.container as usize).is_some_and(|s| s.2);
        }
    }
    blocks
}

fn matches(page: &HtmlPage, container: &Container, step: &Step) -> bool {
    let has_word = |text: &str, word: &str| text.split_ascii_whitespace().any(|w| w == word);
    step.tag.as_deref().is_none_or(|tag| tag == page.attr(container.tag))
        && step.id.as_deref().is_none_or(|id| id == page.attr(container.id))
        && step.classes.iter().all(|class| has_word(page.attr(container.class), class))
        && step.attributes.iter().all(|(name, value)| {
            let text = if name == "role" { container.role } else { container.itemprop };
            has_word(page.attr(text), value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::read::{Limits, html};

    #[test]
    fn selectors_find_their_blocks() {
        let page = html::parse(
            "<body><main id=m><div class='story big'><p>a<div><p>b</div></div><aside role=note><p>c</aside></main><p class=story>d",
            &Limits::default(),
            &mut Budget::new(1 << 20),
        )
        .expect("small");
        for (selector, expected) in [
            ("p", "abcd"),
            (".story", "abd"),
            ("div.story", "ab"),
            ("div.story > p", "a"),
            ("main div p", "ab"),
            ("#m > aside", "c"),
            ("[role=note]", "c"),
            ("main > p", ""),
            ("div.story.big > div > p", "b"),
            ("body .story", "abd"),
        ] {
            let selector = Selector::try_from(selector.to_owned()).expect("well-formed");
            let inside = inside(&page, std::slice::from_ref(&selector));
            let found: String =
                (0..page.blocks.len()).filter(|&b| inside[b]).map(|b| page.block_text(b)).collect();
            assert_eq!(found, expected, "{selector:?}");
        }
    }
}
