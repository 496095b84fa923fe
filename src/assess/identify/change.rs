//! What a further capture of an article adds: a real change, a better extraction, or nothing.

use crate::assess::fingerprint::{SKETCH, overlap};
use crate::model::article::Precision;
use crate::store::{ArticleRecord, Fingerprint};

use super::relate::same_headline;

/// What a capture is to the version that is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing: the same words.
    Exact,
    /// Nothing that counts: furniture, a poorer extraction.
    Near,
    /// Captured before what is remembered.
    Older { exact: bool },
    /// Text or headline really changed.
    Edited,
    /// Another extraction brought what was missing.
    Better,
}

/// A longer extraction is better from this much on.
const LONGER: f32 = 1.5;
/// A text that lost this much and gained nothing is a poorer extraction, or a paywall.
const SHRUNK: f32 = 0.5;
/// A scraper's own text that grew by this much was added to.
const GROWN: f32 = 1.15;
/// Texts liker than this differ in what the one way of making fingerprints heeds and the other does not.
const SAME_FORM: f32 = 0.96;
/// Captures nearer than this are of the same state of the page.
const SAME_MOMENT_SECONDS: i64 = 600;

/// `known` is the remembered version of the article that `me` is a capture of; `same_address` says that
/// both come from one URL.
pub fn change(me: &ArticleRecord, known: &ArticleRecord, same_address: bool) -> Change {
    let same_extraction = same_extraction(me, known, same_address);
    let exact = me.print.content_hash == known.print.content_hash
        || (me.print.words_hash == known.print.words_hash && !headline_changed(me, known));
    if older(me, known) {
        return Change::Older { exact };
    }
    if brings_what_was_missing(me, known, same_extraction) {
        return Change::Better;
    }
    if exact {
        return Change::Exact;
    }
    if poorer(me, known) {
        return Change::Near;
    }
    let edited = if same_extraction {
        headline_changed(me, known) || prose_changed(&me.print, &known.print)
    } else {
        later(me, known) && figures_exchanged(&me.print, &known.print)
    };
    if edited { Change::Edited } else { Change::Near }
}

pub(super) fn headline_changed(me: &ArticleRecord, known: &ArticleRecord) -> bool {
    me.headline.is_some() && known.headline.is_some() && !same_headline(me, known)
}

fn prose_changed(me: &Fingerprint, known: &Fingerprint) -> bool {
    if me.form == known.form {
        return me.prose_sum != known.prose_sum;
    }
    like(&me.sketch, &known.sketch) < SAME_FORM
}

/// Captured before what is remembered: by its time, else by when the pages say that they were changed.
/// Scrapers that come to a page together are not in any order.
fn older(me: &ArticleRecord, known: &ArticleRecord) -> bool {
    let grace = if me.scraper == known.scraper { 0 } else { SAME_MOMENT_SECONDS };
    match (me.captured, known.captured) {
        (Some(mine), Some(theirs)) => mine + grace < theirs,
        (None, None) => {
            matches!((changed_at(me), changed_at(known)), (Some((zoned, mine)), Some((too, theirs))) if zoned == too && mine < theirs)
        }
        _ => false,
    }
}

/// When the page says that it was changed last, and whether it says in which zone: it is compared with its like
/// alone, so that none is needed.
fn changed_at(record: &ArticleRecord) -> Option<(bool, i64)> {
    let at = record.described.modified_at.as_ref().filter(|at| at.precision >= Precision::Minute)?;
    if let Ok(at) = at.value.parse::<jiff::Timestamp>() {
        return Some((true, at.as_second()));
    }
    let local: jiff::civil::DateTime = at.value.parse().ok()?;
    Some((false, local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second()))
}

/// A headline, a date, the whole instead of a part, or half as much again of the same text.
fn brings_what_was_missing(me: &ArticleRecord, known: &ArticleRecord, same_extraction: bool) -> bool {
    let text = overlap(&me.print.sketch, &known.print.sketch, SKETCH);
    let holds_all = text.second_in_first >= 0.8 || known.print.words == 0;
    let longer =
        me.print.words as f32 >= LONGER * known.print.words as f32 && me.print.prose > known.print.prose;
    (holds_all && me.headline.is_some() && known.headline.is_none())
        || (holds_all && me.published_at.is_some() && known.published_at.is_none())
        || (holds_all && !me.partial && known.partial && me.print.words > known.print.words)
        || (holds_all && longer && !same_extraction)
}

/// Everything it has is known, and much is lacking.
pub(super) fn poorer(me: &ArticleRecord, known: &ArticleRecord) -> bool {
    let text = overlap(&me.print.sketch, &known.print.sketch, SKETCH);
    let shrunk = (me.print.words as f32) < SHRUNK * known.print.words as f32;
    let cut = me.partial && !known.partial;
    (shrunk || cut) && text.first_in_second >= 0.9 && me.print.words < known.print.words
}

/// Made by the same scraper from the same address, or from none: what differs was changed by the
/// publisher. A print version and a scraper without a name may keep other lines.
pub(super) fn same_extraction(me: &ArticleRecord, known: &ArticleRecord, same_address: bool) -> bool {
    let unaddressed = !me.addressed && !known.addressed && me.scraper != 0;
    me.scraper == known.scraper && (same_address || unaddressed)
}

/// Whether a capture is of another moment than the version that is remembered.
pub(super) fn later(me: &ArticleRecord, known: &ArticleRecord) -> bool {
    matches!((me.captured, known.captured), (Some(mine), Some(theirs)) if mine - theirs >= SAME_MOMENT_SECONDS)
}

/// Two scrapers keep different lines and different numbers with them. Only a sentence that both have, with
/// other numbers in it, was corrected.
pub(super) fn figures_exchanged(a: &Fingerprint, b: &Fingerprint) -> bool {
    let once = |of: &Fingerprint, sentence: u32| {
        let mut all = of.figures.iter().filter(|(s, _)| *s == sentence).map(|(_, numbers)| *numbers);
        all.next().filter(|_| all.next().is_none())
    };
    a.figures
        .iter()
        .any(|(sentence, _)| matches!((once(a, *sentence), once(b, *sentence)), (Some(a), Some(b)) if a != b))
}

/// Whether a scraper's text was added to since it was heard before, and what came is not known yet.
pub(super) fn grown(me: &ArticleRecord, before: &[u32], known: &ArticleRecord) -> bool {
    let since = overlap(&me.print.sketch, before, SKETCH);
    let known = overlap(&me.print.sketch, &known.print.sketch, SKETCH);
    since.second_in_first >= 0.8
        && since.first_in_second * GROWN <= 1.0
        && known.first_in_second * GROWN <= 1.0
}

/// F1 of the shingles in common, estimated from the sketches.
pub(super) fn like(a: &[u32], b: &[u32]) -> f32 {
    let both = overlap(a, b, SKETCH);
    let sum = both.first_in_second + both.second_in_first;
    if sum > 0.0 { 2.0 * both.first_in_second * both.second_in_first / sum } else { 0.0 }
}
