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
/// What an article is to what is remembered: pure.
mod decide;
/// An article as the store remembers it.
mod draft;
/// What another extraction of the article had and this one lacks.
mod filled;
mod lease;
mod lessons;
mod news;
mod panel;
/// Whether two articles are one.
pub mod relate;
mod sites;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::backoff::Backoff;
use crate::model::verdict::{Dedup, Original, Story, Verdict};
use crate::model::{Article, Failure, Observations, SiteKnowledge};
use crate::store::{
    AnyStore, ArticleRecord, Candidate, ClaimReply, ClaimRequest, Keep, Kept, PageOutcome, Pending, Pruned,
    Retention, Slot, Store, StoreError, StoreStats, Token, Write, today,
};
use crate::telemetry::labels::{Forgotten, IdentifyEvent};
use crate::telemetry::record;

use decide::{Decision, Incoming, Into};
pub use draft::record_of;
pub use filled::Filled;
pub use ids::{article_id, content_hash, event_id, hex, skipped_id};
use lease::{Held, Leases};
use news::News;
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
    /// The scrapers whose extractions of the page were heard, first the one whose body it is. Empty
    /// where there is but one.
    pub scrapers: Vec<String>,
    pub claim: Claim,
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
        Self { lease: Duration::from_secs(120), publish_unchecked: false, retention: Retention::default() }
    }
}

/// Waits between two looks at a claim that is in the way, and the longest for one of this process, which may have
/// lost its lease unawares.
const FIRST_LOOK: Duration = Duration::from_millis(3);
const LONGEST_LOOK: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
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

/// How often to look at a line of claims: the nearer its head, the sooner it is this page's turn.
fn looking(ahead: usize) -> Backoff {
    let ahead = ahead.max(1) as u32;
    Backoff::new(FIRST_LOOK * ahead, LONGEST_LOOK.min(LONGEST_LOOK / 5 * ahead))
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
        scrapers: Vec::new(),
        claim: Claim::default(),
    }
}

impl Memory {
    async fn identify(&self, article: &Article, seen: Observations) -> Result<Identified, StoreError> {
        let incoming = Incoming::of(article, seen);
        self.news.open(&self.store).await?;
        let mut looks = looking(0);
        let mut ahead: Vec<Token> = Vec::new();
        let mut held: Option<Held> = None;
        loop {
            let request = ClaimRequest {
                token: held.as_ref().map(|h| h.token),
                page: incoming.page,
                keys: &incoming.keys.lookup,
                strong: incoming.keys.strong,
                draft: &incoming.draft,
                lease: self.settings.lease,
                news_after: self.news.ask(&self.store),
            };
            match self.store.claim(request).await? {
                ClaimReply::Seen { outcome, record } => {
                    if let Some(mut held) = held {
                        held.settle();
                    }
                    if let Some((known, captured)) = record.as_deref().and_then(|k| met(&incoming.draft, k)) {
                        self.store.meet(outcome.slot, known, captured).await?;
                    }
                    let known = record.and_then(|r| r.story);
                    let story = known.map(|id| Story { id: id.to_string(), size: self.news.size(id).max(1) });
                    return Ok(repeated(article, outcome, story));
                }
                ClaimReply::Claimed { token, candidates, pending, news } => {
                    self.news.heard(news);
                    let mine = match held {
                        Some(mine) if mine.token == token => mine,
                        Some(mut lost) => {
                            lost.settle();
                            self.leases.hold(token)
                        }
                        None => self.leases.hold(token),
                    };
                    let in_the_way = pending.iter().filter(|p| !p.lapsed && incoming.meets(p));
                    let in_the_way: Vec<Token> = in_the_way.map(|p| p.token).collect();
                    if in_the_way.is_empty() {
                        return self.decided(incoming, mine, &candidates, &pending).await;
                    }
                    held = Some(mine);
                    record::identified(IdentifyEvent::ClaimWaited);
                    if in_the_way != ahead {
                        looks = looking(in_the_way.len());
                        ahead = in_the_way;
                    }
                    self.turn(&ahead, &mut looks).await;
                }
            }
        }
    }

    /// Waits before the next look at claims that are in the way. Those of this process say when they end; for
    /// another's the store has to be asked.
    async fn turn(&self, ahead: &[Token], looks: &mut Backoff) {
        if tokio::time::timeout(LONGEST_WAIT, self.leases.ended(ahead)).await != Ok(true) {
            looks.wait().await;
        }
    }

    /// Makes a promise of a decision.
    async fn decided(
        &self,
        incoming: Incoming<'_>,
        mut held: Held,
        candidates: &[Candidate],
        pending: &[Pending],
    ) -> Result<Identified, StoreError> {
        let Decision { mut record, write, dedup, filled, supersedes, amended } =
            incoming.decide(held.token, candidates, pending);
        if incoming.crowded(candidates) {
            record::identified(IdentifyEvent::KeyCrowded);
        }
        if amended {
            self.store.amend(held.token, &record).await?;
        }
        let place = self.news.place(incoming.article, &record, &dedup);
        record.story = place.as_ref().map(|p| p.entry.story).or(record.story);
        let size = place.as_ref().map(|p| p.size);
        let story = record
            .story
            .map(|id| Story { id: id.to_string(), size: size.unwrap_or_else(|| self.news.size(id).max(1)) });
        held.may_be_published();
        record.touched = today();
        let scrapers = scrapers(&record);
        let content_hash = match dedup.verdict {
            Verdict::Update => record.print.content_hash,
            _ => incoming.draft.print.content_hash,
        };
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
        let promise = Promise { held: Mutex::new(held), keep, observations: first.then_some(incoming.seen) };
        Ok(Identified {
            article_id: record.article_id.to_string(),
            version: record.version,
            content_hash: content_hash.to_string(),
            event_id: outcome.event_id.to_string(),
            dedup,
            story,
            filled,
            scrapers,
            claim: Claim { held: Some(Arc::new(promise)) },
        })
    }
}

/// First the one whose body is published, then those that were heard beside it.
fn scrapers(record: &ArticleRecord) -> Vec<String> {
    if record.heard.is_empty() {
        return Vec::new();
    }
    let heard = record.heard.iter().map(|e| e.scraper.clone());
    record.scraper_name.iter().cloned().chain(heard).collect()
}

/// What there is to write of an article whose page is seen again: that it was met today, and that it was still
/// the same long after it was last captured.
fn met<'a>(page: &ArticleRecord, known: &'a ArticleRecord) -> Option<(&'a ArticleRecord, Option<i64>)> {
    let same = page.print.words_hash == known.print.words_hash && change::later(page, known);
    let captured = page.captured.filter(|_| same);
    (captured.is_some() || known.touched < page.touched).then_some((known, captured))
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
        scrapers: Vec::new(),
        claim: Claim::default(),
    }
}

/// How soon again while more is left: a stream may bring more than one turn forgets.
const PRUNE_MORE: Duration = Duration::from_secs(1);

/// Forgets what retention no longer covers, a little at a time, until the store is gone.
async fn forget(store: std::sync::Weak<AnyStore>, retention: Retention) {
    let mut pause = PRUNE_EVERY;
    loop {
        tokio::time::sleep(pause).await;
        pause = PRUNE_EVERY;
        let Some(store) = store.upgrade() else { return };
        match store.prune(retention, PRUNE_STEPS).await {
            Ok(Pruned { articles, pages, sites, more }) => {
                if more {
                    pause = PRUNE_MORE;
                }
                record::forgotten(Forgotten::Article, articles);
                record::forgotten(Forgotten::Page, pages);
                record::forgotten(Forgotten::Site, sites);
                if articles + pages + sites > 0 {
                    tracing::debug!(articles, pages, sites, "forgot what is past retention");
                }
            }
            Err(error) => tracing::debug!(%error, "nothing was forgotten this time"),
        }
    }
}
