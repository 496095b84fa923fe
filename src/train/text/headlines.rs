//! The headline among the lines of a text: learned from titles that the texts print, with scores of line models that
//! have not seen the text.

use super::{Prepared, Sample, hash, words};
use crate::model::knowledge::line_hash;
use crate::read::extract::text::headline::{Candidates, HeadlineModel, count};
use crate::train::boost::{self, Params};

pub fn params() -> Params {
    Params {
        trees: 60,
        leaves: 8,
        learning_rate: 0.1,
        min_leaf_rows: 10,
        min_leaf_weight: 0.5,
        feature_share: 0.5,
        ..Params::default()
    }
}

/// A text's candidates, which of them are its headline, and how good a guess is.
pub struct Titled {
    fold: u64,
    rows: Vec<f32>,
    labels: Vec<f32>,
    weights: Vec<f32>,
}

impl Titled {
    /// Nothing of a sample without a title. A line of it weighs `weight`.
    pub fn of(sample: &Sample, prepared: &Prepared, scores: &[f32], weight: f32) -> Option<Self> {
        let title = sample.title.as_deref()?;
        let Candidates { lines, rows, .. } = Candidates::of(&prepared.text, &prepared.scored, scores);
        let labels: Vec<f32> = lines
            .iter()
            .map(|&i| f32::from(u8::from(alike(title, &prepared.text.lines[i].text) >= ALIKE)))
            .collect();
        let right = labels.iter().sum::<f32>();
        // One headline a text, and what is none of it weighs as much in all.
        let weights = labels.iter().map(|label| if *label > 0.5 { 6.0 / right } else { 1.0 });
        let weights = weights.map(|w| w * weight).collect();
        Some(Self { fold: prepared.fold, rows, labels, weights })
    }
}

/// Lines from here on are the title, printed with a kicker or cut.
const ALIKE: f64 = 0.75;

/// F1 of the words of two lines.
fn alike(a: &str, b: &str) -> f64 {
    let (a, mut b): (Vec<u64>, Vec<u64>) = (words(a).map(hash).collect(), words(b).map(hash).collect());
    let all = (a.len() + b.len()).max(1) as f64;
    let both =
        a.iter().filter(|word| b.iter().position(|w| w == *word).map(|at| b.swap_remove(at)).is_some());
    2.0 * both.count() as f64 / all
}

pub fn learn(titled: &[Titled], params: &Params, pick: impl Fn(u64) -> bool) -> HeadlineModel {
    let (mut rows, mut labels, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for t in titled.iter().filter(|t| pick(t.fold)) {
        rows.extend_from_slice(&t.rows);
        labels.extend_from_slice(&t.labels);
        weights.extend_from_slice(&t.weights);
    }
    HeadlineModel::new(boost::train(&rows, count(), &labels, &weights, params))
}

/// Probabilities from which a line may be believed, for a person to choose among.
const BELIEVED: [f32; 5] = [0.3, 0.4, 0.5, 0.6, 0.7];

/// Texts that print their title on a line and those that do not, by what was found: the title, another line, nothing.
#[derive(Debug, Default)]
pub struct Tally {
    printed: [[usize; 3]; BELIEVED.len()],
    absent: [[usize; 3]; BELIEVED.len()],
}

impl Tally {
    pub fn count(&mut self, sample: &Sample, prepared: &Prepared, scores: &[f32], model: &HeadlineModel) {
        let Some(title) = sample.title.as_deref().map(line_hash) else { return };
        let stats = &prepared.text.stats;
        let likeliest = model.likeliest(&Candidates::of(&prepared.text, &prepared.scored, scores));
        let printed = stats.iter().any(|s| s.hash == title);
        for (at, believed) in BELIEVED.into_iter().enumerate() {
            let found = likeliest.filter(|(_, probability)| *probability >= believed);
            let outcome = found.map_or(2, |(line, _)| usize::from(stats[line].hash != title));
            let rows = if printed { &mut self.printed } else { &mut self.absent };
            rows[at][outcome] += 1;
        }
    }

    pub fn table(&self) -> String {
        let mut out =
            String::from("headline: printed right, wrong, none; not printed, but another line taken, none\n");
        for ((believed, printed), absent) in BELIEVED.iter().zip(&self.printed).zip(&self.absent) {
            let [right, wrong, none] = printed;
            let [_, invented, silent] = absent;
            out.push_str(&format!("    from {believed:.1}  {right} {wrong} {none}; {invented} {silent}\n"));
        }
        out
    }
}
