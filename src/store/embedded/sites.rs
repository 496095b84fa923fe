//! What sites have taught, inside one transaction, with the order in which they were last taught: of too many,
//! the ones that have been silent for longest are forgotten.

use redb::{ReadableTable, ReadableTableMetadata, Table, WriteTransaction};

use super::tables::{LAST_LESSON, LESSONS, SITES, db};
use crate::store::StoreError;

const DOING: &str = "writing a site's memory";

pub struct Sites<'t> {
    memories: Table<'t, &'static str, (u64, &'static [u8])>,
    lessons: Table<'t, u64, &'static str>,
    last: Table<'t, &'static str, u64>,
}

impl<'t> Sites<'t> {
    pub fn open(write: &'t WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            memories: db(DOING, write.open_table(SITES))?,
            lessons: db(DOING, write.open_table(LESSONS))?,
            last: db(DOING, write.open_table(LAST_LESSON))?,
        })
    }

    /// Writes a memory where the stored one is of the revision that the writer has seen.
    pub fn put(&mut self, site: &str, expected: u64, bytes: &[u8]) -> Result<bool, StoreError> {
        let revision = db(DOING, self.memories.get(site))?.map_or(0, |cell| cell.value().0);
        if revision != expected {
            return Ok(false);
        }
        db(DOING, self.memories.insert(site, (revision + 1, bytes)))?;
        self.note(site)?;
        Ok(true)
    }

    /// The site was taught just now.
    fn note(&mut self, site: &str) -> Result<(), StoreError> {
        let next = db(DOING, self.lessons.last())?.map_or(0, |(number, _)| number.value() + 1);
        let before = db(DOING, self.last.insert(site, next))?.map(|number| number.value());
        if let Some(before) = before {
            db(DOING, self.lessons.remove(before))?;
        }
        db(DOING, self.lessons.insert(next, site))?;
        Ok(())
    }

    pub fn forget(&mut self, site: &str) -> Result<bool, StoreError> {
        let number = db(DOING, self.last.remove(site))?.map(|number| number.value());
        if let Some(number) = number {
            db(DOING, self.lessons.remove(number))?;
        }
        Ok(db(DOING, self.memories.remove(site))?.is_some())
    }

    /// Forgets sites beyond `most`, at most `steps` of them; says how many were forgotten.
    pub fn prune(&mut self, most: u64, steps: usize) -> Result<u64, StoreError> {
        let surplus = db(DOING, self.memories.len())?.saturating_sub(most).min(steps as u64);
        let mut forgotten = 0;
        for _ in 0..surplus {
            let oldest = db(DOING, self.lessons.first())?.map(|(_, site)| site.value().to_owned());
            // Every memory is in the order: `put_in_order` sees to those of earlier stores.
            let Some(oldest) = oldest else { break };
            forgotten += u64::from(self.forget(&oldest)?);
        }
        Ok(forgotten)
    }
}

/// Makes the tables of a new store; in one that did not yet keep the order, sites come by their names.
pub fn put_in_order(write: &WriteTransaction) -> Result<(), StoreError> {
    let mut sites = Sites::open(write)?;
    if db(DOING, sites.memories.len())? == db(DOING, sites.last.len())? {
        return Ok(());
    }
    let mut unordered = Vec::new();
    for row in db(DOING, sites.memories.iter())? {
        let (site, _) = db(DOING, row)?;
        if db(DOING, sites.last.get(site.value()))?.is_none() {
            unordered.push(site.value().to_owned());
        }
    }
    unordered.iter().try_for_each(|site| sites.note(site))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_of_a_store_that_kept_no_order_are_put_in_one_before_those_taught_since() {
        let dir = tempfile::tempdir().expect("directory");
        let database = redb::Database::create(dir.path().join("memory.redb")).expect("makes");
        let write = database.begin_write().expect("begins");
        {
            let mut memories = write.open_table(SITES).expect("opens");
            for site in ["a", "b", "c"] {
                memories.insert(site, (1, b"memory".as_slice())).expect("writes");
            }
        }
        put_in_order(&write).expect("puts in order");
        let mut sites = Sites::open(&write).expect("opens");
        assert!(sites.put("a", 1, b"more").expect("writes") && !sites.put("b", 7, b"").expect("reads"));
        assert_eq!(sites.prune(1, 9).expect("prunes"), 2);
        assert!(sites.forget("a").expect("forgets") && !sites.forget("c").expect("is gone"));
        assert_eq!(sites.prune(0, 9).expect("prunes"), 0);
        // One in the order whose memory is gone already is not forgotten twice.
        assert!(
            sites.put("d", 0, b"memory").expect("writes") && sites.put("e", 0, b"memory").expect("writes")
        );
        sites.memories.remove("d").expect("removes");
        sites.memories.insert("f", (1, b"memory".as_slice())).expect("writes");
        assert_eq!(sites.prune(0, 9).expect("prunes"), 1);
    }
}
