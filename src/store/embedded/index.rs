//! Which articles stand under a key. Young entries lie in memory and are told again by their records
//! when the store is opened; from time to time they are sealed into a generation: sorted, packed into
//! rows that are written once and in order, with a Bloom filter (Bloom 1970) kept in memory.
//!
//! An entry may be stale: whoever finds an article looks whether its record still bears the key.

use std::sync::Arc;

use redb::{ReadTransaction, ReadableTable, WriteTransaction};
use rustc_hash::FxHashMap;

use super::tables::{FILTERS, FOREIGN, GENERATIONS, INDEX, META, YOUNG, db};
use crate::store::{SLOTS_PER_KEY, StoreError};

/// Articles of one generation: their keys take some 80 MB while they are young.
pub const SEAL_AT: usize = 1 << 17;
/// Entries of a row, so that nearly all rows fill one page.
const ROW_ENTRIES: usize = 560;
/// Bits of a key that a generation keeps; a chance meeting is found out by the record.
const KEY_BITS: u32 = 40;
/// Bits of filter for an entry: one key in a thousand is looked for in vain, since each such look reads a
/// row and ten million articles make eighty generations.
const FILTER_BITS: usize = 16;
const PROBES: u32 = 7;

#[derive(Debug, Default)]
pub struct Index {
    young: Young,
    pub sealed: Arc<Vec<Arc<Generation>>>,
}

#[derive(Debug, Default)]
struct Young {
    /// The first slot of each key, and the others of the few keys that have several.
    first: FxHashMap<u64, u64>,
    more: FxHashMap<u64, Vec<u64>>,
    articles: Vec<u64>,
    /// Articles that were forgotten since.
    gone: u64,
}

#[derive(Debug)]
pub struct Generation {
    pub number: u32,
    /// Slots of the articles that were new.
    pub first: u64,
    pub last: u64,
    rows: u32,
    filter: Filter,
}

#[derive(Debug)]
struct Filter(Vec<u64>);

/// What the memory says about some keys; the rest is on the disk.
pub struct Found {
    /// Index of the key, and slot.
    young: Vec<(u16, u64)>,
    sealed: Arc<Vec<Arc<Generation>>>,
}

impl Index {
    /// Reads filters and generations; tells the young entries again.
    pub fn open(
        read: &ReadTransaction,
        keys_of: impl Fn(u64) -> Result<Option<Vec<u64>>, StoreError>,
    ) -> Result<Self, StoreError> {
        let doing = "reading the index";
        let mut sealed = Vec::new();
        let filters = db(doing, read.open_table(FILTERS))?;
        for row in db(doing, db(doing, read.open_table(GENERATIONS))?.iter())? {
            let (number, row) = db(doing, row)?;
            let (first, last, rows) = row.value();
            let filter = db(doing, filters.get(number.value()))?;
            let filter = filter.map(|bytes| Filter::decode(bytes.value())).unwrap_or(Filter(Vec::new()));
            sealed.push(Arc::new(Generation { number: number.value(), first, last, rows, filter }));
        }
        let mut index = Self { young: Young::default(), sealed: Arc::new(sealed) };
        for row in db(doing, db(doing, read.open_table(YOUNG))?.iter())? {
            let slot = db(doing, row)?.1.value();
            if let Some(keys) = keys_of(slot)? {
                index.add(slot, &keys);
            }
        }
        Ok(index)
    }

    pub fn add(&mut self, slot: u64, keys: &[u64]) {
        self.young.articles.push(slot);
        keys.iter().for_each(|key| self.young.add(*key, slot));
    }

    /// The generation that an article was new in; `None` where it is young, which is counted.
    pub fn forget(&mut self, slot: u64) -> Option<u32> {
        let at = self.sealed.partition_point(|generation| generation.last < slot);
        let found = self.sealed.get(at).filter(|generation| generation.first <= slot);
        self.young.gone += u64::from(at == self.sealed.len());
        found.map(|generation| generation.number)
    }

    pub fn is_ripe(&self, seal_at: usize) -> bool {
        self.young.articles.len() >= seal_at
    }

    pub fn find(&self, keys: &[u64]) -> Found {
        let mut young = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            young.extend(self.young.slots(*key).map(|slot| (at as u16, slot)));
        }
        Found { young, sealed: Arc::clone(&self.sealed) }
    }

    /// Writes the young entries as a generation; `sealed` makes it known once that is committed.
    pub fn seal(&self, write: &WriteTransaction) -> Result<Arc<Generation>, StoreError> {
        let doing = "sealing the index";
        let mut entries: Vec<(u64, u64)> =
            self.young.first.iter().map(|(key, slot)| (short(*key), *slot)).collect();
        entries
            .extend(self.young.more.iter().flat_map(|(key, slots)| slots.iter().map(|s| (short(*key), *s))));
        entries.sort_unstable();
        let before = self.sealed.last().map_or(0, |generation| generation.last);
        let newest = self.young.articles.iter().copied().max().unwrap_or(before);
        let (mut fresh, mut foreign): (Vec<u64>, Vec<u64>) =
            self.young.articles.iter().partition(|slot| **slot > before);
        fresh.sort_unstable();
        foreign.sort_unstable();
        foreign.dedup();
        let mut generations = db(doing, write.open_table(GENERATIONS))?;
        let number = db(doing, generations.last())?.map_or(0, |(number, _)| number.value() + 1);
        let rows = entries.len().div_ceil(ROW_ENTRIES).max(1) as u32;
        let mut filter = Filter::for_entries(entries.len());
        let mut table = db(doing, write.open_table(INDEX))?;
        let mut left = entries.as_slice();
        for row in 0..rows {
            let end = left.partition_point(|(key, _)| row_of(*key, rows) <= row);
            let (here, rest) = left.split_at(end);
            left = rest;
            here.iter().for_each(|(key, _)| filter.insert(*key));
            db(doing, table.insert((number, row), packed(here, newest).as_slice()))?;
        }
        let (first, last) = (fresh.first().copied().unwrap_or(before + 1), newest.max(before));
        db(doing, generations.insert(number, (first, last, rows)))?;
        let bytes = filter.encode();
        db(doing, db(doing, write.open_table(FILTERS))?.insert(number, bytes.as_slice()))?;
        let foreign: Vec<u8> = foreign.iter().flat_map(|slot| slot.to_le_bytes()).collect();
        db(doing, db(doing, write.open_table(FOREIGN))?.insert(number, foreign.as_slice()))?;
        db(
            doing,
            db(doing, write.open_table(META))?
                .insert(alive(number).as_str(), (fresh.len() as u64).saturating_sub(self.young.gone)),
        )?;
        db(doing, write.delete_table(YOUNG))?;
        db(doing, write.open_table(YOUNG))?;
        Ok(Arc::new(Generation { number, first, last, rows, filter }))
    }

    pub fn sealed(&mut self, generation: Arc<Generation>) {
        self.young = Young::default();
        Arc::make_mut(&mut self.sealed).push(generation);
    }

    pub fn drop_generation(&mut self, number: u32) {
        Arc::make_mut(&mut self.sealed).retain(|generation| generation.number != number);
    }
}

/// Where the number of a generation's articles that are left is counted.
pub fn alive(number: u32) -> String {
    format!("alive {number}")
}

impl Found {
    /// Slots by key, the first four and the last four of each. May name what is gone or changed.
    pub fn slots(
        self,
        keys: &[u64],
        rows: &impl ReadableTable<(u32, u32), &'static [u8]>,
    ) -> Result<Vec<(u16, u64)>, StoreError> {
        let doing = "looking up keys";
        let mut all = self.young;
        let sought: Vec<(u64, Probe)> =
            keys.iter().map(|key| (short(*key), Probe::of(short(*key)))).collect();
        // First a word of each block, whatever it says: the memory is far, and fetches them side by side
        // only where nothing is decided in between.
        let words: Vec<bool> = (self.sealed.iter())
            .flat_map(|generation| sought.iter().map(|(_, probe)| generation.filter.may_hold(probe)))
            .collect();
        let open = words.chunks(keys.len().max(1));
        for (generation, open) in self.sealed.iter().zip(open) {
            for (at, (key, probe)) in sought.iter().enumerate() {
                let key = *key;
                if !open[at] || !generation.filter.holds(probe) {
                    continue;
                }
                let row = (generation.number, row_of(key, generation.rows));
                if let Some(row) = db(doing, rows.get(row))? {
                    let found = Packed::new(row.value())?.slots_of(key)?;
                    all.extend(found.into_iter().map(|slot| (at as u16, slot)));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        let mut kept = Vec::with_capacity(all.len());
        for of_key in all.chunk_by(|a, b| a.0 == b.0) {
            let head = &of_key[..of_key.len().min(SLOTS_PER_KEY / 2)];
            let tail = &of_key[head.len()..];
            kept.extend_from_slice(head);
            kept.extend_from_slice(&tail[tail.len().saturating_sub(SLOTS_PER_KEY / 2)..]);
        }
        Ok(kept)
    }
}

impl Young {
    fn add(&mut self, key: u64, slot: u64) {
        let first = *self.first.entry(key).or_insert(slot);
        if first == slot {
            return;
        }
        let more = self.more.entry(key).or_default();
        if more.contains(&slot) {
            return;
        }
        // Full, it keeps its first half and drops the oldest of the rest.
        if more.len() == SLOTS_PER_KEY - 1 {
            more.remove(SLOTS_PER_KEY / 2 - 1);
        }
        more.push(slot);
    }

    fn slots(&self, key: u64) -> impl Iterator<Item = u64> + '_ {
        let more = self.more.get(&key).into_iter().flatten();
        self.first.get(&key).into_iter().chain(more).copied()
    }
}

fn short(key: u64) -> u64 {
    key >> (64 - KEY_BITS)
}

/// Keys are hashes, so that rows come out of one size.
fn row_of(short: u64, rows: u32) -> u32 {
    ((u128::from(short) * u128::from(rows)) >> KEY_BITS) as u32
}

/// The newest slot, then for each entry the distance from the key before and from the newest slot.
fn packed(entries: &[(u64, u64)], newest: u64) -> Vec<u8> {
    let mut row = Vec::with_capacity(4096);
    varint(&mut row, newest);
    let mut before = 0;
    for (key, slot) in entries {
        varint(&mut row, key - before);
        varint(&mut row, newest.saturating_sub(*slot));
        before = *key;
    }
    row
}

fn varint(row: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        row.push(n as u8 | 0x80);
        n >>= 7;
    }
    row.push(n as u8);
}

struct Packed<'a> {
    rest: &'a [u8],
    newest: u64,
}

impl<'a> Packed<'a> {
    fn new(row: &'a [u8]) -> Result<Self, StoreError> {
        let mut packed = Self { rest: row, newest: 0 };
        packed.newest = packed.number()?;
        Ok(packed)
    }

    fn number(&mut self) -> Result<u64, StoreError> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let Some((byte, rest)) = self.rest.split_first() else { break };
            self.rest = rest;
            n |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(n);
            }
        }
        Err(StoreError::Corrupt { what: "row of the index".into() })
    }

    fn slots_of(mut self, wanted: u64) -> Result<Vec<u64>, StoreError> {
        let (mut found, mut key) = (Vec::new(), 0u64);
        while !self.rest.is_empty() && key <= wanted {
            key = key.saturating_add(self.number()?);
            let slot = self.newest.saturating_sub(self.number()?);
            if key == wanted {
                found.push(slot);
            }
        }
        Ok(found)
    }
}

/// A key as every filter is asked for it: where in the filter its block is, and the bits in the block.
struct Probe {
    hash: u64,
    bits: [u64; BLOCK],
    /// A word of the block that has one of the bits.
    word: usize,
}

/// Words of a block: a line of the processor's cache.
const BLOCK: usize = 8;

impl Probe {
    fn of(key: u64) -> Self {
        let hash = key.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let spread = (hash ^ hash >> 32).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mut bits = [0; BLOCK];
        for probe in 0..PROBES {
            let bit = spread >> (probe * 9) & 511;
            bits[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        Self { hash, bits, word: (spread & 511) as usize / 64 }
    }
}

impl Filter {
    fn for_entries(entries: usize) -> Self {
        Self(vec![0; (entries * FILTER_BITS).div_ceil(512).max(1) * BLOCK])
    }

    /// The first word of a key's block.
    fn block(&self, probe: &Probe) -> usize {
        let blocks = (self.0.len() / BLOCK) as u128;
        ((u128::from(probe.hash) * blocks) >> 64) as usize * BLOCK
    }

    fn insert(&mut self, key: u64) {
        let probe = Probe::of(key);
        let block = self.block(&probe);
        self.0[block..block + BLOCK].iter_mut().zip(probe.bits).for_each(|(word, bits)| *word |= bits);
    }

    /// By the word of the first bit alone.
    fn may_hold(&self, probe: &Probe) -> bool {
        let word = self.0.get(self.block(probe) + probe.word);
        word.is_none_or(|word| probe.bits[probe.word] & !word == 0)
    }

    fn holds(&self, probe: &Probe) -> bool {
        let block = self.block(probe);
        let Some(block) = self.0.get(block..block + BLOCK) else { return true };
        block.iter().zip(probe.bits).fold(0, |missing, (word, bits)| missing | (bits & !word)) == 0
    }

    fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn decode(bytes: &[u8]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        Self(words.iter().map(|word| u64::from_le_bytes(*word)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(n: u64) -> u64 {
        let n = (n.wrapping_add(7) ^ n << 31).wrapping_mul(0xff51_afd7_ed55_8ccd);
        (n ^ n >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53)
    }

    #[test]
    fn a_filter_holds_what_was_put_in_and_little_else() {
        let mut filter = Filter::for_entries(20_000);
        (0..20_000).for_each(|n| filter.insert(short(mix(n))));
        let filter = Filter::decode(&filter.encode());
        assert!(
            (0..20_000).all(
                |n| filter.holds(&Probe::of(short(mix(n)))) && filter.may_hold(&Probe::of(short(mix(n))))
            )
        );
        let vain = (20_000..120_000).filter(|n| filter.holds(&Probe::of(short(mix(*n))))).count();
        assert!(vain < 300, "{vain} of 100000 looked for in vain");
    }

    #[test]
    fn a_row_gives_back_the_slots_of_its_keys() {
        let entries = [(3, 900), (3, 1000), (70_000, 1), (1 << 39, 999)];
        let row = packed(&entries, 1000);
        let of = |key| Packed::new(&row).unwrap().slots_of(key).unwrap();
        assert_eq!(of(3), [900, 1000]);
        assert_eq!(of(70_000), [1]);
        assert_eq!(of(1 << 39), [999]);
        assert!(of(4).is_empty());
        assert!(Packed::new(&[0x80]).is_err());
    }

    #[test]
    fn of_a_young_key_the_first_and_the_last_are_kept() {
        let mut young = Young::default();
        (1..=20).for_each(|slot| young.add(7, slot));
        young.add(7, 20);
        assert_eq!(young.slots(7).collect::<Vec<_>>(), [1, 2, 3, 4, 17, 18, 19, 20]);
    }
}
