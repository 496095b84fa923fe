//! `copydesk train topics`: which subjects an article has, learned from labelled texts.

use std::path::{Path, PathBuf};

use crate::assess::classify::linear::{Linear, ModelCard};
use crate::assess::classify::topics::TopicModel;
use crate::train::topics::{self, TopicTraining};
use crate::train::topics_score;

use crate::cli::{BUG, Exit, UNAVAILABLE, USAGE};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Training data, .jsonl or .csv, also .gz. Without any, the shipped model is rebuilt from the corpus
    /// at $COPYDESK_CORPUS or ../shared
    data: Vec<PathBuf>,
    /// Labelled texts to score the result on
    #[arg(long, value_name = "FILE")]
    test: Vec<PathBuf>,
    /// Where the model is written
    #[arg(long, value_name = "FILE", default_value = "topics.model")]
    out: PathBuf,
    /// Name of the model as events tell it
    #[arg(long, default_value = "topics-own")]
    id: String,
    /// What it is trained on, for `copydesk models`
    #[arg(long, default_value = "")]
    trained_on: String,
    /// Licence of the training data and so of the model
    #[arg(long, default_value = "")]
    licence: String,
    /// Language of the training texts
    #[arg(long, default_value = "en")]
    language: String,
    /// Rows kept; each costs four bytes and one a label
    #[arg(long, default_value_t = 40_000)]
    rows: usize,
    /// Times that the training data is gone through
    #[arg(long, default_value_t = 6)]
    epochs: usize,
}

pub fn run(mut args: Args) -> Result<(), Exit> {
    let mut attribution = String::new();
    if args.data.is_empty() {
        let corpus = corpus().ok_or_else(|| {
            Exit::new(UNAVAILABLE, "no data named and no corpus: set COPYDESK_CORPUS, or name a file")
        })?;
        args.data.push(corpus.join("current-events-train.jsonl.gz"));
        if args.test.is_empty() {
            args.test.extend(
                ["current-events-test", "headlines-test"].map(|n| corpus.join(format!("{n}.jsonl.gz"))),
            );
        }
        args.id = "topics-1".into();
        args.trained_on = "Wikipedia, Portal:Current events, 2002-2024: 38,649 sentences".into();
        args.licence = "CC BY-SA 4.0".into();
        attribution = "Wikipedia contributors; vocabulary: IPTC Media Topics, CC BY 4.0".into();
    }
    let mut examples = Vec::new();
    for path in &args.data {
        examples.extend(topics::read_examples(path).map_err(|e| Exit::new(USAGE, e.to_string()))?);
    }
    let how = TopicTraining { rows: args.rows, epochs: args.epochs, ..TopicTraining::default() };
    let card = |labels, rows, weak| ModelCard {
        id: args.id.clone(),
        labels,
        trained_on: args.trained_on.clone(),
        licence: args.licence.clone(),
        attribution,
        rows,
        examples: examples.len(),
        language: args.language.clone(),
        weak,
    };
    let bytes = topics::train(&examples, &how, card).map_err(|e| Exit::new(USAGE, e.to_string()))?;
    std::fs::write(&args.out, &bytes)
        .map_err(|e| Exit::new(UNAVAILABLE, format!("{}: {e}", args.out.display())))?;
    out!("{}: {} examples, {} bytes", args.out.display(), examples.len(), bytes.len());
    let linear = Linear::parse(&bytes).map_err(|e| Exit::new(BUG, e.to_string()))?;
    let labels = linear.card.labels.clone();
    let own = Linear::parse(&bytes).map_err(|e| Exit::new(BUG, e.to_string()))?;
    let model = TopicModel::with(linear).map_err(|e| Exit::new(BUG, e.to_string()))?;
    for path in &args.test {
        let test = topics::read_examples(path).map_err(|e| Exit::new(USAGE, e.to_string()))?;
        out!("{}", path.display());
        if model.knows_all(&labels) {
            out!("{}", topics_score::score(&model, &test, &args.language));
        } else {
            out!("{}", topics_score::score_own(&own, &test));
        }
    }
    Ok(())
}

fn corpus() -> Option<PathBuf> {
    let at = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    Some(at.join("corpus/topics")).filter(|p: &PathBuf| Path::new(p).is_dir())
}
