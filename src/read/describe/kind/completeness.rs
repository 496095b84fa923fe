//! Whether a page holds the whole story: notices of a paywall, what the page declares, and a text that
//! breaks off.

use super::features::{F, Features};
use super::measure;
use super::words::{Hits, Topic};
use crate::model::Body;
use crate::model::article::{Completeness, Evidence, EvidenceSource};
use crate::model::body::ParagraphKind;
use crate::model::html::HtmlPage;

/// Many publishers declare a wall and send the whole text all the same: above this the declaration alone
/// does not make a teaser.
const TEASER_WORDS: f32 = 180.0;
/// From here on a notice alone is not believed.
const WHOLE_WORDS: f32 = 500.0;
/// With a notice in plain sight, a longer text may still be a teaser.
const NOTICED_TEASER_WORDS: f32 = 300.0;

pub fn of_html(x: &Features, html: &HtmlPage, body: &Body) -> (Completeness, Evidence) {
    let words = measure::word_count(&body.text());
    if let Some(said) = body.partial.filter(|said| believed(said, words, body)) {
        return partial(EvidenceSource::Html, 0.9, said);
    }
    let notices = x.words(Topic::Paywall) > 0.0;
    let declared = x.get(F::LdNotFree) > 0.0;
    let broken = breaks_off(body);
    if declared && (words < TEASER_WORDS || (notices && words < NOTICED_TEASER_WORDS)) {
        return partial(EvidenceSource::JsonLd, 0.9, "isAccessibleForFree: false over a short text");
    }
    if notices && words < NOTICED_TEASER_WORDS && (broken || has_wall(html)) {
        return partial(EvidenceSource::Html, 0.8, "a paywall notice");
    }
    if notices && x.get(F::HasPassword) == 0.0 && x.words(Topic::Paywall) > 0.5 && words < TEASER_WORDS {
        return partial(EvidenceSource::Text, 0.7, "several paywall notices");
    }
    if broken && words < TEASER_WORDS && words > 10.0 {
        return partial(EvidenceSource::Text, 0.6, "the text breaks off");
    }
    full(words)
}

pub fn of_text(found: &Hits, words: f32, body: &Body) -> (Completeness, Evidence) {
    if let Some(said) = body.partial {
        return partial(EvidenceSource::Text, 0.9, said);
    }
    let notices = found.distinct[Topic::Paywall as usize];
    if notices >= 2 && words < NOTICED_TEASER_WORDS || notices > 0 && breaks_off(body) {
        return partial(EvidenceSource::Text, 0.7, "a paywall notice");
    }
    full(words)
}

/// A subscription notice under a long text that ends in a sentence is an advertisement, not a wall.
fn believed(said: &str, words: f32, body: &Body) -> bool {
    said != "paywall" || words < WHOLE_WORDS || breaks_off(body)
}

/// An element that is named after a paywall.
fn has_wall(html: &HtmlPage) -> bool {
    html.containers.iter().any(|c| {
        [c.class, c.id, c.other].into_iter().any(|span| {
            let text = html.attr(span);
            ["paywall", "pay-wall", "regwall", "piano-", "paid-content", "premium-wall", "subscriber-only"]
                .iter()
                .any(|wall| text.contains(wall))
        })
    })
}

/// Whether the last paragraph ends in an ellipsis.
fn breaks_off(body: &Body) -> bool {
    body.paragraphs
        .iter()
        .rev()
        .find(|p| !matches!(p.kind, ParagraphKind::Caption | ParagraphKind::Subhead))
        .is_some_and(|p| {
            let text = p.text.trim_end_matches(['"', '”', '’', '»', ']', ')', ' ']);
            (text.ends_with('…') || text.ends_with("...") || text.ends_with("[…")) && !text.ends_with("....")
        })
}

fn partial(source: EvidenceSource, confidence: f32, why: &str) -> (Completeness, Evidence) {
    (Completeness::Partial, Evidence { source, confidence, raw: Some(why.to_owned()), losers: Vec::new() })
}

fn full(words: f32) -> (Completeness, Evidence) {
    let evidence = Evidence {
        source: EvidenceSource::Text,
        confidence: 0.8,
        raw: Some(format!("{words:.0} words, no notice")),
        losers: Vec::new(),
    };
    (Completeness::Full, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::body::Paragraph;

    #[test]
    fn a_notice_is_believed_under_a_short_text_or_a_broken_one() {
        for (said, text, words, believe) in [
            ("paywall", "All is well.", 100.0, true),
            ("paywall", "All is well.", 900.0, false),
            ("paywall", "All is …", 900.0, true),
            ("multi_page", "All is well.", 900.0, true),
        ] {
            let paragraph = Paragraph { text: text.into(), kind: ParagraphKind::Paragraph, block: None };
            let body = Body { paragraphs: vec![paragraph], ..Body::default() };
            assert_eq!(believed(said, words, &body), believe, "{said} under {words} words: {text}");
        }
    }

    #[test]
    fn a_text_breaks_off_at_an_ellipsis() {
        for (text, broken) in [
            ("Auf der Karte sind 62 Prozent rot …", true),
            ("“They said…”", true),
            ("and then...", true),
            ("All is well.", false),
            ("", false),
        ] {
            let paragraph = Paragraph { text: text.into(), kind: ParagraphKind::Paragraph, block: None };
            let body = Body { paragraphs: vec![paragraph], ..Body::default() };
            assert_eq!(breaks_off(&body), broken, "{text}");
        }
        assert!(!breaks_off(&Body::default()));
    }
}
