//! The store in a directory of this process's own: redb for what is kept, memory for what is pending.
//!
//! A claim is visible in memory until the transaction that keeps it has been committed, and a lookup
//! reads the disk only after it has looked at the claims: so nothing falls between the two.

mod claims;
/// When the index is sealed, and when a part of it is dropped.
mod generations;
mod index;
/// A store of the first format becomes one of this.
mod migrate;
mod records;
/// What sites have taught, in the order in which they last did.
mod sites;
mod tables;
mod writer;

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata};
use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, oneshot};

use super::{
    ArticleRecord, Candidate, ClaimReply, ClaimRequest, Cursor, Entry, Id, Keep, Kept, MAX_CANDIDATES,
    MAX_NEWS, PageOutcome, Pruned, Retention, STORE_FORMAT, SiteBytes, Slot, Store, StoreError, StoreStats,
    StoryEntry, Token, rank,
};
use claims::Claims;
use index::Index;
use tables::{
    ARTICLES, FILTERS, FOREIGN, GENERATIONS, INDEX, LEDGER, META, PAGES, SITES, STORIES, YOUNG, db,
};
use writer::{Op, Writer};

/// Operations that wait for the writer; more than that hold their caller back.
const WRITE_QUEUE: usize = 1024;

#[derive(Debug)]
pub struct EmbeddedStore {
    shared: Arc<Shared>,
    ops: Option<mpsc::Sender<Op>>,
    writer: Option<std::thread::JoinHandle<()>>,
}

pub(super) struct Shared {
    db: Database,
    claims: Mutex<Claims>,
    index: RwLock<Index>,
    seal_at: usize,
    file: std::path::PathBuf,
}

/// The file in the store's directory.
const FILE: &str = "memory.redb";

impl EmbeddedStore {
    /// Whether there is a store in a directory.
    pub fn is_in(dir: &Path) -> bool {
        dir.join(FILE).is_file()
    }

    /// Opens or makes the store in `dir`. Refused while another process has it open.
    pub fn open(dir: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        Self::open_sealing(dir, cache_bytes, index::SEAL_AT)
    }

    /// With an index that is sealed after so many articles; fewer mean more of its parts to look into.
    pub fn open_sealing(dir: &Path, cache_bytes: usize, seal_at: usize) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir)
            .map_err(|e| StoreError::io("making the store's directory")(Box::new(e)))?;
        let file = dir.join(FILE);
        // The file format's own code panics at bytes that it never wrote.
        let opened = std::panic::catch_unwind(|| Self::open_file(dir, &file, cache_bytes));
        let (database, index) = opened.map_err(|_| StoreError::Damaged { path: file.clone() })??;
        let index = RwLock::new(index);
        let shared = Arc::new(Shared { db: database, claims: Mutex::default(), index, seal_at, file });
        let (ops, queue) = mpsc::channel(WRITE_QUEUE);
        let writer = Writer::new(shared.clone(), queue);
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(|e| StoreError::io("starting the store's writer")(Box::new(e)))?;
        Ok(Self { shared, ops: Some(ops), writer: Some(writer) })
    }

    fn open_file(dir: &Path, file: &Path, cache_bytes: usize) -> Result<(Database, Index), StoreError> {
        let database = Database::builder().set_cache_size(cache_bytes.max(1 << 20)).create(file).map_err(
            |e| match e {
                DatabaseError::DatabaseAlreadyOpen => StoreError::Held { path: dir.to_owned() },
                other => StoreError::io("opening the store")(Box::new(other)),
            },
        )?;
        prepare(&database)?;
        let index = open_index(&database)?;
        Ok((database, index))
    }

    /// Has the writer do something and waits until that is on the disk.
    async fn write<T>(
        &self,
        op: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Op,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let gone = || StoreError::Spent { why: "its writer has ended".to_owned() };
        let ops = self.ops.as_ref().ok_or_else(gone)?;
        ops.send(op(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for EmbeddedStore {
    /// Ends the writer after what it was handed, so that the directory is free when this returns.
    fn drop(&mut self) {
        self.ops = None;
        if let Some(writer) = self.writer.take() {
            let _ended = writer.join();
        }
    }
}

impl Store for EmbeddedStore {
    async fn claim(&self, request: ClaimRequest<'_>) -> Result<ClaimReply, StoreError> {
        let (token, pending) = self.shared.claims().register(&request, Instant::now());
        let (found, read) = {
            // Under the lock, so that no part of the index that was found is dropped before we read.
            let index = self.shared.index();
            (index.find(request.keys), db("reading the store", self.shared.db.begin_read())?)
        };
        if let Some((outcome, record)) = self.shared.seen(&read, request.page)? {
            self.shared.claims().end(token);
            return Ok(ClaimReply::Seen { outcome, record });
        }
        let candidates = candidates(&read, &request, found)?;
        let news = match request.news_after {
            Some(after) => tables::stories(&read, after, MAX_NEWS)?,
            None => Vec::new(),
        };
        Ok(ClaimReply::Claimed { token, candidates, pending, news })
    }

    async fn amend(&self, token: Token, draft: &ArticleRecord) -> Result<(), StoreError> {
        self.shared.claims().amend(token, draft.clone());
        Ok(())
    }

    async fn keep(&self, keep: Keep) -> Result<Kept, StoreError> {
        self.write(|reply| Op::Keep(Box::new(keep), reply)).await
    }

    async fn meet(&self, slot: Slot, known: &ArticleRecord, captured: Option<i64>) -> Result<(), StoreError> {
        self.write(|reply| Op::Meet { slot, known: known.state(), captured, reply }).await
    }

    async fn release(&self, token: Token) -> Result<(), StoreError> {
        self.shared.claims().end(token);
        Ok(())
    }

    async fn lapse(&self, token: Token) -> Result<(), StoreError> {
        self.shared.claims().lapse(token, Instant::now());
        Ok(())
    }

    async fn renew(&self, tokens: &[Token], lease: Duration) -> Result<(), StoreError> {
        self.shared.claims().renew(tokens, Instant::now() + lease);
        Ok(())
    }

    async fn site(&self, site: &str) -> Result<Option<SiteBytes>, StoreError> {
        let doing = "reading a site's memory";
        let read = db(doing, self.shared.db.begin_read())?;
        let table = db(doing, read.open_table(SITES))?;
        Ok(db(doing, table.get(site))?.map(|found| {
            let (revision, bytes) = found.value();
            SiteBytes { revision, bytes: bytes.to_vec() }
        }))
    }

    async fn put_site(&self, site: &str, expected: u64, bytes: &[u8]) -> Result<bool, StoreError> {
        self.write(|reply| Op::PutSite { site: site.to_owned(), expected, bytes: bytes.to_vec(), reply })
            .await
    }

    async fn sites(&self, after: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        let doing = "listing the sites";
        let read = db(doing, self.shared.db.begin_read())?;
        let table = db(doing, read.open_table(SITES))?;
        let range = db(doing, table.range(after..))?;
        let mut names = Vec::new();
        for row in range {
            let (name, _) = db(doing, row)?;
            if name.value() != after {
                names.push(name.value().to_owned());
            }
            if names.len() == limit {
                break;
            }
        }
        Ok(names)
    }

    async fn forget_site(&self, site: &str) -> Result<bool, StoreError> {
        self.write(|reply| Op::ForgetSite { site: site.to_owned(), reply }).await
    }

    async fn stories(&self, after: u64, limit: usize) -> Result<Vec<(u64, StoryEntry)>, StoreError> {
        let read = db("reading the stories", self.shared.db.begin_read())?;
        tables::stories(&read, after, limit)
    }

    async fn stats(&self) -> Result<StoreStats, StoreError> {
        let doing = "counting what the store holds";
        let read = db(doing, self.shared.db.begin_read())?;
        let ledger = db(doing, read.open_table(LEDGER))?;
        let oldest_day = db(doing, ledger.first())?.map(|(key, _)| key.value().0);
        Ok(StoreStats {
            home: "file",
            format: STORE_FORMAT,
            articles: db(doing, db(doing, read.open_table(META))?.get("articles"))?.map_or(0, |n| n.value()),
            pages: db(doing, db(doing, read.open_table(PAGES))?.len())?,
            sites: db(doing, db(doing, read.open_table(SITES))?.len())?,
            stories: db(doing, db(doing, read.open_table(STORIES))?.len())?,
            pending: self.shared.claims().len() as u64,
            // The file grows ahead of what is written into it: what counts is what it takes on the disk.
            bytes: std::fs::metadata(&self.shared.file).map(|m| m.blocks() * 512).unwrap_or(0),
            oldest_day,
        })
    }

    async fn prune(&self, retention: Retention, steps: usize) -> Result<Pruned, StoreError> {
        self.write(|reply| Op::Prune { retention, steps, reply }).await
    }

    async fn export(
        &self,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
        let read = db("exporting", self.shared.db.begin_read())?;
        tables::export(&read, after, limit)
    }

    async fn import(&self, entries: Vec<Entry>) -> Result<usize, StoreError> {
        self.write(|reply| Op::Import(entries, reply)).await
    }
}

/// What became of a page, and its article where that is still remembered.
type Seen = (PageOutcome, Option<Box<ArticleRecord>>);

impl Shared {
    fn claims(&self) -> MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self, read: &redb::ReadTransaction, page: Id) -> Result<Option<Seen>, StoreError> {
        let doing = "looking up a page";
        let pages = db(doing, read.open_table(PAGES))?;
        let Some(found) = db(doing, pages.get(u128::from_be_bytes(page.0)))? else { return Ok(None) };
        let outcome = PageOutcome::decode(found.value())?;
        let articles = db(doing, read.open_table(ARTICLES))?;
        let record = records::get(&articles, outcome.slot.0)?;
        let record = record.map(|bytes| ArticleRecord::decode(&bytes)).transpose()?;
        Ok(Some((outcome, record.map(Box::new))))
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("file", &self.file).finish_non_exhaustive()
    }
}

fn candidates(
    read: &redb::ReadTransaction,
    request: &ClaimRequest<'_>,
    found: index::Found,
) -> Result<Vec<Candidate>, StoreError> {
    let doing = "looking up candidates";
    let mut hits: FxHashMap<u64, Vec<u16>> = FxHashMap::default();
    for (key, slot) in found.slots(request.keys, &db(doing, read.open_table(INDEX))?)? {
        hits.entry(slot).or_default().push(key);
    }
    let mut ranked: Vec<(u64, Vec<u16>)> = hits.into_iter().collect();
    rank(&mut ranked, request.strong);
    // Some may be gone, or no longer bear the key.
    ranked.truncate(2 * MAX_CANDIDATES);
    let articles = db(doing, read.open_table(ARTICLES))?;
    let mut candidates: FxHashMap<u64, ArticleRecord> = FxHashMap::default();
    for (slot, hits) in &mut ranked {
        let Some(bytes) = records::get(&articles, *slot)? else {
            hits.clear();
            continue;
        };
        let keys = ArticleRecord::keys_of(&bytes)?;
        hits.retain(|hit| request.keys.get(usize::from(*hit)).is_some_and(|key| keys.contains(key)));
        if !hits.is_empty() {
            candidates.insert(*slot, ArticleRecord::decode(&bytes)?);
        }
    }
    ranked.retain(|(_, hits)| !hits.is_empty());
    rank(&mut ranked, request.strong);
    ranked.truncate(MAX_CANDIDATES);
    Ok(ranked
        .into_iter()
        .filter_map(|(slot, hits)| {
            Some(Candidate { slot: Slot(slot), hits, record: candidates.remove(&slot)? })
        })
        .collect())
}

/// Makes the tables of a new store; checks the format of one that exists.
fn prepare(database: &Database) -> Result<(), StoreError> {
    let doing = "preparing the store";
    let write = tables::begin(doing, database)?;
    let found = db(doing, db(doing, write.open_table(META))?.get("format"))?.map(|v| v.value() as u32);
    match found {
        Some(format) if format > STORE_FORMAT => {
            return Err(StoreError::Format { found: format, known: STORE_FORMAT });
        }
        Some(1) => migrate::first_format(&write)?,
        Some(_) | None => {}
    }
    db(doing, db(doing, write.open_table(META))?.insert("format", u64::from(STORE_FORMAT)))?;
    db(doing, write.open_table(ARTICLES))?;
    db(doing, write.open_table(YOUNG))?;
    db(doing, write.open_table(GENERATIONS))?;
    db(doing, write.open_table(INDEX))?;
    db(doing, write.open_table(FILTERS))?;
    db(doing, write.open_table(FOREIGN))?;
    db(doing, write.open_table(PAGES))?;
    db(doing, write.open_table(LEDGER))?;
    sites::put_in_order(&write)?;
    db(doing, write.open_table(STORIES))?;
    db(doing, write.commit())
}

fn open_index(database: &Database) -> Result<Index, StoreError> {
    let doing = "reading the index";
    let read = db(doing, database.begin_read())?;
    let articles = db(doing, read.open_table(ARTICLES))?;
    Index::open(&read, |slot| records::get(&articles, slot)?.map(|r| ArticleRecord::keys_of(&r)).transpose())
}
