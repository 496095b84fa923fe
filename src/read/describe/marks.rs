//! What the names of a page's elements speak of: every list of words that a witness asks for, looked up once
//! for all of them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{authors, images, published, standfirst};
use crate::model::html::{HtmlPage, Span};
use crate::read::phrases::Phrases;

/// A list of words; the number is a bit of an element's mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    Byline,
    NotTheAuthor,
    Date,
    OtherDate,
    Change,
    Standfirst,
    NotOfTheStory,
    Credit,
}

const LISTS: [(Mark, &[&str]); 8] = [
    (Mark::Byline, authors::BYLINE),
    (Mark::NotTheAuthor, authors::NOT_THE_AUTHOR),
    (Mark::Date, published::DATE),
    (Mark::OtherDate, published::OTHER_DATES),
    (Mark::Change, published::CHANGE),
    (Mark::Standfirst, standfirst::MARKS),
    (Mark::NotOfTheStory, images::NOT_OF_THE_STORY),
    (Mark::Credit, images::CREDIT),
];

struct Finder {
    words: Phrases,
    /// Bit of each word.
    bits: Vec<u8>,
}

static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let all = || LISTS.iter().flat_map(|(mark, words)| words.iter().map(|word| (1 << *mark as u8, *word)));
    let words = Phrases::new(&all().map(|(_, word)| word).collect::<Vec<_>>());
    Finder { words, bits: all().map(|(bit, _)| bit).collect() }
});

/// The mask of each container's own class, id, and kin, and of each label's.
#[derive(Debug, Default)]
pub struct Marks {
    containers: Vec<u8>,
    labels: Vec<u8>,
}

/// Names that hold a word of a list and mean something else: a visiting card is no card, and below a story stands
/// who wrote it.
const MISLEADING: [&str; 4] = ["vcard", "credit-title", "post-footer", "entry-footer"];

impl Marks {
    pub fn of(html: &HtmlPage) -> Self {
        let finder = &*FINDER;
        // Elements share their names.
        let mut known: FxHashMap<Span, u8> = FxHashMap::default();
        let mut lower = String::new();
        let mut mask = |span: Span| {
            if span.is_empty() {
                return 0;
            }
            *known.entry(span).or_insert_with(|| {
                lower.clear();
                lower.push_str(html.attr(span));
                lower.make_ascii_lowercase();
                for name in MISLEADING.iter().filter(|name| html.attr(span).len() >= name.len()) {
                    if lower.contains(name) {
                        lower = lower.replace(name, "");
                    }
                }
                let mut mask = 0;
                finder.words.find_anywhere(&lower, |found| mask |= finder.bits[found.phrase]);
                mask
            })
        };
        let containers = html.containers.iter().map(|c| [c.class, c.id, c.itemprop, c.other]);
        let containers =
            containers.map(|spans| spans.into_iter().fold(0, |all, span| all | mask(span))).collect();
        let labels = html.labels.iter().map(|l| [l.class, l.id, l.other]);
        let labels = labels.map(|spans| spans.into_iter().fold(0, |all, span| all | mask(span))).collect();
        Self { containers, labels }
    }

    pub fn on_label(&self, label: usize, mark: Mark) -> bool {
        self.labels.get(label).is_some_and(|mask| mask & 1 << mark as u8 != 0)
    }

    /// Whether the element, or one of the `limit` from it outwards, has a name that speaks of `mark`.
    pub fn on(&self, html: &HtmlPage, container: u32, limit: usize, mark: Mark) -> bool {
        let mut at = container;
        for _ in 0..limit {
            let Some(mask) = self.containers.get(at as usize) else { return false };
            if mask & 1 << mark as u8 != 0 {
                return true;
            }
            at = html.containers[at as usize].parent;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::read::{Limits, html};

    #[test]
    fn an_element_is_marked_by_its_own_names_and_those_around_it() {
        let source =
            "<div id=RelatedStories><section><p class='Article-Byline x'>By Ada Fern</p></section></div>";
        let page = html::parse(source, &Limits::default(), &mut Budget::new(1 << 20)).expect("small");
        let (marks, own) = (Marks::of(&page), page.blocks[0].container);
        for (limit, mark, is) in [
            (1, Mark::Byline, true),
            (1, Mark::Date, true),
            (2, Mark::NotTheAuthor, false),
            (3, Mark::NotTheAuthor, true),
            (9, Mark::OtherDate, true),
            (9, Mark::Credit, false),
        ] {
            assert_eq!(marks.on(&page, own, limit, mark), is, "{mark:?} within {limit}");
        }
        assert!(!marks.on(&page, u32::MAX, 3, Mark::Byline));
    }

    #[test]
    fn a_visiting_card_is_no_card_and_words_amid_a_line_have_names() {
        let source = "<p>On Friday by <span class='author vcard'>ada</span> in <a class='post-card'>Mills</a></p>\
            <p>Seen <span class='comment-author vcard'>Ben</span> there</p>";
        let page = html::parse(source, &Limits::default(), &mut Budget::new(1 << 20)).expect("small");
        let marks = Marks::of(&page);
        let told = |label: usize| {
            let words = page.text(page.labels[label].text);
            (words, marks.on_label(label, Mark::Byline), marks.on_label(label, Mark::NotTheAuthor))
        };
        assert_eq!(page.labels.len(), 2);
        assert_eq!(told(0), ("ada", true, false));
        assert_eq!(told(1), ("Ben", true, true));
    }
}
