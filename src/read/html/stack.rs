//! The stack of open elements, and what grows out of it: blocks and their containers.

use rustc_hash::FxHashMap;

use super::attributes::{Attributes, Name, Value};
use super::fields::{spelled, trimmed};
use super::tags::{self, Tag};
use super::veil::Veiled;
use super::writer::Writer;
use crate::model::Cut;
use crate::model::html::{Block, HtmlPage, NONE, Span};
use crate::read::Limits;

/// An open element.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    pub tag: Tag,
    /// Closed by an end tag that had to leave its children open.
    pub dead: bool,
    /// Index in `containers` once it holds something.
    pub container: u32,
    pub name: Value,
    pub class: Value,
    pub id: Value,
    pub itemprop: Value,
    pub role: Value,
    pub others: [Value; 5],
    pub hidden: bool,
    pub unseen: bool,
    /// Its text is not for reading.
    pub skips: bool,
    /// Entries of `anchors`, `times`, `props`, `labels` whose text ends with the element.
    pub anchor: u32,
    pub time: u32,
    pub prop: u32,
    pub label: u32,
}

impl Element {
    pub fn new(tag: Tag, name: Value, attributes: &Attributes, source: &str) -> Self {
        let get = |name| attributes.get(name);
        let style = spelled(source, get(Name::Style));
        let styled = |property: &str, value: &str| {
            style.split(';').filter_map(|rule| rule.split_once(':')).any(|(p, v)| {
                let v = v.trim().get(..value.len()).unwrap_or_default();
                p.trim().eq_ignore_ascii_case(property) && v.eq_ignore_ascii_case(value)
            })
        };
        let undisplayed = attributes.has(Name::Hidden) || styled("display", "none");
        Self {
            tag,
            dead: false,
            container: NONE,
            name,
            class: get(Name::Class),
            id: get(Name::Id),
            itemprop: get(Name::Itemprop),
            role: get(Name::Role),
            others: [Name::Rel, Name::AriaLabel, Name::DataComponent, Name::DataTest, Name::DataType]
                .map(get),
            hidden: undisplayed || spelled(source, get(Name::AriaHidden)).eq_ignore_ascii_case("true"),
            unseen: undisplayed || styled("visibility", "hidden"),
            skips: tag.is(tags::SKIP) && !(tag == Tag::Template && attributes.has(Name::ShadowRoot)),
            anchor: NONE,
            time: NONE,
            prop: NONE,
            label: NONE,
        }
    }

    /// Worth a container: a block-level element, or an inline one that says what it is.
    pub fn is_named(&self) -> bool {
        let says = |v: Value| v.0 != v.1;
        self.tag.is(tags::BLOCK)
            || self.tag == Tag::Custom
            || says(self.class)
            || says(self.id)
            || says(self.itemprop)
            || says(self.role)
    }
}

pub struct Builder<'s> {
    pub source: &'s str,
    pub page: HtmlPage,
    pub limits: &'s Limits,
    pub writer: Writer,
    pub stack: Vec<Element>,
    /// Open elements of each tag.
    pub open: [u32; Tag::COUNT],
    /// Elements beyond the depth limit: counted, so that their end tags close nothing else.
    pub overflow: [u32; Tag::COUNT],
    pub overflown: u32,
    /// Text is not for reading from this depth on.
    pub skip_from: Option<usize>,
    pub foreign_from: Option<usize>,
    pub emphasis: u32,
    pub preformatted: u32,
    pub link: Option<u32>,
    pub link_in_block: bool,
    pub block: Block,
    /// Depth of the innermost element that holds all of the present block's text.
    pub block_depth: usize,
    /// Inline elements that closed around all of the block's text so far, innermost first.
    pub wrappers: Vec<Element>,
    pub wrapped_at: usize,
    pub veiled: Vec<Veiled>,
    /// Whether a name of elements may say who wrote it or when.
    pub telling: FxHashMap<&'s str, bool>,
    pub interned: FxHashMap<&'s str, Span>,
    pub tag_names: [Span; Tag::COUNT],
    pub nodes: usize,
    pub steps: u64,
    pub seen_body: bool,
    pub head_bytes: usize,
    /// Bytes of JSON-LD, of script state, and of what is shown without scripts.
    pub script_bytes: [usize; 3],
    /// Where the last of the latter ended.
    pub fallback_end: usize,
}

impl<'s> Builder<'s> {
    pub fn new(source: &'s str, limits: &'s Limits) -> Self {
        let mut page = HtmlPage::default();
        // Text is about a tenth of a page; the buffer grows where it is more.
        page.attrs.reserve(source.len() / 32);
        let writer = Writer::new(limits.text_bytes, source.len() / 8);
        let mut builder = Self {
            source,
            page,
            limits,
            writer,
            stack: Vec::with_capacity(64),
            open: [0; Tag::COUNT],
            overflow: [0; Tag::COUNT],
            overflown: 0,
            skip_from: None,
            foreign_from: None,
            emphasis: 0,
            preformatted: 0,
            link: None,
            link_in_block: false,
            block: Block::default(),
            block_depth: 1,
            wrappers: Vec::new(),
            wrapped_at: 0,
            veiled: Vec::new(),
            telling: FxHashMap::default(),
            interned: FxHashMap::default(),
            tag_names: [Span::default(); Tag::COUNT],
            nodes: 0,
            steps: 0,
            seen_body: false,
            head_bytes: 0,
            script_bytes: [0; 3],
            fallback_end: 0,
        };
        builder.push(Tag::Html, (0, 0), &Attributes::default());
        builder
    }

    pub fn finish(mut self) -> HtmlPage {
        self.end_block();
        self.pop_to(0);
        if self.writer.full {
            self.hit(Cut::TextBytes);
        }
        self.page.anchors.retain(|anchor| !anchor.text.is_empty());
        self.page.labels.retain(|label| !label.text.is_empty());
        self.page.text = self.writer.text;
        // Buffers grow by doubling; what a large page does not use would stand beside it to its end.
        self.page.text.shrink_to_fit();
        self.page.attrs.shrink_to_fit();
        self.page.blocks.shrink_to_fit();
        self.page.containers.shrink_to_fit();
        self.page.anchors.shrink_to_fit();
        self.page
    }

    /// Work since the last call.
    pub fn take_steps(&mut self) -> u64 {
        std::mem::take(&mut self.steps)
    }

    pub fn in_foreign(&self) -> bool {
        self.foreign_from.is_some()
    }

    // ---- text

    pub fn characters(&mut self, from: usize, to: usize) {
        if self.skip_from.is_some() {
            return;
        }
        if self.preformatted == 0 {
            return self.text(from, to, true);
        }
        let mut at = from;
        for line in self.source[from..to].split_inclusive('\n') {
            self.text(at, at + line.len(), true);
            at += line.len();
            if line.ends_with('\n') {
                self.line_break();
            }
        }
    }

    /// Text in which `&` stands for itself.
    pub fn verbatim(&mut self, from: usize, to: usize) {
        if self.skip_from.is_none() {
            self.text(from, to, false);
        }
    }

    fn text(&mut self, from: usize, to: usize, decode: bool) {
        let before = self.writer.position();
        let blank = self.writer.is_blank();
        if !self.writer.run(&self.source[from..to], decode) {
            return;
        }
        if blank {
            self.block = Block { source_at: from as u32, ..Block::default() };
            self.block_depth = self.stack.len();
            self.link_in_block = false;
        } else if !self.wrappers.is_empty() {
            self.wrappers.clear();
        }
        let written = (self.writer.position() - before) as u32;
        if self.link.is_some() {
            self.block.link_bytes += written;
            if !self.link_in_block {
                self.link_in_block = true;
                self.block.links = self.block.links.saturating_add(1);
            }
        }
        if self.emphasis > 0 {
            self.block.emphasis_bytes += written;
        }
    }

    pub fn line_break(&mut self) {
        if self.skip_from.is_some() {
            return;
        }
        if self.writer.at_line_break() {
            self.end_block();
        } else {
            self.writer.line_break();
        }
    }

    /// A block-level tag: ends the block, unless it stands in what is not for reading.
    pub fn boundary(&mut self) {
        if self.skip_from.is_none() {
            self.end_block();
        }
    }

    pub fn end_block(&mut self) {
        let Some((start, end)) = self.writer.end_block() else { return };
        let depth = self.block_depth.clamp(1, self.stack.len().max(1));
        if self.node() {
            let mut container = self.materialise(depth);
            if self.wrapped_at == end {
                container = self.materialise_wrappers(container);
            }
            let text = Span { start: start as u32, end: end as u32 };
            self.page.blocks.push(Block { text, container, ..self.block });
        }
        self.wrappers.clear();
        self.link_in_block = false;
        self.block = Block::default();
    }

    // ---- push and pop

    pub fn push(&mut self, tag: Tag, name: Value, attributes: &Attributes) {
        if self.stack.len() >= self.limits.html_depth.max(8) {
            self.overflow[tag as usize] += 1;
            self.overflown += 1;
            self.hit(Cut::HtmlDepth);
            return;
        }
        let mut element = Element::new(tag, name, attributes, self.source);
        if tag == Tag::A {
            self.open_anchor(&mut element, attributes);
        }
        self.open_label(&mut element);
        self.push_element(element);
        self.open_fields(tag, attributes);
    }

    pub fn push_element(&mut self, element: Element) {
        if element.skips && self.skip_from.is_none() {
            self.skip_from = Some(self.stack.len());
        }
        if element.tag.is(tags::EMPHASIS) {
            self.emphasis += 1;
        }
        if element.tag.is_preformatted() {
            self.preformatted += 1;
        }
        self.veil(&element);
        self.open[element.tag as usize] += 1;
        self.stack.push(element);
    }

    /// Pops until `depth` elements are left.
    pub fn pop_to(&mut self, depth: usize) {
        if self.overflown > 0 && depth < self.stack.len() {
            // Whatever overflowed stood inside what closes now.
            self.overflow = [0; Tag::COUNT];
            self.overflown = 0;
        }
        let read = self.skip_from.map_or(self.stack.len(), |from| from.max(depth));
        if depth < read && self.stack[depth..read].iter().any(|e| e.tag.is(tags::BLOCK)) {
            self.end_block();
        }
        while self.stack.len() > depth {
            let Some(element) = self.stack.pop() else { break };
            self.steps += 1;
            self.popped(element);
        }
    }

    fn popped(&mut self, element: Element) {
        let depth = self.stack.len();
        if !self.veiled.is_empty() {
            self.unveil(depth);
        }
        if self.skip_from == Some(depth) {
            self.skip_from = None;
        }
        if self.foreign_from == Some(depth) {
            self.foreign_from = None;
        }
        if element.tag.is_preformatted() {
            self.preformatted -= 1;
        }
        if !element.dead {
            self.open[element.tag as usize] -= 1;
            self.leave(&element);
        }
        let wraps = !self.writer.is_blank() && self.block_depth > depth;
        if element.container != NONE {
            self.page.containers[element.container as usize].end_block = self.next_block() + u32::from(wraps);
        }
        if wraps {
            let now = self.writer.position();
            if self.wrapped_at != now {
                self.wrappers.clear();
            }
            self.wrapped_at = now;
            self.wrappers.push(element);
            self.block_depth = depth;
        }
    }

    /// What ends with an element's end tag, even where its children stay open.
    pub fn leave(&mut self, element: &Element) {
        let end = self.writer.position() as u32;
        if element.anchor != NONE {
            let anchor = &mut self.page.anchors[element.anchor as usize];
            anchor.text = trimmed(&self.writer.text, anchor.text.start, end);
            if self.link == Some(element.anchor) {
                self.link = None;
            }
        }
        if element.time != NONE {
            let time = &mut self.page.times[element.time as usize];
            time.text = trimmed(&self.writer.text, time.text.start, end);
        }
        if element.prop != NONE {
            let prop = &mut self.page.props[element.prop as usize];
            prop.text = trimmed(&self.writer.text, prop.text.start, end);
        }
        if element.label != NONE {
            let label = &mut self.page.labels[element.label as usize];
            label.text = trimmed(&self.writer.text, label.text.start, end);
        }
        if element.tag.is(tags::EMPHASIS) {
            self.emphasis -= 1;
        }
    }
}
