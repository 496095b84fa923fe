//! Which charset a page is in, by the rules of the WHATWG Encoding and HTML standards: byte order mark,
//! HTTP header, `<meta>` prescan, then detection; bytes that are UTF-8, whole or damaged, are read as that.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that the `<meta>` prescan looks at (HTML standard, 13.2.3.2).
const PRESCAN: usize = 1024;
/// Bytes that detection looks at, and how many of them stand before the first that tells anything.
const DETECT: usize = 64 * 1024;
const DETECT_BEFORE: usize = 1024;
/// Characters that are UTF-8 by chance are fewer.
const CHANCE: usize = 8;

/// Text and the charset it was read in, and whether bytes had to be replaced.
pub struct Decoded {
    pub text: String,
    pub charset: &'static Encoding,
    pub replaced: bool,
}

/// Decodes a page, without a copy where it is UTF-8. `label` is the charset that the HTTP header states.
pub fn decode(bytes: Vec<u8>, label: Option<&str>, html: bool) -> Decoded {
    if let Some((charset, bom)) = Encoding::for_bom(&bytes) {
        return decode_in(charset, &bytes[bom..]);
    }
    let stated = label
        .and_then(|l| Encoding::for_label(l.as_bytes()))
        // Markup in UTF-16 has a zero in every second byte.
        .filter(|charset| *charset != UTF_16LE && *charset != UTF_16BE || memchr::memchr(0, &bytes).is_some())
        .or_else(|| html.then(|| prescan(&bytes)).flatten());
    match String::from_utf8(bytes) {
        // A page that says otherwise and is valid UTF-8 beyond ASCII is UTF-8: chance does not write that,
        // in Latin-1 or in GBK.
        Ok(text) => match stated.filter(|charset| *charset != UTF_8 && text.is_ascii()) {
            Some(charset) => decode_in(charset, text.as_bytes()),
            None => Decoded { text, charset: UTF_8, replaced: false },
        },
        Err(error) => {
            let bytes = error.as_bytes();
            let (valid, invalid) = utf8_sequences(bytes);
            let mostly = invalid * 10 <= valid + invalid;
            let charset = match stated {
                // A damaged or cut character does not make another charset of a page.
                _ if mostly && valid >= CHANCE => UTF_8,
                Some(charset) if charset != UTF_8 || mostly => charset,
                _ => detect(bytes),
            };
            decode_in(charset, bytes)
        }
    }
}

fn decode_in(charset: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, replaced) = charset.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), charset, replaced }
}

/// The `charset` parameter of a content type.
pub fn label(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// By frequencies, for bytes that are no UTF-8: from the first beyond ASCII on.
fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let from = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0).saturating_sub(DETECT_BEFORE);
    let head = &bytes[from..bytes.len().min(from + DETECT)];
    detector.feed(head, from + head.len() == bytes.len());
    detector.guess(None, Utf8Detection::Deny)
}

/// Characters beyond ASCII, and sequences that are none.
fn utf8_sequences(bytes: &[u8]) -> (usize, usize) {
    let (mut valid, mut invalid) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        if !chunk.valid().is_ascii() {
            valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        }
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    (valid, invalid)
}

/// Finds `<meta charset>`, `<meta http-equiv content>` or the XML declaration in the first bytes.
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(PRESCAN)];
    let head = head.to_ascii_lowercase();
    if head.starts_with(b"<?xml") {
        let end = memchr::memmem::find(&head, b"?>").unwrap_or(head.len());
        if let Some(found) = after(&head[..end], b"encoding") {
            return ascii_compatible(found);
        }
    }
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &head[at..]) {
        at += open + 1;
        let rest = &head[at..];
        if rest.starts_with(b"!--") {
            at += memchr::memmem::find(rest, b"-->").unwrap_or(rest.len());
        } else if rest.starts_with(b"meta") {
            let tag = &rest[..memchr::memchr(b'>', rest).unwrap_or(rest.len())];
            if let Some(found) = after(tag, b"charset").and_then(ascii_compatible) {
                return Some(found);
            }
        }
    }
    None
}

/// The value after `name=`, quotes and white space aside.
fn after<'a>(within: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = &within[memchr::memmem::find(within, name)? + name.len()..];
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest
        .iter()
        .position(|b| matches!(b, b'"' | b'\'' | b';' | b' ' | b'/' | b'>' | b'?'))
        .unwrap_or(rest.len());
    Some(&rest[..end])
}

/// A page that could say so in ASCII is not in UTF-16.
fn ascii_compatible(label: &[u8]) -> Option<&'static Encoding> {
    let charset = Encoding::for_label(label)?;
    if charset == UTF_16LE || charset == UTF_16BE {
        Some(UTF_8)
    } else if charset == encoding_rs::X_USER_DEFINED {
        Some(WINDOWS_1252)
    } else {
        Some(charset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_is_found_where_the_standard_says() {
        let russian = encoding_rs::WINDOWS_1251.encode("<meta charset=windows-1251><p>Москва").0.into_owned();
        let by_content = b"<meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'>".to_vec();
        let commented = b"<!-- <meta charset=koi8-r> --><meta charset=\"iso-8859-2\">".to_vec();
        let xml = b"<?xml version='1.0' encoding='windows-1250'?><html>".to_vec();
        for (bytes, header, charset) in [
            (russian.clone(), None, "windows-1251"),
            (russian, Some("koi8-r"), "KOI8-R"),
            (by_content, None, "Shift_JIS"),
            (commented, None, "ISO-8859-2"),
            (xml, None, "windows-1250"),
            (b"<meta charset=utf-16>".to_vec(), None, "UTF-8"),
            (b"\xef\xbb\xbfabc".to_vec(), Some("windows-1251"), "UTF-8"),
            (b"\xff\xfea\0b\0".to_vec(), None, "UTF-16LE"),
            ("Überschrift".as_bytes().to_vec(), Some("iso-8859-1"), "UTF-8"),
            ("Съёмка началась в марте, но при\u{44f}".as_bytes()[..54].to_vec(), None, "UTF-8"),
            ([&b"\xe9 "[..], "市議会は橋の閉鎖を決定した".as_bytes()].concat(), Some("iso-8859-1"), "UTF-8"),
            (b"<p>plain words".to_vec(), Some("utf-16"), "UTF-8"),
            (b"caf\xe9 cr\xe8me, d\xe9j\xe0 vu, \xe9t\xe9".to_vec(), Some("utf-8"), "windows-1252"),
        ] {
            let found = decode(bytes.clone(), header, true).charset.name();
            assert_eq!(found, charset, "{:?} {header:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn undeclared_bytes_are_detected() {
        let text = "В Москве открылась выставка работ молодых художников, сообщили организаторы";
        let bytes = encoding_rs::WINDOWS_1251.encode(text).0;
        assert_eq!(decode(bytes.to_vec(), None, false).text, text);
    }

    #[test]
    fn a_label_is_read_from_a_content_type() {
        for (content_type, found) in [
            ("text/html; charset=\"utf-8\"", Some("utf-8")),
            ("text/html;Charset=koi8-r; x=y", Some("koi8-r")),
            ("text/html", None),
        ] {
            assert_eq!(label(content_type), found);
        }
    }
}
