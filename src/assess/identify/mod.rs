//! Which article is this: new, an update, a copy, or the same wire text at another publisher.
//!
//! Claim before publish, keep after confirm. A page that meets another's pending claim on the same
//! article waits until that is kept, released or lapsed: it is never published as a copy of something
//! unconfirmed. Who takes the place of a lapsed claim gives out the ids that its holder would have:
//! if the event did get out before its holder died, ours is a repeat and is dropped as one.

/// What a further capture of an article adds.
pub mod change;
/// Ids and hashes.
pub mod ids;
/// Under which keys an article is found.
pub mod keys;
mod lease;
mod news;
/// Whether two articles are one.
pub mod relate;
mod sites;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::backoff::Backoff;
use crate::model::article::{Completeness, Timestamp};
use crate::model::verdict::{Dedup, Original, Story, Verdict};
use crate::model::{Article, Failure, Observations, SiteKnowledge};
use crate::store::{
    AnyStore, ArticleRecord, Candidate, ClaimReply, ClaimRequest, Id, Keep, Kept, MAX_KEYS, PageOutcome,
    Pending, Retention, Slot, Store, StoreError, StoreStats, Token, Write, cut, today,
};
use crate::telemetry::labels::IdentifyEvent;
use crate::telemetry::record;

use super::fingerprint::{Printed, fingerprint};
use super::tokens;
use change::{Change, change};
use ids::id;
pub use ids::{article_id, content_hash, event_id, hex, skipped_id};
use keys::Keys;
use lease::{Held, Leases};
use news::News;
use relate::{Relation, relate};
use sites::Sites;

/// What `identify` decided of one article.
#[derive(Debug)]
pub struct Identified {
    pub article_id: String,
    pub version: u32,
    pub content_hash: String,
    pub event_id: String,
    pub dedup: Dedup,
    pub story: Option<Story>,
    /// What earlier extractions of the article had and this one lacks.
    pub filled: Filled,
    pub claim: Claim,
}

/// Fields taken over from what is remembered of the article.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Filled {
    pub headline: Option<String>,
    pub published_at: Option<Timestamp>,
    pub byline: Option<String>,
}

/// The right to publish, taken before and kept after. Dropped without either, it lapses.
#[derive(Debug, Clone, Default)]
pub struct Claim {
    held: Option<Arc<Promise>>,
}

/// What is to be remembered once the event is confirmed.
#[derive(Debug)]
struct Promise {
    held: Mutex<Held>,
    keep: Keep,
    /// Taught by the page, where it is the first of its article.
    observations: Option<Observations>,
}

/// Identity and memory: without a store each page is judged as if alone.
#[derive(Debug, Default)]
pub struct Identifier {
    memory: Option<Memory>,
}

#[derive(Debug)]
struct Memory {
    store: Arc<AnyStore>,
    leases: Arc<Leases>,
    sites: Sites,
    news: News,
    settings: IdentifySettings,
}

#[derive(Debug, Clone)]
pub struct IdentifySettings {
    /// How long a claim holds when its holder has died.
    pub lease: Duration,
    /// Whether, with the store out of reach, every article is published as new instead of waiting.
    pub publish_unchecked: bool,
    pub retention: Retention,
}

impl Default for IdentifySettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(120),
            publish_unchecked: false,
            retention: Retention { days: 30, articles: 5_000_000 },
        }
    }
}

/// Texts longer than this are cut before they are remembered.
const MAX_HEADLINE_BYTES: usize = 300;
/// Waits between two looks at a claim that is in the way.
const FIRST_LOOK: Duration = Duration::from_millis(3);
const LONGEST_LOOK: Duration = Duration::from_millis(250);
/// Time between two rounds of forgetting, and what one round may forget.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
const PRUNE_STEPS: usize = 2_000;

impl Identifier {
    /// With a memory. Must be called inside a runtime: leases are renewed in the background.
    pub fn new(store: AnyStore, settings: IdentifySettings) -> Self {
        let store = Arc::new(store);
        let leases = Leases::start(&store, settings.lease);
        tokio::spawn(forget(Arc::downgrade(&store), settings.retention));
        Self {
            memory: Some(Memory { store, leases, sites: Sites::default(), news: News::default(), settings }),
        }
    }

    /// The store, where there is one: for commands that look into it.
    pub fn store(&self) -> Option<&AnyStore> {
        self.memory.as_ref().map(|m| &*m.store)
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), Failure> {
        match &self.memory {
            Some(memory) => Ok(memory.store.stats().await.map(|_: StoreStats| ())?),
            None => Ok(()),
        }
    }

    pub async fn knowledge(&self, site: Option<&str>) -> Result<Arc<SiteKnowledge>, Failure> {
        match (&self.memory, site) {
            (Some(memory), Some(site)) => Ok(memory.sites.knowledge(&memory.store, site).await?),
            _ => Ok(Arc::new(SiteKnowledge { site: site.map(str::to_owned), ..SiteKnowledge::default() })),
        }
    }

    /// Decides, and claims. Waits while another's claim on the same article is pending.
    pub async fn identify(&self, article: &Article, seen: Observations) -> Result<Identified, Failure> {
        let Some(memory) = &self.memory else { return Ok(alone(article)) };
        match memory.identify(article, seen).await {
            Ok(identified) => Ok(identified),
            Err(error @ StoreError::Io { .. }) if memory.settings.publish_unchecked => {
                tracing::warn!(%error, "published as new without asking the store");
                record::identified(IdentifyEvent::Unchecked);
                Ok(alone(article))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Remembers as published. May be called again with the same claim after a failure.
    pub async fn keep(&self, claim: Claim) -> Result<(), Failure> {
        let (Some(memory), Some(promise)) = (&self.memory, claim.held) else { return Ok(()) };
        if memory.store.keep(promise.keep.clone()).await? == Kept::Fenced {
            tracing::warn!(
                article_id = %promise.keep.outcome.article_id,
                "another took over before the event was confirmed: the page is remembered, the article is theirs"
            );
            record::identified(IdentifyEvent::ClaimFenced);
        }
        promise.settle();
        if let Some(entry) = &promise.keep.story {
            memory.news.published(entry);
        }
        if let Some(seen) = &promise.observations
            && let Err(error) = memory.sites.learn(&memory.store, seen).await
        {
            // The article is remembered; a lesson that was lost is taught again by the next one.
            tracing::warn!(%error, site = seen.site.as_deref(), "what the page taught about its site was not kept");
        }
        Ok(())
    }

    /// Forgets the claim: its event will not be published.
    pub async fn release(&self, claim: Claim) -> Result<(), Failure> {
        let (Some(memory), Some(promise)) = (&self.memory, claim.held) else { return Ok(()) };
        memory.store.release(promise.keep.token).await?;
        promise.settle();
        Ok(())
    }
}

impl Promise {
    fn settle(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).settle();
    }
}

/// What one article is by itself: new, version 1, ids from the page alone.
fn alone(article: &Article) -> Identified {
    let content_hash = content_hash(article);
    let article_id = article_id(article, &content_hash);
    Identified {
        event_id: event_id(&article_id, 1, &article.raw.page_key),
        version: 1,
        content_hash,
        article_id,
        dedup: Dedup { verdict: Verdict::New, of: None, similarity: None, method: None },
        story: None,
        filled: Filled::default(),
        claim: Claim::default(),
    }
}

/// A page on its way through identification.
struct Incoming<'a> {
    article: &'a Article,
    page: Id,
    draft: ArticleRecord,
    keys: Keys,
}

/// What was decided of it.
struct Decision {
    record: ArticleRecord,
    write: Into,
    dedup: Dedup,
    filled: Filled,
    supersedes: Vec<Token>,
    /// The draft that the claim was made with no longer says which ids will be published.
    amended: bool,
}

enum Into {
    New,
    Known(Slot),
}

impl Memory {
    async fn identify(&self, article: &Article, seen: Observations) -> Result<Identified, StoreError> {
        let incoming = Incoming::of(article);
        let mut looks = Backoff::new(FIRST_LOOK, LONGEST_LOOK);
        let mut held: Option<Held> = None;
        loop {
            let request = ClaimRequest {
                token: held.as_ref().map(|h| h.token),
                page: incoming.page,
                keys: &incoming.keys.lookup,
                strong: incoming.keys.strong,
                draft: &incoming.draft,
                lease: self.settings.lease,
            };
            match self.store.claim(request).await? {
                ClaimReply::Seen { outcome, record } => {
                    if let Some(mut held) = held {
                        held.settle();
                    }
                    let known = record.and_then(|r| r.story);
                    let story = known.map(|id| Story { id: id.to_string(), size: self.news.size(id).max(1) });
                    return Ok(repeated(article, outcome, story));
                }
                ClaimReply::Claimed { token, candidates, pending } => {
                    let mine = match held {
                        Some(mine) if mine.token == token => mine,
                        Some(mut lost) => {
                            lost.settle();
                            self.leases.hold(token)
                        }
                        None => self.leases.hold(token),
                    };
                    if !pending.iter().any(|p| !p.lapsed && incoming.meets(p)) {
                        return self.decided(&incoming, seen, mine, &candidates, &pending).await;
                    }
                    held = Some(mine);
                    record::identified(IdentifyEvent::ClaimWaited);
                    looks.wait().await;
                }
            }
        }
    }

    /// Makes a promise of a decision.
    async fn decided(
        &self,
        incoming: &Incoming<'_>,
        seen: Observations,
        mut held: Held,
        candidates: &[Candidate],
        pending: &[Pending],
    ) -> Result<Identified, StoreError> {
        let Decision { mut record, write, dedup, filled, supersedes, amended } =
            incoming.decide(held.token, candidates, pending);
        if amended {
            self.store.amend(held.token, &record).await?;
        }
        let place = self.news.place(&self.store, incoming.article, &record, &dedup).await?;
        record.story = place.as_ref().map(|p| p.entry.story).or(record.story);
        let size = place.as_ref().map(|p| p.size);
        let story = record
            .story
            .map(|id| Story { id: id.to_string(), size: size.unwrap_or_else(|| self.news.size(id).max(1)) });
        held.may_be_published();
        record.touched = today();
        let outcome = PageOutcome {
            slot: Slot(0),
            article_id: record.article_id,
            version: record.version,
            event_id: incoming.event_id(&record, &dedup),
            verdict: dedup.verdict,
        };
        let first = matches!(dedup.verdict, Verdict::New | Verdict::Syndicated);
        let keep = Keep {
            token: held.token,
            page: incoming.page,
            outcome,
            write: match write {
                Into::New => Write::New(Box::new(record.clone())),
                Into::Known(slot) => Write::Replace(slot, Box::new(record.clone())),
            },
            supersedes,
            story: place.map(|p| p.entry),
        };
        let promise = Promise { held: Mutex::new(held), keep, observations: first.then_some(seen) };
        Ok(Identified {
            article_id: record.article_id.to_string(),
            version: record.version,
            content_hash: incoming.draft.print.content_hash.to_string(),
            event_id: outcome.event_id.to_string(),
            dedup,
            story,
            filled,
            claim: Claim { held: Some(Arc::new(promise)) },
        })
    }
}

/// A page that was published before: the same ids again, as a copy of itself.
fn repeated(article: &Article, outcome: PageOutcome, story: Option<Story>) -> Identified {
    let original = Original {
        article_id: outcome.article_id.to_string(),
        version: outcome.version,
        event_id: outcome.event_id.to_string(),
    };
    Identified {
        article_id: original.article_id.clone(),
        version: outcome.version,
        content_hash: content_hash(article),
        event_id: original.event_id.clone(),
        dedup: Dedup {
            verdict: Verdict::ExactDuplicate,
            of: Some(original),
            similarity: Some(1.0),
            method: Some("page_key".into()),
        },
        story,
        filled: Filled::default(),
        claim: Claim::default(),
    }
}

impl<'a> Incoming<'a> {
    fn of(article: &'a Article) -> Self {
        let printed = fingerprint(article);
        let mut draft = draft(article, &printed);
        let keys = Keys::of(article, &draft, &printed);
        draft.keys = keys.written.clone();
        Self { article, page: id(&article.raw.page_key), draft, keys }
    }

    /// Whether a pending claim is on the same page or, as far as can be told, the same article.
    fn meets(&self, other: &Pending) -> bool {
        other.page == self.page || self.relation(&other.hits, &other.draft).is_some()
    }

    fn relation(&self, hits: &[u16], other: &ArticleRecord) -> Option<Relation> {
        relate(&self.draft, &self.keys, hits, other)
    }

    fn decide(&self, mine: Token, candidates: &[Candidate], pending: &[Pending]) -> Decision {
        let related = candidates.iter().filter_map(|c| Some((self.relation(&c.hits, &c.record)?, c)));
        let best = related
            .min_by_key(|(relation, c)| (relation.rank, (-1000.0 * relation.similarity) as i32, c.slot));
        let ghosts: Vec<&Pending> = pending.iter().filter(|p| p.lapsed && self.meets(p)).collect();
        let mut decision = match best {
            Some((relation, known)) if !relation.syndicated => self.further(relation, known),
            Some((relation, other)) => self.syndicated(relation, &other.record, candidates),
            None => self.first(candidates),
        };
        self.take_over(&mut decision, mine, &ghosts);
        decision
    }

    /// Nothing like it is known.
    fn first(&self, candidates: &[Candidate]) -> Decision {
        let record = self.own(candidates);
        let amended = record.article_id != self.draft.article_id;
        let dedup = Dedup { verdict: Verdict::New, of: None, similarity: None, method: None };
        Decision {
            record,
            write: Into::New,
            dedup,
            filled: Filled::default(),
            supersedes: Vec::new(),
            amended,
        }
    }

    /// The same text at another publisher: an article of its own, named a copy.
    fn syndicated(&self, relation: Relation, of: &ArticleRecord, candidates: &[Candidate]) -> Decision {
        let mut decision = self.first(candidates);
        decision.record.story = of.story;
        decision.dedup = dedup(Verdict::Syndicated, relation.method, relation.similarity, of);
        decision
    }

    /// A further capture of a known article.
    fn further(&self, relation: Relation, known: &Candidate) -> Decision {
        let what = change(&self.draft, &known.record, relation.method == "url");
        let (verdict, method) = match what {
            Change::Exact => (Verdict::ExactDuplicate, relation.method),
            Change::Near => (Verdict::NearDuplicate, relation.method),
            Change::Older { exact: true } => (Verdict::ExactDuplicate, "older_capture"),
            Change::Older { exact: false } => (Verdict::NearDuplicate, "older_capture"),
            Change::Edited => (Verdict::Update, relation.method),
            Change::Better => (Verdict::Update, "better_extraction"),
        };
        let old = &known.record;
        let dedup = dedup(verdict, method, relation.similarity, old);
        let write = Into::Known(known.slot);
        if verdict == Verdict::Update {
            let mut record = self.draft.clone();
            record.article_id = old.article_id;
            record.version = old.version + 1;
            record.event_id = self.own_event_id(&record);
            record.story = old.story;
            let filled = fill(&mut record, old);
            let addresses = old.keys.iter().copied();
            record.keys = merged(record.keys, addresses);
            return Decision { record, write, dedup, filled, supersedes: Vec::new(), amended: true };
        }
        let mut record = old.clone();
        let before = record.keys.len();
        record.keys = merged(record.keys, self.keys.addresses());
        if record.keys.len() == MAX_KEYS && before == MAX_KEYS {
            record::identified(IdentifyEvent::AliasNotRemembered);
        }
        Decision { record, write, dedup, filled: Filled::default(), supersedes: Vec::new(), amended: false }
    }

    /// The draft with an id of its own: another article may hold the one that its canonical URL gives.
    fn own(&self, candidates: &[Candidate]) -> ArticleRecord {
        let mut record = self.draft.clone();
        if candidates.iter().any(|c| c.record.article_id == record.article_id) {
            let address = self.article.url.as_deref().unwrap_or_default();
            let content = record.print.content_hash.to_string();
            record.article_id = id(&hex(&["article-own", address, &content]));
            record.event_id = self.own_event_id(&record);
        }
        record
    }

    /// Takes the place of claims whose holders died: the event may be out under their ids.
    fn take_over(&self, decision: &mut Decision, mine: Token, ghosts: &[&Pending]) {
        decision.supersedes = ghosts.iter().map(|g| g.token).collect();
        // The oldest, for whoever came after it would have taken its place, too; and none younger than
        // ours, for its holder could publish only as the heir of ours.
        let same_version = |g: &&&Pending| g.draft.version == decision.record.version;
        let older = ghosts.iter().filter(|g| g.token < mine).filter(same_version);
        let ghost = older.filter(|g| self.adds_nothing_to(g)).min_by_key(|g| g.token);
        let Some(ghost) = ghost else { return };
        match decision.dedup.verdict {
            Verdict::New => decision.record.article_id = ghost.draft.article_id,
            Verdict::Update if decision.record.article_id == ghost.draft.article_id => {}
            _ => return,
        }
        decision.record.event_id = ghost.draft.event_id;
        decision.amended = true;
        record::identified(IdentifyEvent::ClaimTakenOver);
    }

    /// Whether the event that a lapsed claim may have published says all that ours would.
    fn adds_nothing_to(&self, ghost: &Pending) -> bool {
        let Some(relation) = self.relation(&ghost.hits, &ghost.draft) else { return ghost.page == self.page };
        let what = change(&self.draft, &ghost.draft, relation.method == "url");
        let nothing = matches!(what, Change::Exact | Change::Near | Change::Older { .. });
        ghost.page == self.page || (nothing && !relation.syndicated)
    }

    fn own_event_id(&self, record: &ArticleRecord) -> Id {
        id(&event_id(&record.article_id.to_string(), record.version, &self.article.raw.page_key))
    }

    /// A copy's event is its own; that of a version is the version's.
    fn event_id(&self, record: &ArticleRecord, dedup: &Dedup) -> Id {
        match dedup.verdict {
            Verdict::ExactDuplicate | Verdict::NearDuplicate => self.own_event_id(record),
            Verdict::New | Verdict::Update | Verdict::Syndicated => record.event_id,
        }
    }
}

fn dedup(verdict: Verdict, method: &str, similarity: f32, of: &ArticleRecord) -> Dedup {
    Dedup {
        verdict,
        of: Some(Original {
            article_id: of.article_id.to_string(),
            version: of.version,
            event_id: of.event_id.to_string(),
        }),
        similarity: Some((similarity * 1000.0).round() / 1000.0),
        method: Some(method.to_owned()),
    }
}

/// Keeps what the earlier version had and the new capture lacks.
fn fill(record: &mut ArticleRecord, old: &ArticleRecord) -> Filled {
    fn take<T: Clone>(mine: &mut Option<T>, theirs: &Option<T>) -> Option<T> {
        if mine.is_some() {
            return None;
        }
        mine.clone_from(theirs);
        theirs.clone()
    }
    Filled {
        headline: take(&mut record.headline, &old.headline),
        published_at: take(&mut record.published_at, &old.published_at),
        byline: take(&mut record.byline, &old.byline),
    }
}

/// Both, without repeats, `MAX_KEYS` at most.
fn merged(mut keys: Vec<u64>, more: impl Iterator<Item = u64>) -> Vec<u64> {
    for key in more {
        if keys.len() >= MAX_KEYS {
            break;
        }
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// What would be remembered if the article were new.
fn draft(article: &Article, printed: &Printed) -> ArticleRecord {
    let short = |text: &Option<String>| text.as_deref().map(|t| cut(t, MAX_HEADLINE_BYTES).to_owned());
    let content_hash = printed.print.content_hash.to_string();
    let article_id = article_id(article, &content_hash);
    let source = article.source.as_ref().and_then(|s| s.domain.clone().or_else(|| s.name.clone()));
    ArticleRecord {
        touched: today(),
        keys: Vec::new(),
        event_id: id(&event_id(&article_id, 1, &article.raw.page_key)),
        article_id: id(&article_id),
        version: 1,
        story: None,
        site: short(&article.site.clone().or(source)),
        scraper: article.raw.scraper.as_deref().map_or(0, |name| (tokens::word_hash(name) >> 32) as u32),
        captured: article.raw.fetched_at.as_deref().and_then(seconds),
        partial: article.completeness == Completeness::Partial,
        addressed: article.url.is_some(),
        headline: short(&article.headline),
        published_at: article.published_at.clone(),
        byline: short(&article.byline),
        print: printed.print.clone(),
    }
}

/// What is compared of an article, for measuring.
pub fn record_of(article: &Article) -> ArticleRecord {
    draft(article, &fingerprint(article))
}

/// Seconds since 1970 of an RFC 3339 time.
fn seconds(time: &str) -> Option<i64> {
    time.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

/// Forgets what retention no longer covers, a little at a time, until the store is gone.
async fn forget(store: std::sync::Weak<AnyStore>, retention: Retention) {
    loop {
        tokio::time::sleep(PRUNE_EVERY).await;
        let Some(store) = store.upgrade() else { return };
        match store.prune(retention, PRUNE_STEPS).await {
            Ok(pruned) if pruned.articles > 0 => {
                tracing::debug!(
                    articles = pruned.articles,
                    pages = pruned.pages,
                    "forgot what is past retention"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "nothing was forgotten this time"),
        }
    }
}
