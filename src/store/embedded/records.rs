//! Encoded articles, several to a row: a row fills one page of the database, where rows of one article
//! would leave half of each page empty.

use redb::{ReadableTable, Table};

use super::tables::db;
use crate::store::StoreError;

/// What fits into one page beside the database's own bytes.
const ROW_BYTES: usize = 4064;
const DOING: &str = "writing an article";

pub type Rows<'t> = Table<'t, u64, &'static [u8]>;

/// One article of a row.
struct Placed<'a> {
    slot: u64,
    bytes: &'a [u8],
}

/// The encoded article in a slot.
pub fn get(rows: &impl ReadableTable<u64, &'static [u8]>, slot: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let doing = "reading an article";
    let Some(row) = db(doing, db(doing, rows.range(..=slot))?.next_back().transpose())? else {
        return Ok(None);
    };
    let first = row.0.value();
    let found = split(first, row.1.value())?.into_iter().find(|placed| placed.slot == slot);
    Ok(found.map(|placed| placed.bytes.to_vec()))
}

/// Adds an article in a slot above all that are there.
pub fn append(rows: &mut Rows<'_>, slot: u64, record: &[u8]) -> Result<(), StoreError> {
    let longer = match db(DOING, rows.last())? {
        Some((first, row)) if row.value().len() + record.len() + 8 <= ROW_BYTES => {
            Some((first.value(), row.value().to_vec()))
        }
        _ => None,
    };
    let (first, mut row) = longer.unwrap_or((slot, Vec::new()));
    put(&mut row, slot - first, record);
    db(DOING, rows.insert(first, row.as_slice()))?;
    Ok(())
}

/// Writes another record, or none, in the place of one that is there.
pub fn replace(rows: &mut Rows<'_>, slot: u64, record: Option<&[u8]>) -> Result<(), StoreError> {
    let Some((first, row)) = row_of(rows, slot)? else { return Ok(()) };
    let mut left = split(first, &row)?;
    match (left.iter().position(|placed| placed.slot == slot), record) {
        (Some(at), Some(bytes)) => left[at].bytes = bytes,
        (Some(at), None) => drop(left.remove(at)),
        (None, _) => return Ok(()),
    }
    if left.is_empty() {
        db(DOING, rows.remove(first))?;
        return Ok(());
    }
    let length: usize = left.iter().map(|placed| placed.bytes.len() + 8).sum();
    let half = if length > ROW_BYTES { left.len().div_ceil(2) } else { left.len() };
    for (part, from) in [(&left[..half], first), (&left[half..], left.get(half).map_or(0, |p| p.slot))] {
        if part.is_empty() {
            continue;
        }
        let mut row = Vec::with_capacity(ROW_BYTES);
        part.iter().for_each(|placed| put(&mut row, placed.slot - from, placed.bytes));
        db(DOING, rows.insert(from, row.as_slice()))?;
    }
    Ok(())
}

/// Slots and encoded articles from a slot on, in order.
pub fn from<'r>(
    rows: &'r impl ReadableTable<u64, &'static [u8]>,
    slot: u64,
) -> Result<impl Iterator<Item = Result<(u64, Vec<u8>), StoreError>> + 'r, StoreError> {
    let doing = "reading articles";
    let begin = db(doing, db(doing, rows.range(..=slot))?.next_back().transpose())?;
    let begin = begin.map_or(slot, |(first, _)| first.value());
    let rows = db(doing, rows.range(begin..))?;
    let read = move |row| -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let (first, row): (redb::AccessGuard<'_, u64>, redb::AccessGuard<'_, &'static [u8]>) =
            db(doing, row)?;
        let placed = split(first.value(), row.value())?;
        Ok(placed.into_iter().map(|p| (p.slot, p.bytes.to_vec())).filter(|(at, _)| *at >= slot).collect())
    };
    Ok(rows.flat_map(move |row| match read(row) {
        Ok(found) => found.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(error) => vec![Err(error)],
    }))
}

fn row_of(rows: &Rows<'_>, slot: u64) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let row = db(DOING, db(DOING, rows.range(..=slot))?.next_back().transpose())?;
    Ok(row.map(|(first, row)| (first.value(), row.value().to_vec())))
}

/// Distance from the row's key (4 bytes), length (4 bytes), record.
fn put(row: &mut Vec<u8>, above: u64, record: &[u8]) {
    row.extend((above as u32).to_le_bytes());
    row.extend((record.len() as u32).to_le_bytes());
    row.extend(record);
}

fn split(first: u64, mut row: &[u8]) -> Result<Vec<Placed<'_>>, StoreError> {
    let corrupt = || StoreError::Corrupt { what: "row of articles".into() };
    let mut placed = Vec::new();
    while !row.is_empty() {
        let (head, rest) = row.split_first_chunk::<8>().ok_or_else(corrupt)?;
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (bytes, rest) = rest.split_at_checked(number(4) as usize).ok_or_else(corrupt)?;
        placed.push(Placed { slot: first + u64::from(number(0)), bytes });
        row = rest;
    }
    Ok(placed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::{Database, ReadableTableMetadata, TableDefinition};

    const TABLE: TableDefinition<u64, &[u8]> = TableDefinition::new("rows");

    #[test]
    fn articles_come_back_whatever_was_replaced_and_removed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let database = Database::create(file.path()).unwrap();
        let write = database.begin_write().unwrap();
        let mut rows = write.open_table(TABLE).unwrap();
        let record = |slot: u64, version: usize| vec![slot as u8; 300 + 37 * (slot as usize % 50) * version];
        let mut model = std::collections::BTreeMap::new();
        for slot in 5..400 {
            append(&mut rows, slot, &record(slot, 1)).unwrap();
            model.insert(slot, record(slot, 1));
        }
        assert!(rows.len().unwrap() < 160, "several to a row: {} rows", rows.len().unwrap());
        for slot in (5..400).step_by(3) {
            replace(&mut rows, slot, Some(&record(slot, 2))).unwrap();
            model.insert(slot, record(slot, 2));
        }
        for slot in (6..400).step_by(4) {
            replace(&mut rows, slot, None).unwrap();
            model.remove(&slot);
        }
        replace(&mut rows, 4000, Some(&[1])).unwrap();
        append(&mut rows, 500, &record(500, 1)).unwrap();
        model.insert(500, record(500, 1));
        for slot in 0..520 {
            assert_eq!(get(&rows, slot).unwrap(), model.get(&slot).cloned(), "slot {slot}");
        }
        let all: Vec<_> = from(&rows, 100).unwrap().map(Result::unwrap).collect();
        assert_eq!(all, model.into_iter().filter(|(slot, _)| *slot >= 100).collect::<Vec<_>>());
    }

    #[test]
    fn a_torn_row_is_an_error_and_no_panic() {
        let mut row = Vec::new();
        put(&mut row, 0, &[1, 2, 3]);
        for cut in 1..row.len() {
            assert!(split(0, &row[..cut]).is_err());
        }
    }
}
