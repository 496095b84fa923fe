//! The claim protocol, model-checked: every interleaving of a few deliveries of copies of one article,
//! with workers that die at any point and leases that lapse under slow ones.
//!
//! Each transition is one atomic step of `assess::identify` or of the store; what the store returns is
//! what its conformance suite (`store.rs`) holds both homes to.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

/// The id of an article's event, named by the page that would have made it.
type EventId = u8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Event {
    Created(EventId),
    DuplicateOf(EventId),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    /// In the queue, to be delivered (again).
    Queued,
    Claimed {
        token: u8,
    },
    Decided {
        token: u8,
        event: Event,
        supersedes: Vec<u8>,
    },
    Amended {
        token: u8,
        event: Event,
        supersedes: Vec<u8>,
    },
    Published {
        token: u8,
        event: Event,
        supersedes: Vec<u8>,
    },
    Settled,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Claim {
    page: u8,
    holder_lives: bool,
    lapsed: bool,
    draft: EventId,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    deliveries: Vec<Phase>,
    claims: BTreeMap<u8, Claim>,
    next_token: u8,
    article: Option<EventId>,
    pages: BTreeMap<u8, EventId>,
    published: BTreeSet<Event>,
    seen: BTreeSet<u8>,
    deaths_left: u8,
    slow_left: u8,
}

/// How much may go wrong, and what the protocol under test leaves out (to see the check fail).
#[derive(Clone, Copy)]
struct Rules {
    pages: u8,
    deaths: u8,
    slow: u8,
    inherits: bool,
    waits: bool,
    oldest_first: bool,
    older_only: bool,
}

const PROTOCOL: Rules =
    Rules { pages: 3, deaths: 2, slow: 1, inherits: true, waits: true, oldest_first: true, older_only: true };

impl World {
    fn new(rules: Rules) -> Self {
        Self {
            deliveries: vec![Phase::Queued; rules.pages.into()],
            claims: BTreeMap::new(),
            next_token: 1,
            article: None,
            pages: BTreeMap::new(),
            published: BTreeSet::new(),
            seen: BTreeSet::new(),
            deaths_left: rules.deaths,
            slow_left: rules.slow,
        }
    }

    fn done(&self) -> bool {
        self.deliveries.iter().all(|d| *d == Phase::Settled)
    }

    /// Every world one step on.
    fn next(&self, rules: Rules) -> Vec<World> {
        let mut worlds = Vec::new();
        for page in 0..rules.pages {
            worlds.extend(self.step(page, rules));
            worlds.extend(self.die(page));
        }
        for (token, claim) in &self.claims {
            let mut world = self.clone();
            if claim.lapsed || (claim.holder_lives && self.slow_left == 0) {
                continue;
            }
            world.slow_left -= u8::from(claim.holder_lives);
            world.claims.entry(*token).and_modify(|c| c.lapsed = true);
            worlds.push(world);
        }
        worlds
    }

    fn set(&self, page: u8, phase: Phase) -> World {
        let mut world = self.clone();
        world.deliveries[usize::from(page)] = phase;
        world
    }

    fn step(&self, page: u8, rules: Rules) -> Option<World> {
        match self.deliveries[usize::from(page)].clone() {
            Phase::Queued => Some(match self.pages.get(&page) {
                Some(known) => {
                    let mut world = self.set(page, Phase::Settled);
                    world.published.insert(Event::DuplicateOf(*known));
                    world.seen.insert(page);
                    world
                }
                None => self.register(page),
            }),
            Phase::Claimed { token } if !self.claims.contains_key(&token) => Some(self.register(page)),
            Phase::Claimed { token } => self.decide(page, token, rules),
            Phase::Decided { token, event, supersedes } => {
                let mut world = self.set(page, Phase::Amended { token, event, supersedes });
                if let Event::Created(id) = event {
                    world.claims.entry(token).and_modify(|c| c.draft = id);
                }
                Some(world)
            }
            Phase::Amended { token, event, supersedes } => {
                let mut world = self.set(page, Phase::Published { token, event, supersedes });
                world.published.insert(event);
                world.seen.insert(page);
                Some(world)
            }
            Phase::Published { token, event, supersedes } => {
                let mut world = self.set(page, Phase::Settled);
                let (Event::Created(id) | Event::DuplicateOf(id)) = event;
                if world.claims.remove(&token).is_some() {
                    if matches!(event, Event::Created(_)) {
                        world.article = Some(id);
                    }
                    for other in supersedes {
                        world.claims.remove(&other);
                    }
                }
                world.pages.entry(page).or_insert(id);
                Some(world)
            }
            Phase::Settled => None,
        }
    }

    fn register(&self, page: u8) -> World {
        let token = self.next_token;
        let mut world = self.set(page, Phase::Claimed { token });
        world.next_token += 1;
        world.claims.insert(token, Claim { page, holder_lives: true, lapsed: false, draft: page });
        world
    }

    /// Looks at what shares the keys. Nothing happens while an older claim is pending.
    fn decide(&self, page: u8, token: u8, rules: Rules) -> Option<World> {
        let others = || self.claims.iter().filter(|(t, _)| **t != token);
        if rules.waits && others().any(|(t, c)| *t < token && !c.lapsed) {
            return None;
        }
        let ghosts: Vec<(u8, EventId)> =
            others().filter(|(_, c)| c.lapsed).map(|(t, c)| (*t, c.draft)).collect();
        let supersedes = ghosts.iter().map(|(t, _)| *t).collect();
        let mut heirs = ghosts.iter().filter(|(t, _)| *t < token || !rules.older_only);
        let heir = if rules.oldest_first { heirs.next() } else { heirs.next_back() };
        let event = match (self.article, heir) {
            (Some(article), _) => Event::DuplicateOf(article),
            (None, Some((_, draft))) if rules.inherits => Event::Created(*draft),
            (None, _) => Event::Created(page),
        };
        let mut world = self.set(page, Phase::Decided { token, event, supersedes });
        world.claims.entry(token).and_modify(|c| c.lapsed = false);
        Some(world)
    }

    /// The worker dies; its claim stays, its delivery goes back to the queue.
    fn die(&self, page: u8) -> Option<World> {
        let phase = &self.deliveries[usize::from(page)];
        let (Phase::Claimed { token }
        | Phase::Decided { token, .. }
        | Phase::Amended { token, .. }
        | Phase::Published { token, .. }) = phase
        else {
            return None;
        };
        let mut world = self.set(page, Phase::Queued);
        world.deaths_left = self.deaths_left.checked_sub(1)?;
        world.claims.entry(*token).and_modify(|c| c.holder_lives = false);
        Some(world)
    }

    /// What must hold in every world, and at the end.
    fn fault(&self) -> Option<String> {
        for event in &self.published {
            if let Event::DuplicateOf(id) = event
                && !self.published.contains(&Event::Created(*id))
            {
                return Some(format!("a copy of {id} was published, and {id} was not"));
            }
        }
        let created = self.published.iter().filter(|e| matches!(e, Event::Created(_))).count();
        if created > 1 {
            return Some("two created events with different ids".into());
        }
        if self.done() && (created != 1 || self.seen.len() != self.deliveries.len()) {
            return Some("a page without an event".into());
        }
        None
    }
}

/// Walks through every reachable world; returns how many there are, or the first fault.
fn explore(rules: Rules) -> Result<usize, String> {
    let start = World::new(rules);
    let mut known = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([start]);
    while let Some(world) = queue.pop_front() {
        if let Some(fault) = world.fault() {
            return Err(format!("{fault}: {world:#?}"));
        }
        let next = world.next(rules);
        if next.is_empty() && !world.done() {
            return Err(format!("nothing can happen any more: {world:#?}"));
        }
        for world in next {
            if known.insert(world.clone()) {
                queue.push_back(world);
            }
        }
    }
    Ok(known.len())
}

#[test]
fn no_interleaving_loses_a_page_or_creates_an_article_twice() {
    for (pages, deaths, slow) in [(1, 3, 2), (2, 3, 2), (3, 2, 1), (4, 1, 0)] {
        let worlds = explore(Rules { pages, deaths, slow, ..PROTOCOL });
        let worlds = worlds.unwrap_or_else(|fault| panic!("{pages} pages, {deaths} deaths: {fault}"));
        eprintln!("{pages} pages, {deaths} deaths, {slow} lapses under a live holder: {worlds} worlds");
        assert!(worlds > 30);
    }
}

#[test]
fn each_rule_of_the_protocol_is_needed() {
    for (what, rules) in [
        ("waiting", Rules { waits: false, ..PROTOCOL }),
        ("inheriting the ids of a dead claim", Rules { inherits: false, ..PROTOCOL }),
        ("inheriting from the oldest", Rules { oldest_first: false, ..PROTOCOL }),
        ("leaving the younger alone", Rules { pages: 2, slow: 2, older_only: false, ..PROTOCOL }),
    ] {
        assert!(explore(rules).is_err(), "without {what} nothing goes wrong: the model says too little");
    }
}
