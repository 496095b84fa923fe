//! Tag names and what the HTML standard makes of them, as far as it decides text.

use std::sync::LazyLock;

/// Begins and ends a block of text.
pub const BLOCK: u16 = 1;
/// Has no content and no end tag.
pub const VOID: u16 = 2;
/// Its start tag ends an open `<p>`.
pub const CLOSES_P: u16 = 4;
/// "Special" in the standard: stray inline end tags do not reach beyond it.
pub const SPECIAL: u16 = 8;
/// Its text is not for reading (form controls, fallback content).
pub const SKIP: u16 = 16;
/// Raw text up to its end tag.
pub const RAW: u16 = 32;
/// End tags inside do not reach beyond it.
pub const SCOPE: u16 = 64;
/// Emphasis.
pub const EMPHASIS: u16 = 128;
/// May stand in the head.
pub const HEAD: u16 = 256;
/// Ends foreign content (SVG, MathML) by its start tag.
pub const BREAKOUT: u16 = 512;

const B: u16 = BLOCK | CLOSES_P | SPECIAL | BREAKOUT;
const CELL: u16 = BLOCK | SPECIAL;

macro_rules! tags {
    ($($name:ident $text:literal $flags:expr;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Tag { $($name,)* Custom, Unknown }
        impl Tag {
            pub const COUNT: usize = Tag::Unknown as usize + 1;
            const NAMES: &'static [(&'static str, Tag)] = &[$(($text, Tag::$name),)*];
            const FLAGS: [u16; Tag::COUNT] = [$($flags,)* SPECIAL, 0];
        }
    };
}

tags! {
    A "a" 0; Abbr "abbr" 0; Address "address" B; Annotation "annotation" SKIP;
    Applet "applet" SPECIAL | SKIP | SCOPE; Area "area" VOID | SPECIAL; Article "article" B; Aside "aside" B;
    Audio "audio" SKIP; Bold "b" EMPHASIS | BREAKOUT; Base "base" VOID | SPECIAL | HEAD;
    Blockquote "blockquote" B; Body "body" BLOCK | SPECIAL | BREAKOUT; Br "br" VOID | SPECIAL | BREAKOUT;
    Button "button" SPECIAL | SKIP; Canvas "canvas" SKIP; Caption "caption" CELL | SCOPE;
    Center "center" B; Code "code" BREAKOUT; Col "col" VOID | SPECIAL; Colgroup "colgroup" CELL;
    Datalist "datalist" SKIP; Dd "dd" CELL | BREAKOUT; Desc "desc" 0; Details "details" B & !BREAKOUT;
    Dialog "dialog" B & !BREAKOUT; Dir "dir" B; Div "div" B; Dl "dl" B; Dt "dt" CELL | BREAKOUT;
    Em "em" EMPHASIS | BREAKOUT; Embed "embed" VOID | SPECIAL | BREAKOUT; Fieldset "fieldset" B & !BREAKOUT;
    Figcaption "figcaption" B & !BREAKOUT; Figure "figure" B & !BREAKOUT; Footer "footer" B & !BREAKOUT;
    ForeignObject "foreignobject" 0; Form "form" B & !BREAKOUT; Frame "frame" VOID | SPECIAL;
    Frameset "frameset" SPECIAL;
    H1 "h1" B; H2 "h2" B; H3 "h3" B; H4 "h4" B; H5 "h5" B; H6 "h6" B; Head "head" BLOCK | SPECIAL | BREAKOUT;
    Header "header" B & !BREAKOUT; Hgroup "hgroup" B & !BREAKOUT;
    Hr "hr" BLOCK | VOID | CLOSES_P | SPECIAL | BREAKOUT; Html "html" BLOCK | SPECIAL | SCOPE;
    Italic "i" EMPHASIS | BREAKOUT; Iframe "iframe" BLOCK | RAW | SPECIAL; Image "image" VOID;
    Img "img" VOID | SPECIAL | BREAKOUT; Input "input" VOID | SPECIAL; Label "label" 0; Legend "legend" BLOCK;
    Li "li" CELL | BREAKOUT; Link "link" VOID | SPECIAL | HEAD; Listing "listing" B; Main "main" B & !BREAKOUT;
    Marquee "marquee" SPECIAL | SCOPE; Math "math" 0; Menu "menu" B; Meta "meta" VOID | SPECIAL | HEAD | BREAKOUT;
    Meter "meter" SKIP; Nav "nav" B & !BREAKOUT; Noembed "noembed" RAW | SPECIAL; Noframes "noframes" RAW | SPECIAL | HEAD;
    Noscript "noscript" SPECIAL | SKIP | HEAD; Object "object" SPECIAL | SKIP | SCOPE; Ol "ol" B;
    Optgroup "optgroup" BLOCK; Option "option" BLOCK; P "p" B; Param "param" VOID | SPECIAL; Picture "picture" 0;
    Plaintext "plaintext" B & !BREAKOUT; Pre "pre" B; Progress "progress" SKIP; Rp "rp" SKIP; Rt "rt" SKIP; Ruby "ruby" BREAKOUT;
    Script "script" RAW | SPECIAL | HEAD; Search "search" B & !BREAKOUT; Section "section" B & !BREAKOUT;
    Select "select" SPECIAL | SKIP; Source "source" VOID | SPECIAL; Span "span" BREAKOUT;
    Strong "strong" EMPHASIS | BREAKOUT; Style "style" RAW | SPECIAL | HEAD; Summary "summary" B & !BREAKOUT;
    Svg "svg" SKIP; Table "table" B | SCOPE; Tbody "tbody" CELL; Td "td" CELL | SCOPE;
    Template "template" SPECIAL | SKIP | SCOPE | HEAD; Textarea "textarea" RAW | SPECIAL; Tfoot "tfoot" CELL;
    Th "th" CELL | SCOPE; Thead "thead" CELL; Time "time" 0; Title "title" RAW | SPECIAL | HEAD; Tr "tr" CELL;
    Track "track" VOID | SPECIAL; Ul "ul" B; Video "video" SKIP; Wbr "wbr" VOID | SPECIAL; Xmp "xmp" BLOCK | RAW | SPECIAL | CLOSES_P;
}

impl Tag {
    /// The tag of a name in any case; `Custom` for a name with a hyphen.
    pub fn of(name: &[u8]) -> Tag {
        let Some(key) = pack(name) else {
            return if name.contains(&b'-') { Tag::Custom } else { Tag::Unknown };
        };
        let mut slot = hash(key);
        loop {
            match TABLE[slot] {
                (0, _) => break if name.contains(&b'-') { Tag::Custom } else { Tag::Unknown },
                (k, tag) if k == key => break tag,
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }

    pub fn is(self, flags: u16) -> bool {
        Self::FLAGS[self as usize] & flags != 0
    }

    /// White space in it is layout.
    pub fn is_preformatted(self) -> bool {
        matches!(self, Tag::Pre | Tag::Listing | Tag::Plaintext | Tag::Xmp)
    }

    /// Lower-case name; empty for `Custom` and `Unknown`.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).map_or("", |(name, _)| name)
    }

    pub fn is_heading(self) -> bool {
        matches!(self, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6)
    }
}

const SLOTS: usize = 1024;

static TABLE: LazyLock<[(u128, Tag); SLOTS]> = LazyLock::new(|| {
    let mut table = [(0, Tag::Unknown); SLOTS];
    for &(name, tag) in Tag::NAMES {
        if let Some(key) = pack(name.as_bytes()) {
            let mut slot = hash(key);
            while table[slot].0 != 0 {
                slot = (slot + 1) % SLOTS;
            }
            table[slot] = (key, tag);
        }
    }
    table
});

/// Lower-case bytes of a name of 1 to 16 bytes.
fn pack(name: &[u8]) -> Option<u128> {
    if name.is_empty() || name.len() > 16 {
        return None;
    }
    let mut bytes = [0u8; 16];
    for (slot, b) in bytes.iter_mut().zip(name) {
        *slot = b.to_ascii_lowercase();
    }
    Some(u128::from_le_bytes(bytes))
}

fn hash(key: u128) -> usize {
    let folded = key as u64 ^ (key >> 64) as u64;
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        for &(name, tag) in Tag::NAMES {
            assert_eq!(Tag::of(name.as_bytes()), tag);
            assert_eq!(Tag::of(name.to_uppercase().as_bytes()), tag);
        }
        assert_eq!(Tag::of(b"amp-img"), Tag::Custom);
        assert_eq!(Tag::of(b"a-name-of-more-than-sixteen-bytes"), Tag::Custom);
        assert_eq!(Tag::of(b"blink"), Tag::Unknown);
        assert_eq!(Tag::of(b""), Tag::Unknown);
    }
}
