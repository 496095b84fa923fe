//! HTML entities that an extractor left in text.

/// Decodes the entities that news text holds. A chain of `&amp;amp;` is undone to its end, so that
/// decoding twice is decoding once.
pub fn decode(text: &str) -> Option<String> {
    let first = find_entity(text, 0)?;
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut next = Some(first);
    while let Some((start, end, value)) = next {
        out.push_str(&text[done..start]);
        out.push_str(value.as_str());
        done = end;
        next = find_entity(text, done);
    }
    out.push_str(&text[done..]);
    Some(out)
}

enum Value {
    Named(&'static str),
    Char([u8; 4], usize),
}

impl Value {
    fn as_str(&self) -> &str {
        match self {
            Self::Named(text) => text,
            Self::Char(bytes, len) => std::str::from_utf8(&bytes[..*len]).unwrap_or_default(),
        }
    }
}

/// Start, end and value of the next entity from `at` on.
fn find_entity(text: &str, at: usize) -> Option<(usize, usize, Value)> {
    for start in memchr::memchr_iter(b'&', &text.as_bytes()[at..]) {
        let start = at + start;
        let mut end = start + 1;
        while let Some(amp) = ["amp;", "#38;", "#038;"].iter().find(|a| text[end..].starts_with(**a)) {
            end += amp.len();
        }
        match reference(&text[end..]) {
            Some((value, len)) => return Some((start, end + len, value)),
            None if end > start + 1 => return Some((start, end, Value::Named("&"))),
            None => {}
        }
    }
    None
}

/// What stands after the `&`: the value and its length up to and with the `;`.
fn reference(rest: &str) -> Option<(Value, usize)> {
    let window = &rest.as_bytes()[..rest.len().min(10)];
    let semicolon = memchr::memchr(b';', window)?;
    let name = std::str::from_utf8(&window[..semicolon]).ok()?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        let c = match code {
            // HTML reads these as windows-1252.
            0x80..=0x9f => super::mojibake::windows_1252(code as u8),
            _ => char::from_u32(code)?,
        };
        // A letter or digit written as a number is no scraper's accident, and could complete a name.
        if c.is_ascii_alphanumeric() || matches!(c, '#' | ';' | '&') || (c.is_control() && c != '\n') {
            return None;
        }
        if c == '\u{a0}' {
            return Some((Value::Named(" "), semicolon + 1));
        }
        let mut bytes = [0; 4];
        let len = c.encode_utf8(&mut bytes).len();
        return Some((Value::Char(bytes, len), semicolon + 1));
    }
    let at = NAMED.binary_search_by_key(&name, |(n, _)| n).ok()?;
    Some((Value::Named(NAMED[at].1), semicolon + 1))
}

/// Sorted by name. White space comes out as a space, the soft hyphen as nothing.
const NAMED: &[(&str, &str)] = &[
    ("Aacute", "Á"),
    ("Agrave", "À"),
    ("Auml", "Ä"),
    ("Ccedil", "Ç"),
    ("Eacute", "É"),
    ("Egrave", "È"),
    ("Iacute", "Í"),
    ("Ntilde", "Ñ"),
    ("Oacute", "Ó"),
    ("Oslash", "Ø"),
    ("Ouml", "Ö"),
    ("Uacute", "Ú"),
    ("Uuml", "Ü"),
    ("aacute", "á"),
    ("acirc", "â"),
    ("aelig", "æ"),
    ("agrave", "à"),
    ("apos", "'"),
    ("aring", "å"),
    ("atilde", "ã"),
    ("auml", "ä"),
    ("bdquo", "„"),
    ("bull", "•"),
    ("ccedil", "ç"),
    ("copy", "©"),
    ("deg", "°"),
    ("eacute", "é"),
    ("ecirc", "ê"),
    ("egrave", "è"),
    ("emsp", " "),
    ("ensp", " "),
    ("euml", "ë"),
    ("euro", "€"),
    ("frac12", "½"),
    ("gt", ">"),
    ("hellip", "…"),
    ("iacute", "í"),
    ("icirc", "î"),
    ("iexcl", "¡"),
    ("iquest", "¿"),
    ("iuml", "ï"),
    ("laquo", "«"),
    ("ldquo", "“"),
    ("lsaquo", "‹"),
    ("lsquo", "‘"),
    ("lt", "<"),
    ("mdash", "—"),
    ("middot", "·"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("ntilde", "ñ"),
    ("oacute", "ó"),
    ("ocirc", "ô"),
    ("oelig", "œ"),
    ("ograve", "ò"),
    ("oslash", "ø"),
    ("otilde", "õ"),
    ("ouml", "ö"),
    ("pound", "£"),
    ("quot", "\""),
    ("raquo", "»"),
    ("rdquo", "”"),
    ("reg", "®"),
    ("rsaquo", "›"),
    ("rsquo", "’"),
    ("sbquo", "‚"),
    ("shy", ""),
    ("szlig", "ß"),
    ("thinsp", " "),
    ("times", "×"),
    ("trade", "™"),
    ("uacute", "ú"),
    ("ucirc", "û"),
    ("ugrave", "ù"),
    ("uuml", "ü"),
    ("yacute", "ý"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(NAMED.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn a_long_chain_costs_one_pass() {
        let chain = format!("&{}lt;", "amp;".repeat(100_000));
        assert_eq!(decode(&chain).as_deref(), Some("<"));
    }

    #[test]
    fn what_is_no_entity_stays() {
        for text in ["AT&T;", "a & b", "&#65;", "&unknown;", "&#xD800;", "&#99999999;", "&", "&;", "&#;"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
