//! What a page's JSON-LD says of its article: the node that is about this page is chosen among graphs,
//! arrays and lists of other stories, and references by `@id` are followed one step.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::entities;
use crate::model::script::squeezed;
use crate::read::json::documents;
use crate::read::json::graph::{self, Node, list_of, types, urls};

/// Longest string that is a value of a field, in bytes.
const LONGEST: usize = 2_000;
const MOST_VALUES: usize = 40;

/// The JSON-LD of a page.
#[derive(Debug, Default)]
pub struct JsonLd {
    documents: Vec<Value>,
}

/// What the chosen node says.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Statement {
    /// `@type`s of the node.
    pub types: Vec<String>,
    pub headline: Option<String>,
    pub name: Option<String>,
    pub alternative: Option<String>,
    pub description: Option<String>,
    pub authors: Vec<Named>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub url: Option<String>,
    pub publisher: Option<String>,
    pub section: Option<String>,
    pub keywords: Vec<String>,
    pub images: Vec<Picture>,
    pub language: Option<String>,
    pub dateline: Option<String>,
    pub free: Option<bool>,
    pub credit: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub name: String,
    /// `@type` said that it is an organisation (true) or a person (false).
    pub organisation: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picture {
    pub url: String,
    pub caption: Option<String>,
    pub credit: Option<String>,
}

impl JsonLd {
    /// Reads the scripts up to `limit` bytes in all.
    pub fn read(scripts: &[String], limit: usize) -> Self {
        let mut left = limit;
        let mut all = Vec::new();
        for script in scripts {
            let Some(rest) = left.checked_sub(script.len()) else { break };
            left = rest;
            all.extend(documents(script));
        }
        Self { documents: all }
    }

    /// What the node about this page says; `is_this_page` compares URLs. A teaser's node, with the address of another
    /// page and a headline that this one does not print, says nothing of it.
    pub fn statement(
        &self,
        is_this_page: &dyn Fn(&str) -> Option<bool>,
        titles: &[&str],
    ) -> Option<Statement> {
        let (mut nodes, by_id) = self.nodes();
        nodes.retain(|(node, _)| !is_of_another(node, is_this_page, titles));
        let best = nodes
            .iter()
            .enumerate()
            .filter_map(|(i, (node, main))| {
                let rank = rank(node)?;
                let mut score = rank + if *main { 4 } else { -9 };
                if urls(node).any(|url| is_this_page(url) == Some(true)) {
                    score += 6;
                }
                if let Some(headline) = text(node.get("headline")) {
                    score += 1;
                    let headline = squeezed(&headline);
                    if titles.iter().any(|t| squeezed(t) == headline) {
                        score += 5;
                    }
                }
                // A list of other stories says nothing of this one.
                (score > 0).then_some((score, std::cmp::Reverse(i)))
            })
            .max()?;
        let chosen = nodes[best.1.0].0;
        let mut said = state(chosen, &by_id);
        // Plugins write the same article twice: what one node lacks the other may have.
        for (node, main) in &nodes {
            if !main || std::ptr::eq(*node, chosen) || rank(node).is_none() {
                continue;
            }
            let same = match (text(node.get("headline")), &said.headline) {
                (Some(a), Some(b)) => squeezed(&a) == squeezed(b),
                (None, _) => true,
                _ => false,
            };
            if same {
                said.fill(state(node, &by_id));
            }
        }
        Some(said)
    }

    /// Name of the site from a `WebSite` or a publishing organisation's node.
    pub fn site_name(&self) -> Option<String> {
        let (nodes, _) = self.nodes();
        ["WebSite", "NewsMediaOrganization", "Organization"].iter().find_map(|wanted| {
            nodes
                .iter()
                .find(|(n, main)| *main && types(n).any(|t| t == *wanted))
                .and_then(|(n, _)| text(n.get("name")))
        })
    }

    /// Names along the breadcrumb trail, outermost first.
    pub fn breadcrumbs(&self) -> Vec<String> {
        let (nodes, _) = self.nodes();
        let Some((list, _)) = nodes.iter().find(|(n, _)| types(n).any(|t| t == "BreadcrumbList")) else {
            return Vec::new();
        };
        let mut items: Vec<(i64, String)> = list_of(list.get("itemListElement"))
            .filter_map(|item| {
                let item = item.as_object()?;
                let name =
                    text(item.get("name")).or_else(|| text(item.get("item")?.as_object()?.get("name")))?;
                let position = item
                    .get("position")
                    .and_then(|p| p.as_i64().or_else(|| p.as_str().and_then(|s| s.parse().ok())));
                Some((position.unwrap_or(i64::MAX), name))
            })
            .take(MOST_VALUES)
            .collect();
        items.sort_by_key(|(position, _)| *position);
        items.into_iter().map(|(_, name)| name).collect()
    }

    /// Every object, with whether it stands where the page speaks of itself, and those that have an
    /// `@id` by it.
    fn nodes(&self) -> (Vec<(&Node, bool)>, FxHashMap<&str, &Node>) {
        let nodes = graph::nodes(&self.documents, &[]);
        let mut by_id: FxHashMap<&str, &Node> = FxHashMap::default();
        for (node, _) in &nodes {
            if let Some(id) = node.get("@id").and_then(Value::as_str) {
                // A bare reference never replaces the node itself.
                let kept = by_id.entry(id).or_insert(node);
                if kept.len() < node.len() {
                    *kept = node;
                }
            }
        }
        (nodes, by_id)
    }
}

impl Statement {
    /// Takes from `other` what is absent here.
    fn fill(&mut self, other: Self) {
        let fill = |mine: &mut Option<String>, theirs: Option<String>| {
            if mine.is_none() {
                *mine = theirs;
            }
        };
        fill(&mut self.headline, other.headline);
        fill(&mut self.description, other.description);
        fill(&mut self.published, other.published);
        fill(&mut self.modified, other.modified);
        fill(&mut self.publisher, other.publisher);
        fill(&mut self.section, other.section);
        fill(&mut self.language, other.language);
        fill(&mut self.dateline, other.dateline);
        fill(&mut self.url, other.url);
        if self.authors.is_empty() {
            self.authors = other.authors;
        }
        if self.keywords.is_empty() {
            self.keywords = other.keywords;
        }
        if self.images.is_empty() {
            self.images = other.images;
        }
        self.free = self.free.or(other.free);
    }
}

fn is_of_another(node: &Node, is_this_page: &dyn Fn(&str) -> Option<bool>, titles: &[&str]) -> bool {
    if titles.is_empty() || rank(node).is_none() {
        return false;
    }
    let Some(headline) = text(node.get("headline")) else { return false };
    let mut claims = urls(node).filter_map(is_this_page).peekable();
    claims.peek().is_some()
        && claims.all(|this| !this)
        && !titles.iter().any(|title| is_headed(title, &headline))
}

/// Whether a title prints the headline, or one that shares half of its words.
fn is_headed(title: &str, headline: &str) -> bool {
    let (a, b) = (squeezed(title), squeezed(headline));
    if a.contains(&b) || b.contains(&a) {
        return true;
    }
    let words = |text: &str| -> Vec<String> {
        text.split_whitespace().map(squeezed).filter(|word| word.chars().count() > 3).collect()
    };
    let (a, b) = (words(title), words(headline));
    let shared = a.iter().filter(|word| b.contains(word)).count();
    shared > 0 && shared * 2 >= a.len().min(b.len())
}

/// How much a node of this type speaks of an article: none for what is no page of text.
fn rank(node: &Node) -> Option<i32> {
    let of = |t: &str| match t {
        "WebPage" | "ItemPage" | "AboutPage" | "CreativeWork" => Some(1),
        "VideoObject" | "AudioObject" | "PodcastEpisode" | "ImageGallery" | "MediaGallery" | "QAPage" => {
            Some(2)
        }
        "Recipe" | "Review" | "SocialMediaPosting" | "DiscussionForumPosting" | "HowTo" => Some(4),
        "TechArticle" | "ScholarlyArticle" | "BlogPosting" | "Report" => Some(6),
        t if t.ends_with("Article") || t == "LiveBlogPosting" => Some(7),
        _ => None,
    };
    types(node).filter_map(of).max()
}

fn state(node: &Node, by_id: &FxHashMap<&str, &Node>) -> Statement {
    let get = |key: &str| text(node.get(key));
    Statement {
        types: types(node).map(str::to_owned).take(8).collect(),
        headline: get("headline"),
        name: get("name"),
        alternative: get("alternativeHeadline"),
        description: get("description").or_else(|| get("abstract")),
        authors: names(node.get("author"), by_id)
            .or_else(|| names(node.get("creator"), by_id))
            .unwrap_or_default(),
        published: get("datePublished").or_else(|| get("dateCreated")).or_else(|| get("uploadDate")),
        modified: get("dateModified"),
        url: urls(node).next().map(str::to_owned),
        publisher: names(node.get("publisher"), by_id).and_then(|n| n.into_iter().next()).map(|n| n.name),
        section: list_of(node.get("articleSection")).find_map(|v| text(Some(v))),
        keywords: keywords(node.get("keywords")),
        images: pictures(node.get("image"), by_id),
        language: get("inLanguage")
            .or_else(|| text(node.get("inLanguage")?.as_object()?.get("alternateName"))),
        dateline: get("dateline"),
        free: node.get("isAccessibleForFree").and_then(flag),
        credit: get("creditText"),
    }
}

fn names(value: Option<&Value>, by_id: &FxHashMap<&str, &Node>) -> Option<Vec<Named>> {
    let mut out: Vec<Named> = Vec::new();
    for item in list_of(value).take(MOST_VALUES) {
        match item {
            Value::String(_) => {
                if let Some(name) = text(Some(item)) {
                    out.push(Named { name, organisation: None });
                }
            }
            Value::Object(node) => {
                let referred = node.get("@id").and_then(Value::as_str).and_then(|id| by_id.get(id).copied());
                let node = if node.contains_key("name") { node } else { referred.unwrap_or(node) };
                let organisation = types(node).find_map(|t| match t {
                    "Person" => Some(false),
                    t if t.ends_with("Organization") || t == "Corporation" => Some(true),
                    _ => None,
                });
                // Some write a list of names into the one person's name.
                for name in list_of(node.get("name")).filter_map(|v| text(Some(v))).take(MOST_VALUES) {
                    out.push(Named { name, organisation });
                }
            }
            _ => {}
        }
    }
    (!out.is_empty()).then_some(out)
}

fn pictures(value: Option<&Value>, by_id: &FxHashMap<&str, &Node>) -> Vec<Picture> {
    let picture = |item: &Value| match item {
        Value::String(url) => Some(Picture { url: url.clone(), ..Picture::default() }),
        Value::Object(node) => {
            let node = match node.get("@id").and_then(Value::as_str).and_then(|id| by_id.get(id)) {
                Some(full) if !node.contains_key("url") => full,
                _ => node,
            };
            let url = text(node.get("url")).or_else(|| text(node.get("contentUrl")))?;
            let credit = text(node.get("creditText")).or_else(|| text(node.get("copyrightNotice")));
            Some(Picture { url, caption: text(node.get("caption")), credit })
        }
        _ => None,
    };
    list_of(value).filter_map(picture).take(MOST_VALUES).collect()
}

fn keywords(value: Option<&Value>) -> Vec<String> {
    list_of(value)
        .filter_map(|v| text(Some(v)).or_else(|| text(v.as_object()?.get("name"))))
        .flat_map(|s| s.split([',', ';']).map(|k| k.trim().to_owned()).collect::<Vec<_>>())
        .filter(|k| !k.is_empty())
        .take(MOST_VALUES)
        .collect()
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(s) if s.eq_ignore_ascii_case("true") || s.ends_with("/True") => Some(true),
        Value::String(s) if s.eq_ignore_ascii_case("false") || s.ends_with("/False") => Some(false),
        _ => None,
    }
}

/// A string or number as text: entities decoded, tags out, white space collapsed; nothing where empty
/// or too long for a field.
fn text(value: Option<&Value>) -> Option<String> {
    let raw = match value? {
        Value::String(s) => s.clone(),
        Value::Number(n) => n.to_string(),
        Value::Array(items) => {
            return items.iter().find_map(|v| v.as_str().map(|_| v)).and_then(|v| text(Some(v)));
        }
        Value::Object(node) => return text(node.get("@value")),
        _ => return None,
    };
    if raw.len() > LONGEST {
        return None;
    }
    let text = entities::plain(&raw);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(script: &str) -> Option<Statement> {
        JsonLd::read(&[script.to_owned()], 1 << 20)
            .statement(&|url| Some(url == "https://herald.example/a"), &["Bridge opens"])
    }

    #[test]
    fn the_article_of_a_graph_with_references() {
        let statement = said(
            r##"{"@context":"https://schema.org","@graph":[
              {"@type":"WebSite","@id":"#site","name":"The Herald"},
              {"@type":"WebPage","@id":"https://herald.example/a","name":"Bridge opens - The Herald","dateModified":"2024-04-29"},
              {"@type":"NewsArticle","headline":"Bridge opens","author":{"@id":"#ada"},"publisher":{"@id":"#org"},
               "datePublished":"2024-04-28T10:00:00Z","keywords":["roads, bridges"],"isAccessibleForFree":"False",
               "image":{"@id":"#img"},"articleSection":["Local"]},
              {"@type":"Person","@id":"#ada","name":"Ada Fern"},
              {"@type":"Organization","@id":"#org","name":"Herald Media"},
              {"@type":"ImageObject","@id":"#img","url":"https://herald.example/i.jpg","caption":"The bridge"}]}"##,
        )
        .expect("a statement");
        assert_eq!(statement.headline.as_deref(), Some("Bridge opens"));
        assert_eq!(statement.authors, [Named { name: "Ada Fern".into(), organisation: Some(false) }]);
        assert_eq!(statement.publisher.as_deref(), Some("Herald Media"));
        assert_eq!(statement.published.as_deref(), Some("2024-04-28T10:00:00Z"));
        assert_eq!(statement.modified.as_deref(), Some("2024-04-29"));
        assert_eq!(statement.keywords, ["roads", "bridges"]);
        assert_eq!(statement.free, Some(false));
        assert_eq!(statement.images[0].caption.as_deref(), Some("The bridge"));
    }

    #[test]
    fn other_stories_are_not_this_one() {
        let list = r#"{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Other","datePublished":"2020-01-01"}]}"#;
        assert_eq!(said(list), None);
        let two = r#"[{"@type":"NewsArticle","headline":"Other","url":"https://herald.example/b"},
                      {"@type":"NewsArticle","headline":"Bridge opens","url":"https://herald.example/a"}]"#;
        assert_eq!(said(two).and_then(|s| s.headline).as_deref(), Some("Bridge opens"));
    }

    #[test]
    fn entities_are_decoded_and_tags_dropped() {
        let s = said(
            r#"{"@type":"NewsArticle","headline":"K&uuml;hlt&uuml;rme &#8216;gesprengt&#8217; <b>heute</b>"}"#,
        );
        assert_eq!(s.and_then(|s| s.headline).as_deref(), Some("Kühltürme ‘gesprengt’ heute"));
    }

    #[test]
    fn a_reference_to_itself_ends() {
        let s =
            said(r##"{"@type":"NewsArticle","@id":"#a","headline":"Bridge opens","author":{"@id":"#a"}}"##);
        assert_eq!(s.map(|s| s.authors), Some(vec![]));
    }

    #[test]
    fn a_teaser_of_another_page_says_nothing() {
        let teaser = r#"{"@type":"NewsArticle","headline":"Cup final sold out","author":"Ben Holt",
            "datePublished":"2025-05-19","url":"https://herald.example/sport/cup"}"#;
        assert_eq!(said(teaser), None);
        // Another address of the same story, and a headline for search engines.
        for (headline, url) in [
            ("Bridge opens", "https://herald.example/b"),
            ("Bridge opens after eight years", "https://herald.example/b"),
            ("Cup final sold out", "https://herald.example/a"),
        ] {
            let own = format!(r#"{{"@type":"NewsArticle","headline":"{headline}","url":"{url}"}}"#);
            assert!(said(&own).is_some(), "{headline} at {url}");
        }
    }
}
