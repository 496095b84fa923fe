//! What the thresholds of the panel (`assess::identify`) give on held-out bodies: each page's texts arrive
//! in every order, and what is published after the last is scored.

use std::collections::BTreeMap;

use super::{Sample, mean};
use crate::assess::reconcile::{likenesses, nearest};
use crate::train::score::{Overlap, overlap};

/// Bodies liker than this are the same text.
const SAME: [f64; 4] = [0.90, 0.93, 0.96, 1.0];
/// The lead that a body must have over the published one.
const MARGIN: [f64; 5] = [0.0, 0.01, 0.02, 0.04, 0.08];

/// A line for each pair of thresholds: body F1, and updates for each page.
pub fn table(samples: &[Sample], bodies: &[String]) -> String {
    let mut pages: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, sample) in samples.iter().enumerate() {
        pages.entry(sample.page.as_str()).or_default().push(i);
    }
    let pages: Vec<_> = pages
        .values()
        .map(|texts| {
            let heard: Vec<&str> = texts.iter().map(|&i| bodies[i].as_str()).collect();
            let scores: Vec<Overlap> = texts.iter().map(|&i| overlap(&samples[i].body, &bodies[i])).collect();
            (likenesses(&heard), scores)
        })
        .collect();
    let mut out = String::from("panel: same, margin, body F1, updates a page\n");
    for same in SAME {
        for margin in MARGIN {
            let (mut published, mut updates, mut runs) = (Vec::new(), 0usize, 0usize);
            for (like, scores) in &pages {
                for order in orders(scores.len()) {
                    let (last, changes) = arrive(&order, like, same, margin);
                    published.push(scores[last]);
                    updates += changes;
                    runs += 1;
                }
            }
            let (_, f1, ..) = mean(&published);
            let updates = updates as f64 / runs.max(1) as f64;
            out.push_str(&format!("    {same:.2}  {margin:.2}  {f1:.4}  {updates:.2}\n"));
        }
    }
    out
}

/// Which text is published after all have arrived in this order, and how often it changed on the way.
fn arrive(order: &[usize], like: &[Vec<f64>], same: f64, margin: f64) -> (usize, usize) {
    // The published one stands first, as in the panel.
    let mut heard: Vec<usize> = Vec::new();
    let mut changes = 0;
    for &next in order {
        heard.push(next);
        let Some((best, lead)) = nearest(heard.len(), |i, j| like[heard[i]][heard[j]]) else { continue };
        let other = best > 0 && like[heard[0]][heard[best]] < same;
        if heard.len() >= 3 && other && lead >= margin {
            heard.swap(0, best);
            changes += 1;
        }
    }
    (heard[0], changes)
}

/// Every order of so many; of more than five, the rotations of one.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count > 5 {
        return (0..count).map(|turn| (0..count).map(|i| (i + turn) % count).collect()).collect();
    }
    let mut out: Vec<Vec<usize>> = vec![Vec::new()];
    for next in 0..count {
        out = out
            .into_iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, next);
                    longer
                })
            })
            .collect();
    }
    if count == 0 { Vec::new() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_once() {
        let mut all = orders(4);
        all.sort();
        all.dedup();
        assert_eq!((all.len(), orders(0).len(), orders(1).len(), orders(7).len()), (24, 0, 1, 7));
    }

    #[test]
    fn the_one_that_the_rest_agree_with_is_published_by_a_margin() {
        let like = vec![vec![1.0, 0.5, 0.5], vec![0.5, 1.0, 0.9], vec![0.5, 0.9, 1.0]];
        assert_eq!(arrive(&[0, 1, 2], &like, 0.95, 0.1), (1, 1));
        assert_eq!(arrive(&[0, 1, 2], &like, 0.95, 0.3), (0, 0));
        assert_eq!(arrive(&[0, 1, 2], &like, 0.40, 0.1), (0, 0), "the same text");
        assert_eq!(arrive(&[0, 1], &like, 0.95, 0.0), (0, 0), "two agree on nothing");
    }
}
