//! WARC → messages, one a response record (ISO 28500). The HTTP head becomes the message's headers.

use std::collections::BTreeMap;
use std::io::{BufRead, Cursor, Read};

use bytes::Bytes;

use super::members::Damaged;
use super::{Entry, unreadable};
use crate::model::{Envelope, ParkReason, Rejection};

/// Longest line of a record's or response's head, in bytes.
const LINE_BYTES: u64 = 64 * 1024;
/// Most lines of one head.
const HEAD_LINES: usize = 500;

pub(super) fn records(
    name: String,
    from: impl BufRead,
    most: usize,
    base: u64,
) -> impl Iterator<Item = Entry> {
    let mut from = Input { ahead: Cursor::default(), from };
    let (mut at, mut ended, mut first) = (0u64, false, None);
    std::iter::from_fn(move || {
        while !ended {
            let here = format!("{name}@{at}");
            match record(&mut from, most, &mut at, first.take()) {
                Ok(Record::End) => return None,
                Ok(Record::Other) => {}
                Ok(Record::Response(envelope)) => {
                    return Some(Entry { name: here, read_to: base + at, envelope });
                }
                Err(e) => {
                    // A broken record costs itself; what cannot be read or unpacked ends the file.
                    let mut next = if goes_on(&e) { next_head(&mut from, &mut at) } else { Ok(None) };
                    while next.as_ref().is_err_and(goes_on) {
                        next = next_head(&mut from, &mut at);
                    }
                    match next {
                        Ok(Some(line)) => first = Some(line),
                        _ => ended = true,
                    }
                    return Some(unreadable(here, base + at, &e));
                }
            }
        }
        None
    })
}

fn goes_on(error: &std::io::Error) -> bool {
    error.get_ref().is_some_and(|e| e.is::<Broken>() || e.is::<Damaged>())
}

/// Bytes that were read too far, then the file.
struct Input<R> {
    ahead: Cursor<Vec<u8>>,
    from: R,
}

impl<R: BufRead> Read for Input<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.ahead.read(into)? {
            0 => self.from.read(into),
            n => Ok(n),
        }
    }
}

impl<R: BufRead> BufRead for Input<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if (self.ahead.position() as usize) < self.ahead.get_ref().len() {
            return self.ahead.fill_buf();
        }
        self.from.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if (self.ahead.position() as usize) < self.ahead.get_ref().len() {
            self.ahead.consume(n);
        } else {
            self.from.consume(n);
        }
    }
}

impl<R: BufRead> Input<R> {
    /// Gives back what was read past the head of a record that stands in `block`.
    fn give_back(&mut self, block: &[u8], at: &mut u64) {
        let Some(head) = memchr::memmem::find(block, b"\nWARC/1.") else { return };
        let mut ahead = block[head + 1..].to_vec();
        *at -= ahead.len() as u64;
        ahead.extend_from_slice(&self.ahead.get_ref()[self.ahead.position() as usize..]);
        self.ahead = Cursor::new(ahead);
    }
}

/// Reads up to the first line of the next record; no line is held longer than `LINE_BYTES`.
fn next_head(from: &mut impl BufRead, at: &mut u64) -> std::io::Result<Option<String>> {
    loop {
        let mut line = Vec::new();
        let n = from.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line)?;
        *at += n as u64;
        if n == 0 {
            return Ok(None);
        }
        if line.starts_with(b"WARC/") {
            return Ok(Some(String::from_utf8_lossy(line.trim_ascii_end()).into_owned()));
        }
    }
}

enum Record {
    Response(Result<Envelope, Rejection>),
    /// A request, metadata, a revisit: not a page.
    Other,
    End,
}

/// `first` is the record's first line where that was read already.
fn record<R: BufRead>(
    from: &mut Input<R>,
    most: usize,
    at: &mut u64,
    first: Option<String>,
) -> std::io::Result<Record> {
    let first = if let Some(first) = first {
        first
    } else {
        loop {
            match text_line(from, at)? {
                None => return Ok(Record::End),
                Some(line) if line.is_empty() => {}
                Some(line) => break line,
            }
        }
    };
    if !first.starts_with("WARC/") {
        return Err(bad(format!(
            "no WARC record: it begins with {:?}",
            first.chars().take(40).collect::<String>()
        )));
    }
    let head = head(from, at)?;
    let length = head.get("content-length").and_then(|l| l.parse::<u64>().ok());
    let length = length.ok_or_else(|| bad("a WARC record without a readable Content-Length".into()))?;
    let http = head.get("content-type").is_none_or(|t| t.starts_with("application/http"));
    if head.get("warc-type").map(String::as_str) != Some("response") || !http {
        skip(from, length, at)?;
        return Ok(Record::Other);
    }
    // Room for the HTTP head beside the largest body that may pass.
    let room = most as u64 + LINE_BYTES;
    let mut block = Vec::with_capacity(length.min(room).min(1 << 20) as usize);
    let kept = from.by_ref().take(length.min(room)).read_to_end(&mut block)? as u64;
    *at += kept;
    // A length that is too great runs into the next record.
    let ends_well = matches!(from.fill_buf()?.first(), None | Some(b'\r' | b'\n' | b'W'));
    if length <= room && (kept < length || !ends_well) {
        from.give_back(&block, at);
    }
    if length <= room && !ends_well {
        return Err(bad(format!("the record does not end where its length of {length} bytes says")));
    }
    if kept < length.min(room) {
        return Err(bad(format!("the record ends after {kept} of {length} bytes")));
    }
    if length > room {
        skip(from, length - kept, at)?;
        let detail = format!("{length} bytes, limits.message_bytes allows {most}");
        return Ok(Record::Response(Err(Rejection::park(ParkReason::LimitMessageBytes, detail))));
    }
    Ok(Record::Response(response(&head, &block)))
}

fn response(record: &BTreeMap<String, String>, block: &[u8]) -> Result<Envelope, Rejection> {
    let unreadable =
        |what: &str| Rejection::park(ParkReason::UnreadableEnvelope, format!("WARC response: {what}"));
    let mut from = block;
    let mut at = 0;
    let status = text_line(&mut from, &mut at).ok().flatten().unwrap_or_default();
    let code = status.split(' ').nth(1).and_then(|c| c.parse::<u16>().ok());
    let code = code.ok_or_else(|| unreadable("no HTTP status line"))?;
    let http = head(&mut from, &mut at).map_err(|e| unreadable(&e.to_string()))?;
    let chunked = http.get("transfer-encoding").is_some_and(|t| t.to_ascii_lowercase().contains("chunked"));
    let body = if chunked { dechunked(from) } else { from.to_vec() };
    let content_encoding = http.get("content-encoding").filter(|e| still_encoded(e, &body)).cloned();
    let mut headers = BTreeMap::from([("status".to_owned(), code.to_string())]);
    if let Some(url) = record.get("warc-target-uri") {
        headers.insert("url".to_owned(), url.trim_matches(['<', '>']).to_owned());
    }
    if let Some(date) = record.get("warc-date") {
        headers.insert("fetched_at".to_owned(), date.clone());
    }
    Ok(Envelope {
        payload: Bytes::from(body),
        content_type: Some(
            http.get("content-type").cloned().unwrap_or_else(|| "application/octet-stream".to_owned()),
        ),
        content_encoding,
        message_id: record.get("warc-record-id").map(|id| id.trim_matches(['<', '>']).to_owned()),
        headers,
        ..Envelope::default()
    })
}

/// Some crawlers undo the encoding and keep the header.
fn still_encoded(encoding: &str, body: &[u8]) -> bool {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => body.starts_with(&[0x1f, 0x8b]),
        "zstd" => body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]),
        "br" | "deflate" => std::str::from_utf8(body).is_err() && !body.trim_ascii_start().starts_with(b"<"),
        _ => false,
    }
}

/// RFC 9112, 7.1. What is not chunked as said is taken as it is: crawlers keep the header here as well.
fn dechunked(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let Some(end) = memchr::memmem::find(rest, b"\r\n") else { return body.to_vec() };
        let size = std::str::from_utf8(&rest[..end]).ok().map(|l| l.split(';').next().unwrap_or("").trim());
        let Some(size) = size.and_then(|s| usize::from_str_radix(s, 16).ok()) else { return body.to_vec() };
        rest = &rest[end + 2..];
        if size == 0 {
            return out;
        }
        let Some(chunk) = rest.get(..size) else {
            out.extend_from_slice(rest);
            return out;
        };
        out.extend_from_slice(chunk);
        rest = rest.get(size + 2..).unwrap_or(&[]);
    }
}

fn head(from: &mut impl BufRead, at: &mut u64) -> std::io::Result<BTreeMap<String, String>> {
    let mut head = BTreeMap::new();
    for _ in 0..HEAD_LINES {
        match text_line(from, at)? {
            None => return Ok(head),
            Some(line) if line.is_empty() => return Ok(head),
            Some(line) => {
                if let Some((name, value)) = line.split_once(':') {
                    head.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
                }
            }
        }
    }
    Err(bad(format!("a head of more than {HEAD_LINES} lines")))
}

fn text_line(from: &mut impl BufRead, at: &mut u64) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let n = from.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line)?;
    *at += n as u64;
    if n == 0 {
        return Ok(None);
    }
    if n as u64 == LINE_BYTES && line.last() != Some(&b'\n') {
        return Err(bad(format!("a head line of more than {LINE_BYTES} bytes")));
    }
    Ok(Some(String::from_utf8_lossy(line.trim_ascii_end()).into_owned()))
}

fn skip(from: &mut impl BufRead, bytes: u64, at: &mut u64) -> std::io::Result<()> {
    *at += std::io::copy(&mut from.by_ref().take(bytes), &mut std::io::sink())?;
    Ok(())
}

/// A record that is not as the format says.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Broken(String);

fn bad(what: String) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, Broken(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warc(kind: &str, block: &str) -> String {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://herald.example/a\r\nWARC-Date: 2026-03-31T08:00:00Z\r\nContent-Type: application/http; msgtype={kind}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    }

    #[test]
    fn responses_are_pages_and_all_else_is_passed_over() {
        let chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n5\r\n<p>ab\r\n3;x\r\ncde\r\n0\r\n\r\n";
        let text = [
            warc("warcinfo", "software: x"),
            warc("request", "GET / HTTP/1.1\r\n\r\n"),
            warc("response", chunked),
            warc("response", "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>gone"),
        ]
        .concat();
        let found: Vec<Entry> = records("w".into(), text.as_bytes(), 1000, 0).collect();
        let first = found[0].envelope.as_ref().unwrap();
        assert_eq!(&first.payload[..], b"<p>abcde");
        assert_eq!(first.content_encoding, None);
        assert_eq!(first.headers["url"], "https://herald.example/a");
        assert_eq!(first.headers["fetched_at"], "2026-03-31T08:00:00Z");
        assert_eq!(found[1].envelope.as_ref().unwrap().headers["status"], "404");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_broken_record_ends_the_file_with_a_reason() {
        for (text, word) in [
            ("nonsense\r\n".to_owned(), "no WARC record"),
            ("WARC/1.0\r\nWARC-Type: response\r\n\r\n".to_owned(), "Content-Length"),
            (
                warc("response", "HTTP/1.1 200 OK\r\n\r\nabc")
                    .replace("Content-Length: 22", "Content-Length: 90"),
                "ends after",
            ),
        ] {
            let found: Vec<Entry> = records("w".into(), text.as_bytes(), 1000, 0).collect();
            let error = found.last().unwrap().envelope.as_ref().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
    #[test]
    fn a_broken_record_costs_itself_alone() {
        let page = |word: &str| {
            warc("response", &format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{word}"))
        };
        let length = page("bad").lines().find(|l| l.starts_with("Content-Length")).unwrap().to_owned();
        for broken in [
            page("bad").replace("WARC/1.0", "WXRC/1.0"),
            page("bad").replace(&length, "Content-Length: many"),
            page("bad").replace(&length, "Content-Length: 9"),
            page("bad").replace(&length, "Content-Length: 300"),
            page("bad").replace(&length, "Content-Length: 99999"),
            "\u{1}\u{2} noise\r\nmore noise\r\n".repeat(50),
        ] {
            let text = [page("one"), broken.clone(), page("two"), page("three")].concat();
            let found: Vec<Entry> = records("w".into(), text.as_bytes(), 1_000_000, 0).collect();
            let bodies: Vec<&[u8]> =
                found.iter().filter_map(|e| e.envelope.as_ref().ok()).map(|e| &e.payload[..]).collect();
            for wanted in [b"<p>one".as_slice(), b"<p>two", b"<p>three"] {
                assert!(bodies.contains(&wanted), "{broken}: {bodies:?}");
            }
            assert!(found.iter().any(|e| e.envelope.is_err()), "{broken}: counted");
            assert!(found.len() <= 5, "{broken}");
        }
    }
}
