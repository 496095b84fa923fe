//! HTML → blocks, in one pass, linear time and bounded memory, on any text.
//!
//! A tokenizer after the HTML Living Standard (13.2.5) drives a stack of open elements. No tree is built:
//! text goes straight into one buffer, a block ends at each block-level boundary and at a double `<br>`, and
//! only elements that hold blocks, images or fields become containers. Tree construction (13.2.6) is kept
//! where it decides which text stands together: implied end tags, raw text, tables, foreign content.
//! Left out: foster parenting (text in a table stays where it is) and the reconstruction of formatting
//! elements other than links.

mod attributes;
mod containers;
mod elements;
mod entities;
mod fields;
mod head;
/// Words amid a line whose element says what they are.
mod labels;
mod raw;
/// What the source says by itself.
pub mod source;
mod stack;
/// Words amid a line that no browser shows.
mod veil;
mod tags;
mod writer;

use memchr::{memchr, memmem};

use crate::model::html::HtmlPage;
use crate::model::{Budget, ParkReason, Rejection};
use crate::read::Limits;
use attributes::Attributes;
use stack::Builder;
use tags::Tag;

/// Parses `source`, drawing about one unit a byte. Fails only where the budget runs out or the source is too
/// long for 32-bit offsets; reaching any other limit cuts something off and is named in `limits_hit`.
pub fn parse(source: &str, limits: &Limits, budget: &mut Budget) -> Result<HtmlPage, Rejection> {
    budget.draw(source.len() as u64, "parse")?;
    if u32::try_from(source.len()).is_err() {
        return Err(Rejection::park(
            ParkReason::LimitBodyBytes,
            "a page of 4 GiB or more; lower limits.body_bytes",
        ));
    }
    let mut builder = Builder::new(source, limits);
    let mut attributes = Attributes::default();
    let bytes = source.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let Some(offset) = memchr(b'<', &bytes[at..]) else {
            builder.characters(at, bytes.len());
            break;
        };
        let open = at + offset;
        if open > at {
            builder.characters(at, open);
        }
        at = match bytes.get(open + 1) {
            Some(b) if b.is_ascii_alphabetic() => start_tag(&mut builder, &mut attributes, open),
            Some(b'/') => end_tag(&mut builder, &mut attributes, open),
            Some(b'!') => markup_declaration(&mut builder, open),
            Some(b'?') => skip_to(bytes, open, b">"),
            _ => {
                builder.characters(open, open + 1);
                open + 1
            }
        };
        budget.draw(builder.take_steps(), "parse")?;
    }
    let mut page = builder.finish();
    page.marks = source::marks(source);
    page.feed = source::feed(source);
    Ok(page)
}

fn start_tag(builder: &mut Builder, attributes: &mut Attributes, open: usize) -> usize {
    let bytes = builder.source.as_bytes();
    let name_end = tag_name_end(bytes, open + 1);
    let tag = Tag::of(&bytes[open + 1..name_end]);
    // A tag that the source breaks off is no tag.
    let Some(end) = attributes.scan(bytes, name_end) else { return bytes.len() };
    let name = (open as u32 + 1, name_end as u32);
    if tag == Tag::Plaintext && !builder.in_foreign() {
        builder.start(tag, name, attributes);
        builder.characters(end, bytes.len());
        return bytes.len();
    }
    // In foreign content `<style>` and `<title>` are elements like any other.
    if tag.is(tags::RAW) && !builder.in_foreign() {
        let (content_end, next) = raw::content(bytes, end, tag);
        builder.raw(tag, name, attributes, (end, content_end));
        return next;
    }
    // The first of those that stand in each other, so that each byte is looked at once.
    if tag == Tag::Noscript && end >= builder.fallback_end {
        let (content_end, _) = raw::content(bytes, end, tag);
        builder.fallback_end = content_end;
        head::fallback(builder, &builder.source[end..content_end]);
    }
    builder.start(tag, name, attributes);
    end
}

fn end_tag(builder: &mut Builder, attributes: &mut Attributes, open: usize) -> usize {
    let bytes = builder.source.as_bytes();
    match bytes.get(open + 2) {
        Some(b) if b.is_ascii_alphabetic() => {
            let name_end = tag_name_end(bytes, open + 2);
            let Some(end) = attributes.scan(bytes, name_end) else { return bytes.len() };
            builder.end(Tag::of(&bytes[open + 2..name_end]), (open as u32 + 2, name_end as u32));
            end
        }
        // `</>` is nothing, `</3>` a comment, and `</` at the very end is text.
        Some(_) => skip_to(bytes, open + 2, b">"),
        None => {
            builder.characters(open, bytes.len());
            bytes.len()
        }
    }
}

/// Comments, doctypes, CDATA sections.
fn markup_declaration(builder: &mut Builder, open: usize) -> usize {
    let bytes = builder.source.as_bytes();
    let rest = &bytes[open + 2..];
    if rest.starts_with(b"--") {
        // `<!-->` and `<!--->` are whole comments.
        return match rest[2..] {
            [b'>', ..] => open + 5,
            [b'-', b'>', ..] => open + 6,
            _ => comment_end(bytes, open + 4),
        };
    }
    if rest.starts_with(b"[CDATA[") && builder.in_foreign() {
        let from = open + 9;
        let to = memmem::find(&bytes[from..], b"]]>").map_or(bytes.len(), |n| from + n);
        builder.verbatim(from, to);
        return (to + 3).min(bytes.len());
    }
    skip_to(bytes, open + 2, b">")
}

/// Behind `-->` or `--!>`.
fn comment_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(dashes) = memmem::find(&bytes[at..], b"--") {
        at += dashes + 2;
        match bytes[at..] {
            [b'>', ..] => return at + 1,
            [b'!', b'>', ..] => return at + 2,
            // Three dashes: the last two may end it.
            [b'-', ..] => at -= 1,
            _ => {}
        }
    }
    bytes.len()
}

fn skip_to(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    memmem::find(&bytes[from..], end).map_or(bytes.len(), |n| from + n + end.len())
}

fn tag_name_end(bytes: &[u8], from: usize) -> usize {
    let stops = |b: &u8| matches!(b, b'>' | b'/') || attributes::is_space(*b);
    bytes[from..].iter().position(stops).map_or(bytes.len(), |n| from + n)
}

#[cfg(test)]
mod tests;
