//! The lexicon of page kinds: phrases of some twenty languages, found in one pass over the text.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::read::phrases::Phrases;

/// What a phrase speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Topic {
    Opinion,
    FirstPerson,
    Live,
    Brief,
    Press,
    Gallery,
    Video,
    Podcast,
    Listing,
    Topic,
    Consent,
    Paywall,
    Error,
    Login,
    Product,
    Job,
    Feed,
}

impl Topic {
    pub const ALL: [Topic; 17] = [
        Topic::Opinion,
        Topic::FirstPerson,
        Topic::Live,
        Topic::Brief,
        Topic::Press,
        Topic::Gallery,
        Topic::Video,
        Topic::Podcast,
        Topic::Listing,
        Topic::Topic,
        Topic::Consent,
        Topic::Paywall,
        Topic::Error,
        Topic::Login,
        Topic::Product,
        Topic::Job,
        Topic::Feed,
    ];
    pub const COUNT: usize = Self::ALL.len();

    pub fn name(self) -> &'static str {
        match self {
            Topic::Opinion => "opinion",
            Topic::FirstPerson => "first_person",
            Topic::Live => "live",
            Topic::Brief => "brief",
            Topic::Press => "press",
            Topic::Gallery => "gallery",
            Topic::Video => "video",
            Topic::Podcast => "podcast",
            Topic::Listing => "listing",
            Topic::Topic => "topic",
            Topic::Consent => "consent",
            Topic::Paywall => "paywall",
            Topic::Error => "error",
            Topic::Login => "login",
            Topic::Product => "product",
            Topic::Job => "job",
            Topic::Feed => "feed",
        }
    }
}

/// Where phrases of a kind are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Head,
    Text,
}

/// Per topic, how many different phrases were found and how often altogether.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    pub distinct: [u16; Topic::COUNT],
    pub all: [u32; Topic::COUNT],
}

/// Phrases of the title, the h1 and the labels beside it. `text` is in lower case.
pub fn in_head(text: &str) -> Hits {
    lexicon().head.count(text)
}

/// Phrases of running text in lower case.
pub fn in_text(text: &str) -> Hits {
    lexicon().text.count(text)
}

/// The topic that a path segment or host label names, in lower case.
pub fn of_segment(segment: &str) -> Option<Topic> {
    lexicon().url.get(segment).copied()
}

struct Lexicon {
    head: Scoped,
    text: Scoped,
    url: FxHashMap<&'static str, Topic>,
}

struct Scoped {
    phrases: Phrases,
    topics: Vec<Topic>,
}

impl Scoped {
    fn new(entries: &[(&'static str, Topic)]) -> Self {
        let phrases = Phrases::new(&entries.iter().map(|(phrase, _)| *phrase).collect::<Vec<_>>());
        Self { phrases, topics: entries.iter().map(|(_, topic)| *topic).collect() }
    }

    /// Overlapping, since one text may hold a phrase inside another; linear, since few phrases begin at
    /// any one place.
    fn count(&self, text: &str) -> Hits {
        let mut hits = Hits::default();
        let mut seen = vec![false; self.topics.len()];
        self.phrases.find(text, |found| {
            if !bounded(text, found.start, found.end) {
                return;
            }
            let topic = self.topics[found.phrase] as usize;
            hits.all[topic] = hits.all[topic].saturating_add(1);
            if !std::mem::replace(&mut seen[found.phrase], true) {
                hits.distinct[topic] += 1;
            }
        });
        hits
    }
}

/// Whether a match stands at word boundaries, or touches a script that writes none.
fn bounded(text: &str, start: usize, end: usize) -> bool {
    let (first, last) = (text[start..].chars().next(), text[..end].chars().next_back());
    let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
    let joins = |inner: Option<char>, outer: Option<char>| match (inner, outer) {
        (Some(inner), Some(outer)) => {
            inner.is_alphanumeric() && outer.is_alphanumeric() && !is_unspaced(inner) && !is_unspaced(outer)
        }
        _ => false,
    };
    !joins(first, before) && !joins(last, after)
}

/// Han, kana, hangul (whose particles follow without a space), Thai, Lao, Burmese and Khmer.
pub fn is_unspaced(c: char) -> bool {
    matches!(c as u32, 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let (mut head, mut text, mut url) = (Vec::new(), Vec::new(), FxHashMap::default());
        for (topic, scope, phrase) in entries() {
            match scope {
                Some(Scope::Head) => head.push((phrase, topic)),
                Some(Scope::Text) => text.push((phrase, topic)),
                None => {
                    url.entry(phrase).or_insert(topic);
                }
            }
        }
        Lexicon { head: Scoped::new(&head), text: Scoped::new(&text), url }
    })
}

/// Every phrase of the file with its topic and scope (none: URL words). A phrase stands once a scope
/// and topic.
fn entries() -> impl Iterator<Item = (Topic, Option<Scope>, &'static str)> {
    let mut seen = rustc_hash::FxHashSet::default();
    include_str!("words.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let (label, phrases) = line.split_once(": ")?;
            let (topic, scope) = label.split_once(' ')?;
            let topic = Topic::ALL.into_iter().find(|t| t.name() == topic)?;
            let scope = match scope {
                "head" => Some(Scope::Head),
                "text" => Some(Scope::Text),
                "url" => None,
                _ => return None,
            };
            Some(phrases.split(" | ").map(move |phrase| (topic, scope, phrase.trim())))
        })
        .flatten()
        .filter(move |(topic, scope, phrase)| {
            seen.insert((*topic, *scope == Some(Scope::Head), scope.is_none(), *phrase))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_understood() {
        for line in include_str!("words.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let label = line.split(": ").next().unwrap();
            let (topic, scope) = label.split_once(' ').unwrap();
            assert!(Topic::ALL.iter().any(|t| t.name() == topic), "{line}");
            assert!(["head", "text", "url"].contains(&scope), "{line}");
            assert_eq!(line, line.to_lowercase(), "phrases are compared in lower case");
        }
        assert!(entries().count() > 1000);
    }

    #[test]
    fn phrases_count_at_word_boundaries() {
        for (text, topic, distinct) in [
            ("please add to basket now", Topic::Product, 1),
            ("add to basketball", Topic::Product, 0),
            ("add to cart, add to cart, buy now", Topic::Product, 2),
            ("カートに入れる", Topic::Product, 1),
            ("nur für abonnenten: jetzt testen", Topic::Paywall, 3),
            ("nothing to see", Topic::Login, 0),
        ] {
            assert_eq!(in_text(text).distinct[topic as usize], distinct, "{text}");
        }
    }
}
