//! What the service remembers: articles, pages, sites, stories. One trait, two homes: a directory of
//! this process's own, or a Redis that replicas share.
//!
//! The order that cannot lose: *claim* (a lease on the page's keys, fenced by a token) → publish →
//! confirm → *keep*. A claim that is released leaves nothing behind; one whose holder died lapses, and
//! its draft stays readable for a while, so that whoever comes next gives out the same ids.

mod codec;
/// What an extraction says beside the text.
pub mod described;
/// A directory of this process's own, on redb.
pub mod embedded;
/// Other scrapers' extractions of a page.
pub mod extraction;
/// What stands for a text.
mod fingerprint;
/// What is remembered, and its encoding.
pub mod record;
/// Redis or Valkey, shared by replicas; each step is one script.
pub mod redis;
/// What a site has taught, and how it learns.
pub mod sites;
/// Export and import as JSON lines, from either home into either.
pub mod transfer;

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::model::Failure;
pub use described::Described;
pub use embedded::EmbeddedStore;
pub use extraction::{Extraction, MAX_EXTRACTIONS};
pub use fingerprint::Fingerprint;
pub use record::{ArticleRecord, PageOutcome, StoryEntry};
pub use redis::RedisStore;

/// Layout of a whole store. A store of a later format is refused, one of an earlier is migrated.
pub const STORE_FORMAT: u32 = 3;

/// Articles found under one key: the first four and the last four. More is a farm of copies, or a
/// canonical URL that points everywhere.
pub const SLOTS_PER_KEY: usize = 8;
/// Candidates that one claim returns, best first.
pub const MAX_CANDIDATES: usize = 16;
/// Pending claims that one claim returns, oldest first.
pub const MAX_PENDING: usize = 16;
/// Published headlines that one claim brings.
pub const MAX_NEWS: usize = 200;
/// Keys of one article, aliases included; more URLs of the same article are not remembered.
pub const MAX_KEYS: usize = 64;
/// Titles in the window of stories.
pub const MAX_STORY_ENTRIES: u64 = 50_000;
/// How long the draft of a lapsed claim stays readable.
pub const GHOST: Duration = Duration::from_secs(24 * 3600);

/// Where things are remembered. Each method is one atomic step and at most one round trip.
pub trait Store: Send + Sync {
    /// Looks a page up and, unless it is known, claims its keys. With a token: looks again under the
    /// claim already held.
    fn claim(&self, request: ClaimRequest<'_>)
    -> impl Future<Output = Result<ClaimReply, StoreError>> + Send;
    /// Replaces the draft of a claim that is held, so that whoever takes over knows the ids.
    fn amend(
        &self,
        token: Token,
        draft: &ArticleRecord,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Remembers as published what was claimed; the claim ends.
    fn keep(&self, keep: Keep) -> impl Future<Output = Result<Kept, StoreError>> + Send;
    /// An article that a claim told of as `known` was met again in a page seen before: it is remembered from
    /// today on and, where it is still in that state, as captured at `captured`.
    fn meet(
        &self,
        slot: Slot,
        known: &ArticleRecord,
        captured: Option<i64>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Ends a claim and leaves nothing behind.
    fn release(&self, token: Token) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Ends a claim whose event may have been published: its draft stays for whoever takes over.
    fn lapse(&self, token: Token) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Extends the leases of claims that are held.
    fn renew(&self, tokens: &[Token], lease: Duration)
    -> impl Future<Output = Result<(), StoreError>> + Send;
    /// What a site has taught, with its revision.
    fn site(&self, site: &str) -> impl Future<Output = Result<Option<SiteBytes>, StoreError>> + Send;
    /// Writes what a site has taught if the revision is still the one that was read (0: none yet).
    fn put_site(
        &self,
        site: &str,
        expected: u64,
        bytes: &[u8],
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// Sites with memory, in order, after a name.
    fn sites(
        &self,
        after: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;
    /// Forgets a site.
    fn forget_site(&self, site: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// Titles published after a position, oldest first, each with its position.
    fn stories(
        &self,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(u64, StoryEntry)>, StoreError>> + Send;
    fn stats(&self) -> impl Future<Output = Result<StoreStats, StoreError>> + Send;
    /// Forgets what retention no longer covers, at most `steps` entries; says whether more is left.
    fn prune(
        &self,
        retention: Retention,
        steps: usize,
    ) -> impl Future<Output = Result<Pruned, StoreError>> + Send;
    /// Everything remembered, a batch at a time; `None` begins, and ends.
    fn export(
        &self,
        after: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<Entry>, Option<Cursor>), StoreError>> + Send;
    /// Writes exported entries; those already known by page or id are left as they are.
    fn import(&self, entries: Vec<Entry>) -> impl Future<Output = Result<usize, StoreError>> + Send;
}

/// 16 bytes that name an article, an event, a page or a story; printed as hex.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub [u8; 16]);

/// Names a claim, and orders claims: who holds the smaller waits for nobody greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u64);

/// Where an article lies in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u64);

#[derive(Debug)]
pub struct ClaimRequest<'a> {
    /// Of a claim already held, to look again.
    pub token: Option<Token>,
    pub page: Id,
    /// What the page may be found under, most telling first.
    pub keys: &'a [u64],
    /// How many of the first keys are telling by themselves; the rest are bands, of which many count.
    pub strong: usize,
    /// The article as it would be remembered if it were new.
    pub draft: &'a ArticleRecord,
    pub lease: Duration,
    /// The answer brings the headlines published after this position in the log of stories, so that no
    /// page has to wait for a request of its own for them.
    pub news_after: Option<u64>,
}

#[derive(Debug)]
pub enum ClaimReply {
    /// The page itself was published before; nothing was claimed.
    Seen { outcome: PageOutcome, record: Option<Box<ArticleRecord>> },
    Claimed {
        token: Token,
        candidates: Vec<Candidate>,
        pending: Vec<Pending>,
        /// Oldest first, `MAX_NEWS` at most; each with its position.
        news: Vec<(u64, StoryEntry)>,
    },
}

/// A remembered article that shares keys with the page.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub slot: Slot,
    /// Indices into the request's keys.
    pub hits: Vec<u16>,
    pub record: ArticleRecord,
}

/// Another's claim that shares keys with the page and is older than ours, or has lapsed.
#[derive(Debug, Clone)]
pub struct Pending {
    pub token: Token,
    pub page: Id,
    pub lapsed: bool,
    pub hits: Vec<u16>,
    pub draft: ArticleRecord,
}

/// What is to be remembered of a confirmed event.
#[derive(Debug, Clone)]
pub struct Keep {
    pub token: Token,
    pub page: Id,
    /// Its slot is set by the store where the article is new.
    pub outcome: PageOutcome,
    pub write: Write,
    /// Lapsed claims whose place this one took.
    pub supersedes: Vec<Token>,
    pub story: Option<StoryEntry>,
}

#[derive(Debug, Clone)]
pub enum Write {
    New(Box<ArticleRecord>),
    /// A new version, or the same one with further keys.
    Replace(Slot, Box<ArticleRecord>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Remembered,
    /// The lease had lapsed and another took over: only the page is remembered, nothing overwritten.
    Fenced,
}

/// What a site has taught, opaque here, and how often it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteBytes {
    pub revision: u64,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    pub days: u32,
    pub articles: u64,
    /// Sites whose memory is kept; the ones that have taught nothing for longest go first.
    pub sites: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: 30, articles: 5_000_000, sites: 100_000 }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    pub articles: u64,
    pub pages: u64,
    pub sites: u64,
    pub more: bool,
}

impl std::ops::AddAssign for Pruned {
    /// What several steps forgot; the last says whether more is left.
    fn add_assign(&mut self, step: Self) {
        self.articles += step.articles;
        self.pages += step.pages;
        self.sites += step.sites;
        self.more = step.more;
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct StoreStats {
    pub home: &'static str,
    pub format: u32,
    pub articles: u64,
    pub pages: u64,
    pub sites: u64,
    pub stories: u64,
    pub pending: u64,
    /// On disk, or in the server's memory.
    pub bytes: u64,
    /// Days since 1970 of the oldest entry.
    pub oldest_day: Option<u32>,
}

/// One exported thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Article(Box<ArticleRecord>),
    Page { page: Id, outcome: PageOutcome },
    Site { site: String, bytes: Vec<u8> },
    Story(StoryEntry),
}

/// How far an export has come; opaque outside the home that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub part: u8,
    pub after: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "the store in {path} is held by another process: stop that one, or name another directory in store.url"
    )]
    Held { path: PathBuf },
    #[error(
        "the store is of format {found}, this copydesk knows up to {known}: use the copydesk that wrote it, or `store export` there and `store import` here"
    )]
    Format { found: u32, known: u32 },
    #[error("store.url is {given:?}: expected `none`, `file:DIR`, `redis://host:port/db` or `rediss://…`")]
    Url { given: String },
    #[error(
        "a stored {what} cannot be read; `copydesk store stats` checks the store, `store import` restores an export"
    )]
    Corrupt { what: String },
    #[error(
        "the store's file {path} is damaged: move it away and give an export to `store import`, or begin with an empty store"
    )]
    Damaged { path: PathBuf },
    #[error("the store's file can only be used again by a new process, since the disk failed it: {why}")]
    Spent { why: String },
    #[error("{doing} failed: {source}")]
    Io {
        doing: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    pub(crate) fn io(
        doing: &'static str,
    ) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Self + Copy {
        move |source| Self::Io { doing, source }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Spent { .. } => Failure::for_good("store", error),
            other => Failure::shared("store", other),
        }
    }
}

/// The home that the configuration chose.
#[derive(Debug)]
pub enum AnyStore {
    Embedded(EmbeddedStore),
    Redis(Box<RedisStore>),
}

impl AnyStore {
    /// Whether other processes may write to it too.
    pub fn is_shared(&self) -> bool {
        !matches!(self, Self::Embedded(_))
    }

    /// Requests sent to a server so far; none to a directory.
    pub fn round_trips(&self) -> u64 {
        match self {
            Self::Embedded(_) => 0,
            Self::Redis(store) => store.round_trips(),
        }
    }

    /// The directory that `store.url` names, where it names one.
    pub fn directory(url: &str) -> Option<PathBuf> {
        let dir = url.strip_prefix("file:")?;
        let dir = dir.strip_prefix("//").unwrap_or(dir);
        (!dir.is_empty()).then(|| PathBuf::from(dir))
    }

    /// Opens what `store.url` names; `None` where it says `none`.
    pub async fn open(url: &str, cache_bytes: usize) -> Result<Option<Self>, StoreError> {
        match url {
            "none" | "" => Ok(None),
            url if url.starts_with("redis://") || url.starts_with("rediss://") => {
                Ok(Some(Self::Redis(Box::new(RedisStore::open(url).await?))))
            }
            url => match Self::directory(url) {
                Some(dir) => Ok(Some(Self::Embedded(EmbeddedStore::open(&dir, cache_bytes)?))),
                None => Err(StoreError::Url { given: url.to_owned() }),
            },
        }
    }
}

/// Hands every call to the home that is in use.
macro_rules! dispatch {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            AnyStore::Embedded($store) => $call,
            AnyStore::Redis($store) => $call,
        }
    };
}

impl Store for AnyStore {
    async fn claim(&self, request: ClaimRequest<'_>) -> Result<ClaimReply, StoreError> {
        dispatch!(self, s => s.claim(request).await)
    }
    async fn amend(&self, token: Token, draft: &ArticleRecord) -> Result<(), StoreError> {
        dispatch!(self, s => s.amend(token, draft).await)
    }
    async fn keep(&self, keep: Keep) -> Result<Kept, StoreError> {
        dispatch!(self, s => s.keep(keep).await)
    }
    async fn meet(&self, slot: Slot, known: &ArticleRecord, captured: Option<i64>) -> Result<(), StoreError> {
        dispatch!(self, s => s.meet(slot, known, captured).await)
    }
    async fn release(&self, token: Token) -> Result<(), StoreError> {
        dispatch!(self, s => s.release(token).await)
    }
    async fn lapse(&self, token: Token) -> Result<(), StoreError> {
        dispatch!(self, s => s.lapse(token).await)
    }
    async fn renew(&self, tokens: &[Token], lease: Duration) -> Result<(), StoreError> {
        dispatch!(self, s => s.renew(tokens, lease).await)
    }
    async fn site(&self, site: &str) -> Result<Option<SiteBytes>, StoreError> {
        dispatch!(self, s => s.site(site).await)
    }
    async fn put_site(&self, site: &str, expected: u64, bytes: &[u8]) -> Result<bool, StoreError> {
        dispatch!(self, s => s.put_site(site, expected, bytes).await)
    }
    async fn sites(&self, after: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        dispatch!(self, s => s.sites(after, limit).await)
    }
    async fn forget_site(&self, site: &str) -> Result<bool, StoreError> {
        dispatch!(self, s => s.forget_site(site).await)
    }
    async fn stories(&self, after: u64, limit: usize) -> Result<Vec<(u64, StoryEntry)>, StoreError> {
        dispatch!(self, s => s.stories(after, limit).await)
    }
    async fn stats(&self) -> Result<StoreStats, StoreError> {
        dispatch!(self, s => s.stats().await)
    }
    async fn prune(&self, retention: Retention, steps: usize) -> Result<Pruned, StoreError> {
        dispatch!(self, s => s.prune(retention, steps).await)
    }
    async fn export(
        &self,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
        dispatch!(self, s => s.export(after, limit).await)
    }
    async fn import(&self, entries: Vec<Entry>) -> Result<usize, StoreError> {
        dispatch!(self, s => s.import(entries).await)
    }
}

impl Id {
    /// From 32 hex digits; longer digests are cut.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut id = [0; 16];
        let digits = hex.as_bytes().get(..32)?;
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(id))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

pub(crate) fn today() -> u32 {
    (now().as_secs() / 86_400) as u32
}

/// Orders what shares keys with a page: by the most telling key, then by number of keys, then by age.
pub(crate) fn rank<T: Copy + Ord>(found: &mut [(T, Vec<u16>)], strong: usize) {
    found.sort_by_key(|(age, hits)| {
        let first = hits.first().map_or(strong, |hit| usize::from(*hit).min(strong));
        (first, std::cmp::Reverse(hits.len()), *age)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_and_printed_as_hex() {
        let hex = "00ff10203040506070809010a0b0c0d0";
        assert_eq!(Id::from_hex(hex).map(|id| id.to_string()).as_deref(), Some(hex));
        assert_eq!(Id::from_hex("zz"), None);
        assert_eq!(Id::from_hex(&"é".repeat(16)), None);
    }

    #[tokio::test]
    async fn urls_name_the_home() {
        assert!(AnyStore::open("none", 0).await.expect("opens").is_none());
        for wrong in ["file:", "postgres://x", "memory"] {
            assert!(matches!(AnyStore::open(wrong, 0).await, Err(StoreError::Url { .. })), "{wrong}");
        }
    }
}
