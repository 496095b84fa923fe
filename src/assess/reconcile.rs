//! Several extractions of one page, each cleaned: which of them is nearest to what they agree on.

use rustc_hash::FxHashMap;

/// Words of a text that are looked at; more would not change which it is like.
const MAX_WORDS: usize = 20_000;
/// Texts that are compared; the rest arrive too late to be heard.
const MAX_TEXTS: usize = 16;

/// The medoid: the text most like the others, by the words that they share four in a row. With two
/// texts, or where several are equally like the others, the earliest. Nothing where there is none.
pub fn medoid<T: AsRef<str>>(texts: &[T]) -> Option<usize> {
    let shingles: Vec<Shingles> = texts.iter().take(MAX_TEXTS).map(|t| Shingles::new(t.as_ref())).collect();
    nearest(shingles.len(), |i, j| shingles[i].likeness(&shingles[j])).map(|(at, _)| at)
}

/// How like each text is to each.
pub fn likenesses<T: AsRef<str>>(texts: &[T]) -> Vec<Vec<f64>> {
    let shingles: Vec<Shingles> = texts.iter().map(|t| Shingles::new(t.as_ref())).collect();
    shingles.iter().map(|a| shingles.iter().map(|b| a.likeness(b)).collect()).collect()
}

/// Which of `count` is most like the others, the first where several are equally so, and by how much it
/// is more so than the first of all, on the average over the others.
pub fn nearest(count: usize, likeness: impl Fn(usize, usize) -> f64) -> Option<(usize, f64)> {
    let total = |i: usize| (0..count).filter(|j| *j != i).map(|j| likeness(i, j)).sum::<f64>();
    let mut best: Option<(f64, usize)> = None;
    let mut first = 0.0;
    for i in 0..count {
        let total = total(i);
        if i == 0 {
            first = total;
        }
        if best.is_none_or(|(most, _)| total > most + 1e-9) {
            best = Some((total, i));
        }
    }
    best.map(|(most, at)| (at, (most - first) / count.saturating_sub(1).max(1) as f64))
}

struct Shingles {
    counts: FxHashMap<u64, u32>,
    total: u32,
}

impl Shingles {
    fn new(text: &str) -> Self {
        let mut counts: FxHashMap<u64, u32> = FxHashMap::default();
        let mut total = 0;
        let mut last = [0u64; 4];
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(MAX_WORDS);
        for word in words {
            let hash = word
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
            last = [last[1], last[2], last[3], hash];
            let mixed =
                last.iter().fold(0u64, |m, h| (m ^ h).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23));
            *counts.entry(mixed).or_default() += 1;
            total += 1;
        }
        Self { counts, total }
    }

    /// F1 of the shingles in common.
    fn likeness(&self, other: &Self) -> f64 {
        let (few, many) = if self.counts.len() <= other.counts.len() { (self, other) } else { (other, self) };
        let both: u32 = few.counts.iter().map(|(s, n)| *n.min(many.counts.get(s).unwrap_or(&0))).sum();
        let total = self.total + other.total;
        if total == 0 { 0.0 } else { 2.0 * f64::from(both) / f64::from(total) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "The council of Port Alder voted on Tuesday to rebuild the harbour wall.";

    #[test]
    fn the_text_that_the_others_agree_on_is_taken() {
        let menu = format!("Home News Sport Weather Opinion Culture {STORY}");
        let cut = "The council of Port Alder voted";
        assert_eq!(medoid(&[menu.as_str(), STORY, cut]), Some(1));
        assert_eq!(medoid(&[cut, menu.as_str(), STORY, STORY]), Some(2));
        assert_eq!(medoid(&[STORY, cut]), Some(0), "of two, the earlier");
        assert_eq!(medoid(&["", "", STORY]), Some(0));
        assert_eq!(medoid::<&str>(&[]), None);
    }

    #[test]
    fn the_order_of_arrival_does_not_decide() {
        let menu = format!("Home News Sport Weather Opinion Culture {STORY} Read more about it here");
        let texts = [STORY.to_owned(), format!("{STORY} Photo: A. Miller"), menu];
        for turn in 0..3 {
            let mut turned = texts.clone();
            turned.rotate_left(turn);
            let at = medoid(&turned).expect("three texts");
            assert_eq!(turned[at], texts[0], "turned by {turn}");
        }
    }
}
