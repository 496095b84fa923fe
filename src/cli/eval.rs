//! `copydesk eval`: the pipeline scored against gold pages, by the measure of `train::score`.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::json;

use super::{Exit, PARKED, USAGE, setup};
use crate::config::Config;
use crate::model::{Envelope, SiteKnowledge};
use crate::train::score::{self, Gold, Prediction, Report};
use crate::worker::Pipeline;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Gold files: JSON lines, also .gz; `html` is a path beside the file, or `text` holds the page
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// Also write what the pipeline made of each page
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
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
    let mut pairs = Vec::new();
    for path in &args.gold {
        for gold in read_gold(path)? {
            let prediction = predict(&pipeline, path, &gold)?;
            pairs.push((gold, prediction));
        }
    }
    if let Some(path) = &args.predictions {
        write_predictions(path, &pairs).map_err(|e| Exit::new(USAGE, format!("{}: {e}", path.display())))?;
    }
    let report = score::score(&pairs);
    if args.json {
        println!("{}", json!(report));
    } else {
        print!("{}", shown(&report));
        for (f1, id) in report.each.iter().take(args.worst) {
            println!("{f1:.3}  {id}");
        }
    }
    let table = json!(report);
    let short: Vec<String> = required
        .iter()
        .filter_map(|(path, min)| {
            let got = table.pointer(path).and_then(serde_json::Value::as_f64);
            (got.is_none_or(|got| got < *min)).then(|| format!("{} is {got:?}, wanted {min}", &path[1..]))
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

fn predict(pipeline: &Pipeline, file: &Path, gold: &Gold) -> Result<Prediction, Exit> {
    let nothing = Prediction { id: gold.id.clone(), ..Prediction::default() };
    let envelope = match (&gold.html, &gold.text) {
        (Some(html), _) => {
            let path = file.parent().unwrap_or(Path::new(".")).join(html);
            let bytes = read_all(&path).map_err(|e| Exit::new(USAGE, format!("{}: {e}", path.display())))?;
            page(bytes, "text/html", gold.url.as_deref())
        }
        (None, Some(text)) => {
            page(text.clone().into_bytes(), "text/plain; charset=utf-8", gold.url.as_deref())
        }
        (None, None) => {
            return Err(Exit::new(
                USAGE,
                format!("{}: {} has neither html nor text", file.display(), gold.id),
            ));
        }
    };
    let Ok(raw) = pipeline.open(&envelope) else { return Ok(nothing) };
    let Ok((reading, _)) = pipeline.read(raw, &SiteKnowledge::default()) else { return Ok(nothing) };
    let article = reading.article;
    Ok(Prediction {
        body: article.body(),
        title: article.headline.unwrap_or_default(),
        authors: article.authors.into_iter().map(|a| a.name).collect(),
        published: article.published_at.map(|t| t.value).unwrap_or_default(),
        ..nothing
    })
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

fn shown(report: &Report) -> String {
    let mut out = String::new();
    if let serde_json::Value::Object(rows) = json!(report) {
        for name in ["body", "snippets", "title", "authors", "published"] {
            let Some(serde_json::Value::Object(row)) = rows.get(name) else { continue };
            out.push_str(&format!("{name:10}"));
            for (key, value) in row {
                match value.as_u64() {
                    Some(n) => out.push_str(&format!(" {key} {n} ")),
                    None => out.push_str(&format!(" {key} {:.4} ", value.as_f64().unwrap_or_default())),
                }
            }
            out.push('\n');
        }
    }
    out
}
