//! Text → what stands for it when articles are compared: shingle sketch, sentences, numbers, names.
//!
//! The sketch is the bottom-k of word 5-grams (Broder 1997; k = 256 of 24 bits, packed some 550 bytes); the keys
//! are bands of a one-permutation MinHash over the same 5-grams (Li, Owen, Zhang 2012).

/// What the sentences of prose say.
mod prose;

use crate::model::Article;
use crate::model::body::ParagraphKind;
use crate::store::{Fingerprint, Id};

use super::identify::content_hash;
use super::tokens::{self, mix};
use prose::Prose;

/// Words of one shingle.
const SHINGLE: usize = 5;
/// Hashes that a sketch keeps.
pub const SKETCH: usize = 256;
/// Sentences that are remembered; of longer texts those with the smallest hashes.
pub const SENTENCES: usize = 96;
/// Numbers, and capitalised words, that are remembered.
pub const MARKS: usize = 48;
/// Bands of two rows: of two texts with Jaccard .5 one in thirty meets in none of twelve.
pub const BANDS: usize = 12;
const ROWS: usize = 2;
/// How a text is printed today. Rises when another sum of prose comes of the same text.
pub const FORM: u8 = 2;
/// Words beyond this many are not looked at: a book, or an attack.
pub const MAX_WORDS: usize = 200_000;

/// A fingerprint and the bands under which similar texts are found.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    pub print: Fingerprint,
    pub bands: Vec<u64>,
    /// Hash of the first sentence of prose, where there is one of some length.
    pub first_sentence: Option<u64>,
}

/// Linear in the text but for sorting. Standfirst and captions are left out: extractions differ in them.
pub fn fingerprint(article: &Article) -> Printed {
    let content_hash = Id::from_hex(&content_hash(article)).unwrap_or_default();
    let story = |k| !matches!(k, ParagraphKind::Standfirst | ParagraphKind::Caption);
    let texts = article.paragraphs.iter().filter(|p| story(p.kind)).map(|p| (p.text.as_str(), p.kind));
    let mut printed = print(texts);
    printed.print.content_hash = content_hash;
    printed
}

/// The words of a headline, for telling which of them another has too.
pub fn gapped(headline: &str) -> Vec<u32> {
    prose::words(tokens::sentences(headline).flat_map(|sentence| prose::opening(&sentence)).collect())
}

/// The fingerprint of paragraphs.
pub fn print<'a>(paragraphs: impl Iterator<Item = (&'a str, ParagraphKind)>) -> Printed {
    let mut words: Vec<u64> = Vec::new();
    let mut prose = Prose::default();
    let mut words_hash = 0x9e37;
    for (text, kind) in paragraphs {
        prose.paragraph();
        for sentence in tokens::sentences(text) {
            if words.len() + sentence.words.len() > MAX_WORDS {
                break;
            }
            words.extend(sentence.words.iter().map(|w| w.hash));
            words_hash = sentence.words.iter().fold(words_hash, |h, w| mix(h ^ w.exact));
            match kind {
                ParagraphKind::LiveEntry => prose.line(&sentence, 1),
                ParagraphKind::ListItem => prose.line(&sentence, 2),
                _ => prose.sentence(sentence),
            }
        }
    }
    let shingles = shingles(&words);
    let bands = bands(&shingles);
    let mut sketch: Vec<u32> = shingles.iter().map(|h| short(*h)).collect();
    sketch.sort_unstable();
    sketch.dedup();
    let distinct = sketch.len() as u32;
    sketch.truncate(SKETCH);
    let first_sentence = prose.first;
    let mut print = prose.finish();
    print.words_hash = words_hash;
    print.words = words.len() as u32;
    print.shingles = distinct;
    print.sketch = sketch;
    Printed { print, bands, first_sentence }
}

fn shingles(words: &[u64]) -> Vec<u64> {
    let hash = |window: &[u64]| mix(window.iter().fold(0, |h: u64, w| mix(h.rotate_left(5) ^ w)));
    if words.is_empty() {
        return Vec::new();
    }
    if words.len() < SHINGLE {
        return vec![hash(words)];
    }
    words.windows(SHINGLE).map(hash).collect()
}

/// One-permutation MinHash in `BANDS × ROWS` bins; an empty bin borrows from the next full one.
fn bands(shingles: &[u64]) -> Vec<u64> {
    const BINS: usize = BANDS * ROWS;
    if shingles.is_empty() {
        return Vec::new();
    }
    let mut bins = [u64::MAX; BINS];
    for hash in shingles {
        let bin = &mut bins[(hash & 0xffff) as usize % BINS];
        *bin = (*bin).min(hash >> 16);
    }
    let full = bins;
    for at in 0..BINS {
        if full[at] == u64::MAX {
            let from = (1..BINS).map(|step| (at + step) % BINS).find(|from| full[*from] != u64::MAX);
            bins[at] = from.map_or(0, |from| mix(full[from] ^ (at + BINS - from) as u64));
        }
    }
    bins.chunks_exact(ROWS)
        .enumerate()
        .map(|(band, rows)| rows.iter().fold(mix(band as u64 + 1), |h, row| mix(h ^ row)))
        .collect()
}

/// The 24 bits of a hash that are remembered.
fn short(hash: u64) -> u32 {
    (hash >> 40) as u32
}

/// The `k` smallest distinct hashes, ascending.
fn bottom(mut hashes: Vec<u32>, k: usize) -> Vec<u32> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(k);
    hashes
}

/// How much of two sets is shared, from their bottom-k sketches.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Overlap {
    /// Of the union.
    pub jaccard: f32,
    /// Of the first set, found in the second.
    pub first_in_second: f32,
    pub second_in_first: f32,
}

impl Overlap {
    /// Of the smaller.
    pub fn containment(&self) -> f32 {
        self.first_in_second.max(self.second_in_first)
    }
}

/// Compares below the smaller of the two horizons: a full sketch says nothing of hashes above its
/// greatest. Exact where both sets fit their sketches.
pub fn overlap(a: &[u32], b: &[u32], k: usize) -> Overlap {
    let (a, b) = below_horizon(a, b, k);
    let shared = shared(a, b);
    let share = |whole: usize| if whole == 0 { 0.0 } else { shared as f32 / whole as f32 };
    Overlap {
        jaccard: share(a.len() + b.len() - shared),
        first_in_second: share(a.len()),
        second_in_first: share(b.len()),
    }
}

/// The parts of two bottom-k lists of which both can tell.
pub fn below_horizon<'a>(a: &'a [u32], b: &'a [u32], k: usize) -> (&'a [u32], &'a [u32]) {
    let horizon = |s: &[u32]| if s.len() < k { u32::MAX } else { s.last().copied().unwrap_or(u32::MAX) };
    let top = horizon(a).min(horizon(b));
    (&a[..a.partition_point(|h| *h <= top)], &b[..b.partition_point(|h| *h <= top)])
}

/// Number of elements in both of two ascending lists.
pub fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Printed {
        print(text.split("\n\n").map(|p| (p, ParagraphKind::Paragraph)))
    }

    /// Words that differ by seed, in sentences of twelve.
    fn prose(words: usize, seed: u64) -> String {
        let mut text = String::new();
        for n in 0..words {
            text.push_str(&format!("w{} ", mix(n as u64 ^ (seed << 32)) % 5000));
            if n % 12 == 11 {
                text.push_str("end. ");
            }
        }
        text
    }

    #[test]
    fn case_quotes_and_spacing_make_no_difference() {
        let a = of("The “old” bridge was closed on Monday, officials said.\n\nIt reopens in May.");
        let b = of("THE \"old\"  bridge was closed on Monday; officials said. It reopens in May.");
        assert_eq!(a.print.words_hash, b.print.words_hash);
        assert_eq!(a.print.prose_sum, b.print.prose_sum);
        assert_eq!(a.bands, b.bands);
    }

    #[test]
    fn the_estimate_is_near_the_exact_overlap() {
        for (same, own) in [(800, 0), (800, 200), (400, 400), (200, 800), (60, 2000)] {
            let whole = prose(same, 1);
            let a = format!("{whole}{}", prose(own, 2));
            let b = format!("{whole}{}", prose(own, 3));
            let exact = |t: &str| {
                let words: Vec<u64> = tokens::sentences(t).flat_map(|s| s.words).map(|w| w.hash).collect();
                let mut s: Vec<u32> = shingles(&words).iter().map(|h| short(*h)).collect();
                s.sort_unstable();
                s.dedup();
                s
            };
            let (ea, eb) = (exact(&a), exact(&b));
            let truth = overlap(&ea, &eb, usize::MAX);
            let estimate = overlap(&of(&a).print.sketch, &of(&b).print.sketch, SKETCH);
            assert!((truth.jaccard - estimate.jaccard).abs() < 0.1, "{truth:?} {estimate:?}");
            assert!((truth.containment() - estimate.containment()).abs() < 0.1, "{truth:?} {estimate:?}");
        }
    }

    #[test]
    fn long_texts_are_cut_and_short_ones_still_have_a_print() {
        let book = of(&prose(MAX_WORDS + 50_000, 4));
        assert!(book.print.words as usize <= MAX_WORDS && book.print.sketch.len() == SKETCH);
        let word = of("Closed");
        assert_eq!((word.print.words, word.print.sketch.len(), word.bands.len()), (1, 1, BANDS));
        assert_eq!(of("").bands.len(), 0);
    }

    #[test]
    fn what_a_story_says_in_few_words_is_prose() {
        let body = "The harbour authority closed the eastern pier after cracks were found.";
        let sum = |text: &str| of(text).print.prose_sum;
        for (one, other) in [
            ("Two people died.", "Three people died."),
            ("She was 34.", "She was 43."),
            ("The final kicks off at 19:00 GMT.", "The final kicks off at 20:00 GMT."),
            ("Der Unfall ereignete sich gegen 14.30 Uhr.", "Der Unfall ereignete sich gegen 16.10 Uhr."),
            ("The mill burned down 30 years ago.", "The mill burned down 80 years ago."),
            ("The office published 14 names.", "The office published 41 names."),
            ("The work cost $14 million.", "The work cost €14 million."),
            ("Prices rose by 4% in the quarter.", "Prices rose by -4% in the quarter."),
            ("Die Halle kostet 3,8 Millionen.", "Die Halle kostet 38 Millionen."),
            ("消防は二人が死亡したと発表した。", "消防は三人が死亡したと発表した。"),
        ] {
            assert_ne!(sum(&format!("{body}\n\n{one}")), sum(&format!("{body}\n\n{other}")), "{one}");
            assert_ne!(sum(&format!("{body} {one}")), sum(&format!("{body} {other}")), "{one} amid prose");
        }
        for (one, other) in [
            ("Published in 1984, it sold well.", "Published in 1948, it sold well."),
            ("He died.", "He lives."),
        ] {
            assert_ne!(sum(&format!("{body} {one}")), sum(&format!("{body} {other}")), "{one} amid prose");
            assert_ne!(sum(&format!("{one} {body}")), sum(&format!("{other} {body}")), "{one} before prose");
        }
        let list = |item: &str| {
            print([(body, ParagraphKind::Paragraph), (item, ParagraphKind::ListItem)].into_iter())
        };
        assert_ne!(
            list("Carrick Rovers: 41 points").print.prose_sum,
            list("Carrick Rovers: 44 points").print.prose_sum
        );
        assert_eq!(list("41 comments").print.prose_sum, list("44 comments").print.prose_sum);
    }

    #[test]
    fn clocks_that_count_from_now_are_no_entries_of_a_live_report() {
        let entry = "Turnout was 61 percent at six.";
        let live = |clock: &str| {
            let lines = [clock, entry].map(|line| (line, ParagraphKind::LiveEntry));
            print(lines.into_iter()).print.prose_sum
        };
        for (one, other) in [
            ("7 minutes ago", "2 hours ago"),
            ("vor 7 Minuten", "vor einer Stunde"),
            ("il y a 7 minutes", "il y a une heure"),
            ("hace 7 minutos", "hace una hora"),
            ("7 минут назад", "час назад"),
            ("7分前", "12 分前"),
            ("7분 전", "2시간 전"),
            ("قبل 7 دقائق", "قبل ١٢ دقيقة"),
            ("7 मिनट पहले", "१२ मिनट पहले"),
        ] {
            assert_eq!(live(one), live(other), "{one}");
        }
        assert_ne!(live("Brandvold leads in 7 districts"), live("Brandvold leads in 9 districts"));
        assert_ne!(live("Goal"), live("Penalty"));
    }

    #[test]
    fn date_lines_and_counters_are_no_prose() {
        let body = "The harbour authority closed the eastern pier after cracks were found.";
        let plain = of(body);
        for furniture in [
            "Updated 5 minutes ago",
            "Last updated on Tuesday 12 March 2031 at 10:20.",
            "1,204 comments",
            "5 min read",
            "Share this story",
            "Aktualisiert am 3. Mai 2031 um 12:40 Uhr",
            "Published: 3 hours ago",
        ] {
            let with = of(&format!("{furniture}\n\n{body}"));
            assert_eq!(with.print.prose_sum, plain.print.prose_sum, "{furniture}");
        }
        let shares = "Shares in the company rose by 3.4 percent after the announcement.";
        assert_ne!(of(&format!("{body}\n\n{shares}")).print.prose_sum, plain.print.prose_sum);
        assert_ne!(
            of(&format!("{body}\n\nNobody was hurt, the fire service said.")).print.prose_sum,
            plain.print.prose_sum
        );
    }
}
