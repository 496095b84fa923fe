//! Pages whose story stands in data alone: JSON-LD `articleBody`, or the state that a script hands to the
//! browser. Heard only where the visible page does not hold the text.

use memchr::memmem;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

use super::features::Sight;
use super::witness::unescape;
use crate::model::body::{Body, Paragraph, ParagraphKind};
use crate::model::html::HtmlPage;
use crate::model::{Budget, Rejection};
use crate::read::{Limits, html};

/// A story shorter than this, in words, may be a teaser whose whole stands in data.
const TEASER_WORDS: f32 = 120.0;
/// Data with less prose than this, in bytes, is no story.
const STORY_BYTES: usize = 600;

/// The body from data, where that holds several times as much as the visible page.
pub fn from_data(
    sight: &Sight,
    body: &Body,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Option<Body>, Rejection> {
    let kept: f32 = body
        .paragraphs
        .iter()
        .filter(|p| p.kind != ParagraphKind::Caption)
        .filter_map(|p| p.block)
        .map(|b| sight.facts[b as usize].words)
        .sum();
    if let Some(text) = &sight.witnesses.article_body {
        let words = sight.witnesses.body.len() as f32;
        let visible = sight.share_of_json_ld_on_page();
        if words > 60.0 && kept < 0.5 * words && visible < 0.3 {
            return Ok(Some(written(std::slice::from_ref(text), "json_ld", limits, budget)?));
        }
    }
    if kept >= TEASER_WORDS {
        return Ok(None);
    }
    let Some((texts, bytes)) = story_in_state(sight.page) else { return Ok(None) };
    budget.draw(bytes as u64, "extract")?;
    let state = written(&texts, "script_state", limits, budget)?;
    let words: usize = state.paragraphs.iter().map(|p| p.text.split_whitespace().count()).sum();
    Ok((words as f32 > 2.0 * kept + 60.0).then_some(state))
}

/// Strings of data as paragraphs: HTML where they hold tags or references, lines otherwise.
fn written(
    texts: &[String],
    source: &'static str,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Body, Rejection> {
    let mut body = Body { text_source: Some(source), ..Body::default() };
    let mut push = |text: &str| {
        if !text.is_empty() {
            let text = text.to_owned();
            body.paragraphs.push(Paragraph { text, kind: ParagraphKind::Paragraph, block: None });
        }
    };
    for text in texts {
        if text.contains(['<', '&']) {
            let broken = text.replace('\n', "<br><br>");
            let page = html::parse(&broken, limits, budget)?;
            (0..page.blocks.len()).for_each(|b| push(page.block_text(b)));
        } else {
            text.lines().for_each(|line| push(line.trim()));
        }
    }
    Ok(body)
}

/// The strings of the script state that are the story, and the bytes looked at.
fn story_in_state(page: &HtmlPage) -> Option<(Vec<String>, usize)> {
    let mut bytes = 0;
    let mut best: Vec<String> = Vec::new();
    let mut best_prose = STORY_BYTES;
    for (_, state) in &page.head.state {
        bytes += state.len();
        let unwrapped = memmem::find(state.as_bytes(), b"JSON.parse(\"")
            .filter(|&at| at < 200)
            .map(|at| unescape(&state[at + 12..]));
        let groups = strings_by_path(unwrapped.as_deref().unwrap_or(state));
        for group in groups {
            let prose: usize = group.iter().filter(|s| is_prose(s)).map(String::len).sum();
            let whole: usize = group.iter().map(String::len).sum();
            if prose > best_prose && prose * 3 > whole * 2 {
                best_prose = prose;
                best = group;
            }
        }
    }
    (!best.is_empty()).then_some((best, bytes))
}

fn is_prose(text: &str) -> bool {
    let spaces = text.bytes().filter(|&b| b == b' ').count();
    let sentences = text.matches([' ', '。']).count() > 0 && text.contains(['.', '。', '!', '?', '।', '؟']);
    let code = text.bytes().filter(|b| matches!(b, b'{' | b'}' | b';' | b'=')).count();
    text.len() >= 60
        && sentences
        && (spaces * 14 > text.len() || text.contains('。'))
        && code * 25 < text.len()
}

/// Nesting that is followed; deeper values count as standing at this depth.
const DEPTH: usize = 200;

/// Every string value of a JSON text, grouped by its path of keys (places in arrays left out), groups and
/// strings in order. Read without building the values, and on broken JSON too.
fn strings_by_path(json: &str) -> Vec<Vec<String>> {
    let bytes = json.as_bytes();
    let mut order: FxHashMap<u64, usize> = FxHashMap::default();
    let mut groups: Vec<Vec<String>> = Vec::new();
    let mut path: Vec<u64> = vec![0];
    let mut beyond = 0usize;
    let mut key = 0u64;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                if path.len() < DEPTH {
                    path.push(mixed(path[path.len() - 1], key));
                } else {
                    beyond += 1;
                }
                key = 0;
            }
            b'}' | b']' => {
                if beyond > 0 {
                    beyond -= 1;
                } else if path.len() > 1 {
                    path.pop();
                }
                key = 0;
            }
            b',' => key = 0,
            b'"' => {
                let end = string_end(bytes, at + 1);
                let raw = &json[at + 1..end];
                at = end;
                let is_key = bytes[(end + 1).min(bytes.len())..].iter().find(|b| !b.is_ascii_whitespace())
                    == Some(&b':');
                if is_key {
                    key = hashed(raw);
                } else if raw.len() > 1 {
                    let group = mixed(path[path.len() - 1], key);
                    let next = groups.len();
                    let slot = *order.entry(group).or_insert(next);
                    if slot == next {
                        groups.push(Vec::new());
                    }
                    groups[slot].push(unescape(raw));
                }
            }
            _ => {}
        }
        at += 1;
    }
    groups
}

/// Offset of the closing quote; of the end where there is none.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

fn mixed(a: u64, b: u64) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(a);
    hasher.write_u64(b);
    hasher.finish() | 1
}

fn hashed(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "The river rose again over night, the harbour master said, and half of the old town stood under water.";

    #[test]
    fn the_story_of_a_state_is_its_longest_prose() {
        let paragraphs: Vec<String> =
            (0..8).map(|i| format!("{{\"type\":\"p\",\"text\":\"{i}. {LINE}\"}}")).collect();
        let json = format!(
            "{{\"props\":{{\"story\":{{\"body\":[{}]}},\"menu\":[{{\"text\":\"Home\"}},{{\"text\":\"Sport\"}}]}}}}",
            paragraphs.join(",")
        );
        let mut page = HtmlPage::default();
        page.head.state.push(("__NEXT_DATA__".into(), json));
        let (texts, _) = story_in_state(&page).expect("a story");
        assert_eq!(texts.len(), 8);
        assert!(texts[7].starts_with("7. The river"));
        page.head.state[0].1 =
            format!("window.S = JSON.parse(\"{{\\\"body\\\":\\\"{}\\\"}}\");", LINE.repeat(8));
        assert_eq!(story_in_state(&page).map(|(t, _)| t[0].len()), Some(LINE.len() * 8));
        page.head.state[0].1 = "{\"config\":\"a=b;c={};\"}".repeat(100);
        assert_eq!(story_in_state(&page), None);
    }

    #[test]
    fn broken_and_deep_json_is_read_as_far_as_it_goes() {
        for json in [
            "[".repeat(100_000),
            "}".repeat(1000),
            "{\"a\":\"b".to_owned(),
            "\"\\".to_owned(),
            "{\"a\"".to_owned(),
        ] {
            strings_by_path(&json);
        }
        assert_eq!(strings_by_path("{\"a\":[\"xy\",\"zz\"],\"b\":\"ww\"}"), [vec!["xy", "zz"], vec!["ww"]]);
    }
}
