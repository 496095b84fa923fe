//! Extracted text → lines, with the layout that the extractor left in them.

use crate::model::{Budget, Rejection};
use crate::read::Limits;

/// A plain text as lines.
#[derive(Debug, Clone, Default)]
pub struct TextPage {
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Trimmed.
    pub text: String,
    /// Columns of white space before the text.
    pub indent: u16,
    /// Blank lines before this one.
    pub blank_before: u16,
}

pub fn parse(source: &str, _limits: &Limits, budget: &mut Budget) -> Result<TextPage, Rejection> {
    budget.draw(source.len() as u64, "parse")?;
    let mut blank_before = 0;
    let mut lines = Vec::new();
    for line in source.lines() {
        let text = line.trim();
        if text.is_empty() {
            blank_before += 1;
            continue;
        }
        let indent = (line.len() - line.trim_start().len()).min(u16::MAX as usize) as u16;
        lines.push(Line { text: text.to_owned(), indent, blank_before });
        blank_before = 0;
    }
    Ok(TextPage { lines })
}
