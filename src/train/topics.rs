//! Trains a topic model from labelled texts: multinomial logistic regression over words and pairs of
//! words by AdaGrad (Duchi, Hazan, Singer 2011), pruned to the rows that weigh most and rounded to signed
//! bytes. No clock, no threads, a fixed order: the same data gives the same bytes.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use rustc_hash::FxHashMap;

use crate::assess::classify::linear::{self, ModelCard};
use crate::assess::classify::tokens::Words;
use crate::assess::classify::topics::softmax;

/// A text and its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub text: String,
    pub label: String,
}

/// How to train.
#[derive(Debug, Clone)]
pub struct TopicTraining {
    /// A word or pair must stand in so many examples.
    pub min_examples: u32,
    pub rows: usize,
    pub epochs: usize,
    /// A label with fewer examples is trained and marked weak.
    pub weak_below: usize,
}

impl Default for TopicTraining {
    fn default() -> Self {
        Self { min_examples: 3, rows: 40_000, epochs: 6, weak_below: 500 }
    }
}

/// What cannot be trained on.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("{path}, line {line}: {what}")]
    Line { path: String, line: usize, what: String },
    #[error("{0} labels; a model wants two to a thousand")]
    Labels(usize),
}

/// JSON lines with `text` and `topic` (or `label`), or CSV with a heading of the same names; `.gz` too.
pub fn read_examples(path: &Path) -> Result<Vec<Example>, TrainingError> {
    let shown = path.display().to_string();
    let io = |source| TrainingError::Io { path: shown.clone(), source };
    let file = std::fs::File::open(path).map_err(io)?;
    let name = shown.strip_suffix(".gz").unwrap_or(&shown);
    let reader: Box<dyn Read> = if name.len() < shown.len() {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut reader = BufReader::new(reader);
    if name.ends_with(".csv") {
        let mut text = String::new();
        reader.read_to_string(&mut text).map_err(io)?;
        return csv(&text, &shown);
    }
    let mut examples = Vec::new();
    for (number, line) in reader.lines().enumerate() {
        let line = line.map_err(io)?;
        if line.trim().is_empty() {
            continue;
        }
        let fail = |what: String| TrainingError::Line { path: shown.clone(), line: number + 1, what };
        let row: serde_json::Value = serde_json::from_str(&line).map_err(|e| fail(e.to_string()))?;
        let field = |name: &str| row.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        let text = field("text").ok_or_else(|| fail("no `text`".into()))?;
        let label = field("topic")
            .or_else(|| field("label"))
            .ok_or_else(|| fail("no `topic` and no `label`".into()))?;
        examples.push(Example { text, label });
    }
    Ok(examples)
}

/// The model's bytes, as `Linear::parse` reads them.
pub fn train(
    examples: &[Example],
    how: &TopicTraining,
    card: impl FnOnce(Vec<String>, usize, Vec<String>) -> ModelCard,
) -> Result<Vec<u8>, TrainingError> {
    let mut labels: Vec<String> = examples.iter().map(|e| code(&e.label)).collect();
    labels.sort();
    labels.dedup();
    if labels.len() < 2 || labels.len() > 1_000 {
        return Err(TrainingError::Labels(labels.len()));
    }
    let (prints, rows) = vectors(examples, &labels, how.min_examples);
    let (weights, bias) = descend(&rows, prints.len(), labels.len(), how.epochs);
    let kept = heaviest(&weights, prints.len(), labels.len(), how.rows);
    let (scales, table) = quantise(&weights, &prints, &kept, labels.len());
    let mut sizes = vec![0usize; labels.len()];
    rows.iter().for_each(|r| sizes[r.class] += 1);
    let weak =
        labels.iter().zip(&sizes).filter(|(_, n)| **n < how.weak_below).map(|(l, _)| l.clone()).collect();
    let card = card(labels, table.len(), weak);
    Ok(linear::write(&card, &scales, &bias, &table))
}

/// A bare word becomes a code of its own scheme, so that it is never taken for a Media Topic.
pub fn code(label: &str) -> String {
    let label = label.trim();
    if label.contains(':') {
        label.to_owned()
    } else {
        format!("user:{}", label.to_lowercase().replace(' ', "-"))
    }
}

struct Row {
    class: usize,
    features: Vec<(u32, f32)>,
}

/// Known fingerprints in order, and each example over their places.
fn vectors(examples: &[Example], labels: &[String], min_examples: u32) -> (Vec<u32>, Vec<Row>) {
    let counted: Vec<(Vec<(u32, u32)>, usize)> = examples
        .iter()
        .map(|e| {
            let words = Words::of(&e.text);
            let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
            linear::each_feature(&words, |p| *counts.entry(p).or_insert(0) += 1);
            let mut counts: Vec<(u32, u32)> = counts.into_iter().collect();
            counts.sort_unstable();
            (counts, words.len())
        })
        .collect();
    let mut seen: FxHashMap<u32, u32> = FxHashMap::default();
    counted.iter().flat_map(|(c, _)| c).for_each(|(p, _)| *seen.entry(*p).or_insert(0) += 1);
    let mut prints: Vec<u32> = seen.into_iter().filter(|(_, n)| *n >= min_examples).map(|(p, _)| p).collect();
    prints.sort_unstable();
    let rows = counted
        .into_iter()
        .zip(examples)
        .map(|((counts, words), example)| {
            let norm = linear::norm(words);
            let place = |p: u32| prints.binary_search(&p).ok().map(|i| i as u32);
            let features = counts
                .into_iter()
                .filter_map(|(p, n)| Some((place(p)?, (1.0 + (n as f32).ln()) / norm)))
                .collect();
            let class = labels.binary_search(&code(&example.label)).unwrap_or(0);
            Row { class, features }
        })
        .collect();
    (prints, rows)
}

const RATE: f32 = 0.5;
const EPSILON: f32 = 1e-6;

fn descend(rows: &[Row], features: usize, classes: usize, epochs: usize) -> (Vec<f32>, Vec<f32>) {
    let mut weights = vec![0.0f32; features * classes];
    let mut squares = vec![EPSILON; features * classes];
    let mut bias = vec![0.0f32; classes];
    let mut bias_squares = vec![EPSILON; classes];
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut random = 0x5eed_c0de_u64;
    for epoch in 0..epochs {
        shuffle(&mut order, &mut random);
        let rate = RATE / (1.0 + epoch as f32 * 0.5);
        for row in order.iter().map(|i| &rows[*i]) {
            let mut scores = bias.clone();
            for &(feature, value) in &row.features {
                let from = feature as usize * classes;
                for (score, weight) in scores.iter_mut().zip(&weights[from..from + classes]) {
                    *score += value * weight;
                }
            }
            softmax(&mut scores);
            scores[row.class] -= 1.0;
            for (class, error) in scores.iter().enumerate() {
                bias_squares[class] += error * error;
                bias[class] -= rate * 0.1 * error / bias_squares[class].sqrt();
            }
            for &(feature, value) in &row.features {
                let from = feature as usize * classes;
                for (class, error) in scores.iter().enumerate() {
                    let gradient = error * value;
                    squares[from + class] += gradient * gradient;
                    weights[from + class] -= rate * gradient / squares[from + class].sqrt();
                }
            }
        }
    }
    (weights, bias)
}

/// Places of the rows with the widest spread between classes, in order.
fn heaviest(weights: &[f32], features: usize, classes: usize, most: usize) -> Vec<usize> {
    let spread = |i: usize| {
        let row = &weights[i * classes..(i + 1) * classes];
        let (low, high) = row.iter().fold((f32::MAX, f32::MIN), |(l, h), w| (l.min(*w), h.max(*w)));
        high - low
    };
    let mut all: Vec<usize> = (0..features).collect();
    all.sort_by(|a, b| spread(*b).total_cmp(&spread(*a)).then(a.cmp(b)));
    all.truncate(most);
    all.sort_unstable();
    all
}

fn quantise(
    weights: &[f32],
    prints: &[u32],
    kept: &[usize],
    classes: usize,
) -> (Vec<f32>, Vec<(u32, Vec<i8>)>) {
    let widest =
        |c: usize| kept.iter().map(|i| weights[i * classes + c].abs()).fold(0.0f32, f32::max).max(EPSILON);
    let scales: Vec<f32> = (0..classes).map(|c| widest(c) / 127.0).collect();
    let byte = |w: f32, scale: f32| (w / scale).round().clamp(-127.0, 127.0) as i8;
    let rows = kept
        .iter()
        .map(|i| {
            let row = &weights[i * classes..(i + 1) * classes];
            (prints[*i], row.iter().zip(&scales).map(|(w, s)| byte(*w, *s)).collect())
        })
        .collect();
    (scales, rows)
}

/// Fisher-Yates over splitmix64.
fn shuffle(order: &mut [usize], state: &mut u64) {
    for i in (1..order.len()).rev() {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        order.swap(i, ((z ^ (z >> 31)) % (i as u64 + 1)) as usize);
    }
}

/// RFC 4180: quoted fields may hold commas, quotes (doubled) and line breaks.
fn csv(text: &str, path: &str) -> Result<Vec<Example>, TrainingError> {
    let fail = |line: usize, what: &str| TrainingError::Line { path: path.into(), line, what: what.into() };
    let mut rows = csv_rows(text).into_iter();
    let head = rows.next().ok_or_else(|| fail(1, "empty; the first line names the columns"))?.1;
    let column = |names: &[&str]| head.iter().position(|h| names.contains(&h.trim().to_lowercase().as_str()));
    let text = column(&["text"]).ok_or_else(|| fail(1, "no column `text`"))?;
    let label = column(&["topic", "label"]).ok_or_else(|| fail(1, "no column `topic` or `label`"))?;
    rows.map(|(line, row)| match (row.get(text), row.get(label)) {
        (Some(text), Some(label)) => Ok(Example { text: text.clone(), label: label.clone() }),
        _ => Err(fail(line, "too few fields")),
    })
    .collect()
}

fn csv_rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let (mut line, mut begun) = (1, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push((begun, std::mem::take(&mut row)));
                begun = line;
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push((begun, row));
    }
    rows.retain(|(_, row)| row.len() > 1 || !row[0].is_empty());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::classify::linear::Linear;

    fn examples() -> Vec<Example> {
        let rows = [("the keeper saved a goal", "Sport"), ("shares fell on the exchange", "Money")];
        (0..20)
            .map(|i| rows[i % 2])
            .map(|(text, label)| Example { text: text.into(), label: label.into() })
            .collect()
    }

    fn card(labels: Vec<String>, rows: usize, weak: Vec<String>) -> ModelCard {
        ModelCard {
            id: "mine".into(),
            labels,
            trained_on: String::new(),
            licence: String::new(),
            attribution: String::new(),
            rows,
            examples: 20,
            language: "en".into(),
            weak,
        }
    }

    #[test]
    fn training_learns_and_repeats_itself_byte_for_byte() {
        let how = TopicTraining::default();
        let bytes = train(&examples(), &how, card).unwrap();
        assert_eq!(bytes, train(&examples(), &how, card).unwrap());
        let model = Linear::parse(&bytes).unwrap();
        assert_eq!(model.card.labels, ["user:money", "user:sport"]);
        let logits = model.logits(&Words::of("a goal by the keeper"));
        assert!(logits[1] > logits[0], "{logits:?}");
        assert!(train(&examples()[..1], &how, card).is_err());
    }

    #[test]
    fn csv_holds_commas_quotes_and_breaks() {
        let text = "id,Text,Label\n1,\"a, \"\"b\"\"\nc\",x:y\n2,d,e\n";
        let found = csv(text, "t.csv").unwrap();
        assert_eq!(found[0], Example { text: "a, \"b\"\nc".into(), label: "x:y".into() });
        assert_eq!(found[1].label, "e");
        assert!(csv("a,b\n1,2\n", "t.csv").unwrap_err().to_string().contains("`text`"));
        assert!(
            csv("text,label\n1\n", "t.csv").is_ok_and(|r| r.is_empty())
                || csv("text,label\n1\n", "t.csv").is_err()
        );
    }
}
