//! Blocks or lines → which are the article.

/// Blocks of an HTML page.
pub mod html;
/// Lines of extracted text.
pub mod text;
/// What the models of both share.
mod stages;

use crate::model::trace::Trace;
use crate::model::{Body, Budget, DecodedPage, Rejection};
use crate::read::{Parsed, ReadSettings};

pub fn extract(
    page: &DecodedPage,
    parsed: &Parsed,
    settings: &ReadSettings,
    budget: &mut Budget,
    trace: &mut Trace,
) -> Result<Body, Rejection> {
    match parsed {
        Parsed::Html(html) => html::extract(page, html, settings, budget, trace),
        Parsed::Text(text) => text::extract(page, text, settings, budget, trace),
    }
}
