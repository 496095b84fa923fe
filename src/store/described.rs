//! What an extraction says of its article beside the text: remembered, so that another one that lacks
//! it does not take it away.

use crate::model::Article;
use crate::model::article::{ArticleImage, Author, AuthorKind, Timestamp};
use crate::model::script::cut;

use super::StoreError;
use super::codec::{Reader, Writer};

/// More than these are not remembered, and no text longer than this.
const MAX_AUTHORS: usize = 12;
const MAX_KEYWORDS: usize = 20;
const MAX_IMAGES: usize = 4;
const MAX_BYTES: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Described {
    pub authors: Vec<Author>,
    pub modified_at: Option<Timestamp>,
    pub section: Option<String>,
    pub keywords: Vec<String>,
    pub images: Vec<ArticleImage>,
}

impl Described {
    pub fn of(article: &Article) -> Self {
        let short = |text: &Option<String>| text.as_deref().map(|t| cut(t, MAX_BYTES).to_owned());
        let named = article.authors.iter().filter(|a| a.name.len() <= MAX_BYTES);
        let words = article.keywords.iter().filter(|k| k.len() <= MAX_BYTES);
        // A cut address would lead nowhere.
        let pictures = article.images.iter().filter(|i| i.url.len() <= MAX_BYTES);
        let picture = |i: &ArticleImage| ArticleImage {
            url: i.url.clone(),
            caption: short(&i.caption),
            credit: short(&i.credit),
        };
        Self {
            authors: named.take(MAX_AUTHORS).cloned().collect(),
            modified_at: article.modified_at.clone().filter(|t| t.raw.len() <= MAX_BYTES),
            section: short(&article.section),
            keywords: words.take(MAX_KEYWORDS).cloned().collect(),
            images: pictures.take(MAX_IMAGES).map(picture).collect(),
        }
    }

    /// Takes over what is lacking here; returns what that was.
    pub fn take(&mut self, other: &Self) -> Self {
        fn list<T: Clone>(mine: &mut Vec<T>, theirs: &[T]) -> Vec<T> {
            if !mine.is_empty() {
                return Vec::new();
            }
            mine.extend_from_slice(theirs);
            theirs.to_vec()
        }
        Self {
            authors: list(&mut self.authors, &other.authors),
            modified_at: take(&mut self.modified_at, &other.modified_at),
            section: take(&mut self.section, &other.section),
            keywords: list(&mut self.keywords, &other.keywords),
            images: list(&mut self.images, &other.images),
        }
    }

    pub(super) fn encode(&self, w: &mut Writer) {
        w.u8(self.authors.len() as u8);
        for author in &self.authors {
            w.text(&author.name);
            w.u8(u8::from(author.kind == AuthorKind::Organisation));
        }
        w.option(self.modified_at.as_ref(), Writer::timestamp);
        w.option(self.section.as_ref(), |w, s| w.text(s));
        w.u8(self.keywords.len() as u8);
        self.keywords.iter().for_each(|k| w.text(k));
        w.u8(self.images.len() as u8);
        for image in &self.images {
            w.text(&image.url);
            w.option(image.caption.as_ref(), |w, s| w.text(s));
            w.option(image.credit.as_ref(), |w, s| w.text(s));
        }
    }

    pub(super) fn decode(r: &mut Reader<'_>) -> Result<Self, StoreError> {
        let kind = |organisation| if organisation { AuthorKind::Organisation } else { AuthorKind::Person };
        Ok(Self {
            authors: r.several(|r| Ok(Author { name: r.text()?, kind: kind(r.u8()? != 0) }))?,
            modified_at: r.option(Reader::timestamp)?,
            section: r.option(Reader::text)?,
            keywords: r.several(Reader::text)?,
            images: r.several(|r| {
                Ok(ArticleImage {
                    url: r.text()?,
                    caption: r.option(Reader::text)?,
                    credit: r.option(Reader::text)?,
                })
            })?,
        })
    }
}

/// Takes over what is lacking; returns what that was.
pub fn take<T: Clone>(mine: &mut Option<T>, theirs: &Option<T>) -> Option<T> {
    if mine.is_some() {
        return None;
    }
    mine.clone_from(theirs);
    theirs.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> Described {
        Described {
            authors: vec![Author { name: "Ada Marsh".into(), kind: AuthorKind::Organisation }],
            section: Some("Isles".into()),
            keywords: vec!["drums".into()],
            ..Described::default()
        }
    }

    #[test]
    fn only_what_is_lacking_is_taken() {
        let mut mine = Described { section: Some("Culture".into()), ..Described::default() };
        let taken = mine.take(&described());
        assert_eq!((taken.section, taken.keywords), (None, vec!["drums".to_owned()]));
        assert_eq!((mine.section.as_deref(), mine.authors.len()), (Some("Culture"), 1));
    }

    #[test]
    fn what_was_written_is_read() {
        let mut w = Writer::with_capacity(0);
        described().encode(&mut w);
        let bytes = w.finish();
        assert_eq!(Described::decode(&mut Reader::new("test", &bytes)).expect("decodes"), described());
    }
}
