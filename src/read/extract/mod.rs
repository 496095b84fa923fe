//! Blocks or lines → which are the article.

/// Blocks of an HTML page.
pub mod html;

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
    match parsed {
        Parsed::Html(html) => html::extract(page, html, settings, budget, trace),
        Parsed::Text(text) => {
            let paragraphs = text.lines.iter().map(|l| l.text.as_str()).enumerate().map(paragraph).collect();
            Ok(Body { paragraphs, ..Body::default() })
        }
    }
}
