//! Message → raw page: JSON, or the page itself with headers. What is neither is rejected with the field that is
//! wrong and what would be right.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::Limits;
use super::decode::inflate;
use super::json::surrogates;
use crate::model::page::{BodyRef, Hints, RawBody};
use crate::model::{Envelope, ParkReason, RawPage, Rejection};

/// Longest of the short fields (`id`, `source`, `scraper`, …), in bytes.
const FIELD_BYTES: usize = 1024;
/// Longest URL, in bytes.
const URL_BYTES: usize = 8 * 1024;
/// Most HTTP headers that are looked at.
const HEADERS: usize = 200;

/// Opens a message: JSON (form 1) or the page itself with its fields as headers (form 2).
pub fn open(envelope: &Envelope, limits: &Limits) -> Result<RawPage, Rejection> {
    if let Some(flaw) = &envelope.flaw {
        return Err(flaw.clone());
    }
    let bytes = envelope.payload.len();
    if bytes > limits.message_bytes {
        return Err(Rejection::park(
            ParkReason::LimitMessageBytes,
            format!("{bytes} bytes, limits.message_bytes allows {}", limits.message_bytes),
        ));
    }
    let kind = envelope.content_type.as_deref().map(essence);
    match kind.as_deref() {
        Some("application/json") => from_json(envelope, limits),
        Some(kind) if kind.starts_with("application/") && kind.ends_with("+json") => {
            Err(unreadable(format!("content_type {kind} is no raw page; send application/json")))
        }
        None if looks_like_message(&envelope.payload) => from_json(envelope, limits),
        _ => from_headers(envelope),
    }
}

/// The MIME type without its parameters, in lower case.
pub fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn unreadable(detail: impl Into<String>) -> Rejection {
    Rejection::park(ParkReason::UnreadableEnvelope, detail)
}

fn looks_like_message(payload: &[u8]) -> bool {
    payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload).trim_ascii_start().first() == Some(&b'{')
}

/// A raw page as JSON. Exactly one of `body`, `body_base64` and `body_ref`; every other field may be absent.
#[derive(Deserialize, schemars::JsonSchema)]
#[schemars(title = "Raw page")]
pub struct Message {
    /// The scraper's own name for the message, a number too; else the broker's `message_id` serves.
    #[serde(default, deserialize_with = "name_or_number")]
    id: Option<String>,
    /// The URL asked for or arrived at.
    url: Option<String>,
    /// The site, where there is no URL: a name or a domain.
    source: Option<String>,
    /// Which scraper or extractor made it.
    scraper: Option<String>,
    /// RFC 3339. Never taken for a date of publication.
    fetched_at: Option<String>,
    /// HTTP status.
    #[serde(default, deserialize_with = "status")]
    status: Option<u16>,
    /// HTTP response headers.
    headers: Option<BTreeMap<String, Option<HeaderValue>>>,
    /// `text/html`, `application/xhtml+xml` or `text/plain`; found out where it is absent.
    content_type: Option<String>,
    /// The page as text.
    body: Option<String>,
    /// The page's bytes in base64.
    body_base64: Option<String>,
    body_ref: Option<BodyRef>,
    hints: Option<MessageHints>,
}

/// Scrapers give a header as text, or as a list where it came several times.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(untagged, expecting = "expected a header's value as text, a list of texts, or a number")]
enum HeaderValue {
    One(String),
    Many(Vec<String>),
    Number(serde_json::Number),
}

/// What a feed said of the page: evidence, never truth.
#[derive(Deserialize, Default, schemars::JsonSchema)]
struct MessageHints {
    title: Option<String>,
    published_at: Option<String>,
    #[serde(default)]
    authors: Authors,
    language: Option<String>,
}

#[derive(Deserialize, Default, schemars::JsonSchema)]
#[serde(untagged, expecting = "expected hints.authors as text or a list of texts")]
enum Authors {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

/// Scrapers number their messages, and give the status as they found it in a log.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected text or a number")]
enum TextOrNumber {
    Text(String),
    Number(serde_json::Number),
}

fn name_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<TextOrNumber>::deserialize(from)?.map(|value| match value {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    }))
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let Some(word) = name_or_number(from)?.filter(|word| !word.trim().is_empty()) else { return Ok(None) };
    let status =
        word.trim().parse().map_err(|_| D::Error::custom(format!("status: {word:?} is no HTTP status")))?;
    Ok(Some(status))
}

fn from_json(envelope: &Envelope, limits: &Limits) -> Result<RawPage, Rejection> {
    let inflated;
    let payload: &[u8] = match envelope.content_encoding.as_deref() {
        Some(encoding) => {
            inflated = inflate::inflate(&envelope.payload, encoding, limits)?;
            &inflated
        }
        None => &envelope.payload,
    };
    let payload = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload);
    if !looks_like_message(payload) {
        let what = match serde_json::from_slice::<IgnoredAny>(payload) {
            _ if payload.trim_ascii().is_empty() => "is empty".to_owned(),
            Ok(_) => "is no object".to_owned(),
            Err(error) => format!("is no JSON in UTF-8: {error}"),
        };
        return Err(unreadable(format!("the JSON message {what}; see `copydesk schema raw-page`")));
    }
    let m: Message = parsed(payload).map_err(|e| {
        unreadable(format!("the JSON message cannot be read: {e}; see `copydesk schema raw-page`"))
    })?;
    let body = match (m.body, m.body_base64, m.body_ref) {
        (Some(text), None, None) => RawBody::Text(text),
        (None, Some(coded), None) => RawBody::Bytes(from_base64(&coded)?),
        (None, None, Some(reference)) => RawBody::Reference(checked_reference(reference)?),
        (None, None, None) => {
            return Err(unreadable("no body: exactly one of body, body_base64, body_ref is needed"));
        }
        _ => return Err(unreadable("several bodies: exactly one of body, body_base64, body_ref is needed")),
    };
    let headers = m.headers.unwrap_or_default().into_iter().take(HEADERS).filter_map(|(name, value)| {
        let value = match value? {
            HeaderValue::One(v) => v,
            HeaderValue::Many(all) => all.join(", "),
            HeaderValue::Number(n) => n.to_string(),
        };
        Some((name.to_ascii_lowercase(), value))
    });
    let headers: BTreeMap<String, String> = headers.collect();
    let hints = m.hints.unwrap_or_default();
    let authors = match hints.authors {
        Authors::None => Vec::new(),
        Authors::One(name) => vec![name],
        Authors::Many(names) => names.into_iter().take(50).collect(),
    };
    // A body that came as bytes may still be as the server sent it.
    let content_encoding = match &body {
        RawBody::Text(_) => None,
        _ => headers.get("content-encoding").filter(|e| !e.trim().is_empty()).cloned(),
    };
    Ok(RawPage {
        message_id: short("id", m.id)?.or(short("message_id", envelope.message_id.clone())?),
        url: bounded("url", m.url, URL_BYTES)?,
        source: short("source", m.source)?,
        scraper: short("scraper", m.scraper)?,
        fetched_at: checked_time(m.fetched_at)?,
        received_at: None,
        status: m.status,
        content_type: short("content_type", m.content_type)?.or_else(|| headers.get("content-type").cloned()),
        headers,
        content_encoding,
        body,
        hints: Hints {
            title: bounded("hints.title", hints.title, URL_BYTES)?,
            published_at: short("hints.published_at", hints.published_at)?,
            authors,
            language: short("hints.language", hints.language)?,
        },
    })
}

/// Half an emoji at the cut end of a text is no reason to park the page.
fn parsed(payload: &[u8]) -> serde_json::Result<Message> {
    match (serde_json::from_slice(payload), std::str::from_utf8(payload)) {
        (Err(error), Ok(text)) => match surrogates::mended(text) {
            Cow::Owned(text) => serde_json::from_str(&text),
            Cow::Borrowed(_) => Err(error),
        },
        (read, _) => read,
    }
}

fn from_headers(envelope: &Envelope) -> Result<RawPage, Rejection> {
    let h = |name: &str| envelope.headers.get(name).filter(|v| !v.is_empty()).cloned();
    let status = match h("status") {
        Some(word) => Some(
            word.parse::<u16>()
                .map_err(|_| unreadable(format!("header status: {word:?} is no HTTP status")))?,
        ),
        None => None,
    };
    let authors = h("hints.authors").map(|all| all.split(';').map(|a| a.trim().to_owned()).collect());
    Ok(RawPage {
        message_id: short("id", h("id"))?.or(short("message_id", envelope.message_id.clone())?),
        url: bounded("url", h("url"), URL_BYTES)?,
        source: short("source", h("source"))?,
        scraper: short("scraper", h("scraper"))?,
        fetched_at: checked_time(h("fetched_at"))?,
        received_at: None,
        status,
        headers: BTreeMap::new(),
        content_type: short("content_type", envelope.content_type.clone())?,
        content_encoding: envelope.content_encoding.clone(),
        body: RawBody::Bytes(envelope.payload.clone()),
        hints: Hints {
            title: bounded("hints.title", h("hints.title"), URL_BYTES)?,
            published_at: short("hints.published_at", h("hints.published_at"))?,
            authors: authors.unwrap_or_default(),
            language: short("hints.language", h("hints.language"))?,
        },
    })
}

fn from_base64(coded: &str) -> Result<Bytes, Rejection> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let mut compact = coded.as_bytes().to_vec();
    compact.retain(|b| !b.is_ascii_whitespace());
    let bytes = LENIENT.decode(compact).map_err(|e| unreadable(format!("body_base64 is no base64: {e}")))?;
    Ok(Bytes::from(bytes))
}

fn checked_reference(mut reference: BodyRef) -> Result<BodyRef, Rejection> {
    reference.sha256.make_ascii_lowercase();
    if reference.sha256.len() != 64 || !reference.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(unreadable("body_ref.sha256 must be 64 hexadecimal digits"));
    }
    if reference.uri.len() > URL_BYTES {
        return Err(unreadable(format!("body_ref.uri is longer than {URL_BYTES} bytes")));
    }
    Ok(reference)
}

fn checked_time(stamp: Option<String>) -> Result<Option<String>, Rejection> {
    let Some(stamp) = short("fetched_at", stamp)? else { return Ok(None) };
    match stamp.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(Some(stamp)),
        Err(_) => {
            Err(unreadable(format!("fetched_at: {stamp:?} is not RFC 3339, e.g. 2026-03-31T08:15:00Z")))
        }
    }
}

fn short(name: &'static str, value: Option<String>) -> Result<Option<String>, Rejection> {
    bounded(name, value, FIELD_BYTES)
}

fn bounded(name: &'static str, value: Option<String>, most: usize) -> Result<Option<String>, Rejection> {
    match value {
        Some(v) if v.len() > most => {
            Err(unreadable(format!("{name} is {} bytes long, at most {most} are taken", v.len())))
        }
        Some(v) if v.trim().is_empty() => Ok(None),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Envelope {
        Envelope {
            payload: Bytes::copy_from_slice(text.as_bytes()),
            content_type: Some("application/json".into()),
            ..Envelope::default()
        }
    }

    fn reason(envelope: &Envelope) -> String {
        match open(envelope, &Limits::default()) {
            Err(Rejection::Park { reason, detail }) => format!("{reason}: {detail}"),
            other => panic!("expected a parked message, got {other:?}"),
        }
    }

    #[test]
    fn a_header_without_a_value_is_no_header() {
        let page = open(&json(r#"{"body": "a", "headers": {"ETag": null, "Age": 3}}"#), &Limits::default());
        let headers = page.expect("a page").headers;
        assert_eq!(headers.into_iter().collect::<Vec<_>>(), [("age".to_owned(), "3".to_owned())]);
    }

    #[test]
    fn a_bad_message_is_parked_with_the_field_that_is_wrong() {
        for (message, word) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("body=x", "no JSON in UTF-8: expected value at line 1 column 1"),
            ("\u{0}{\u{0}}", "no JSON"),
            ("[]", "no object"),
            ("{\"body\": ", "EOF"),
            ("{}", "no body"),
            (r#"{"body": "a", "body_base64": "YQ=="}"#, "several bodies"),
            (r#"{"body": 5}"#, "invalid type: integer"),
            (r#"{"body_base64": "%%"}"#, "no base64"),
            (r#"{"body": "a", "fetched_at": "yesterday"}"#, "fetched_at"),
            (r#"{"body": "a", "status": 70000}"#, "70000"),
            (r#"{"body": "a", "status": "fine"}"#, "no HTTP status"),
            (r#"{"body": "a", "id": true}"#, "expected text or a number"),
            (r#"{"body": "a", "headers": {"etag": {}}}"#, "expected a header's value"),
            (r#"{"body": "a", "hints": {"authors": 5}}"#, "expected hints.authors"),
            (r#"{"body_ref": {"uri": "file:///x", "sha256": "12", "bytes": 1}}"#, "64 hexadecimal"),
            ("{\"body\": \"\u{0}", "control character"),
        ] {
            let said = reason(&json(message));
            assert!(said.starts_with("unreadable_envelope") && said.contains(word), "{message}: {said}");
        }
    }

    #[test]
    fn a_number_for_a_name_and_a_status_as_text_are_taken() {
        let page = open(&json(r#"{"id": 5, "body": "a", "status": " 200 "}"#), &Limits::default()).unwrap();
        assert_eq!((page.message_id.as_deref(), page.status), (Some("5"), Some(200)));
        let page = open(&json(r#"{"id": null, "body": "a", "status": null}"#), &Limits::default()).unwrap();
        assert_eq!((page.message_id, page.status), (None, None));
    }

    #[test]
    fn the_message_id_of_the_broker_serves_where_the_field_is_absent() {
        let mut envelope = json(r#"{"body": "text"}"#);
        envelope.message_id = Some("m-1".into());
        assert_eq!(open(&envelope, &Limits::default()).unwrap().message_id.as_deref(), Some("m-1"));
        let mut envelope = json(r#"{"id": "own", "body": "text"}"#);
        envelope.message_id = Some("m-1".into());
        assert_eq!(open(&envelope, &Limits::default()).unwrap().message_id.as_deref(), Some("own"));
    }

    #[test]
    fn the_second_form_takes_its_fields_from_headers() {
        let headers = [("url", "https://herald.example/a"), ("scraper", "s1"), ("status", "200")];
        let envelope = Envelope {
            payload: Bytes::from_static(b"<p>Hello"),
            content_type: Some("text/html; charset=koi8-r".into()),
            content_encoding: Some("gzip".into()),
            headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..Envelope::default()
        };
        let page = open(&envelope, &Limits::default()).unwrap();
        assert_eq!(page.url.as_deref(), Some("https://herald.example/a"));
        assert_eq!((page.status, page.content_encoding.as_deref()), (Some(200), Some("gzip")));
        assert_eq!(page.content_type.as_deref(), Some("text/html; charset=koi8-r"));
    }

    #[test]
    fn a_message_without_a_type_that_begins_with_a_brace_is_json() {
        let envelope = Envelope { payload: Bytes::from_static(b" {\"body\": \"x\"}"), ..Envelope::default() };
        assert!(matches!(open(&envelope, &Limits::default()).unwrap().body, RawBody::Text(_)));
    }

    #[test]
    fn a_byte_order_mark_and_half_an_emoji_park_nothing() {
        for message in ["\u{feff}{\"body\": \"text\"}", r#"{"body": "cut \ud83d"}"#] {
            let page = open(&json(message), &Limits::default()).unwrap();
            assert!(matches!(page.body, RawBody::Text(_)), "{message}");
        }
    }

    #[test]
    fn a_message_over_the_limit_is_parked_unread() {
        let limits = Limits { message_bytes: 10, ..Limits::default() };
        let error = open(&json(r#"{"body": "more than ten bytes"}"#), &limits).unwrap_err();
        assert!(matches!(error, Rejection::Park { reason: ParkReason::LimitMessageBytes, .. }));
    }
}
