//! Raw page → text: what it is, compression, charset, repair.

/// Which charset, by the WHATWG rules.
pub mod charset;
/// gzip, deflate, br and zstd, with caps.
pub mod inflate;

use std::borrow::Cow;

use bytes::Bytes;
use memchr::{memchr_iter, memmem};
use sha2::{Digest, Sha256};

use super::clean::repair::{repair, repair_html};
use super::html::source;
use super::open::essence;
use super::{Limits, PageIdentity};
use crate::model::article::Publisher;
use crate::model::page::{Media, RawBody, RawInfo, Repair};
use crate::model::{Budget, DecodedPage, Envelope, ParkReason, RawPage, Rejection, SkipReason};

/// Decodes a page whose body is at hand. A rejection carries what is known of the page.
pub fn decode(
    mut raw: RawPage,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<DecodedPage, (Rejection, Option<PageIdentity>)> {
    let url = raw.url.as_deref().and_then(parse_url);
    let site = url.as_ref().and_then(registrable_domain).or_else(|| raw.source.as_deref().map(source_site));
    let source_name = raw.source.as_deref().filter(|_| url.is_none()).and_then(source_name);
    let body = match std::mem::replace(&mut raw.body, RawBody::Text(String::new())) {
        RawBody::Text(text) => Held::Text(text),
        RawBody::Bytes(bytes) => Held::Bytes(bytes),
        RawBody::Reference(_) => {
            let detail = "the claim check was not fetched before decoding".to_owned();
            return Err((Rejection::park(ParkReason::BodyRefRefused, detail), None));
        }
    };
    let digest = Sha256::digest(body.bytes());
    let mut info = RawInfo {
        message_id: raw.message_id.clone(),
        page_key: page_key(&digest, raw.url.as_deref().or(raw.source.as_deref()), raw.scraper.as_deref()),
        sha256: hex(&digest),
        bytes: body.bytes().len() as u64,
        content_type: raw.content_type.as_deref().map(essence).unwrap_or_default(),
        encoding: "utf-8".to_owned(),
        scraper: raw.scraper.clone(),
        fetched_at: raw.fetched_at.clone(),
    };
    match text(&raw, body, &mut info, limits, budget) {
        Ok((media, text, charset, repairs)) => Ok(DecodedPage {
            media,
            text,
            charset,
            repairs,
            url,
            site,
            source_name,
            fetched_at: raw.fetched_at,
            received_at: raw.received_at,
            status: raw.status,
            hints: raw.hints,
            raw: info,
        }),
        Err(rejection) => {
            let url = url.map(|u| u.to_string()).or(raw.url);
            let source = publisher(site, source_name);
            Err((rejection, Some(PageIdentity { url, source, raw: info })))
        }
    }
}

/// What is known of a message that cannot be opened: its bytes are all that there is to find it by.
pub fn unopened(envelope: &Envelope) -> RawInfo {
    let digest = Sha256::digest(&envelope.payload);
    RawInfo {
        message_id: envelope.message_id.clone(),
        page_key: page_key(&digest, None, None),
        sha256: hex(&digest),
        bytes: envelope.payload.len() as u64,
        content_type: envelope.content_type.as_deref().map(essence).unwrap_or_default(),
        encoding: String::new(),
        scraper: None,
        fetched_at: None,
    }
}

/// A body at hand.
enum Held {
    Text(String),
    Bytes(Bytes),
}

impl Held {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

type Text = (Media, String, String, Vec<Repair>);

fn text(
    raw: &RawPage,
    body: Held,
    info: &mut RawInfo,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Text, Rejection> {
    let inflated = match raw.content_encoding.as_deref() {
        Some(encoding) if still_encoded(raw, encoding, body.bytes()) => {
            Some(inflate::inflate(body.bytes(), encoding, limits)?)
        }
        _ => None,
    };
    let body = match (body, inflated) {
        (Held::Bytes(_), Some(inflated)) => Held::Bytes(inflated.into()),
        (body, _) => body,
    };
    let bytes = body.bytes();
    if bytes.len() > limits.body_bytes {
        return Err(Rejection::park(
            ParkReason::LimitBodyBytes,
            format!("{} bytes, limits.body_bytes allows {}", bytes.len(), limits.body_bytes),
        ));
    }
    budget.draw(bytes.len() as u64, "decode")?;
    if bytes.trim_ascii().is_empty() {
        return Err(Rejection::skip(SkipReason::Empty, "the body is empty"));
    }
    if let Some(kind) = binary_magic(bytes) {
        return Err(Rejection::skip(SkipReason::NotText, format!("the body is {kind}")));
    }
    let stated = raw.content_type.as_deref();
    let (text, charset, replaced) = match body {
        Held::Text(text) => (text, "utf-8".to_owned(), false),
        Held::Bytes(bytes) => in_charset(bytes, stated),
    };
    info.encoding.clone_from(&charset);
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
        return Err(Rejection::skip(SkipReason::Empty, "the body is empty but for white space"));
    }
    if let Some(share) = control_share(&text) {
        let detail = format!("{:.0}% of its characters are control or replacement characters", share * 100.0);
        return Err(Rejection::skip(SkipReason::NotText, detail));
    }
    let media = media(&text, stated.map(essence).as_deref())?;
    info.content_type = match (media, info.content_type.as_str()) {
        (Media::Html, "application/xhtml+xml") => "application/xhtml+xml".to_owned(),
        (Media::Html, _) => "text/html".to_owned(),
        (Media::Text, _) => "text/plain".to_owned(),
    };
    let (repaired, mut repairs) = match media {
        Media::Html => repair_html(&text),
        Media::Text => repair(&text),
    };
    let repaired = match repaired {
        Cow::Owned(repaired) => Some(repaired),
        Cow::Borrowed(_) => None,
    };
    if replaced {
        repairs.push(Repair::InvalidBytes);
    }
    Ok((media, repaired.unwrap_or(text), charset, repairs))
}

/// Bytes as text; without a copy where they are UTF-8 and nobody else holds them.
fn in_charset(bytes: Bytes, stated: Option<&str>) -> (String, String, bool) {
    let label = stated.and_then(charset::label);
    let decoded = charset::decode(bytes.into(), label, stated.is_none_or(|t| essence(t) != "text/plain"));
    (decoded.text, decoded.charset.name().to_ascii_lowercase(), decoded.replaced)
}

/// Headers of a JSON message tell how the server sent the page, and the scraper may have undone it since.
fn still_encoded(raw: &RawPage, encoding: &str, bytes: &[u8]) -> bool {
    if raw.headers.is_empty() {
        return true;
    }
    match encoding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => bytes.starts_with(&[0x1f, 0x8b]),
        "zstd" => bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]),
        "deflate" => bytes.first() == Some(&0x78),
        "br" => std::str::from_utf8(bytes).is_err() && !bytes.trim_ascii_start().starts_with(b"<"),
        _ => false,
    }
}

fn media(text: &str, stated: Option<&str>) -> Result<Media, Rejection> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let head: String = start.chars().take(512).collect::<String>().to_ascii_lowercase();
    let xml = head.starts_with("<?xml") || head.starts_with("<rss") || head.starts_with("<feed");
    if xml && ["<rss", "<feed", "<urlset", "<sitemapindex", "<rdf:rdf"].iter().any(|tag| head.contains(tag)) {
        return Err(Rejection::skip(SkipReason::Feed, "the body is an XML feed or sitemap"));
    }
    let document = ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| head.starts_with(tag));
    let media = match stated {
        Some("text/html" | "application/xhtml+xml") if head.contains('<') || text.contains("</") => {
            Media::Html
        }
        Some("text/html" | "application/xhtml+xml") => Media::Text,
        _ if document => Media::Html,
        Some("text/plain" | "text/markdown") if source::is_fragment(text) => Media::Html,
        Some("text/plain" | "text/markdown") => Media::Text,
        Some(
            "application/json"
            | "application/ld+json"
            | "text/csv"
            | "application/rss+xml"
            | "application/atom+xml",
        ) => {
            return Err(Rejection::skip(
                SkipReason::Feed,
                format!("the body is {}", stated.unwrap_or_default()),
            ));
        }
        Some(other) if !matches!(other, "" | "application/octet-stream" | "application/xml" | "text/xml") => {
            return Err(Rejection::skip(
                SkipReason::NotText,
                format!("the body is {other}, neither HTML nor plain text"),
            ));
        }
        _ if looks_like_html(&head, text) => Media::Html,
        _ => Media::Text,
    };
    if media == Media::Text && matches!(start.as_bytes().first(), Some(b'{' | b'[')) {
        let json = serde_json::from_str::<serde::de::IgnoredAny>(start.trim_end()).is_ok();
        if json {
            return Err(Rejection::skip(SkipReason::Feed, "the body is JSON"));
        }
    }
    Ok(media)
}

fn looks_like_html(head: &str, text: &str) -> bool {
    let tags =
        ["<p", "<div", "<article", "<meta", "<script", "<title", "<h1", "<a href", "<br", "<table", "<!--"];
    head.starts_with('<') && tags.iter().any(|t| head.contains(t))
        || text.matches("</").take(20).count() == 20
}

/// Bytes in which a file that begins with letters shows that it is no text.
const MAGIC_HEAD: usize = 256;

fn binary_magic(bytes: &[u8]) -> Option<&'static str> {
    let table: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF file"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "a gzip file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"\x7fELF", "a program"),
        (b"OggS", "an Ogg file"),
        (b"ID3", "an MP3 file"),
        (b"RIFF", "a RIFF file"),
    ];
    let (magic, name) = table.iter().find(|(magic, _)| bytes.starts_with(magic))?;
    // A text may begin with the letters of some; their files have a zero before long.
    let head = &bytes[..bytes.len().min(MAGIC_HEAD)];
    let letters = magic.is_ascii() && !magic.starts_with(b"%") && !magic.starts_with(b"P");
    (!letters || memchr::memchr(0, head).is_some()).then_some(*name)
}

/// Bytes whose control characters are counted.
const CONTROLS_LOOKED_AT: usize = 256 * 1024;

/// The share of control and replacement characters where it is too high for text.
fn control_share(text: &str) -> Option<f32> {
    let bytes = &text.as_bytes()[..text.len().min(CONTROLS_LOOKED_AT)];
    // Sums of small chunks fit a byte, which lets the compiler count many at once.
    let count = |is: fn(u8) -> bool| -> usize {
        bytes.chunks(255).map(|c| usize::from(c.iter().map(|b| u8::from(is(*b))).sum::<u8>())).sum()
    };
    let mut bad = count(|b| b < 0x20 && !matches!(b, b'\n' | b'\r' | b'\t' | 0xc) || b == 0x7f);
    let mut all = bytes.len();
    if !bytes.is_ascii() {
        all = count(|b| !(0x80..0xc0).contains(&b));
        // U+0080 to U+009F but for the line end, and U+FFFD.
        let c1 = |at: usize| matches!(bytes.get(at + 1), Some(0x80..=0x84 | 0x86..=0x9f));
        bad += memchr_iter(0xc2, bytes).filter(|at| c1(*at) && !may_be_mojibake(&bytes[..*at])).count();
        bad += memmem::find_iter(bytes, "\u{fffd}").count();
    }
    let share = bad as f32 / all.max(1) as f32;
    (share > 0.02).then_some(share)
}

/// Whether a character from U+0080 to U+009F behind `before` may be a byte of UTF-8 that was read in another
/// charset, which repair makes whole: behind a letter from U+00C2 to U+00F4, or that and one or two more such bytes.
fn may_be_mojibake(before: &[u8]) -> bool {
    let mut rest = before;
    for more in 0..3 {
        match rest {
            [.., 0xc3, 0x82..=0x9f] => return more == 0,
            [.., 0xc3, 0xa0..=0xb4] => return true,
            // U+0080 to U+00BF, and what windows-1252 has in their place.
            [head @ .., 0xc2 | 0xc5 | 0xc6 | 0xcb, 0x80..=0xbf]
            | [head @ .., 0xe2, 0x80..=0x84, 0x80..=0xbf] => {
                rest = head;
            }
            _ => return false,
        }
    }
    false
}

/// A URL as scrapers write it: a missing scheme is https.
pub fn parse_url(text: &str) -> Option<url::Url> {
    let text = text.trim();
    let url = match url::Url::parse(text) {
        Ok(url) => Some(url),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let host = text.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or("");
            let rest = text.trim_start_matches('/');
            host.contains('.').then(|| url::Url::parse(&format!("https://{rest}")).ok()).flatten()
        }
        Err(_) => None,
    }?;
    let has_host = url.host_str().is_some_and(|h| h.chars().any(char::is_alphanumeric));
    (matches!(url.scheme(), "http" | "https") && has_host).then(|| without_user(url))
}

/// A name and password in an address are the scraper's, and nobody else's business.
fn without_user(mut url: url::Url) -> url::Url {
    if !url.username().is_empty() || url.password().is_some() {
        // These fail only where there is no host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    url
}

/// By the public suffix list; the host itself where the list has nothing to say.
pub fn registrable_domain(url: &url::Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    match url.host()? {
        url::Host::Domain(_) => Some(psl::domain_str(host).unwrap_or(host).to_ascii_lowercase()),
        _ => Some(host.to_owned()),
    }
}

/// `source` as a site: a domain is cut to its registrable part, a name is lowered and trimmed.
pub fn source_site(source: &str) -> String {
    let name = source.trim().to_lowercase();
    match parse_url(&name) {
        Some(url) if !name.contains(' ') => registrable_domain(&url).unwrap_or(name),
        _ => name,
    }
}

/// `source` as it is written, where it names a publisher and no domain.
fn source_name(source: &str) -> Option<String> {
    let site = source_site(source);
    let domain = site.contains('.') && !site.contains(char::is_whitespace);
    (!domain && !site.is_empty()).then(|| source.trim().to_owned())
}

/// Who published a page of which no more is known than its site.
pub fn publisher(site: Option<String>, name: Option<String>) -> Option<Publisher> {
    match name {
        Some(name) => Some(Publisher { name: Some(name), domain: None }),
        None => site.map(|domain| Publisher { name: None, domain: Some(domain) }),
    }
}

/// sha256 of the digest of the raw bytes, URL or source, and scraper, each with its length before it.
fn page_key(digest: &[u8], url_or_source: Option<&str>, scraper: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for part in [digest, url_or_source.unwrap_or("").as_bytes(), scraper.unwrap_or("").as_bytes()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Envelope;

    fn decoded(content_type: Option<&str>, body: &[u8]) -> Result<DecodedPage, Rejection> {
        let envelope = Envelope {
            payload: bytes::Bytes::copy_from_slice(body),
            content_type: Some(content_type.unwrap_or("application/octet-stream").to_owned()),
            ..Envelope::default()
        };
        let raw = crate::read::open::open(&envelope, &Limits::default())?;
        decode(raw, &Limits::default(), &mut Budget::new(1 << 20)).map_err(|(rejection, _)| rejection)
    }

    #[test]
    fn a_body_is_what_it_is_and_not_what_its_type_says() {
        for (content_type, body, media) in [
            (Some("text/html"), "<p>Hello</p>", Media::Html),
            (Some("text/plain"), "<!doctype html><p>Hello", Media::Html),
            (Some("text/html"), "Only words here.", Media::Text),
            (Some("text/plain"), "1 < 2 and 3 > 2", Media::Text),
            (Some("text/plain"), "<p>The wall held.</p>\n\n<p>Nobody was hurt.</p>", Media::Html),
            (None, "<div class=a><p>Hello</p></div>", Media::Html),
            (None, "Words.", Media::Text),
        ] {
            assert_eq!(decoded(content_type, body.as_bytes()).unwrap().media, media, "{body}");
        }
    }

    #[test]
    fn what_is_no_page_is_skipped_with_a_reason() {
        let noise: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let feed = br#"<?xml version="1.0"?><rss version="2.0"><channel/></rss>"#;
        let cases: &[(Option<&str>, &[u8], SkipReason)] = &[
            (Some("text/html"), b"%PDF-1.7 ...", SkipReason::NotText),
            (Some("text/html"), &noise, SkipReason::NotText),
            (Some("text/plain"), b"   \n\t ", SkipReason::Empty),
            (Some("text/plain"), b"\xef\xbb\xbf", SkipReason::Empty),
            (Some("text/plain"), b"\xc2\xa0 \xc2\xa0", SkipReason::Empty),
            (Some("text/html"), feed, SkipReason::Feed),
            (Some("text/plain"), br#"{"items": [1, 2]}"#, SkipReason::Feed),
            (Some("image/png"), b"whatever", SkipReason::NotText),
        ];
        for (content_type, body, expected) in cases {
            match decoded(*content_type, body) {
                Err(Rejection::Skip { reason, .. }) => assert_eq!(reason, *expected, "{content_type:?}"),
                other => panic!("{content_type:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_site_is_the_registrable_domain_or_the_source() {
        for (url, site) in [
            ("https://www.herald.example/a?b", "herald.example"),
            ("http://news.bbc.co.uk/1", "bbc.co.uk"),
            ("news.herald.example/a", "herald.example"),
            ("http://127.0.0.1:8080/", "127.0.0.1"),
            ("https://xn--zrich-kva.example/", "xn--zrich-kva.example"),
        ] {
            assert_eq!(parse_url(url).as_ref().and_then(registrable_domain).as_deref(), Some(site), "{url}");
        }
        for (source, site) in
            [("The Morning Star", "the morning star"), ("www.Herald.example", "herald.example")]
        {
            assert_eq!(source_site(source), site);
        }
        for (source, name) in [
            ("The Morning Star", Some("The Morning Star")),
            (" St. Aldate Post ", Some("St. Aldate Post")),
            ("Herald", Some("Herald")),
            ("www.Herald.example", None),
            ("https://herald.example/news", None),
            ("127.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(source_name(source).as_deref(), name, "{source}");
        }
        assert_eq!(parse_url("javascript:alert(1)"), None);
        assert_eq!(parse_url("no url"), None);
    }

    #[test]
    fn the_page_key_tells_parts_apart() {
        assert_ne!(page_key(b"ab", Some("c"), None), page_key(b"a", Some("bc"), None));
        assert_eq!(page_key(b"a", None, Some("s")), page_key(b"a", None, Some("s")));
    }
}
