//! The publisher's own words: section, keywords and URL path, heard through a map of common names.

use rustc_hash::FxHashMap;

use super::taxonomy::{TOPICS, Taxonomy};
use crate::model::Article;
use crate::model::article::EvidenceSource;

const NAMES: &str = include_str!("sections.txt");

/// Log-odds of one sure name: 4.5 over sixteen others that are not mentioned is a chance of .85.
const SECTION: f32 = 4.5;
const PATH: f32 = 4.5;
const KEYWORD: f32 = 1.5;
/// All keywords of one topic together.
const KEYWORDS_MOST: f32 = 3.0;
/// Section, path and keywords of one topic together: they are one publisher's word.
const TOGETHER_MOST: f32 = 6.0;
/// Parts of a path that name sections stand first; later ones are places and slugs.
const PATH_PARTS: usize = 4;
const KEYWORDS_READ: usize = 30;

/// Section names of many languages and the topic of each.
#[derive(Debug)]
pub struct Names {
    topics: FxHashMap<String, Vec<(u8, f32)>>,
}

/// One witness's word.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub source: EvidenceSource,
    /// As the publisher wrote it.
    pub said: String,
    pub topic: usize,
    /// Log-odds.
    pub logit: f32,
}

impl Names {
    /// The map inside the program; a test reads it, so that no line is lost here.
    pub fn shipped(taxonomy: &Taxonomy) -> Self {
        let mut topics: FxHashMap<String, Vec<(u8, f32)>> = FxHashMap::default();
        let mut topic = 0;
        for line in NAMES.lines().filter(|l| !l.starts_with('#')) {
            if let Some(code) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                topic = taxonomy.number(code).map_or(0, |n| taxonomy.first_level(n) as u8);
                continue;
            }
            for name in line.split(',').map(str::trim).filter(|n| !n.is_empty()) {
                let (name, weight) = match name.rsplit_once(':') {
                    Some((name, weight)) => (name, weight.parse().unwrap_or(1.0)),
                    None => (name, 1.0),
                };
                let known = topics.entry(normal(name)).or_default();
                if !known.iter().any(|(t, _)| *t == topic) {
                    known.push((topic, weight));
                }
            }
        }
        Self { topics }
    }

    /// What the article's publisher says of its topic, in the order section, path, keywords.
    pub fn hear(&self, article: &Article) -> Vec<Statement> {
        let mut said = Vec::new();
        if let Some(section) = &article.section {
            let source = article.evidence.get("section").map_or(EvidenceSource::Html, |e| e.source);
            for part in section.split(['/', '>', '|', '›', '»', ',', ';']).take(PATH_PARTS) {
                self.add(&mut said, source, part, SECTION);
            }
        }
        if let Some(url) = article.canonical_url.as_deref().or(article.url.as_deref())
            && let Ok(url) = url::Url::parse(url)
            && let Some(parts) = url.path_segments()
        {
            let host = url.host_str().unwrap_or("").split('.').next().unwrap_or("");
            let parts: Vec<&str> = parts.filter(|p| !p.is_empty()).collect();
            // The last part is the page itself.
            let sections = parts.len().saturating_sub(1).min(PATH_PARTS);
            for part in std::iter::once(host).chain(parts[..sections].iter().copied()) {
                self.add(&mut said, EvidenceSource::Url, part, PATH);
            }
        }
        let source = article.evidence.get("keywords").map_or(EvidenceSource::Meta, |e| e.source);
        let mut sums = [0.0f32; TOPICS];
        for keyword in article.keywords.iter().take(KEYWORDS_READ) {
            for &(topic, weight) in self.topics.get(&normal(keyword)).into_iter().flatten() {
                let topic = usize::from(topic);
                let logit = (weight * KEYWORD).min(KEYWORDS_MOST - sums[topic]);
                if logit > 0.0 {
                    sums[topic] += logit;
                    said.push(Statement { source, said: keyword.clone(), topic, logit });
                }
            }
        }
        let mut together = [0.0f32; TOPICS];
        for statement in &mut said {
            statement.logit = statement.logit.min(TOGETHER_MOST - together[statement.topic]);
            together[statement.topic] += statement.logit;
        }
        said
    }

    /// A witness says a topic once, however many parts of the path agree.
    fn add(&self, said: &mut Vec<Statement>, source: EvidenceSource, name: &str, most: f32) {
        for &(topic, weight) in self.topics.get(&normal(name)).into_iter().flatten() {
            let (topic, logit) = (usize::from(topic), weight * most);
            match said.iter_mut().find(|s| s.source == source && s.topic == topic) {
                Some(known) if known.logit >= logit => {}
                Some(known) => known.logit = logit,
                None => said.push(Statement { source, said: name.trim().to_owned(), topic, logit }),
            }
        }
    }
}

/// Lower case, one blank for every run of what is neither letter nor digit.
fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().take(80).flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_languages_are_known() {
        let names = Names::shipped(&Taxonomy::shipped());
        for (name, topic) in [
            ("Sport", 15),
            ("Arts & Culture", 1),
            ("wirtschaft", 4),
            ("Économie", 4),
            ("política", 11),
            ("scienza-e-tecnologia", 13),
            ("gezondheid", 7),
            ("Väder", 17),
            ("polityka", 11),
            ("Спорт", 15),
            ("hava-durumu", 17),
            ("体育", 15),
            ("経済", 4),
            ("رياضة", 15),
        ] {
            let found = names.topics.get(&normal(name)).map(|t| t[0].0 + 1);
            assert_eq!(found, Some(topic), "{name}");
        }
        assert_eq!(names.topics.get("panorama"), None);
    }

    #[test]
    fn every_line_of_the_map_stands_under_a_topic() {
        let taxonomy = Taxonomy::shipped();
        let heads: Vec<&str> = NAMES.lines().filter_map(|l| l.strip_prefix('[')?.strip_suffix(']')).collect();
        assert_eq!(heads.len(), TOPICS);
        for head in heads {
            assert!(taxonomy.number(head).is_some(), "{head}");
        }
        for name in NAMES.lines().filter(|l| !l.starts_with(['#', '['])).flat_map(|l| l.split(',')) {
            if let Some((_, weight)) = name.rsplit_once(':') {
                assert!(weight.trim().parse::<f32>().is_ok_and(|w| w > 0.0 && w <= 1.0), "{name}");
            }
        }
    }
}
