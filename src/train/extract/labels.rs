//! Which blocks of a gold page are in its gold body: the truth that the trees learn, with its weights.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Set;
use crate::model::html::HtmlPage;
use crate::read::extract::html::facts::{shingles, tokens};
use crate::train::score::{Gold, plain};

/// A share of each block's words that is gold, and how much the block counts.
#[derive(Debug, Default)]
pub struct Labels {
    pub labels: Vec<f32>,
    pub weights: Vec<f32>,
}

/// Weights, as prototypes found them best: words as a share of the gold body, one block at most
/// `MOST_BLOCK`, a page's other blocks together at most `MOST_NEGATIVE`, publishers' gold (parsers written by
/// hand) more than others'.
const MOST_BLOCK: f32 = 0.5;
const MOST_NEGATIVE: f32 = 1.5;
const PUBLISHER_WEIGHT: f32 = 2.5;
const SNIPPET_WEIGHT: f32 = 0.08;

pub fn labels(page: &HtmlPage, gold: &Gold, set: Set) -> Labels {
    match gold.body.as_deref() {
        Some(body) if set != Set::Snippets => of_body(page, body, set),
        _ => of_snippets(page, gold),
    }
}

fn of_body(page: &HtmlPage, body: &str, set: Set) -> Labels {
    let mut words = Vec::new();
    tokens(body, &mut words);
    let gold_words = words.len().max(20) as f32;
    let mut gold: FxHashMap<u64, usize> = FxHashMap::default();
    for s in shingles(&words, 4) {
        *gold.entry(s).or_default() += 1;
    }
    let short: FxHashSet<u64> = (1..4).flat_map(|n| shingles(&words, n).collect::<Vec<_>>()).collect();
    let mut line_words = Vec::new();
    let lines: FxHashSet<u64> = body
        .lines()
        .filter_map(|line| {
            tokens(line, &mut line_words);
            shingles(&line_words, line_words.len()).next()
        })
        .collect();

    let blocks: Vec<Vec<u32>> = (0..page.blocks.len())
        .map(|b| {
            let mut words = Vec::new();
            tokens(page.block_text(b), &mut words);
            words
        })
        .collect();
    let mut labels: Vec<f32> = blocks
        .iter()
        .map(|words| match words.len() {
            0 => 0.0,
            1..4 => f32::from(shingles(words, words.len()).all(|s| lines.contains(&s))),
            n => shingles(words, 4).filter(|s| gold.contains_key(s)).count() as f32 / (n - 3) as f32,
        })
        .collect();
    // A short block inside the story that the gold joined to its neighbours.
    for b in 1..labels.len().saturating_sub(1) {
        let inside = blocks[b].len() < 4 && labels[b - 1] > 0.6 && labels[b + 1] > 0.6;
        if inside
            && labels[b] == 0.0
            && !blocks[b].is_empty()
            && shingles(&blocks[b], blocks[b].len()).all(|s| short.contains(&s))
        {
            labels[b] = 0.8;
        }
    }
    choose_copies(&blocks, &mut labels, &gold);

    let mut weights: Vec<f32> =
        blocks.iter().map(|words| (words.len().max(1) as f32 / gold_words).min(MOST_BLOCK)).collect();
    let negative: f32 = weights.iter().zip(&labels).map(|(w, l)| w * (1.0 - l)).sum();
    let scale = (MOST_NEGATIVE / negative.max(1e-6)).min(1.0);
    for (w, l) in weights.iter_mut().zip(&labels) {
        *w *= l + (1.0 - l) * scale;
        if set == Set::Publishers {
            *w *= PUBLISHER_WEIGHT;
        }
    }
    thin_out(&blocks, &labels, &mut weights);
    Labels { labels, weights }
}

/// Of the short blocks outside of the story, most of a page, every third stands for three.
fn thin_out(blocks: &[Vec<u32>], labels: &[f32], weights: &mut [f32]) {
    let short = (0..blocks.len()).filter(|&b| labels[b] == 0.0 && blocks[b].len() < 6);
    for (n, b) in short.enumerate() {
        weights[b] *= if n % 3 == 1 { 3.0 } else { 0.0 };
    }
}

/// Where the same text stands more often on the page than in the gold, the copies in the thick of other
/// gold text are the story's.
fn choose_copies(blocks: &[Vec<u32>], labels: &mut [f32], gold: &FxHashMap<u64, usize>) {
    let mass: Vec<f32> = blocks.iter().zip(labels.iter()).map(|(w, l)| w.len() as f32 * l).collect();
    let mut copies: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (b, words) in blocks.iter().enumerate().filter(|&(b, _)| labels[b] > 0.5) {
        if let Some(all) = shingles(words, words.len()).next() {
            copies.entry(all).or_default().push(b);
        }
    }
    for mut group in copies.into_values().filter(|g| g.len() > 1) {
        let wanted = shingles(&blocks[group[0]], 4).next().and_then(|s| gold.get(&s)).copied().unwrap_or(1);
        let around = |b: usize| -> f32 {
            (b.saturating_sub(8)..(b + 9).min(mass.len()))
                .filter(|&o| o != b)
                .map(|o| mass[o] / o.abs_diff(b) as f32)
                .sum()
        };
        group.sort_by(|&a, &b| around(b).total_cmp(&around(a)).then(a.cmp(&b)));
        for &b in group.iter().skip(wanted) {
            labels[b] = 0.0;
        }
    }
}

/// Blocks that hold a snippet which must, or must not, be in the text; the rest teaches nothing.
fn of_snippets(page: &HtmlPage, gold: &Gold) -> Labels {
    let with: Vec<String> = gold.with.iter().map(|s| plain(s)).collect();
    let without: Vec<String> = gold.without.iter().map(|s| plain(s)).collect();
    let mut out = Labels::default();
    for b in 0..page.blocks.len() {
        let text = plain(page.block_text(b));
        let holds = |snippets: &[String]| {
            snippets.iter().any(|s| text.contains(s.as_str()) || text.len() > 30 && s.contains(&text))
        };
        let (yes, no) = (holds(&with), holds(&without));
        out.labels.push(f32::from(yes));
        out.weights.push(if yes != no { SNIPPET_WEIGHT } else { 0.0 });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::read::{Limits, html};

    fn labelled(source: &str, body: &str) -> Vec<f32> {
        let page = html::parse(source, &Limits::default(), &mut Budget::new(1 << 20)).expect("small");
        labels(&page, &Gold { body: Some(body.to_owned()), ..Gold::default() }, Set::Articles).labels
    }

    #[test]
    fn blocks_of_the_gold_are_told_from_others_and_from_copies() {
        let teaser = "The river rose again over night.";
        let story = "Half of the old town stands under water, the mayor said.";
        let source = format!(
            "<p>{teaser}<p>Sport news today here<p>Water<p>{teaser}<p>{story}<p>Water<p>{story} Read more of it now"
        );
        let labels = labelled(&source, &format!("{teaser}\n\n{story}\n\nWater"));
        assert_eq!(labels[..2], [0.0, 0.0]);
        assert_eq!(labels[3..6], [1.0, 1.0, 1.0]);
        assert!(labels[6] > 0.5 && labels[6] < 0.8);
    }
}
