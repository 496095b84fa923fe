//! Where blocks stand: containers with their sums, scores, signatures and distances. One forward pass and
//! prefix sums, so the cost is linear whatever the nesting.

use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::lexicon::{CLASSES, class_mask};
use crate::model::html::{Container, HtmlPage, NONE};

/// Further than any distance that matters.
pub const FAR: u8 = 15;

/// Tags that the model tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Other,
    P,
    Div,
    Li,
    H1,
    Heading,
    Cell,
    Quote,
    Caption,
    Definition,
    Section,
    Article,
    Main,
    Aside,
    Nav,
    Footer,
    Header,
    Form,
    Figure,
    List,
    Table,
    Pre,
    Body,
    Inline,
}

/// What holds an element, at any height.
pub const IN_ARTICLE: u16 = 1;
pub const IN_MAIN: u16 = 2;
pub const IN_ASIDE: u16 = 4;
pub const IN_NAV: u16 = 8;
pub const IN_FOOTER: u16 = 16;
pub const IN_HEADER: u16 = 32;
pub const IN_FORM: u16 = 64;
pub const IN_FIGURE: u16 = 128;
pub const IN_LIST: u16 = 256;
pub const IN_TABLE: u16 = 512;
pub const IN_QUOTE: u16 = 1024;
pub const IN_HIDDEN: u16 = 2048;
pub const IN_BODY_PROP: u16 = 4096;
pub const IN_CAPTION: u16 = 8192;
pub const IN_UNSEEN: u16 = 16384;

#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub kind: Kind,
    /// The container itself, or the nearest block-level one around an inline one.
    pub block_level: u32,
    pub flags: u16,
    /// Class words of the element itself.
    pub mask: u32,
    /// Steps up to the nearest element whose class speaks of each kind of thing.
    pub distance: [u8; CLASSES],
    /// Dense ids of the path of tags and classes, and of tags alone.
    pub path: u32,
    pub tag_path: u32,
    /// Readability's score: paragraphs give it to parent, grandparent and great-grandparent.
    pub score: f32,
    /// Steps to the container of the best score.
    pub to_top: u16,
}

/// Sums of blocks before each block; a range's sum is a difference.
#[derive(Debug, Default)]
pub struct Prefix(Vec<f32>);

impl Prefix {
    pub fn new(values: impl Iterator<Item = f32>) -> Self {
        // Running sums in f64 keep differences exact enough on the largest pages.
        let mut sum = 0.0f64;
        let mut sums = vec![0.0];
        sums.extend(values.map(|v| {
            sum += f64::from(v);
            sum as f32
        }));
        Self(sums)
    }
    pub fn between(&self, first: usize, end: usize) -> f32 {
        let last = self.0.len() - 1;
        let end = end.min(last);
        if first >= end { 0.0 } else { self.0[end] - self.0[first] }
    }
    pub fn whole(&self) -> f32 {
        self.0[self.0.len() - 1]
    }
}

/// What the blocks under one signature have in common.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signature {
    pub blocks: f32,
    pub chars: f32,
    pub good: f32,
    pub link_chars: f32,
}

pub struct Layout {
    pub places: Vec<Place>,
    pub paths: Vec<Signature>,
    pub tag_paths: Vec<Signature>,
    pub chars: Prefix,
    pub link_chars: Prefix,
    pub good: Prefix,
    pub commas: Prefix,
    pub stops: Prefix,
    /// The container with the best score; `NONE` on a page without paragraphs.
    pub top: u32,
    /// The container whose running text outweighs its other text most.
    pub best: u32,
    pub max_score: f32,
}

impl Layout {
    pub fn new(page: &HtmlPage, facts: &[Facts]) -> Self {
        let prefix = |f: fn(&Facts) -> f32| Prefix::new(facts.iter().map(f));
        let mut layout = Self {
            places: places(page),
            paths: vec![],
            tag_paths: vec![],
            chars: prefix(|f| f.chars),
            link_chars: prefix(|f| f.chars * f.link_share),
            good: prefix(|f| if f.good { f.chars } else { 0.0 }),
            commas: prefix(|f| f.commas),
            stops: prefix(|f| f.stops),
            top: NONE,
            best: NONE,
            max_score: 0.0,
        };
        layout.sign(page, facts);
        layout.score(page, facts);
        layout
    }

    pub fn place(&self, container: u32) -> Option<&Place> {
        self.places.get(container as usize)
    }

    fn sign(&mut self, page: &HtmlPage, facts: &[Facts]) {
        let count = |of: fn(&Place) -> u32| self.places.iter().map(of).max().map_or(0, |m| m as usize + 1);
        self.paths = vec![Signature::default(); count(|p| p.path)];
        self.tag_paths = vec![Signature::default(); count(|p| p.tag_path)];
        for (block, f) in page.blocks.iter().zip(facts) {
            let Some(place) = self.places.get(block.container as usize) else { continue };
            for s in [&mut self.paths[place.path as usize], &mut self.tag_paths[place.tag_path as usize]] {
                s.blocks += 1.0;
                s.chars += f.chars;
                s.good += if f.good { f.chars } else { 0.0 };
                s.link_chars += f.chars * f.link_share;
            }
        }
    }

    fn score(&mut self, page: &HtmlPage, facts: &[Facts]) {
        for (block, f) in page.blocks.iter().zip(facts) {
            let short = if f.dense_script { 10.0 } else { 25.0 };
            if f.chars < short || f.link_share > 0.6 {
                continue;
            }
            let per = if f.dense_script { 35.0 } else { 100.0 };
            let mut share = 1.0 + f.commas.min(10.0) + (f.chars / per).min(3.0);
            let mut at = self.outer(page, block.container);
            for divisor in [1.0, 2.0, 1.5] {
                share /= divisor;
                let Some(place) = self.places.get_mut(at as usize) else { break };
                place.score += share;
                at = self.outer(page, at);
            }
        }
        let mut best_weight = 0.0;
        for at in 0..self.places.len() {
            let container = &page.containers[at];
            let (first, end) = (container.first_block as usize, container.end_block as usize);
            let chars = self.chars.between(first, end).max(1.0);
            let links = self.link_chars.between(first, end) / chars;
            self.places[at].score *= 1.0 - links.min(1.0);
            if self.places[at].score > self.max_score {
                self.max_score = self.places[at].score;
                self.top = at as u32;
            }
            let good = self.good.between(first, end);
            let weight = good - 0.6 * (chars - good);
            if weight > best_weight {
                best_weight = weight;
                self.best = at as u32;
            }
        }
        self.measure_from_top(page);
    }

    /// The block-level container around a container.
    pub fn outer(&self, page: &HtmlPage, container: u32) -> u32 {
        let Some(place) = self.place(container) else { return NONE };
        let parent = page.containers[place.block_level as usize].parent;
        self.place(parent).map_or(NONE, |p| p.block_level)
    }

    fn measure_from_top(&mut self, page: &HtmlPage) {
        let mut up = 0;
        let mut at = self.top;
        let mut above: FxHashMap<u32, u16> = FxHashMap::default();
        while let Some(container) = page.containers.get(at as usize) {
            above.insert(at, up);
            up = up.saturating_add(1);
            at = container.parent;
        }
        for at in 0..self.places.len() {
            let parent = page.containers[at].parent as usize;
            self.places[at].to_top = match above.get(&(at as u32)) {
                Some(&steps) => steps,
                None => self.places.get(parent).map_or(u16::MAX, |p| p.to_top.saturating_add(1)),
            };
        }
    }
}

fn places(page: &HtmlPage) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(page.containers.len());
    let mut masks: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut kinds: FxHashMap<u32, Kind> = FxHashMap::default();
    let mut paths: FxHashMap<(u32, u32, u32), u32> = FxHashMap::default();
    let mut tag_paths: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut scratch = String::new();
    for (at, container) in page.containers.iter().enumerate() {
        let kind = *kinds.entry(container.tag.start).or_insert_with(|| kind_of(page.attr(container.tag)));
        let parent = places.get(container.parent as usize).copied();
        let mut mask = 0;
        for span in [container.class, container.id, container.itemprop, container.role, container.other] {
            if !span.is_empty() {
                mask |= *masks
                    .entry((span.start, span.end))
                    .or_insert_with(|| class_mask(page.attr(span), &mut scratch));
            }
        }
        let mut distance = parent.map_or([FAR; CLASSES], |p| p.distance.map(|d| (d + 1).min(FAR)));
        if kind != Kind::Body {
            for (bit, d) in distance.iter_mut().enumerate() {
                if mask & 1 << bit != 0 {
                    *d = 0;
                }
            }
        }
        let next = paths.len() as u32;
        let parent_path = parent.map_or(u32::MAX, |p| p.path);
        let path = *paths.entry((parent_path, container.tag.start, container.class.start)).or_insert(next);
        let next = tag_paths.len() as u32;
        let parent_path = parent.map_or(u32::MAX, |p| p.tag_path);
        let tag_path = *tag_paths.entry((parent_path, container.tag.start)).or_insert(next);
        let block_level = match parent {
            Some(parent) if kind == Kind::Inline => parent.block_level,
            _ => at as u32,
        };
        let flags = parent.map_or(0, |p| p.flags) | flags_of(page, container, kind);
        places.push(Place {
            kind,
            block_level,
            flags,
            mask,
            distance,
            path,
            tag_path,
            score: 0.0,
            to_top: 0,
        });
    }
    places
}

fn flags_of(page: &HtmlPage, container: &Container, kind: Kind) -> u16 {
    let body_prop = page.attr(container.itemprop).split_ascii_whitespace().any(|p| p == "articleBody");
    let of_kind = match kind {
        Kind::Article => IN_ARTICLE,
        Kind::Main => IN_MAIN,
        Kind::Aside => IN_ASIDE,
        Kind::Nav => IN_NAV,
        Kind::Footer => IN_FOOTER,
        Kind::Header => IN_HEADER,
        Kind::Form => IN_FORM,
        Kind::Figure => IN_FIGURE,
        Kind::List => IN_LIST,
        Kind::Table => IN_TABLE,
        Kind::Quote => IN_QUOTE,
        Kind::Caption => IN_CAPTION,
        _ => 0,
    };
    of_kind
        | if container.hidden { IN_HIDDEN } else { 0 }
        | if container.unseen { IN_UNSEEN } else { 0 }
        | if body_prop { IN_BODY_PROP } else { 0 }
}

fn kind_of(tag: &str) -> Kind {
    match tag {
        "p" => Kind::P,
        "div" => Kind::Div,
        "li" => Kind::Li,
        "h1" => Kind::H1,
        "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading,
        "td" | "th" => Kind::Cell,
        "blockquote" => Kind::Quote,
        "figcaption" | "caption" => Kind::Caption,
        "dt" | "dd" | "dl" => Kind::Definition,
        "section" => Kind::Section,
        "article" => Kind::Article,
        "main" => Kind::Main,
        "aside" => Kind::Aside,
        "nav" => Kind::Nav,
        "footer" => Kind::Footer,
        "header" => Kind::Header,
        "form" | "fieldset" => Kind::Form,
        "figure" => Kind::Figure,
        "ul" | "ol" | "menu" => Kind::List,
        "table" | "tbody" | "thead" | "tr" => Kind::Table,
        "pre" => Kind::Pre,
        "html" | "body" => Kind::Body,
        "a" | "abbr" | "b" | "code" | "em" | "font" | "i" | "label" | "q" | "s" | "small" | "span"
        | "strong" | "sub" | "sup" | "time" | "u" | "cite" | "mark" | "del" | "ins" | "picture" => {
            Kind::Inline
        }
        _ => Kind::Other,
    }
}
