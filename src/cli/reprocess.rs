//! `copydesk reprocess`: old pages under the present rules and models, beside what was said of them
//! then: which fields change, on how many pages, before anything is published.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{BUG, Exit, USAGE, setup};
use crate::config::Config;
use crate::model::event::Data;
use crate::transport::files::Inputs;
use crate::worker::{CpuPool, Outcome, Patience};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The pages, as for `process`
    #[arg(required = true)]
    pages: Vec<PathBuf>,
    /// What was said of them: events, one JSON object a line
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Print the events of the pages that changed, to be published
    #[arg(long)]
    emit: bool,
    /// Show at most N changed pages
    #[arg(long, value_name = "N", default_value_t = 20)]
    show: usize,
}

/// Fields that differ from run to run, or that say how and not what.
const ASIDE: &[&str] = &["dedup", "story", "version", "article_id", "pipeline", "evidence", "removed", "raw"];

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let inputs = Inputs::find(&args.pages).map_err(|e| Exit::new(USAGE, e.join("\n")))?;
    let before = events(&args.events)?;
    setup::runtime()?.block_on(async {
        let pipeline = setup::pipeline(config, config.read(), "none").await?;
        let pool = CpuPool::new(&setup::pool(config)).map_err(|e| Exit::new(BUG, format!("threads: {e}")))?;
        let mut changes = Changes::default();
        for entry in inputs.entries(config.size("limits.message_bytes")) {
            let Ok(envelope) = entry.envelope else {
                changes.unreadable += 1;
                continue;
            };
            let Outcome::Publish(ready) = pipeline.process(envelope, &pool, &Patience::None).await else {
                changes.unreadable += 1;
                continue;
            };
            let key = match &ready.event.data {
                Data::Article(data) => &data.article.raw.page_key,
                Data::Skipped(data) => &data.raw.page_key,
            };
            let Some(old) = before.get(key) else {
                changes.unknown += 1;
                continue;
            };
            let now: Value =
                serde_json::from_slice(&ready.payload).map_err(|e| Exit::new(BUG, e.to_string()))?;
            let fields = changed(old, &now);
            if fields.is_empty() {
                changes.same += 1;
                continue;
            }
            changes.note(&entry.name, fields, old, &now, args.show);
            if args.emit {
                out!("{}", String::from_utf8_lossy(&ready.payload));
            }
        }
        eprint!("{}", changes.shown());
        Ok(())
    })
}

fn events(path: &Path) -> Result<HashMap<String, Value>, Exit> {
    let told = |e: &dyn std::fmt::Display| Exit::new(USAGE, format!("{}: {e}", path.display()));
    let file = BufReader::new(std::fs::File::open(path).map_err(|e| told(&e))?);
    let mut by_page = HashMap::new();
    for (i, line) in file.lines().enumerate() {
        let line = line.map_err(|e| told(&e))?;
        let event: Value = serde_json::from_str(&line).map_err(|e| told(&format!("line {}: {e}", i + 1)))?;
        if let Some(key) = event["data"]["raw"]["page_key"].as_str() {
            by_page.insert(key.to_owned(), event);
        }
    }
    Ok(by_page)
}

/// Names of the fields of `data` that differ; `type` where an article became a skipped page or back.
fn changed(old: &Value, now: &Value) -> Vec<String> {
    let skipped = |event: &Value| event["type"] == "page.skipped";
    if skipped(old) != skipped(now) {
        return vec!["type".to_owned()];
    }
    let none = serde_json::Map::new();
    let (a, b) = (old["data"].as_object().unwrap_or(&none), now["data"].as_object().unwrap_or(&none));
    let mut fields: Vec<String> =
        a.keys().chain(b.keys()).filter(|k| a.get(*k) != b.get(*k)).cloned().collect();
    fields.sort();
    fields.dedup();
    fields.retain(|f| !ASIDE.contains(&f.as_str()));
    fields
}

#[derive(Default)]
struct Changes {
    same: u64,
    unknown: u64,
    unreadable: u64,
    changed: u64,
    by_field: BTreeMap<String, u64>,
    shown: String,
}

impl Changes {
    fn note(&mut self, name: &str, fields: Vec<String>, old: &Value, now: &Value, show: usize) {
        self.changed += 1;
        if self.changed <= show as u64 {
            self.shown.push_str(&format!("{name}\n"));
            for field in &fields {
                let pick = |event: &Value| match field.as_str() {
                    "type" => event["type"].clone(),
                    field => event["data"].get(field).cloned().unwrap_or(json!("(absent)")),
                };
                self.shown.push_str(&format!("  {field}: {} → {}\n", short(&pick(old)), short(&pick(now))));
            }
        }
        for field in fields {
            *self.by_field.entry(field).or_default() += 1;
        }
    }

    fn shown(&self) -> String {
        let mut out = self.shown.clone();
        for (what, n) in [
            ("pages changed", self.changed),
            ("pages as before", self.same),
            ("pages without an earlier event", self.unknown),
            ("pages that cannot be processed", self.unreadable),
        ] {
            out.push_str(&format!("{n:>9}  {what}\n"));
        }
        for (field, n) in &self.by_field {
            out.push_str(&format!("{n:>9}  … in {field}\n"));
        }
        out
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_said_of_the_page_counts_as_a_change() {
        let event = |body: &str, verdict: &str| json!({"type": "article.created", "data": {"body": body, "dedup": {"verdict": verdict}, "raw": {"page_key": "k"}}});
        assert!(changed(&event("a", "new"), &event("a", "update")).is_empty());
        assert_eq!(changed(&event("a", "new"), &event("b", "new")), ["body"]);
        let skipped = json!({"type": "page.skipped", "data": {}});
        assert_eq!(changed(&event("a", "new"), &skipped), ["type"]);
    }
}
