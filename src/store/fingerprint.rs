//! What is remembered of a text, and its encoding.

use super::codec::{Reader, Writer};
use super::record::{DESCRIBED_FORMAT, FIRST_FORMAT};
use super::{Id, StoreError};

/// What stands for the text when two articles are compared. Made by `assess::fingerprint`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fingerprint {
    /// An event's `content_hash`: headline and body as they stand.
    pub content_hash: Id,
    /// Hash of the body's words, case and punctuation aside but for the signs of numbers and of money.
    pub words_hash: u64,
    /// Order-free sum over the distinct sentences of prose: equal where no sentence changed.
    pub prose_sum: u64,
    pub words: u32,
    /// Distinct shingles of the whole text; the sketch holds the smallest.
    pub shingles: u32,
    /// Distinct sentences of prose.
    pub prose: u32,
    /// Bottom-k hashes of word 5-grams, ascending, of 24 bits as all hashes in these lists: among the
    /// few hundred of two texts one in a hundred is equal by chance at most.
    pub sketch: Vec<u32>,
    /// Bottom-k hashes of sentences of prose, ascending.
    pub sentences: Vec<u32>,
    /// Hashes of the first sentences of prose, in order.
    pub lead: Vec<u32>,
    /// Bottom-k hashes of the numbers and of the capitalised words of the prose, ascending.
    pub numbers: Vec<u32>,
    pub names: Vec<u32>,
    /// Words of the first sentence, ascending; pairs of characters in scripts without spaces.
    pub opening: Vec<u32>,
    /// Sentences of prose with their numbers left out, and those, ascending.
    pub figures: Vec<(u32, u32)>,
    /// Which way of making fingerprints made this: sums of prose of two ways are not compared.
    pub form: u8,
}

impl Fingerprint {
    pub(super) fn encode(&self, w: &mut Writer, format: u8) {
        w.id(self.content_hash);
        w.fixed_u64(self.words_hash);
        w.fixed_u64(self.prose_sum);
        for n in [self.words, self.shingles, self.prose] {
            w.varint(n.into());
        }
        w.ascending(&self.sketch);
        w.ascending(&self.sentences);
        w.list24(&self.lead);
        w.ascending(&self.numbers);
        w.ascending(&self.names);
        if format >= DESCRIBED_FORMAT {
            w.ascending(&self.opening);
            w.list24(
                &self
                    .figures
                    .iter()
                    .flat_map(|(sentence, numbers)| [*sentence, *numbers])
                    .collect::<Vec<_>>(),
            );
            w.u8(self.form);
        }
    }

    pub(super) fn decode(r: &mut Reader<'_>, format: u8) -> Result<Self, StoreError> {
        // The first format held the same hashes with eight more bits.
        let first = format == FIRST_FORMAT;
        let cut = |list: Vec<u32>| list.into_iter().map(|hash| hash >> 8).collect();
        let ascending = |r: &mut Reader<'_>| if first { r.list().map(cut) } else { r.ascending() };
        let ordered = |r: &mut Reader<'_>| if first { r.list().map(cut) } else { r.list24() };
        let mut print = Self {
            content_hash: r.id()?,
            words_hash: r.fixed_u64()?,
            prose_sum: r.fixed_u64()?,
            words: r.varint()? as u32,
            shingles: r.varint()? as u32,
            prose: r.varint()? as u32,
            sketch: ascending(r)?,
            sentences: ascending(r)?,
            lead: ordered(r)?,
            numbers: ascending(r)?,
            names: ascending(r)?,
            ..Self::default()
        };
        if format >= DESCRIBED_FORMAT {
            print.opening = r.ascending()?;
            print.figures = r.list24()?.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            print.form = r.u8()?;
        }
        Ok(print)
    }
}
