//! Articles on the same event, grouped online by their headlines within a window of days.
//!
//! A headline joins the story of its language that it is most like (the story's centroid, its nearest
//! members and the average one, under TF-IDF), less a little for every day the story has been silent,
//! and less what the next stories are like it too: where a hundred stories share a subject, likeness to
//! all of them is likeness to none. The numbers below were tuned on the first half of a month of
//! headlines; `tests/it/stories.rs` measures them again.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::store::{Id, StoryEntry};

use super::identify::{hex, ids};

/// A headline as weighted terms.
mod headline;
use headline::{Terms, terms};

/// Headlines that are remembered; the oldest go first.
const MAX_HEADLINES: usize = 50_000;
/// A story that has been silent for longer takes nothing more.
const WINDOW_DAYS: f32 = 1.5;
/// Likeness above that of its rivals from which a headline joins.
const JOINS: f32 = 0.11;
/// Likeness below which nothing joins, rivals or none: in a young window there are none.
const LIKE_AT_ALL: f32 = 0.2;
const SILENCE_PER_DAY: f32 = 0.05;
/// The next best stories, whose mean likeness is taken off.
const RIVALS: usize = 3;
/// What a story's likeness is made of.
const CENTROID: f32 = 0.45;
const NEAREST: f32 = 0.2;
const NEAREST_FEW: f32 = 0.2;
const AVERAGE: f32 = 0.15;
/// Members that are the nearest few.
const FEW: usize = 3;
/// Members that a headline is compared with, the latest.
const MEMBERS: usize = 20;
/// Stories that are compared in full, those that a term leads to, and steps to find them.
const COMPARED: usize = 24;
const POSTINGS: usize = 256;
const STEPS: usize = 4_096;

/// Headlines that every language is taken to have seen before the first.
const PRIOR: f32 = 100.0;

/// Terms of length one.
type Vector = Terms;

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
    terms: FxHashMap<u32, (f32, VecDeque<Id>)>,
}

#[derive(Debug, Default)]
struct Group {
    sum: FxHashMap<u32, f32>,
    /// Of the sum, squared.
    squared: f32,
    members: VecDeque<Vector>,
    last: i64,
    articles: u32,
}

#[derive(Debug)]
struct Arrived {
    story: Id,
    article: Id,
    language: String,
    terms: Vec<u32>,
}

impl Stories {
    /// The story that a headline belongs to, its own where there is none, and how many articles that
    /// has with this one. Remembers nothing.
    pub fn place(&self, article: Id, language: &str, title: &str, at: i64) -> (Id, u32) {
        let own = || (ids::id(&hex(&["story", &article.to_string()])), 1);
        let Some(known) = self.languages.get(language) else { return own() };
        let vector = known.vector(&terms(title));
        let mut compared: Vec<(Id, f32, f32)> = Vec::with_capacity(COMPARED);
        for (story, group, silent) in self.candidates(known, &vector, at) {
            let likeness = group.likeness(&vector);
            compared.push((story, likeness, likeness - SILENCE_PER_DAY * silent));
        }
        let Some(&(best, _, likeness)) =
            compared.iter().max_by(|a, b| a.2.total_cmp(&b.2).then(b.0.cmp(&a.0)))
        else {
            return own();
        };
        compared.sort_by(|a, b| b.1.total_cmp(&a.1));
        let rivals = compared.iter().skip(1).take(RIVALS).map(|(_, likeness, _)| likeness).sum::<f32>();
        let joins = likeness >= LIKE_AT_ALL && likeness - rivals / RIVALS as f32 >= JOINS;
        if joins { (best, self.size(best) + 1) } else { own() }
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

    /// The stories within the window that share most of a headline's weight, and the days each has
    /// been silent.
    fn candidates(&self, language: &Language, vector: &Vector, at: i64) -> Vec<(Id, &Group, f32)> {
        let mut rarest: Vec<&(u32, f32)> = vector.iter().collect();
        rarest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut dots: FxHashMap<Id, f32> = FxHashMap::default();
        let mut steps = STEPS;
        for (term, weight) in rarest {
            let Some((_, stories)) = language.terms.get(term) else { continue };
            if stories.len() > steps {
                break;
            }
            steps -= stories.len();
            for story in stories {
                *dots.entry(*story).or_default() += weight * weight;
            }
        }
        let within = |(story, dot): (Id, f32)| {
            let group = self.stories.get(&story)?;
            let silent = (at - group.last).abs() as f32 / 86_400.0;
            (silent <= WINDOW_DAYS).then_some((dot, story, group, silent))
        };
        let mut found: Vec<_> = dots.into_iter().filter_map(within).collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.truncate(COMPARED);
        found.into_iter().map(|(_, story, group, silent)| (story, group, silent)).collect()
    }
}

impl Language {
    /// TF-IDF of length one.
    fn vector(&self, weighted: &[(u32, f32)]) -> Vector {
        let all = self.headlines + PRIOR + 1.0;
        let idf = |term| (all / (self.terms.get(term).map_or(0.0, |(count, _)| *count) + 0.5)).ln().max(0.0);
        let mut vector: Vector = weighted.iter().map(|(term, weight)| (*term, weight * idf(term))).collect();
        let length = vector.iter().map(|(_, w)| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        vector.iter_mut().for_each(|(_, w)| *w /= length);
        vector
    }
}

impl Group {
    fn likeness(&self, vector: &Vector) -> f32 {
        let centroid = self.dot(vector) / self.squared.sqrt().max(f32::MIN_POSITIVE);
        let mut members: Vec<f32> = self.members.iter().map(|member| product(vector, member)).collect();
        members.sort_by(|a, b| b.total_cmp(a));
        let mean = |few: &[f32]| few.iter().sum::<f32>() / few.len().max(1) as f32;
        CENTROID * centroid
            + NEAREST * mean(&members[..members.len().min(1)])
            + NEAREST_FEW * mean(&members[..members.len().min(FEW)])
            + AVERAGE * mean(&members)
    }

    fn dot(&self, vector: &Vector) -> f32 {
        vector.iter().filter_map(|(t, w)| Some(w * self.sum.get(t)?)).sum()
    }

    fn add(&mut self, vector: Vector, at: i64) {
        self.squared += 2.0 * self.dot(&vector) + product(&vector, &vector);
        for (term, weight) in &vector {
            *self.sum.entry(*term).or_default() += weight;
        }
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
        assert!(stories.languages["en"].terms.len() <= MAX_HEADLINES * 40);
    }
}
