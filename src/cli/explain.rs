//! `copydesk explain`: what each step did to one page: blocks kept and removed with their reasons, the
//! witnesses of each field, and what came out.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use super::{Exit, PARKED, USAGE, explain_html, setup};
use crate::assess::classify::Classification;
use crate::config::Config;
use crate::model::failure::Stage;
use crate::model::trace::{BlockTrace, Trace, Witness};
use crate::model::{Article, Envelope, RawPage, Rejection, SiteKnowledge};
use crate::transport::files::Inputs;
use crate::worker::Pipeline;
use crate::worker::pipeline::site_of;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A page, a file of several pages, or - for JSON lines on standard input
    path: PathBuf,
    /// Which page of a file of several, from 1
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    page: u64,
    /// URL of the page, where the file does not say it
    #[arg(long)]
    url: Option<String>,
    /// With what this store knows of the page's site: `none` (as if alone), a directory, or redis://…; nothing is
    /// learned
    #[arg(long, value_name = "none|DIR|URL", default_value = "none")]
    store: String,
    /// Write a page for the browser instead
    #[arg(long)]
    html: bool,
    /// Show kept and removed blocks in full
    #[arg(long)]
    full: bool,
}

/// What there is to show of one page.
pub(super) struct Explained {
    pub name: String,
    pub outcome: Result<(Article, Classification), (Stage, Rejection)>,
    pub trace: Trace,
}

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let explained = explained(config, &args)?;
    let mut out = String::new();
    if args.html {
        explain_html::page(&explained, &mut out);
    } else {
        let color = std::io::stdout().is_terminal();
        text(&explained, args.full, color, &mut out);
    }
    std::io::stdout().write_all(out.as_bytes()).map_err(|e| super::output_failed(&e))?;
    match explained.outcome {
        Err((_, Rejection::Park { .. })) => Err(Exit::new(PARKED, "")),
        _ => Ok(()),
    }
}

fn explained(config: &Config, args: &Args) -> Result<Explained, Exit> {
    let inputs = Inputs::find(std::slice::from_ref(&args.path))
        .map_err(|errors| Exit::new(USAGE, errors.join("\n")))?;
    let entry = inputs.entries(config.size("limits.message_bytes")).nth(args.page as usize - 1);
    let entry =
        entry.ok_or_else(|| Exit::new(USAGE, format!("{}: no page {}", args.path.display(), args.page)))?;
    let mut read = config.read();
    (read.keep_removed, read.trace) = (true, true);
    let runtime = setup::runtime()?;
    let pipeline = runtime.block_on(setup::pipeline(config, read, "none"))?;
    let raw = opened(&pipeline, entry.envelope, args.url.as_deref());
    let site = raw.as_ref().ok().and_then(site_of);
    let knowledge = runtime.block_on(knowledge(config, &args.store, site.as_deref()))?;
    Ok(explained_by(&pipeline, &knowledge, entry.name, raw))
}

/// What a store that is there knows of a site.
async fn knowledge(config: &Config, store: &str, site: Option<&str>) -> Result<SiteKnowledge, Exit> {
    if store == "none" {
        return Ok(SiteKnowledge::default());
    }
    let store = setup::existing_store(config, Some(store), setup::Wanted::Store).await?;
    match site {
        Some(site) => super::sites::knowledge(&store, site).await,
        None => Ok(SiteKnowledge::default()),
    }
}

/// A page to be explained; `url` where its file does not say it.
pub(super) fn opened(
    pipeline: &Pipeline,
    envelope: Result<Envelope, Rejection>,
    url: Option<&str>,
) -> Result<RawPage, Rejection> {
    let mut raw = pipeline.open(&envelope?)?;
    raw.url = raw.url.or_else(|| url.map(str::to_owned));
    Ok(raw)
}

/// What a pipeline that keeps traces makes of one page. Takes the thread for as long as reading takes.
pub(super) fn explained_by(
    pipeline: &Pipeline,
    knowledge: &SiteKnowledge,
    name: String,
    raw: Result<RawPage, Rejection>,
) -> Explained {
    let raw = match raw {
        Ok(raw) => raw,
        Err(rejection) => {
            return Explained { name, outcome: Err((Stage::Open, rejection)), trace: Trace::default() };
        }
    };
    match pipeline.read(raw, knowledge) {
        Ok((reading, classification)) => {
            Explained { name, outcome: Ok((reading.article, classification)), trace: reading.trace }
        }
        Err(rejected) => {
            Explained { name, outcome: Err((rejected.stage, rejected.rejection)), trace: rejected.trace }
        }
    }
}

/// `field value` pairs of the article, as a person would ask for them.
pub(super) fn fields(article: &Article, about: &Classification) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let mut put = |name, value: Option<String>| {
        if let Some(value) = value {
            out.push((name, value));
        }
    };
    put("headline", article.headline.clone());
    put("standfirst", article.standfirst.clone());
    put("byline", article.byline.clone());
    let authors: Vec<&str> = article.authors.iter().map(|a| a.name.as_str()).collect();
    put("authors", (!authors.is_empty()).then(|| authors.join("; ")));
    put("published_at", article.published_at.as_ref().map(|t| t.value.clone()));
    put("modified_at", article.modified_at.as_ref().map(|t| t.value.clone()));
    put("dateline", article.dateline.as_ref().map(|d| d.raw.clone()));
    put("originator", article.originator.clone());
    put("language", Some(format!("{} ({:.2})", article.language.tag, article.language.confidence)));
    put("url", article.url.clone());
    put("canonical_url", article.canonical_url.clone());
    put("publisher", article.source.as_ref().and_then(|s| s.name.clone()));
    put("section", article.section.clone());
    put("keywords", (!article.keywords.is_empty()).then(|| article.keywords.join("; ")));
    put("knowledge", article.knowledge.clone());
    put("kind", Some(word(&article.kind)));
    put("completeness", Some(word(&article.completeness)));
    let topics: Vec<String> =
        about.topics.iter().map(|t| format!("{} {:.2}", t.name, t.confidence)).collect();
    put("topics", (!topics.is_empty()).then(|| topics.join("; ")));
    let entities: Vec<String> = about.entities.iter().map(|e| format!("{} ×{}", e.text, e.count)).collect();
    put("entities", (!entities.is_empty()).then(|| entities.join("; ")));
    out
}

/// A variant's own word in events.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn text(explained: &Explained, full: bool, color: bool, out: &mut String) {
    let paint =
        |code: &str, text: &str| if color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(paint("1", &explained.name));
    match &explained.outcome {
        Err((stage, rejection)) => {
            line(format!("  {} in {stage}", paint("31", &safe(&rejection.to_string()))))
        }
        Ok((article, about)) => {
            for (name, value) in fields(article, about) {
                let evidence = article.evidence.get(name).or_else(|| about.evidence.get(name));
                let from = evidence
                    .map(|e| format!("  [{} {:.2}]", word(&e.source), e.confidence))
                    .unwrap_or_default();
                line(format!("  {name:<14} {}{}", safe(&value), paint("2", &from)));
            }
        }
    }
    for limit in &explained.trace.limits_hit {
        line(format!("{} cut something off the page", paint("1", limit.as_str())));
    }
    if !explained.trace.witnesses.is_empty() {
        line(paint("1", "witnesses"));
        for Witness { field, source, value, chosen, why } in &explained.trace.witnesses {
            let mark = if *chosen { paint("32", "✓") } else { paint("2", "·") };
            line(format!(
                "  {mark} {field:<12} {source:<14} {}  {}",
                safe(&short(value, 80)),
                paint("2", &safe(why))
            ));
        }
    }
    line(paint("1", "blocks"));
    for BlockTrace { text, path: _, kept, score, why } in &explained.trace.blocks {
        let mark = if *kept { paint("32", "+") } else { paint("31", "-") };
        let score = score.map(|s| format!("{s:.2} ")).unwrap_or_default();
        let text = if full { text.clone() } else { short(text, 90) };
        line(format!("{mark} {}  {}", safe(&text), paint("2", &format!("{score}{}", safe(why)))));
    }
}

/// Control characters of a hostile page never reach the terminal.
fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

pub(super) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
