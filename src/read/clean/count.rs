//! What can be counted on paragraphs and on removed lines. The lines of extracted text were counted when they
//! were parsed: what is one of them is not counted again.

use crate::model::body::{Body, ParagraphKind};
use crate::read::Parsed;
use crate::read::text::TextPage;
use crate::read::text::stats::{Stats, stats};

#[derive(Debug, Default)]
pub struct Counter<'a> {
    text: Option<&'a TextPage>,
    content: Vec<u32>,
    lower: String,
}

impl<'a> Counter<'a> {
    pub fn new(parsed: &'a Parsed) -> Self {
        match parsed {
            Parsed::Text(text) => Self::of_lines(text),
            Parsed::Html(_) => Self::default(),
        }
    }

    pub fn of_lines(text: &'a TextPage) -> Self {
        Self { text: Some(text), ..Self::default() }
    }

    /// The counts of a line of the page, where `text` is that line and nothing more.
    pub fn known(&self, text: &str, block: Option<u32>) -> Option<&'a Stats> {
        let (page, at) = (self.text?, block? as usize);
        page.stats.get(at).filter(|_| page.lines[at].text == text)
    }

    pub fn of(&mut self, text: &str, block: Option<u32>) -> Stats {
        if let Some(known) = self.known(text, block) {
            return known.clone();
        }
        self.content.clear();
        stats(text, &mut self.content, &mut self.lower)
    }

    /// Of each paragraph; phrases in captions do not count.
    pub fn paragraphs(&mut self, body: &Body) -> Vec<Stats> {
        let mut out = Vec::with_capacity(body.paragraphs.len());
        for paragraph in &body.paragraphs {
            let mut s = self.of(&paragraph.text, paragraph.block);
            if paragraph.kind == ParagraphKind::Caption {
                s.hits = Default::default();
            }
            out.push(s);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::read::{Limits, text};

    #[test]
    fn lines_are_taken_from_the_page_and_the_rest_is_counted() {
        let source = "Remind me later.\nThe council of the town\nmet on Tuesday.";
        let page = text::parse(source, &Limits::default(), &mut Budget::new(1 << 20)).expect("text");
        let parsed = Parsed::Text(page);
        let mut counter = Counter::new(&parsed);
        assert!(counter.known("Remind me later.", Some(0)).is_some());
        for (text, block) in [
            ("Remind me later.", None),
            ("Remind me later.", Some(1)),
            ("Remind me later.", Some(9)),
            ("The council of the town met on Tuesday.", Some(1)),
        ] {
            assert!(counter.known(text, block).is_none(), "{text} {block:?}");
        }
        for (text, block) in [("Remind me later.", Some(0)), ("met on Tuesday.", Some(2))] {
            let (known, counted) = (counter.of(text, block), counter.of(text, None));
            assert_eq!((known.words, known.hash, known.hits), (counted.words, counted.hash, counted.hits));
        }
    }
}
