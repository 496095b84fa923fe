//! Whether two articles are one: by address, by content, by similar text past the guards.
//!
//! Thresholds were set on pairs of extractions of the same pages against pairs of different pages, and
//! on written pairs of templated reports; `tests/it/identity` measures both again.

use crate::assess::fingerprint::{self, MARKS, Overlap, SENTENCES, SKETCH, overlap};
use crate::store::{ArticleRecord, Fingerprint};

use super::keys::{KeyKind, Keys, headline_words};

/// What one article is to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relation {
    /// The same text at another publisher: an article of its own.
    pub syndicated: bool,
    pub method: &'static str,
    /// Containment of the smaller text in the larger, 0 to 1.
    pub similarity: f32,
    /// Smaller is surer: orders several relations.
    pub rank: u8,
}

/// Containment from which two texts may be one.
const CONTAINED: f32 = 0.5;
/// Below this the text may share only what a site prints under every story: the heads must agree.
const HEADS_MAY_DIFFER: f32 = 0.85;
/// An alias or a recurring headline needs this much shared text beside it.
const SUPPORT: f32 = 0.2;
/// Shorter texts are one only if they are equal word for word, headline included.
const SHORT_WORDS: u32 = 30;
/// A text of this length says more than its headline.
const LONG_WORDS: u32 = 80;
/// Share of two first sentences that makes them one with gaps, and the words that each fills them with.
const FRAME: f32 = 0.4;
const OWN_WORDS: usize = 2;
/// Who shares this many numbers has copied them: a template has few.
const COPIED_NUMBERS: usize = 3;
/// A text shorter than this share of the other is a quotation, unless the headlines agree or it is,
/// wholly, the beginning of the other.
const MIN_RATIO: f32 = 0.3;
const WHOLLY: f32 = 0.85;

/// `hits` are the keys that `me` shares with `other`.
pub fn relate(me: &ArticleRecord, keys: &Keys, hits: &[u16], other: &ArticleRecord) -> Option<Relation> {
    let text = overlap(&me.print.sketch, &other.print.sketch, SKETCH);
    let similarity = text.containment();
    let same = |method, rank| Some(Relation { syndicated: false, method, similarity, rank });
    if keys.hit(hits, KeyKind::Url) && !address_reused(me, other, text) {
        return same("url", 0);
    }
    let headline = same_headline(me, other);
    // Where everything points to one address the site's name may be the headline of everything, too.
    let brief = me.print.words.min(other.print.words) < LONG_WORDS;
    if keys.hit(hits, KeyKind::Alias) && (similarity >= SUPPORT || (headline && brief)) {
        return same("canonical_url", 1);
    }
    let (method, rank) = match same_text(me, other, text) {
        Some(found) => found,
        None if keys.hit(hits, KeyKind::Headline)
            && similarity >= SUPPORT
            && !templated(me, other)
            && !days_apart(me, other) =>
        {
            ("headline", 3)
        }
        None => return None,
    };
    let syndicated = other_publisher(me.site.as_deref(), other.site.as_deref());
    let rank = if syndicated { rank + 10 } else { rank };
    Some(Relation { syndicated, method, similarity, rank })
}

/// Whether the texts alone make the articles one: method and rank.
pub fn same_text(a: &ArticleRecord, b: &ArticleRecord, text: Overlap) -> Option<(&'static str, u8)> {
    let short = a.print.words.min(b.print.words);
    let long = a.print.words.max(b.print.words);
    if short == 0 {
        return None;
    }
    let headlines_differ = a.headline.is_some() && b.headline.is_some() && !same_headline(a, b);
    if a.print.words_hash == b.print.words_hash {
        return (short >= SHORT_WORDS || !headlines_differ).then_some(("content", 2));
    }
    if short < SHORT_WORDS || text.containment() < CONTAINED {
        return None;
    }
    let little = (short as f32) < MIN_RATIO * long as f32;
    let begins_alike = text.containment() >= WHOLLY && heads_shared(&a.print, &b.print);
    let quoted = little && !begins_alike && !same_headline(a, b);
    if quoted || templated(a, b) {
        return None;
    }
    let part = text.containment() < HEADS_MAY_DIFFER && !same_headline(a, b);
    if part && (!heads_agree(&a.print, &b.print) || headed_in_one_frame(a, b) || goes_on(a, b)) {
        return None;
    }
    Some(("shingles", 4))
}

/// Two reports from one template: each has numbers, names or words of its first sentence that the other
/// lacks.
fn templated(a: &ArticleRecord, b: &ArticleRecord) -> bool {
    let reworded = opens_in_one_frame(&a.print, &b.print);
    let headlines_differ = !same_headline(a, b);
    let (a, b) = (&a.print, &b.print);
    // What a report is about stands in its headline or its first sentence: the same in both was corrected further on.
    let retold = !headlines_differ && !a.lead.is_empty() && a.lead.first() == b.lead.first();
    let most = if retold { 0.5 } else { 0.3 };
    let (numbers, number_share) = exchanged(&a.numbers, &b.numbers);
    let (names, name_share) = exchanged(&a.names, &b.names);
    let heads = heads_agree(a, b) && !reworded;
    (numbers >= 1 && number_share >= most && !(heads && numbers == 1))
        || (numbers >= 2 && number_share >= 0.15 && !heads)
        || (names >= 2 && name_share >= 0.3)
        || (numbers >= 1 && names >= 1 && !heads && number_share + name_share >= 0.2)
        || (reworded && headlines_differ && fingerprint::shared(&a.numbers, &b.numbers) < COPIED_NUMBERS)
}

/// Whether the first sentences are one sentence with other words in its gaps, and neither stands in the
/// other text. In any script, which names are not: six have no capitals, and German has too many.
fn opens_in_one_frame(a: &Fingerprint, b: &Fingerprint) -> bool {
    let own =
        !a.opening.is_empty() && !b.opening.is_empty() && !opening_stands(a, b) && !opening_stands(b, a);
    own && in_one_frame(&a.opening, &b.opening, OWN_WORDS)
}

/// Whether the headlines are one headline with another word in its gap, over texts that begin each in its own way.
fn headed_in_one_frame(a: &ArticleRecord, b: &ArticleRecord) -> bool {
    let (Some(one), Some(other)) = (&a.headline, &b.headline) else { return false };
    !opening_stands(&a.print, &b.print)
        && !opening_stands(&b.print, &a.print)
        && in_one_frame(&fingerprint::gapped(one), &fingerprint::gapped(other), 1)
}

/// Whether one tells under a headline and a beginning of its own what came of the other, whose text it repeats in
/// part, at another address of the publisher's or on another day; a column begins with what it always says, but has
/// both.
fn goes_on(a: &ArticleRecord, b: &ArticleRecord) -> bool {
    let one_site = a.site.is_some() && a.site == b.site;
    let own_beginning = !opening_stands(&a.print, &b.print) || !opening_stands(&b.print, &a.print);
    let apart = [a.addressed && b.addressed, days_apart(a, b), own_beginning];
    one_site
        && a.headline.is_some()
        && b.headline.is_some()
        && apart.iter().filter(|sign| **sign).count() >= 2
}

/// Whether the first sentence of one stands in the other, as far as can be told.
fn opening_stands(of: &Fingerprint, other: &Fingerprint) -> bool {
    let beyond = other.sentences.len() == SENTENCES && of.lead.first() > other.sentences.last();
    beyond || of.lead.first().is_none_or(|head| other.sentences.binary_search(head).is_ok())
}

/// Whether much of two sentences is common to both, and each has so many words of its own.
fn in_one_frame(a: &[u32], b: &[u32], own_words: usize) -> bool {
    let common: Vec<u32> = a.iter().copied().filter(|w| b.binary_search(w).is_ok()).collect();
    let own = |all: &[u32]| {
        let alone = all.iter().filter(|w| common.binary_search(w).is_err());
        // A word counts as two characters.
        alone.map(|w| if w & 1 == 1 { 1 } else { 2 }).sum::<usize>()
    };
    let longer = a.len().max(b.len());
    common.len() as f32 >= FRAME * longer as f32 && own(a).min(own(b)) >= own_words * 2
}

/// How many elements each side has that the other lacks, at least, and their share of the smaller set.
/// Both are looked at below the smaller horizon alone: a full list says nothing of what lies above it.
fn exchanged(a: &[u32], b: &[u32]) -> (usize, f32) {
    let (a, b) = fingerprint::below_horizon(a, b, MARKS);
    let smaller = a.len().min(b.len());
    let exchanged = smaller - fingerprint::shared(a, b);
    (exchanged, if smaller == 0 { 0.0 } else { exchanged as f32 / smaller as f32 })
}

/// Whether one of the first sentences of either stands in the other.
fn heads_agree(a: &Fingerprint, b: &Fingerprint) -> bool {
    let stands = |head: &[u32], all: &[u32]| head.iter().any(|h| all.binary_search(h).is_ok());
    stands(&a.lead, &b.sentences) || stands(&b.lead, &a.sentences)
}

/// Whether the two begin alike.
fn heads_shared(a: &Fingerprint, b: &Fingerprint) -> bool {
    a.lead.iter().any(|h| b.lead.contains(h))
}

/// Equal word for word, or one is the other with the site's name behind it: what follows a bar or a dash,
/// or the name without one. Whatever else is added says more.
pub fn same_headline(a: &ArticleRecord, b: &ArticleRecord) -> bool {
    let (Some(one), Some(other)) = (&a.headline, &b.headline) else { return false };
    let (mine, theirs) = (headline_words(one), headline_words(other));
    if mine == theirs {
        return !mine.is_empty();
    }
    let (short, long, text, site) = if mine.len() < theirs.len() {
        (&mine, &theirs, other, &b.site)
    } else {
        (&theirs, &mine, one, &a.site)
    };
    let suffix = &long[short.len()..];
    let fits = short.len() >= 4 && suffix.len() <= 4 && suffix.len() < short.len() && long.starts_with(short);
    fits && (parted(text).any(|head| headline_words(head) == *short)
        || named(site.as_deref(), suffix.len(), text))
}

/// The parts of a headline before a mark behind which sites put their names.
fn parted(headline: &str) -> impl Iterator<Item = &str> {
    headline.char_indices().filter_map(|(at, mark)| {
        let head = &headline[..at];
        let behind = &headline[at + mark.len_utf8()..];
        let apart = head.ends_with(char::is_whitespace) && behind.starts_with(char::is_whitespace);
        (mark == '|' || matches!(mark, '–' | '—' | '-' | '·') && apart).then_some(head)
    })
}

/// Whether the last words are the publisher's name, or its domain without what stands behind the dot.
fn named(site: Option<&str>, words: usize, headline: &str) -> bool {
    let letters =
        |t: &str| t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let last: Vec<&str> = headline.split_whitespace().rev().take(words).collect();
    let last = letters(&last.into_iter().rev().collect::<String>());
    site.is_some_and(|site| {
        let label = site.split('.').next().unwrap_or(site);
        !last.is_empty() && (letters(site) == last || letters(label) == last)
    })
}

/// Nothing of a text of some length is left, nor of its headline, nor those whom it tells of: the address
/// serves another article. One name in common is a place or the paper's own.
fn address_reused(a: &ArticleRecord, b: &ArticleRecord, text: Overlap) -> bool {
    let long = a.print.words >= LONG_WORDS && b.print.words >= LONG_WORDS;
    let names = fingerprint::shared(&a.print.names, &b.print.names);
    let same_people = names >= 3 && names * 10 >= 3 * a.print.names.len().min(b.print.names.len());
    long && a.scraper == b.scraper
        && text.containment() < 0.02
        && a.headline.is_some()
        && b.headline.is_some()
        && !same_headline(a, b)
        && !same_people
}

fn days_apart(a: &ArticleRecord, b: &ArticleRecord) -> bool {
    let day = |r: &ArticleRecord| r.published_at.as_ref().and_then(|t| t.value.get(..10).map(str::to_owned));
    matches!((day(a), day(b)), (Some(a), Some(b)) if a != b)
}

/// Both are named in the same way, and differently. A name and a domain may be the same publisher.
pub fn other_publisher(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.contains('.') == b.contains('.') && !a.eq_ignore_ascii_case(b),
        _ => false,
    }
}
