//! Fields that one extraction of an article has and another lacks.

use crate::model::Article;
use crate::model::article::{Completeness, Dateline, Timestamp};
use crate::model::body::{Paragraph, ParagraphKind};
use crate::store::described::take;
use crate::store::{ArticleRecord, Described};

/// Fields taken over from what is remembered of the article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    pub headline: Option<String>,
    pub published_at: Option<Timestamp>,
    pub byline: Option<String>,
    /// Said by another capture or copy of the same text.
    pub originator: Option<String>,
    pub standfirst: Option<String>,
    pub dateline: Option<Dateline>,
    /// Captions, where the page has none.
    pub captions: Vec<String>,
    /// The body of another scraper's extraction, which stands nearer to what all agree on.
    pub paragraphs: Option<Vec<Paragraph>>,
    pub completeness: Option<Completeness>,
    pub described: Described,
}

impl Filled {
    pub fn into_article(self, article: &mut Article) {
        if let Some(paragraphs) = self.paragraphs {
            article.paragraphs = paragraphs;
        }
        article.completeness = self.completeness.unwrap_or(article.completeness);
        article.headline = article.headline.take().or(self.headline);
        article.published_at = article.published_at.take().or(self.published_at);
        article.byline = article.byline.take().or(self.byline);
        article.originator = article.originator.take().or(self.originator);
        article.standfirst = article.standfirst.take().or(self.standfirst);
        article.dateline = article.dateline.take().or(self.dateline);
        let Described { authors, modified_at, section, keywords, images } = self.described;
        article.modified_at = article.modified_at.take().or(modified_at);
        article.section = article.section.take().or(section);
        if article.authors.is_empty() {
            article.authors = authors;
        }
        if article.keywords.is_empty() {
            article.keywords = keywords;
        }
        if article.images.is_empty() {
            article.images = images;
        }
        let caption = |text| Paragraph { text, kind: ParagraphKind::Caption, block: None };
        article.paragraphs.splice(0..0, self.captions.into_iter().map(caption));
    }
}

/// Keeps what the earlier version had and the new capture lacks. When a page was changed last is taken
/// over for the same state of it alone.
pub(super) fn fill(record: &mut ArticleRecord, old: &ArticleRecord, same_state: bool, filled: &mut Filled) {
    take(&mut record.site, &old.site);
    filled.headline = take(&mut record.headline, &old.headline);
    filled.published_at = take(&mut record.published_at, &old.published_at);
    filled.byline = take(&mut record.byline, &old.byline);
    filled.originator = take(&mut record.originator, &old.originator);
    filled.standfirst = take(&mut record.standfirst, &old.standfirst);
    filled.dateline = take(&mut record.dateline, &old.dateline);
    let modified_at = old.described.modified_at.clone().filter(|_| same_state);
    filled.described = record.described.take(&Described { modified_at, ..old.described.clone() });
    if record.captions.is_empty() {
        record.captions.clone_from(&old.captions);
        filled.captions.clone_from(&old.captions);
    }
}

/// What a copy says of an article and its published version does not, for versions to come, and that it is
/// the latest capture of this state, where it is. A headline or a date would be an update: where they are none, they are
/// not believed.
pub(super) fn gather(record: &mut ArticleRecord, copy: &ArticleRecord) {
    take(&mut record.byline, &copy.byline);
    take(&mut record.standfirst, &copy.standfirst);
    take(&mut record.dateline, &copy.dateline);
    take(&mut record.site, &copy.site);
    record.described.take(&copy.described);
    // What another scraper keeps says nothing of the rest: the page may have been changed before it came.
    if record.scraper == copy.scraper || record.print.words_hash == copy.print.words_hash {
        record.captured = record.captured.max(copy.captured);
    }
}
