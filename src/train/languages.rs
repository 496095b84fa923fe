//! The model of languages, learnt from the translated messages and help of free programs: MediaWiki
//! (`…/i18n/…/<language>.json`) and Mallard help pages (`…/help/<language>/….page`). Deterministic.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

mod refine;

use crate::read::describe::language::features;
use crate::read::describe::language::model::{Feature, Known, Model, STEP, Standing};

/// Languages the model names, as the tag it gives and the names of the files it learns from.
const SUPPORTED: &str = include_str!("languages.txt");

/// Text taken of one language, in bytes, and the least that teaches one.
const MOST_TEXT: usize = 700_000;
const LEAST_TEXT: usize = 40_000;
/// Less is enough of a language that is not named and only keeps its texts from being taken for others.
const LEAST_TEXT_UNNAMED: usize = 5_000;
/// Features kept in all, and languages one feature names at most.
const FEATURES: usize = 190_000;
const MOST_LANGUAGES: usize = 30;
/// A feature that a language does not use counts as seen this often.
const FLOOR: f64 = 4e-6;
/// A weight below this is not worth a posting.
const LEAST_WEIGHT: f64 = 0.9;

/// What was learnt.
pub struct Learnt {
    pub languages: usize,
    pub supported: usize,
    pub features: usize,
    pub bytes: usize,
}

/// Learns from all texts under `corpus` and writes the model to `out`.
pub fn run(corpus: &Path, out: &Path) -> io::Result<Learnt> {
    let texts = texts(corpus)?;
    let tags: Vec<(&'static str, Standing)> = tags(&texts);
    let counts: Vec<Counts> = tags.iter().map(|(tag, _)| Counts::of(&texts[*tag])).collect();
    let mut features = selected(&counts);
    drop(counts);
    let lessons =
        tags.iter().enumerate().flat_map(|(i, (tag, _))| refine::lessons(i as u8, &texts[*tag])).collect();
    let biases = refine::refine(&mut features, tags.len(), lessons);
    let unmeasured = tags.iter().zip(&biases).map(|((tag, standing), bias)| Known {
        tag,
        standing: *standing,
        bias: *bias,
        mean: 0.0,
        spread: 0.0,
    });
    let mut languages: Vec<Known> = unmeasured.collect();
    let model = Model::new(languages.clone(), &features);
    for (i, known) in languages.iter_mut().enumerate() {
        (known.mean, known.spread) = own_scores(&model, i, &texts[tags[i].0]);
    }
    let bytes = Model::write(&languages, &mut features)?;
    fs::write(out, &bytes)?;
    Ok(Learnt {
        languages: languages.len(),
        supported: languages.iter().filter(|l| l.named()).count(),
        features: features.len(),
        bytes: bytes.len(),
    })
}

/// How often a language uses each feature.
struct Counts {
    of: FxHashMap<u32, u32>,
    all: f64,
}

impl Counts {
    fn of(lines: &[String]) -> Self {
        let mut of: FxHashMap<u32, u32> = FxHashMap::default();
        let mut all = 0u64;
        for line in lines.iter().filter(|l| !held_out(l)) {
            features::each(line, &mut 0, |hash| {
                *of.entry(hash).or_default() += 1;
                all += 1;
            });
        }
        of.retain(|_, n| *n >= 3);
        Self { of, all: all.max(1) as f64 }
    }
}

/// One line in twenty measures how a language's own texts score.
pub(super) fn held_out(line: &str) -> bool {
    line.bytes().fold(7u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b))) % 20 == 0
}

/// The features that tell most: their frequency times how unequally the languages use them.
fn selected(counts: &[Counts]) -> Vec<Feature> {
    let mut used: FxHashMap<u32, Vec<(u8, f64)>> = FxHashMap::default();
    for (language, counts) in counts.iter().enumerate() {
        for (hash, n) in &counts.of {
            used.entry(*hash).or_default().push((language as u8, f64::from(*n) / counts.all));
        }
    }
    let languages = counts.len() as f64;
    let mut ranked: Vec<(f64, u32)> = used
        .iter()
        .map(|(hash, users)| {
            let mean = users.iter().map(|(_, p)| p).sum::<f64>() / languages + FLOOR;
            let gain = users.iter().map(|(_, p)| p * ((p + FLOOR) / mean).ln().abs()).sum::<f64>();
            (gain, *hash)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: FxHashSet<u32> = ranked.iter().take(FEATURES * 3 / 4).map(|(_, h)| *h).collect();
    // The rest is shared out, so that no language is left with few features of its own.
    let share = FEATURES / 4 / counts.len().max(1);
    for (language, counts) in counts.iter().enumerate() {
        let mut own: Vec<(f64, u32)> = counts
            .of
            .iter()
            .filter(|(hash, _)| !kept.contains(hash))
            .map(|(hash, n)| {
                let p = f64::from(*n) / counts.all;
                let others = used[hash]
                    .iter()
                    .filter(|(l, _)| usize::from(*l) != language)
                    .map(|(_, q)| *q)
                    .fold(FLOOR, f64::max);
                (p * (p / others).ln(), *hash)
            })
            .filter(|(gain, _)| *gain > 0.0)
            .collect();
        own.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        kept.extend(own.into_iter().take(share).map(|(_, h)| h));
    }
    let mut features: Vec<Feature> = kept
        .into_iter()
        .filter_map(|hash| {
            // A small share of what another language has is its names and quotations.
            let most = used[&hash].iter().map(|(_, p)| *p).fold(0.0, f64::max);
            let mut pairs: Vec<(u8, u8)> = used[&hash]
                .iter()
                .filter(|(_, p)| *p * 25.0 >= most)
                .filter_map(|(language, p)| {
                    let weight = (p / FLOOR).ln();
                    (weight >= LEAST_WEIGHT)
                        .then(|| (*language, (weight / f64::from(STEP)).round().min(255.0) as u8))
                })
                .collect();
            // What all languages have in common tells nothing: the smallest weight of many is taken off.
            if pairs.len() > MOST_LANGUAGES {
                pairs.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
                let common = pairs[MOST_LANGUAGES].1;
                pairs.truncate(MOST_LANGUAGES);
                for pair in &mut pairs {
                    pair.1 -= common;
                }
                pairs.retain(|p| p.1 > 4);
            }
            pairs.sort_unstable();
            (!pairs.is_empty()).then_some((hash, pairs))
        })
        .collect();
    features.sort_unstable_by_key(|(f, _)| *f);
    features
}

/// Mean and spread of the score of held-out texts of some hundred letters.
fn own_scores(model: &Model, language: usize, lines: &[String]) -> (f32, f32) {
    let mut scores: Vec<f64> = Vec::new();
    let mut text = String::new();
    for line in lines.iter().filter(|l| held_out(l)) {
        text.push_str(line);
        text.push(' ');
        if text.len() < 160 {
            continue;
        }
        let (mut sum, mut seen) = (0u64, 0u64);
        features::each(&text, &mut 0, |hash| {
            seen += 1;
            sum += model
                .postings(hash)
                .filter(|(l, _)| usize::from(*l) == language)
                .map(|(_, w)| u64::from(w))
                .sum::<u64>();
        });
        scores.push(sum as f64 / seen.max(1) as f64);
        text.clear();
    }
    let n = scores.len().max(1) as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let variance = scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n;
    (mean as f32, variance.sqrt().max(1.0) as f32)
}

/// Tags with enough text, the supported first.
fn tags(texts: &BTreeMap<&'static str, Vec<String>>) -> Vec<(&'static str, Standing)> {
    let size = |tag: &str| texts.get(tag).map_or(0, |lines| lines.iter().map(String::len).sum());
    table()
        .into_iter()
        .map(|(tag, standing, _)| (tag, if size(tag) < LEAST_TEXT { Standing::Unnamed } else { standing }))
        .filter(|(tag, _)| size(tag) >= LEAST_TEXT_UNNAMED)
        .take(255)
        .collect()
}

/// Lines `tag TAB standing TAB file names`: 0 only keeps its texts from being taken for others, 1 is named,
/// 2 is one of the languages with the most news.
fn table() -> Vec<(&'static str, Standing, Vec<&'static str>)> {
    SUPPORTED
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (tag, standing) = (cells.next()?, Standing::read(cells.next()?)?);
            Some((tag, standing, cells.next()?.split(' ').collect()))
        })
        .collect()
}

/// The texts of each language, each line once, in a fixed order.
fn texts(corpus: &Path) -> io::Result<BTreeMap<&'static str, Vec<String>>> {
    let table = table();
    let tag_of =
        |file: &str| table.iter().find(|(_, _, names)| names.contains(&file)).map(|(tag, _, _)| *tag);
    let mut files = Vec::new();
    walk(corpus, &mut files)?;
    files.sort();
    let english = english(&files)?;
    let mut texts: BTreeMap<&'static str, (usize, FxHashSet<String>, Vec<String>)> = BTreeMap::new();
    for file in &files {
        let Some(language) = language_of(file) else { continue };
        let Some(tag) = tag_of(&language) else { continue };
        let lines = if file.extension().is_some_and(|e| e == "json") {
            messages(file)?
                .into_iter()
                .filter(|(key, text)| tag == "en" || english.get(key) != Some(text))
                .map(|(_, text)| without_markup(&text))
                .collect()
        } else {
            paragraphs(&fs::read_to_string(file)?)
        };
        let (size, seen, kept) = texts.entry(tag).or_default();
        for line in lines.into_iter().filter(|l| l.chars().count() >= 12) {
            if *size < MOST_TEXT && seen.insert(line.clone()) {
                *size += line.len();
                kept.push(line);
            }
        }
    }
    Ok(texts.into_iter().map(|(tag, (_, _, lines))| (tag, own(tag, lines))).collect())
}

/// A language's own words: messages left in English are dropped, and Latin words where its script is
/// another.
fn own(tag: &str, mut lines: Vec<String>) -> Vec<String> {
    if tag == "en" {
        return lines;
    }
    lines.retain(|l| !is_english(l));
    let (mut latin, mut all) = (0usize, 0usize);
    for c in lines.iter().flat_map(|l| l.chars()).filter(|c| c.is_alphabetic()) {
        all += 1;
        latin += usize::from(c.is_ascii());
    }
    if latin * 10 < all * 4 {
        let foreign = |word: &&str| !word.bytes().any(|b| b.is_ascii_alphabetic());
        for line in &mut lines {
            *line = line.split_whitespace().filter(foreign).collect::<Vec<_>>().join(" ");
        }
        lines.retain(|l| l.chars().count() >= 8);
    }
    lines
}

fn is_english(line: &str) -> bool {
    const WORDS: [&str; 44] = [
        "the", "of", "and", "to", "is", "this", "that", "you", "for", "with", "are", "not", "be", "from",
        "by", "have", "was", "will", "or", "can", "your", "which", "it", "as", "on", "an", "at", "has",
        "been", "page", "user", "no", "list", "when", "edit", "pages", "users", "if", "all", "only", "file",
        "text", "more", "show",
    ];
    let words: Vec<String> =
        line.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let english = words.iter().filter(|w| WORDS.contains(&w.as_str())).count();
    english >= 2 && english * 5 >= words.len()
}

/// English messages by key: a message equal to its English is not translated.
fn english(files: &[PathBuf]) -> io::Result<FxHashMap<String, String>> {
    let mut out = FxHashMap::default();
    for file in files.iter().filter(|f| f.ends_with("en.json")) {
        out.extend(messages(file)?);
    }
    Ok(out)
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                dirs.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    Ok(())
}

/// `…/i18n/…/de.json` → `de`; `…/help/pt_BR/…/a.page` → `pt_BR`.
fn language_of(file: &Path) -> Option<String> {
    let parts: Vec<&str> = file.iter().filter_map(|p| p.to_str()).collect();
    match file.extension()?.to_str()? {
        "json" if parts.contains(&"i18n") => Some(file.file_stem()?.to_str()?.to_owned()),
        "page" => {
            let at = parts.iter().position(|p| *p == "help")?;
            Some((*parts.get(at + 1)?).to_owned())
        }
        _ => None,
    }
}

fn messages(file: &Path) -> io::Result<Vec<(String, String)>> {
    let value: serde_json::Value = serde_json::from_str(&fs::read_to_string(file)?).unwrap_or_default();
    let Some(object) = value.as_object() else { return Ok(Vec::new()) };
    Ok(object.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect())
}

/// A message without wiki and HTML markup, variables and addresses.
fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0i32;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = (depth - 1).max(0),
            _ if depth > 0 => {}
            '$' => while chars.next_if(|c| c.is_alphanumeric()).is_some() {},
            '[' | ']' | '|' | '=' | '*' | '#' | '_' | '/' | '\\' | '\n' | '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    let foreign = |word: &&str| !(word.contains("://") || word.contains('@') || word.contains("http"));
    out.replace("'''", "").replace("''", "").split_whitespace().filter(foreign).collect::<Vec<_>>().join(" ")
}

/// Text of the `<p>` elements of a help page.
fn paragraphs(page: &str) -> Vec<String> {
    page.split("<p>")
        .skip(1)
        .filter_map(|rest| rest.split_once("</p>"))
        .map(|(inner, _)| without_markup(inner))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_no_language() {
        assert_eq!(
            without_markup("Die Seite [[$1|hier]] <b>wurde</b> {{PLURAL:$2|x}} ''gelöscht''"),
            "Die Seite hier wurde gelöscht"
        );
        assert_eq!(
            paragraphs("<page><p>Ein <em>Satz</em>.</p><p>Noch einer.</p>"),
            ["Ein Satz.", "Noch einer."]
        );
    }

    #[test]
    fn files_name_their_language() {
        for (path, expected) in [
            ("x/i18n/de.json", Some("de")),
            ("x/i18n/api/pt-br.json", Some("pt-br")),
            ("help/pt_BR/gnome/a.page", Some("pt_BR")),
            ("x/de.json", None),
        ] {
            assert_eq!(language_of(Path::new(path)).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_small_corpus_teaches_its_languages() {
        let dir = tempfile::tempdir().expect("a directory");
        let i18n = dir.path().join("i18n");
        fs::create_dir(&i18n).expect("a directory");
        let write = |name: &str, words: [&str; 6]| {
            let mut lines = serde_json::Map::new();
            for i in 0..2500usize {
                // Lines that repeat teach nothing: each is another of the 6⁵ rows of five words.
                let text: Vec<&str> = (0..5u32).map(|j| words[i * 3 / 6usize.pow(j) % 6]).collect();
                lines.insert(
                    format!("{name}{i}"),
                    format!("{} {}", text.join(" "), "x".repeat(i % 9 + 1)).into(),
                );
            }
            fs::write(i18n.join(name), serde_json::to_string(&lines).expect("JSON")).expect("a file");
        };
        write("de.json", ["straße", "und", "nicht", "werden", "können", "schließlich"]);
        write("fr.json", ["être", "pourquoi", "voilà", "français", "lorsque", "aujourd’hui"]);
        let out = dir.path().join("model");
        let learnt = run(dir.path(), &out).expect("a model");
        assert_eq!((learnt.languages, learnt.supported), (2, 2));
        let first = fs::read(&out).expect("bytes");
        run(dir.path(), &out).expect("a model");
        assert_eq!(first, fs::read(&out).expect("bytes"), "the same data gives the same model");
    }
}
