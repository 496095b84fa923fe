//! A few sentences that are a banner, an error or a form, in the frame of a page that looks like any other.

use super::measure::word_count;
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

/// Why a page with this text is no article, where its own words say so; `form` is whether a password is asked for.
pub fn alone(html: &HtmlPage, text: &str, form: bool) -> Option<(SkipReason, String)> {
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
    let head = headings(html);
    let named = words::in_head(&head);
    let both = |topic: Topic| named.distinct[topic as usize] > 0 && said.distinct[topic as usize] > 0;
    if both(Topic::Error) {
        return Some((
            SkipReason::ErrorPage,
            "headed as an error, and the text speaks of nothing else".to_owned(),
        ));
    }
    (form && named.distinct[Topic::Login as usize] > 0)
        .then(|| (SkipReason::Login, "headed as a login, asks for a password".to_owned()))
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
