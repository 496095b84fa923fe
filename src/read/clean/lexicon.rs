//! The rule packs, compiled: phrases that sites print around their stories, by kind, in many languages.
//! The line model reads them as features, the cold-start rules as evidence.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::model::knowledge::line_hash;
use crate::model::script::{is_syllable, is_unspaced, lowered};
use crate::read::phrases::Phrases;

/// What a phrase belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Donation,
    Subscription,
    Consent,
    Newsletter,
    Share,
    Related,
    Comments,
    App,
    Copyright,
    Advert,
    Navigation,
    Credit,
    Byline,
    Reading,
    Date,
}

impl Kind {
    pub const ALL: [Kind; 15] = [
        Self::Donation,
        Self::Subscription,
        Self::Consent,
        Self::Newsletter,
        Self::Share,
        Self::Related,
        Self::Comments,
        Self::App,
        Self::Copyright,
        Self::Advert,
        Self::Navigation,
        Self::Credit,
        Self::Byline,
        Self::Reading,
        Self::Date,
    ];

    /// As bits: those that speak of the site or to its readers. The others are said of the story.
    pub const NOTICES: u16 = !(1 << Self::Credit as u16
        | 1 << Self::Byline as u16
        | 1 << Self::Reading as u16
        | 1 << Self::Date as u16);

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Donation => "donation",
            Self::Subscription => "subscription",
            Self::Consent => "consent",
            Self::Newsletter => "newsletter",
            Self::Share => "share",
            Self::Related => "related",
            Self::Comments => "comments",
            Self::App => "app",
            Self::Copyright => "copyright",
            Self::Advert => "advert",
            Self::Navigation => "navigation",
            Self::Credit => "credit",
            Self::Byline => "byline",
            Self::Reading => "reading_time",
            Self::Date => "date",
        }
    }

    pub fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What the lexicon finds in one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hits {
    /// Kinds, as bits, of which the whole line is a fixed phrase.
    pub exact: u16,
    /// Kinds, as bits, of which the line holds a phrase.
    pub any: u16,
    /// Phrases by kind that stand outside quotation marks.
    pub unquoted: [u8; 15],
    /// The line begins with a phrase that opens an appeal.
    pub opens: bool,
    /// The line holds a phrase that ends an appeal.
    pub closes: bool,
    /// The line begins with a phrase of bylines or credits, as bits.
    pub begins: u16,
}

impl Hits {
    pub fn is(&self, kind: Kind) -> bool {
        self.exact & kind.bit() != 0
    }
    pub fn has(&self, kind: Kind) -> bool {
        self.any & kind.bit() != 0
    }
    pub fn count(&self, kind: Kind) -> u8 {
        self.unquoted[kind as usize]
    }
}

pub struct Lexicon {
    texts: Phrases,
    /// By the number of their text.
    phrases: Vec<Phrase>,
    lines: FxHashMap<u64, u16>,
    opens: FxHashSet<u64>,
    closes: FxHashSet<u64>,
    /// Frequent words and pronouns, by `word_hash`.
    words: FxHashMap<u32, Frequent>,
    /// The languages of the packs.
    pub languages: Vec<String>,
    /// Frequent words to the languages, as bits, that they are frequent in.
    frequent: FxHashMap<u32, u32>,
}

/// What a word is by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frequent {
    /// A frequent word of some language.
    pub stop: bool,
    /// The newsroom speaks of itself.
    pub we: bool,
    /// The reader is spoken to.
    pub you: bool,
}

#[derive(Debug, Clone, Copy)]
struct Phrase {
    kind: Kind,
    opens: bool,
    closes: bool,
    /// Must end where a word ends.
    bounded: bool,
    /// Counts as a phrase of its kind, not only as an opening or a close.
    counts: bool,
}

pub static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::compile(&packs()));

impl Lexicon {
    /// By its `word_hash`.
    #[inline]
    pub fn word(&self, word: u32) -> Frequent {
        self.words.get(&word).copied().unwrap_or_default()
    }

    /// The languages, as bits in their order, in which a word is frequent; by its `word_hash`.
    pub fn languages_of(&self, word: u32) -> u32 {
        self.frequent.get(&word).copied().unwrap_or(0)
    }

    /// Kinds, as bits, of which a line in lower case is a fixed phrase, whatever its marks and numbers.
    pub fn line(&self, lower: &str) -> u16 {
        self.lines.get(&line_hash(lower)).copied().unwrap_or(0)
    }

    /// `lower` is the line in lower case with typographic apostrophes made plain.
    pub fn scan(&self, lower: &str) -> Hits {
        self.scan_hashed(lower, line_hash(lower))
    }

    /// As `scan`, where the line's hash is at hand.
    pub fn scan_hashed(&self, lower: &str, hash: u64) -> Hits {
        let mut hits = Hits { exact: self.lines.get(&hash).copied().unwrap_or(0), ..Hits::default() };
        hits.opens = self.opens.contains(&hash);
        hits.closes = self.closes.contains(&hash);
        let mut quotes: Option<Quotes<'_>> = None;
        self.texts.find(lower, |found| {
            let phrase = self.phrases[found.phrase];
            if phrase.bounded && joins(lower[found.end..].chars().next()) {
                return;
            }
            let quotes = quotes.get_or_insert_with(|| Quotes::new(lower));
            let quoted = quotes.inside(found.start);
            // A mark may stand before it: one of East Asia has three bytes.
            let first = found.start <= 2 || found.start == 3 && !lower.as_bytes()[0].is_ascii();
            hits.opens |= phrase.opens && !quoted && found.start <= 12;
            hits.closes |= phrase.closes && !quoted;
            if !phrase.counts {
                return;
            }
            hits.any |= phrase.kind.bit();
            if first {
                hits.begins |= phrase.kind.bit();
            }
            if !quoted {
                let count = &mut hits.unquoted[phrase.kind as usize];
                *count = count.saturating_add(1);
            }
        });
        hits
    }

    fn compile(packs: &[Pack]) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut phrases: Vec<Phrase> = Vec::new();
        let mut places: FxHashMap<(String, Kind), usize> = FxHashMap::default();
        let mut add = |text: String, kind: Kind, mark: Mark| {
            let bounded = text.chars().next_back().is_some_and(is_spaced);
            let at = *places.entry((text.clone(), kind)).or_insert_with(|| {
                texts.push(text);
                phrases.push(Phrase { kind, opens: false, closes: false, bounded, counts: false });
                phrases.len() - 1
            });
            match mark {
                Mark::Counts => phrases[at].counts = true,
                Mark::Opens => phrases[at].opens = true,
                Mark::Closes => phrases[at].closes = true,
            }
        };
        let mut lines: FxHashMap<u64, u16> = FxHashMap::default();
        let (mut opens, mut closes) = (FxHashSet::default(), FxHashSet::default());
        let mut known: FxHashMap<u32, Frequent> = FxHashMap::default();
        let mut languages: Vec<String> = Vec::new();
        let mut frequent: FxHashMap<u32, u32> = FxHashMap::default();
        for pack in packs {
            let spelt = |texts: &[String]| -> Vec<String> {
                texts.iter().flat_map(|text| spellings(&pack.language, &lower(text))).collect()
            };
            for (kind, rule) in pack.rules() {
                for line in spelt(&rule.lines) {
                    *lines.entry(line_hash(&line)).or_default() |= kind.bit();
                }
                spelt(&rule.phrases).into_iter().for_each(|p| add(p, kind, Mark::Counts));
                for open in spelt(&rule.opens) {
                    opens.insert(line_hash(&open));
                    add(open, kind, Mark::Opens);
                }
                for close in spelt(&rule.closes) {
                    closes.insert(line_hash(&close));
                    if close.split(' ').count() >= 3 {
                        add(close, kind, Mark::Closes);
                    }
                }
            }
            for (kind, phrases) in [
                (Kind::Credit, &pack.media.credit),
                (Kind::Byline, &pack.media.byline),
                (Kind::Reading, &pack.media.reading),
                (Kind::Date, &pack.media.dates),
            ] {
                phrases.iter().for_each(|p| add(lower(p), kind, Mark::Counts));
            }
            let words =
                |text: &str| text.split(' ').filter(|w| !w.is_empty()).map(word_hash).collect::<Vec<_>>();
            words(&pack.we).into_iter().for_each(|word| known.entry(word).or_default().we = true);
            words(&pack.you).into_iter().for_each(|word| known.entry(word).or_default().you = true);
            for word in words(&pack.stop) {
                known.entry(word).or_default().stop = true;
                *frequent.entry(word).or_default() |= 1 << languages.len();
            }
            languages.push(pack.language.clone());
        }
        Self { texts: Phrases::new(&texts), phrases, lines, opens, closes, words: known, languages, frequent }
    }
}

/// A phrase in lower case, and how sites of its language spell it besides: without the accents that capitals drop, with
/// letters of older fonts, without the dots or the hamza that writers leave out.
fn spellings(language: &str, text: &str) -> Vec<String> {
    const DROPPED: [(&str, &str); 8] = [
        ("el", "άα έε ήη ίι ϊι ΐι όο ύυ ϋυ ΰυ ώω ςσ"),
        ("es", "áa ée íi óo úu"),
        ("fr", "àa âa ée èe êe ëe îi ïi ôo ûu ùu çc"),
        ("pt", "áa âa ãa àa ée êe íi óo ôo õo úu çc"),
        ("it", "àa èe ée ìi òo ùu"),
        ("ro", "șş țţ"),
        ("ar", "أا إا آا"),
        ("tr", "ıi"),
    ];
    let pairs = DROPPED.iter().find(|(of, _)| *of == language).map_or("", |(_, pairs)| pairs);
    let respelt = |c: char| {
        pairs.split(' ').find_map(|pair| pair.strip_prefix(c)).and_then(|to| to.chars().next()).unwrap_or(c)
    };
    // The sign that Arabic sets on endings is left out as often as not.
    let other: String = text.chars().filter(|c| *c != 'ً').map(respelt).collect();
    let mut out = vec![text.to_owned()];
    if other != text {
        out.push(other);
    }
    out
}

enum Mark {
    Counts,
    Opens,
    Closes,
}

/// Lower case with plain apostrophes and spaces: the form that the lexicon is searched in.
pub fn lower(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    lower_into(text, &mut out);
    out
}

pub fn lower_into(text: &str, out: &mut String) {
    out.clear();
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| !b.is_ascii()) {
        out.push_str(&rest[..at]);
        let Some(c) = rest[at..].chars().next() else { break };
        match c {
            '’' | '‘' | 'ʼ' => out.push('\''),
            '\u{a0}' | '\u{202f}' => out.push(' '),
            // Turkish: the dotted capital has a lower case of two characters.
            'İ' => out.push('i'),
            _ if is_unspaced(c) => out.push(c),
            _ => lowered(c, |lower| out.push(lower)),
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest);
    out.make_ascii_lowercase();
}

/// Hash of one word in lower case; within one process only.
pub fn word_hash(word: &str) -> u32 {
    word.chars().fold(WORD_SEED, push_word)
}

pub const WORD_SEED: u32 = 0x811c_9dc5;

#[inline]
pub fn push_word(hash: u32, c: char) -> u32 {
    (hash ^ c as u32).wrapping_mul(0x0100_0193).rotate_left(5)
}

/// Scripts that part words by spaces; in the others a phrase may stand anywhere.
fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && !is_unspaced(c) && !is_syllable(c)
}

fn joins(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c))
}

/// Where quotation marks open and close in a line; asked for rising positions.
struct Quotes<'a> {
    line: &'a str,
    at: usize,
    open: bool,
}

impl<'a> Quotes<'a> {
    fn new(line: &'a str) -> Self {
        Self { line, at: 0, open: false }
    }

    fn inside(&mut self, position: usize) -> bool {
        if position > self.at {
            for c in self.line[self.at..position].chars() {
                match c {
                    '"' | '„' | '“' | '”' | '«' | '»' | '「' | '」' => {
                        self.open = match c {
                            '„' | '«' | '「' => true,
                            '」' => false,
                            // Danish and German print guillemets the other way round; German closes with “.
                            _ => !self.open,
                        }
                    }
                    _ => {}
                }
            }
            self.at = position;
        }
        self.open
    }
}

/// One language's rules, as its file states them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    pub language: String,
    we: String,
    you: String,
    stop: String,
    donation: Rule,
    subscription: Rule,
    consent: Rule,
    newsletter: Rule,
    share: Rule,
    related: Rule,
    comments: Rule,
    app: Rule,
    copyright: Rule,
    advert: Rule,
    navigation: Rule,
    media: Media,
}

/// Phrases of one kind with lines that they must and must not remove.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whole lines, whatever their case, marks and numbers.
    pub lines: Vec<String>,
    /// Parts of lines.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// What an appeal of several lines begins with.
    #[serde(default)]
    pub opens: Vec<String>,
    /// What it ends with.
    #[serde(default)]
    pub closes: Vec<String>,
    #[serde(rename = "match")]
    pub matching: Vec<String>,
    pub keep: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Media {
    credit: Vec<String>,
    byline: Vec<String>,
    reading: Vec<String>,
    dates: Vec<String>,
}

impl Pack {
    pub fn rules(&self) -> [(Kind, &Rule); 11] {
        [
            (Kind::Donation, &self.donation),
            (Kind::Subscription, &self.subscription),
            (Kind::Consent, &self.consent),
            (Kind::Newsletter, &self.newsletter),
            (Kind::Share, &self.share),
            (Kind::Related, &self.related),
            (Kind::Comments, &self.comments),
            (Kind::App, &self.app),
            (Kind::Copyright, &self.copyright),
            (Kind::Advert, &self.advert),
            (Kind::Navigation, &self.navigation),
        ]
    }
}

/// The rule packs that ship, a file a language, by its name.
pub const PACKS: [(&str, &str); 32] = {
    macro_rules! pack {
        ($($name:literal)*) => {
            [$(($name, include_str!(concat!("packs/", $name, ".toml")))),*]
        };
    }
    pack![
        "ar" "bg" "cs" "da" "de" "el" "en" "es" "fa" "fi" "fr" "he" "hi" "hr" "hu" "id" "it" "ja" "ko" "nl" "no"
        "pl" "pt" "ro" "ru" "sk" "sv" "th" "tr" "uk" "vi" "zh"
    ]
};

pub fn packs() -> Vec<Pack> {
    let read = |(name, text): (&str, &str)| -> Pack {
        toml::from_str(text).unwrap_or_else(|error| panic!("rule pack {name}.toml: {error}"))
    };
    PACKS.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_known_as_capitals_and_old_fonts_spell_them() {
        for (line, kind) in [
            ("ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ: Το τελευταίο καφενείο", Kind::Related),
            ("TE PUEDE INTERESAR: LEE TAMBIEN", Kind::Related),
            ("A LIRE AUSSI : le dernier passeur", Kind::Related),
            ("Citeşte şi: Drumul spre cetate", Kind::Related),
            ("اقرا ايضا: مقهى عمره قرن", Kind::Related),
        ] {
            assert!(LEXICON.scan(&lower(line)).has(kind), "{line}");
        }
    }

    #[test]
    fn phrases_stand_on_word_boundaries_and_quotations_are_told() {
        let scan = |text: &str| LEXICON.scan(&lower(text));
        assert_eq!(scan("Today we need your help.").count(Kind::Donation), 1);
        assert_eq!(scan("“We need your help,” he said.").count(Kind::Donation), 0);
        assert!(scan("“We need your help,” he said.").has(Kind::Donation));
        assert_eq!(scan("He said so. “Yes,” she said, but we need your help").count(Kind::Donation), 1);
        assert!(scan("REMIND ME LATER!").is(Kind::Donation) && scan("Remind me later").closes);
        assert!(scan("Dear readers,").opens);
        assert!(!scan("Mayday").has(Kind::Date) && scan("3 May").has(Kind::Date));
        assert!(scan("この記事は有料会員限定です。").has(Kind::Subscription));
        assert_eq!(scan("By Ada Miller").begins & Kind::Byline.bit(), Kind::Byline.bit());
    }

    #[test]
    fn every_pack_has_every_universal_kind_with_examples() {
        let packs = packs();
        assert!(packs.len() >= 12);
        for pack in &packs {
            for (kind, rule) in pack.rules() {
                let name = format!("{} {}", pack.language, kind.as_str());
                assert!(
                    !rule.lines.is_empty() && !rule.matching.is_empty() && !rule.keep.is_empty(),
                    "{name}"
                );
            }
        }
    }
}
