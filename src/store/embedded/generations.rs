//! When the young part of the index is sealed, and when a generation of it is dropped. Both happen on
//! the writer's thread, between batches; what they write is committed before it is relied on.

use redb::{ReadableTable, WriteTransaction};

use super::index::{Generation, alive};
use super::tables::{ARTICLES, FILTERS, FOREIGN, GENERATIONS, INDEX, META, YOUNG, begin, db};
use super::{Shared, records};
use crate::store::{ArticleRecord, StoreError};

/// A generation of which no more than this part is left is dropped; what is left becomes young again.
const LEFT: u64 = 8;

/// After each batch: seals what is ripe and, where something was forgotten, drops what is nearly empty.
pub fn tidy(shared: &Shared, pruned: bool) -> Result<(), StoreError> {
    let ripe = shared.index().is_ripe(shared.seal_at);
    if ripe {
        seal(shared)?;
    }
    if pruned && let Some(spent) = spent(shared)? {
        retire(shared, &spent)?;
    }
    Ok(())
}

fn seal(shared: &Shared) -> Result<(), StoreError> {
    let doing = "sealing the index";
    let write = begin(doing, &shared.db)?;
    let generation = shared.index().seal(&write)?;
    db(doing, write.commit())?;
    shared.index_mut().sealed(generation);
    Ok(())
}

/// The oldest generation that is nearly empty. One that holds further keys of older articles alone is
/// spent when it has become the oldest of several.
fn spent(shared: &Shared) -> Result<Option<std::sync::Arc<Generation>>, StoreError> {
    let doing = "looking over the index";
    let sealed = shared.index().sealed.clone();
    let read = db(doing, redb::ReadableDatabase::begin_read(&shared.db))?;
    let meta = db(doing, read.open_table(META))?;
    for (place, generation) in sealed.iter().enumerate() {
        let members = (generation.last + 1).saturating_sub(generation.first);
        let left = db(doing, meta.get(alive(generation.number).as_str()))?.map_or(0, |n| n.value());
        let foreign_alone = members == 0;
        if left * LEFT <= members && (!foreign_alone || (place == 0 && sealed.len() > 1)) {
            return Ok(Some(generation.clone()));
        }
    }
    Ok(None)
}

/// First what is left becomes young, and that is committed; then nobody looks into the generation any
/// more; then its rows go. Whoever began to look before that reads them still.
fn retire(shared: &Shared, generation: &Generation) -> Result<(), StoreError> {
    let doing = "dropping a part of the index";
    let write = begin(doing, &shared.db)?;
    let left = survivors(&write, generation)?;
    {
        let mut young = db(doing, write.open_table(YOUNG))?;
        let next = db(doing, young.last())?.map_or(0, |(sequence, _)| sequence.value() + 1);
        for (sequence, (slot, keys)) in (next..).zip(&left) {
            db(doing, young.insert(sequence, slot))?;
            shared.index_mut().add(*slot, keys);
        }
    }
    db(doing, write.commit())?;
    let number = generation.number;
    shared.index_mut().drop_generation(number);
    let write = begin(doing, &shared.db)?;
    db(doing, db(doing, write.open_table(GENERATIONS))?.remove(number))?;
    db(doing, db(doing, write.open_table(FILTERS))?.remove(number))?;
    db(doing, db(doing, write.open_table(FOREIGN))?.remove(number))?;
    db(doing, db(doing, write.open_table(META))?.remove(alive(number).as_str()))?;
    let rows = (number, 0)..(number + 1, 0);
    db(doing, db(doing, write.open_table(INDEX))?.retain_in(rows, |_, _| false))?;
    db(doing, write.commit())
}

/// Articles of a generation that are still remembered, with all their keys.
fn survivors(write: &WriteTransaction, generation: &Generation) -> Result<Vec<(u64, Vec<u64>)>, StoreError> {
    let doing = "looking over the index";
    let articles = db(doing, write.open_table(ARTICLES))?;
    let mut left = Vec::new();
    if generation.first <= generation.last {
        for placed in records::from(&articles, generation.first)? {
            let (slot, bytes) = placed?;
            if slot > generation.last {
                break;
            }
            left.push((slot, ArticleRecord::keys_of(&bytes)?));
        }
    }
    let table = db(doing, write.open_table(FOREIGN))?;
    let foreign = db(doing, table.get(generation.number))?.map(|bytes| bytes.value().to_vec());
    for slot in foreign.unwrap_or_default().as_chunks::<8>().0 {
        let slot = u64::from_le_bytes(*slot);
        if let Some(bytes) = records::get(&articles, slot)? {
            left.push((slot, ArticleRecord::keys_of(&bytes)?));
        }
    }
    Ok(left)
}
