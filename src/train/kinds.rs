//! Learns the page-kind model from `tests/kinds`, with real articles, where the corpus is at hand, as
//! pages that must not be skipped; and says by cross-validation over languages and sites how good it is.

mod pages;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::model::SkipReason;
use crate::model::article::Kind;
use crate::read::describe::kind::features::{self, COUNT, Features};
use crate::read::describe::kind::model::{self, CLASSES, Class, PUBLISHED, Weights};
use crate::read::describe::kind::{decide, decide_at};
use pages::{corpus_pages, labelled_pages, shipped_pages};

const STEPS: usize = 200;
const RATE: f64 = 0.6;
/// Pull towards the prior (see `prior`), a page and weight.
const PULL: f64 = 0.001;
const FOLDS: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum KindsError {
    #[error("{path}: {error}; is this the project's tests/kinds?")]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{path}, line {line}: {error}")]
    Line { path: PathBuf, line: usize, error: String },
}

/// A page that was looked at.
#[derive(Debug)]
pub struct Sample {
    pub id: String,
    /// What is held out together: a language of the labelled pages, a site of the corpus.
    group: usize,
    x: Features,
    /// Classes that are right.
    right: [bool; CLASSES.len()],
    weight: f64,
    labelled: bool,
}

#[derive(Debug)]
pub struct Trained {
    /// `src/read/describe/kind/weights.tsv`.
    pub weights: String,
    /// The evaluation, for people.
    pub report: String,
    /// Of the labelled pages, held out: share that got their class.
    pub accuracy: f32,
    /// Of the pages that ship, none of which is trained on: share that got their class.
    pub shipped_accuracy: f32,
    /// Of the corpus' articles, held out: share that was skipped.
    pub articles_skipped: Option<f32>,
}

/// Trains on `labelled` (the folder `tests/kinds`) and the corpus, cross-validates, and asks the result
/// about the pages that ship (`tests/golden/gold.jsonl`).
pub fn train(labelled: &Path, shipped: &Path, corpus: Option<&Path>) -> Result<Trained, KindsError> {
    let mut samples = labelled_pages(labelled)?;
    if let Some(corpus) = corpus {
        samples.extend(corpus_pages(corpus)?);
    }
    let mut held_out = vec![[0.0; CLASSES.len()]; samples.len()];
    let mut without_url = held_out.clone();
    for fold in 0..FOLDS {
        let weights = fit(&samples, &prior(), |s| s.group % FOLDS != fold);
        for (i, s) in samples.iter().enumerate().filter(|(_, s)| s.group % FOLDS == fold) {
            held_out[i] = model::ask(&weights, &s.x);
            without_url[i] = model::ask(&weights, &s.x.without_url());
        }
    }
    let by_hand: Vec<_> = samples.iter().map(|s| model::ask(&prior(), &s.x)).collect();
    let (accuracy, articles_skipped) = (accuracy(&samples, &held_out), skipped(&samples, &held_out));
    let mut report = confusion(&samples, &held_out);
    let _ = writeln!(
        report,
        "\naccuracy, languages held out: {accuracy:.3}; by hand-set weights alone: {:.3}",
        self::accuracy(&samples, &by_hand)
    );
    let _ = writeln!(
        report,
        "the same pages without their URLs: {:.3}; real articles skipped: {:.2}%",
        self::accuracy(&samples, &without_url),
        skipped(&samples, &without_url).unwrap_or(0.0) * 100.0
    );
    match articles_skipped {
        Some(share) => {
            let _ = writeln!(
                report,
                "real articles skipped, sites held out: {:.2}%; by hand-set weights alone: {:.2}%",
                share * 100.0,
                skipped(&samples, &by_hand).unwrap_or(0.0) * 100.0
            );
        }
        None => report.push_str("no corpus at hand: real articles were neither learned from nor tested\n"),
    }
    report.push_str(&curve(&samples, &without_url));
    report.push_str(&misses(&samples, &held_out));
    let weights = fit(&samples, &prior(), |_| true);
    let shipped = shipped_pages(shipped)?;
    let asked: Vec<_> = shipped.iter().map(|s| model::ask(&weights, &s.x)).collect();
    let shipped_accuracy = self::accuracy(&shipped, &asked);
    let _ =
        writeln!(report, "\npages that ship, never trained on ({}): {shipped_accuracy:.3}", shipped.len());
    report.push_str(&misses(&shipped, &asked));
    let bare: Vec<_> = shipped.iter().map(|s| model::ask(&weights, &s.x.without_url())).collect();
    let _ = writeln!(report, "the same without their URLs: {:.3}", self::accuracy(&shipped, &bare));
    report.push_str(&misses(&shipped, &bare));
    Ok(Trained { weights: model::write(&weights), report, accuracy, shipped_accuracy, articles_skipped })
}

/// What a person would say before seeing any page: the declared type, the words and marks of a kind
/// speak for it. Training moves these; features that it never sees keep them.
fn prior() -> Weights {
    let mut weights = vec![[0.0; CLASSES.len()]; COUNT];
    let index = |class: Class| CLASSES.iter().position(|c| *c == class).expect("every class has a column");
    let mut say = |feature: &str, class: Class, weight: f32| {
        let row = (0..COUNT).find(|i| features::name(*i) == feature);
        weights[row.unwrap_or_else(|| panic!("no feature {feature}"))][index(class)] += weight;
    };
    let publish = |k| Class::Publish(k);
    let skip = |r| Class::Skip(r);
    for (class, words, declared, mark) in [
        (publish(Kind::Opinion), "opinion", "json_ld:opinion", "density:first_person"),
        (publish(Kind::LiveBlog), "live", "json_ld:live", "text:clock_times"),
        (publish(Kind::Brief), "brief", "", "text:under_80_words"),
        (publish(Kind::PressRelease), "press", "", ""),
        (publish(Kind::Gallery), "gallery", "json_ld:gallery", "text:captions_to_prose"),
        (publish(Kind::Video), "video", "json_ld:video_without_article", "html:video"),
        (publish(Kind::Podcast), "podcast", "json_ld:podcast", "html:audio"),
        (skip(SkipReason::Listing), "listing", "json_ld:collection", "url:root"),
        (skip(SkipReason::TopicPage), "topic", "json_ld:collection", "text:teasers"),
        (skip(SkipReason::Consent), "consent", "", "html:no_navigation"),
        (skip(SkipReason::ErrorPage), "error", "", "http:error"),
        (skip(SkipReason::Login), "login", "", "html:password"),
        (skip(SkipReason::Product), "product", "json_ld:product", "og:product"),
        (skip(SkipReason::Job), "job", "json_ld:job", ""),
    ] {
        for (feature, weight) in [("title", 0.7), ("words", 0.7), ("density", 0.7), ("path", 1.0)] {
            say(&format!("{feature}:{words}"), class, weight);
        }
        for (feature, weight) in [(declared, 2.5), (mark, 0.8)] {
            if !feature.is_empty() {
                say(feature, class, weight);
            }
        }
    }
    for (feature, weight) in [
        ("bias", 1.5),
        ("json_ld:article", 1.0),
        ("og:article", 0.7),
        ("meta:published_time", 0.5),
        ("text:prose_words", 1.0),
        ("text:longest_prose_run", 0.5),
    ] {
        say(feature, publish(Kind::Article), weight);
    }
    say("text:prose_in_one_place", publish(Kind::Article), 0.5);
    say("html:links", skip(SkipReason::Listing), 0.3);
    for class in &CLASSES[PUBLISHED..] {
        for (feature, weight) in [
            ("text:prose_words", -0.8),
            ("text:longest_prose_run", -0.5),
            ("json_ld:article", -1.0),
            ("text:no_prose", 0.8),
        ] {
            say(feature, *class, weight);
        }
    }
    for reason in [SkipReason::Listing, SkipReason::TopicPage] {
        for (feature, weight) in
            [("text:link_share", 1.0), ("text:teasers_to_prose", 1.0), ("html:heading_links", 0.5)]
        {
            say(feature, skip(reason), weight);
        }
    }
    say("og:video", publish(Kind::Video), 1.5);
    say("og:audio", publish(Kind::Podcast), 1.5);
    say("http:error", skip(SkipReason::ErrorPage), 4.0);
    say("text:prices", skip(SkipReason::Product), 0.5);
    weights
}

/// Multinomial logistic regression by gradient descent with momentum over all pages at once: the same
/// pages give the same weights. Where several classes are right, their sum is what counts.
fn fit(samples: &[Sample], prior: &Weights, keep: impl Fn(&Sample) -> bool) -> Weights {
    const K: usize = CLASSES.len();
    // Scrapers often leave the URL out: each page is learned from with and without it.
    let used: Vec<(Features, &Sample)> =
        samples.iter().filter(|s| keep(s)).flat_map(|s| [(s.x.clone(), s), (s.x.without_url(), s)]).collect();
    let total: f64 = used.iter().map(|(_, s)| s.weight).sum::<f64>().max(1.0);
    let mut weights = prior.clone();
    let mut speed = vec![[0.0_f64; K]; COUNT];
    for _ in 0..STEPS {
        let mut slope = vec![[0.0_f64; K]; COUNT];
        for (x, sample) in &used {
            let p = model::ask(&weights, x);
            let right: f32 = p.iter().zip(&sample.right).filter(|(_, r)| **r).map(|(p, _)| p).sum();
            for (i, x) in x.0.iter().enumerate().filter(|(_, x)| **x != 0.0) {
                for k in 0..K {
                    let target = if sample.right[k] { p[k] / right.max(1e-9) } else { 0.0 };
                    slope[i][k] += f64::from(p[k] - target) * f64::from(*x) * sample.weight;
                }
            }
        }
        for i in 0..COUNT {
            for k in 0..K {
                let pull = PULL * f64::from(weights[i][k] - prior[i][k]);
                speed[i][k] = 0.9 * speed[i][k] - RATE * (slope[i][k] / total + pull);
                weights[i][k] += speed[i][k] as f32;
            }
        }
    }
    weights
}

fn accuracy(samples: &[Sample], p: &[[f32; CLASSES.len()]]) -> f32 {
    let labelled: Vec<bool> =
        samples.iter().zip(p).filter(|(s, _)| s.labelled).map(|(s, p)| s.right[decide(p).0]).collect();
    labelled.iter().filter(|right| **right).count() as f32 / labelled.len().max(1) as f32
}

fn skipped(samples: &[Sample], p: &[[f32; CLASSES.len()]]) -> Option<f32> {
    let lost: Vec<bool> =
        samples.iter().zip(p).filter(|(s, _)| !s.labelled).map(|(_, p)| decide(p).0 >= PUBLISHED).collect();
    (!lost.is_empty()).then(|| lost.iter().filter(|l| **l).count() as f32 / lost.len() as f32)
}

fn class_name(class: Class) -> String {
    match class {
        Class::Publish(kind) => {
            serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
        }
        Class::Skip(reason) => reason.as_str().to_owned(),
    }
}

/// What each threshold for skipping costs and catches, without URLs: the harder case.
fn curve(samples: &[Sample], p: &[[f32; CLASSES.len()]]) -> String {
    let mut out =
        String::from("skip from   real articles skipped   labelled pages to skip that are published\n");
    for tenths in 3..=8 {
        let from = tenths as f32 / 10.0;
        let share = |labelled: bool, skipped: bool| {
            let of: Vec<bool> = samples
                .iter()
                .zip(p)
                .filter(|(s, _)| {
                    s.labelled == labelled && s.right[PUBLISHED..].iter().any(|r| *r) == labelled
                })
                .map(|(_, p)| (decide_at(p, from).0 >= PUBLISHED) == skipped)
                .collect();
            of.iter().filter(|x| **x).count() as f32 * 100.0 / of.len().max(1) as f32
        };
        let _ = writeln!(out, "{from:>9.1} {:>22.2}% {:>42.2}%", share(false, true), share(true, false));
    }
    out
}

/// Rows: what a page is; columns: what it was taken for.
fn confusion(samples: &[Sample], p: &[[f32; CLASSES.len()]]) -> String {
    let mut table = [[0_u32; CLASSES.len()]; CLASSES.len() + 1];
    for (sample, p) in samples.iter().zip(p) {
        let row =
            if sample.labelled { sample.right.iter().position(|r| *r).unwrap_or(0) } else { CLASSES.len() };
        table[row][decide(p).0] += 1;
    }
    let mut out = format!("{:<16}", "is \\ taken for");
    for class in CLASSES {
        let _ = write!(out, " {:>7}", class_name(class).chars().take(7).collect::<String>());
    }
    out.push('\n');
    for (row, counts) in table.iter().enumerate() {
        let _ =
            write!(out, "{:<16}", CLASSES.get(row).map_or("real articles".to_owned(), |c| class_name(*c)));
        for count in counts {
            let _ = write!(out, " {:>7}", if *count == 0 { "·".to_owned() } else { count.to_string() });
        }
        out.push('\n');
    }
    out
}

/// Pages that were taken for something else, and why.
fn misses(samples: &[Sample], p: &[[f32; CLASSES.len()]]) -> String {
    let mut out = String::new();
    for (sample, p) in samples.iter().zip(p) {
        let (class, share) = decide(p);
        if !sample.right[class] {
            let reasons: Vec<String> = model::reasons(&prior(), &sample.x, class, 3)
                .iter()
                .map(|(i, _)| features::name(*i))
                .collect();
            let _ = writeln!(
                out,
                "{} taken for {} ({share:.2}): {}",
                sample.id,
                class_name(CLASSES[class]),
                reasons.join(", ")
            );
        }
    }
    out
}
