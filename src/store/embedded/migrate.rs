//! A store of the first format, which held an article a row and a row for each key, becomes one of this
//! format in the transaction that opens it: all of it, or nothing.

use redb::{ReadableTable, TableDefinition, WriteTransaction};

use super::records;
use super::tables::{ARTICLES, META, YOUNG, db};
use crate::store::{ArticleRecord, StoreError};

const OLD_ARTICLES: TableDefinition<u64, &[u8]> = TableDefinition::new("articles");
const OLD_KEYS: TableDefinition<u64, &[u8]> = TableDefinition::new("keys");

/// The keys become young; the first batch that is written seals them.
pub fn first_format(write: &WriteTransaction) -> Result<(), StoreError> {
    let doing = "migrating the store";
    let mut moved = 0u64;
    {
        let old = db(doing, write.open_table(OLD_ARTICLES))?;
        let mut articles = db(doing, write.open_table(ARTICLES))?;
        let mut young = db(doing, write.open_table(YOUNG))?;
        for row in db(doing, old.iter())? {
            let (slot, record) = db(doing, row)?;
            let record = ArticleRecord::decode(record.value())?;
            records::append(&mut articles, slot.value(), &record.encode())?;
            db(doing, young.insert(moved, slot.value()))?;
            moved += 1;
        }
    }
    db(doing, db(doing, write.open_table(META))?.insert("articles", moved))?;
    db(doing, write.delete_table(OLD_ARTICLES))?;
    db(doing, write.delete_table(OLD_KEYS))?;
    tracing::info!(articles = moved, "the store was migrated to format {}", crate::store::STORE_FORMAT);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::{first_format as encoded, tests::record};
    use crate::store::{
        ClaimReply, ClaimRequest, EmbeddedStore, Id, PageOutcome, STORE_FORMAT, Slot, Store, StoreError,
    };
    use std::time::Duration;

    const PAGES: TableDefinition<u128, &[u8]> = TableDefinition::new("pages");

    /// What the first format wrote: a row an article, six bytes a slot in a row for each key.
    fn old_store(dir: &std::path::Path, articles: u64) {
        let database = redb::Database::create(dir.join("memory.redb")).unwrap();
        let write = database.begin_write().unwrap();
        {
            let mut meta = write.open_table(META).unwrap();
            meta.insert("format", 1).unwrap();
            meta.insert("slot", articles).unwrap();
            let mut rows = write.open_table(OLD_ARTICLES).unwrap();
            let mut keys = write.open_table(OLD_KEYS).unwrap();
            let mut pages = write.open_table(PAGES).unwrap();
            for slot in 1..=articles {
                let article = ArticleRecord { keys: vec![slot, 1000 + slot], ..record() };
                rows.insert(slot, encoded(&article).as_slice()).unwrap();
                for key in &article.keys {
                    keys.insert(key, &slot.to_le_bytes()[..6]).unwrap();
                }
                let outcome = PageOutcome {
                    slot: Slot(slot),
                    article_id: article.article_id,
                    version: 1,
                    event_id: article.event_id,
                    verdict: crate::model::verdict::Verdict::New,
                };
                pages.insert(u128::from(slot), outcome.encode().as_slice()).unwrap();
            }
        }
        write.commit().unwrap();
    }

    #[tokio::test]
    async fn an_old_store_is_migrated_and_everything_is_found() {
        let dir = tempfile::tempdir().unwrap();
        old_store(dir.path(), 300);
        for _opened_twice in 0..2 {
            let store = EmbeddedStore::open_sealing(dir.path(), 1 << 20, 100).unwrap();
            let stats = store.stats().await.unwrap();
            assert_eq!((stats.format, stats.articles, stats.pages), (STORE_FORMAT, 300, 300));
            for n in [1, 150, 300] {
                let draft = record();
                let request = |page, keys| ClaimRequest {
                    token: None,
                    page: Id(u128::to_be_bytes(page)),
                    keys,
                    strong: 1,
                    draft: &draft,
                    lease: Duration::from_secs(60),
                    news_after: None,
                };
                let keys = [1000 + n];
                let Ok(ClaimReply::Claimed { token, candidates, .. }) =
                    store.claim(request(9_999, &keys)).await
                else {
                    panic!("the page is new")
                };
                assert_eq!(candidates.len(), 1);
                assert_eq!((candidates[0].slot, &candidates[0].record.keys), (Slot(n), &vec![n, 1000 + n]));
                store.release(token).await.unwrap();
                let seen = store.claim(request(u128::from(n), &keys)).await.unwrap();
                assert!(matches!(seen, ClaimReply::Seen { record: Some(_), .. }));
            }
        }
    }

    #[test]
    fn an_old_store_that_cannot_be_read_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        old_store(dir.path(), 3);
        let database = redb::Database::open(dir.path().join("memory.redb")).unwrap();
        let write = database.begin_write().unwrap();
        write.open_table(OLD_ARTICLES).unwrap().insert(2, &b"\x01torn"[..]).unwrap();
        write.commit().unwrap();
        drop(database);
        let refused = EmbeddedStore::open(dir.path(), 1 << 20);
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
        let database = redb::Database::open(dir.path().join("memory.redb")).unwrap();
        let write = database.begin_write().unwrap();
        assert_eq!(redb::ReadableTableMetadata::len(&write.open_table(OLD_ARTICLES).unwrap()).unwrap(), 3);
    }
}
