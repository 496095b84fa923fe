//! `copydesk models`: what is inside, what it learned from, under which licence, and how good it is.

use serde::{Deserialize, Serialize};

use super::{BUG, Exit};
use crate::assess::classify::Classifier;
use crate::config::Config;
use crate::read::describe::{kind, language};
use crate::read::extract::{html, text};
use crate::read::models::named;

/// The cards stand beside their models. That of topics carries its name in its file, as one's own model does.
const TOPICS: (&str, &[u8]) =
    (include_str!("../assess/classify/topics.card.toml"), include_bytes!("../assess/classify/topics.model"));
const READING: [(&str, &[u8]); 5] = [
    (include_str!("../read/extract/html/model.card.toml"), html::model::FILE),
    (include_str!("../read/extract/text/lines.card.toml"), text::FILE),
    (include_str!("../read/extract/text/headline.card.toml"), text::headline::FILE),
    (include_str!("../read/describe/language/language.card.toml"), language::model::FILE),
    (include_str!("../read/describe/kind/weights.card.toml"), kind::model::FILE.as_bytes()),
];

#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    id: String,
    does: String,
    trained_on: String,
    licence: String,
    attribution: String,
    /// The command that makes the model again, byte for byte.
    rebuild: String,
    figures: Vec<String>,
    /// Of the file inside the program.
    #[serde(default)]
    bytes: usize,
}

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let mut cards = shipped()?;
    let classifier =
        Classifier::load(config.classify()).map_err(|e| Exit::new(super::CONFIGURATION, e.to_string()))?;
    cards.extend(classifier.own_card().map(|own| Card {
        id: own.id.clone(),
        does: format!("Your own model, of {} labels: classify.model", own.labels.len()),
        trained_on: own.trained_on.clone(),
        licence: own.licence.clone(),
        attribution: own.attribution.clone(),
        rebuild: String::new(),
        figures: vec![format!("{} examples, {} rows", own.examples, own.rows)],
        bytes: 0,
    }));
    for card in &cards {
        if args.json {
            let line = serde_json::to_string(card).map_err(|e| Exit::new(BUG, e.to_string()))?;
            out!("{line}");
        } else {
            print(card);
        }
    }
    Ok(())
}

fn shipped() -> Result<Vec<Card>, Exit> {
    let read = |(card, model): (&str, &[u8])| {
        let mut card: Card =
            toml::from_str(card).map_err(|e| Exit::new(BUG, format!("a model's card: {e}")))?;
        card.bytes = model.len();
        Ok(card)
    };
    let reading = READING.into_iter().map(|shipped| {
        let card: Card = read(shipped)?;
        Ok(Card { id: named(&card.id, shipped.1), ..card })
    });
    std::iter::once(read(TOPICS)).chain(reading).collect()
}

fn print(card: &Card) {
    out!("{}", card.id);
    out!("  {}", card.does);
    for (what, text) in [
        ("trained on", &card.trained_on),
        ("licence", &card.licence),
        ("attribution", &card.attribution),
        ("rebuild", &card.rebuild),
    ] {
        if !text.is_empty() {
            out!("  {what:<12}{text}");
        }
    }
    if card.bytes > 0 {
        out!("  {:<12}{} KiB", "size", card.bytes.div_ceil(1024));
    }
    for figure in &card.figures {
        out!("  {:<12}{figure}", "figure");
    }
    out!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_says_what_it_must_and_the_models_are_small() {
        let cards = shipped().unwrap();
        for card in &cards {
            for text in [&card.does, &card.trained_on, &card.licence, &card.rebuild] {
                assert!(!text.is_empty(), "{card:?}");
            }
            assert!(!card.figures.is_empty(), "{card:?}");
        }
        let bytes: usize = cards.iter().map(|c| c.bytes).sum();
        assert!(bytes <= 8 * 1024 * 1024, "{bytes}");
    }
}
