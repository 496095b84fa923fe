//! The pages to learn page kinds from, and to test on: labelled ones, those that ship, real articles.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::Deserialize;

use super::{KindsError, Sample};
use crate::model::article::Kind;
use crate::model::envelope::Envelope;
use crate::model::page::Media;
use crate::model::{Budget, DecodedPage, SkipReason};
use crate::read::describe::kind::features::{self, Features};
use crate::read::describe::kind::model::{CLASSES, Class};
use crate::read::{Limits, decode, html, open};

/// A real article says only that it is published; there are more of them than labelled pages.
const CORPUS_WEIGHT: f64 = 0.5;

#[derive(Deserialize)]
struct Line {
    id: String,
    url: Option<String>,
    #[serde(default)]
    language: String,
    kind: Option<Kind>,
    skip: Option<SkipReason>,
    html: String,
}

/// The pages of `tests/kinds/*.jsonl`, but feeds, which no model sees.
pub fn labelled_pages(folder: &Path) -> Result<Vec<Sample>, KindsError> {
    let read_error = |path: &Path| {
        let path = path.to_owned();
        move |error| KindsError::Read { path, error }
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(read_error(folder))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "jsonl") && !p.ends_with("feed.jsonl"))
        .collect();
    files.sort();
    let mut samples = Vec::new();
    let mut languages: Vec<String> = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(read_error(&path))?;
        for (number, line) in text.lines().enumerate() {
            let wrong = |error: String| KindsError::Line { path: path.clone(), line: number + 1, error };
            let line: Line = serde_json::from_str(line).map_err(|e| wrong(e.to_string()))?;
            let class = match (line.kind, line.skip) {
                (Some(kind), None) => Class::Publish(kind),
                (None, Some(reason)) => Class::Skip(reason),
                _ => return Err(wrong("needs one of kind and skip".into())),
            };
            let group = languages.iter().position(|l| *l == line.language).unwrap_or_else(|| {
                languages.push(line.language.clone());
                languages.len() - 1
            });
            let body = serde_json::json!({"url": line.url, "content_type": "text/html", "body": line.html});
            let (page, x) = look(&body).map_err(wrong)?;
            debug_assert_eq!(page.media, Media::Html);
            samples.push(Sample {
                id: line.id,
                group,
                x,
                right: CLASSES.map(|c| c == class),
                weight: 1.0,
                labelled: true,
            });
        }
    }
    Ok(samples)
}

#[derive(Deserialize)]
struct GoldLine {
    id: String,
    html: Option<String>,
    url: Option<String>,
    kind: Option<Kind>,
    skip: Option<SkipReason>,
}

/// The HTML pages of `tests/golden/gold.jsonl`, but those that no model is asked about.
pub fn shipped_pages(folder: &Path) -> Result<Vec<Sample>, KindsError> {
    let mut samples = Vec::new();
    for (line, message) in gold_pages(folder)? {
        let class = match (line.kind, line.skip) {
            (Some(kind), _) => Class::Publish(kind),
            (None, Some(reason)) => Class::Skip(reason),
            (None, None) => continue,
        };
        if CLASSES.contains(&class) {
            let (_, x) =
                look(&message).map_err(|error| KindsError::Line { path: folder.into(), line: 0, error })?;
            let right = CLASSES.map(|c| c == class);
            samples.push(Sample { id: line.id, group: 0, x, right, weight: 0.0, labelled: true });
        }
    }
    Ok(samples)
}

/// Each HTML page of a folder's `gold.jsonl` with the message that would deliver it.
fn gold_pages(folder: &Path) -> Result<Vec<(GoldLine, serde_json::Value)>, KindsError> {
    use base64::Engine as _;
    let gold = folder.join("gold.jsonl");
    let text =
        std::fs::read_to_string(&gold).map_err(|error| KindsError::Read { path: gold.clone(), error })?;
    let mut pages = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line: GoldLine = serde_json::from_str(line).map_err(|e| KindsError::Line {
            path: gold.clone(),
            line: number + 1,
            error: e.to_string(),
        })?;
        let Some(file) = &line.html else { continue };
        let path = folder.join(file);
        let read_error = |error| KindsError::Read { path: path.clone(), error };
        let mut bytes = std::fs::read(&path).map_err(read_error)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&bytes[..]), &mut plain)
                .map_err(read_error)?;
            bytes = plain;
        }
        let message = serde_json::json!({
            "url": line.url.as_ref().filter(|u| u.starts_with("http")),
            "content_type": "text/html",
            "body_base64": base64::engine::general_purpose::STANDARD.encode(bytes),
        });
        pages.push((line, message));
    }
    Ok(pages)
}

/// Real articles: pages that must be published, whatever their kind.
pub fn corpus_pages(corpus: &Path) -> Result<Vec<Sample>, KindsError> {
    let mut samples = Vec::new();
    for set in ["publishers", "articles", "metadata"] {
        let folder = corpus.join("html").join(set);
        for (line, message) in gold_pages(&folder)? {
            let (page, x) =
                look(&message).map_err(|error| KindsError::Line { path: folder.clone(), line: 0, error })?;
            let site = page.site.as_deref().unwrap_or(&line.id);
            let group = site.bytes().fold(7_usize, |h, b| h.wrapping_mul(31).wrapping_add(usize::from(b)));
            let right = CLASSES.map(|c| matches!(c, Class::Publish(_)));
            let id = format!("{set}/{}", line.id);
            samples.push(Sample { id, group, x, right, weight: CORPUS_WEIGHT, labelled: false });
        }
    }
    Ok(samples)
}

/// Opens, decodes and parses one message and takes its features.
fn look(message: &serde_json::Value) -> Result<(DecodedPage, Features), String> {
    let envelope = Envelope {
        payload: Bytes::from(message.to_string()),
        content_type: Some("application/json".into()),
        ..Envelope::default()
    };
    let limits = Limits::default();
    let mut budget = Budget::new(limits.work_units);
    let raw = open::open(&envelope, &limits).map_err(|e| e.to_string())?;
    let page = decode::decode(raw, &limits, &mut budget).map_err(|(e, _)| e.to_string())?;
    let parsed = html::parse(&page.text, &limits, &mut budget).map_err(|e| e.to_string())?;
    let x = features::of_page(&page, &parsed, &mut budget).map_err(|e| e.to_string())?;
    Ok((page, x))
}
