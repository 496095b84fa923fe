//! Under which keys an article is found: its addresses, its content, its headline, its bands.

use crate::assess::fingerprint::Printed;
use crate::assess::tokens::{self, mix};
use crate::model::Article;
use crate::model::address::Form;
use crate::store::ArticleRecord;

use super::ids::is_front_page;

/// What a key is made of; a smaller kind is more telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The page's own URL, as the URL of the other.
    Url,
    /// An address of one that is a canonical URL or alias of the other.
    Alias,
    /// The words of the body.
    Content,
    /// The id that the article would have: taken, if someone else's.
    ArticleId,
    /// Publisher and headline.
    Headline,
    /// First sentence of prose.
    Sentence,
    /// A band of the MinHash.
    Band,
}

/// The keys that a page is looked up under, and those that it is written under: not the same, since a
/// page's URL is looked for among the aliases of others too.
#[derive(Debug, Default)]
pub struct Keys {
    pub lookup: Vec<u64>,
    pub kinds: Vec<KeyKind>,
    /// Of the lookup keys, those that tell by themselves.
    pub strong: usize,
    pub written: Vec<u64>,
}

/// Aliases of one page that are looked at.
const MAX_ALIASES: usize = 8;
/// Headlines shorter than this many words recur ("Letters to the editor").
const HEADLINE_WORDS: usize = 4;

/// Version of the keys that stand on no address.
const TEXT_FORM: u64 = 1;

impl Keys {
    pub fn of(article: &Article, draft: &ArticleRecord, printed: &Printed) -> Self {
        let mut keys = Self::default();
        if let Some(url) = article.url.as_deref().filter(|url| !is_front_page(url)) {
            keys.address(url, [(KeyKind::Url, 1, true), (KeyKind::Alias, 2, false)]);
        }
        let aliases = article.url_aliases.iter().take(MAX_ALIASES).map(String::as_str);
        let others = article.canonical_url.as_deref().into_iter().chain(aliases);
        for alias in others.filter(|alias| !is_front_page(alias)) {
            keys.address(alias, [(KeyKind::Alias, 2, true), (KeyKind::Alias, 1, false)]);
        }
        if draft.print.words > 0 {
            keys.add(KeyKind::Content, mix(draft.print.words_hash ^ 3), true);
        }
        keys.add(KeyKind::ArticleId, article_id_key(draft), true);
        if let (Some(site), Some(headline)) = (&draft.site, &draft.headline) {
            let words = headline_words(headline);
            if words.len() >= HEADLINE_WORDS {
                let hash = words.iter().fold(text_key(5, TEXT_FORM, site), |h, w| mix(h ^ w));
                keys.add(KeyKind::Headline, hash, true);
            }
        }
        keys.strong = keys.lookup.len();
        if let Some(first) = printed.first_sentence {
            keys.add(KeyKind::Sentence, mix(first ^ 6), true);
        }
        for band in &printed.bands {
            keys.add(KeyKind::Band, mix(band ^ 7), true);
        }
        keys
    }

    /// Looks an address up, as each of these, in every form that a store may hold it in; writes the newest of those
    /// that say so.
    fn address(&mut self, address: &str, kinds: [(KeyKind, u64, bool); 2]) {
        let texts = Form::ALL.map(|form| (form, form.of(address)));
        for (kind, what, write) in kinds {
            for (form, text) in &texts {
                let key = text_key(what, form.version(), text);
                self.add(kind, key, write && *form == Form::NEWEST);
            }
        }
    }

    fn add(&mut self, kind: KeyKind, key: u64, write: bool) {
        if !self.lookup.contains(&key) {
            self.lookup.push(key);
            self.kinds.push(kind);
        }
        if write && !self.written.contains(&key) {
            self.written.push(key);
        }
    }

    /// Exchanges the key of the article's id after the id was changed.
    pub fn rename(&mut self, from: &ArticleRecord, to: &ArticleRecord) {
        let (from, to) = (article_id_key(from), article_id_key(to));
        self.written.iter_mut().filter(|k| **k == from).for_each(|k| *k = to);
    }

    /// Keys by which a further address leads to an article; its text's keys are the article's own.
    pub fn addresses(&self) -> impl Iterator<Item = u64> + '_ {
        self.lookup
            .iter()
            .zip(&self.kinds)
            .filter(|(key, kind)| matches!(kind, KeyKind::Url | KeyKind::Alias) && self.written.contains(key))
            .map(|(key, _)| *key)
    }

    /// The key of the headline, where it is long enough to have one.
    pub fn of_headline(&self) -> Option<u64> {
        let at = self.kinds.iter().position(|kind| *kind == KeyKind::Headline)?;
        self.lookup.get(at).copied()
    }

    pub fn hit(&self, hits: &[u16], kind: KeyKind) -> bool {
        hits.iter().any(|hit| self.kinds.get(usize::from(*hit)) == Some(&kind))
    }
}

/// The words of a headline, for comparison.
pub fn headline_words(headline: &str) -> Vec<u64> {
    tokens::sentences(headline).flat_map(|s| s.words).map(|w| w.hash).take(64).collect()
}

fn article_id_key(record: &ArticleRecord) -> u64 {
    let id = record.article_id.0;
    let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| id[at + i]));
    mix(mix(word(0) ^ 4) ^ word(8))
}

fn text_key(what: u64, version: u64, text: &str) -> u64 {
    let mut hash = mix(what << 8 | version);
    for chunk in text.as_bytes().chunks(8) {
        let word = chunk.iter().enumerate().fold(0u64, |w, (i, b)| w | u64::from(*b) << (8 * i));
        hash = mix(hash ^ word);
    }
    mix(hash ^ text.len() as u64)
}
