//! Phrases as a trie that is asked wherever one may begin: at the first letter of a word, at marks, and at every
//! character of scripts without spaces, or anywhere at all. Three bytes tell most places that none begins there, so
//! that a line costs a fraction of what an automaton over all its bytes does.

use rustc_hash::FxHashMap;

use crate::model::script::{is_syllable, is_unspaced, is_word};

/// No node.
const NONE: u32 = u32::MAX;

#[derive(Debug, Default)]
pub struct Phrases {
    nodes: Vec<Node>,
    /// Of all nodes: the bytes that lead on, and where to.
    bytes: Vec<u8>,
    targets: Vec<u32>,
    /// Phrases that end in a node, by their number.
    ends: Vec<u32>,
    /// Node of each first byte.
    first: Vec<u32>,
    /// A bit for each first three bytes of a phrase, by their hash; most words are told by it.
    begins: Vec<u64>,
    /// Node of each first three bytes, which saves the way there.
    third: FxHashMap<[u8; 3], u32>,
    /// First bytes of phrases that are shorter.
    short: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// In `bytes` and `targets`, and in `ends`.
    edges: (u32, u32),
    ends: (u32, u32),
}

/// A phrase that stands in a line, by its number and offsets in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub phrase: usize,
    pub start: usize,
    pub end: usize,
}

impl Phrases {
    /// Phrases are numbered in their order; none may be empty.
    pub fn new<P: AsRef<str>>(phrases: &[P]) -> Self {
        let mut sorted: Vec<(&[u8], u32)> =
            phrases.iter().enumerate().map(|(n, p)| (p.as_ref().as_bytes(), n as u32)).collect();
        sorted.sort_unstable();
        let mut out = Self { first: vec![NONE; 256], begins: vec![0; PREFIXES / 64], ..Self::default() };
        for (text, _) in &sorted {
            match text.first_chunk() {
                Some(prefix) => out.begins[hash(prefix) / 64] |= 1 << (hash(prefix) % 64),
                None => out.short.extend(text.first()),
            }
        }
        let mut rest = sorted.as_slice();
        while let Some(&byte) = rest.first().and_then(|(text, _)| text.first()) {
            let many = rest.partition_point(|(text, _)| text[0] <= byte);
            out.first[usize::from(byte)] = out.add(&rest[..many], 1);
            rest = &rest[many..];
        }
        for prefix in sorted.iter().filter_map(|(text, _)| text.first_chunk::<3>()) {
            let node = prefix[1..].iter().fold(out.first[usize::from(prefix[0])], |at, b| out.next(at, *b));
            out.third.insert(*prefix, node);
        }
        out
    }

    /// Adds the node of phrases that have their first `depth` bytes in common.
    fn add(&mut self, phrases: &[(&[u8], u32)], depth: usize) -> u32 {
        let at = self.nodes.len();
        let ending = phrases.partition_point(|(text, _)| text.len() == depth);
        let ends = self.ends.len() as u32;
        self.ends.extend(phrases[..ending].iter().map(|(_, n)| n));
        let groups: Vec<_> = phrases[ending..].chunk_by(|a, b| a.0[depth] == b.0[depth]).collect();
        let edges = self.bytes.len() as u32;
        self.bytes.extend(groups.iter().map(|group| group[0].0[depth]));
        self.targets.resize(self.bytes.len(), NONE);
        self.nodes
            .push(Node { edges: (edges, self.bytes.len() as u32), ends: (ends, self.ends.len() as u32) });
        for (edge, group) in (edges as usize..).zip(groups) {
            self.targets[edge] = self.add(group, depth + 1);
        }
        at as u32
    }

    /// What stands in a line in lower case, by rising start. No phrase is found that begins inside of a word; one
    /// that ends inside of a word is, for the caller to judge.
    pub fn find(&self, lower: &str, mut report: impl FnMut(Found)) {
        let bytes = lower.as_bytes();
        let (mut at, mut inside) = (0, false);
        while let Some(&byte) = bytes.get(at) {
            let (length, word, free) = if byte.is_ascii_alphanumeric() {
                let rest = &bytes[at..];
                (rest.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len()), true, false)
            } else if byte.is_ascii() {
                (1, false, byte != b' ')
            } else {
                let Some(c) = lower[at..].chars().next() else { break };
                let word = !is_unspaced(c) && is_word(c);
                (c.len_utf8(), word, !word || is_syllable(c))
            };
            if free || !inside {
                self.at(bytes, at, &mut report);
            }
            inside = word;
            at += length;
        }
    }

    /// What stands anywhere in a text, words or not, by rising start.
    pub fn find_anywhere(&self, text: &str, mut report: impl FnMut(Found)) {
        let bytes = text.as_bytes();
        for start in 0..bytes.len() {
            self.at(bytes, start, &mut report);
        }
    }

    #[inline]
    fn at(&self, bytes: &[u8], start: usize, report: &mut impl FnMut(Found)) {
        match bytes[start..].first_chunk() {
            Some(prefix) if !self.short.contains(&prefix[0]) => {
                let begins = self.begins[hash(prefix) / 64] >> (hash(prefix) % 64) & 1 != 0;
                if begins && let Some(&node) = self.third.get(prefix) {
                    self.walk(bytes, start, start + 3, node, report);
                }
            }
            _ => self.walk(bytes, start, start + 1, self.first[usize::from(bytes[start])], report),
        }
    }

    /// Reports the phrases from `start` on; `node` is that of the bytes up to `end`.
    fn walk(
        &self,
        bytes: &[u8],
        start: usize,
        mut end: usize,
        mut node: u32,
        report: &mut impl FnMut(Found),
    ) {
        while let Some(here) = self.nodes.get(node as usize) {
            for &phrase in &self.ends[here.ends.0 as usize..here.ends.1 as usize] {
                report(Found { phrase: phrase as usize, start, end });
            }
            let Some(&byte) = bytes.get(end) else { return };
            node = self.next(node, byte);
            end += 1;
        }
    }

    /// The node that a byte leads to; `NONE` where no phrase goes on like that.
    #[inline]
    fn next(&self, node: u32, byte: u8) -> u32 {
        let Some(here) = self.nodes.get(node as usize) else { return NONE };
        let edges = here.edges.0 as usize..here.edges.1 as usize;
        // Few, but for the first bytes.
        let edge = self.bytes[edges.clone()].iter().position(|edge| *edge == byte);
        edge.map_or(NONE, |edge| self.targets[edges.start + edge])
    }
}

/// Bits for first three bytes.
const PREFIXES: usize = 1 << 16;

#[inline]
fn hash(&[a, b, c]: &[u8; 3]) -> usize {
    let prefix = u32::from(a) | u32::from(b) << 8 | u32::from(c) << 16;
    (prefix.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], line: &str) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        Phrases::new(phrases).find(line, |f| {
            assert_eq!(&line[f.start..f.end], phrases[f.phrase]);
            out.push((f.phrase, f.start));
        });
        out
    }

    #[test]
    fn phrases_are_found_where_words_begin() {
        let phrases = ["read", "read more", "more", "re", "(photo", "有料", "기자", "école", "©"];
        assert_eq!(found(&phrases, "read more"), [(3, 0), (0, 0), (1, 0), (2, 5)]);
        assert_eq!(found(&phrases, "unread moremore"), [(2, 7)]);
        assert_eq!(found(&phrases, "a(photo: more"), [(4, 1), (2, 9)]);
        assert_eq!(found(&phrases, "この有料有料記事"), [(5, 6), (5, 12)]);
        assert_eq!(found(&phrases, "김기자 기자"), [(6, 3), (6, 10)]);
        assert_eq!(found(&phrases, "l'école lécole"), [(7, 2)]);
        assert_eq!(found(&phrases, "x© re"), [(8, 1), (3, 4)]);
        assert_eq!(found(&phrases, ""), []);
        assert_eq!(found(&[], "read more"), []);
    }

    #[test]
    fn parts_are_found_anywhere() {
        let parts = ["form", "or", "©", " ad", "x"];
        let finder = Phrases::new(&parts);
        for (text, expected) in [
            ("reformer", vec![(0, 2), (1, 3)]),
            ("© ad", vec![(2, 0), (3, 2)]),
            ("or", vec![(1, 0)]),
            ("x", vec![(4, 0)]),
            ("", vec![]),
        ] {
            let mut out = Vec::new();
            finder.find_anywhere(text, |f| {
                assert_eq!(&text[f.start..f.end], parts[f.phrase]);
                out.push((f.phrase, f.start));
            });
            assert_eq!(out, expected, "{text}");
        }
    }

    #[test]
    fn a_phrase_under_two_numbers_is_found_twice() {
        assert_eq!(found(&["more", "more"], "more"), [(0, 0), (1, 0)]);
    }
}
