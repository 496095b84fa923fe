//! `copydesk eval`: the pipeline scored against gold pages, by the measure of `train::score`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Exit, PARKED, USAGE, setup};
use crate::config::Config;
use crate::model::page::RawBody;
use crate::model::{Envelope, RawPage, SiteKnowledge};
use crate::train::score::{self, Gold, Prediction};
use crate::transport::files::Inputs;
use crate::worker::Pipeline;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Gold files: JSON lines, also .gz; `html` is a path beside the file, or `text` holds the page
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// Also write what the pipeline made of each page
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Score predictions of another tool (JSON lines as `--predictions` writes them) instead of our own
    #[arg(long, value_name = "FILE", conflicts_with = "predictions")]
    score: Option<PathBuf>,
    /// Also say how long reading took, one page after another on one thread, once the models are loaded
    #[arg(long)]
    time: bool,
    /// Show the pages with the worst bodies
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Fall short (exit 1) below this score; e.g. body.f1=0.96. May be given several times.
    #[arg(long, value_name = "FIELD.SCORE=MIN")]
    require: Vec<String>,
}

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let required = args.require.iter().map(|r| requirement(r)).collect::<Result<Vec<_>, _>>()?;
    let pipeline = setup::runtime()?.block_on(setup::pipeline(config, config.read(), "none"))?;
    let others = args.score.as_deref().map(read_predictions).transpose()?;
    let mut pairs = Vec::new();
    let mut clock = Clock::default();
    for path in &args.gold {
        for gold in read_gold(path)? {
            if args.time && others.is_none() && pairs.is_empty() {
                // What is loaded once is no time of a page's.
                predict(&pipeline, path, &gold, &mut Clock::default())?;
            }
            let prediction = match &others {
                Some(all) => all.get(&gold.id).cloned().unwrap_or_default(),
                None => predict(&pipeline, path, &gold, &mut clock)?,
            };
            pairs.push((gold, prediction));
        }
    }
    if let Some(path) = &args.predictions {
        write_predictions(path, &pairs).map_err(|e| Exit::new(USAGE, format!("{}: {e}", path.display())))?;
    }
    let report = score::score(&pairs);
    let mut table = json!(report);
    if args.time {
        table["time"] = clock.shown();
    }
    if args.json {
        out!("{table}");
    } else {
        print!("{}", shown(&table));
        for (f1, id) in report.each.iter().take(args.worst) {
            out!("{f1:.3}  {id}");
        }
    }
    let short: Vec<String> = required
        .iter()
        .filter_map(|(path, min)| {
            let got = table.pointer(path).and_then(Value::as_f64);
            let told = got.map_or_else(|| "not measured".to_owned(), |got| got.to_string());
            (got.is_none_or(|got| got < *min)).then(|| format!("{} is {told}, wanted {min}", &path[1..]))
        })
        .collect();
    if short.is_empty() { Ok(()) } else { Err(Exit::new(PARKED, short.join("\n"))) }
}

fn requirement(text: &str) -> Result<(String, f64), Exit> {
    let usage = || Exit::new(USAGE, format!("--require {text}: wants e.g. body.f1=0.96"));
    let (path, min) = text.split_once('=').ok_or_else(usage)?;
    Ok((format!("/{}", path.replace('.', "/")), min.parse().map_err(|_| usage())?))
}

/// Reads a gold file.
pub fn read_gold(path: &Path) -> Result<Vec<Gold>, Exit> {
    let told = |e: &dyn std::fmt::Display| Exit::new(USAGE, format!("{}: {e}", path.display()));
    let text = read_all(path).map_err(|e| told(&e))?;
    BufReader::new(&text[..])
        .lines()
        .enumerate()
        .filter(|(_, line)| line.as_ref().map_or(true, |l| !l.trim().is_empty()))
        .map(|(i, line)| {
            let line = line.map_err(|e| told(&e))?;
            serde_json::from_str(&line).map_err(|e| told(&format!("line {}: {e}", i + 1)))
        })
        .collect()
}

fn read_all(path: &Path) -> std::io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut out)?;
    Ok(out)
}

fn predict(
    pipeline: &Pipeline,
    gold_file: &Path,
    gold: &Gold,
    clock: &mut Clock,
) -> Result<Prediction, Exit> {
    let nothing = Prediction { id: gold.id.clone(), ..Prediction::default() };
    // What cannot be opened or is no article counts as empty.
    let Some(raw) = raw_page(pipeline, gold_file, gold)? else { return Ok(nothing) };
    clock.bytes += match &raw.body {
        RawBody::Text(text) => text.len() as u64,
        RawBody::Bytes(bytes) => bytes.len() as u64,
        RawBody::Reference(_) => 0,
    };
    let began = Instant::now();
    let read = pipeline.read(raw, &SiteKnowledge::default());
    clock.spent += began.elapsed();
    clock.pages += 1;
    let Ok((reading, _)) = read else { return Ok(nothing) };
    let article = reading.article;
    Ok(Prediction {
        body: article.body(),
        title: article.headline.unwrap_or_default(),
        authors: article.authors.into_iter().map(|a| a.name).collect(),
        published: article.published_at.map(|t| t.value).unwrap_or_default(),
        ..nothing
    })
}

/// Time spent on reading and classifying; opening files is not counted.
#[derive(Default)]
struct Clock {
    spent: Duration,
    pages: u64,
    bytes: u64,
}

impl Clock {
    fn shown(&self) -> Value {
        let seconds = self.spent.as_secs_f64().max(1e-9);
        json!({
            "pages": self.pages,
            "seconds": seconds,
            "pages_per_second": self.pages as f64 / seconds,
            "mb_per_second": self.bytes as f64 / 1e6 / seconds,
        })
    }
}

fn raw_page(pipeline: &Pipeline, gold_file: &Path, gold: &Gold) -> Result<Option<RawPage>, Exit> {
    let beside = |name: &str| gold_file.parent().unwrap_or(Path::new(".")).join(name);
    let usage = |what: &dyn std::fmt::Display| {
        Exit::new(USAGE, format!("{}: {}: {what}", gold_file.display(), gold.id))
    };
    let envelope = match (&gold.html, &gold.text, &gold.file) {
        (Some(html), ..) => {
            let bytes = read_all(&beside(html)).map_err(|e| usage(&format!("{html}: {e}")))?;
            page(bytes, "text/html", gold.url.as_deref())
        }
        (None, Some(text), _) => {
            page(text.clone().into_bytes(), "text/plain; charset=utf-8", gold.url.as_deref())
        }
        (None, None, Some(file)) => {
            let inputs = Inputs::find(&[beside(file)]).map_err(|e| usage(&e.join(", ")))?;
            let mut opened = inputs
                .entries(pipeline.read.limits.message_bytes)
                .filter_map(|entry| pipeline.open(&entry.envelope.ok()?).ok());
            return Ok(opened.find(|raw| match &gold.message {
                Some(wanted) => raw.message_id.as_ref() == Some(wanted) || raw.url.as_ref() == Some(wanted),
                None => true,
            }));
        }
        (None, None, None) => return Err(usage(&"has neither html, text nor file")),
    };
    Ok(pipeline.open(&envelope).ok())
}

fn page(bytes: Vec<u8>, kind: &str, url: Option<&str>) -> Envelope {
    Envelope {
        payload: Bytes::from(bytes),
        content_type: Some(kind.to_owned()),
        headers: url.map(|u| ("url".to_owned(), u.to_owned())).into_iter().collect(),
        ..Envelope::default()
    }
}

fn write_predictions(path: &Path, pairs: &[(Gold, Prediction)]) -> std::io::Result<()> {
    let mut to = std::io::BufWriter::new(std::fs::File::create(path)?);
    for (_, prediction) in pairs {
        serde_json::to_writer(&mut to, prediction)?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

fn read_predictions(path: &Path) -> Result<HashMap<String, Prediction>, Exit> {
    let told = |e: &dyn std::fmt::Display| Exit::new(USAGE, format!("{}: {e}", path.display()));
    let text = read_all(path).map_err(|e| told(&e))?;
    BufReader::new(&text[..])
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let line = line.map_err(|e| told(&e))?;
            let got: Predicted =
                serde_json::from_str(&line).map_err(|e| told(&format!("line {}: {e}", i + 1)))?;
            Ok((got.id.clone(), got.into()))
        })
        .collect()
}

/// As other tools write it: a field that they lack is absent or null.
#[derive(Deserialize)]
struct Predicted {
    id: String,
    body: Option<String>,
    title: Option<String>,
    authors: Option<Vec<String>>,
    published: Option<String>,
}

impl From<Predicted> for Prediction {
    fn from(p: Predicted) -> Self {
        Self {
            id: p.id,
            body: p.body.unwrap_or_default(),
            title: p.title.unwrap_or_default(),
            authors: p.authors.unwrap_or_default(),
            published: p.published.unwrap_or_default(),
        }
    }
}

fn shown(table: &Value) -> String {
    let mut out = String::new();
    for name in ["body", "snippets", "title", "authors", "published", "time"] {
        let Some(Value::Object(row)) = table.get(name) else { continue };
        out.push_str(&format!("{name:10}"));
        for (key, value) in row {
            match value.as_u64() {
                Some(n) => out.push_str(&format!(" {key} {n} ")),
                None => out.push_str(&format!(" {key} {:.4} ", value.as_f64().unwrap_or_default())),
            }
        }
        out.push('\n');
    }
    out
}
