//! Scores a topic model on labelled texts: accuracy, accuracy where it is surest, and whether its
//! confidence can be believed.

use std::fmt;

use super::topics::{Example, code};
use crate::assess::classify::linear::Linear;
use crate::assess::classify::taxonomy::TOPICS;
use crate::assess::classify::tokens::Words;
use crate::assess::classify::topics::TopicModel;

/// The table of one set.
#[derive(Debug, Clone, Default)]
pub struct TopicScore {
    pub texts: usize,
    /// Best of all topics.
    pub accuracy: f64,
    /// Best of the topics that the set knows.
    pub restricted: f64,
    /// Accuracy of the four fifths with the highest confidence.
    pub at_80_percent: f64,
    /// Expected calibration error over ten bins.
    pub ece: f64,
    pub macro_f1: f64,
    /// Texts, mean confidence, accuracy by tenths of confidence.
    pub bins: Vec<(usize, f64, f64)>,
    /// Recall and precision by topic: name, texts, recall, precision.
    pub topics: Vec<(String, usize, f64, f64)>,
}

struct Guess {
    truth: usize,
    best: usize,
    best_known: usize,
    confidence: f32,
}

/// Examples without a first-level topic are left out.
pub fn score(model: &TopicModel, examples: &[Example], language: &str) -> TopicScore {
    let labelled: Vec<(usize, &Example)> =
        examples.iter().filter_map(|e| Some((first_level(model, &e.label)?, e))).collect();
    let mut known = [false; TOPICS];
    labelled.iter().for_each(|(truth, _)| known[*truth] = true);
    let guesses: Vec<Guess> = labelled
        .iter()
        .filter_map(|(truth, example)| {
            let words = Words::of(&example.text);
            let topics = model.topics(&model.weigh(&words, language), 0.0);
            let firsts: Vec<(usize, f32)> =
                topics.iter().filter_map(|t| Some((first_level(model, &t.code)?, t.confidence))).collect();
            let best = firsts.first()?;
            let best_known = firsts.iter().find(|(t, _)| known[*t])?.0;
            Some(Guess { truth: *truth, best: best.0, best_known, confidence: best.1 })
        })
        .collect();
    summarise(model, guesses)
}

/// A model with labels of its own stands alone: how many texts get theirs, by label.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnScore {
    /// Label, texts, right.
    pub labels: Vec<(String, usize, usize)>,
    /// Texts under labels that the model was not trained on.
    pub unknown: usize,
}

/// Scores a user's own model on texts with its labels.
pub fn score_own(own: &Linear, examples: &[Example]) -> OwnScore {
    let mut labels: Vec<(String, usize, usize)> = own.card.labels.iter().map(|l| (l.clone(), 0, 0)).collect();
    let mut unknown = 0;
    for example in examples {
        let Some(truth) = own.card.labels.iter().position(|l| *l == code(&example.label)) else {
            unknown += 1;
            continue;
        };
        let logits = own.logits(&Words::of(&example.text));
        let best = (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b]));
        labels[truth].1 += 1;
        labels[truth].2 += usize::from(best == Some(truth));
    }
    OwnScore { labels, unknown }
}

impl fmt::Display for OwnScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |part: fn(&(String, usize, usize)) -> usize| self.labels.iter().map(part).sum::<usize>();
        let (texts, right) = (of(|l| l.1), of(|l| l.2));
        let share = right as f64 / texts.max(1) as f64;
        writeln!(f, "texts {texts}  accuracy {share:.3}  of unknown labels {}", self.unknown)?;
        for (label, texts, right) in &self.labels {
            writeln!(f, "  {label:<45} {texts:>6}  right {right}")?;
        }
        Ok(())
    }
}

fn summarise(model: &TopicModel, mut guesses: Vec<Guess>) -> TopicScore {
    guesses.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let right = |g: &Guess| f64::from(u8::from(g.truth == g.best));
    let share =
        |all: &[Guess], f: &dyn Fn(&Guess) -> f64| all.iter().map(f).sum::<f64>() / all.len().max(1) as f64;
    let mut score = TopicScore {
        texts: guesses.len(),
        accuracy: share(&guesses, &right),
        restricted: share(&guesses, &|g| f64::from(u8::from(g.truth == g.best_known))),
        at_80_percent: share(&guesses[..guesses.len() * 4 / 5], &right),
        ..TopicScore::default()
    };
    for bin in 0..10 {
        let inside: Vec<&Guess> =
            guesses.iter().filter(|g| ((g.confidence * 10.0) as usize).min(9) == bin).collect();
        let count = inside.len().max(1) as f64;
        let confidence = inside.iter().map(|g| f64::from(g.confidence)).sum::<f64>() / count;
        let accuracy = inside.iter().map(|g| right(g)).sum::<f64>() / count;
        score.ece += (confidence - accuracy).abs() * inside.len() as f64 / guesses.len().max(1) as f64;
        score.bins.push((inside.len(), confidence, accuracy));
    }
    for topic in 0..TOPICS {
        let of = |f: &dyn Fn(&&Guess) -> bool| guesses.iter().filter(f).count();
        let (texts, guessed) = (of(&|g| g.truth == topic), of(&|g| g.best == topic));
        let both = of(&|g| g.truth == topic && g.best == topic) as f64;
        if texts > 0 {
            let (recall, precision) = (both / texts as f64, both / guessed.max(1) as f64);
            score.topics.push((model.taxonomy().name(topic as u16).to_owned(), texts, recall, precision));
        }
    }
    let f1 = |(_, _, r, p): &(String, usize, f64, f64)| if r + p > 0.0 { 2.0 * r * p / (r + p) } else { 0.0 };
    score.macro_f1 = score.topics.iter().map(f1).sum::<f64>() / score.topics.len().max(1) as f64;
    score
}

fn first_level(model: &TopicModel, code: &str) -> Option<usize> {
    let number = model.taxonomy().number(code)?;
    (usize::from(number) < TOPICS).then_some(usize::from(number))
}

impl fmt::Display for TopicScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "texts {}  accuracy {:.3}  among the set's topics {:.3}  surest 80% {:.3}  ECE {:.3}  macro F1 {:.3}",
            self.texts, self.accuracy, self.restricted, self.at_80_percent, self.ece, self.macro_f1
        )?;
        writeln!(f, "  confidence   texts   said  right")?;
        for (bin, (texts, said, right)) in self.bins.iter().enumerate().filter(|(_, b)| b.0 > 0) {
            writeln!(
                f,
                "  {:.1}-{:.1}    {texts:>7}  {said:.3}  {right:.3}",
                bin as f64 / 10.0,
                (bin + 1) as f64 / 10.0
            )?;
        }
        for (name, texts, recall, precision) in &self.topics {
            writeln!(f, "  {name:<45} {texts:>6}  recall {recall:.3}  precision {precision:.3}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_coverage_and_calibration_are_counted() {
        let model = TopicModel::shipped().unwrap();
        let guess = |truth, best, confidence| Guess { truth, best, best_known: truth, confidence };
        let mut guesses: Vec<Guess> = (0..8).map(|_| guess(14, 14, 0.95)).collect();
        guesses.extend([guess(3, 14, 0.45), guess(3, 14, 0.45)]);
        let score = summarise(&model, guesses);
        assert_eq!((score.accuracy, score.restricted, score.at_80_percent), (0.8, 1.0, 1.0));
        assert!((score.ece - (0.05 * 0.8 + 0.45 * 0.2)).abs() < 1e-6, "{}", score.ece);
        assert_eq!(score.bins[4].0, 2);
    }
}
