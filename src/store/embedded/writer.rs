//! The one thread that writes: what waits is committed together, so that a disk flush is shared.

use std::sync::Arc;

use redb::{ReadableTable, ReadableTableMetadata, Table, WriteTransaction};
use rustc_hash::FxHashSet;
use tokio::sync::{mpsc, oneshot};

use super::Shared;
use super::tables::{
    ARTICLES, Dated, KEYS, LEDGER, META, PAGES, SITES, STORIES, db, with_slot, without_slot,
};
use crate::store::{
    ArticleRecord, Entry, Keep, Kept, MAX_STORY_ENTRIES, PageOutcome, Pruned, Retention, Slot, StoreError,
    StoryEntry, Token, Write, today,
};

/// Operations in one transaction.
const BATCH: usize = 512;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub enum Op {
    Keep(Box<Keep>, Reply<Kept>),
    PutSite { site: String, expected: u64, bytes: Vec<u8>, reply: Reply<bool> },
    ForgetSite { site: String, reply: Reply<bool> },
    Prune { retention: Retention, steps: usize, reply: Reply<Pruned> },
    Import(Vec<Entry>, Reply<usize>),
}

pub struct Writer {
    shared: Arc<Shared>,
    queue: mpsc::Receiver<Op>,
}

/// An operation done but not yet committed: how to tell its caller.
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;

impl Writer {
    pub fn new(shared: Arc<Shared>, queue: mpsc::Receiver<Op>) -> Self {
        Self { shared, queue }
    }

    /// Until every sender is gone.
    pub fn run(mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            let mut ops = vec![first];
            while ops.len() < BATCH
                && let Ok(op) = self.queue.try_recv()
            {
                ops.push(op);
            }
            self.commit(ops);
        }
    }

    fn commit(&self, ops: Vec<Op>) {
        let mut answers: Vec<Answer> = Vec::with_capacity(ops.len());
        let mut ended: FxHashSet<Token> = FxHashSet::default();
        let committed = self.apply_all(ops, &mut answers, &mut ended).map_err(|e| e.to_string());
        if committed.is_ok() {
            let mut claims = self.shared.claims();
            for token in ended {
                claims.end(token);
            }
        }
        for answer in answers {
            answer(committed.clone());
        }
    }

    fn apply_all(
        &self,
        ops: Vec<Op>,
        answers: &mut Vec<Answer>,
        ended: &mut FxHashSet<Token>,
    ) -> Result<(), StoreError> {
        let doing = "writing to the store";
        let write = db(doing, self.shared.db.begin_write())?;
        {
            let mut open = Open::new(&write)?;
            for op in ops {
                match op {
                    Op::Keep(keep, reply) => {
                        let held = self.shared.claims().is_held(keep.token) && !ended.contains(&keep.token);
                        ended.insert(keep.token);
                        ended.extend(&keep.supersedes);
                        answer(answers, reply, open.keep(*keep, held));
                    }
                    Op::PutSite { site, expected, bytes, reply } => {
                        answer(answers, reply, open.put_site(&site, expected, &bytes));
                    }
                    Op::ForgetSite { site, reply } => {
                        let removed = db(doing, open.sites.remove(site.as_str())).map(|was| was.is_some());
                        answer(answers, reply, removed);
                    }
                    Op::Prune { retention, steps, reply } => {
                        answer(answers, reply, open.prune(retention, steps));
                    }
                    Op::Import(entries, reply) => answer(answers, reply, open.import(entries)),
                }
            }
        }
        db(doing, write.commit())
    }
}

/// Keeps a result until the transaction is committed; a failed commit takes its place.
fn answer<T: Send + 'static>(answers: &mut Vec<Answer>, reply: Reply<T>, result: Result<T, StoreError>) {
    answers.push(Box::new(move |committed| {
        let result = match committed {
            Ok(()) => result,
            Err(why) => Err(StoreError::io("committing to the store")(why.into())),
        };
        // The caller may have given up waiting; what was written stays written.
        let _unheard = reply.send(result);
    }));
}

/// All tables of one transaction.
struct Open<'t> {
    meta: Table<'t, &'static str, u64>,
    keys: Table<'t, u64, &'static [u8]>,
    articles: Table<'t, u64, &'static [u8]>,
    pages: Table<'t, u128, &'static [u8]>,
    ledger: Table<'t, (u32, u64), &'static [u8]>,
    sites: Table<'t, &'static str, (u64, &'static [u8])>,
    stories: Table<'t, u64, &'static [u8]>,
}

const DOING: &str = "writing to the store";

impl<'t> Open<'t> {
    fn new(write: &'t WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            meta: db(DOING, write.open_table(META))?,
            keys: db(DOING, write.open_table(KEYS))?,
            articles: db(DOING, write.open_table(ARTICLES))?,
            pages: db(DOING, write.open_table(PAGES))?,
            ledger: db(DOING, write.open_table(LEDGER))?,
            sites: db(DOING, write.open_table(SITES))?,
            stories: db(DOING, write.open_table(STORIES))?,
        })
    }

    fn keep(&mut self, keep: Keep, held: bool) -> Result<Kept, StoreError> {
        let Keep { page, mut outcome, write, story, .. } = keep;
        let page = u128::from_be_bytes(page.0);
        if !held {
            if db(DOING, self.pages.get(page))?.is_none() {
                outcome.slot = Slot(0);
                self.put_page(page, outcome)?;
            }
            return Ok(Kept::Fenced);
        }
        outcome.slot = match write {
            Write::New(record) => self.add_article(&record)?,
            Write::Replace(slot, record) => self.replace_article(slot, &record)?,
        };
        self.put_page(page, outcome)?;
        if let Some(entry) = story {
            self.add_story(&entry)?;
        }
        Ok(Kept::Remembered)
    }

    fn next(&mut self, counter: &'static str) -> Result<u64, StoreError> {
        let next = db(DOING, self.meta.get(counter))?.map_or(0, |n| n.value()) + 1;
        db(DOING, self.meta.insert(counter, next))?;
        Ok(next)
    }

    fn add_article(&mut self, record: &ArticleRecord) -> Result<Slot, StoreError> {
        let slot = self.next("slot")?;
        for key in &record.keys {
            self.add_key(*key, slot)?;
        }
        db(DOING, self.articles.insert(slot, record.encode().as_slice()))?;
        self.note(record.touched, &Dated::Article(slot))?;
        Ok(Slot(slot))
    }

    fn replace_article(&mut self, slot: Slot, record: &ArticleRecord) -> Result<Slot, StoreError> {
        let old = db(DOING, self.articles.get(slot.0))?.map(|cell| ArticleRecord::decode(cell.value()));
        let Some(old) = old.transpose()? else { return self.add_article(record) };
        for key in old.keys.iter().filter(|k| !record.keys.contains(k)) {
            self.drop_key(*key, slot.0)?;
        }
        for key in record.keys.iter().filter(|k| !old.keys.contains(k)) {
            self.add_key(*key, slot.0)?;
        }
        db(DOING, self.articles.insert(slot.0, record.encode().as_slice()))?;
        Ok(slot)
    }

    fn add_key(&mut self, key: u64, slot: u64) -> Result<(), StoreError> {
        let cell = match db(DOING, self.keys.get(key))? {
            Some(cell) => with_slot(cell.value(), slot),
            None => with_slot(&[], slot),
        };
        if let Some(cell) = cell {
            db(DOING, self.keys.insert(key, cell.as_slice()))?;
        }
        Ok(())
    }

    fn drop_key(&mut self, key: u64, slot: u64) -> Result<(), StoreError> {
        let cell = db(DOING, self.keys.get(key))?.and_then(|cell| without_slot(cell.value(), slot));
        match cell {
            Some(cell) if cell.is_empty() => {
                db(DOING, self.keys.remove(key))?;
            }
            Some(cell) => {
                db(DOING, self.keys.insert(key, cell.as_slice()))?;
            }
            None => {}
        }
        Ok(())
    }

    fn put_page(&mut self, page: u128, outcome: PageOutcome) -> Result<(), StoreError> {
        db(DOING, self.pages.insert(page, outcome.encode().as_slice()))?;
        self.note(today(), &Dated::Page(page))
    }

    fn note(&mut self, day: u32, what: &Dated) -> Result<(), StoreError> {
        let sequence = self.next("ledger")?;
        db(DOING, self.ledger.insert((day, sequence), what.encode().as_slice()))?;
        Ok(())
    }

    fn add_story(&mut self, entry: &StoryEntry) -> Result<(), StoreError> {
        let position = self.next("story")?;
        db(DOING, self.stories.insert(position, entry.encode().as_slice()))?;
        if position > MAX_STORY_ENTRIES {
            db(DOING, self.stories.remove(position - MAX_STORY_ENTRIES))?;
        }
        Ok(())
    }

    fn put_site(&mut self, site: &str, expected: u64, bytes: &[u8]) -> Result<bool, StoreError> {
        let revision = db(DOING, self.sites.get(site))?.map_or(0, |cell| cell.value().0);
        if revision == expected {
            db(DOING, self.sites.insert(site, (revision + 1, bytes)))?;
        }
        Ok(revision == expected)
    }

    /// Walks the ledger from its oldest end. What was met again since is moved to that day.
    fn prune(&mut self, retention: Retention, steps: usize) -> Result<Pruned, StoreError> {
        let first_kept = today().saturating_sub(retention.days);
        let mut pruned = Pruned::default();
        for _ in 0..steps {
            let too_many = db(DOING, self.articles.len())? > retention.articles;
            let oldest =
                db(DOING, self.ledger.first())?.map(|(key, cell)| (key.value(), Dated::decode(cell.value())));
            let Some(((day, sequence), dated)) = oldest else { return Ok(pruned) };
            if day >= first_kept && !too_many {
                return Ok(pruned);
            }
            db(DOING, self.ledger.remove((day, sequence)))?;
            match dated? {
                Dated::Page(page) => {
                    db(DOING, self.pages.remove(page))?;
                    pruned.pages += 1;
                }
                Dated::Article(slot) => {
                    let cell = db(DOING, self.articles.get(slot))?.map(|c| ArticleRecord::decode(c.value()));
                    let Some(record) = cell.transpose()? else { continue };
                    if record.touched > day {
                        self.note(record.touched, &Dated::Article(slot))?;
                        continue;
                    }
                    for key in &record.keys {
                        self.drop_key(*key, slot)?;
                    }
                    db(DOING, self.articles.remove(slot))?;
                    pruned.articles += 1;
                }
            }
        }
        pruned.more = true;
        Ok(pruned)
    }

    fn import(&mut self, entries: Vec<Entry>) -> Result<usize, StoreError> {
        let mut written = 0;
        for entry in entries {
            written += usize::from(match entry {
                Entry::Article(record) => {
                    let known = self.knows(&record)?;
                    if !known {
                        self.add_article(&record)?;
                    }
                    !known
                }
                Entry::Page { page, outcome } => {
                    let page = u128::from_be_bytes(page.0);
                    let known = db(DOING, self.pages.get(page))?.is_some();
                    if !known {
                        self.put_page(page, PageOutcome { slot: Slot(0), ..outcome })?;
                    }
                    !known
                }
                Entry::Site { site, bytes } => self.put_site(&site, 0, &bytes)?,
                Entry::Story(entry) => {
                    self.add_story(&entry)?;
                    true
                }
            });
        }
        Ok(written)
    }

    /// Whether an article of the same id is found under one of the record's keys.
    fn knows(&self, record: &ArticleRecord) -> Result<bool, StoreError> {
        for key in &record.keys {
            let Some(cell) = db(DOING, self.keys.get(key))? else { continue };
            for slot in super::tables::slots(cell.value()) {
                if let Some(found) = db(DOING, self.articles.get(slot))?
                    && ArticleRecord::decode(found.value())?.article_id == record.article_id
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
