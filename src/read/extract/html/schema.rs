//! The story as JSON-LD holds it. Each text is bound to the object that it stands in, and the object that is about
//! this page is heard: graphs and nested objects bring other stories, whose texts may be longer.

use rustc_hash::FxHashSet;
use serde_json::Value;

use super::facts::{shingles, tokens};
use super::features::Sight;
use super::witness::overlap;
use crate::model::body::ParagraphKind;
use crate::model::html::HtmlPage;
use crate::model::script::{cut, squeezed};
use crate::read::json::documents;
use crate::read::json::graph::{Node, list_of, nodes, types, urls};
use crate::read::json::strings::under;

/// Longest text that is heard.
const BODY_BYTES: usize = 1 << 20;
/// Keys under which texts stand; a script without them is not parsed.
const TEXTS: [&str; 3] = ["\"articleBody\"", "\"liveBlogUpdate\"", "\"text\""];
/// Keys under which an object speaks of others, or of parts that are read with it.
const OTHERS: [&str; 26] = [
    "about",
    "acceptedAnswer",
    "author",
    "breadcrumb",
    "citation",
    "comment",
    "comments",
    "creator",
    "discussionUrl",
    "exampleOfWork",
    "hasPart",
    "isBasedOn",
    "isBasedOnUrl",
    "isPartOf",
    "isRelatedTo",
    "itemListElement",
    "liveBlogUpdate",
    "mentions",
    "publisher",
    "relatedLink",
    "review",
    "significantLink",
    "subjectOf",
    "suggestedAnswer",
    "translationOfWork",
    "workExample",
];

/// A piece of the story, and what it is.
pub type Piece = (ParagraphKind, String);

/// Of two the greater one is heard.
#[derive(Debug, PartialEq, PartialOrd)]
struct Rank {
    /// A story, rather than questions and answers.
    story: bool,
    /// How much speaks for its being about the page.
    same: u8,
    /// It stands where the page speaks of itself.
    main: bool,
    bytes: usize,
}

/// A story in JSON-LD, with how much of it the page shows.
#[derive(Debug, Default)]
pub struct Told {
    pub pieces: Vec<Piece>,
    /// Different runs of four words.
    pub words: f32,
}

/// What JSON-LD tells of this page.
pub fn told(page: &HtmlPage, title: &FxHashSet<u32>) -> Option<Told> {
    let mut best: Option<(Rank, Vec<Piece>)> = None;
    let mut hear = |rank: Rank, pieces: Vec<Piece>| {
        if rank.bytes > 0 && best.as_ref().is_none_or(|(r, _)| rank > *r) {
            best = Some((rank, pieces));
        }
    };
    let own = Own::of(page, title);
    let mut article = false;
    let scripts = page.head.json_ld.iter().filter(|script| TEXTS.iter().any(|key| script.contains(key)));
    for script in scripts {
        let documents = documents(script);
        // Beyond repair: its strings can be read all the same.
        if documents.is_empty() {
            for text in under(script, "articleBody").into_iter().filter(|t| t.len() <= BODY_BYTES) {
                let rank = Rank { story: true, same: 0, main: true, bytes: text.len() };
                hear(rank, vec![(ParagraphKind::Paragraph, text)]);
            }
        }
        for (node, main) in nodes(&documents, &OTHERS) {
            article |= main && is_article(node);
            let story = story(node);
            let is_story = !story.is_empty();
            let pieces = if is_story { story } else { answers(node) };
            let bytes = pieces.iter().map(|(_, text)| text.len()).sum();
            if bytes == 0 {
                continue;
            }
            let rank = Rank { story: is_story, same: own.likeness(node), main, bytes };
            hear(rank, pieces);
        }
    }
    // Questions below an article that says nothing of its text are no article.
    let (_, pieces) = best.filter(|(rank, _)| rank.story || !article)?;
    Some(Told { words: runs(&pieces).len() as f32, pieces })
}

impl Told {
    pub fn is_live(&self) -> bool {
        self.pieces.iter().any(|(kind, _)| *kind == ParagraphKind::LiveEntry)
    }

    /// How much of the story the visible blocks hold.
    pub fn visible(&self, sight: &Sight) -> f32 {
        let told = runs(&self.pieces);
        let mut words = Vec::new();
        let mut shown: FxHashSet<u64> = FxHashSet::default();
        for b in 0..sight.page.blocks.len() {
            tokens(sight.page.block_text(b), &mut words);
            shown.extend(shingles(&words, 4).filter(|run| told.contains(run)));
        }
        shown.len() as f32 / told.len().max(1) as f32
    }
}

/// Runs of four words.
fn runs(pieces: &[Piece]) -> FxHashSet<u64> {
    let mut words = Vec::new();
    let mut out = FxHashSet::default();
    for (_, text) in pieces {
        tokens(text, &mut words);
        if words.len() >= 4 {
            out.extend(shingles(&words, 4));
        }
    }
    out
}

fn is_article(node: &Node) -> bool {
    types(node)
        .any(|t| t.ends_with("Article") || t.ends_with("Posting") && t != "JobPosting" || t == "Report")
}

/// The text of an article, then the entries of a live report in their order.
fn story(node: &Node) -> Vec<Piece> {
    let mut pieces = body(node);
    for entry in list_of(node.get("liveBlogUpdate")).filter_map(Value::as_object) {
        let told = body(entry);
        let headline = text(entry, "headline").or_else(|| text(entry, "name"));
        if let (Some(headline), Some((_, first))) = (headline, told.first())
            && !first.trim_start().starts_with(headline.trim())
        {
            pieces.push((ParagraphKind::Subhead, headline));
        }
        pieces.extend(told.into_iter().map(|(_, text)| (ParagraphKind::LiveEntry, text)));
    }
    pieces
}

/// `articleBody`, in one piece or several; `text` where an article has it instead.
fn body(node: &Node) -> Vec<Piece> {
    let pieces = |key: &str| -> Vec<Piece> {
        let texts = list_of(node.get(key)).filter_map(Value::as_str);
        let texts = texts.filter(|t| !t.trim().is_empty() && t.len() <= BODY_BYTES);
        texts.map(|t| (ParagraphKind::Paragraph, t.to_owned())).collect()
    };
    let body = pieces("articleBody");
    if body.is_empty() && is_article(node) { pieces("text") } else { body }
}

/// Questions and their answers, where they are the page.
fn answers(node: &Node) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if !types(node).any(|t| matches!(t, "FAQPage" | "QAPage")) {
        return pieces;
    }
    for question in list_of(node.get("mainEntity")).filter_map(Value::as_object) {
        let asked = text(question, "name").or_else(|| text(question, "text"));
        let given =
            ["acceptedAnswer", "suggestedAnswer"].into_iter().flat_map(|key| list_of(question.get(key)));
        let answer = given.filter_map(Value::as_object).find_map(|answer| text(answer, "text"));
        if let (Some(asked), Some(answer)) = (asked, answer) {
            pieces.push((ParagraphKind::Subhead, asked));
            pieces.push((ParagraphKind::Paragraph, answer));
        }
    }
    pieces
}

/// What the head says of this page: its titles, squeezed and as words, and its addresses.
struct Own<'a> {
    titles: [String; 3],
    words: &'a FxHashSet<u32>,
    addresses: Vec<&'a str>,
}

impl<'a> Own<'a> {
    fn of(page: &'a HtmlPage, words: &'a FxHashSet<u32>) -> Self {
        /// Longest title that is looked for a headline, in bytes.
        const LONGEST: usize = 2_000;
        let titles = [page.meta("og:title"), page.meta("twitter:title"), page.head.title.as_deref()];
        let titles = titles.map(|title| squeezed(cut(title.unwrap_or_default(), LONGEST)));
        let canonical = page.head.links.iter().filter(|l| l.rel == "canonical").map(|l| l.href.as_str());
        let addresses = canonical.chain(page.metas("og:url")).map(bare).filter(|url| !url.is_empty());
        Self { titles, words, addresses: addresses.take(MOST_ADDRESSES).collect() }
    }

    /// 2 for an object whose headline stands in the page's title, or whose address is the page's; 1 where most of the
    /// headline's words do, or most of the title's: the next story on the same event has most of them too.
    fn likeness(&self, node: &Node) -> u8 {
        if urls(node).map(bare).any(|url| self.addresses.contains(&url)) {
            return 2;
        }
        let mut words = Vec::new();
        let names = ["headline", "name"].into_iter().filter_map(|key| text(node, key));
        let each = names.map(|name| {
            let whole = squeezed(&name);
            if !whole.is_empty() && self.titles.iter().any(|title| title.contains(&whole)) {
                return 2;
            }
            tokens(&name, &mut words);
            let (of_name, of_title) = overlap(&words, self.words);
            u8::from(of_name >= 0.8 || of_title >= 0.8)
        });
        each.max().unwrap_or(0)
    }
}

/// Addresses that a page may give itself.
const MOST_ADDRESSES: usize = 16;

/// An address without its scheme, its fragment and the slash at its end.
fn bare(url: &str) -> &str {
    let url = url.trim().split('#').next().unwrap_or_default();
    url.trim_start_matches("https:").trim_start_matches("http:").trim_end_matches('/')
}

fn text(node: &Node, key: &str) -> Option<String> {
    let text = list_of(node.get(key)).find_map(Value::as_str)?;
    (!text.trim().is_empty() && text.len() <= BODY_BYTES).then(|| text.to_owned())
}
