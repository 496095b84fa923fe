//! Pending claims of the embedded store. They live in memory: when the process dies, so do they.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::FxHashMap;

use crate::store::{ArticleRecord, ClaimRequest, GHOST, Id, MAX_PENDING, Pending, Token, rank};

/// Lapsed claims that are remembered for whoever takes over; the oldest go first.
const MAX_GHOSTS: usize = 100_000;
/// Claims between two sweeps of what lapsed long ago.
const SWEEP_EVERY: u64 = 4096;

#[derive(Debug, Default)]
pub struct Claims {
    last: u64,
    held: BTreeMap<u64, Held>,
    by_key: FxHashMap<u64, Vec<u64>>,
    by_page: FxHashMap<Id, Vec<u64>>,
}

#[derive(Debug)]
struct Held {
    page: Id,
    keys: Vec<u64>,
    deadline: Instant,
    draft: Arc<ArticleRecord>,
}

impl Claims {
    /// Takes a claim, or looks again under one that is held; returns the older claims in its way.
    pub fn register(&mut self, request: &ClaimRequest<'_>, now: Instant) -> (Token, Vec<Pending>) {
        let deadline = now + request.lease;
        let token = match request.token.and_then(|t| self.held.get_mut(&t.0).map(|held| (t, held))) {
            Some((token, held)) => {
                held.deadline = deadline;
                token
            }
            None => self.take(request, deadline),
        };
        if self.last.is_multiple_of(SWEEP_EVERY) {
            self.sweep(now);
        }
        (token, self.in_the_way(token, request, now))
    }

    fn take(&mut self, request: &ClaimRequest<'_>, deadline: Instant) -> Token {
        self.last += 1;
        let token = self.last;
        for key in request.keys {
            self.by_key.entry(*key).or_default().push(token);
        }
        self.by_page.entry(request.page).or_default().push(token);
        let draft = Arc::new(request.draft.clone());
        self.held.insert(token, Held { page: request.page, keys: request.keys.to_vec(), deadline, draft });
        Token(token)
    }

    fn in_the_way(&self, token: Token, request: &ClaimRequest<'_>, now: Instant) -> Vec<Pending> {
        let mut hits: FxHashMap<u64, Vec<u16>> = FxHashMap::default();
        let precedes = |other: &u64| {
            *other < token.0 || (*other != token.0 && self.held.get(other).is_some_and(|h| h.deadline <= now))
        };
        for other in self.by_page.get(&request.page).into_iter().flatten().filter(|t| precedes(t)) {
            hits.entry(*other).or_default();
        }
        for (index, key) in request.keys.iter().enumerate() {
            for other in self.by_key.get(key).into_iter().flatten().filter(|t| precedes(t)) {
                hits.entry(*other).or_default().push(index as u16);
            }
        }
        let mut ranked: Vec<(u64, Vec<u16>)> = hits.into_iter().collect();
        rank(&mut ranked, request.strong);
        // The same page first: it is in the way whatever its text.
        ranked.sort_by_key(|(other, _)| self.held.get(other).is_none_or(|h| h.page != request.page));
        ranked.truncate(MAX_PENDING);
        ranked
            .into_iter()
            .filter_map(|(other, hits)| {
                let held = self.held.get(&other)?;
                let lapsed = held.deadline <= now;
                let draft = ArticleRecord::clone(&held.draft);
                Some(Pending { token: Token(other), page: held.page, lapsed, hits, draft })
            })
            .collect()
    }

    pub fn amend(&mut self, token: Token, draft: ArticleRecord) {
        if let Some(held) = self.held.get_mut(&token.0) {
            held.draft = Arc::new(draft);
        }
    }

    pub fn is_held(&self, token: Token) -> bool {
        self.held.contains_key(&token.0)
    }

    pub fn lapse(&mut self, token: Token, now: Instant) {
        if let Some(held) = self.held.get_mut(&token.0) {
            held.deadline = now;
        }
    }

    pub fn renew(&mut self, tokens: &[Token], deadline: Instant) {
        for token in tokens {
            if let Some(held) = self.held.get_mut(&token.0) {
                held.deadline = deadline;
            }
        }
    }

    pub fn end(&mut self, token: Token) {
        let Some(held) = self.held.remove(&token.0) else { return };
        let forget = |tokens: &mut Vec<u64>| {
            tokens.retain(|t| *t != token.0);
            tokens.is_empty()
        };
        for key in &held.keys {
            if self.by_key.get_mut(key).is_some_and(forget) {
                self.by_key.remove(key);
            }
        }
        if self.by_page.get_mut(&held.page).is_some_and(forget) {
            self.by_page.remove(&held.page);
        }
    }

    pub fn len(&self) -> usize {
        self.held.len()
    }

    fn sweep(&mut self, now: Instant) {
        let lapsed = self.held.iter().filter(|(_, h)| h.deadline <= now);
        let too_many = self.held.len().saturating_sub(MAX_GHOSTS);
        let gone: Vec<Token> = lapsed
            .enumerate()
            .filter(|(nth, (_, h))| *nth < too_many || h.deadline + GHOST <= now)
            .map(|(_, (token, _))| Token(*token))
            .collect();
        for token in gone {
            self.end(token);
        }
    }
}
