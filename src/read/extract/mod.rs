//! Blocks or lines → which are the article.

/// Lines of extracted text.
pub mod text;

use crate::model::body::{Body, Paragraph, ParagraphKind};
use crate::model::trace::Trace;
use crate::model::{Budget, DecodedPage, Rejection};
use crate::read::{Parsed, ReadSettings};

pub fn extract(
    page: &DecodedPage,
    parsed: &Parsed,
    settings: &ReadSettings,
    budget: &mut Budget,
    trace: &mut Trace,
) -> Result<Body, Rejection> {
    let paragraph = |(i, text): (usize, &str)| Paragraph {
        text: text.to_owned(),
        kind: ParagraphKind::Paragraph,
        block: Some(i as u32),
    };
    let paragraphs = match parsed {
        Parsed::Html(html) => (0..html.blocks.len()).map(|i| paragraph((i, html.block_text(i)))).collect(),
        Parsed::Text(text) => return text::extract(page, text, settings, budget, trace),
    };
    Ok(Body { paragraphs, ..Body::default() })
}
