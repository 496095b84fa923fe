//! JSON lines → messages. A line over the limit is rejected without being held, and the next is read.

use std::io::BufRead;

use bytes::Bytes;

use super::{Entry, unreadable};
use crate::model::{Envelope, ParkReason, Rejection};

pub(super) fn lines(
    name: String,
    mut from: impl BufRead,
    most: usize,
    base: u64,
) -> impl Iterator<Item = Entry> {
    let (mut number, mut read, mut ended) = (0u64, base, false);
    std::iter::from_fn(move || {
        while !ended {
            number += 1;
            let here = format!("{name}:{number}");
            match line(&mut from, most) {
                Ok(None) => return None,
                Ok(Some(line)) => {
                    read += line.bytes;
                    if line.bytes as usize > most + 1 {
                        let detail = format!("{} bytes, limits.message_bytes allows {most}", line.bytes);
                        let rejection = Rejection::park(ParkReason::LimitMessageBytes, detail);
                        return Some(Entry { name: here, read_to: read, envelope: Err(rejection) });
                    }
                    if line.kept.trim_ascii().is_empty() {
                        continue;
                    }
                    let envelope = Envelope {
                        payload: Bytes::from(line.kept),
                        content_type: Some("application/json".to_owned()),
                        ..Envelope::default()
                    };
                    return Some(Entry { name: here, read_to: read, envelope: Ok(envelope) });
                }
                Err(e) => {
                    ended = true;
                    return Some(unreadable(here, read, &e));
                }
            }
        }
        None
    })
}

struct Line {
    /// At most one byte more than the limit.
    kept: Vec<u8>,
    /// Of the whole line, its end included.
    bytes: u64,
}

fn line(from: &mut impl BufRead, most: usize) -> std::io::Result<Option<Line>> {
    let mut line = Line { kept: Vec::new(), bytes: 0 };
    loop {
        let buffer = from.fill_buf()?;
        if buffer.is_empty() {
            return Ok((line.bytes > 0).then_some(line));
        }
        let end = memchr::memchr(b'\n', buffer);
        let (text, used) = match end {
            Some(at) => (&buffer[..at], at + 1),
            None => (buffer, buffer.len()),
        };
        let room = (most + 1).saturating_sub(line.kept.len());
        line.kept.extend_from_slice(&text[..text.len().min(room)]);
        line.bytes += used as u64;
        from.consume(used);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}
