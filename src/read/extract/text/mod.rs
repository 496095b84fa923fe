//! Lines → which are the story. A learned model scores each line by what it and its paragraph look
//! like and where they stand; headline, captions, bylines and dates go to their fields.

pub mod features;
pub mod fields;
pub mod headline;
pub mod model;
pub mod page;
mod partial;
/// What a press office adds.
mod press;
/// Questions, speakers, numbered headings.
mod series;
/// Lists and last sentences of stories that are short.
mod short;
/// Names and captions that no word announces.
mod unlabelled;

use crate::read::describe::kind::measure::word_count;
use std::sync::LazyLock;

use crate::model::body::{Body, Found, FoundField, Paragraph, ParagraphKind, Removed};
use crate::model::trace::{BlockTrace, Trace};
use crate::model::{Budget, DecodedPage, Rejection, SkipReason};
use crate::read::ReadSettings;
use crate::read::text::TextPage;
use crate::read::trees::TreesError;

use crate::read::clean::lexicon::Kind;
use features::FEATURES;
use model::LineModel;
use page::Scored;

/// Kept from this score on. Calibrated by `copydesk train text` over five folds of publishers.
pub const THRESHOLD: f32 = 0.5;

/// The line model that ships, made by `copydesk train text`.
pub const FILE: &[u8] = include_bytes!("lines.model");

static MODEL: LazyLock<Result<LineModel, TreesError>> = LazyLock::new(|| LineModel::from_bytes(FILE));

/// The line model that ships; fails only where it was not trained for these features.
pub fn shipped() -> Result<&'static LineModel, &'static TreesError> {
    MODEL.as_ref()
}

/// A text of a line or three shows the model too little to judge: ten words are a brief.
fn brief(text: &TextPage) -> Option<Body> {
    const MOST_LINES: usize = 3;
    const FEWEST_WORDS: f32 = 10.0;
    let words: f32 = text.lines.iter().map(|l| word_count(&l.text)).sum();
    if text.lines.len() > MOST_LINES && !text.cut || words < FEWEST_WORDS {
        return None;
    }
    let mut body = Body::default();
    for (i, line) in text.lines.iter().enumerate() {
        match body.paragraphs.last_mut().filter(|_| line.cut) {
            Some(paragraph) => push_fragment(&mut paragraph.text, &line.text),
            None => body.paragraphs.push(Paragraph {
                text: line.text.clone(),
                kind: ParagraphKind::Paragraph,
                block: Some(i as u32),
            }),
        }
    }
    Some(body)
}

/// Which lines of a text are the story.
pub fn extract(
    page: &DecodedPage,
    text: &TextPage,
    settings: &ReadSettings,
    budget: &mut Budget,
    trace: &mut Trace,
) -> Result<Body, Rejection> {
    let scored = page::look(text, page.hints.title.as_deref(), budget)?;
    let scores = match shipped() {
        Ok(model) => scored.scores(text, model, budget)?,
        Err(error) => panic!("the line model that ships does not load: {error}"),
    };
    let headline = match headline::shipped() {
        Ok(model) => headline::find(text, &scored, &scores, page.hints.title.as_deref(), model),
        Err(error) => panic!("the headline model that ships does not load: {error}"),
    };
    let body = assemble(text, &scored, &scores, headline, settings.trace.then_some(trace));
    if body.paragraphs.is_empty() {
        if let Some(brief) = brief(text) {
            return Ok(brief);
        }
        return Err(Rejection::skip(
            SkipReason::BoilerplateOnly,
            format!("none of {} lines reads like a story", text.lines.len()),
        ));
    }
    Ok(body)
}

/// Lines, their scores and the headline → body.
pub fn assemble(
    text: &TextPage,
    scored: &Scored,
    scores: &[f32],
    headline: Option<usize>,
    mut trace: Option<&mut Trace>,
) -> Body {
    let mut body = Body::default();
    let mut decided = fields::decide(text, scored, scores, headline);
    fields::announced(text, &mut decided);
    fields::run_together(text, &mut decided);
    series::keep(text, &mut decided);
    fields::rescue(text, scored, &mut decided);
    short::keep(&short::Seen { text, page: scored, scores, headline }, &mut decided);
    press::remove(text, &mut decided);
    unlabelled::byline(text, scored, headline, &mut decided);
    unlabelled::captions(text, scored, &mut decided);
    let reasons = match shipped() {
        Ok(model) if trace.is_some() => model.reasons(text, scored),
        _ => Vec::new(),
    };
    let mut last_block = None;
    for (i, line) in text.lines.iter().enumerate() {
        let fate = decided[i];
        if let Some(trace) = trace.as_deref_mut() {
            trace.blocks.push(BlockTrace {
                text: line.text.clone(),
                path: String::new(),
                kept: matches!(fate, fields::Fate::Keep(_)),
                score: Some(scores[i]),
                why: why(fate, reasons.get(i).map_or("", String::as_str)),
            });
        }
        match fate {
            fields::Fate::Keep(kind) => {
                let joined = last_block == Some(line.block) || line.cut && last_block.is_some();
                let goes_on = joined && body.paragraphs.last().is_some_and(|p| p.kind == kind);
                match body.paragraphs.last_mut().filter(|_| goes_on) {
                    Some(paragraph) => push_fragment(&mut paragraph.text, &line.text),
                    None => body.paragraphs.push(Paragraph {
                        text: line.text.clone(),
                        kind,
                        block: Some(i as u32),
                    }),
                }
                last_block = Some(line.block);
            }
            fields::Fate::Found(field) => {
                body.found.push(Found { field, text: line.text.clone(), block: Some(i as u32) });
                if field == FoundField::Caption {
                    body.paragraphs.push(Paragraph {
                        text: line.text.clone(),
                        kind: ParagraphKind::Caption,
                        block: Some(i as u32),
                    });
                    last_block = None;
                } else {
                    body.removed.push(removed(&body, text, i, format!("field:{}", name(field))));
                }
            }
            fields::Fate::Drop(rule) => {
                let rule = rule.map_or_else(|| format!("model:{:.2}", scores[i]), str::to_owned);
                body.removed.push(removed(&body, text, i, rule));
            }
        }
    }
    if !body.paragraphs.iter().any(|p| p.kind != ParagraphKind::Caption) || notice(text, scored, &decided) {
        body.paragraphs.clear();
    }
    body.partial = partial::partial(text, &decided, &body);
    body
}

/// Whether what was kept is a consent or subscription notice and nothing else: a short text that for the
/// most part speaks to its reader of these, in several paragraphs or over a button that says so.
fn notice(text: &TextPage, scored: &Scored, decided: &[fields::Fate]) -> bool {
    const MOST_WORDS: f32 = 400.0;
    const SHARE: f32 = 0.5;
    let notices = Kind::Consent.bit() | Kind::Subscription.bit();
    let mut kept: Vec<u32> = Vec::new();
    let mut button = false;
    for (i, fate) in decided.iter().enumerate() {
        if matches!(fate, fields::Fate::Keep(_)) {
            kept.push(text.lines[i].block);
        }
        button |= text.stats[i].hits.exact & notices != 0;
    }
    kept.dedup();
    let (mut all, mut spoken, mut speaking) = (0.0, 0.0, 0);
    for block in kept.iter().map(|&b| &scored.blocks[b as usize]) {
        all += block.words;
        if block.kinds & notices != 0 && block.we + block.you > 0 {
            spoken += block.words;
            speaking += 1;
        }
    }
    all <= MOST_WORDS && spoken > SHARE * all && (speaking > 1 || button)
}

fn removed(body: &Body, text: &TextPage, line: usize, rule: String) -> Removed {
    Removed {
        text: text.lines[line].text.clone(),
        rule,
        paragraph: body.paragraphs.len() as u32,
        block: Some(line as u32),
    }
}

/// The pieces of a broken paragraph are joined by a space, except before the marks that end a clause
/// and in scripts without spaces.
fn push_fragment(paragraph: &mut String, piece: &str) {
    let tight = piece.starts_with([',', '.', ';', ':', ')', '!', '?', '%', '”', '’', '。', '、', '」'])
        || paragraph.ends_with(['(', '“', '„', '‘', '「'])
        || paragraph.chars().next_back().is_some_and(crate::model::script::is_unspaced);
    if !tight {
        paragraph.push(' ');
    }
    paragraph.push_str(piece);
}

fn why(fate: fields::Fate, reason: &str) -> String {
    match fate {
        fields::Fate::Found(field) => format!("field:{}", name(field)),
        fields::Fate::Drop(Some(rule)) => rule.to_owned(),
        _ => reason.to_owned(),
    }
}

fn name(field: FoundField) -> &'static str {
    match field {
        FoundField::Headline => "headline",
        FoundField::Standfirst => "standfirst",
        FoundField::Byline => "byline",
        FoundField::Date => "date",
        FoundField::Dateline => "dateline",
        FoundField::Caption => "caption",
        FoundField::Credit => "credit",
        FoundField::Section => "section",
    }
}

impl Scored {
    /// The model's probability of each line.
    pub fn scores(
        &self,
        text: &TextPage,
        model: &LineModel,
        budget: &mut Budget,
    ) -> Result<Vec<f32>, Rejection> {
        budget.draw((self.rows().len() / FEATURES) as u64 * 16, "extract")?;
        Ok(model.probabilities(text, self))
    }
}
