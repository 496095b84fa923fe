//! What a further capture of an article adds: a real change, a better extraction, or nothing.

use crate::assess::fingerprint::{self, SKETCH, overlap};
use crate::store::ArticleRecord;

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
/// Growth by this much between captures by different scrapers is the article's own.
const GROWN: f32 = 1.15;
/// Captures nearer than this are of the same state of the page.
const SAME_MOMENT_SECONDS: i64 = 600;

/// `known` is the remembered version of the article that `me` is a capture of; `same_address` says that
/// both come from one URL.
pub fn change(me: &ArticleRecord, known: &ArticleRecord, same_address: bool) -> Change {
    let same_extraction = same_extraction(me, known, same_address);
    let exact = me.print.content_hash == known.print.content_hash
        || (me.print.words_hash == known.print.words_hash && !headline_changed(me, known));
    if let (Some(mine), Some(theirs)) = (me.captured, known.captured)
        && mine < theirs
    {
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
        headline_changed(me, known) || me.print.prose_sum != known.print.prose_sum
    } else {
        edited_across_scrapers(me, known)
    };
    if edited { Change::Edited } else { Change::Near }
}

fn headline_changed(me: &ArticleRecord, known: &ArticleRecord) -> bool {
    me.headline.is_some() && known.headline.is_some() && !same_headline(me, known)
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
fn poorer(me: &ArticleRecord, known: &ArticleRecord) -> bool {
    let text = overlap(&me.print.sketch, &known.print.sketch, SKETCH);
    let shrunk = (me.print.words as f32) < SHRUNK * known.print.words as f32;
    let cut = me.partial && !known.partial;
    (shrunk || cut) && text.first_in_second >= 0.9 && me.print.words < known.print.words
}

/// Made by the same scraper from the same address, or from none: what differs was changed by the
/// publisher. A print version and a scraper without a name may keep other lines.
fn same_extraction(me: &ArticleRecord, known: &ArticleRecord, same_address: bool) -> bool {
    let unaddressed = !me.addressed && !known.addressed && me.scraper != 0;
    me.scraper == known.scraper && (same_address || unaddressed)
}

/// Two scrapers keep different lines, so only what cannot come from that counts: growth, or numbers
/// that were exchanged, in a later capture.
fn edited_across_scrapers(me: &ArticleRecord, known: &ArticleRecord) -> bool {
    let later = matches!((me.captured, known.captured), (Some(mine), Some(theirs)) if mine - theirs >= SAME_MOMENT_SECONDS);
    if !later {
        return false;
    }
    let text = overlap(&me.print.sketch, &known.print.sketch, SKETCH);
    let grown = me.print.words as f32 >= GROWN * known.print.words as f32 && text.second_in_first >= 0.8;
    let shared = fingerprint::shared(&me.print.numbers, &known.print.numbers);
    let corrected = shared < me.print.numbers.len() && shared < known.print.numbers.len();
    grown || corrected
}
