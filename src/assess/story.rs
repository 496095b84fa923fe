//! Articles on the same event, grouped online by their headlines within a window of days.
//!
//! A headline joins the story of its language that it is most like: half by the story's centroid, half
//! by its nearest recent member, under TF-IDF of words, their stems and word pairs, less a little for
//! every day the story has been silent. The numbers below were tuned on the first half of a month of
//! headlines; `tests/it/stories.rs` measures them again.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::store::{Id, StoryEntry};

use super::identify::{hex, ids};
use super::tokens::{self, Word, mix};

/// Headlines that are remembered; the oldest go first.
const MAX_HEADLINES: usize = 50_000;
/// Words of a headline that are looked at.
const MAX_WORDS: usize = 40;
/// A story that has been silent for longer takes nothing more.
const WINDOW_DAYS: f32 = 2.0;
/// Likeness from which a headline joins.
const JOINS: f32 = 0.24;
const SILENCE_PER_DAY: f32 = 0.03;
/// Members that a headline is compared with, the latest.
const MEMBERS: usize = 20;
/// Stories that are compared in full, and stories that one word leads to before it is too common.
const COMPARED: usize = 16;
const POSTINGS: usize = 256;

const STEM_WEIGHT: f32 = 0.5;
const PAIR_WEIGHT: f32 = 0.3;
const NAME_WEIGHT: f32 = 1.5;
const NUMBER_WEIGHT: f32 = 0.7;
const SHORT_WEIGHT: f32 = 0.3;
/// Headlines that every language is taken to have seen before the first.
const PRIOR: f32 = 100.0;

/// Term and weight, by term, of length one.
type Vector = Vec<(u64, f32)>;

/// The window of stories. Bounded in number and, by what is told, in time.
#[derive(Debug, Default)]
pub struct Stories {
    stories: FxHashMap<Id, Group>,
    languages: FxHashMap<String, Language>,
    /// In order of arrival: story, article, terms (to be forgotten).
    arrived: VecDeque<Arrived>,
    articles: FxHashSet<Id>,
}

#[derive(Debug, Default)]
struct Language {
    headlines: f32,
    /// In how many headlines a term stood, and the stories it leads to, latest last.
    terms: FxHashMap<u64, (f32, VecDeque<Id>)>,
}

#[derive(Debug, Default)]
struct Group {
    sum: FxHashMap<u64, f32>,
    /// Of the sum.
    length: f32,
    members: VecDeque<Vector>,
    last: i64,
    articles: u32,
}

#[derive(Debug)]
struct Arrived {
    story: Id,
    article: Id,
    language: String,
    terms: Vec<u64>,
}

impl Stories {
    /// The story that a headline belongs to, its own where there is none, and how many articles that
    /// has with this one. Remembers nothing.
    pub fn place(&self, article: Id, language: &str, title: &str, at: i64) -> (Id, u32) {
        let own = || (ids::id(&hex(&["story", &article.to_string()])), 1);
        let Some(known) = self.languages.get(language) else { return own() };
        let vector = known.vector(&terms(title));
        let best = self.candidates(known, &vector).into_iter().filter_map(|story| {
            let group = self.stories.get(&story)?;
            let likeness = group.likeness(&vector, at)?;
            (likeness >= JOINS).then_some((story, likeness))
        });
        match best.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))) {
            Some((story, _)) => (story, self.size(story) + 1),
            None => own(),
        }
    }

    /// Number of articles in a story, within the window.
    pub fn size(&self, story: Id) -> u32 {
        self.stories.get(&story).map_or(0, |group| group.articles)
    }

    pub fn knows(&self, article: Id) -> bool {
        self.articles.contains(&article)
    }

    /// Remembers a published headline; one already known changes nothing.
    pub fn insert(&mut self, entry: &StoryEntry) {
        if !self.articles.insert(entry.article) {
            return;
        }
        let language = self.languages.entry(entry.language.clone()).or_default();
        let weighted = terms(&entry.title);
        language.headlines += 1.0;
        for (term, _) in &weighted {
            let (count, stories) = language.terms.entry(*term).or_default();
            *count += 1.0;
            if !stories.contains(&entry.story) {
                stories.push_back(entry.story);
                if stories.len() > POSTINGS {
                    stories.pop_front();
                }
            }
        }
        let vector = language.vector(&weighted);
        let terms = vector.iter().map(|(term, _)| *term).collect();
        let group = self.stories.entry(entry.story).or_default();
        group.add(vector, entry.at);
        self.arrived.push_back(Arrived {
            story: entry.story,
            article: entry.article,
            language: entry.language.clone(),
            terms,
        });
        if self.arrived.len() > MAX_HEADLINES {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.arrived.pop_front() else { return };
        self.articles.remove(&oldest.article);
        if let Some(language) = self.languages.get_mut(&oldest.language) {
            language.headlines -= 1.0;
            for term in &oldest.terms {
                if let Some((count, _)) = language.terms.get_mut(term) {
                    *count -= 1.0;
                    if *count <= 0.0 {
                        language.terms.remove(term);
                    }
                }
            }
        }
        if let Some(group) = self.stories.get_mut(&oldest.story) {
            group.articles -= 1;
            if group.articles == 0 {
                self.stories.remove(&oldest.story);
            }
        }
    }

    /// The stories that share most of a headline's weight.
    fn candidates(&self, language: &Language, vector: &Vector) -> Vec<Id> {
        let mut dots: FxHashMap<Id, f32> = FxHashMap::default();
        for (term, weight) in vector {
            let Some((_, stories)) = language.terms.get(term) else { continue };
            // A word that leads everywhere tells nothing about where to look.
            if stories.len() >= POSTINGS {
                continue;
            }
            for story in stories {
                *dots.entry(*story).or_default() += weight * weight;
            }
        }
        let mut dots: Vec<(Id, f32)> = dots.into_iter().collect();
        dots.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        dots.truncate(COMPARED);
        dots.into_iter().map(|(story, _)| story).collect()
    }
}

impl Language {
    /// TF-IDF of length one.
    fn vector(&self, weighted: &[(u64, f32)]) -> Vector {
        let all = self.headlines + PRIOR + 1.0;
        let idf = |term| (all / (self.terms.get(term).map_or(0.0, |(count, _)| *count) + 0.5)).ln().max(0.0);
        let mut vector: Vector = weighted.iter().map(|(term, weight)| (*term, weight * idf(term))).collect();
        let length = vector.iter().map(|(_, w)| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        vector.iter_mut().for_each(|(_, w)| *w /= length);
        vector
    }
}

impl Group {
    /// `None` where the story is out of the window.
    fn likeness(&self, vector: &Vector, at: i64) -> Option<f32> {
        let silent = (at - self.last).abs() as f32 / 86_400.0;
        if silent > WINDOW_DAYS {
            return None;
        }
        let dot: f32 = vector.iter().filter_map(|(t, w)| Some(w * self.sum.get(t)?)).sum();
        let nearest = self.members.iter().map(|member| product(vector, member)).fold(0.0, f32::max);
        Some(0.5 * dot / self.length + 0.5 * nearest - SILENCE_PER_DAY * silent)
    }

    fn add(&mut self, vector: Vector, at: i64) {
        for (term, weight) in &vector {
            *self.sum.entry(*term).or_default() += weight;
        }
        self.length = self.sum.values().map(|w| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        self.members.push_back(vector);
        if self.members.len() > MEMBERS {
            self.members.pop_front();
        }
        self.last = self.last.max(at);
        self.articles += 1;
    }
}

/// Dot product of two vectors sorted by term.
fn product(a: &Vector, b: &Vector) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += a[i].1 * b[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

/// The terms of a headline with their weights, sorted, each once.
fn terms(title: &str) -> Vector {
    let words: Vec<Word> = tokens::sentences(title).flat_map(|s| s.words).take(MAX_WORDS).collect();
    let capitals = words.iter().filter(|w| w.capital).count();
    // Where most words are capitalised the capitals say nothing.
    let titled = capitals * 10 > words.len() * 6;
    let mut terms: Vector = Vec::with_capacity(words.len() * 3);
    for (at, word) in words.iter().enumerate() {
        let name = word.capital && at > 0 && !titled;
        let weight = if word.number {
            NUMBER_WEIGHT
        } else if word.length <= 2 && !word.wide {
            SHORT_WEIGHT
        } else if name {
            NAME_WEIGHT
        } else {
            1.0
        };
        terms.push((word.hash, weight));
        if let Some(stem) = word.stem {
            terms.push((mix(stem ^ 0x57e3), STEM_WEIGHT));
        }
    }
    for pair in words.windows(2) {
        terms.push((mix(pair[0].hash.rotate_left(7) ^ pair[1].hash), PAIR_WEIGHT));
    }
    terms.sort_by_key(|(term, _)| *term);
    terms.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1 += later.1;
        }
        same
    });
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(stories: &Stories, n: u8, title: &str, at: i64) -> StoryEntry {
        let article = Id([n; 16]);
        let (story, _) = stories.place(article, "en", title, at);
        StoryEntry { story, article, at, language: "en".into(), title: title.into() }
    }

    fn group(titles: &[(&str, i64)]) -> Vec<Id> {
        let mut stories = Stories::default();
        let mut ids = Vec::new();
        for (n, (title, at)) in titles.iter().enumerate() {
            let entry = entry(&stories, n as u8, title, *at);
            stories.insert(&entry);
            ids.push(entry.story);
        }
        ids
    }

    #[test]
    fn headlines_on_one_event_are_one_story() {
        let ids = group(&[
            ("Eastern pier in Port Alder closed after cracks found", 0),
            ("Museum returns carved drums to island of Tovu", 60),
            ("Port Alder closes eastern pier: cracks in twelve pillars", 3600),
            ("Drums return to Tovu after 136 years", 7200),
        ]);
        assert_eq!((ids[0], ids[1]), (ids[2], ids[3]));
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn a_silent_story_takes_nothing_more() {
        let day = 86_400;
        let ids =
            group(&[("Storm Quill hits northern isles", 0), ("Storm Quill hits northern isles", 3 * day)]);
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn sizes_count_articles_once() {
        let mut stories = Stories::default();
        let first = entry(&stories, 1, "Storm Quill hits northern isles", 0);
        stories.insert(&first);
        stories.insert(&first);
        assert_eq!(
            stories.place(Id([2; 16]), "en", "Storm Quill hits the northern isles", 60),
            (first.story, 2)
        );
        assert_eq!(stories.place(Id([2; 16]), "de", "Storm Quill hits the northern isles", 60).1, 1);
    }

    #[test]
    fn the_window_is_bounded() {
        let mut stories = Stories::default();
        for n in 0..MAX_HEADLINES + 100 {
            let article = Id((n as u128).to_le_bytes());
            let title = format!("Story{n} of town{} about thing{}", n * 7, n * 13);
            stories.insert(&StoryEntry {
                story: article,
                article,
                at: n as i64,
                language: "en".into(),
                title,
            });
        }
        assert_eq!((stories.arrived.len(), stories.stories.len()), (MAX_HEADLINES, MAX_HEADLINES));
        assert_eq!(stories.articles.len(), MAX_HEADLINES);
        assert!(stories.languages["en"].terms.len() <= MAX_HEADLINES * 12);
    }
}
