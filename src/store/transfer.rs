//! What a store holds as JSON lines: for backups, and to move from one home to the other. Readable
//! where a person wants to look; complete in the encoded record beside it.

use std::io::{BufRead, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::{ArticleRecord, Entry, Id, PageOutcome, STORE_FORMAT, Store, StoreError, StoryEntry};

/// Entries that are read or written in one step.
const BATCH: usize = 500;
/// Entries of the log of stories that are read in one step.
const STORIES: usize = 2_000;
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
    /// The last line; an export without it was cut off.
    End {
        entries: u64,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("line {line}: {why}")]
    Line { line: u64, why: String },
    #[error(
        "the export is cut off after {entries} entries, or lacks some: its last line does not say as many; what was read is kept, and may be read again"
    )]
    Cut { entries: u64 },
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
            write_line(out, &Line::End { entries: written })?;
            out.flush()?;
            return Ok(written);
        }
    }
}

/// Reads an export; returns how many entries were read and how many of them were new.
pub async fn import(store: &impl Store, input: &mut impl BufRead) -> Result<(u64, u64), TransferError> {
    let (mut read, mut new, mut number) = (0, 0, 0);
    let mut end = None;
    let mut told: Option<FxHashSet<Id>> = None;
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
                (_, Line::End { entries }) => end = Some(entries),
                (_, line) => batch.push(line.entry().map_err(wrong)?),
            }
        }
        if batch.len() == BATCH || (length == 0 && !batch.is_empty()) {
            read += batch.len() as u64;
            let mut entries = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            if entries.iter().any(|entry| matches!(entry, Entry::Story(_))) {
                if told.is_none() {
                    told = Some(articles_in_stories(store).await?);
                }
                // The log of stories has no key: what it tells of already is left out here.
                if let Some(told) = &mut told {
                    entries.retain(|entry| !matches!(entry, Entry::Story(s) if !told.insert(s.article)));
                }
            }
            new += store.import(entries).await? as u64;
        }
        if length == 0 {
            let whole = number == 1 || end == Some(read);
            return if whole { Ok((read, new)) } else { Err(TransferError::Cut { entries: read }) };
        }
    }
}

async fn articles_in_stories(store: &impl Store) -> Result<FxHashSet<Id>, StoreError> {
    let (mut told, mut position) = (FxHashSet::default(), 0);
    loop {
        let entries = store.stories(position, STORIES).await?;
        let full = entries.len() == STORIES;
        for (at, entry) in entries {
            told.insert(entry.article);
            position = position.max(at);
        }
        if !full {
            return Ok(told);
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
            Self::End { .. } => Err("the number of entries stands in the last line alone".into()),
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
        for (text, whole) in [
            ("{\"store\":{\"format\":1}}\n", false),
            ("{\"store\":{\"format\":1}}\n{\"end\":{\"entries\":0}}\n", true),
            ("{\"store\":{\"format\":1}}\n{\"end\":{\"entries\":7}}\n", false),
        ] {
            let cut = import(&store, &mut text.as_bytes()).await.err().map(|error| error.to_string());
            assert_eq!(cut.is_none(), whole, "{cut:?}");
            assert!(cut.is_none_or(|why| why.contains("cut off after 0 entries")));
        }
    }

    #[tokio::test]
    async fn read_twice_an_export_adds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(dir.path(), 1 << 20).unwrap();
        let entry =
            |n: u8| StoryEntry { article: Id([n; 16]), title: format!("Title {n}"), ..StoryEntry::default() };
        let entries = (0..9).map(|n| Entry::Story(entry(n))).collect();
        assert_eq!(store.import(entries).await.unwrap(), 9);
        let mut text = Vec::new();
        assert_eq!(export(&store, &mut text).await.unwrap(), 9);
        assert_eq!(import(&store, &mut text.as_slice()).await.unwrap(), (9, 0));
        assert_eq!(store.stats().await.unwrap().stories, 9);
    }
}
