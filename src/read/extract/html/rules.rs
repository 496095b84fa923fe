//! The few rules after the model. Each has a name that `explain` and `removed` show, and earns its place in
//! the cross-validated table of `copydesk train extract`.

use rustc_hash::FxHashSet;

use super::features::Sight;
use super::layout::{self, Kind};
use super::lexicon::{Class, NAMES_BYTES, Phrase};
use super::live;
use super::model::{THRESHOLD, THRESHOLD_NEWS};
use super::{beside, biography, follow, furniture, head, subhead, tail};
use crate::model::body::ParagraphKind;
use crate::model::script::cut;

/// What becomes of a block, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    pub kept: bool,
    /// The rule that decided; `None` where the model did.
    pub rule: Option<&'static str>,
    pub kind: ParagraphKind,
}

impl Decision {
    /// Takes the block out, by a rule.
    pub fn leave_out(&mut self, rule: &'static str) {
        (self.kept, self.rule) = (false, Some(rule));
    }

    /// Kept, and no caption.
    pub fn is_story(&self) -> bool {
        self.kept && self.kind != ParagraphKind::Caption
    }
}

/// The blocks that are the story's.
pub fn story(decisions: &[Decision]) -> Vec<usize> {
    (0..decisions.len()).filter(|&b| decisions[b].is_story()).collect()
}

/// The model's scores as decisions, then each rule in turn.
pub fn decide(sight: &Sight, scores: &[f32]) -> Vec<Decision> {
    let threshold = if sight.witnesses.declares_news { THRESHOLD_NEWS } else { THRESHOLD };
    let mut decisions: Vec<Decision> = scores
        .iter()
        .enumerate()
        .map(|(b, &score)| Decision { kept: score > threshold, rule: None, kind: kind(sight, b) })
        .collect();
    story_in_captions(sight, &mut decisions);
    beside::captions(sight, &mut decisions);
    head::remove(sight, &mut decisions);
    live::entries(sight, &mut decisions);
    clocks(sight, &mut decisions);
    table(sight, scores, &mut decisions);
    credit(sight, &mut decisions);
    embed(sight, &mut decisions);
    data(sight, &mut decisions);
    rejoin_dek(sight, scores, &mut decisions);
    exact_repeat(sight, &mut decisions);
    subhead::keep(sight, scores, &mut decisions);
    beside::fact_boxes(sight, &mut decisions);
    furniture::remove(sight, &mut decisions);
    tail::remove(sight, &mut decisions);
    follow::remove(sight, &mut decisions);
    biography::remove(sight, &mut decisions);
    tail::signatures(sight, &mut decisions);
    unseen(sight, &mut decisions);
    captions(sight, &mut decisions);
    standfirst(sight, &mut decisions);
    decisions
}

fn kind(sight: &Sight, block: usize) -> ParagraphKind {
    let Some(place) = sight.place(block) else { return ParagraphKind::Paragraph };
    let tail = match place.kind {
        Kind::H1 | Kind::Heading => ParagraphKind::Subhead,
        Kind::Li | Kind::Definition => ParagraphKind::ListItem,
        Kind::Caption => ParagraphKind::Caption,
        _ => ParagraphKind::Paragraph,
    };
    if tail == ParagraphKind::Paragraph && place.flags & layout::IN_QUOTE != 0 {
        return ParagraphKind::Quote;
    }
    // An entry's paragraphs stand inside something that calls itself live, an update or a timeline.
    let live = sight.witnesses.declares_live && place.distance[Class::Live as usize] < layout::FAR;
    if tail == ParagraphKind::Paragraph && live {
        return ParagraphKind::LiveEntry;
    }
    tail
}

/// Marked up as a caption, and yet the story by the model: where nothing else tells it, or in a table, such
/// text is the story's own. Beside a text of its own what stands under a picture says what the picture shows.
fn story_in_captions(sight: &Sight, decisions: &mut [Decision]) {
    let caption = |d: &Decision| d.kept && d.kind == ParagraphKind::Caption;
    let told =
        decisions.iter().zip(&sight.facts).any(|(d, f)| d.kept && !caption(d) && f.words >= TOLD_WORDS);
    for (b, decision) in decisions.iter_mut().enumerate().filter(|(_, d)| caption(d)) {
        let pictured = sight.place(b).is_some_and(|p| p.flags & layout::IN_FIGURE != 0);
        if !(told && pictured) {
            decision.kind = ParagraphKind::Paragraph;
        }
    }
}

/// Words of a line that is more than a heading.
const TOLD_WORDS: f32 = 8.0;

/// The time of day over each entry of a live blog, and the number of each picture: `3/12`.
fn clocks(sight: &Sight, decisions: &mut [Decision]) {
    for (b, decision) in decisions.iter_mut().enumerate() {
        let facts = &sight.facts[b];
        if decision.kept && facts.words <= 2.0 && counts(sight.page.block_text(b)) {
            decision.leave_out("count");
        }
        let few = decision.kept && decision.kind == ParagraphKind::LiveEntry && facts.words <= 3.0;
        if few && (3.0..=6.0).contains(&facts.digits) && facts.chars <= facts.digits + 8.0 {
            decision.leave_out("clock");
        }
    }
}

fn counts(line: &str) -> bool {
    line.split_once('/').is_some_and(|(at, of)| is_number(at.trim()) && is_number(of.trim()))
}

fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// A table of short cells is one thing: all of it stands in the story, or nothing.
fn table(sight: &Sight, scores: &[f32], decisions: &mut [Decision]) {
    let is_cell = |b: usize| sight.place(b).is_some_and(|p| p.kind == Kind::Cell);
    let mut at = 0;
    while at < decisions.len() {
        let cells = (at..decisions.len()).take_while(|&b| is_cell(b)).count();
        let words: f32 = sight.facts[at..at + cells].iter().map(|f| f.words).sum();
        let mean = scores[at..at + cells].iter().sum::<f32>() / cells.max(1) as f32;
        let near = |side: &[Decision]| side.iter().any(|d| d.kept);
        let end = at + cells;
        let inside = near(&decisions[at.saturating_sub(TABLE_NEAR)..at])
            && near(&decisions[end..(end + TABLE_NEAR).min(decisions.len())]);
        let run = &mut decisions[at..at + cells];
        at += cells.max(1);
        let kept = run.iter().filter(|d| d.kept).count();
        if run.len() < 4 || words > CELL_WORDS * run.len() as f32 || kept == run.len() {
            continue;
        }
        let keep = kept * 8 >= run.len() || inside && mean > TABLE_SCORE;
        for decision in run.iter_mut().filter(|d| d.kept != keep) {
            *decision = Decision { kept: keep, rule: Some("table"), ..*decision };
        }
    }
}

/// Kept blocks this near on both sides hold a table in the story, unless its cells score less on average; elsewhere
/// one cell of eight that is kept speaks for all. On gold pages either kept whole tables that the model had torn.
const TABLE_NEAR: usize = 3;
const TABLE_SCORE: f32 = 0.1;
/// Words of a cell on average; where there are more, the table lays out the page.
const CELL_WORDS: f32 = 8.0;

/// A line that begins with the sign is a credit or a notice, and one with the word and a year a notice.
fn credit(sight: &Sight, decisions: &mut [Decision]) {
    const NOTICE_WORDS: f32 = 40.0;
    for (b, decision) in decisions.iter_mut().enumerate().filter(|(_, d)| d.kept) {
        let (text, words) = (sight.page.block_text(b), sight.facts[b].words);
        let signed = words <= 14.0 && text.starts_with(['©', 'Ⓒ']);
        let dated = || {
            let rest = text.strip_prefix("Copyright").or_else(|| text.strip_prefix("COPYRIGHT"));
            rest.is_some_and(|rest| {
                let rest = rest.trim_start();
                ["©", "(c)", "(C)", "19", "20"].iter().any(|begin| rest.starts_with(begin))
            })
        };
        if signed || words <= NOTICE_WORDS && dated() {
            decision.leave_out("credit");
        }
    }
}

/// A post of a social network is left out, whoever wrote it: most pages hold no more of it than a frame that a
/// script fills, and the story that quotes it says what it says.
fn embed(sight: &Sight, decisions: &mut [Decision]) {
    const CLASSES: [&str; 8] = [
        "twitter-tweet",
        "twitter-video",
        "instagram-media",
        "tiktok-embed",
        "bluesky-embed",
        "mastodon-embed",
        "reddit-embed-bq",
        "text-post-media",
    ];
    for (b, decision) in decisions.iter_mut().enumerate() {
        if sight.place(b).is_none_or(|place| place.flags & layout::IN_QUOTE == 0) {
            continue;
        }
        let mut around = sight.page.ancestors(sight.page.blocks[b].container).take(EMBED_LEVELS);
        if around.any(|c| {
            cut(sight.page.attr(c.class), NAMES_BYTES)
                .split_ascii_whitespace()
                .any(|name| CLASSES.contains(&name))
        }) {
            decision.leave_out("embed");
        }
    }
}

/// Elements between a post's text and its frame.
const EMBED_LEVELS: usize = 5;

/// Settings of a script, left in the open: one object, keys in quotes.
fn data(sight: &Sight, decisions: &mut [Decision]) {
    for (b, decision) in decisions.iter_mut().enumerate().filter(|(_, d)| d.kept) {
        let text = sight.page.block_text(b);
        let object = text.starts_with("{\"") && text.ends_with('}')
            || text.starts_with("[{\"") && text.ends_with("}]");
        if object && text.contains("\":") {
            decision.leave_out("data");
        }
    }
}

/// The description, printed between headline and text, is the standfirst; and so, on a page of news, are words right
/// under the headline of which the model is in two minds. Other pages print teasers there.
fn rejoin_dek(sight: &Sight, scores: &[f32], decisions: &mut [Decision]) {
    let Some(first_kept) = decisions.iter().position(|d| d.kept) else { return };
    let from = sight.title_block.saturating_sub(4);
    for b in from..first_kept {
        let (of_block, of_description) = sight.description_overlap(b);
        let elsewhere = sight.place(b).is_none_or(|p| {
            [Class::Related, Class::Nav, Class::Footer, Class::Comment]
                .iter()
                .any(|&c| p.distance[c as usize] <= 1)
        });
        let described =
            of_block >= 0.85 && of_description >= 0.7 && sight.facts[b].chars >= 40.0 && scores[b] > 0.05;
        let doubted = || sight.witnesses.declares_news && is_under_headline(sight, scores, b);
        if !elsewhere && (described || decisions[b].rule.is_none() && doubted()) {
            decisions[b] = Decision { kept: true, rule: Some("dek"), ..decisions[b] };
            return;
        }
    }
}

/// The first block below a main headline that has the words of a sentence, labels between them or not, and nothing of a byline, a date, a caption
/// or a notice.
fn is_under_headline(sight: &Sight, scores: &[f32], b: usize) -> bool {
    const DOUBTED: f32 = 0.3;
    const NEAR: usize = 3;
    const LABEL_WORDS: f32 = 4.0;
    const FEWEST_WORDS: f32 = 9.0;
    const MOST_WORDS: f32 = 60.0;
    /// A date and a time have more.
    const MOST_DIGITS: f32 = 7.0;
    /// Phrases that sentences hold by chance.
    const WEAK: u32 = 1 << Phrase::Nav as u32 | 1 << Phrase::Author as u32 | 1 << Phrase::Time as u32;
    let facts = &sight.facts[b];
    let title = sight.title_block;
    let headed = title < b
        && b - title <= NEAR
        && sight.place(title).is_some_and(|p| p.kind == Kind::H1)
        && (title + 1..b).all(|between| sight.facts[between].words <= LABEL_WORDS);
    headed
        && scores[b] >= DOUBTED
        && (FEWEST_WORDS..=MOST_WORDS).contains(&facts.words)
        && facts.digits <= MOST_DIGITS
        && facts.phrases & !WEAK == 0
        && sight.page.blocks[b].links == 0
        && sight.place(b).is_some_and(|p| {
            p.flags & (layout::IN_FIGURE | layout::IN_LIST | layout::IN_CAPTION | layout::IN_FORM) == 0
                && p.distance[Class::Caption as usize] > 1
        })
}

/// A long text that stands twice is a pull quote or a second rendering.
fn exact_repeat(sight: &Sight, decisions: &mut [Decision]) {
    let mut seen = FxHashSet::default();
    for (b, decision) in decisions.iter_mut().enumerate() {
        if decision.kept && sight.facts[b].chars > 60.0 && !seen.insert(sight.facts[b].hash) {
            decision.leave_out("repeat");
        }
    }
}

/// What no browser shows is no part of the story, unless most of it waits for a script to be shown.
fn unseen(sight: &Sight, decisions: &mut [Decision]) {
    let is_unseen = |b: usize| sight.place(b).is_some_and(|p| p.flags & layout::IN_UNSEEN != 0);
    let chars = |of_unseen: bool| -> f32 {
        let kept = decisions.iter().enumerate().filter(|(b, d)| d.kept && is_unseen(*b) == of_unseen);
        kept.map(|(b, _)| sight.facts[b].chars).sum()
    };
    if chars(true) >= chars(false) {
        return;
    }
    for (b, decision) in decisions.iter_mut().enumerate() {
        if decision.kept && is_unseen(b) {
            decision.leave_out("unseen");
        }
    }
}

/// Captions inside the story are kept as such, and stand outside of the body's text.
fn captions(sight: &Sight, decisions: &mut [Decision]) {
    let (Some(first), Some(last)) =
        (decisions.iter().position(|d| d.kept), decisions.iter().rposition(|d| d.kept))
    else {
        return;
    };
    for (b, decision) in decisions.iter_mut().enumerate().take(last + 1).skip(first.saturating_sub(6)) {
        let caption = sight.place(b).is_some_and(|p| {
            p.flags & layout::IN_CAPTION != 0
                || p.flags & layout::IN_FIGURE != 0 && p.distance[Class::Caption as usize] <= 2
        });
        if caption && !decision.kept && sight.facts[b].words >= 3.0 && sight.facts[b].link_share < 0.5 {
            *decision = Decision { kept: true, rule: Some("caption"), kind: ParagraphKind::Caption };
        }
    }
}

/// The first kept paragraph where it is what the description says, or is classed as a dek.
fn standfirst(sight: &Sight, decisions: &mut [Decision]) {
    let Some(b) = decisions.iter().position(Decision::is_story) else { return };
    let (of_block, of_description) = sight.description_overlap(b);
    // Fewer characters are a kicker.
    let classed =
        sight.facts[b].chars >= 30.0 && sight.place(b).is_some_and(|p| p.distance[Class::Dek as usize] <= 1);
    let says_it = of_block >= 0.85 && of_description >= 0.7;
    let more = decisions[b + 1..].iter().filter(|d| d.is_story()).count() >= 2;
    let alone = decisions.iter().filter(|d| d.kept).count() > 1;
    if more
        && alone
        && decisions[b].kind == ParagraphKind::Paragraph
        && (decisions[b].rule == Some("dek") || classed || says_it && sight.facts[b].chars < 400.0)
    {
        decisions[b].kind = ParagraphKind::Standfirst;
    }
}

#[cfg(test)]
mod tests {
    use crate::read::extract::html::testing::{kept, paragraphs, scored};

    #[test]
    fn a_sentence_under_the_headline_of_a_news_page_is_the_standfirst() {
        let page = |head: &str, dek: &str, between: &str| {
            format!(
                "<html><head><title>Quay falls</title>{head}</head><body><h1>Quay falls</h1>{between}<div>{dek}</div><article>{}</article></body></html>",
                paragraphs("Alder")
            )
        };
        let news =
            r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"Quay falls"}</script>"#;
        let dek = "Boats will stay out until the wall stands again, and the port counts what it costs";
        let far = "Words on what else the port has to pay for in this year";
        let text = |head: &str, between: &str, score: f32| {
            scored(&page(head, dek, &format!("<p>{between}</p>")), &[dek, between], score)
        };
        assert!(text(news, "", 0.4).contains(dek) && text(news, "Harbour", 0.4).contains(dek));
        for (head, between, score) in [("", "", 0.4), (news, "", 0.2), (news, far, 0.4)] {
            assert!(!text(head, between, score).contains(dek), "{between} {score}");
        }
        let captioned = page(news, &format!("<figure><img src=a><p>{dek}</p></figure>"), "");
        assert!(!scored(&captioned, &[dek], 0.4).contains(dek));
    }

    #[test]
    fn notices_of_rights_go_and_news_of_them_stays() {
        for (line, expected) in [
            ("© Ada Fern", false),
            (
                "Copyright 2004 The Quay Herald. All rights reserved. Printer-friendly version | E-mail this story to a friend",
                false,
            ),
            ("Copyright (c) The Quay Herald and its authors", false),
            ("Copyright law was to protect the song, the widow said.", true),
        ] {
            let page = format!(
                "<html><head><title>Quay</title></head><body><h1>Quay</h1>{}<p>{line}</p></body></html>",
                paragraphs("Alder")
            );
            assert_eq!(kept(&page).contains(line), expected, "{line}");
        }
    }
}
