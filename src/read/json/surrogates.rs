//! Halves of surrogate pairs in JSON escapes (`\ud83d` from an emoji that was cut in two): writers make
//! them, and no string can hold them.

use std::borrow::Cow;

/// Each lone half as `\ufffd`; borrowed where there is none.
pub fn mended(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        let here = at + found;
        at = (here + 2).min(bytes.len());
        let Some(code) = escape(bytes, here) else { continue };
        at = here + 6;
        match code {
            0xd800..=0xdbff
                if escape(bytes, here + 6).is_some_and(|low| (0xdc00..=0xdfff).contains(&low)) =>
            {
                at = here + 12;
            }
            0xd800..=0xdfff => {
                let out = out.get_or_insert_with(|| String::with_capacity(json.len()));
                out.push_str(&json[copied..here]);
                out.push_str("\\ufffd");
                copied = at;
            }
            _ => {}
        }
        at = at.min(bytes.len());
    }
    match out {
        Some(mut out) => {
            out.push_str(&json[copied..]);
            Cow::Owned(out)
        }
        None => Cow::Borrowed(json),
    }
}

/// The code unit of a `\uXXXX` at that place.
fn escape(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_halves_are_replaced_and_pairs_stay() {
        for (json, mended_json) in [
            (r#""plain""#, r#""plain""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (r#""\ude00 \ud83d\ud83d\ude00""#, r#""\ufffd \ufffd\ud83d\ude00""#),
            (r#""\\ud83d stays text""#, r#""\\ud83d stays text""#),
            (r#""\u00e9 \ud8"#, r#""\u00e9 \ud8"#),
            ("\\", "\\"),
        ] {
            assert_eq!(mended(json), mended_json);
        }
    }
}
