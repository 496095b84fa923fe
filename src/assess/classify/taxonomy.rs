//! IPTC Media Topics as far as copydesk assigns them: first and second level, with British names.

use rustc_hash::FxHashMap;

/// First-level topics: `medtop:01000000` to `medtop:17000000`.
pub const TOPICS: usize = 17;

const SHIPPED: &str = include_str!("medtops.tsv");

/// Topics by number: the first level in its order, then the second by code.
#[derive(Debug)]
pub struct Taxonomy {
    topics: Vec<Medtop>,
    numbers: FxHashMap<String, u16>,
}

#[derive(Debug)]
struct Medtop {
    code: String,
    name: String,
    first: u8,
}

impl Taxonomy {
    /// The vocabulary inside the program; a test reads it, so that it cannot fail here.
    pub fn shipped() -> Self {
        let mut taxonomy = Self { topics: Vec::new(), numbers: FxHashMap::default() };
        for line in SHIPPED.lines().filter(|l| !l.starts_with('#')) {
            let mut fields = line.split('\t');
            let (Some(code), Some(parent), Some(name)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            let top = if parent == "-" { code } else { parent };
            let Some(first) = top.get(..2).and_then(|d| d.parse::<u8>().ok()).and_then(|n| n.checked_sub(1))
            else {
                continue;
            };
            taxonomy.numbers.insert(code.to_owned(), taxonomy.topics.len() as u16);
            taxonomy.topics.push(Medtop { code: format!("medtop:{code}"), name: name.to_owned(), first });
        }
        taxonomy
    }

    /// Number of a topic by its eight digits, with or without `medtop:`.
    pub fn number(&self, code: &str) -> Option<u16> {
        self.numbers.get(code.strip_prefix("medtop:").unwrap_or(code)).copied()
    }

    /// Index from 0 of the first-level topic that a topic is or belongs to.
    pub fn first_level(&self, number: u16) -> usize {
        usize::from(self.topics[usize::from(number)].first)
    }

    pub fn code(&self, number: u16) -> &str {
        &self.topics[usize::from(number)].code
    }

    pub fn name(&self, number: u16) -> &str {
        &self.topics[usize::from(number)].name
    }

    pub fn len(&self) -> usize {
        self.topics.len()
    }

    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// The second-level topics under one of the first level.
    pub fn second_level(&self, first: usize) -> impl Iterator<Item = u16> + '_ {
        (TOPICS..self.topics.len())
            .filter(move |n| usize::from(self.topics[*n].first) == first)
            .map(|n| n as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_complete() {
        let taxonomy = Taxonomy::shipped();
        assert_eq!(SHIPPED.lines().filter(|l| !l.starts_with('#')).count(), taxonomy.len());
        for first in 0..TOPICS {
            assert_eq!(taxonomy.code(first as u16), format!("medtop:{:02}000000", first + 1));
            assert!(taxonomy.second_level(first).count() >= 3, "{}", taxonomy.name(first as u16));
        }
        let crime = taxonomy.number("medtop:20000082").unwrap();
        assert_eq!((taxonomy.first_level(crime), taxonomy.name(crime)), (1, "crime"));
    }
}
