//! What a store holds as JSON lines: for backups, and to move from one home to the other. Readable
//! where a person wants to look; complete in the encoded record beside it.

use std::io::{BufRead, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::{ArticleRecord, Entry, Id, PageOutcome, STORE_FORMAT, Store, StoreError, StoryEntry};

/// Entries that are read or written in one step.
const BATCH: usize = 500;
/// Longest line that an import reads.
const MAX_LINE_BYTES: usize = 64 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The first line.
    Store {
        format: u32,
    },
    Article {
        id: String,
        version: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        site: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        headline: Option<String>,
        record: String,
    },
    Page {
        key: String,
        outcome: String,
    },
    Site {
        site: String,
        memory: String,
    },
    Story {
        title: String,
        entry: String,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("line {line}: {why}")]
    Line { line: u64, why: String },
    #[error("the export cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

/// Writes everything; returns the number of entries.
pub async fn export(store: &impl Store, out: &mut impl Write) -> Result<u64, TransferError> {
    write_line(out, &Line::Store { format: STORE_FORMAT })?;
    let (mut cursor, mut written) = (None, 0);
    loop {
        let (entries, next) = store.export(cursor, BATCH).await?;
        for entry in &entries {
            write_line(out, &Line::from(entry))?;
        }
        written += entries.len() as u64;
        cursor = next;
        if cursor.is_none() {
            out.flush()?;
            return Ok(written);
        }
    }
}

/// Reads an export; returns how many entries were read and how many of them were new.
pub async fn import(store: &impl Store, input: &mut impl BufRead) -> Result<(u64, u64), TransferError> {
    let (mut read, mut new, mut number) = (0, 0, 0);
    let mut batch = Vec::with_capacity(BATCH);
    let mut text = Vec::new();
    loop {
        text.clear();
        number += 1;
        let length = std::io::Read::take(&mut *input, MAX_LINE_BYTES as u64).read_until(b'\n', &mut text)?;
        if length > 0 {
            let wrong = |why: String| TransferError::Line { line: number, why };
            let line: Line = serde_json::from_slice(&text)
                .map_err(|e| wrong(format!("is no line of a store's export: {e}")))?;
            match (number, line) {
                (1, Line::Store { format }) if format <= STORE_FORMAT => {}
                (1, Line::Store { format }) => {
                    return Err(StoreError::Format { found: format, known: STORE_FORMAT }.into());
                }
                (1, _) => return Err(wrong("an export begins with its format".into())),
                (_, line) => batch.push(line.entry().map_err(wrong)?),
            }
        }
        if batch.len() == BATCH || (length == 0 && !batch.is_empty()) {
            read += batch.len() as u64;
            new += store.import(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).await? as u64;
        }
        if length == 0 {
            return Ok((read, new));
        }
    }
}

fn write_line(out: &mut impl Write, line: &Line) -> Result<(), TransferError> {
    serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

impl From<&Entry> for Line {
    fn from(entry: &Entry) -> Self {
        match entry {
            Entry::Article(record) => Self::Article {
                id: record.article_id.to_string(),
                version: record.version,
                site: record.site.clone(),
                headline: record.headline.clone(),
                record: BASE64.encode(record.encode()),
            },
            Entry::Page { page, outcome } => {
                Self::Page { key: page.to_string(), outcome: BASE64.encode(outcome.encode()) }
            }
            Entry::Site { site, bytes } => Self::Site { site: site.clone(), memory: BASE64.encode(bytes) },
            Entry::Story(story) => {
                Self::Story { title: story.title.clone(), entry: BASE64.encode(story.encode()) }
            }
        }
    }
}

impl Line {
    fn entry(self) -> Result<Entry, String> {
        let bytes = |text: &str| BASE64.decode(text).map_err(|e| format!("is not base64: {e}"));
        let corrupt = |e: StoreError| e.to_string();
        match self {
            Self::Store { .. } => Err("the format stands in the first line alone".into()),
            Self::Article { record, .. } => {
                Ok(Entry::Article(Box::new(ArticleRecord::decode(&bytes(&record)?).map_err(corrupt)?)))
            }
            Self::Page { key, outcome } => Ok(Entry::Page {
                page: Id::from_hex(&key).ok_or_else(|| format!("{key:?} is no page key"))?,
                outcome: PageOutcome::decode(&bytes(&outcome)?).map_err(corrupt)?,
            }),
            Self::Site { site, memory } => Ok(Entry::Site { site, bytes: bytes(&memory)? }),
            Self::Story { entry, .. } => {
                Ok(Entry::Story(StoryEntry::decode(&bytes(&entry)?).map_err(corrupt)?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::EmbeddedStore;

    #[tokio::test]
    async fn what_is_wrong_with_an_import_is_told_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(dir.path(), 1 << 20).unwrap();
        for (text, why) in [
            ("{}\n", "line 1: is no line"),
            ("{\"page\":{\"key\":\"00\",\"outcome\":\"\"}}\n", "line 1: an export begins"),
            ("{\"store\":{\"format\":9}}\n", "format 9"),
            (
                "{\"store\":{\"format\":1}}\n{\"page\":{\"key\":\"00\",\"outcome\":\"\"}}",
                "line 2: \"00\" is no page key",
            ),
            (
                "{\"store\":{\"format\":1}}\n{\"site\":{\"site\":\"a\",\"memory\":\"%\"}}",
                "line 2: is not base64",
            ),
        ] {
            let error = import(&store, &mut text.as_bytes()).await.unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(import(&store, &mut &b""[..]).await.unwrap(), (0, 0));
    }
}
