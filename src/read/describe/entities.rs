//! Text out of attribute values and scripts, where markup is often escaped once too often.

/// Entities decoded (twice where they were escaped twice), tags dropped, white space collapsed.
pub fn plain(raw: &str) -> String {
    let mut text = raw.to_owned();
    for _ in 0..2 {
        if !text.contains('&') {
            break;
        }
        text = decoded(&text);
    }
    if text.contains('<') {
        text = without_tags(&text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
            c if c.is_whitespace() || c.is_control() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name_end = rest[1..].bytes().take(12).position(|b| b == b';').map(|i| i + 1);
        let meaning = name_end.and_then(|end| named(&rest[1..end]));
        match (meaning, name_end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Character references by number, and the names of Latin-1 and of typographic marks: what content
/// systems write into JSON.
fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        // Windows-1252 numbers, as browsers read them.
        const WINDOWS: [(u32, char); 8] = [
            (0x85, '…'),
            (0x91, '‘'),
            (0x92, '’'),
            (0x93, '“'),
            (0x94, '”'),
            (0x95, '•'),
            (0x96, '–'),
            (0x97, '—'),
        ];
        return WINDOWS.iter().find(|(n, _)| *n == code).map(|(_, c)| *c).or_else(|| char::from_u32(code));
    }
    const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn \
        sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc \
        Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute \
        Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml \
        aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde \
        ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
    const MARKS: [(&str, char); 20] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("sbquo", '‚'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("bdquo", '„'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("bull", '•'),
        ("euro", '€'),
        ("trade", '™'),
        ("lsaquo", '‹'),
        ("rsaquo", '›'),
        ("thinsp", ' '),
    ];
    if let Some((_, c)) = MARKS.iter().find(|(n, _)| *n == name) {
        return Some(*c);
    }
    let at = LATIN.split(' ').filter(|s| !s.is_empty()).position(|n| n == name)?;
    char::from_u32(0xa0 + at as u32)
}

fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match rest.find('>') {
            Some(end) if tag => rest = &rest[end + 1..],
            _ => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn text_of_values() {
        for (raw, expected) in [
            ("K&uuml;hlt&uuml;rme", "Kühltürme"),
            ("T&uuml;rkiye&#039;de &amp;quot;x&amp;quot;", "Türkiye'de \"x\""),
            ("a &#8216;b&#8217; &#x2014; c", "a ‘b’ — c"),
            ("R&D & co; AT&T", "R&D & co; AT&T"),
            ("5 < 6 <b>bold</b> <br/>x", "5 < 6 bold x"),
            ("  two \n lines\u{a0}", "two lines"),
            ("soft\u{ad}ware", "software"),
            ("&yuml;&nbsp;&divide;", "ÿ ÷"),
            ("&#1114112;&bogus;", "&#1114112;&bogus;"),
            ("<".repeat(3).as_str(), "<<<"),
        ] {
            assert_eq!(plain(raw), expected, "{raw}");
        }
    }
}
