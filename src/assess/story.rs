//! Articles on the same event, grouped online by their headlines within a window of days.
//!
//! A headline joins the story of its language that it most probably belongs to, if that is probable
//! enough: by its likeness to the story (centroid, nearest members and the average one, under TF-IDF),
//! its likeness to other stories (where a hundred stories share a subject, likeness to all of them is
//! likeness to none), and how lately and how often the story spoke.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::store::{Id, StoryEntry};

use super::identify::{hex, ids};

/// A headline as weighted terms.
mod headline;
/// Whether a headline joins a story.
pub mod join;
use headline::{Terms, terms};
use join::{Beside, Features, SHIPPED, Weights};

/// Headlines that are remembered; the oldest go first.
const MAX_HEADLINES: usize = 50_000;
/// A story that has been silent for longer takes nothing more.
const WINDOW_DAYS: f32 = 2.0;
/// Articles of the largest story: what is larger is a farm, or a template.
const MAX_ARTICLES: u32 = 2_000;
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
    first: i64,
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
        let best = self.likely(&SHIPPED, language, title, at);
        match best {
            Some(story) => (story, self.size(story) + 1),
            None => (own_story(article), 1),
        }
    }

    /// The story that a headline joins by these weights.
    pub fn likely(&self, weights: &Weights, language: &str, title: &str, at: i64) -> Option<Id> {
        let compared = self.compare(language, title, at);
        let judged = compared.iter().filter_map(|(story, x)| Some((weights.probability(x)?, *story)));
        let best = judged.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        (best.0 >= weights.joins).then_some(best.1)
    }

    /// The stories that a headline may belong to, with what is looked at of each.
    pub fn compare(&self, language: &str, title: &str, at: i64) -> Vec<(Id, Features)> {
        let Some(known) = self.languages.get(language) else { return Vec::new() };
        let vector = known.vector(&terms(title));
        let candidates = self.candidates(known, &vector, at);
        let beside: Vec<Beside> = candidates.iter().map(|(_, group)| group.beside(&vector, at)).collect();
        let features = join::features(&beside);
        candidates.into_iter().map(|(story, _)| story).zip(features).collect()
    }

    /// Number of articles in a story, within the window.
    pub fn size(&self, story: Id) -> u32 {
        self.stories.get(&story).map_or(0, |group| group.articles)
    }

    /// Whether a story is within the window for a headline of that time.
    pub fn takes(&self, story: Id, at: i64) -> bool {
        self.stories.get(&story).is_some_and(|group| group.takes(at))
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
        // No term leads to a story that begins here; with two hundred to a term, looking for it costs most.
        let begins = !self.stories.contains_key(&entry.story);
        for (term, _) in &weighted {
            let (count, stories) = language.terms.entry(*term).or_default();
            *count += 1.0;
            if begins || !stories.contains(&entry.story) {
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

    /// The stories within the window that share most of a headline's weight.
    fn candidates(&self, language: &Language, vector: &Vector, at: i64) -> Vec<(Id, &Group)> {
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
        // Most of them are never looked at: a heap gives the likest without ordering the rest. Sums of squares are
        // in the order of their bits.
        let mut likest: BinaryHeap<(u32, Reverse<Id>)> =
            dots.into_iter().map(|(story, dot)| (dot.to_bits(), Reverse(story))).collect();
        let mut found = Vec::with_capacity(COMPARED);
        while found.len() < COMPARED
            && let Some((_, Reverse(story))) = likest.pop()
        {
            if let Some(group) = self.stories.get(&story).filter(|group| group.takes(at)) {
                found.push((story, group));
            }
        }
        found
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
    fn takes(&self, at: i64) -> bool {
        days(at, self.last) <= WINDOW_DAYS && self.articles < MAX_ARTICLES
    }

    fn beside(&self, vector: &Vector, at: i64) -> Beside {
        let centroid = self.dot(vector) / self.squared.sqrt().max(f32::MIN_POSITIVE);
        let mut members: Vec<f32> = self.members.iter().map(|member| product(vector, member)).collect();
        members.sort_by(|a, b| b.total_cmp(a));
        let mean = |few: &[f32]| few.iter().sum::<f32>() / few.len().max(1) as f32;
        let few = &members[..members.len().min(FEW)];
        Beside {
            likeness: [centroid, members.first().copied().unwrap_or(0.0), mean(few), mean(&members)],
            days_silent: days(at, self.last),
            days_old: days(at, self.first),
            articles: self.articles as f32,
        }
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
        self.first = if self.articles == 0 { at } else { self.first.min(at) };
        self.last = self.last.max(at);
        self.articles += 1;
    }
}

/// The story that an article founds.
pub fn own_story(article: Id) -> Id {
    ids::id(&hex(&["story", &article.to_string()]))
}

fn days(a: i64, b: i64) -> f32 {
    a.abs_diff(b) as f32 / 86_400.0
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
        assert!(stories.languages["en"].terms.len() <= MAX_HEADLINES * 14);
    }
}
