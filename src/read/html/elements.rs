//! Tree construction as far as it decides text: which start and end tags open, close and imply what.

use super::attributes::{Attributes, Value};
use super::head;
use super::stack::{Builder, Element};
use super::tags::{self, Tag};
use crate::model::html::NONE;

impl Builder<'_> {
    pub fn start(&mut self, tag: Tag, name: Value, attributes: &Attributes) {
        if let Some(from) = self.foreign_from {
            if !tag.is(tags::BREAKOUT) || self.in_integration_point(from) {
                return self.foreign(tag, name, attributes);
            }
            self.pop_to(from);
        }
        match tag {
            Tag::Html | Tag::Body => return self.root(tag, name, attributes),
            Tag::Head if self.seen_body || self.open[Tag::Head as usize] > 0 => return,
            Tag::Head => {}
            Tag::Frameset => return,
            _ if !tag.is(tags::HEAD) => self.leave_head(),
            _ => {}
        }
        if tag.is(tags::CLOSES_P) {
            self.close_p();
        }
        match tag {
            Tag::Li => self.close_item(&[Tag::Li]),
            Tag::Dd | Tag::Dt => self.close_item(&[Tag::Dd, Tag::Dt]),
            _ if tag.is_heading() && self.top(Tag::is_heading) => self.pop_to(self.stack.len() - 1),
            Tag::A if self.open[Tag::A as usize] > 0 => self.end(Tag::A, name),
            Tag::Button if self.open[Tag::Button as usize] > 0 => self.end(Tag::Button, name),
            Tag::Option | Tag::Optgroup if self.top(|t| t == Tag::Option) => {
                self.pop_to(self.stack.len() - 1)
            }
            Tag::Rt | Tag::Rp if self.top(|t| matches!(t, Tag::Rt | Tag::Rp)) => {
                self.pop_to(self.stack.len() - 1)
            }
            Tag::Caption | Tag::Colgroup | Tag::Thead | Tag::Tbody | Tag::Tfoot => self.clear_table(&[]),
            Tag::Tr => self.clear_table(&[Tag::Thead, Tag::Tbody, Tag::Tfoot]),
            Tag::Td | Tag::Th => self.clear_table(&[Tag::Tr]),
            _ => {}
        }
        if tag == Tag::Br {
            return self.line_break();
        }
        if self.is_block(tag) {
            self.boundary();
        }
        // Cells outside of tables are nothing.
        let table_part = matches!(
            tag,
            Tag::Caption | Tag::Colgroup | Tag::Thead | Tag::Tbody | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th
        );
        if table_part && self.open[Tag::Table as usize] == 0 && self.open[Tag::Template as usize] == 0 {
            return;
        }
        if tag.is(tags::VOID) {
            return self.void(tag, name, attributes);
        }
        self.push(tag, name, attributes);
        if matches!(tag, Tag::Svg | Tag::Math) {
            if attributes.self_closing {
                self.pop_to(self.stack.len() - 1);
            } else {
                self.foreign_from = Some(self.stack.len() - 1);
            }
        }
    }

    /// A raw-text element, whole.
    pub fn raw(&mut self, tag: Tag, name: Value, attributes: &Attributes, content: (usize, usize)) {
        if !tag.is(tags::HEAD) {
            self.leave_head();
        }
        if tag.is(tags::CLOSES_P) {
            self.close_p();
        }
        if tag.is(tags::BLOCK) {
            self.boundary();
        }
        let text = &self.source[content.0..content.1];
        match tag {
            Tag::Title if self.page.head.title.is_none() => {
                let title = self.collapse(text);
                self.page.head.title = Some(title).filter(|t| !t.is_empty());
            }
            Tag::Script => head::script(self, attributes, text),
            Tag::Noframes => head::fallback(self, text),
            Tag::Xmp => {
                self.push(tag, name, attributes);
                self.verbatim(content.0, content.1);
                self.end(tag, name);
            }
            _ => {}
        }
    }

    pub fn end(&mut self, tag: Tag, name: Value) {
        self.steps += 1;
        if let Some(from) = self.foreign_from {
            return self.end_foreign(tag, name, from);
        }
        match tag {
            Tag::Body | Tag::Html => return self.boundary(),
            Tag::Br => return self.line_break(),
            Tag::P if self.open[Tag::P as usize] == 0 => return self.boundary(),
            _ if tag.is(tags::VOID) => return,
            _ => {}
        }
        if self.overflown > 0 && self.overflow[tag as usize] > 0 {
            self.overflow[tag as usize] -= 1;
            self.overflown -= 1;
            if self.is_block(tag) {
                self.boundary();
            }
            return;
        }
        if self.is_block(tag) {
            self.boundary();
        }
        if tag.is_heading() {
            if let Some(at) = self.find(|e| e.tag.is_heading(), |e| e.tag.is(tags::SCOPE)) {
                self.pop_to(at);
            }
            return;
        }
        if self.open[tag as usize] == 0 {
            return;
        }
        let same = |b: &Self, e: &Element| {
            e.tag == tag
                && !e.dead
                && (tag != Tag::Unknown && tag != Tag::Custom || b.same_name(e.name, name))
        };
        let table_part = matches!(
            tag,
            Tag::Table
                | Tag::Caption
                | Tag::Colgroup
                | Tag::Thead
                | Tag::Tbody
                | Tag::Tfoot
                | Tag::Tr
                | Tag::Td
                | Tag::Th
        );
        let found = match tag {
            _ if table_part => {
                self.find(|e| same(self, e), |e| matches!(e.tag, Tag::Table | Tag::Template | Tag::Html))
            }
            Tag::P => self.find(|e| same(self, e), |e| e.tag.is(tags::SCOPE) || e.tag == Tag::Button),
            Tag::Li => {
                self.find(|e| same(self, e), |e| e.tag.is(tags::SCOPE) || matches!(e.tag, Tag::Ul | Tag::Ol))
            }
            // A stray `</template>` reaches through anything.
            Tag::Template => self.find(|e| same(self, e), |_| false),
            _ if tag.is(tags::SPECIAL) => self.find(|e| same(self, e), |e| e.tag.is(tags::SCOPE)),
            _ => match self.find(|e| same(self, e), |e| e.tag.is(tags::SPECIAL)) {
                None => return self.bury(tag, |b, e| same(b, e)),
                found => found,
            },
        };
        if let Some(at) = found {
            self.pop_to(at);
        }
    }

    /// `<a><div></a>`: the link ends, the children stay open.
    fn bury(&mut self, tag: Tag, same: impl Fn(&Self, &Element) -> bool) {
        let formatting = tag == Tag::A || tag.is(tags::EMPHASIS);
        if !formatting {
            return;
        }
        let Some(at) = self.find(|e| same(self, e), |e| e.tag.is(tags::SCOPE)) else { return };
        let element = self.stack[at];
        self.leave(&element);
        self.stack[at].dead = true;
        self.open[tag as usize] -= 1;
    }

    // ---- rules of the stack

    fn top(&self, is: impl Fn(Tag) -> bool) -> bool {
        self.stack.last().is_some_and(|e| is(e.tag))
    }

    /// The topmost element that `is` wanted, unless one that `stops` stands above it.
    fn find(&self, is: impl Fn(&Element) -> bool, stops: impl Fn(&Element) -> bool) -> Option<usize> {
        for (at, element) in self.stack.iter().enumerate().rev() {
            if is(element) {
                return Some(at);
            }
            if stops(element) {
                return None;
            }
        }
        None
    }

    fn close_p(&mut self) {
        if self.open[Tag::P as usize] == 0 {
            return;
        }
        self.steps += 1;
        let stop = |e: &Element| e.tag.is(tags::SCOPE) || e.tag == Tag::Button;
        if let Some(at) = self.find(|e| e.tag == Tag::P, stop) {
            // A link that the paragraph leaves open goes on behind it.
            let link =
                self.stack[at..].iter().find(|e| e.tag == Tag::A && !e.dead && e.anchor != NONE).copied();
            self.boundary();
            let anchor = link.map(|element| self.page.anchors[element.anchor as usize]);
            self.pop_to(at);
            if let (Some(mut element), Some(anchor)) = (link, anchor) {
                // Without text so far, it was dropped as it left the paragraph.
                if element.anchor as usize == self.page.anchors.len() {
                    self.page.anchors.push(anchor);
                }
                element.container = NONE;
                element.label = NONE;
                self.push_element(element);
                self.link = Some(element.anchor);
            }
        }
    }

    /// The implied end of a list item.
    fn close_item(&mut self, tags_of: &[Tag]) {
        if tags_of.iter().any(|&t| self.open[t as usize] > 0) {
            let stop = |e: &Element| {
                e.tag.is(tags::SPECIAL) && !matches!(e.tag, Tag::Address | Tag::Div | Tag::P | Tag::Custom)
            };
            self.steps += 1;
            if let Some(at) = self.find(|e| tags_of.contains(&e.tag), stop) {
                self.boundary();
                self.pop_to(at);
            }
        }
        self.close_p();
    }

    /// Back to the innermost table, or to one of `stay` in it.
    fn clear_table(&mut self, stay: &[Tag]) {
        if self.open[Tag::Table as usize] == 0 {
            return;
        }
        let at = self.find(
            |e| stay.contains(&e.tag) || matches!(e.tag, Tag::Table | Tag::Template),
            |e| e.tag == Tag::Html,
        );
        self.steps += 1;
        if let Some(at) = at {
            self.boundary();
            self.pop_to(at + 1);
        }
    }

    fn leave_head(&mut self) {
        if self.open[Tag::Head as usize] > 0 && self.stack.last().is_some_and(|e| e.tag == Tag::Head) {
            self.pop_to(self.stack.len() - 1);
        }
    }

    fn root(&mut self, tag: Tag, name: Value, attributes: &Attributes) {
        if tag == Tag::Html {
            head::root(self, attributes);
            if self.stack[0].container == NONE {
                self.stack[0] = Element::new(tag, name, attributes, self.source);
            }
            return;
        }
        self.leave_head();
        if !self.seen_body && self.stack.len() == 1 {
            self.boundary();
            self.seen_body = true;
            self.push(tag, name, attributes);
        }
    }

    fn is_block(&self, tag: Tag) -> bool {
        // A custom element in a paragraph is part of its line; elsewhere it is a widget.
        tag.is(tags::BLOCK)
            || tag == Tag::Custom
                && !self.stack.iter().rev().take(8).any(|e| e.tag == Tag::P || e.tag.is_heading())
    }

    // ---- foreign content

    fn foreign(&mut self, tag: Tag, name: Value, attributes: &Attributes) {
        if !attributes.self_closing {
            self.push(tag, name, attributes);
        }
    }

    fn in_integration_point(&self, from: usize) -> bool {
        self.stack[from..].iter().any(|e| matches!(e.tag, Tag::ForeignObject | Tag::Desc | Tag::Title))
    }

    fn end_foreign(&mut self, tag: Tag, name: Value, from: usize) {
        if matches!(tag, Tag::Br | Tag::P) && !self.in_integration_point(from) {
            self.pop_to(from);
            return self.end(tag, name);
        }
        if self.overflown > 0 && self.overflow[tag as usize] > 0 {
            self.overflow[tag as usize] -= 1;
            self.overflown -= 1;
            return;
        }
        if self.open[tag as usize] == 0 {
            return;
        }
        self.steps += 1;
        let same = |e: &Element| e.tag == tag && (tag != Tag::Unknown || self.same_name(e.name, name));
        if let Some(at) = self.stack[from..].iter().rposition(same) {
            self.pop_to(from + at);
        } else if tag.is(tags::BLOCK) {
            // An end tag of the page around: the foreign content was never closed.
            self.pop_to(from);
            self.end(tag, name);
        }
    }
}
