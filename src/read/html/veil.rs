//! Words amid a line that no browser shows: asides for those who listen, remarks that a style hides.

use super::fields::spelled;
use super::stack::{Builder, Element};
use super::tags::{self, Tag};

/// An inline element in the midst of a block that no browser shows.
#[derive(Debug, Clone, Copy)]
pub struct Veiled {
    depth: usize,
    /// Where its text begins, and its block.
    from: usize,
    block_start: usize,
    /// Anchors, times and props before it.
    fields: usize,
    /// Shown to nobody, rather than to those who listen.
    undisplayed: bool,
}

/// Bytes of text between the words of a paragraph that go because no browser shows them. More may be the rest of a
/// story that a script unfolds.
const MOST_VEILED: usize = 80;

impl Builder<'_> {
    /// Notes where an element's text begins that may have to be taken back.
    pub fn veil(&mut self, element: &Element) {
        let inline = !element.tag.is(tags::BLOCK) && !matches!(element.tag, Tag::A | Tag::Custom);
        if inline && !self.writer.is_blank() && !self.in_heading() && is_veiled(element, self.source) {
            self.veiled.push(Veiled {
                depth: self.stack.len(),
                from: self.writer.position(),
                block_start: self.writer.block_start,
                fields: self.field_count(),
                undisplayed: element.unseen,
            });
        }
    }

    /// Headlines are told with what only listeners hear.
    fn in_heading(&self) -> bool {
        [Tag::H1, Tag::H2, Tag::H3].iter().any(|tag| self.open[*tag as usize] > 0)
    }

    fn field_count(&self) -> usize {
        self.page.anchors.len() + self.page.times.len() + self.page.props.len()
    }

    /// Takes back the few words of an element that is not shown.
    pub fn unveil(&mut self, depth: usize) {
        while let Some(veiled) = self.veiled.pop_if(|veiled| veiled.depth >= depth) {
            let written = self.writer.position().saturating_sub(veiled.from);
            let same = veiled.block_start == self.writer.block_start && veiled.fields == self.field_count();
            // A single word may be one that a picture or a sign shows.
            let words = &self.writer.text[veiled.from.min(self.writer.text.len())..];
            let aside = words.trim_start().starts_with('(') || words.split_whitespace().nth(1).is_some();
            let aside = aside || veiled.undisplayed;
            if veiled.depth == depth && same && aside && (1..=MOST_VEILED).contains(&written) {
                self.writer.take_back(veiled.from);
                self.empty_labels(veiled.from as u32);
                let left = (veiled.from - veiled.block_start) as u32;
                self.block.link_bytes = self.block.link_bytes.min(left);
                self.block.emphasis_bytes = self.block.emphasis_bytes.min(left);
            }
        }
    }
}

/// Whether no browser shows it, by its style or by a class that leaves it to those who listen.
fn is_veiled(element: &Element, source: &str) -> bool {
    const CLASSES: [&str; 6] = [
        "sr-only",
        "visually-hidden",
        "visuallyhidden",
        "screen-reader-text",
        "screen-reader-only",
        "u-hidden-visually",
    ];
    const UNFOLDED: [&str; 4] = ["more", "spoiler", "dots", "fold"];
    let class = || spelled(source, element.class);
    let unfolds = |names: &str| UNFOLDED.iter().any(|word| names.contains(word));
    element.unseen && !unfolds(class()) && !unfolds(spelled(source, element.id))
        || element.class.0 != element.class.1
            && class().split_ascii_whitespace().any(|name| CLASSES.contains(&name))
}
