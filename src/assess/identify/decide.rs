//! What an article is to what is remembered: a pure decision over the candidates and the pending claims
//! that one look at the store gave.

use super::change::{self, Change, change, poorer};
use super::draft::draft;
use super::filled::{Filled, fill, gather};
use super::ids::{event_id, hex, id};
use super::keys::Keys;
use super::lessons::only_lessons;
use super::panel::{self, Voice};
use super::relate::{Relation, relate};
use crate::assess::fingerprint::fingerprint;
use crate::model::verdict::{Dedup, Original, Verdict};
use crate::model::{Article, Observations};
use crate::store::{ArticleRecord, Candidate, Extraction, Id, MAX_KEYS, Pending, SLOTS_PER_KEY, Slot, Token};
use crate::telemetry::labels::IdentifyEvent;
use crate::telemetry::record;

/// Method of an update that changes nothing but what is known.
const BETTER: &str = "better_extraction";

/// A page on its way through identification.
pub(super) struct Incoming<'a> {
    pub(super) article: &'a Article,
    pub(super) page: Id,
    pub(super) draft: ArticleRecord,
    pub(super) keys: Keys,
    /// What the page teaches about its site.
    pub(super) seen: Observations,
}

/// What was decided of it.
pub(super) struct Decision {
    pub(super) record: ArticleRecord,
    pub(super) write: Into,
    pub(super) dedup: Dedup,
    pub(super) filled: Filled,
    pub(super) supersedes: Vec<Token>,
    /// The draft that the claim was made with no longer says which ids will be published.
    pub(super) amended: bool,
}

pub(super) enum Into {
    New,
    Known(Slot),
}

impl<'a> Incoming<'a> {
    pub(super) fn of(article: &'a Article, seen: Observations) -> Self {
        let printed = fingerprint(article);
        let mut draft = draft(article, &printed);
        let keys = Keys::of(article, &draft, &printed);
        draft.keys = keys.written.clone();
        Self { article, page: id(&article.raw.page_key), draft, keys, seen }
    }

    /// Whether a pending claim is on the same page or, as far as can be told, the same article.
    pub(super) fn meets(&self, other: &Pending) -> bool {
        other.page == self.page || self.relation(&other.hits, &other.draft).is_some()
    }

    /// Whether an address, a content or a headline that the page bears leads to as many articles as are
    /// remembered of one key: a farm of copies, or an address that everything points to.
    pub(super) fn crowded(&self, candidates: &[Candidate]) -> bool {
        (0..self.keys.strong as u16)
            .any(|key| candidates.iter().filter(|c| c.hits.contains(&key)).count() >= SLOTS_PER_KEY)
    }

    fn relation(&self, hits: &[u16], other: &ArticleRecord) -> Option<Relation> {
        relate(&self.draft, &self.keys, hits, other)
    }

    pub(super) fn decide(&self, mine: Token, candidates: &[Candidate], pending: &[Pending]) -> Decision {
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
        // Not every publisher of a text says where it has it from.
        if decision.record.originator.is_none() {
            let related = candidates.iter().filter(|c| self.relation(&c.hits, &c.record).is_some());
            let said =
                of.originator.iter().chain(related.filter_map(|c| c.record.originator.as_ref())).next();
            decision.record.originator = said.cloned();
            decision.filled.originator = said.cloned();
        }
        decision.dedup = dedup(Verdict::Syndicated, relation.method, relation.similarity, of);
        decision
    }

    /// What a further capture adds, heard beside what its scraper said before.
    fn change(&self, old: &ArticleRecord, same_address: bool) -> Change {
        let what = change(&self.draft, old, same_address);
        if what == Change::Edited
            && change::same_extraction(&self.draft, old, same_address)
            && !change::headline_changed(&self.draft, old)
            && only_lessons(&self.draft.print, &old.print, &self.seen)
        {
            return Change::Near;
        }
        if what == Change::Edited
            && self.headline_was_had(old)
            && self.draft.print.prose_sum == old.print.prose_sum
        {
            return Change::Near;
        }
        match (what, panel::again(self, old)) {
            // Else two extractions that each have what the other lacks would take turns.
            (Change::Better, Some(again)) if again.same => Change::Near,
            (Change::Edited, Some(again)) if !again.changed => Change::Near,
            (Change::Near, Some(again)) if again.changed => Change::Edited,
            _ => what,
        }
    }

    /// Whether the headline is one that the article has had before: a site that tries out several shows them in turn.
    fn headline_was_had(&self, old: &ArticleRecord) -> bool {
        let headline = self.keys.of_headline().is_some_and(|key| old.keys.contains(&key));
        headline && change::headline_changed(&self.draft, old)
    }

    /// A further capture of a known article.
    fn further(&self, relation: Relation, known: &Candidate) -> Decision {
        let same_address = relation.method == "url";
        let old = &known.record;
        let what = self.change(old, same_address);
        let (verdict, method) = match what {
            Change::Exact => (Verdict::ExactDuplicate, relation.method),
            Change::Near => (Verdict::NearDuplicate, relation.method),
            Change::Older { exact: true } => (Verdict::ExactDuplicate, "older_capture"),
            Change::Older { exact: false } => (Verdict::NearDuplicate, "older_capture"),
            Change::Edited => (Verdict::Update, relation.method),
            Change::Better => (Verdict::Update, BETTER),
        };
        let dedup = dedup(verdict, method, relation.similarity, old);
        let write = Into::Known(known.slot);
        let heard = match what {
            Change::Edited => Vec::new(),
            Change::Better => panel::after(old, old.heard.clone(), &self.draft),
            Change::Exact | Change::Near => {
                let (heard, voice) = panel::hear(self, old);
                let dedup = Dedup { verdict: Verdict::Update, method: Some(BETTER.into()), ..dedup.clone() };
                match voice {
                    Voice::Stays => heard,
                    Voice::Mine => {
                        let heard = panel::after(old, heard, &self.draft);
                        return self.next_version(self.draft.clone(), known, heard, dedup, Filled::default());
                    }
                    Voice::Earlier(article, scraper) => {
                        let next = panel::drafted(&article, &scraper);
                        let heard = panel::after(old, heard, &next);
                        let filled = Filled {
                            paragraphs: Some(article.paragraphs),
                            completeness: Some(article.completeness),
                            ..Filled::default()
                        };
                        return self.next_version(next, known, heard, dedup, filled);
                    }
                }
            }
            Change::Older { .. } => old.heard.clone(),
        };
        if verdict == Verdict::Update {
            return self.next_version(self.draft.clone(), known, heard, dedup, Filled::default());
        }
        let mut record = ArticleRecord { heard, ..old.clone() };
        if matches!(what, Change::Exact | Change::Near) {
            gather(&mut record, &self.draft);
            // What is remembered in a form of fingerprints that no longer is made is brought up to date.
            let outdated = old.print.form != self.draft.print.form;
            if outdated
                && change::same_extraction(&self.draft, old, same_address)
                && !poorer(&self.draft, old)
            {
                record.print = self.draft.print.clone();
                record.keys = merged(self.draft.keys.clone(), record.keys.into_iter());
            }
        }
        record.originator = record.originator.or_else(|| self.draft.originator.clone());
        let before = record.keys.len();
        record.keys = merged(record.keys, self.keys.addresses());
        if record.keys.len() == MAX_KEYS && before == MAX_KEYS {
            record::identified(IdentifyEvent::AliasNotRemembered);
        }
        Decision { record, write, dedup, filled: Filled::default(), supersedes: Vec::new(), amended: false }
    }

    /// A new version of a known article, with what the earlier one had and this one lacks.
    fn next_version(
        &self,
        mut record: ArticleRecord,
        known: &Candidate,
        heard: Vec<Extraction>,
        dedup: Dedup,
        mut filled: Filled,
    ) -> Decision {
        let old = &known.record;
        let mine = self.draft.keys.iter().chain(&old.keys).copied();
        record.keys = merged(record.keys, mine);
        record.article_id = old.article_id;
        record.version = old.version + 1;
        record.event_id = self.own_event_id(&record);
        record.story = old.story;
        record.heard = heard;
        let same_state = dedup.method.as_deref() == Some(BETTER);
        fill(&mut record, old, same_state, &mut filled);
        let write = Into::Known(known.slot);
        Decision { record, write, dedup, filled, supersedes: Vec::new(), amended: true }
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
    pub(super) fn event_id(&self, record: &ArticleRecord, dedup: &Dedup) -> Id {
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
