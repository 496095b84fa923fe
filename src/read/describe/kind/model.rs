//! A linear model over the features of a page: one row of weights a feature, softmax over the classes.

use std::sync::OnceLock;

use super::features::{self, COUNT, Features};
use crate::model::SkipReason;
use crate::model::article::Kind;

/// Classes that the model tells apart. A feed is known by its first bytes and asks no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    Publish(Kind),
    Skip(SkipReason),
}

pub const CLASSES: [Class; 15] = [
    Class::Publish(Kind::Article),
    Class::Publish(Kind::Opinion),
    Class::Publish(Kind::LiveBlog),
    Class::Publish(Kind::Brief),
    Class::Publish(Kind::PressRelease),
    Class::Publish(Kind::Gallery),
    Class::Publish(Kind::Video),
    Class::Publish(Kind::Podcast),
    Class::Skip(SkipReason::Listing),
    Class::Skip(SkipReason::TopicPage),
    Class::Skip(SkipReason::Consent),
    Class::Skip(SkipReason::ErrorPage),
    Class::Skip(SkipReason::Login),
    Class::Skip(SkipReason::Product),
    Class::Skip(SkipReason::Job),
];
pub const PUBLISHED: usize = 8;

pub type Weights = Vec<[f32; CLASSES.len()]>;

/// The weights that ship: a line a feature, its name and a weight a class, as `copydesk train kinds` writes them.
pub const FILE: &str = include_str!("weights.tsv");

/// As numbers.
pub fn shipped() -> &'static Weights {
    static WEIGHTS: OnceLock<Weights> = OnceLock::new();
    WEIGHTS.get_or_init(|| parse(FILE))
}

/// Probability of each class.
pub fn ask(weights: &Weights, x: &Features) -> [f32; CLASSES.len()] {
    let mut scores = [0.0_f32; CLASSES.len()];
    for (row, value) in weights.iter().zip(&x.0).filter(|(_, value)| **value != 0.0) {
        for (score, weight) in scores.iter_mut().zip(row) {
            *score += weight * value;
        }
    }
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in &mut scores {
        *score = (*score - top).exp();
        sum += *score;
    }
    scores.map(|s| s / sum)
}

/// The features that speak most for `class` against plain articles (or, for articles, against the mean).
pub fn reasons(weights: &Weights, x: &Features, class: usize, most: usize) -> Vec<(usize, f32)> {
    let mut spoken: Vec<(usize, f32)> = weights
        .iter()
        .zip(&x.0)
        .enumerate()
        .skip(1)
        .map(|(i, (row, value))| {
            let others = if class == 0 { row.iter().sum::<f32>() / row.len() as f32 } else { row[0] };
            (i, (row[class] - others) * value)
        })
        .filter(|(_, spoken)| *spoken > 0.0)
        .collect();
    spoken.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    spoken.truncate(most);
    spoken
}

/// One line a feature, weights to two decimals.
pub fn write(weights: &Weights) -> String {
    let mut out = String::new();
    for (i, row) in weights.iter().enumerate() {
        out.push_str(&features::name(i));
        for weight in row {
            let text = format!("{weight:.2}");
            out.push('\t');
            out.push_str(if text == "-0.00" { "0.00" } else { &text });
        }
        out.push('\n');
    }
    out
}

/// Weights by feature name, so that a file of other features is noticed: a feature without a line weighs
/// nothing.
fn parse(text: &str) -> Weights {
    let mut weights = vec![[0.0; CLASSES.len()]; COUNT];
    let rows: std::collections::BTreeMap<&str, &str> =
        text.lines().filter_map(|l| l.split_once('\t')).collect();
    for (i, row) in weights.iter_mut().enumerate() {
        if let Some(line) = rows.get(features::name(i).as_str()) {
            for (weight, word) in row.iter_mut().zip(line.split('\t')) {
                *weight = word.parse().unwrap_or(0.0);
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_fit_the_features() {
        let text = FILE;
        let names: Vec<&str> = text.lines().map(|l| l.split('\t').next().unwrap()).collect();
        assert_eq!(names, (0..COUNT).map(features::name).collect::<Vec<_>>(), "run `copydesk train kinds`");
        for line in text.lines() {
            assert_eq!(line.split('\t').count(), CLASSES.len() + 1, "{line}");
            assert!(line.split('\t').skip(1).all(|w| w.parse::<f32>().is_ok()), "{line}");
        }
        assert_eq!(write(&parse(text)), text, "written and read again");
    }

    #[test]
    fn published_classes_come_first() {
        assert!(CLASSES[..PUBLISHED].iter().all(|c| matches!(c, Class::Publish(_))));
        assert!(CLASSES[PUBLISHED..].iter().all(|c| matches!(c, Class::Skip(_))));
    }
}
