//! The measure: what `copydesk eval` prints and models are chosen by. Body: multiset 4-shingles of words;
//! snippets that must and must not be in the text; title, authors and date by equality.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// One gold page; a field that it lacks has no gold there.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Gold {
    pub id: String,
    #[serde(default)]
    pub url: Option<String>,
    /// Path of the page, relative to the gold file.
    #[serde(default)]
    pub html: Option<String>,
    /// Path of a file of several pages, relative to the gold file, …
    #[serde(default)]
    pub file: Option<String>,
    /// … and which of them: the message's id or its URL. Absent where the file is one page.
    #[serde(default)]
    pub message: Option<String>,
    /// The page itself, where it is text that a scraper extracted.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default, deserialize_with = "or_none")]
    pub with: Vec<String>,
    #[serde(default, deserialize_with = "or_none")]
    pub without: Vec<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "or_none")]
    pub authors: Vec<String>,
    #[serde(default)]
    pub published: Option<String>,
}

/// A list that may be null: gold that says so of a field has none there.
fn or_none<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// What a pipeline made of a gold page; empty where it made nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Prediction {
    pub id: String,
    pub body: String,
    pub title: String,
    pub authors: Vec<String>,
    pub published: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyScore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippets: Option<SnippetScore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<TitleScore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<AuthorScore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<DateScore>,
    /// Body F1 of each page, worst first.
    #[serde(skip)]
    pub each: Vec<(f64, String)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct BodyScore {
    pub pages: usize,
    pub f1: f64,
    pub precision: f64,
    pub recall: f64,
    pub empty: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SnippetScore {
    pub f1: f64,
    pub precision: f64,
    pub recall: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct TitleScore {
    pub pages: usize,
    pub exact: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct AuthorScore {
    pub pages: usize,
    pub f1: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct DateScore {
    pub pages: usize,
    pub right: f64,
    pub wrong: f64,
    pub missing: f64,
}

/// Scores pairs of gold and prediction.
pub fn score(pairs: &[(Gold, Prediction)]) -> Report {
    let mut report = Report::default();
    let bodies: Vec<_> = pairs
        .iter()
        .filter_map(|(g, p)| Some((overlap(g.body.as_deref().filter(|b| !b.is_empty())?, &p.body), g, p)))
        .collect();
    if !bodies.is_empty() {
        let got: Vec<f64> =
            bodies.iter().filter(|(o, ..)| o.both + o.extra > 0).map(|(o, ..)| o.precision()).collect();
        let wanted: Vec<f64> =
            bodies.iter().filter(|(o, ..)| o.both + o.missed > 0).map(|(o, ..)| o.recall()).collect();
        let (precision, recall) = (mean(&got), mean(&wanted));
        report.body = Some(BodyScore {
            pages: bodies.len(),
            f1: harmonic(precision, recall),
            precision,
            recall,
            empty: bodies.iter().filter(|(_, _, p)| p.body.trim().is_empty()).count(),
        });
        report.each = bodies.iter().map(|(o, g, _)| (o.f1(), g.id.clone())).collect();
        report.each.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    }
    report.snippets = snippets(pairs);
    let titles: Vec<f64> = pairs
        .iter()
        .filter_map(|(g, p)| {
            Some(f64::from(plain(g.title.as_deref().filter(|t| !t.is_empty())?) == plain(&p.title)))
        })
        .collect();
    if !titles.is_empty() {
        report.title = Some(TitleScore { pages: titles.len(), exact: mean(&titles) });
    }
    let people: Vec<f64> = pairs
        .iter()
        .filter(|(g, _)| !g.authors.is_empty())
        .map(|(g, p)| set_f1(&g.authors, &p.authors))
        .collect();
    if !people.is_empty() {
        report.authors = Some(AuthorScore { pages: people.len(), f1: mean(&people) });
    }
    let dates: Vec<_> = pairs
        .iter()
        .filter_map(|(g, p)| {
            Some((days(g.published.as_deref().filter(|d| !d.is_empty())?), days(&p.published)))
        })
        .collect();
    if !dates.is_empty() {
        let share = |f: &dyn Fn(&BTreeSet<String>, &BTreeSet<String>) -> bool| {
            dates.iter().filter(|(g, p)| f(g, p)).count() as f64 / dates.len() as f64
        };
        report.published = Some(DateScore {
            pages: dates.len(),
            right: share(&|g, p| !g.is_disjoint(p)),
            wrong: share(&|g, p| !p.is_empty() && g.is_disjoint(p)),
            missing: share(&|_, p| p.is_empty()),
        });
    }
    report
}

/// Shingles in both, in the prediction alone, in the gold alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    pub both: usize,
    pub extra: usize,
    pub missed: usize,
}

impl Overlap {
    fn precision(self) -> f64 {
        ratio(self.both, self.extra)
    }
    fn recall(self) -> f64 {
        ratio(self.both, self.missed)
    }
    fn f1(self) -> f64 {
        2.0 * self.both as f64 / (2 * self.both + self.extra + self.missed).max(1) as f64
    }
}

/// Multiset 4-shingles of words in common.
pub fn overlap(gold: &str, got: &str) -> Overlap {
    static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}_]+").expect("a fixed pattern"));
    let mut ids: FxHashMap<String, u32> = FxHashMap::default();
    let mut shingles = |text: &str| {
        let mut words = Vec::new();
        for word in WORD.find_iter(text) {
            let next = ids.len() as u32 + 1;
            words.push(*ids.entry(word.as_str().to_owned()).or_insert(next));
        }
        let mut counts: FxHashMap<[u32; 4], usize> = FxHashMap::default();
        if !words.is_empty() && words.len() < 4 {
            let mut short = [0; 4];
            short[..words.len()].copy_from_slice(&words);
            counts.insert(short, 1);
        }
        for window in words.windows(4) {
            *counts.entry([window[0], window[1], window[2], window[3]]).or_default() += 1;
        }
        counts
    };
    let (a, b) = (shingles(gold), shingles(got));
    let both = a.iter().map(|(s, n)| *n.min(b.get(s).unwrap_or(&0))).sum::<usize>();
    Overlap { both, extra: b.values().sum::<usize>() - both, missed: a.values().sum::<usize>() - both }
}

fn snippets(pairs: &[(Gold, Prediction)]) -> Option<SnippetScore> {
    let (mut hit, mut missed, mut extra) = (0, 0, 0);
    for (gold, got) in pairs.iter().filter(|(g, _)| !g.with.is_empty()) {
        let text = plain(&got.body);
        let found = gold.with.iter().filter(|s| text.contains(&plain(s))).count();
        hit += found;
        missed += gold.with.len() - found;
        extra += gold.without.iter().filter(|s| text.contains(&plain(s))).count();
    }
    (hit + missed > 0).then(|| SnippetScore {
        f1: 2.0 * hit as f64 / (2 * hit + extra + missed) as f64,
        precision: ratio(hit, extra),
        recall: ratio(hit, missed),
    })
}

/// NFKC, invisible characters out, white space collapsed.
pub fn plain(text: &str) -> String {
    let invisible = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    let normal: String = text.nfkc().filter(invisible).collect();
    normal.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn names(all: &[String]) -> BTreeSet<String> {
    const BY: [&str; 5] = ["by ", "von ", "par ", "por ", "di "];
    all.iter()
        .map(|name| plain(name).to_lowercase().replace('ß', "ss"))
        .filter(|name| !name.is_empty())
        .map(|name| {
            let bare = BY.iter().find_map(|by| name.strip_prefix(by)).unwrap_or(&name);
            bare.trim_matches([' ', ',', '.', ';']).to_owned()
        })
        .collect()
}

fn set_f1(gold: &[String], got: &[String]) -> f64 {
    let (a, b) = (names(gold), names(got));
    2.0 * a.intersection(&b).count() as f64 / (a.len() + b.len()).max(1) as f64
}

/// The days that a stamp may name: its own, and the same instant's in UTC.
fn days(stamp: &str) -> BTreeSet<String> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\d").expect("a fixed pattern"));
    let mut out = BTreeSet::new();
    if let Some(day) = DAY.find(stamp) {
        out.insert(day.as_str().to_owned());
        if let Ok(when) = stamp.parse::<jiff::Timestamp>() {
            out.insert(when.strftime("%Y-%m-%d").to_string());
        }
    }
    out
}

fn ratio(hit: usize, other: usize) -> f64 {
    if hit + other == 0 { 1.0 } else { hit as f64 / (hit + other) as f64 }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b == 0.0 { 0.0 } else { 2.0 * a * b / (a + b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shingles_are_counted_as_a_multiset() {
        for (gold, got, both, extra, missed) in [
            ("a b c d e", "a b c d e", 2, 0, 0),
            ("a b c d e", "a b c d", 1, 0, 1),
            ("a b c d", "a b c d a b c d", 1, 4, 0),
            ("a b", "a b", 1, 0, 0),
            ("a b", "", 0, 0, 1),
            ("", "a", 0, 1, 0),
            ("Straße, naïve", "straße naïve", 0, 1, 1),
        ] {
            assert_eq!(overlap(gold, got), Overlap { both, extra, missed }, "{gold:?} {got:?}");
        }
    }

    #[test]
    fn fields_are_compared_as_a_reader_would() {
        let gold = Gold {
            id: "1".into(),
            title: Some("A\u{a0}title".into()),
            authors: vec!["By Ann Lee".into(), "Bo Li".into()],
            published: Some("2026-03-31T23:30:00-05:00".into()),
            with: vec!["kept  text".into(), "lost".into()],
            without: vec!["advert".into()],
            ..Gold::default()
        };
        let got = Prediction {
            id: "1".into(),
            body: "kept text and an advert".into(),
            title: "A title".into(),
            authors: vec!["ann lee".into()],
            published: "2026-04-01".into(),
        };
        let report = score(&[(gold, got)]);
        assert_eq!(report.title.unwrap().exact, 1.0);
        assert!((report.authors.unwrap().f1 - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(report.published.unwrap().right, 1.0);
        let snippets = report.snippets.unwrap();
        assert_eq!((snippets.precision, snippets.recall), (0.5, 0.5));
    }
}
