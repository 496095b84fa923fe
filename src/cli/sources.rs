//! `copydesk sources`: the health of each source, from the events that copydesk gave out: how much comes,
//! how much of it is an article, what is missing from it, since when nothing came.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Exit, USAGE};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files of events, one JSON object a line, as `process` prints them; - is standard input
    #[arg(required = true)]
    events: Vec<PathBuf>,
    /// Show the N sources with the most pages
    #[arg(long, value_name = "N", default_value_t = 50)]
    top: usize,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

/// Sources told apart; more are counted together under `(others)`.
const SOURCES: usize = 100_000;
/// Lengths kept of one source for its median.
const LENGTHS: usize = 1000;

#[derive(Default)]
struct Health {
    pages: u64,
    articles: u64,
    duplicates: u64,
    skipped: u64,
    parked: u64,
    undated: u64,
    unsigned: u64,
    partial: u64,
    removed: u64,
    lengths: Vec<u64>,
    /// Of the newest page, RFC 3339 in UTC.
    latest: Option<jiff::Timestamp>,
}

pub fn run(args: Args) -> Result<(), Exit> {
    let mut sources: BTreeMap<String, Health> = BTreeMap::new();
    for path in &args.events {
        let told = |e: &dyn std::fmt::Display| Exit::new(USAGE, format!("{}: {e}", path.display()));
        let from: Box<dyn BufRead> = if path.as_os_str() == "-" {
            Box::new(BufReader::new(std::io::stdin()))
        } else {
            Box::new(BufReader::new(std::fs::File::open(path).map_err(|e| told(&e))?))
        };
        for (i, line) in from.lines().enumerate() {
            let line = line.map_err(|e| told(&e))?;
            if line.trim().is_empty() {
                continue;
            }
            let event: Value =
                serde_json::from_str(&line).map_err(|e| told(&format!("line {}: {e}", i + 1)))?;
            count(&mut sources, &event);
        }
    }
    let mut rows: Vec<_> = sources.into_iter().collect();
    rows.sort_by(|a, b| b.1.pages.cmp(&a.1.pages).then_with(|| a.0.cmp(&b.0)));
    rows.truncate(args.top);
    if args.json {
        rows.iter().for_each(|(name, health)| out!("{}", object(name, health)));
    } else {
        print!("{}", table(&rows));
    }
    Ok(())
}

fn count(sources: &mut BTreeMap<String, Health>, event: &Value) {
    let data = &event["data"];
    let name = data["source"]["domain"].as_str().unwrap_or("(unknown)");
    let name = if sources.contains_key(name) || sources.len() < SOURCES { name } else { "(others)" };
    let health = sources.entry(name.to_owned()).or_default();
    health.pages += 1;
    let raw = if event["parked"].is_object() { &event["parked"]["raw"] } else { &data["raw"] };
    if let Some(when) = raw["fetched_at"].as_str().and_then(|t| t.parse().ok()) {
        health.latest = health.latest.max(Some(when));
    }
    match event["type"].as_str() {
        Some("page.skipped") => health.skipped += 1,
        Some("article.duplicate") => health.duplicates += 1,
        Some(_) => {
            health.articles += 1;
            health.undated += u64::from(data["published_at"].is_null());
            health.unsigned += u64::from(data["authors"].is_null());
            health.partial += u64::from(data["completeness"] == "partial");
            health.removed += data["removed"].as_array().map_or(0, |all| all.len() as u64);
            if health.lengths.len() < LENGTHS {
                health.lengths.push(data["word_count"].as_u64().unwrap_or(0));
            }
        }
        None => health.parked += 1,
    }
}

impl Health {
    fn median_words(&self) -> u64 {
        let mut lengths = self.lengths.clone();
        lengths.sort_unstable();
        lengths.get(lengths.len() / 2).copied().unwrap_or(0)
    }
}

fn object(name: &str, h: &Health) -> Value {
    json!({
        "source": name, "pages": h.pages, "articles": h.articles, "duplicates": h.duplicates,
        "skipped": h.skipped, "parked": h.parked, "undated": h.undated, "unsigned": h.unsigned,
        "partial": h.partial, "removed": h.removed, "median_words": h.median_words(),
        "latest": h.latest.map(|t| t.to_string()),
    })
}

fn table(rows: &[(String, Health)]) -> String {
    let share = |part: u64, whole: u64| match whole {
        0 => "–".to_owned(),
        _ => format!("{:.0}%", 100.0 * part as f64 / whole as f64),
    };
    let mut out = format!(
        "{:<32} {:>7} {:>8} {:>6} {:>7} {:>6} {:>7} {:>8} {:>7} {:>6}  {}\n",
        "source",
        "pages",
        "articles",
        "copies",
        "skipped",
        "parked",
        "undated",
        "unsigned",
        "partial",
        "words",
        "latest"
    );
    for (name, h) in rows {
        let name: String = name.chars().filter(|c| !c.is_control()).take(32).collect();
        let latest = h.latest.map(|t| t.to_string()).unwrap_or_else(|| "–".to_owned());
        out.push_str(&format!(
            "{name:<32} {:>7} {:>8} {:>6} {:>7} {:>6} {:>7} {:>8} {:>7} {:>6}  {latest}\n",
            h.pages,
            h.articles,
            share(h.duplicates, h.pages),
            share(h.skipped, h.pages),
            share(h.parked, h.pages),
            share(h.undated, h.articles),
            share(h.unsigned, h.articles),
            share(h.partial, h.articles),
            h.median_words(),
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_counted_by_what_its_events_say() {
        let mut sources = BTreeMap::new();
        let article = |words: u64, when: &str| {
            json!({"type": "article.created", "data": {"source": {"domain": "herald.example"}, "word_count": words,
                "completeness": "full", "published_at": {"value": "2026-01-01"}, "raw": {"fetched_at": when}}})
        };
        for event in [
            article(100, "2026-03-31T08:00:00Z"),
            article(300, "2026-03-31T11:00:00+02:00"),
            json!({"type": "page.skipped", "data": {"source": {"domain": "herald.example"}, "raw": {}}}),
            json!({"parked": {"raw": {}}}),
        ] {
            count(&mut sources, &event);
        }
        let herald = object("herald.example", &sources["herald.example"]);
        assert_eq!(herald["articles"], 2);
        assert_eq!(herald["unsigned"], 2);
        assert_eq!(herald["undated"], 0);
        assert_eq!(herald["median_words"], 300);
        assert_eq!(herald["latest"], "2026-03-31T09:00:00Z");
        assert_eq!(sources["(unknown)"].parked, 1);
    }
}
