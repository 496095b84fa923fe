//! The story among the strings that scripts leave for other scripts: `__NEXT_DATA__`, the flight rows of
//! `self.__next_f`, `__NUXT__`, `__INITIAL_STATE__`, `Fusion.globalContent` and kin. Read by one scan that
//! builds no values, so that broken JSON and object literals of JavaScript are read as far as they go.

use std::borrow::Cow;
use std::hash::Hasher;

use memchr::memmem;
use rustc_hash::{FxHashMap, FxHasher};

use crate::model::script::{cut, is_unspaced};
use crate::read::json::strings::{string_end, unescape};

/// State with less prose than this, in bytes, is no story.
const STORY_BYTES: usize = 600;
/// Nesting that is followed; deeper values count as standing at this depth.
const DEPTH: usize = 200;
/// Strings of one state that are looked at; a page of news has some thousand.
const MOST_STRINGS: usize = 100_000;

/// The strings that are the story, in order: of those that stand under the same keys the most prose. Looks
/// at each byte a few times at most.
pub fn story(states: &[(String, String)]) -> Option<Vec<String>> {
    let mut best = (STORY_BYTES, Vec::new());
    let flight = flight_rows(states);
    if !flight.is_empty() {
        longest(strings_by_path(&flight, &flight_texts(&flight)), &mut best);
    }
    for (name, state) in states.iter().filter(|(name, _)| name != FLIGHT) {
        let groups = strings_by_path(&unwrapped(state), &FxHashMap::default());
        // A flat list that its own numbers tie together: each string stands for itself.
        let flat = name == "__NUXT_DATA__";
        let split = |group: Vec<String>| {
            if flat { group.into_iter().map(|s| vec![s]).collect() } else { vec![group] }
        };
        longest(groups.into_iter().flat_map(split).collect(), &mut best);
    }
    Some(best.1).filter(|strings| !strings.is_empty())
}

fn longest(groups: Vec<Vec<String>>, best: &mut (usize, Vec<String>)) {
    for group in groups {
        let prose: usize = group.iter().filter(|s| is_prose(s)).map(String::len).sum();
        let whole: usize = group.iter().map(String::len).sum();
        if prose > best.0 && prose * 3 > whole * 2 {
            *best = (prose, group);
        }
    }
}

fn is_prose(text: &str) -> bool {
    let spaces = text.bytes().filter(|&b| b == b' ').count();
    let sentences = text.contains(['.', '。', '!', '?', '।', '؟']);
    let code = text.bytes().filter(|b| matches!(b, b'{' | b'}' | b';' | b'=')).count();
    // Scripts without spaces, in which a character is three bytes.
    let unspaced = || text.chars().filter(|c| is_unspaced(*c)).count() * 6 > text.len();
    text.len() >= 60
        && !text.starts_with(['{', '['])
        && (sentences || text.contains(|c| matches!(c, '\u{e00}'..='\u{eff}')))
        && (spaces * 14 > text.len() || unspaced())
        && code * 25 < text.len()
}

/// State that stands as JSON in a string.
pub fn unwrapped(state: &str) -> Cow<'_, str> {
    let head = cut(state, 200);
    let parsed =
        ["JSON.parse(\"", "JSON.parse('"].iter().find_map(|call| Some(head.find(call)? + call.len()));
    // Or the string is all that is assigned.
    let bare = || {
        let behind = head.find('=')? + 1;
        let value = state[behind..].trim_start();
        (value.starts_with("\"{") || value.starts_with("\"[")).then(|| state.len() - value.len() + 1)
    };
    match parsed.or_else(bare) {
        Some(at) => Cow::Owned(unescape(&state[at..])),
        None => Cow::Borrowed(state),
    }
}

// ---- flight rows

/// The name that the page's head gives to each `self.__next_f.push(…)`.
pub const FLIGHT: &str = "__next_f";

/// What the calls push, joined: rows of `id:JSON`, and of `id:Tlength,text` for long strings.
pub fn flight_rows(states: &[(String, String)]) -> String {
    let mut rows = String::new();
    for (_, script) in states.iter().filter(|(name, _)| name == FLIGHT) {
        if let Some(at) = memmem::find(script.as_bytes(), b"[1,\"") {
            let from = at + 4;
            rows.push_str(&unescape(&script[from..string_end(script.as_bytes(), from)]));
        }
    }
    rows
}

/// The long strings by the id that `"$id"` names elsewhere.
fn flight_texts(rows: &str) -> FxHashMap<&str, &str> {
    let mut texts = FxHashMap::default();
    let (mut at, mut line_end, mut count) = (0, 0, 0);
    while at < rows.len() && count < MOST_STRINGS {
        count += 1;
        // Rows of one line know its end.
        if line_end <= at {
            line_end = memchr::memchr(b'\n', &rows.as_bytes()[at..]).map_or(rows.len(), |n| at + n + 1);
        }
        at = match text_row(rows, at, line_end) {
            Some((id, from, to)) => {
                texts.insert(id, &rows[from..to]);
                to
            }
            None => line_end,
        };
    }
    texts
}

fn text_row(rows: &str, at: usize, line_end: usize) -> Option<(&str, usize, usize)> {
    let line = &rows[at..line_end];
    let (id, rest) = line.split_once(":T")?;
    let (length, _) = rest.split_once(',')?;
    if id.len() > 8 || length.len() > 8 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let from = at + id.len() + 2 + length.len() + 1;
    let to = cut(rows, from.saturating_add(usize::from_str_radix(length, 16).ok()?)).len();
    (to > from).then_some((id, from, to))
}

// ---- the scan

#[derive(Clone, Copy)]
struct Frame {
    path: u64,
    /// Of an array: the key that it stands under, which is its values' too.
    key: u64,
    /// Strings of the same line are pieces of one paragraph; 0 where each is its own.
    line: u32,
    array: bool,
    /// An element within a line, such as a link: its text is the line's.
    inline: bool,
}

/// Every string value, grouped by its path of keys (places in arrays left out), groups and strings in order.
/// `texts` are strings that stand elsewhere, named `"$id"`.
fn strings_by_path(json: &str, texts: &FxHashMap<&str, &str>) -> Vec<Vec<String>> {
    let children = hashed("children");
    let bytes = json.as_bytes();
    let mut groups = Groups::default();
    let mut stack = vec![Frame { path: 0, key: 0, line: 0, array: false, inline: false }];
    let mut beyond = 0usize;
    let mut key = 0u64;
    let mut lines = 0u32;
    let mut at = 0;
    while at < bytes.len() && groups.strings < MOST_STRINGS {
        let top = stack[stack.len() - 1];
        match bytes[at] {
            b'{' | b'[' if stack.len() >= DEPTH => beyond += 1,
            b'{' => {
                // An element's own keys are `children` and what is no text.
                let path = if top.inline { top.path } else { mixed(top.path, key) };
                stack.push(Frame { path, key: 0, array: false, ..top });
                key = 0;
            }
            b'[' => {
                let mut frame = Frame { key, array: true, ..top };
                match element(&bytes[at + 1..]) {
                    Some((tag, length)) => {
                        at += length;
                        frame.inline = INLINE.contains(&tag);
                        if !frame.inline {
                            frame.line = 0;
                        }
                        if HOLDERS.contains(&tag) {
                            frame.inline = true;
                        }
                    }
                    None if key == children && (!top.inline || top.line == 0) => {
                        lines += 1;
                        frame.line = lines;
                        frame.inline = false;
                    }
                    None => {}
                }
                stack.push(frame);
            }
            b'}' | b']' => {
                if beyond > 0 {
                    beyond -= 1;
                } else if stack.len() > 1 {
                    stack.pop();
                }
                key = if stack[stack.len() - 1].array { stack[stack.len() - 1].key } else { 0 };
            }
            b',' => key = if top.array { top.key } else { 0 },
            b'"' => {
                let end = string_end(bytes, at + 1);
                let raw = &json[at + 1..end];
                at = end;
                let is_key = !top.array
                    && bytes[(end + 1).min(bytes.len())..].iter().find(|b| !b.is_ascii_whitespace())
                        == Some(&b':');
                if is_key {
                    key = hashed(raw);
                } else if let Some(text) = value(raw, texts) {
                    groups.push(mixed(top.path, key), top.line, text);
                }
            }
            b if !top.array && (b.is_ascii_alphabetic() || b == b'_' || b == b'$') => {
                let end = word_end(bytes, at);
                if bytes.get(end) == Some(&b':') {
                    key = hashed(&json[at..end]);
                }
                at = end - 1;
            }
            _ => {}
        }
        at += 1;
    }
    groups.groups
}

/// Tags whose text belongs to the line around.
const INLINE: [&[u8]; 14] = [
    b"a", b"abbr", b"b", b"cite", b"em", b"i", b"mark", b"q", b"s", b"small", b"span", b"strong", b"sub",
    b"sup",
];
/// Tags whose paragraphs stand beside those around.
const HOLDERS: [&[u8]; 4] = [b"ul", b"ol", b"blockquote", b"section"];

/// The tag of a flight element, `["$","tag",…`, and the bytes up to the end of its tag.
fn element(after: &[u8]) -> Option<(&[u8], usize)> {
    let rest = after.strip_prefix(b"\"$\",\"")?;
    let length = rest.iter().take(40).position(|&b| b == b'"')?;
    Some((&rest[..length], 5 + length + 1))
}

fn value<'a>(raw: &'a str, texts: &FxHashMap<&str, &'a str>) -> Option<Cow<'a, str>> {
    if !texts.is_empty()
        && let Some(reference) = raw.strip_prefix('$')
    {
        return texts.get(reference).map(|text| Cow::Borrowed(*text));
    }
    (!raw.is_empty()).then(|| Cow::Owned(unescape(raw)))
}

#[derive(Default)]
struct Groups {
    places: FxHashMap<u64, usize>,
    groups: Vec<Vec<String>>,
    /// The line of each group's last string.
    lines: Vec<u32>,
    strings: usize,
}

impl Groups {
    fn push(&mut self, path: u64, line: u32, text: Cow<str>) {
        self.strings += 1;
        let next = self.groups.len();
        let place = *self.places.entry(path).or_insert(next);
        if place == next {
            self.groups.push(Vec::new());
            self.lines.push(0);
        }
        let before = std::mem::replace(&mut self.lines[place], line);
        match self.groups[place].last_mut() {
            Some(last) if line != 0 && line == before && joins(last, &text) => last.push_str(&text),
            _ if text.chars().nth(1).is_some() => self.groups[place].push(text.into_owned()),
            _ => self.lines[place] = 0,
        }
    }
}

/// Two paragraphs of one list stand under the same keys as two pieces of one paragraph do.
fn joins(before: &str, after: &str) -> bool {
    !(before.ends_with(['.', '!', '?', '”', '"', '。']) && after.starts_with(|c: char| c.is_uppercase()))
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$');
    bytes[start..].iter().position(|b| !inside(b)).map_or(bytes.len(), |n| start + n)
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
    hasher.finish() | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "The river rose again over night, the harbour master said, and half of the old town stood under water.";

    fn of(name: &str, text: String) -> Option<Vec<String>> {
        story(&[(name.to_owned(), text)])
    }

    #[test]
    fn the_story_of_a_state_is_its_longest_prose() {
        let paragraphs: Vec<String> =
            (0..8).map(|i| format!("{{\"type\":\"p\",\"text\":\"{i}. {LINE}\"}}")).collect();
        let json = format!(
            "{{\"props\":{{\"story\":{{\"body\":[{}]}},\"menu\":[{{\"text\":\"Home\"}},{{\"text\":\"Sport\"}}]}}}}",
            paragraphs.join(",")
        );
        let texts = of("__NEXT_DATA__", json).expect("a story");
        assert_eq!(texts.len(), 8);
        assert!(texts[7].starts_with("7. The river"));
        let wrapped = format!("window.S = JSON.parse(\"{{\\\"body\\\":\\\"{}\\\"}}\");", LINE.repeat(8));
        assert_eq!(of("S", wrapped).map(|t| t[0].len()), Some(LINE.len() * 8));
        assert_eq!(of("S", "{\"config\":\"a=b;c={};\"}".repeat(100)), None);
        let quoted = format!("{{\"body\":\"{}\"}}", LINE.repeat(8));
        for wrapped in [
            format!("window.S = JSON.parse('{quoted}');"),
            format!("window.S = {};", quoted_in_code(&quoted)),
        ] {
            assert_eq!(of("S", wrapped).map(|t| t[0].len()), Some(LINE.len() * 8));
        }
    }

    fn quoted_in_code(json: &str) -> String {
        format!("\"{}\"", json.replace('"', "\\\""))
    }

    #[test]
    fn scripts_without_spaces_tell_stories_too() {
        for line in [
            "市議会は月末に古い橋を閉鎖することを決定した。けが人はいなかった。",
            "สภาเมืองมีมติอนุมัติงบประมาณซ่อมสะพานไม้เก่าริมคลองซึ่งปิดใช้งานมาตั้งแต่น้ำท่วม",
        ] {
            let json = format!("{{\"story\":{{\"body\":\"{}\"}}}}", line.repeat(12));
            assert!(of("__NEXT_DATA__", json).is_some(), "{line}");
        }
    }

    #[test]
    fn many_rows_on_one_line_are_none_the_less_rows() {
        let rows = "1:T1,x".repeat(100_000);
        assert!(of(FLIGHT, format!("self.__next_f.push([1,\"{rows}\"])")).is_none());
    }

    #[test]
    fn object_literals_and_flat_lists_are_read() {
        let body = format!("<p>{}</p>", [LINE; 9].join("</p><p>"));
        let nuxt = format!(
            "window.__NUXT__=(function(a,b){{return {{data:[{{post:{{id:a,body:\"{body}\",tags:[b]}}}}]}}}}(1,\"x\"));"
        );
        assert_eq!(of("__NUXT__", nuxt), Some(vec![body.clone()]));
        let flat = format!(
            "[{{\"data\":1}},{{\"body\":2}},\"{body}\",\"https://herald.example/{}\"]",
            "x".repeat(2000)
        );
        assert_eq!(of("__NUXT_DATA__", flat), Some(vec![body]));
    }

    #[test]
    fn pieces_of_a_line_are_one_paragraph() {
        let spans = format!(
            "{{\"children\":[{{\"text\":\"The \"}},{{\"text\":\"Ferry\"}},{{\"text\":\" sank. {LINE}\"}}]}}"
        );
        let rich = format!("{{\"root\":{{\"children\":[{}]}}}}", [spans.as_str(); 7].join(","));
        let texts = of("__INITIAL_STATE__", rich).expect("a story");
        assert_eq!(texts, vec![format!("The Ferry sank. {LINE}"); 7]);
        let apart = format!("{{\"children\":[{}]}}", vec![format!("{{\"text\":\"{LINE}\"}}"); 9].join(","));
        assert_eq!(of("S", apart), Some(vec![LINE.to_owned(); 9]));
    }

    /// As the framework writes it: rows cut anywhere, in one call each.
    fn pushed(rows: &str) -> Vec<(String, String)> {
        let chars: Vec<char> = rows.chars().collect();
        chars
            .chunks(97)
            .map(|c| {
                let piece = c.iter().collect::<String>();
                let quoted = serde_json::to_string(&piece).expect("a string");
                (FLIGHT.to_owned(), format!("self.__next_f.push([1,{quoted}])"))
            })
            .collect()
    }

    #[test]
    fn flight_rows_are_joined_and_elements_are_lines() {
        let long = format!("“{LINE}”: Zoë\n{}", LINE.repeat(3));
        let paragraph = |t: &str| format!("[\"$\",\"p\",null,{{\"className\":\"x\",\"children\":{t}}}]");
        let linked = format!(
            "[\"The \",[\"$\",\"a\",null,{{\"href\":\"/f\",\"children\":\"ferry\"}}],\" sank. {LINE}\"]"
        );
        let item = format!(
            "[\"$\",\"ul\",null,{{\"children\":[[\"$\",\"li\",\"1\",{{\"children\":\"{LINE}\"}}]]}}]"
        );
        let rows = format!(
            "1:\"$Sreact.fragment\"\n2:T{:x},{long}3:[\"$\",\"div\",null,{{\"children\":[{},{},{},{item},{}]}}]\n",
            long.len(),
            paragraph(&format!("\"{LINE}\"")),
            paragraph(&linked),
            paragraph("\"$2\""),
            paragraph(&format!("[\"{LINE}\"]")),
        );
        let texts = story(&pushed(&rows)).expect("a story");
        let wanted =
            [LINE.to_owned(), format!("The ferry sank. {LINE}"), long, LINE.to_owned(), LINE.to_owned()];
        assert_eq!(texts, wanted);
    }

    #[test]
    fn hostile_state_is_read_within_its_limits() {
        let none = FxHashMap::default();
        for json in [
            "[".repeat(100_000),
            "}".repeat(1000),
            "{\"a\":\"b".to_owned(),
            "\"\\".to_owned(),
            "{\"a\"".to_owned(),
            "[\"$\",\"".to_owned(),
            "{$".to_owned(),
        ] {
            strings_by_path(&json, &none);
        }
        assert_eq!(
            strings_by_path("{\"a\":[\"xy\",\"zz\"],\"b\":\"ww\"}", &none),
            [vec!["xy", "zz"], vec!["ww"]]
        );
        let many = format!("[{}]", "\"ab\",".repeat(MOST_STRINGS + 50));
        assert_eq!(strings_by_path(&many, &none)[0].len(), MOST_STRINGS);
        let deep = format!(
            "{}\"at the bottom\"{}\"b\":\"behind\"",
            "{\"a\":".repeat(3 * DEPTH),
            "},".repeat(3 * DEPTH)
        );
        let groups = strings_by_path(&deep, &none);
        assert_eq!(groups.concat(), ["at the bottom", "behind"]);
        for rows in ["1:Tffffffff,é", "1:T,", "1:T1,é", "::T5,abc\n"] {
            assert!(flight_texts(rows).values().all(|t| t.len() < 10), "{rows}");
        }
    }
}
