//! What the page's metadata says the article is: title, description, JSON-LD `articleBody`. Witnesses for
//! the model; none is believed alone.

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::facts::{shingles, tokens};
use crate::model::html::HtmlPage;
use crate::model::script::cut;
use crate::read::json::strings::{listed, under, value_end};

/// Longest `articleBody` that is heard.
const BODY_BYTES: usize = 1 << 20;

#[derive(Debug, Default)]
pub struct Witnesses {
    pub title: FxHashSet<u32>,
    pub description: FxHashSet<u32>,
    /// Shingles of four words of the longest `articleBody`, whatever it is about: blocks of the page that are not in
    /// it have others.
    pub body: FxHashSet<u64>,
    /// Full names of authors, as JSON-LD and the meta elements have them.
    pub authors: Vec<String>,
    /// JSON-LD says `NewsArticle` or the like.
    pub declares_news: bool,
    /// JSON-LD says `LiveBlogPosting`.
    pub declares_live: bool,
}

impl Witnesses {
    pub fn of(page: &HtmlPage) -> Self {
        let mut scratch = Vec::new();
        let mut set = |text: Option<&str>| -> FxHashSet<u32> {
            tokens(text.unwrap_or(""), &mut scratch);
            scratch.iter().take(400).copied().collect()
        };
        let title = set(title(page));
        let description = set(["og:description", "description", "twitter:description"]
            .into_iter()
            .find_map(|name| page.meta(name).filter(|d| !d.trim().is_empty())));
        let article_body = page
            .head
            .json_ld
            .iter()
            .flat_map(|json| under(json, "articleBody"))
            .max_by_key(String::len)
            .filter(|body| body.len() <= BODY_BYTES);
        tokens(article_body.as_deref().unwrap_or(""), &mut scratch);
        let body = if scratch.len() < 20 { FxHashSet::default() } else { shingles(&scratch, 4).collect() };
        let says = |what: &str| {
            page.head.json_ld.iter().any(|json| memmem::find(json.as_bytes(), what.as_bytes()).is_some())
        };
        let declares_live = says("LiveBlogPosting\"");
        let declares_news = declares_live || says("NewsArticle\"");
        let authors = authors(page);
        Self { title, description, body, authors, declares_news, declares_live }
    }
}

/// Names of two words or more under `author` of JSON-LD, and in the meta element.
fn authors(page: &HtmlPage) -> Vec<String> {
    /// Bytes behind the key in which its names stand.
    const REACH: usize = 600;
    const MOST: usize = 8;
    let of_json = page.head.json_ld.iter().flat_map(|json| {
        memmem::find_iter(json.as_bytes(), "\"author\"").take(2).flat_map(|at| {
            let near = cut(&json[at..], REACH);
            // `"author": "A"`, `"author": ["A", "B"]`, `"author": {"name": "A"}`
            let value = near["\"author\"".len()..].trim_start_matches([' ', '\n', '\t', ':']);
            let plain = value.starts_with('"');
            match value.strip_prefix('[').map(str::trim_start).filter(|list| list.starts_with('"')) {
                Some(names) => listed(names),
                None if plain => under(near, "author"),
                None => under(cut(value, value_end(value)), "name"),
            }
        })
    });
    let of_meta = page.metas("author").map(str::to_owned);
    of_json
        .chain(of_meta)
        .map(|name| name.trim().to_owned())
        .filter(|name| (2..=5).contains(&name.split_whitespace().count()))
        .take(MOST)
        .collect()
}

/// The headline as metadata states it, with the site's name where the title carries it.
pub fn title(page: &HtmlPage) -> Option<&str> {
    page.meta("og:title")
        .or(page.meta("twitter:title"))
        .filter(|t| !t.trim().is_empty())
        .or(page.head.title.as_deref())
}

/// How much of `words` stands in `set`, and how much of `set` in `words`.
pub fn overlap(words: &[u32], set: &FxHashSet<u32>) -> (f32, f32) {
    if words.is_empty() || set.is_empty() {
        return (0.0, 0.0);
    }
    let hits = words.iter().filter(|w| set.contains(w)).count() as f32;
    let distinct: FxHashSet<u32> = words.iter().take(400).filter(|w| set.contains(w)).copied().collect();
    (hits / words.len() as f32, distinct.len() as f32 / set.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_goes_both_ways() {
        let set: FxHashSet<u32> = [1, 2, 3, 4].into_iter().collect();
        assert_eq!(overlap(&[1, 2, 9, 9], &set), (0.5, 0.5));
        assert_eq!(overlap(&[], &set), (0.0, 0.0));
    }
}
