//! Bytes → article: open, decode, parse, extract, clean, describe. Pure: the same page and the same site
//! snapshot give the same article, on any machine and at any time.

/// Site knowledge, appeals, captions and bylines out; each removal with its rule.
pub mod clean;
/// Raw page → text: compression, charset, repair of mojibake.
pub mod decode;
/// Headline, authors, dates, dateline, language, images, kind, completeness: with evidence.
pub mod describe;
/// Blocks or lines → which are the article.
pub mod extract;
/// HTML → blocks, in linear time and bounded memory.
pub mod html;
/// JSON as pages ship it, for the steps that read some.
pub mod json;
/// Message → raw page: JSON, or the page itself with its fields as headers.
pub mod open;
/// Extracted text → lines.
pub mod text;
/// Phrases found in a text, for the steps that know some.
pub mod phrases;
/// The names of the models that are asked, and of the rule packs.
pub mod models;
/// Gradient-boosted trees as arrays: what the learned steps ask.
pub mod trees;
/// The same, asked about many rows at a time.
pub mod scorer;

use crate::model::article::{Evidence, EvidenceSource, Kind, Publisher};
use crate::model::failure::Stage;
use crate::model::html::HtmlPage;
use crate::model::page::{Media, RawInfo};
use crate::model::site_rules::RuleShelf;
use crate::model::trace::Trace;
use crate::model::{
    Article, Budget, Cut, DecodedPage, Observations, RawPage, Rejection, SiteKnowledge, SkipReason,
};

/// What `read` is handed once, at the door.
#[derive(Debug, Clone, Default)]
pub struct ReadSettings {
    pub limits: Limits,
    /// Whether the article lists what was removed.
    pub keep_removed: bool,
    /// Whether to collect a trace for `explain`.
    pub trace: bool,
    /// Rules of single sites, from the configuration's directory.
    pub sites: RuleShelf,
}

/// Limits on hostile input; each is set in the configuration under `[limits]`.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Of one message, compressed.
    pub message_bytes: usize,
    /// Of a body, decompressed and decoded.
    pub body_bytes: usize,
    /// Decompressed to compressed; looked at beyond 1 MiB of output.
    pub inflate_ratio: usize,
    /// Units of work for one page; about one per byte looked at, so a multiple of `body_bytes`.
    pub work_units: u64,
    pub html_depth: usize,
    pub html_nodes: usize,
    pub html_attribute_bytes: usize,
    /// Text of all blocks.
    pub text_bytes: usize,
    pub json_ld_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 << 20,
            body_bytes: 32 << 20,
            inflate_ratio: 200,
            work_units: 4 << 30,
            html_depth: 512,
            html_nodes: 1_000_000,
            html_attribute_bytes: 8 << 20,
            text_bytes: 16 << 20,
            json_ld_bytes: 2 << 20,
        }
    }
}

/// A page parsed: HTML as blocks, plain text as lines.
#[derive(Debug)]
pub enum Parsed {
    Html(Box<HtmlPage>),
    Text(text::TextPage),
}

impl Parsed {
    fn limits_hit(&self) -> &Vec<Cut> {
        match self {
            Self::Html(page) => &page.limits_hit,
            Self::Text(page) => &page.limits_hit,
        }
    }
}

/// What `read` made of a page.
#[derive(Debug)]
pub struct Reading {
    pub article: Article,
    pub observations: Observations,
    pub trace: Trace,
}

/// A rejection, where it happened, and what is known of the page by then.
#[derive(Debug, thiserror::Error)]
#[error("{rejection}")]
pub struct Rejected {
    pub rejection: Rejection,
    pub stage: Stage,
    pub page: Option<PageIdentity>,
    pub trace: Trace,
}

/// Enough of a page to say which it was.
#[derive(Debug, Clone)]
pub struct PageIdentity {
    pub url: Option<String>,
    pub source: Option<Publisher>,
    pub raw: RawInfo,
}

/// Reads one page whose body is at hand. `raw.body` must not be a reference any more.
pub fn read(
    raw: RawPage,
    knowledge: &SiteKnowledge,
    settings: &ReadSettings,
    budget: &mut Budget,
) -> Result<Reading, Rejected> {
    budget.enter(Stage::Decode);
    let page = decode::decode(raw, &settings.limits, budget).map_err(|(rejection, raw)| Rejected {
        rejection,
        stage: Stage::Decode,
        page: raw,
        trace: Trace::default(),
    })?;
    read_decoded(page, knowledge, settings, budget)
}

/// The steps after `decode`.
pub fn read_decoded(
    mut page: DecodedPage,
    knowledge: &SiteKnowledge,
    settings: &ReadSettings,
    budget: &mut Budget,
) -> Result<Reading, Rejected> {
    let mut trace = Trace::default();
    let mut stage = Stage::Parse;
    let mut steps = |trace: &mut Trace, stage: &mut Stage, budget: &mut Budget| -> Result<_, Rejection> {
        budget.enter(*stage);
        let parsed = match page.media {
            Media::Html => {
                // Nobody asks for the source again, and on large pages it is most of what they take.
                let source = std::mem::take(&mut page.text);
                Parsed::Html(Box::new(html::parse(&source, &settings.limits, budget)?))
            }
            Media::Text => Parsed::Text(text::parse(&page.text, &settings.limits, budget)?),
        };
        trace.limits_hit.clone_from(parsed.limits_hit());
        let page = &page;
        *stage = Stage::Extract;
        budget.enter(*stage);
        let kept = extract::extract(page, &parsed, settings, budget, trace).and_then(|body| {
            *stage = Stage::Clean;
            budget.enter(*stage);
            clean::clean(page, &parsed, body, knowledge, budget, trace)
        });
        let (mut body, observations) =
            kept.map_err(|no_text| describe::kind::reason_of_no_text(page, &parsed, no_text, budget))?;
        *stage = Stage::Describe;
        budget.enter(*stage);
        let site_rules = body.site_rules.take();
        let mut article = describe::describe(page, &parsed, body, knowledge, budget, trace)?;
        account(page, site_rules, &mut article);
        let told_otherwise = matches!(article.kind, Kind::Gallery | Kind::Video | Kind::Podcast);
        if !told_otherwise && article.body().is_empty() {
            let no_text = Rejection::skip(SkipReason::Empty, "no text of a story was found on the page");
            return Err(describe::kind::reason_of_no_text(page, &parsed, no_text, budget));
        }
        if !settings.keep_removed {
            article.removed.clear();
        }
        Ok(Reading { article, observations, trace: Trace::default() })
    };
    match steps(&mut trace, &mut stage, budget) {
        Ok(mut reading) => {
            reading.trace = trace;
            Ok(reading)
        }
        Err(rejection) => Err(Rejected { rejection, stage, page: Some(identity(&page)), trace }),
    }
}

/// What made the article, besides the program: its models and rules, and repairs of its text.
fn account(page: &DecodedPage, site_rules: Option<String>, article: &mut Article) {
    article.models.extend_from_slice(models::asked(page.media));
    article.rules = Some(match site_rules {
        Some(site) => format!("{} {site}", models::packs()),
        None => models::packs().to_owned(),
    });
    if !page.repairs.is_empty() {
        let names: Vec<&str> = page.repairs.iter().map(|r| r.as_str()).collect();
        let source = match page.media {
            Media::Html => EvidenceSource::Html,
            Media::Text => EvidenceSource::Text,
        };
        let raw = Some(format!("repaired: {}", names.join(", ")));
        article
            .evidence
            .insert("body".to_owned(), Evidence { source, confidence: 1.0, raw, losers: Vec::new() });
    }
}

fn identity(page: &DecodedPage) -> PageIdentity {
    PageIdentity {
        url: page.url.as_ref().map(|u| u.to_string()),
        source: decode::publisher(page.site.clone(), page.source_name.clone()),
        raw: page.raw.clone(),
    }
}
