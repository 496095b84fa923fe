//! Strings of JSON that is not parsed, since it is often broken elsewhere.

use memchr::memmem;

/// Every string under `key`.
pub fn under(json: &str, key: &str) -> Vec<String> {
    let needle = format!("\"{key}\"");
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = memmem::find(&json.as_bytes()[at..], needle.as_bytes()) {
        at += found + needle.len();
        let rest = json[at..].trim_start();
        let Some(rest) = rest.strip_prefix(':') else { continue };
        let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
        let start = json.len() - rest.len();
        let end = string_end(json.as_bytes(), start);
        out.push(unescape(&json[start..end]));
        at = end;
    }
    out
}

/// Where the object or list at the start ends; the whole where it does not.
pub fn value_end(json: &str) -> usize {
    let (mut open, mut at) = (0usize, 0);
    let bytes = json.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = string_end(bytes, at + 1),
            b'{' | b'[' => open += 1,
            b'}' | b']' if open <= 1 => return at + 1,
            b'}' | b']' => open -= 1,
            _ => {}
        }
        at += 1;
    }
    json.len()
}

/// The strings of a list, up to its end or the first that is none.
pub fn listed(list: &str) -> Vec<String> {
    let (mut out, mut rest) = (Vec::new(), list);
    while let Some(string) = rest.strip_prefix('"') {
        let end = string_end(string.as_bytes(), 0);
        out.push(unescape(&string[..end]));
        rest = string[end..].trim_start_matches('"').trim_start_matches([' ', '\n', '\t', ',']);
    }
    out
}

/// Offset of the closing quote; of the end where there is none.
pub fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// A JSON string's text; raw line breaks inside, which JSON forbids and pages have, stand for themselves.
pub fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    let mut high: Option<u32> = None;
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('b' | 'f') => out.push(' '),
            Some('u') => {
                let mut hex = chars.clone();
                let code = (0..4).try_fold(0, |n, _| Some(n * 16 + hex.next()?.to_digit(16)?));
                let Some(code) = code else { continue };
                chars = hex;
                match (high.take(), code) {
                    (_, 0xd800..0xdc00) => high = Some(code),
                    (Some(h), 0xdc00..0xe000) => {
                        let joined = 0x10000 + ((h - 0xd800) << 10) + (code - 0xdc00);
                        out.extend(char::from_u32(joined));
                    }
                    (_, code) => out.extend(char::from_u32(code)),
                }
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_in_broken_json() {
        let json =
            r#"{"a": broken, "articleBody" : "He said \"no\".\n\u00e9 \ud83d\ude00 \/", "articleBody": 3}"#;
        assert_eq!(under(json, "articleBody"), ["He said \"no\".\né 😀 /"]);
        assert_eq!(under("{\"articleBody\": \"never ends\\", "articleBody"), ["never ends"]);
        assert_eq!(under("\"articleBody\"", "articleBody"), Vec::<String>::new());
    }
}
