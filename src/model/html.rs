//! A parsed HTML page as arrays: text blocks, the containers around them, and the witnesses of the
//! head. Made in one pass; strings are spans into two buffers, so a page costs a few allocations.

use std::ops::Range;

use super::limit::Cut;

/// A piece of one of the page's two buffers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }
}

/// No container, no block: the root's parent and the like.
pub const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Default)]
pub struct HtmlPage {
    /// Visible text of all blocks, back to back, entities decoded, white space collapsed.
    pub text: String,
    /// Attribute values and tag names that someone may ask for.
    pub attrs: String,
    /// In document order.
    pub blocks: Vec<Block>,
    /// Open-element tree of all elements that hold blocks; a parent stands before its children.
    pub containers: Vec<Container>,
    /// Every `<a href>` with text, in document order.
    pub anchors: Vec<Anchor>,
    pub images: Vec<Image>,
    pub times: Vec<TimeElement>,
    /// Microdata and RDFa: `itemprop` and `property` in the body.
    pub props: Vec<Prop>,
    /// Inline elements whose own names may say who wrote it or when, in document order.
    pub labels: Vec<Label>,
    pub head: Head,
    /// Bits of `SourceMark`.
    pub marks: u8,
    /// What the source is where it is a feed or data, by its first bytes.
    pub feed: Option<&'static str>,
    /// Limits that were reached while parsing: each cut something off.
    pub limits_hit: Vec<Cut>,
}

/// What the source holds somewhere and its blocks do not keep; the number is a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SourceMark {
    /// A field that asks for a password.
    Password = 1,
    Video = 2,
    Audio = 4,
    Embed = 8,
    Dialog = 16,
    /// It calls itself a live report, in microdata or as an address.
    LiveReport = 32,
}

/// A run of text between two block-level boundaries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Block {
    /// In `HtmlPage::text`.
    pub text: Span,
    /// Index of the innermost element that holds the block.
    pub container: u32,
    /// Bytes of `text` inside links.
    pub link_bytes: u32,
    /// Number of links.
    pub links: u16,
    /// Bytes of `text` inside `<b>`, `<strong>`, `<em>`, `<i>`.
    pub emphasis_bytes: u32,
    /// Byte offset in the source where the block begins.
    pub source_at: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Container {
    /// Index of the parent, `NONE` for the root.
    pub parent: u32,
    /// Lower-case tag name, in `HtmlPage::attrs`.
    pub tag: Span,
    pub class: Span,
    pub id: Span,
    pub itemprop: Span,
    pub role: Span,
    /// `rel`, `data-component`, `data-testid`, `aria-label`, … joined by a space: more words for lexicons.
    pub other: Span,
    /// `hidden`, `aria-hidden=true` or `display:none`.
    pub hidden: bool,
    /// No browser shows it: `hidden`, or a style of its own that says so.
    pub unseen: bool,
    pub depth: u16,
    /// Blocks inside, children's included: `first_block..end_block`.
    pub first_block: u32,
    pub end_block: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Anchor {
    /// In `attrs`.
    pub href: Span,
    pub rel: Span,
    /// In `text`.
    pub text: Span,
    pub block: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Image {
    pub src: Span,
    pub alt: Span,
    /// Innermost container (index), e.g. the `<figure>` or something in it.
    pub container: u32,
    /// Number of blocks that stand before the image.
    pub block: u32,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct TimeElement {
    /// The `datetime` attribute, in `attrs`.
    pub datetime: Span,
    /// The element's own text, in `text`.
    pub text: Span,
    pub container: u32,
    pub block: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Prop {
    pub name: Span,
    /// `content`, `datetime`, `href` or `src`, in `attrs`; empty where the text is the value.
    pub value: Span,
    /// The element's own text, in `text`.
    pub text: Span,
    pub container: u32,
}

/// A few words of a line that stand in an element of their own: the name in
/// `By <span class=author>Ada Fern</span> on Friday`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Label {
    pub class: Span,
    pub id: Span,
    /// As of a container.
    pub other: Span,
    /// In `text`.
    pub text: Span,
    pub block: u32,
}

/// What the head, and scripts anywhere, say.
#[derive(Debug, Clone, Default)]
pub struct Head {
    pub title: Option<String>,
    /// `<html lang>`.
    pub lang: Option<String>,
    /// `<html dir>`, `<html amp>` and the like.
    pub is_amp: bool,
    pub base: Option<String>,
    /// `name`, `property`, `itemprop` or `http-equiv` in lower case, and `content`; in document order.
    pub metas: Vec<(String, String)>,
    pub links: Vec<LinkElement>,
    /// Raw text of each `<script type="application/ld+json">`.
    pub json_ld: Vec<String>,
    /// Source of what a page shows where no script runs or no frame is drawn, with enough words for a story.
    pub fallback: Vec<String>,
    /// Raw text of scripts that hold the page's state (`__NEXT_DATA__` and kin): id or variable, text.
    pub state: Vec<(String, String)>,
}

#[derive(Debug, Clone, Default)]
pub struct LinkElement {
    pub rel: String,
    pub href: String,
    pub hreflang: String,
    pub kind: String,
}

impl HtmlPage {
    pub fn text(&self, span: Span) -> &str {
        &self.text[span.range()]
    }
    pub fn attr(&self, span: Span) -> &str {
        &self.attrs[span.range()]
    }
    pub fn block_text(&self, block: usize) -> &str {
        self.text(self.blocks[block].text)
    }
    /// The container and its ancestors, innermost first.
    pub fn ancestors(&self, container: u32) -> impl Iterator<Item = &Container> {
        let mut at = container;
        std::iter::from_fn(move || {
            let here = self.containers.get(at as usize)?;
            at = here.parent;
            Some(here)
        })
    }
    /// First meta of that name, e.g. `og:title`.
    pub fn meta(&self, name: &str) -> Option<&str> {
        self.head.metas.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub fn metas<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.metas.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}
