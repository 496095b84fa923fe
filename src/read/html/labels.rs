//! Inline elements whose class, id or kin may say who wrote it or when. They make no block and no container of
//! their own: `<span class=author>Ada Fern</span><span>8 May</span>` is one line, and only its element tells where
//! the name ends.

use super::fields::spelled;
use super::stack::{Builder, Element};
use super::tags;
use crate::model::html::{Label, Span};
use crate::read::phrases::Phrases;
use std::sync::LazyLock;

/// Kept of one page; lists of stories have one or two a teaser.
const MOST: usize = 600;

/// What such names hold, in lower case.
const TELLING: [&str; 20] = [
    "author",
    "autor",
    "auteur",
    "byline",
    "writer",
    "redakteur",
    "journalist",
    "reporter",
    "forfatter",
    "signature",
    "firma",
    "vcard",
    "date",
    "datum",
    "fecha",
    "time",
    "zeit",
    "publish",
    "posted",
    "created",
];

static WORDS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&TELLING));

impl<'s> Builder<'s> {
    /// Notes where the text of the element begins.
    pub fn open_label(&mut self, element: &mut Element) {
        let inline = !element.tag.is(tags::BLOCK) && !element.hidden && self.skip_from.is_none();
        if !inline || self.page.labels.len() >= MOST {
            return;
        }
        let names = [element.class, element.id].into_iter().chain(element.others);
        if !names.filter(|name| name.0 != name.1).any(|name| self.is_telling(spelled(self.source, name))) {
            return;
        }
        let at = self.position();
        let label = Label {
            class: self.intern(element.class),
            id: self.intern(element.id),
            other: self.other_names(element),
            text: Span { start: at, end: at },
            block: self.next_block(),
        };
        element.label = self.page.labels.len() as u32;
        self.page.labels.push(label);
    }

    /// Most elements share their names with others.
    fn is_telling(&mut self, name: &'s str) -> bool {
        *self.telling.entry(name).or_insert_with(|| {
            let mut found = false;
            WORDS.find_anywhere(&name.to_ascii_lowercase(), |_| found = true);
            found
        })
    }

    /// What was written from `position` on is taken back, and with it the words of its labels.
    pub fn empty_labels(&mut self, position: u32) {
        for label in self.page.labels.iter_mut().rev().take_while(|label| label.text.start >= position) {
            label.text = Span { start: position, end: position };
        }
    }
}
