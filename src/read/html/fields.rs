//! Void elements and attributes that become fields of the page: images, times, props, anchors.

use std::borrow::Cow;

use memchr::memmem;

use super::attributes::{Attributes, Name, Value};
use super::entities;
use super::head;
use super::stack::{Builder, Element};
use super::tags::Tag;
use crate::model::Cut;
use crate::model::html::{Anchor, Image, Prop, Span, TimeElement};
use crate::read::clean::repair::is_direction_override;

impl<'s> Builder<'s> {
    /// Elements without content.
    pub fn void(&mut self, tag: Tag, _name: Value, attributes: &Attributes) {
        match tag {
            Tag::Meta => head::meta(self, attributes),
            Tag::Link => head::link(self, attributes),
            Tag::Base => head::base(self, attributes),
            Tag::Img | Tag::Image => self.image(attributes),
            _ => {}
        }
        if attributes.has(Name::Itemprop)
            || tag == Tag::Meta && self.seen_body && attributes.has(Name::Property)
        {
            self.prop(attributes);
        }
    }

    pub fn open_anchor(&mut self, element: &mut Element, attributes: &Attributes) {
        if !attributes.has(Name::Href) || self.skip_from.is_some() || !self.node() {
            return;
        }
        let href = self.store(attributes.get(Name::Href));
        let rel = self.intern(attributes.get(Name::Rel));
        let at = self.position();
        element.anchor = self.page.anchors.len() as u32;
        let text = Span { start: at, end: at };
        self.page.anchors.push(Anchor { href, rel, text, block: self.next_block() });
        self.link = Some(element.anchor);
        self.link_in_block = false;
    }

    /// `<time>` and microdata of the element just pushed.
    pub fn open_fields(&mut self, tag: Tag, attributes: &Attributes) {
        if tag == Tag::Time && self.node() {
            let at = self.position();
            let container = self.materialise(self.stack.len());
            let datetime = self.store(attributes.get(Name::Datetime));
            let text = Span { start: at, end: at };
            let time = TimeElement { datetime, text, container, block: self.next_block() };
            self.page.times.push(time);
            if let Some(top) = self.stack.last_mut() {
                top.time = self.page.times.len() as u32 - 1;
            }
        }
        if attributes.has(Name::Itemprop) || attributes.has(Name::Property) {
            let before = self.page.props.len();
            self.prop(attributes);
            if self.page.props.len() > before
                && let Some(top) = self.stack.last_mut()
            {
                top.prop = before as u32;
            }
        }
    }

    fn prop(&mut self, attributes: &Attributes) {
        if !self.node() {
            return;
        }
        let name = if attributes.has(Name::Itemprop) { Name::Itemprop } else { Name::Property };
        let value =
            [Name::Content, Name::Datetime, Name::Href, Name::Src].into_iter().find(|&n| attributes.has(n));
        let at = self.position();
        let prop = Prop {
            name: self.intern(attributes.get(name)),
            value: value.map_or(Span::default(), |n| self.store(attributes.get(n))),
            text: Span { start: at, end: at },
            container: self.materialise(self.stack.len()),
        };
        self.page.props.push(prop);
    }

    fn image(&mut self, attributes: &Attributes) {
        if self.foreign_from.is_some() || !self.node() {
            return;
        }
        let src = self.image_source(attributes);
        if src.is_empty() {
            return;
        }
        let number =
            |name| spelled(self.source, attributes.get(name)).trim_end_matches("px").parse().unwrap_or(0);
        let (width, height) = (number(Name::Width), number(Name::Height));
        let image = Image {
            src,
            alt: self.store(attributes.get(Name::Alt)),
            container: self.materialise(self.stack.len()),
            block: self.next_block() + u32::from(self.in_text()),
            width,
            height,
        };
        self.page.images.push(image);
    }

    /// Lazy pages keep the real address in another attribute and a placeholder in `src`.
    fn image_source(&mut self, attributes: &Attributes) -> Span {
        let is_address = |v: &Value| {
            let text = spelled(self.source, *v);
            !text.is_empty() && !text.starts_with("data:")
        };
        let single = [Name::DataSrc, Name::Src].map(|n| attributes.get(n)).into_iter().find(is_address);
        if let Some(value) = single {
            return self.store(value);
        }
        let set = [Name::DataSrcset, Name::Srcset].map(|n| attributes.get(n)).into_iter().find(is_address);
        let Some((from, to)) = set else { return Span::default() };
        let text = &self.source[from as usize..to as usize];
        let lead = text.len() - text.trim_start().len();
        let length = text[lead..].find([' ', '\n', '\t']).unwrap_or(text.len() - lead);
        self.store((from + lead as u32, from + (lead + length) as u32))
    }

    // ---- attribute values

    /// Keeps a value that many elements share once.
    pub fn intern(&mut self, value: Value) -> Span {
        if value.0 == value.1 {
            return Span::default();
        }
        let raw = &self.source[value.0 as usize..value.1 as usize];
        if let Some(&span) = self.interned.get(raw) {
            return span;
        }
        let span = self.store(value);
        self.interned.insert(raw, span);
        span
    }

    pub fn store(&mut self, value: Value) -> Span {
        if value.0 == value.1 {
            return Span::default();
        }
        let text = decoded(spelled(self.source, value));
        self.store_text(&text)
    }

    pub fn store_text(&mut self, text: &str) -> Span {
        if self.page.attrs.len() + text.len() > self.limits.html_attribute_bytes {
            self.hit(Cut::HtmlAttributeBytes);
            return Span::default();
        }
        let start = self.page.attrs.len() as u32;
        self.page.attrs.push_str(text);
        Span { start, end: self.page.attrs.len() as u32 }
    }
}

/// A value as the source spells it, trimmed.
pub fn spelled(source: &str, value: Value) -> &str {
    source[value.0 as usize..value.1 as usize].trim()
}

/// An attribute's value with its references decoded.
pub fn decoded(raw: &str) -> Cow<'_, str> {
    if !raw.contains('&') {
        return without_overrides(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match entities::reference(rest, true) {
            Some(reference) => {
                out.extend(reference.chars());
                reference.source_bytes
            }
            None => {
                out.push('&');
                1
            }
        };
        rest = &rest[taken..];
    }
    out.push_str(rest);
    Cow::Owned(without_overrides(&out).into_owned())
}

/// Text without the characters that turn its direction round.
pub fn without_overrides(text: &str) -> Cow<'_, str> {
    if memmem::find(text.as_bytes(), b"\xe2\x80").is_none()
        && memmem::find(text.as_bytes(), b"\xe2\x81").is_none()
    {
        return Cow::Borrowed(text);
    }
    if text.contains(is_direction_override) {
        Cow::Owned(text.replace(is_direction_override, ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A range of the text without the white space at its ends.
pub fn trimmed(text: &str, start: u32, end: u32) -> Span {
    let piece = &text[start as usize..end.max(start) as usize];
    let lead = piece.len() - piece.trim_start().len();
    let start = start + lead as u32;
    Span { start, end: start + piece.trim().len() as u32 }
}
