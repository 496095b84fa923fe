//! Learns which blocks of a page are its article, from gold pages, and says how well: five folds grouped by
//! registrable domain, so that no publisher judges itself. Deterministic: the same corpus gives the same
//! bytes.

mod labels;
mod pages;

use std::path::Path;

use crate::model::{Body, Budget};
use crate::read::Limits;
use crate::read::extract::html::features::{self, Sight};
use crate::read::extract::html::model::{Model, second_count, second_rows};
use crate::read::extract::html::{self, model, rules};
use crate::read::scorer::Scorer;
use crate::read::trees::Trees;
use crate::train::boost::{self, Params};
use crate::train::parallel::parallel;
use crate::train::score::{self, Prediction};
pub use pages::{Page, Set, TrainError, load};

const FOLDS: usize = 5;

fn first_params() -> Params {
    Params {
        trees: 70,
        leaves: 31,
        min_leaf_rows: 20,
        // A page weighs about two, so a unit of either would smother what few pages tell.
        min_leaf_weight: 0.05,
        l2: 0.05,
        bins: 63,
        feature_share: 0.3,
        ..Params::default()
    }
}

fn second_params() -> Params {
    Params { trees: 50, ..first_params() }
}

/// Models whose mean is taken: they differ in which features each tree may use. One alone scores up to .002 more or
/// less by chance.
const MODELS: u64 = 6;

fn mean_of(rows: &[f32], width: usize, labels: &[f32], weights: &[f32], params: &Params) -> Trees {
    let train = |seed| boost::train(rows, width, labels, weights, &Params { seed, ..params.clone() });
    Trees::mean(&(1..=MODELS).map(train).collect::<Vec<Trees>>())
}

/// What came out of a training.
pub struct Trained {
    pub model: Model,
    /// For a person: cross-validated scores of each set of pages.
    pub table: String,
    /// The models of the table: each learned without one fold.
    pub folds: Vec<Model>,
}

/// Trains on every page under `corpus` (`html/{publishers,articles,snippets}`), cross-validates, and gives
/// the model learned from all pages.
pub fn run(corpus: &Path, progress: &mut dyn FnMut(&str)) -> Result<Trained, TrainError> {
    let pages = pages::load(corpus, progress)?;
    progress(&format!(
        "{} pages, {} blocks",
        pages.len(),
        pages.iter().map(|p| p.page.blocks.len()).sum::<usize>()
    ));
    let folds: Vec<usize> = (0..FOLDS).collect();
    // The second stage learns from first-stage scores of models that had not seen the page's fold.
    let firsts = parallel(&folds, |&out| train_first(&pages, |fold| fold != out));
    progress("first stage learned");
    let scorers: Vec<Scorer> = firsts.iter().map(|first| Scorer::new(first, model::EARLY)).collect();
    let mut seconds = parallel(&[0, 1, 2, 3, 4, FOLDS], |&out| {
        train_second(&pages, |fold| (fold != out).then(|| &scorers[fold]))
    });
    progress("second stage learned");
    let second = seconds.pop().expect("one more than there are folds");
    let models: Vec<Model> =
        firsts.iter().cloned().zip(seconds).map(|(first, second)| Model::new(first, second)).collect();
    let table = table(&pages, &models);
    let first = train_first(&pages, |_| true);
    Ok(Trained { model: Model::new(first, second), table, folds: models })
}

fn train_first(pages: &[Page], takes: impl Fn(usize) -> bool) -> Trees {
    let mut rows = Vec::new();
    let mut labels = Vec::new();
    let mut weights = Vec::new();
    for page in pages.iter().filter(|p| takes(p.fold)) {
        push_rows(page, &page.rows, features::count(), &mut rows, &mut labels, &mut weights);
    }
    mean_of(&rows, features::count(), &labels, &weights, &first_params())
}

fn train_second<'a>(pages: &[Page], first_for: impl Fn(usize) -> Option<&'a Scorer>) -> Trees {
    let mut rows = Vec::new();
    let mut labels = Vec::new();
    let mut weights = Vec::new();
    let mut logits = Vec::new();
    for page in pages {
        let Some(first) = first_for(page.fold) else { continue };
        first.logits(&page.rows, features::count(), &mut logits);
        let second = second_rows(&Sight::of(&page.page), &logits);
        push_rows(page, &second, second_count(), &mut rows, &mut labels, &mut weights);
    }
    mean_of(&rows, second_count(), &labels, &weights, &second_params())
}

fn push_rows(
    page: &Page,
    from: &[f32],
    width: usize,
    rows: &mut Vec<f32>,
    labels: &mut Vec<f32>,
    weights: &mut Vec<f32>,
) {
    for (b, row) in from.chunks_exact(width).enumerate() {
        if page.labels.weights[b] > 0.0 {
            rows.extend_from_slice(row);
            labels.push(page.labels.labels[b]);
            weights.push(page.labels.weights[b]);
        }
    }
}

/// Each page judged by the model that has not seen its fold.
pub fn table(pages: &[Page], models: &[Model]) -> String {
    let mut out =
        String::from("pages        n     body F1  precision  recall   snippets F1  precision  recall\n");
    for (name, by_label) in [("oracle", true), ("", false)] {
        for set in Set::ALL {
            let pairs: Vec<_> = pages
                .iter()
                .filter(|p| p.set == set)
                .map(|p| {
                    let sight = Sight::of(&p.page);
                    let scores =
                        if by_label { p.labels.labels.clone() } else { models[p.fold].judge(&sight).scores };
                    let body = body_of(&sight, &scores);
                    let got =
                        Prediction { id: p.gold.id.clone(), body: body.text(), ..Prediction::default() };
                    (p.gold.clone(), got)
                })
                .collect();
            if by_label && set == Set::Snippets {
                continue;
            }
            let report = score::score(&pairs);
            let body = report.body.filter(|_| set != Set::Snippets).map_or_else(
                || " ".repeat(27),
                |b| format!("{:.4}   {:.4}     {:.4}", b.f1, b.precision, b.recall),
            );
            let snippets = report.snippets.map_or_else(String::new, |s| {
                format!("{:.4}       {:.4}     {:.4}", s.f1, s.precision, s.recall)
            });
            out.push_str(&format!("{:12} {:5} {body}   {snippets} {name}\n", set.folder(), pairs.len()));
            for (f1, id) in report.each.iter().take(if by_label { 3 } else { 12 }) {
                out.push_str(&format!("    {f1:.3}  {id}\n"));
            }
        }
    }
    out.push_str(&importance(models));
    out
}

/// The body as `read` makes it of these scores.
fn body_of(sight: &Sight, scores: &[f32]) -> Body {
    let limits = Limits::default();
    let decisions = rules::decide(sight, scores);
    html::body(sight, scores, &decisions, usize::MAX, &limits, &mut Budget::new(limits.work_units))
        .unwrap_or_default()
}

/// Columns by how often the trees split on them.
fn importance(models: &[Model]) -> String {
    let names = model::second_names();
    let mut counts = vec![0usize; names.len()];
    for node in models.iter().flat_map(|m| m.first.nodes.iter().chain(&m.second.nodes)) {
        counts[node.feature as usize] += 1;
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&f| std::cmp::Reverse(counts[f]));
    let line = |f: &usize| format!("{} {}", names[*f], counts[*f]);
    format!("splits: {}\n", order.iter().map(line).collect::<Vec<_>>().join(" · "))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A corpus of a few small pages of several sites.
    fn corpus(folder: &Path) -> std::io::Result<()> {
        for set in Set::ALL {
            let folder = folder.join("html").join(set.folder());
            std::fs::create_dir_all(&folder)?;
            let mut gold = String::new();
            for site in 0..if set == Set::Publishers { 6 } else { 0 } {
                let story: Vec<String> = (0..8)
                    .map(|n| format!("The council of town {site} met for the {n}th time on Tuesday, and said that the wall would stand."))
                    .collect();
                let menu = "<li><a href=/n>News</a><li><a href=/s>Sport</a>".repeat(6);
                let page = format!(
                    "<title>Town {site}</title><ul>{menu}</ul><h1>Town {site}</h1><p>{}<p>© Town {site}",
                    story.join("<p>")
                );
                let name = format!("{site}.html.gz");
                let file = std::fs::File::create(folder.join(&name))?;
                let mut coder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
                coder.write_all(page.as_bytes())?;
                coder.finish()?;
                let url = format!("https://town-{site}.example/wall");
                let row = serde_json::json!({"id": format!("{site}"), "url": url, "html": name, "body": story.join("\n\n")});
                gold.push_str(&format!("{row}\n"));
            }
            std::fs::write(folder.join("gold.jsonl"), gold)?;
        }
        Ok(())
    }

    #[test]
    fn the_same_pages_give_the_same_model() {
        let folder = tempfile::tempdir().expect("a folder");
        corpus(folder.path()).expect("written");
        let train = || run(folder.path(), &mut |_| {}).expect("trained").model.to_bytes();
        let first = train();
        assert!(
            Model::from_bytes(&first).is_ok_and(|model| model.first.tree_count() > 0),
            "it learned something"
        );
        assert_eq!(first, train());
    }
}
