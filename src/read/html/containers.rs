//! Containers: the elements that hold blocks, images or fields, made when they first hold one.

use super::attributes::Value;
use super::fields::spelled;
use super::stack::{Builder, Element};
use super::tags::Tag;
use crate::model::Cut;
use crate::model::html::{Container, NONE, Span};

impl Builder<'_> {
    /// Containers for the inline elements that hold the whole block, as in `<p><span class="byline">…</span></p>`.
    pub fn materialise_wrappers(&mut self, parent: u32) -> u32 {
        let mut innermost = parent;
        for i in (0..self.wrappers.len()).rev() {
            let wrapper = self.wrappers[i];
            if wrapper.container != NONE {
                innermost = wrapper.container;
            } else if wrapper.is_named() {
                let made = self.container(&wrapper, innermost);
                if made != innermost {
                    innermost = made;
                    self.page.containers[made as usize].end_block = self.next_block() + 1;
                }
            }
        }
        innermost
    }

    /// The container of the innermost of the first `depth` elements that is worth one.
    pub fn materialise(&mut self, depth: usize) -> u32 {
        let known = self.stack[..depth].iter().rposition(|e| e.container != NONE);
        let mut parent = known.map_or(NONE, |at| self.stack[at].container);
        for at in known.map_or(0, |k| k + 1)..depth {
            let element = self.stack[at];
            if element.is_named() {
                parent = self.container(&element, parent);
                self.stack[at].container = parent;
            }
        }
        parent
    }

    fn container(&mut self, element: &Element, parent: u32) -> u32 {
        if !self.node() {
            return parent;
        }
        let other = self.other_names(element);
        let depth = self.page.containers.get(parent as usize).map_or(0, |p| p.depth + 1);
        let container = Container {
            parent,
            tag: self.tag_name(element),
            class: self.intern(element.class),
            id: self.intern(element.id),
            itemprop: self.intern(element.itemprop),
            role: self.intern(element.role),
            other,
            hidden: element.hidden,
            unseen: element.unseen,
            depth,
            first_block: self.next_block(),
            end_block: self.next_block(),
        };
        self.page.containers.push(container);
        self.page.containers.len() as u32 - 1
    }

    /// `rel`, `aria-label` and kin, joined.
    pub fn other_names(&mut self, element: &Element) -> Span {
        if element.others.iter().all(|v| v.0 == v.1) {
            return Span::default();
        }
        let words: Vec<&str> =
            element.others.iter().filter(|v| v.0 != v.1).map(|v| spelled(self.source, *v)).collect();
        self.store_text(&words.join(" "))
    }

    fn tag_name(&mut self, element: &Element) -> Span {
        let slot = element.tag as usize;
        if element.tag != Tag::Unknown && element.tag != Tag::Custom {
            if self.tag_names[slot].is_empty() {
                self.tag_names[slot] = self.store_text(element.tag.name());
            }
            return self.tag_names[slot];
        }
        let name = spelled(self.source, element.name);
        if let Some(&span) = self.interned.get(name) {
            return span;
        }
        let span = self.store_text(&name.to_ascii_lowercase());
        self.interned.insert(name, span);
        span
    }

    pub fn next_block(&self) -> u32 {
        self.page.blocks.len() as u32
    }

    /// Whether a block is being written.
    pub fn in_text(&self) -> bool {
        !self.writer.is_blank()
    }

    pub fn position(&self) -> u32 {
        self.writer.position() as u32
    }

    /// Counts a node; false where the page has had its share.
    pub fn node(&mut self) -> bool {
        if self.nodes >= self.limits.html_nodes {
            self.hit(Cut::HtmlNodes);
            return false;
        }
        self.nodes += 1;
        true
    }

    pub fn hit(&mut self, limit: Cut) {
        if !self.page.limits_hit.contains(&limit) {
            self.page.limits_hit.push(limit);
        }
    }

    pub fn same_name(&self, a: Value, b: Value) -> bool {
        spelled(self.source, a).eq_ignore_ascii_case(spelled(self.source, b))
    }
}
