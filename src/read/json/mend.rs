//! JSON as pages really ship it: comment wrappers, raw line breaks in strings, stray commas and several
//! documents in one script. Mended only where a repair cannot change what was meant.

use serde_json::Value;

use super::surrogates;

/// All JSON documents of a script. Empty where it is beyond safe repair.
pub fn documents(script: &str) -> Vec<Value> {
    let text = &*surrogates::mended(unwrapped(script));
    if let Some(values) = strict(text) {
        return values;
    }
    strict(&mended(text)).unwrap_or_default()
}

/// Without the comment or CDATA marks that once hid scripts from browsers.
fn unwrapped(script: &str) -> &str {
    let mut text = script.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    for (open, close) in
        [("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("<![CDATA[", "]]>"), ("/*<![CDATA[*/", "/*]]>*/")]
    {
        if let Some(inner) = text.strip_prefix(open) {
            text = inner.trim().strip_suffix(close).unwrap_or(inner).trim();
        }
    }
    text.trim_end_matches(|c: char| c == ';' || c.is_whitespace())
}

fn strict(text: &str) -> Option<Vec<Value>> {
    // serde_json refuses nesting deeper than 128, which bounds every later walk.
    let values: Result<Vec<Value>, _> =
        serde_json::Deserializer::from_str(text).into_iter().take(64).collect();
    values.ok().filter(|v| !v.is_empty())
}

/// Control characters in strings become spaces, unknown escapes lose their backslash, commas before a
/// closing bracket or doubled are dropped. Quotes are never invented.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        if in_string {
            match c {
                '"' => in_string = false,
                '\\' => match chars.peek() {
                    Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') => {
                        out.push('\\');
                        out.extend(chars.next());
                        continue;
                    }
                    _ => continue,
                },
                c if c.is_control() => {
                    out.push(' ');
                    continue;
                }
                _ => {}
            }
            out.push(c);
            continue;
        }
        match c {
            '"' => in_string = true,
            ']' | '}' => drop_comma(&mut out),
            ',' if out.trim_end().ends_with([',', '[', '{']) => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

fn drop_comma(out: &mut String) {
    let kept = out.trim_end().len();
    if out[..kept].ends_with(',') {
        out.truncate(kept - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn mends_what_is_safe() {
        for (script, expected) in [
            (r#"{"a":1}"#, vec![json!({"a": 1})]),
            ("<!-- {\"a\":1} -->", vec![json!({"a": 1})]),
            ("//<![CDATA[\n{\"a\":1}\n//]]>", vec![json!({"a": 1})]),
            ("{\"a\":1};", vec![json!({"a": 1})]),
            ("{\"a\":\"x\ny\"}", vec![json!({"a": "x y"})]),
            (r#"{"a":[1,2,],}"#, vec![json!({"a": [1, 2]})]),
            (r#"{"a":1,,"b":2}"#, vec![json!({"a": 1, "b": 2})]),
            (r#"{"a":"it\'s"}"#, vec![json!({"a": "it's"})]),
            (r#"{"a":1}{"b":2}"#, vec![json!({"a": 1}), json!({"b": 2})]),
            (r#"{"a":"said "no" twice"}"#, vec![]),
            (r#"{"a":"cut"#, vec![]),
            ("", vec![]),
        ] {
            assert_eq!(documents(script), expected, "{script}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_not_walked() {
        assert!(documents(&"[".repeat(100_000)).is_empty());
        assert!(documents(&format!("{}1{}", "[".repeat(5000), "]".repeat(5000))).is_empty());
    }
}
