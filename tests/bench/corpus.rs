//! Real pages and texts, from `COPYDESK_CORPUS`, else `../shared`; none, and a word about it, where there are none.

use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Sources of the publisher pages, in the order of their names.
pub fn pages() -> Vec<String> {
    let folder = root().join("corpus/html/publishers/html");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("{}: no corpus; set COPYDESK_CORPUS", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| unpacked(path)).collect()
}

/// Texts that scrapers took of them.
#[allow(dead_code, reason = "not every bench reads texts")]
pub fn texts() -> Vec<String> {
    let path = root().join("corpus/text/publishers.jsonl.gz");
    let Some(lines) = unpacked(&path) else {
        eprintln!("{}: no corpus; set COPYDESK_CORPUS", path.display());
        return Vec::new();
    };
    let text = |line: &str| {
        let sample: serde_json::Value = serde_json::from_str(line).ok()?;
        sample["text"].as_str().map(str::to_owned)
    };
    lines.lines().filter_map(text).collect()
}

fn unpacked(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).ok()?).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn root() -> PathBuf {
    std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from)
}
