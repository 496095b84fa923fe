//! A few sentences that are a banner, an error or a form, in the frame of a page that looks like any other.

use super::features::{F, Features};
use super::measure::{has_fewer_words, word_count};
use super::model::{CLASSES, Class};
use super::words::{self, Topic};
use crate::model::SkipReason;
use crate::model::html::HtmlPage;
use crate::model::script::lower_case;

/// From here on a text tells something of its own.
const FEW_WORDS: f32 = 90.0;
const LOOKED_AT: usize = 2_000;
/// One phrase of consent to so many words.
const WORDS_A_PHRASE: f32 = 25.0;
/// Headings are short; what follows is text.
const HEADING_BYTES: usize = 160;

/// What a page shows beside its text.
pub struct Page<'a> {
    pub html: &'a HtmlPage,
    pub asks_password: bool,
    /// It declares itself an article, or when it was published.
    pub dated: bool,
    /// Its status was an error.
    pub failed: bool,
}

/// Why a page with this text is no article, where its own words say so.
pub fn alone(page: &Page<'_>, text: &str) -> Option<(SkipReason, String)> {
    if !page.dated
        && let Some(phrase) = turned_away(page.html)
    {
        return Some((SkipReason::ErrorPage, format!("hardly anything but {phrase:?}")));
    }
    let cut = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(at, _)| at);
    let text = lower_case(&text[..cut]);
    let count = word_count(&text);
    let said = words::in_text(&text);
    let phrases = said.distinct[Topic::Consent as usize];
    if phrases >= 2 && f32::from(phrases) * WORDS_A_PHRASE > count {
        return Some((
            SkipReason::Consent,
            format!("{phrases} phrases of consent, and hardly anything else"),
        ));
    }
    if count >= FEW_WORDS {
        return None;
    }
    let head = headings(page.html);
    let named = words::in_head(&head);
    let both = |topic: Topic| named.distinct[topic as usize] > 0 && said.distinct[topic as usize] > 0;
    if both(Topic::Error) && (page.failed || !page.dated) {
        return Some((
            SkipReason::ErrorPage,
            "headed as an error, and the text speaks of nothing else".to_owned(),
        ));
    }
    (page.asks_password && named.distinct[Topic::Login as usize] > 0)
        .then(|| (SkipReason::Login, "headed as a login, asks for a password".to_owned()))
}

/// The model's answer without the walls of which a page has no word: by its build alone a page may be any.
pub fn said(mut p: [f32; CLASSES.len()], x: &Features) -> [f32; CLASSES.len()] {
    let asks = x.get(F::HasPassword) > 0.0 || x.get(F::HasDialog) > 0.0;
    for (reason, topic) in [(SkipReason::Consent, Topic::Consent), (SkipReason::Login, Topic::Login)] {
        if let Some(class) = CLASSES.iter().position(|c| *c == Class::Skip(reason))
            && !asks
            && !x.names(topic)
        {
            p[class] = 0.0;
        }
    }
    let all: f32 = p.iter().sum();
    p.map(|share| share / all.max(f32::EPSILON))
}

/// What a page says that lets no robot in, or nobody of a country; by its title or in all the words it has.
fn turned_away(html: &HtmlPage) -> Option<&'static str> {
    const PHRASES: [&str; 22] = [
        "are you a robot",
        "are not a robot",
        "i'm not a robot",
        "you are human",
        "you are a human",
        "human verification",
        "unusual traffic",
        "automation tools",
        "access to this page has been denied",
        "unavailable for legal reasons",
        "unavailable due to legal reasons",
        "too many requests",
        "not available in your region",
        "not available in your country",
        "not available in your location",
        "checking your browser",
        "enable javascript and cookies to continue",
        "request could not be satisfied",
        "sind sie ein roboter",
        "bin kein roboter",
        "êtes-vous un robot",
        "no soy un robot",
    ];
    /// All the words of such a page, its frame included.
    const MOST_WORDS: f32 = 150.0;
    if !has_fewer_words(&html.text, MOST_WORDS) {
        return None;
    }
    let title = html.head.title.as_deref().unwrap_or_default();
    let said = lower_case(&format!("{title}\n{}", html.text)).replace('’', "'");
    PHRASES.into_iter().find(|phrase| said.contains(phrase))
}

/// Title and first level headings, in lower case.
fn headings(html: &HtmlPage) -> String {
    let first =
        |b: &usize| html.ancestors(html.blocks[*b].container).take(3).any(|c| html.attr(c.tag) == "h1");
    let mut head = html.head.title.clone().unwrap_or_default();
    for line in (0..html.blocks.len()).filter(first).take(3).map(|b| html.block_text(b)) {
        if line.len() <= HEADING_BYTES {
            head.push('\n');
            head.push_str(line);
        }
    }
    head.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(source: &str, dated: bool) -> Option<SkipReason> {
        let limits = crate::read::Limits::default();
        let html = crate::read::html::parse(source, &limits, &mut crate::model::Budget::new(1 << 20));
        let html = html.expect("small");
        let page = Page { html: &html, asks_password: false, dated, failed: false };
        alone(&page, &html.text).map(|(reason, _)| reason)
    }

    #[test]
    fn pages_that_turn_visitors_away_are_errors() {
        let page = |title: &str, text: &str| format!("<title>{title}</title><h1>{title}</h1><p>{text}</p>");
        let frame = "The harbour office said that the wall had been mended in a week. ".repeat(20);
        for (source, dated, expected) in [
            (
                page("Herald", "We must be sure that you’re not… Are you a robot?"),
                false,
                Some(SkipReason::ErrorPage),
            ),
            (page("Too Many Requests", "Please try later."), false, Some(SkipReason::ErrorPage)),
            (
                page("451", "This page is unavailable due to legal reasons."),
                false,
                Some(SkipReason::ErrorPage),
            ),
            (page("Robots", &format!("Are you a robot? {frame}")), false, None),
            (page("Ferry back", "Nobody was hurt when the ferry ran aground."), false, None),
            (
                page("500 jobs to go at steelworks", "The work has been moved to Brack, the works said."),
                true,
                None,
            ),
        ] {
            assert_eq!(reason(&source, dated), expected, "{source}");
        }
    }
}
