//! The one thread that writes: what waits is committed together, so that a disk flush is shared.

use std::sync::Arc;

use redb::{ReadableTable, Table, WriteTransaction};
use rustc_hash::FxHashSet;
use tokio::sync::{mpsc, oneshot};

use super::index::alive;
use super::sites::Sites;
use super::tables::{ARTICLES, Dated, INDEX, LEDGER, META, PAGES, STORIES, YOUNG, begin, db};
use super::{Shared, generations, records};
use crate::store::{
    ArticleRecord, Entry, Keep, Kept, MAX_STORY_ENTRIES, PageOutcome, Pruned, Retention, Slot, StoreError,
    StoryEntry, Token, Write, today,
};

/// Operations in one transaction.
const BATCH: usize = 512;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub enum Op {
    Keep(Box<Keep>, Reply<Kept>),
    /// What a claim told of an article's state, and when it was captured again.
    Meet {
        slot: Slot,
        known: Vec<u8>,
        captured: Option<i64>,
        reply: Reply<()>,
    },
    PutSite {
        site: String,
        expected: u64,
        bytes: Vec<u8>,
        reply: Reply<bool>,
    },
    ForgetSite {
        site: String,
        reply: Reply<bool>,
    },
    Prune {
        retention: Retention,
        steps: usize,
        reply: Reply<Pruned>,
    },
    Import(Vec<Entry>, Reply<usize>),
}

pub struct Writer {
    shared: Arc<Shared>,
    queue: mpsc::Receiver<Op>,
}

/// An operation done but not yet committed: how to tell its caller.
type Answer = Box<dyn FnOnce(Result<(), NotCommitted>) + Send>;

/// Why a batch was not committed, for each that waits for it.
#[derive(Debug, Clone)]
struct NotCommitted {
    spent: bool,
    why: String,
}

impl From<StoreError> for NotCommitted {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Spent { why } => Self { spent: true, why },
            other => Self { spent: false, why: other.to_string() },
        }
    }
}

impl From<NotCommitted> for StoreError {
    fn from(NotCommitted { spent, why }: NotCommitted) -> Self {
        if spent { Self::Spent { why } } else { Self::io("committing to the store")(why.into()) }
    }
}

impl Op {
    fn refuse(self, why: NotCommitted) {
        // The caller may have given up waiting.
        let _unheard = match self {
            Self::Keep(_, reply) => reply.send(Err(why.into())).is_err(),
            Self::Meet { reply, .. } => reply.send(Err(why.into())).is_err(),
            Self::PutSite { reply, .. } | Self::ForgetSite { reply, .. } => {
                reply.send(Err(why.into())).is_err()
            }
            Self::Prune { reply, .. } => reply.send(Err(why.into())).is_err(),
            Self::Import(_, reply) => reply.send(Err(why.into())).is_err(),
        };
    }
}

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
        let pruned = ops.iter().any(|op| matches!(op, Op::Prune { .. }));
        let mut answers: Vec<Answer> = Vec::with_capacity(ops.len());
        let mut ended: FxHashSet<Token> = FxHashSet::default();
        let committed = match begin("writing to the store", &self.shared.db) {
            Ok(write) => self.apply_all(write, ops, &mut answers, &mut ended).map_err(NotCommitted::from),
            Err(error) => {
                let why = NotCommitted::from(error);
                ops.into_iter().for_each(|op| op.refuse(why.clone()));
                return;
            }
        };
        if committed.is_ok() {
            let mut claims = self.shared.claims();
            for token in ended {
                claims.end(token);
            }
        }
        for answer in answers {
            answer(committed.clone());
        }
        // What cannot be tidied now is tidied after the next batch.
        if let Err(error) = generations::tidy(&self.shared, pruned) {
            tracing::warn!(%error, "the store's index was not tidied");
        }
    }

    fn apply_all(
        &self,
        write: WriteTransaction,
        ops: Vec<Op>,
        answers: &mut Vec<Answer>,
        ended: &mut FxHashSet<Token>,
    ) -> Result<(), StoreError> {
        let doing = "writing to the store";
        {
            let mut open = match Open::new(&self.shared, &write) {
                Ok(open) => open,
                Err(error) => {
                    let why = NotCommitted::from(error);
                    ops.into_iter().for_each(|op| op.refuse(why.clone()));
                    return Err(why.into());
                }
            };
            for op in ops {
                match op {
                    Op::Keep(keep, reply) => {
                        let held = self.shared.claims().is_held(keep.token) && !ended.contains(&keep.token);
                        ended.insert(keep.token);
                        ended.extend(&keep.supersedes);
                        answer(answers, reply, open.keep(*keep, held));
                    }
                    Op::Meet { slot, known, captured, reply } => {
                        answer(answers, reply, open.meet(slot, &known, captured));
                    }
                    Op::PutSite { site, expected, bytes, reply } => {
                        answer(answers, reply, open.sites.put(&site, expected, &bytes));
                    }
                    Op::ForgetSite { site, reply } => {
                        answer(answers, reply, open.sites.forget(&site));
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
            Err(why) => Err(why.into()),
        };
        // The caller may have given up waiting; what was written stays written.
        let _unheard = reply.send(result);
    }));
}

/// All tables of one transaction.
struct Open<'t> {
    shared: &'t Shared,
    meta: Table<'t, &'static str, u64>,
    young: Table<'t, u64, u64>,
    index: Table<'t, (u32, u32), &'static [u8]>,
    articles: Table<'t, u64, &'static [u8]>,
    pages: Table<'t, u128, &'static [u8]>,
    ledger: Table<'t, (u32, u64), &'static [u8]>,
    sites: Sites<'t>,
    stories: Table<'t, u64, &'static [u8]>,
}

const DOING: &str = "writing to the store";

impl<'t> Open<'t> {
    fn new(shared: &'t Shared, write: &'t WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            shared,
            meta: db(DOING, write.open_table(META))?,
            young: db(DOING, write.open_table(YOUNG))?,
            index: db(DOING, write.open_table(INDEX))?,
            articles: db(DOING, write.open_table(ARTICLES))?,
            pages: db(DOING, write.open_table(PAGES))?,
            ledger: db(DOING, write.open_table(LEDGER))?,
            sites: Sites::open(write)?,
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
        let next = self.number(counter)? + 1;
        db(DOING, self.meta.insert(counter, next))?;
        Ok(next)
    }

    fn add_article(&mut self, record: &ArticleRecord) -> Result<Slot, StoreError> {
        let slot = self.next("slot")?;
        records::append(&mut self.articles, slot, &record.encode())?;
        self.next("articles")?;
        self.add_keys(slot, &record.keys)?;
        self.note(record.touched, &Dated::Article(slot))?;
        Ok(Slot(slot))
    }

    fn replace_article(&mut self, slot: Slot, record: &ArticleRecord) -> Result<Slot, StoreError> {
        let Some(old) = records::get(&self.articles, slot.0)? else { return self.add_article(record) };
        let old = ArticleRecord::keys_of(&old)?;
        records::replace(&mut self.articles, slot.0, Some(&record.encode()))?;
        let new: Vec<u64> = record.keys.iter().copied().filter(|key| !old.contains(key)).collect();
        if !new.is_empty() {
            self.add_keys(slot.0, &new)?;
        }
        Ok(slot)
    }

    fn meet(&mut self, slot: Slot, known: &[u8], captured: Option<i64>) -> Result<(), StoreError> {
        let Some(bytes) = records::get(&self.articles, slot.0)? else { return Ok(()) };
        let mut record = ArticleRecord::decode(&bytes)?;
        record.touched = record.touched.max(today());
        if record.state() == known {
            record.captured = captured.or(record.captured);
        }
        records::replace(&mut self.articles, slot.0, Some(&record.encode()))
    }

    /// In memory this is seen before it is committed; until then it leads to no record, or to one that
    /// does not bear the key.
    fn add_keys(&mut self, slot: u64, keys: &[u64]) -> Result<(), StoreError> {
        let next = db(DOING, self.young.last())?.map_or(0, |(sequence, _)| sequence.value() + 1);
        db(DOING, self.young.insert(next, slot))?;
        self.shared.index_mut().add(slot, keys);
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

    /// Walks the ledger from its oldest end. What was met again since is moved to that day.
    fn prune(&mut self, retention: Retention, steps: usize) -> Result<Pruned, StoreError> {
        let first_kept = today().saturating_sub(retention.days);
        let sites = self.sites.prune(retention.sites, steps)?;
        let mut pruned = Pruned { sites, ..Pruned::default() };
        for _ in sites..steps as u64 {
            let too_many = self.number("articles")? > retention.articles;
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
                    let Some(record) = records::get(&self.articles, slot)? else { continue };
                    let touched = ArticleRecord::touched_of(&record)?;
                    if touched > day {
                        self.note(touched, &Dated::Article(slot))?;
                        continue;
                    }
                    self.forget_article(slot)?;
                    pruned.articles += 1;
                }
            }
        }
        pruned.more = true;
        Ok(pruned)
    }

    /// Its entries in the index lead to nothing from now on.
    fn forget_article(&mut self, slot: u64) -> Result<(), StoreError> {
        records::replace(&mut self.articles, slot, None)?;
        let left = self.number("articles")?.saturating_sub(1);
        db(DOING, self.meta.insert("articles", left))?;
        if let Some(generation) = self.shared.index_mut().forget(slot) {
            let left = self.number(&alive(generation))?.saturating_sub(1);
            db(DOING, self.meta.insert(alive(generation).as_str(), left))?;
        }
        Ok(())
    }

    fn number(&self, name: &str) -> Result<u64, StoreError> {
        Ok(db(DOING, self.meta.get(name))?.map_or(0, |n| n.value()))
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
                Entry::Site { site, bytes } => self.sites.put(&site, 0, &bytes)?,
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
        let found = self.shared.index().find(&record.keys);
        for (_, slot) in found.slots(&record.keys, &self.index)? {
            if let Some(bytes) = records::get(&self.articles, slot)?
                && ArticleRecord::decode(&bytes)?.article_id == record.article_id
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
