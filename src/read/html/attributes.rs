//! The attributes of one tag: scanned once, as ranges of the source, and only those that someone asks for.

use memchr::memchr;

/// A value's range in the source; empty where the attribute is absent or empty.
pub type Value = (u32, u32);

macro_rules! attributes {
    ($($name:ident $($text:literal)|+;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Name { $($name,)* }
        const COUNT: usize = [$(Name::$name,)*].len();
        fn name_of(lower: &[u8]) -> Option<Name> {
            match lower { $($($text)|+ => Some(Name::$name),)* _ => None }
        }
    };
}

attributes! {
    Alt b"alt"; Amp b"amp" | b"\xe2\x9a\xa1"; AriaHidden b"aria-hidden"; AriaLabel b"aria-label"; Class b"class";
    Content b"content"; DataComponent b"data-component" | b"data-component-name" | b"data-module" | b"data-widget";
    DataSrc b"data-src" | b"data-original" | b"data-lazy-src"; DataSrcset b"data-srcset";
    DataTest b"data-testid" | b"data-test-id" | b"data-qa" | b"data-test"; DataType b"data-type" | b"data-block-type";
    Datetime b"datetime"; Height b"height"; Hidden b"hidden"; Href b"href"; Hreflang b"hreflang";
    HttpEquiv b"http-equiv"; Id b"id"; Itemprop b"itemprop"; Lang b"lang" | b"xml:lang"; Named b"name";
    Property b"property"; Rel b"rel"; Role b"role"; ShadowRoot b"shadowrootmode"; Src b"src"; Srcset b"srcset";
    Style b"style"; Type b"type"; Width b"width";
}

/// Of two attributes of one name the first counts.
#[derive(Debug, Clone)]
pub struct Attributes {
    values: [Value; COUNT],
    present: u32,
    pub self_closing: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Self { values: [(0, 0); COUNT], present: 0, self_closing: false }
    }
}

impl Attributes {
    pub fn get(&self, name: Name) -> Value {
        self.values[name as usize]
    }
    pub fn has(&self, name: Name) -> bool {
        self.present & (1 << name as u8) != 0
    }

    /// Scans from behind the tag's name; returns the offset behind `>`, or `None` where the source ends first.
    pub fn scan(&mut self, source: &[u8], mut at: usize) -> Option<usize> {
        if self.present != 0 {
            self.values = [(0, 0); COUNT];
            self.present = 0;
        }
        self.self_closing = false;
        loop {
            match source.get(at)? {
                b'>' => return Some(at + 1),
                b'/' => {
                    self.self_closing = source.get(at + 1) == Some(&b'>');
                    at += 1;
                }
                b if is_space(*b) => at += 1,
                _ => at = self.attribute(source, at)?,
            }
        }
    }

    fn attribute(&mut self, source: &[u8], start: usize) -> Option<usize> {
        // A leading `=` is part of the name.
        let mut at = start + 1;
        while !matches!(source.get(at)?, b'=' | b'>' | b'/') && !is_space(source[at]) {
            at += 1;
        }
        let name = &source[start..at];
        while is_space(*source.get(at)?) {
            at += 1;
        }
        if source[at] != b'=' {
            self.set(name, (at as u32, at as u32));
            return Some(at);
        }
        at += 1;
        while is_space(*source.get(at)?) {
            at += 1;
        }
        let (from, to, next) = match source[at] {
            quote @ (b'"' | b'\'') => {
                let end = at + 1 + memchr(quote, &source[at + 1..])?;
                (at + 1, end, end + 1)
            }
            _ => {
                let from = at;
                while *source.get(at)? != b'>' && !is_space(source[at]) {
                    at += 1;
                }
                (from, at, at)
            }
        };
        self.set(name, (from as u32, to as u32));
        Some(next)
    }

    fn set(&mut self, name: &[u8], value: Value) {
        let mut lower = [0u8; 20];
        if name.len() > lower.len() {
            return;
        }
        for (slot, b) in lower.iter_mut().zip(name) {
            *slot = b.to_ascii_lowercase();
        }
        if let Some(name) = name_of(&lower[..name.len()])
            && !self.has(name)
        {
            self.values[name as usize] = value;
            self.present |= 1 << name as u8;
        }
    }
}

pub fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_as_the_standard_reads_them() {
        for (tag, class, rest) in [
            (r#" class="a b">x"#, Some("a b"), Some("x")),
            (" CLASS = 'a'>x", Some("a"), Some("x")),
            (" class=a/b>x", Some("a/b"), Some("x")),
            (" class>x", Some(""), Some("x")),
            (r#" class="a" class="b">x"#, Some("a"), Some("x")),
            (r#" title=">" class=a>x"#, Some("a"), Some("x")),
            (r#" title="x"" class=a>x"#, Some("a"), Some("x")),
            (r#" title='"' class="a'b">x"#, Some("a'b"), Some("x")),
            (" =class=b>x", None, Some("x")),
            (" / class=a / >x", Some("a"), Some("x")),
            (r#" class="never closed>x"#, None, None),
            (" class", None, None),
        ] {
            let mut attributes = Attributes::default();
            let end = attributes.scan(tag.as_bytes(), 0);
            assert_eq!(end.map(|e| &tag[e..]), rest, "{tag}");
            let (from, to) = attributes.get(Name::Class);
            let got = attributes.has(Name::Class).then(|| &tag[from as usize..to as usize]);
            if rest.is_some() {
                assert_eq!(got, class, "{tag}");
            }
        }
    }

    #[test]
    fn a_slash_before_the_end_closes() {
        let mut attributes = Attributes::default();
        attributes.scan(b" a=b/>", 0);
        assert!(!attributes.self_closing, "part of an unquoted value");
        attributes.scan(b" a='b'/>", 0);
        assert!(attributes.self_closing);
    }
}
