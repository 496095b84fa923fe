//! The lexica: hand-written terms over first- and second-level topics, one file a language, compiled to
//! hash tables at start. Matching is longest-first in one pass, so time is linear in the text.
//!
//! A file says what its spelling allows: `plural = s` adds regular plurals, `accents = may fall` the forms
//! without accents that capitals and wire copy have, `article = al` the Arabic article and what is written
//! on to it. Under `[none]` stand words that only look like a term.

use rustc_hash::FxHashMap;

use super::taxonomy::{TOPICS, Taxonomy};
use super::tokens::{self, Words};

/// Longest phrase of a lexicon, in words.
const MAX_PHRASE: usize = 10;
/// Shortest beginning or ending of a word that a pattern may name, in bytes.
const MIN_PATTERN: usize = 3;

/// The topic of what only looks like a term.
const NO_TOPIC: u16 = u16::MAX;

/// One language, compiled.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// Words that begin a term, with the length of the longest.
    starts: FxHashMap<u64, u8>,
    terms: FxHashMap<u64, u32>,
    prefixes: FxHashMap<u64, u32>,
    suffixes: FxHashMap<u64, u32>,
    entries: Vec<Entry>,
    spelling: Spelling,
}

/// Forms that a file's directives add to its terms.
#[derive(Debug, Clone, Copy, Default)]
struct Spelling {
    plural_s: bool,
    accents_fall: bool,
    article_al: bool,
}

#[derive(Debug, Clone, Default)]
struct Entry {
    /// The text must have a capital where this is set.
    capital: bool,
    /// Made by the plural rule: gives way to a written term.
    derived: bool,
    weights: Vec<(u16, f32)>,
}

/// What a lexicon heard in a text.
#[derive(Debug, Clone)]
pub struct Heard {
    /// By first-level topic, 01 first; divided by the root of the number of words.
    pub first: [f32; TOPICS],
    /// By second-level topic, as the taxonomy numbers them.
    pub second: Vec<f32>,
    /// Different terms that were met.
    pub terms: usize,
}

/// A mistake in a lexicon file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LexiconError {
    pub line: usize,
    pub what: String,
}

impl Lexicon {
    /// Compiles one or more texts; a term said twice under one topic keeps the later weight.
    pub fn compile(texts: &[&str], taxonomy: &Taxonomy) -> Result<Self, LexiconError> {
        let mut lexicon = Self::default();
        for text in texts {
            lexicon.spelling = Spelling::default();
            lexicon.read(text, taxonomy)?;
        }
        Ok(lexicon)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn hear(&self, words: &Words, taxonomy: &Taxonomy) -> Heard {
        let counts = self.count(words);
        let mut heard =
            Heard { first: [0.0; TOPICS], second: vec![0.0; taxonomy.len()], terms: counts.len() };
        let norm = (words.len().max(1) as f32).sqrt();
        let mut hits: Vec<(u32, u32)> = counts.into_iter().collect();
        hits.sort_unstable();
        for (entry, count) in hits {
            if self.entries[entry as usize].weights.is_empty() {
                heard.terms -= 1;
                continue;
            }
            let strength = (1.0 + (count as f32).ln()) / norm;
            let mut best = [0.0f32; TOPICS];
            for &(topic, weight) in &self.entries[entry as usize].weights {
                heard.second[topic as usize] += strength * weight;
                let first = taxonomy.first_level(topic);
                best[first] = best[first].max(weight);
            }
            for (sum, weight) in heard.first.iter_mut().zip(best) {
                *sum += strength * weight;
            }
        }
        heard
    }

    /// How often each entry is met.
    fn count(&self, words: &Words) -> FxHashMap<u32, u32> {
        let mut counts = FxHashMap::default();
        let all = words.all();
        let mut at = 0;
        while at < all.len() {
            let found = match self.longest(words, at) {
                Some((entry, length)) => {
                    at += length;
                    [Some(entry), None]
                }
                None => {
                    at += 1;
                    self.patterns(words.lower(&all[at - 1]))
                }
            };
            for entry in found.into_iter().flatten() {
                *counts.entry(entry).or_insert(0) += 1;
            }
        }
        counts
    }

    fn longest(&self, words: &Words, at: usize) -> Option<(u32, usize)> {
        let all = words.all();
        let most = usize::from(*self.starts.get(&all[at].hash)?).min(all.len() - at);
        let mut phrase = all[at].hash;
        let mut best = None;
        for length in 1..=most {
            if length > 1 {
                phrase = tokens::join(phrase, all[at + length - 1].hash);
            }
            if let Some(&entry) = self.terms.get(&phrase)
                && (!self.entries[entry as usize].capital || all[at].capital)
            {
                best = Some((entry, length));
            }
        }
        best
    }

    /// The longest beginning and the longest ending that a pattern names: both halves of a compound speak.
    fn patterns(&self, word: &str) -> [Option<u32>; 2] {
        let bytes = word.as_bytes();
        let mut found = [None; 2];
        if bytes.len() < MIN_PATTERN {
            return found;
        }
        let mut begun = 0;
        if !self.prefixes.is_empty() {
            let mut hash = tokens::start();
            for (i, byte) in bytes.iter().enumerate() {
                hash = tokens::step(hash, *byte);
                if i + 1 >= MIN_PATTERN
                    && let Some(&entry) = self.prefixes.get(&hash)
                {
                    (found[0], begun) = (Some(entry), i + 1);
                }
            }
        }
        if !self.suffixes.is_empty() {
            let mut hash = tokens::start();
            for (i, byte) in bytes[begun..].iter().rev().enumerate() {
                hash = tokens::step(hash, *byte);
                if i + 1 >= MIN_PATTERN
                    && let Some(&entry) = self.suffixes.get(&hash)
                {
                    found[1] = Some(entry);
                }
            }
        }
        found
    }

    fn read(&mut self, text: &str, taxonomy: &Taxonomy) -> Result<(), LexiconError> {
        let mut topic = None;
        for (number, line) in text.lines().enumerate() {
            let fail = |what: String| LexiconError { line: number + 1, what };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line {
                "plural = s" => self.spelling.plural_s = true,
                "accents = may fall" => self.spelling.accents_fall = true,
                "article = al" => self.spelling.article_al = true,
                _ => {}
            }
            if line.contains(" = ") {
                continue;
            }
            if line == "[none]" {
                topic = Some(NO_TOPIC);
                continue;
            }
            if let Some(head) = line.strip_prefix('[') {
                let code = head.split([' ', ']']).next().unwrap_or("");
                topic = Some(taxonomy.number(code).ok_or_else(|| fail(format!("{code}: no such topic")))?);
                continue;
            }
            let topic = topic.ok_or_else(|| fail("a term before the first [topic]".into()))?;
            for term in line.split(',').map(str::trim).filter(|t| !t.is_empty()) {
                let (term, weight) = weighted(term).map_err(&fail)?;
                self.add(term, topic, weight).map_err(&fail)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, term: &str, topic: u16, weight: f32) -> Result<(), String> {
        let lower = term.to_lowercase();
        if let Some(beginning) = lower.strip_suffix('*') {
            return self.add_pattern(beginning, topic, weight, false);
        }
        if let Some(ending) = lower.strip_prefix('*') {
            return self.add_pattern(ending, topic, weight, true);
        }
        let words = Words::of(term);
        let all = words.all();
        if all.is_empty() || all.len() > MAX_PHRASE {
            return Err(format!("{term:?}: wants one to {MAX_PHRASE} words"));
        }
        let capital = all[0].capital;
        let hashes: Vec<u64> = all.iter().map(|w| w.hash).collect();
        if topic == NO_TOPIC && self.means_something(&hashes) {
            return Err(format!("{term:?}: stands under a topic too"));
        }
        self.put(&hashes, topic, weight, capital, false);
        if topic == NO_TOPIC {
            return Ok(());
        }
        for form in self.spelling.forms(&words) {
            let hashes: Vec<u64> = form.iter().map(|w| tokens::hash(w.as_bytes())).collect();
            self.put(&hashes, topic, weight, capital, true);
        }
        Ok(())
    }

    fn means_something(&self, words: &[u64]) -> bool {
        let phrase = words[1..].iter().fold(words[0], |p, w| tokens::join(p, *w));
        let entry = self.terms.get(&phrase).map(|e| &self.entries[*e as usize]);
        entry.is_some_and(|e| !e.derived && !e.weights.is_empty())
    }

    fn put(&mut self, words: &[u64], topic: u16, weight: f32, capital: bool, derived: bool) {
        let start = self.starts.entry(words[0]).or_insert(0);
        *start = (*start).max(words.len() as u8);
        let phrase = words[1..].iter().fold(words[0], |p, w| tokens::join(p, *w));
        let entry = *self.terms.entry(phrase).or_insert(self.entries.len() as u32);
        if entry as usize == self.entries.len() {
            self.entries.push(Entry { capital, derived, weights: Vec::new() });
            set(&mut self.entries[entry as usize].weights, topic, weight);
            return;
        }
        let entry = &mut self.entries[entry as usize];
        if derived && !entry.derived {
            return;
        }
        if entry.derived && !derived {
            *entry = Entry { capital, derived, weights: Vec::new() };
        }
        entry.capital &= capital;
        set(&mut entry.weights, topic, weight);
    }

    fn add_pattern(&mut self, part: &str, topic: u16, weight: f32, ending: bool) -> Result<(), String> {
        if part.len() < MIN_PATTERN || part.contains([' ', '*']) {
            return Err(format!("{part:?}: a pattern wants one word of at least {MIN_PATTERN} bytes"));
        }
        if part.contains('-') {
            return Err(format!("{part:?}: a hyphen parts words; write them out without a star"));
        }
        let (table, hash) = if ending {
            (&mut self.suffixes, part.bytes().rev().fold(tokens::start(), tokens::step))
        } else {
            (&mut self.prefixes, tokens::hash(part.as_bytes()))
        };
        let entry = *table.entry(hash).or_insert(self.entries.len() as u32);
        if entry as usize == self.entries.len() {
            self.entries.push(Entry::default());
        } else if topic == NO_TOPIC {
            return Err(format!("{part:?}: stands under a topic too"));
        }
        set(&mut self.entries[entry as usize].weights, topic, weight);
        Ok(())
    }
}

fn set(weights: &mut Vec<(u16, f32)>, topic: u16, weight: f32) {
    if topic == NO_TOPIC {
        return;
    }
    match weights.iter_mut().find(|(t, _)| *t == topic) {
        Some(known) => known.1 = weight,
        None => weights.push((topic, weight)),
    }
}

fn weighted(term: &str) -> Result<(&str, f32), String> {
    let Some((word, weight)) = term.rsplit_once(':') else { return Ok((term, 1.0)) };
    match weight.parse::<f32>() {
        Ok(w) if w > 0.0 && w <= 3.0 => Ok((word.trim(), w)),
        _ => Err(format!("{term:?}: a weight is above 0 and at most 3")),
    }
}

impl Spelling {
    /// Further forms of a term, each word by word.
    fn forms(self, words: &Words) -> Vec<Vec<String>> {
        let said: Vec<String> = words.all().iter().map(|w| words.lower(w).to_owned()).collect();
        let mut forms = Vec::new();
        if self.article_al {
            forms = al_forms(&said);
        }
        if self.plural_s
            && let Some(last) = said.last()
            && let Some(plural) = plural(last)
        {
            let mut form = said.clone();
            form.pop();
            form.push(plural);
            forms.push(form);
        }
        if self.accents_fall {
            let bare: Vec<Vec<String>> = std::iter::once(&said)
                .chain(&forms)
                .map(|form| form.iter().map(|w| bare(w)).collect::<Vec<_>>())
                .filter(|form| *form != said)
                .collect();
            forms.extend(bare);
        }
        forms
    }
}

/// A word as capitals and wire copy have it. An accent on the last letters stays, and so do those of short
/// words, since they part words (`marché`, `marche`); one on the first letter always may fall.
fn bare(word: &str) -> String {
    let letters = word.chars().count();
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ã' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' => 'o',
        'ù' | 'ú' | 'û' => 'u',
        'ç' => 'c',
        c => c,
    };
    let falls = |i: usize| i == 0 || letters >= 6 && i + 3 < letters;
    word.chars().enumerate().map(|(i, c)| if falls(i) { plain(c) } else { c }).collect()
}

/// Arabic terms with the article on every word, with what is written on to the first, and with a bare alef.
fn al_forms(said: &[String]) -> Vec<Vec<String>> {
    let defined = |w: &String| if w.starts_with("ال") { w.clone() } else { format!("ال{w}") };
    let onto = |clitic: &str, form: &[String]| {
        let mut form = form.to_vec();
        form[0] = match (clitic, form[0].strip_prefix("ال")) {
            ("ل", Some(rest)) => format!("لل{rest}"),
            _ => format!("{clitic}{}", form[0]),
        };
        form
    };
    let with: Vec<String> = said.iter().map(defined).collect();
    // The second of two nouns alone is defined: `وزير الخارجية`.
    let mut construct = said.to_vec();
    if let Some(last) = construct.last_mut() {
        *last = defined(last);
    }
    let mut forms = vec![with.clone(), construct.clone()];
    for form in [said, &with, &construct] {
        forms.extend(["و", "ب", "ل"].map(|clitic| onto(clitic, form)));
    }
    let folded: Vec<Vec<String>> = std::iter::once(said)
        .chain(forms.iter().map(Vec::as_slice))
        .map(|form| form.iter().map(|w| w.replace(['أ', 'إ', 'آ'], "ا").replace('ى', "ي")).collect())
        .collect();
    forms.extend(folded);
    forms.retain(|form| form != said);
    forms.sort();
    forms.dedup();
    forms
}

/// The regular plural in `s`, which English, French, Spanish and Portuguese share.
fn plural(word: &str) -> Option<String> {
    let last = word.chars().next_back()?;
    let before = word.chars().rev().nth(1);
    match last {
        's' | 'z' if !word.ends_with("ss") => None,
        's' | 'x' => Some(format!("{word}es")),
        'h' if word.ends_with("ch") || word.ends_with("sh") => Some(format!("{word}es")),
        'y' if before.is_some_and(|c| !"aeiou".contains(c)) => {
            Some(format!("{}ies", &word[..word.len() - 1]))
        }
        c if c.is_alphabetic() => Some(format!("{word}s")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(lexicon: &str, text: &str) -> Vec<(usize, f32)> {
        let taxonomy = Taxonomy::shipped();
        let lexicon = Lexicon::compile(&[lexicon], &taxonomy).unwrap();
        let heard = lexicon.hear(&Words::of(text), &taxonomy);
        let words = (Words::of(text).len() as f32).sqrt();
        heard
            .first
            .iter()
            .enumerate()
            .filter(|(_, s)| **s > 0.0)
            .map(|(i, s)| (i + 1, (s * words * 10.0).round() / 10.0))
            .collect()
    }

    const SMALL: &str = "plural = s\n[20000822 sport]\nfinal:0.5, world cup, *liga, Bath\n[20000574]\nelect*, world cup election, party";

    #[test]
    fn longest_terms_patterns_plurals_and_capitals() {
        for (text, expected) in [
            ("the finals", vec![(15, 0.5)]),
            ("World Cup election", vec![(11, 1.0)]),
            ("World Cups", vec![(15, 1.0)]),
            ("Regionalliga electing", vec![(11, 1.0), (15, 1.0)]),
            ("in Bath", vec![(15, 1.0)]),
            ("a bath", vec![]),
            ("parties", vec![(11, 1.0)]),
        ] {
            assert_eq!(first(SMALL, text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_term_is_none() {
        let lexicon =
            "plural = s\n[20000717]\nmarte, embargo, probe, gen*\n[none]\nmartes, sin embargo, gener*";
        for (text, expected) in [
            ("marte", vec![(13, 1.0)]),
            ("el martes", vec![]),
            ("sin embargo", vec![]),
            ("genetic", vec![(13, 1.0)]),
            ("generally", vec![]),
        ] {
            assert_eq!(first(lexicon, text), expected, "{text}");
        }
        let taxonomy = Taxonomy::shipped();
        let lexicon = Lexicon::compile(&[lexicon], &taxonomy).unwrap();
        assert_eq!(lexicon.hear(&Words::of("martes, sin embargo"), &taxonomy).terms, 0);
    }

    #[test]
    fn both_halves_of_a_compound_speak() {
        let lexicon = "[20000822]\nfußball*\n[20000574]\n*ministerin, *ballett";
        for (text, expected) in [
            ("Fußballministerin", vec![(11, 1.0), (15, 1.0)]),
            ("Verkehrsministerin", vec![(11, 1.0)]),
            // No letter is heard twice.
            ("Fußballett", vec![(15, 1.0)]),
        ] {
            assert_eq!(first(lexicon, text), expected, "{text}");
        }
    }

    #[test]
    fn spellings_that_a_file_allows() {
        let french = "accents = may fall\n[20000574]\nélysée, état-major, parti écologiste, marché, libéral, médiatisée";
        for (text, terms) in [
            ("Elysée", 1),
            ("Etat-major", 1),
            ("parti ecologiste", 1),
            ("liberal", 1),
            ("mediatisée", 1),
            ("marche", 0),
            ("MARCHÉ", 1),
        ] {
            assert_eq!(first(french, text).len(), terms, "{text}");
        }
        let arabic = "article = al\n[20000574]\nوزير خارجية, انتخابات, إعلام";
        for text in
            ["وزير الخارجية", "ووزير الخارجية", "الانتخابات", "بالانتخابات", "للانتخابات", "انتخابات", "الاعلام"]
        {
            assert_eq!(first(arabic, text).len(), 1, "{text}");
        }
        assert!(first(arabic, "خارجية").is_empty());
    }

    #[test]
    fn mistakes_name_their_line() {
        let taxonomy = Taxonomy::shipped();
        for (text, line) in [
            ("goal", 1),
            ("[20000822]\n\ngoal:x", 3),
            ("[99999999]", 1),
            ("[20000822]\nab*", 2),
            ("[20000822]\ne-book*", 2),
            ("[20000822]\nball\n[none]\nball", 4),
        ] {
            assert_eq!(Lexicon::compile(&[text], &taxonomy).unwrap_err().line, line, "{text}");
        }
    }
}
