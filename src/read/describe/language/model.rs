//! The model of languages as it ships: features by fingerprint, each with the languages that use it and
//! how much more than chance they do.

use std::io::{Read, Write};
use std::sync::LazyLock;

/// A weight of 1 is so many natural-log units.
pub const STEP: f32 = 0.06;

/// Made by `copydesk train languages`.
pub const FILE: &[u8] = include_bytes!("languages.bin.gz");

/// The model that ships with the program; a test reads it whole.
pub static SHIPPED: LazyLock<Model> =
    LazyLock::new(|| Model::read(FILE).unwrap_or_else(|| Model::new(Vec::new(), &[])));

#[derive(Debug)]
pub struct Model {
    pub languages: Vec<Known>,
    /// Open addressing by the low bits of the fingerprint: fingerprint, start of its postings plus one.
    slots: Vec<(u32, u32)>,
    /// For each feature a count and then so many pairs of language and weight.
    postings: Vec<u8>,
}

/// A language that the model can name or at least recognise.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub tag: &'static str,
    pub standing: Standing,
    /// Added for each feature of a text: what learning found that the weights alone favour or slight.
    pub bias: f32,
    /// Mean weight a feature of its own texts, and how much that varies between texts.
    pub mean: f32,
    pub spread: f32,
}

impl Known {
    /// Whether the model claims to know it.
    pub fn named(&self) -> bool {
        self.standing != Standing::Unnamed
    }
}

/// What a language is to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Never named: it keeps its texts from being taken for one that is.
    Unnamed,
    Named,
    /// One of the languages with the most news.
    Large,
}

impl Standing {
    pub fn read(cell: &str) -> Option<Self> {
        [Self::Unnamed, Self::Named, Self::Large].into_iter().find(|s| s.cell() == cell)
    }

    fn cell(self) -> &'static str {
        match self {
            Self::Unnamed => "0",
            Self::Named => "1",
            Self::Large => "2",
        }
    }
}

/// A feature's fingerprint with its languages and weights.
pub type Feature = (u32, Vec<(u8, u8)>);

impl Model {
    /// Languages and weights of a feature.
    pub fn postings(&self, fingerprint: u32) -> impl Iterator<Item = (u8, u8)> + '_ {
        let pairs = match self.find_from(fingerprint, self.slots[self.slot(fingerprint)]) as usize {
            0 => &[][..],
            start => {
                let count = self.postings[start - 1] as usize;
                &self.postings[start..start + count * 2]
            }
        };
        pairs.chunks_exact(2).map(|pair| (pair[0], pair[1]))
    }

    fn slot(&self, fingerprint: u32) -> usize {
        fingerprint as usize & (self.slots.len() - 1)
    }

    /// Where a feature's postings start, 0 for one that the model does not hold; `own` stands in its own slot.
    fn find_from(&self, fingerprint: u32, own: (u32, u32)) -> u32 {
        let (mut at, (mut found, mut start)) = (self.slot(fingerprint), own);
        while start != 0 && found != fingerprint {
            at = (at + 1) & (self.slots.len() - 1);
            (found, start) = self.slots[at];
        }
        start
    }

    /// Adds what each feature says for each language to `scores`. The tables are larger than the caches: all that a
    /// step needs is fetched in a loop without a branch that could be foretold wrongly, so that the waits overlap.
    pub fn add(&self, fingerprints: &[u32], scores: &mut [u32]) {
        let own: Vec<(u32, u32)> = fingerprints.iter().map(|f| self.slots[self.slot(*f)]).collect();
        let mut starts: Vec<u32> =
            fingerprints.iter().zip(own).map(|(f, own)| self.find_from(*f, own)).collect();
        starts.retain(|start| *start != 0);
        let counts: Vec<u8> = starts.iter().map(|start| self.postings[*start as usize - 1]).collect();
        for (start, count) in starts.into_iter().zip(counts) {
            let start = start as usize;
            for pair in self.postings[start..start + usize::from(count) * 2].chunks_exact(2) {
                scores[usize::from(pair[0])] += u32::from(pair[1]);
            }
        }
    }

    pub fn new(languages: Vec<Known>, features: &[Feature]) -> Self {
        let size = (features.len() * 2).next_power_of_two().max(16);
        let mut slots = vec![(0, 0); size];
        let mut postings = Vec::new();
        for (fingerprint, pairs) in features {
            postings.push(pairs.len() as u8);
            let start = postings.len() as u32;
            postings.extend(pairs.iter().flat_map(|(l, w)| [*l, *w]));
            let mut at = *fingerprint as usize & (size - 1);
            while slots[at].1 != 0 {
                at = (at + 1) & (size - 1);
            }
            slots[at] = (*fingerprint, start);
        }
        Self { languages, slots, postings }
    }

    /// Reads what `write` wrote; nothing where the bytes are no model.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut raw = Vec::new();
        flate2::read::GzDecoder::new(bytes).read_to_end(&mut raw).ok()?;
        let split = raw.iter().position(|b| *b == 0)?;
        let head: &'static str = Box::leak(String::from_utf8(raw[..split].to_vec()).ok()?.into_boxed_str());
        let mut languages = Vec::new();
        for line in head.lines() {
            let cells: Vec<&'static str> = line.split(' ').collect();
            let [tag, standing, bias, mean, spread] = cells.as_slice() else { return None };
            languages.push(Known {
                tag,
                standing: Standing::read(standing)?,
                bias: bias.parse().ok()?,
                mean: mean.parse().ok()?,
                spread: spread.parse().ok()?,
            });
        }
        let mut rest = &raw[split + 1..];
        let mut features: Vec<Feature> = Vec::new();
        let mut fingerprint = 0u32;
        while let Some((count, after)) = rest.split_first() {
            let (delta, after) = varint(after)?;
            fingerprint = fingerprint.checked_add(delta)?;
            let pairs = after.get(..*count as usize * 2)?;
            rest = &after[*count as usize * 2..];
            let pairs: Vec<(u8, u8)> = pairs.chunks_exact(2).map(|p| (p[0], p[1])).collect();
            if pairs.iter().any(|(l, _)| *l as usize >= languages.len()) {
                return None;
            }
            features.push((fingerprint, pairs));
        }
        Some(Self::new(languages, &features))
    }

    /// The file's bytes, the same for the same model.
    pub fn write(languages: &[Known], features: &mut [Feature]) -> std::io::Result<Vec<u8>> {
        features.sort_unstable_by_key(|(f, _)| *f);
        let mut raw = Vec::new();
        for known in languages {
            let Known { tag, standing, bias, mean, spread } = known;
            writeln!(raw, "{tag} {} {bias:.3} {mean:.3} {spread:.3}", standing.cell())?;
        }
        raw.push(0);
        let mut before = 0u32;
        for (fingerprint, pairs) in features.iter() {
            raw.push(pairs.len() as u8);
            let mut delta = fingerprint - before;
            before = *fingerprint;
            while delta >= 0x80 {
                raw.push(delta as u8 | 0x80);
                delta >>= 7;
            }
            raw.push(delta as u8);
            raw.extend(pairs.iter().flat_map(|(l, w)| [*l, *w]));
        }
        let mut zip = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::best());
        zip.write_all(&raw)?;
        zip.finish()
    }
}

fn varint(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0u32;
    for (i, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f).checked_shl(7 * i as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_is_whole() {
        let model = Model::read(FILE).expect("a model");
        assert!(model.languages.iter().filter(|l| l.named()).count() >= 65);
        assert!(FILE.len() <= 2 << 20);
    }

    #[test]
    fn models_are_written_and_read_back() {
        let languages =
            vec![Known { tag: "en", standing: Standing::Large, bias: -0.5, mean: 2.5, spread: 0.25 }];
        // The second and the third meet in one slot.
        let mut features = vec![(u32::MAX, vec![(0, 200)]), (7, vec![(0, 3)]), (7 + (1 << 20), vec![(0, 5)])];
        let bytes = Model::write(&languages, &mut features).expect("bytes");
        let model = Model::read(&bytes).expect("a model");
        assert_eq!(model.languages, languages);
        assert_eq!(model.postings(7).collect::<Vec<_>>(), [(0, 3)]);
        assert_eq!(model.postings(u32::MAX).collect::<Vec<_>>(), [(0, 200)]);
        assert_eq!(model.postings(8).count(), 0);
        let mut scores = [0];
        model.add(&[7, 8, 7, 7 + (1 << 20), u32::MAX, 23], &mut scores);
        assert_eq!(scores, [3 + 3 + 5 + 200]);
        assert!(Model::read(&bytes[..bytes.len() / 2]).is_none());
        assert!(Model::read(b"").is_none());
    }
}
