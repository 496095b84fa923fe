//! The few rules after the model. Each has a name that `explain` and `removed` show, and earns its place in
//! the cross-validated table of `copydesk train extract`.

use rustc_hash::FxHashSet;

use super::features::Sight;
use super::furniture;
use super::layout::{self, Kind};
use super::lexicon::Class;
use super::live;
use super::model::{THRESHOLD, THRESHOLD_NEWS};
use crate::model::body::{FoundField, ParagraphKind};
use crate::read::clean::lexicon;
use crate::read::extract::text::fields;
use crate::read::text::stats::stats;

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
    title_repeat(sight, &mut decisions);
    head_lines(sight, &mut decisions);
    live::entries(sight, &mut decisions);
    clocks(sight, &mut decisions);
    table(sight, scores, &mut decisions);
    credit(sight, &mut decisions);
    embed(sight, &mut decisions);
    data(sight, &mut decisions);
    rejoin_dek(sight, scores, &mut decisions);
    exact_repeat(sight, &mut decisions);
    subheads(sight, scores, &mut decisions);
    furniture::remove(sight, &mut decisions);
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

/// The headline is a field of its own.
fn title_repeat(sight: &Sight, decisions: &mut [Decision]) {
    let mut long_seen = false;
    for (b, decision) in decisions.iter_mut().enumerate() {
        let (of_block, of_title) = sight.title_overlap(b);
        let words = sight.facts[b].words;
        // Old and mobile pages set headline and date into one block.
        let dated = sight.facts[b].lines > 0.0 && of_title >= 0.9 && words * (1.0 - of_block) <= 4.5;
        let is_title = (of_block >= 0.8 || dated) && of_title >= 0.6 && words >= 3.0;
        if decision.kept && is_title && !long_seen && sight.facts[b].chars < 300.0 {
            decision.leave_out("title");
        }
        long_seen |= decision.kept && sight.facts[b].good && b > sight.title_block;
    }
}

/// Above the first running text the heading that carries the headline is no part of it, whatever the title
/// says, and neither are lines that say who wrote the story and when.
fn head_lines(sight: &Sight, decisions: &mut [Decision]) {
    let blocks = decisions.len();
    let mut running = (0..blocks).filter(|&b| decisions[b].kept && sight.facts[b].good);
    let (text, more) = (running.next().unwrap_or(blocks), running.next().unwrap_or(blocks));
    let title = sight.title_block;
    if title >= blocks {
        return;
    }
    let heading = sight.place(title).is_some_and(|p| matches!(p.kind, Kind::H1 | Kind::Heading));
    if decisions[title].kept && heading && title < text && sight.facts[title].chars < 300.0 {
        decisions[title].leave_out("title");
    }
    let (mut content, mut lower) = (Vec::new(), String::new());
    // A standfirst may stand between headline and byline.
    let end = more.min(title + 1 + HEAD_LINES).min(blocks);
    for (b, decision) in decisions.iter_mut().enumerate().take(end).skip(title + 1) {
        let line = sight.page.block_text(b);
        let quoted = sight.place(b).is_some_and(|p| p.flags & layout::IN_QUOTE != 0);
        if !decision.kept || quoted || sight.facts[b].words > 18.0 {
            continue;
        }
        content.clear();
        let counted = stats(line, &mut content, &mut lower);
        let dated = counted.hits.has(lexicon::Kind::Date) && counted.digits >= 5 && !counted.ends_sentence;
        let rule = match fields::field(line, &counted) {
            Some(FoundField::Byline) => "byline",
            Some(FoundField::Date) => "date",
            Some(FoundField::Credit) => "credit",
            None if dated || east_asian_date(line) => "date",
            _ => continue,
        };
        decision.leave_out(rule);
    }
}

/// Blocks below the headline in which byline and date are looked for.
const HEAD_LINES: usize = 8;

/// `山田太郎　2026年3月10日 09時00分`: a whole date in few characters, and no sentence.
fn east_asian_date(line: &str) -> bool {
    let short = line.chars().nth(40).is_none() && !line.contains('。');
    short
        && line.chars().filter(|c| c.is_numeric()).count() >= 5
        && ['年', '月', '日'].iter().all(|c| line.contains(*c))
}

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

/// A line that begins with the sign is a credit or a notice.
fn credit(sight: &Sight, decisions: &mut [Decision]) {
    for (b, decision) in decisions.iter_mut().enumerate() {
        let short = sight.facts[b].words <= 14.0;
        if decision.kept && short && sight.page.block_text(b).starts_with(['©', 'Ⓒ']) {
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
        if around
            .any(|c| sight.page.attr(c.class).split_ascii_whitespace().any(|name| CLASSES.contains(&name)))
        {
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

/// The description, printed between headline and text, is the standfirst.
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
        if of_block >= 0.85
            && of_description >= 0.7
            && sight.facts[b].chars >= 40.0
            && scores[b] > 0.05
            && !elsewhere
        {
            decisions[b] = Decision { kept: true, rule: Some("dek"), ..decisions[b] };
            return;
        }
    }
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

/// A heading alone of its kind on the page looks like nothing else; what it heads is the story's.
fn subheads(sight: &Sight, scores: &[f32], decisions: &mut [Decision]) {
    const MOST_WORDS: f32 = 10.0;
    const LEAST_SCORE: f32 = 0.3;
    const HEADED_WORDS: f32 = 12.0;
    let prose = |b: usize, d: &Decision| d.kept && sight.facts[b].words >= HEADED_WORDS;
    let mut began = false;
    for b in 0..decisions.len() {
        let headed = began && decisions.get(b + 1).is_some_and(|next| prose(b + 1, next));
        began |= prose(b, &decisions[b]) && b > sight.title_block;
        let facts = &sight.facts[b];
        let heading = sight.place(b).is_some_and(|p| p.kind == Kind::Heading);
        let plain = sight.page.blocks[b].links == 0 && facts.phrases == 0 && facts.words <= MOST_WORDS;
        let undecided = !decisions[b].kept && decisions[b].rule.is_none();
        if undecided && heading && plain && headed && scores[b] >= LEAST_SCORE {
            decisions[b] = Decision { kept: true, rule: Some("subhead"), kind: ParagraphKind::Subhead };
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
    let Some(b) = decisions.iter().position(|d| d.kept && d.kind != ParagraphKind::Caption) else { return };
    let (of_block, of_description) = sight.description_overlap(b);
    let classed = sight.place(b).is_some_and(|p| p.distance[Class::Dek as usize] <= 1);
    let says_it = of_block >= 0.85 && of_description >= 0.7;
    let more = decisions[b + 1..].iter().filter(|d| d.kept && d.kind != ParagraphKind::Caption).count() >= 2;
    let alone = decisions.iter().filter(|d| d.kept).count() > 1;
    if more
        && alone
        && decisions[b].kind == ParagraphKind::Paragraph
        && (decisions[b].rule == Some("dek") || classed || says_it && sight.facts[b].chars < 400.0)
    {
        decisions[b].kind = ParagraphKind::Standfirst;
    }
}
