//! What a press office adds to its release: words on the house that sends it, and whom to ask. The lines are told as they
//! are in pages.

use super::fields::Fate;
use crate::model::script::cut;
use crate::read::extract::html::tail::{CONTACTS, MOST_ABOUT, announces, house, is_end_mark, is_source};
use crate::read::text::TextPage;

/// Sentences of the story before it, and the words that each has.
const FEWEST: usize = 2;
const SENTENCE: f32 = 8.0;
/// Of the words that are kept: more is a part of the story under such a heading.
const MOST: f32 = 0.5;

/// Takes out what is kept from the line on at which a release begins to speak of its sender.
pub fn remove(text: &TextPage, fates: &mut [Fate]) {
    let kept = |i: &usize| matches!(fates[*i], Fate::Keep(_));
    let told = |i: &usize| kept(i) && text.stats[*i].ends_sentence && text.stats[*i].words >= SENTENCE;
    let Some(from) = (0..fates.len()).filter(told).nth(FEWEST - 1) else { return };
    let words = |from: usize| (from..fates.len()).filter(kept).map(|i| text.stats[i].words).sum::<f32>();
    let most = MOST * words(0);
    let marks = text.lines.iter().filter(|line| is_end_mark(&line.text)).count();
    let Some(at) = (from + 1..fates.len()).find(|&i| opens(text, i, marks)).filter(|&at| words(at) <= most)
    else {
        return;
    };
    fates[at..]
        .iter_mut()
        .filter(|f| matches!(f, Fate::Keep(_)))
        .for_each(|f| *f = Fate::Drop(Some("press")));
}

fn opens(text: &TextPage, i: usize, marks: usize) -> bool {
    /// Lines in which the name, the number and the address of a contact stand.
    const CONTACT_LINES: usize = 5;
    let line = &text.lines[i].text;
    let reached = |lines: usize| {
        let stats = text.stats[i..].iter().take(lines);
        stats.into_iter().any(|s| s.address || s.words <= 20.0 && s.digits >= 6)
    };
    is_end_mark(line) && marks == 1 && (i + 1 == text.lines.len() || reached(usize::MAX))
        || is_about(text, i)
        || announces(line, &CONTACTS) && reached(CONTACT_LINES)
        || is_source(line)
}

/// A heading about somebody whom the line under it names.
fn is_about(text: &TextPage, i: usize) -> bool {
    const UNDER_WORDS: f32 = 10.0;
    /// Bytes of the line in which the name stands.
    const HEAD: usize = 120;
    let s = &text.stats[i];
    let heading = s.words <= MOST_ABOUT && (!s.ends_sentence || s.ends_colon);
    let Some(name) = house(&text.lines[i].text).filter(|_| heading) else { return false };
    let Some(under) = text.lines.get(i + 1) else { return false };
    text.stats[i + 1].words >= UNDER_WORDS && cut(&under.text, HEAD).contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::model::body::ParagraphKind;
    use crate::read::Limits;
    use crate::read::text::parse;

    fn left(tail: &[&str]) -> usize {
        let story = [
            "Calder Valves opened its second plant in Tarnside on Monday, with a band and a cake.",
            "The plant is to build thirty thousand valves a year and employs a hundred and forty people.",
            "The county paid a fifth of the cost, which nobody at the opening would put a figure on.",
        ];
        let source = [&story[..], tail].concat().join("\n\n");
        let text = parse(&source, &Limits::default(), &mut Budget::new(1 << 20)).expect("small");
        let mut fates = vec![Fate::Keep(ParagraphKind::Paragraph); text.lines.len()];
        remove(&text, &mut fates);
        fates.iter().filter(|f| matches!(f, Fate::Keep(_))).count() - story.len()
    }

    #[test]
    fn words_on_the_sender_go_and_a_chapter_stays() {
        for tail in [
            &[
                "About Calder Valves",
                "Calder Valves makes pumps and valves for waterworks in forty countries.",
            ][..],
            &[
                "Über die Stadtwerke Elmrode",
                "Die Stadtwerke Elmrode versorgen vierzigtausend Haushalte mit Strom und Gas.",
            ],
            &["Pressekontakt:", "Imke Sand", "Tel. 0555 123456"],
            &["Media contact", "Lucy Orme", "press@valves.example"],
            &["###", "Lucy Orme, 555 0100 200"],
            &["SOURCE Calder Valves plc"],
        ] {
            assert_eq!(left(tail), 0, "{tail:?}");
        }
        for tail in [
            &[
                "About the author",
                "Lucy Orme has made valves since she was fifteen years old and still does.",
            ][..],
            &["About town", "The band played until four and then went home in the rain, all of them."],
            &["Contact: none", "Nobody answered the door at the old plant on Monday."],
        ] {
            assert_eq!(left(tail), tail.len(), "{tail:?}");
        }
    }
}
