//! What a young site has taught since: lines that the version remembered still has as its own.

use crate::assess::fingerprint::{SENTENCES, SKETCH, below_horizon, print, shared};
use crate::model::Observations;
use crate::model::body::ParagraphKind;
use crate::model::knowledge::{ObservedLine, SHOWN};
use crate::store::Fingerprint;

/// Whether nothing came, and all that is gone since was taken out as the site's own words: the page has it
/// still.
pub(super) fn only_lessons(me: &Fingerprint, known: &Fingerprint, seen: &Observations) -> bool {
    let (mine, theirs) = below_horizon(&me.sentences, &known.sentences, SENTENCES);
    if me.prose >= known.prose || shared(mine, theirs) < mine.len() {
        return false;
    }
    let mut gone: Vec<u32> = theirs.iter().copied().filter(|s| mine.binary_search(s).is_err()).collect();
    let all = gone.len();
    let mut unseen_ends = 0;
    for line in seen.lines.iter().filter(|line| !line.kept) {
        let taken = print(std::iter::once((line.text.as_str(), ParagraphKind::Paragraph))).print;
        gone.retain(|sentence| taken.sentences.binary_search(sentence).is_err());
        unseen_ends += usize::from(is_cut(line) && stands(&taken, known));
    }
    // Of a line that is shown cut the last sentence is not known.
    all > 0 && gone.len() <= unseen_ends
}

fn is_cut(line: &ObservedLine) -> bool {
    line.text.chars().count() >= SHOWN
}

/// Whether most of a line is found in a text, as far as can be told.
fn stands(line: &Fingerprint, text: &Fingerprint) -> bool {
    let (line, text) = below_horizon(&line.sketch, &text.sketch, SKETCH);
    !line.is_empty() && 2 * shared(line, text) >= line.len()
}
