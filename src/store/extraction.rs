//! One scraper's extraction of a page, kept beside the published one until the page changes.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::StoreError;
use super::codec::{Reader, Writer};
use crate::model::body::{Paragraph, ParagraphKind};

/// Extractions kept beside the published one: what a page is scraped by, and no more.
pub const MAX_EXTRACTIONS: usize = 4;
/// Longer bodies are heard by their sketch, but cannot be chosen later.
const MAX_BODY_BYTES: usize = 64 << 10;
/// Bytes of a packed body.
const MAX_PACKED_BYTES: usize = 24 << 10;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extraction {
    pub scraper: String,
    /// Bottom-k hashes, as in the fingerprint.
    pub sketch: Vec<u32>,
    pub partial: bool,
    /// The packed body, where it is short enough.
    pub text: Option<Vec<u8>>,
}

const KINDS: [ParagraphKind; 7] = [
    ParagraphKind::Standfirst,
    ParagraphKind::Paragraph,
    ParagraphKind::Subhead,
    ParagraphKind::ListItem,
    ParagraphKind::Quote,
    ParagraphKind::Caption,
    ParagraphKind::LiveEntry,
];

/// A body in few bytes; nothing where it is too long.
pub fn pack(paragraphs: &[Paragraph]) -> Option<Vec<u8>> {
    let bytes: usize = paragraphs.iter().map(|p| p.text.len() + 8).sum();
    if bytes > MAX_BODY_BYTES {
        return None;
    }
    let mut w = Writer::with_capacity(bytes);
    for p in paragraphs {
        w.u8(KINDS.iter().position(|k| *k == p.kind)? as u8);
        w.text(&p.text);
    }
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&w.finish()).ok()?;
    packed.finish().ok().filter(|packed| packed.len() <= MAX_PACKED_BYTES)
}

/// What `pack` packed; nothing where the bytes are not such.
pub fn unpack(packed: &[u8]) -> Option<Vec<Paragraph>> {
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed).take(MAX_BODY_BYTES as u64).read_to_end(&mut bytes).ok()?;
    let mut r = Reader::new("extraction", &bytes);
    let mut out = Vec::new();
    while !r.is_empty() {
        let kind = *KINDS.get(usize::from(r.u8().ok()?))?;
        out.push(Paragraph { text: r.text().ok()?, kind, block: None });
    }
    Some(out)
}

impl Extraction {
    pub(super) fn encode(&self, w: &mut Writer) {
        w.text(&self.scraper);
        w.ascending(&self.sketch);
        w.u8(u8::from(self.partial));
        w.option(self.text.as_ref(), |w, packed| w.bytes(packed));
    }

    pub(super) fn decode(r: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            scraper: r.text()?,
            sketch: r.ascending()?,
            partial: r.u8()? != 0,
            text: r.option(Reader::bytes)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_survives_packing_and_a_long_one_is_not_packed() {
        let body: Vec<Paragraph> = KINDS
            .iter()
            .map(|kind| Paragraph { text: format!("Der Damm hält. {kind:?}"), kind: *kind, block: None })
            .collect();
        let packed = pack(&body).expect("is short");
        assert_eq!(unpack(&packed), Some(body.clone()));
        for cut in 0..packed.len() {
            assert_ne!(unpack(&packed[..cut]), Some(body.clone()));
        }
        let long = Paragraph { text: "word ".repeat(20_000), kind: ParagraphKind::Paragraph, block: None };
        assert_eq!(pack(&[long]), None);
    }
}
