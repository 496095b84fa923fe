//! One page from envelope to event: the same for the service, for files, for `explain` and `eval`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use serde::Serialize;

use super::pool::{CpuPool, Lost};
use super::retry::{self, Patience};
use crate::assess::classify::{Classification, Classifier};
use crate::assess::identify::Claim;
use crate::assess::{Assessed, Assessor};
use crate::fetch::{FetchError, Fetcher};
use crate::model::budget::StageWatcher;
use crate::model::failure::Stage;
use crate::model::page::{RawBody, RawInfo};
use crate::model::trace::Trace;
use crate::model::{ArticleEvent, Budget, Envelope, Failure, ParkReason, RawPage, Rejection, SiteKnowledge};
use crate::read::{self, Limits, ReadSettings, Reading, Rejected};
use crate::telemetry::record;

/// Everything that makes events of envelopes. One for the whole process, behind an `Arc`.
pub struct Pipeline {
    pub read: ReadSettings,
    pub classifier: Arc<Classifier>,
    pub assessor: Arc<Assessor>,
    pub fetcher: Fetcher,
    /// Of one event as JSON; what is larger is parked.
    pub max_event_bytes: usize,
}

/// What became of one page.
pub enum Outcome {
    Publish(Box<Ready>),
    Park(Box<Parked>),
    Failed(Failed),
}

/// An event to be published, and the claim to be kept once it is confirmed. A skipped page claims nothing.
#[derive(Debug)]
pub struct Ready {
    pub event: ArticleEvent,
    /// The event as JSON, with its time.
    pub payload: Bytes,
    pub claim: Option<Claim>,
    pub trace: Trace,
}

/// A page that a person has to look at, and why. As JSON: `parked` of what `process` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parked {
    pub reason: ParkReason,
    pub stage: Stage,
    pub error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawInfo>,
}

/// Something outside failed while the page was in `stage`.
#[derive(Debug)]
pub struct Failed {
    pub failure: Failure,
    pub stage: Stage,
}

/// Tries in place at a claim check's host before the page goes into a retry tier.
const FETCH_TRIES: u32 = 3;

impl Pipeline {
    /// The whole way of one page. Work on the CPU goes to `pool`; shared failures are met with `patience`.
    pub async fn process(&self, envelope: Envelope, pool: &CpuPool, patience: &Patience) -> Outcome
    where
        Self: 'static,
    {
        match self.steps(envelope, pool, patience).await {
            Ok(ready) => Outcome::Publish(Box::new(ready)),
            Err(Stopped::Parked(parked)) => Outcome::Park(parked),
            Err(Stopped::Failed(failed)) => Outcome::Failed(failed),
        }
    }

    async fn steps(&self, envelope: Envelope, pool: &CpuPool, patience: &Patience) -> Result<Ready, Stopped> {
        let raw = self.at_hand(envelope, pool).await?;
        let site = site_of(&raw);
        let knowledge = patience
            .insist(|| self.assessor.knowledge(site.as_deref()))
            .await
            .map_err(|failure| Stopped::failed(failure, Stage::Clean))?;
        let read = self.read_on(pool, raw, knowledge).await?;
        let cut = match &read {
            Ok((reading, _)) => &reading.trace.limits_hit,
            Err(rejected) => &rejected.trace.limits_hit,
        };
        for cut in cut {
            tracing::debug!(limit = cut.as_str(), "a limit cut something off a page");
            record::limit_hit((*cut).into());
        }
        let (reading, classification) = match read {
            Ok(read) => read,
            Err(rejected) => return self.rejected(*rejected),
        };
        let Reading { article, observations, trace } = reading;
        let classification = self.classifier.ask_remote(&article, classification).await;
        let clock = StageClock::start(Stage::Identify);
        let Assessed { mut event, claim } = patience
            .insist(|| self.assessor.assess(article.clone(), observations.clone(), classification.clone()))
            .await
            .map_err(|failure| Stopped::failed(failure, Stage::Identify))?;
        clock.stop();
        match self.emit(&mut event) {
            Ok(payload) => Ok(Ready { event, payload, claim: Some(claim), trace }),
            Err(parked) => {
                // a claim that is not released lapses by itself
                if let Err(error) = self.assessor.release(claim).await {
                    tracing::warn!(%error, "the claim of an event that is not published was not released");
                }
                Err(parked)
            }
        }
    }

    /// Opens the message and fetches its body where that lies elsewhere.
    async fn at_hand(&self, envelope: Envelope, pool: &CpuPool) -> Result<RawPage, Stopped> {
        let clock = StageClock::start(Stage::Open);
        let limits = self.read.limits.clone();
        let on_thread = clock.clone();
        let result = pool
            .run(move || {
                on_thread.begin();
                opened(&envelope, &limits).map_err(|rejection| (rejection, read::decode::unopened(&envelope)))
            })
            .await;
        let mut raw = match result {
            Ok(Ok(raw)) => raw,
            Ok(Err((rejection, raw))) => return Err(Stopped::unopened(rejection, raw)),
            Err(lost) => return Err(Stopped::lost(lost, Stage::Open)),
        };
        if let RawBody::Reference(reference) = &raw.body {
            clock.enter(Stage::Fetch);
            let fetched = retry::briefly(FETCH_TRIES, || async {
                match self.fetcher.fetch(reference).await {
                    Err(FetchError::World(failure)) => Err(failure),
                    other => Ok(other),
                }
            })
            .await;
            raw.body = match fetched {
                Ok(Ok(bytes)) => RawBody::Bytes(bytes),
                Ok(Err(error)) => {
                    return Err(Stopped::parked(error.reason(), Stage::Fetch, error.to_string()));
                }
                Err(failure) => return Err(Stopped::failed(failure, Stage::Fetch)),
            };
        }
        clock.stop();
        Ok(raw)
    }

    /// `read` and `classify` on the pool, their panics and overruns made into parking.
    async fn read_on(
        &self,
        pool: &CpuPool,
        raw: RawPage,
        knowledge: Arc<SiteKnowledge>,
    ) -> Result<Result<(Reading, Classification), Box<Rejected>>, Stopped> {
        let clock = StageClock::start(Stage::Decode);
        let (settings, classifier) = (self.read.clone(), Arc::clone(&self.classifier));
        let on_thread = clock.clone();
        pool.run(move || read_and_classify(raw, &knowledge, &settings, &classifier, &on_thread))
            .await
            .map_err(|lost| Stopped::lost(lost, clock.stage()))
    }

    /// A skipped page is an event too; all else that `read` rejects is parked.
    fn rejected(&self, rejected: Rejected) -> Result<Ready, Stopped> {
        let Rejected { rejection, stage, page, trace } = rejected;
        match (rejection, page) {
            (Rejection::Skip { reason, detail }, Some(page)) => {
                let mut event = self.assessor.skipped(reason, detail, page.url, page.source, page.raw);
                let payload = self.emit(&mut event)?;
                Ok(Ready { event, payload, claim: None, trace })
            }
            (Rejection::Skip { detail, .. }, None) => {
                Err(Stopped::parked(ParkReason::UnreadableEnvelope, stage, detail))
            }
            (Rejection::Park { reason, detail }, page) => {
                let raw = page.map(|page| page.raw);
                Err(Stopped::Parked(Box::new(Parked { reason, stage, error: detail, raw })))
            }
        }
    }

    /// Message → raw page.
    pub fn open(&self, envelope: &Envelope) -> Result<RawPage, Rejection> {
        opened(envelope, &self.read.limits)
    }

    /// The steps on the CPU alone, on the caller's thread; a panic parks the page.
    pub fn read(
        &self,
        raw: RawPage,
        knowledge: &SiteKnowledge,
    ) -> Result<(Reading, Classification), Box<Rejected>> {
        let clock = StageClock::start(Stage::Decode);
        let work = || read_and_classify(raw, knowledge, &self.read, &self.classifier, &clock);
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let detail = super::pool::panic_text(panic.as_ref());
            let rejection = Rejection::park(ParkReason::Panic, detail);
            Err(Box::new(Rejected { rejection, stage: clock.stage(), page: None, trace: Trace::default() }))
        })
    }

    /// Tells the time and makes the JSON.
    fn emit(&self, event: &mut ArticleEvent) -> Result<Bytes, Stopped> {
        event.time = Some(jiff::Timestamp::now().to_string());
        let payload = serde_json::to_vec(event)
            .map_err(|e| Stopped::parked(ParkReason::Panic, Stage::Route, format!("event as JSON: {e}")))?;
        if payload.len() > self.max_event_bytes {
            let error = format!(
                "the event has {} bytes; rabbitmq.max_event_bytes allows {}",
                payload.len(),
                self.max_event_bytes
            );
            return Err(Stopped::parked(ParkReason::EventTooLarge, Stage::Route, error));
        }
        Ok(Bytes::from(payload))
    }
}

/// Why a page went no further.
enum Stopped {
    Parked(Box<Parked>),
    Failed(Failed),
}

impl Stopped {
    fn parked(reason: ParkReason, stage: Stage, error: String) -> Self {
        Self::Parked(Box::new(Parked { reason, stage, error, raw: None }))
    }

    fn failed(failure: Failure, stage: Stage) -> Self {
        Self::Failed(Failed { failure, stage })
    }

    fn lost(lost: Lost, stage: Stage) -> Self {
        let reason = match lost {
            Lost::Panicked(_) => ParkReason::Panic,
            Lost::Deadline(_) => ParkReason::Deadline,
        };
        Self::parked(reason, stage, lost.to_string())
    }

    /// What cannot be opened has no page to speak of in an event: it is parked whatever was found.
    fn unopened(rejection: Rejection, raw: RawInfo) -> Self {
        let (reason, error) = match rejection {
            Rejection::Park { reason, detail } => (reason, detail),
            Rejection::Skip { detail, .. } => (ParkReason::UnreadableEnvelope, detail),
        };
        Self::Parked(Box::new(Parked { reason, stage: Stage::Open, error, raw: Some(raw) }))
    }
}

/// Message → raw page, taken up now.
fn opened(envelope: &Envelope, limits: &Limits) -> Result<RawPage, Rejection> {
    let mut raw = read::open::open(envelope, limits)?;
    raw.received_at = Some(jiff::Timestamp::now().to_string());
    Ok(raw)
}

fn read_and_classify(
    raw: RawPage,
    knowledge: &SiteKnowledge,
    settings: &ReadSettings,
    classifier: &Classifier,
    clock: &StageClock,
) -> Result<(Reading, Classification), Box<Rejected>> {
    clock.begin();
    let mut budget = Budget::watched(settings.limits.work_units, clock.watcher());
    let reading = read::read(raw, knowledge, settings, &mut budget).map_err(Box::new)?;
    clock.enter(Stage::Classify);
    let classification = classifier.classify(&reading.article);
    clock.stop();
    Ok((reading, classification))
}

/// Times the steps of one page, and knows which one it is in. Clones share it.
#[derive(Clone)]
struct StageClock(Arc<Mutex<(Stage, Instant)>>);

impl StageClock {
    fn start(stage: Stage) -> Self {
        Self(Arc::new(Mutex::new((stage, Instant::now()))))
    }

    /// A thread is free at last: what was waited for it is no time of the step's.
    fn begin(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Instant::now();
    }

    fn enter(&self, stage: Stage) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stage != now.0 {
            record_stage(*now);
            *now = (stage, Instant::now());
        }
    }

    fn stop(&self) {
        record_stage(*self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn stage(&self) -> Stage {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn watcher(&self) -> StageWatcher {
        let clock = self.clone();
        StageWatcher(Arc::new(move |stage| clock.enter(stage)))
    }
}

fn record_stage((stage, since): (Stage, Instant)) {
    record::stage(stage, since.elapsed());
}

/// The site whose knowledge the page is read with: the registrable domain of its URL, else its source.
pub fn site_of(raw: &RawPage) -> Option<String> {
    let url = raw.url.as_deref().and_then(read::decode::parse_url);
    let domain = url.as_ref().and_then(read::decode::registrable_domain);
    domain.or_else(|| raw.source.as_deref().map(read::decode::source_site))
}
