//! Datelines and languages against the labelled sets that stand beside the project.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use copydesk::read::describe::{dateline, dates, gazetteer};
use serde_json::Value;

/// A file of the labelled sets, at `$COPYDESK_CORPUS` or beside the project.
fn corpus(path: &str) -> Option<Vec<Value>> {
    let root = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let file = root.join("corpus").join(path);
    let Ok(open) = std::fs::File::open(&file) else {
        eprintln!("{} is absent: nothing was measured", file.display());
        return None;
    };
    let text: Box<dyn std::io::Read> =
        if path.ends_with(".gz") { Box::new(flate2::read::GzDecoder::new(open)) } else { Box::new(open) };
    let lines = BufReader::new(text).lines();
    Some(lines.map(|l| serde_json::from_str(&l.expect("text")).expect("JSON")).collect())
}

fn field<'v>(row: &'v Value, name: &str) -> &'v str {
    row[name].as_str().unwrap_or_default()
}

/// Place and day as the newswire prints them: `PLACE[, REGION], Month D -`.
fn printed(line: &str) -> Option<(String, u8, u8)> {
    let head = line.trim().strip_suffix('-')?.trim_end();
    let (before, day) = head.rsplit_once(' ')?;
    let (place, month) = before.rsplit_once([' ', ','])?;
    let month = dates::month(&month.trim_end_matches('.').to_lowercase(), Some("en"))?;
    let place = place.trim_end_matches([',', ' ']);
    let city = place.split(',').next()?.trim();
    (!city.is_empty()).then(|| Some((city.to_lowercase(), month, day.parse().ok()?)))?
}

#[test]
fn datelines_of_a_newswire_are_parsed() {
    let Some(rows) = corpus("datelines/newswire-1987.jsonl.gz") else { return };
    let (mut present, mut right, mut placed) = (0, 0, 0);
    let mut wrong = Vec::new();
    for row in &rows {
        let Some((city, month, day)) = printed(field(row, "dateline")) else { continue };
        present += 1;
        let body = field(row, "body").split_whitespace().collect::<Vec<_>>().join(" ");
        let text = format!("{} {body}", field(row, "dateline"));
        let Some((_, parts)) = dateline::parse(&text, Some("en")) else {
            wrong.push(text.chars().take(60).collect::<String>());
            continue;
        };
        let place = parts.place.unwrap_or_default();
        let same = place.to_lowercase() == city.trim_matches('*')
            && parts.day.is_some_and(|(m, d, _)| (m, d) == (month, day));
        if same {
            right += 1;
        } else {
            wrong.push(format!("{} => {place} {:?}", text.chars().take(60).collect::<String>(), parts.day));
        }
        placed +=
            usize::from(gazetteer::lookup(place.split('/').next().unwrap_or_default().trim()).is_some());
    }
    let share = |n: usize| n as f64 / present as f64;
    eprintln!(
        "datelines: {present} present, {:.4} right, {:.4} of the places known",
        share(right),
        share(placed)
    );
    for line in wrong.iter().take(40) {
        eprintln!("  {line}");
    }
    assert!(share(right) >= 0.995 && share(placed) >= 0.98);
}

/// Paragraphs inside the stories of news pages: beyond the first three, no dateline is looked for, so
/// what fires there is a mistake, but for the heads of round-ups, in capitals or with a day.
#[test]
fn paragraphs_without_a_dateline_seldom_fire() {
    let (mut paragraphs, mut fired) = (0, Vec::new());
    for set in ["publishers", "articles"] {
        let Some(rows) = corpus(&format!("html/{set}/gold.jsonl")) else { return };
        for row in &rows {
            for text in field(row, "body").split('\n').map(str::trim).filter(|t| t.len() >= 40).skip(3) {
                paragraphs += 1;
                if let Some((raw, parts)) = dateline::parse(text, None) {
                    if !(parts.capitals || parts.day.is_some()) {
                        fired.push(raw);
                    }
                }
            }
        }
    }
    eprintln!("datelines: {} of {paragraphs} other paragraphs fired", fired.len());
    for line in fired.iter().take(20) {
        eprintln!("  {line}");
    }
    assert!(fired.len() * 1000 < paragraphs);
}
