//! A message as lent by a transport: unopened bytes and the properties beside them.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::failure::Rejection;

/// One message, not yet read. `headers` holds only string-like headers, names in lower case.
#[derive(Debug, Clone, Default)]
pub struct Envelope {
    pub payload: Bytes,
    /// MIME type as stated by the sender, e.g. `application/json` or `text/html; charset=utf-8`.
    pub content_type: Option<String>,
    /// `gzip`, `br`, `zstd`, `deflate` or `identity`.
    pub content_encoding: Option<String>,
    pub message_id: Option<String>,
    pub headers: BTreeMap<String, String>,
    /// Where the message lay, for messages to a person: `pages.jsonl:7`.
    pub origin: Option<String>,
    /// Why the transport could not take the message whole: a line over the limit, a truncated file.
    pub flaw: Option<Rejection>,
}
