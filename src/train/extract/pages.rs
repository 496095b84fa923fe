//! Gold pages from a corpus folder, parsed, with rows, labels and fold.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rustc_hash::FxHasher;
use std::hash::Hasher;

use super::FOLDS;
use super::labels::{Labels, labels};
use crate::model::html::HtmlPage;
use crate::model::page::{Hints, RawBody};
use crate::model::{Budget, RawPage};
use crate::read::extract::html::features::Sight;
use crate::read::{Limits, decode, html};
use crate::train::score::Gold;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    Publishers,
    Articles,
    Snippets,
}

impl Set {
    pub const ALL: [Set; 3] = [Set::Publishers, Set::Articles, Set::Snippets];

    pub fn folder(self) -> &'static str {
        match self {
            Set::Publishers => "publishers",
            Set::Articles => "articles",
            Set::Snippets => "snippets",
        }
    }
}

pub struct Page {
    pub set: Set,
    pub gold: Gold,
    pub page: HtmlPage,
    pub rows: Vec<f32>,
    pub labels: Labels,
    pub fold: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("{}: {error}; is this a corpus with html/publishers/gold.jsonl?", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{}: {error}", path.display())]
    Gold { path: PathBuf, error: serde_json::Error },
}

/// Every page of every set, in the order of the gold files.
pub fn load(corpus: &Path, progress: &mut dyn FnMut(&str)) -> Result<Vec<Page>, TrainError> {
    let mut pages = Vec::new();
    for set in Set::ALL {
        let folder = corpus.join("html").join(set.folder());
        let path = folder.join("gold.jsonl");
        let text =
            std::fs::read_to_string(&path).map_err(|error| TrainError::Read { path: path.clone(), error })?;
        let mut left_out = 0;
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let gold: Gold =
                serde_json::from_str(line).map_err(|error| TrainError::Gold { path: path.clone(), error })?;
            match page(&folder, set, gold)? {
                Some(page) => pages.push(page),
                None => left_out += 1,
            }
        }
        progress(&format!("{}: read, {left_out} pages without HTML left out", set.folder()));
    }
    Ok(pages)
}

fn page(folder: &Path, set: Set, gold: Gold) -> Result<Option<Page>, TrainError> {
    let Some(name) = &gold.html else { return Ok(None) };
    let path = folder.join(name);
    let mut bytes = Vec::new();
    File::open(&path)
        .and_then(|file| flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes))
        .map_err(|error| TrainError::Read { path: path.clone(), error })?;
    let limits = Limits::default();
    let mut budget = Budget::new(limits.work_units);
    let raw = RawPage {
        message_id: None,
        url: gold.url.clone(),
        source: None,
        scraper: None,
        fetched_at: None,
        received_at: None,
        status: None,
        headers: Default::default(),
        content_type: Some("text/html".to_owned()),
        content_encoding: None,
        body: RawBody::Bytes(bytes.into()),
        hints: Hints::default(),
    };
    let Ok(decoded) = decode::decode(raw, &limits, &mut budget) else { return Ok(None) };
    let Ok(mut page) = html::parse(&decoded.text, &limits, &mut budget) else { return Ok(None) };
    // Large, and heard only where the page shows no story.
    if page.text.len() > 4_000 {
        page.head.state.clear();
    }
    let rows = Sight::of(&page).rows();
    let labels = labels(&page, &gold, set);
    let fold = fold(decoded.site.as_deref().unwrap_or(&gold.id));
    Ok(Some(Page { set, gold, page, rows, labels, fold }))
}

/// By site: no page is judged by a model that saw another page of its publisher.
fn fold(site: &str) -> usize {
    let mut hasher = FxHasher::default();
    // `herald.example-second-page` names a page of herald.example.
    hasher.write(site.split('-').next().unwrap_or(site).trim_start_matches("www.").as_bytes());
    (hasher.finish() >> 32) as usize % FOLDS
}
