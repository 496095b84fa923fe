//! The tables of the embedded store and what stands in their cells.

use redb::{Database, ReadTransaction, TableDefinition, WriteTransaction};

use super::records;
use crate::store::{ArticleRecord, Cursor, Entry, Id, PageOutcome, StoreError, StoryEntry};

/// `format`, `slot`, `ledger`, `story`, `articles`, `alive N`: small numbers about the whole.
pub const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
/// First slot of a row → the articles in it: see `records`.
pub const ARTICLES: TableDefinition<u64, &[u8]> = TableDefinition::new("rows");
/// Slots of articles whose keys are not yet sealed, in the order of writing: see `index`.
pub const YOUNG: TableDefinition<u64, u64> = TableDefinition::new("young");
/// Generation → first and last new slot, rows in the index.
pub const GENERATIONS: TableDefinition<u32, (u64, u64, u32)> = TableDefinition::new("generations");
/// Generation and row → keys and slots.
pub const INDEX: TableDefinition<(u32, u32), &[u8]> = TableDefinition::new("index");
pub const FILTERS: TableDefinition<u32, &[u8]> = TableDefinition::new("filters");
/// Generation → older slots that it holds further keys of.
pub const FOREIGN: TableDefinition<u32, &[u8]> = TableDefinition::new("foreign");
pub const PAGES: TableDefinition<u128, &[u8]> = TableDefinition::new("pages");
/// (day, sequence) → what came in then: `s` and a slot, or `p` and a page. Oldest first for pruning.
pub const LEDGER: TableDefinition<(u32, u64), &[u8]> = TableDefinition::new("ledger");
pub const SITES: TableDefinition<&str, (u64, &[u8])> = TableDefinition::new("sites");
/// Number of the last lesson → site, and the way back: the sites in the order in which they were last taught.
pub const LESSONS: TableDefinition<u64, &str> = TableDefinition::new("lessons");
pub const LAST_LESSON: TableDefinition<&str, u64> = TableDefinition::new("last_lesson");
pub const STORIES: TableDefinition<u64, &[u8]> = TableDefinition::new("stories");

/// An error of the database, with what was being done.
pub fn db<T, E: Into<redb::Error>>(doing: &'static str, result: Result<T, E>) -> Result<T, StoreError> {
    result.map_err(|e| match e.into() {
        // After a failed write the file must be opened anew, and it cannot be while this process reads it.
        spent @ redb::Error::PreviousIo => StoreError::Spent { why: spent.to_string() },
        other => StoreError::io(doing)(Box::new(other)),
    })
}

/// A transaction after which the file opens at once, even if the process is killed right behind it: without, a
/// store of ten million articles is read through when it is opened next.
pub fn begin(doing: &'static str, database: &Database) -> Result<WriteTransaction, StoreError> {
    let mut write = db(doing, database.begin_write())?;
    write.set_quick_repair(true);
    Ok(write)
}

/// What an entry of the ledger names.
pub enum Dated {
    Article(u64),
    Page(u128),
}

impl Dated {
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Article(slot) => [b"s", &slot.to_le_bytes()[..]].concat(),
            Self::Page(page) => [b"p", &page.to_be_bytes()[..]].concat(),
        }
    }

    pub fn decode(cell: &[u8]) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "ledger entry".into() };
        match cell.split_first() {
            Some((b's', rest)) => {
                Ok(Self::Article(u64::from_le_bytes(rest.try_into().map_err(|_| corrupt())?)))
            }
            Some((b'p', rest)) => {
                Ok(Self::Page(u128::from_be_bytes(rest.try_into().map_err(|_| corrupt())?)))
            }
            _ => Err(corrupt()),
        }
    }
}

/// Published headlines after a position, each with its own.
pub fn stories(
    read: &ReadTransaction,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, StoryEntry)>, StoreError> {
    let doing = "reading the stories";
    let table = db(doing, read.open_table(STORIES))?;
    let mut stories = Vec::new();
    for row in db(doing, table.range(after + 1..))?.take(limit) {
        let (position, entry) = db(doing, row)?;
        match StoryEntry::decode(entry.value()) {
            Ok(entry) => stories.push((position.value(), entry)),
            // One headline less to compare with, where waiting would stop every page.
            Err(error) => {
                tracing::warn!(position = position.value(), %error, "a headline is left out of its story")
            }
        }
    }
    Ok(stories)
}

/// A batch of everything: articles, pages, sites, stories, in this order.
pub fn export(
    read: &ReadTransaction,
    after: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
    let doing = "exporting";
    let mut cursor = after.unwrap_or(Cursor { part: 0, after: Vec::new() });
    let mut entries = Vec::new();
    while entries.len() < limit {
        let room = limit - entries.len();
        let last = match cursor.part {
            0 => {
                let table = db(doing, read.open_table(ARTICLES))?;
                let from = after_number(&cursor.after)?.unwrap_or(0);
                let mut last = None;
                for placed in records::from(&table, from)?.take(room) {
                    let (slot, bytes) = placed?;
                    entries.push(Entry::Article(Box::new(ArticleRecord::decode(&bytes)?)));
                    last = Some(slot.to_le_bytes().to_vec());
                }
                last
            }
            1 => {
                let table = db(doing, read.open_table(PAGES))?;
                let from: u128 = match cursor.after.as_slice().try_into() {
                    Ok(bytes) => u128::from_le_bytes(bytes) + 1,
                    Err(_) => 0,
                };
                batch(db(doing, table.range(from..))?, room, &mut entries, |page, cell| {
                    let outcome = PageOutcome::decode(cell.value())?;
                    let page = page.value();
                    Ok((Entry::Page { page: Id(page.to_be_bytes()), outcome }, page.to_le_bytes().to_vec()))
                })?
            }
            2 => {
                let table = db(doing, read.open_table(SITES))?;
                let mut from = String::from_utf8_lossy(&cursor.after).into_owned();
                if !from.is_empty() {
                    from.push('\0');
                }
                batch(db(doing, table.range(from.as_str()..))?, room, &mut entries, |site, cell| {
                    let site = site.value().to_owned();
                    let last = site.clone().into_bytes();
                    Ok((Entry::Site { site, bytes: cell.value().1.to_vec() }, last))
                })?
            }
            3 => {
                let table = db(doing, read.open_table(STORIES))?;
                let from = after_number(&cursor.after)?.unwrap_or(0);
                batch(db(doing, table.range(from..))?, room, &mut entries, |position, cell| {
                    Ok((
                        Entry::Story(StoryEntry::decode(cell.value())?),
                        position.value().to_le_bytes().to_vec(),
                    ))
                })?
            }
            _ => return Ok((entries, None)),
        };
        cursor = match last {
            Some(after) if entries.len() == limit => Cursor { part: cursor.part, after },
            _ => Cursor { part: cursor.part + 1, after: Vec::new() },
        };
    }
    Ok((entries, Some(cursor)))
}

/// The number after the one in a cursor.
fn after_number(after: &[u8]) -> Result<Option<u64>, StoreError> {
    if after.is_empty() {
        return Ok(None);
    }
    let bytes = after.try_into().map_err(|_| StoreError::Corrupt { what: "export cursor".into() })?;
    Ok(Some(u64::from_le_bytes(bytes) + 1))
}

/// Reads up to `room` rows into `entries`; returns the last row's place.
fn batch<K: redb::Key + 'static, V: redb::Value + 'static>(
    rows: redb::Range<'_, K, V>,
    room: usize,
    entries: &mut Vec<Entry>,
    read: impl Fn(redb::AccessGuard<'_, K>, redb::AccessGuard<'_, V>) -> Result<(Entry, Vec<u8>), StoreError>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut last = None;
    for row in rows.take(room) {
        let (key, value) = db("exporting", row)?;
        let (entry, place) = read(key, value)?;
        entries.push(entry);
        last = Some(place);
    }
    Ok(last)
}
