//! Several scrapers' extractions of one page: which of them stands nearest to what they agree on.
//!
//! With two there is nothing to agree on, and the first stays. From three on the medoid of the cleaned
//! bodies is published, where that is another text and a better one by some margin.

use super::change::{figures_exchanged, grown, later, like};
use super::decide::Incoming;
use super::draft::{draft, scraper_hash};
use super::keys::Keys;
use crate::assess::fingerprint::{fingerprint, print};
use crate::assess::reconcile::nearest;
use crate::model::Article;
use crate::model::article::Completeness;
use crate::store::{ArticleRecord, Extraction, MAX_EXTRACTIONS, extraction};

/// Texts liker than this differ by a line or two: not worth an update. Calibrated, as `MARGIN` is, on bodies
/// of five scrapers in every order of arrival, by models that had not seen their publishers: with these two
/// every fourth page is updated once, and the rest of the gain costs an update of every page. The table is
/// the last part of what `copydesk train text` prints: run it again when the line model changes.
const SAME_TEXT: f32 = 0.96;
/// The medoid must be liker to the others than what is published, on the average, by this much.
const MARGIN: f32 = 0.02;

/// What the panel of a page's extractions says when one more is heard.
pub(super) enum Voice {
    /// What is published stays.
    Stays,
    /// The page that just came.
    Mine,
    /// One that was heard before: the article with its body, and its scraper.
    Earlier(Box<Article>, String),
}

/// `known` with the incoming extraction among those heard, and what they say together.
pub(super) fn hear(me: &Incoming<'_>, known: &ArticleRecord) -> (Vec<Extraction>, Voice) {
    let Some(name) = me.draft.scraper_name.as_deref() else { return (known.heard.clone(), Voice::Stays) };
    if known.scraper_name.as_deref() == Some(name) {
        return (known.heard.clone(), Voice::Stays);
    }
    let mut heard = known.heard.clone();
    heard.retain(|e| e.scraper != name);
    if heard.len() == MAX_EXTRACTIONS {
        heard.remove(0);
    }
    heard.push(Extraction {
        scraper: name.to_owned(),
        sketch: me.draft.print.sketch.clone(),
        partial: me.draft.partial,
        text: extraction::pack(&me.article.paragraphs),
    });
    let voice = voice(me, known, &heard);
    (heard, voice)
}

/// What a scraper that was heard before says now beside what it said then.
pub(super) struct Again {
    /// The same words, weighed then.
    pub(super) same: bool,
    /// Another number in one of its sentences, or more than it had and anybody has.
    pub(super) changed: bool,
}

/// A scraper is compared with its own last voice, for what it keeps and another does not is no change of
/// the page. Nothing where it was not heard.
pub(super) fn again(me: &Incoming<'_>, known: &ArticleRecord) -> Option<Again> {
    let name = me.draft.scraper_name.as_deref()?;
    let before = known.heard.iter().find(|e| e.scraper == name)?;
    let corrected = || {
        figures_exchanged(&me.draft.print, &known.print)
            && before.text.as_deref().and_then(extraction::unpack).is_some_and(|paragraphs| {
                let earlier = print(paragraphs.iter().map(|p| (p.text.as_str(), p.kind)));
                figures_exchanged(&me.draft.print, &earlier.print)
            })
    };
    Some(Again {
        same: like(&before.sketch, &me.draft.print.sketch) >= SAME_TEXT,
        changed: later(&me.draft, known) && (corrected() || grown(&me.draft, &before.sketch, known)),
    })
}

fn voice(me: &Incoming<'_>, known: &ArticleRecord, heard: &[Extraction]) -> Voice {
    let sketches: Vec<&[u32]> = std::iter::once(known.print.sketch.as_slice())
        .chain(heard.iter().map(|e| e.sketch.as_slice()))
        .collect();
    let likeness = |i: usize, j: usize| f64::from(like(sketches[i], sketches[j]));
    let Some((best, lead)) = nearest(sketches.len(), likeness) else { return Voice::Stays };
    if sketches.len() < 3
        || best == 0
        || lead < f64::from(MARGIN)
        || likeness(0, best) >= f64::from(SAME_TEXT)
    {
        return Voice::Stays;
    }
    let chosen = &heard[best - 1];
    if chosen.partial && !known.partial {
        return Voice::Stays;
    }
    if me.draft.scraper_name.as_deref() == Some(chosen.scraper.as_str()) {
        return Voice::Mine;
    }
    let completeness = if chosen.partial { Completeness::Partial } else { Completeness::Full };
    match chosen.text.as_deref().and_then(extraction::unpack) {
        Some(paragraphs) => {
            let article = Article { paragraphs, completeness, ..me.article.clone() };
            Voice::Earlier(Box::new(article), chosen.scraper.clone())
        }
        None => Voice::Stays,
    }
}

/// The voices that remain when another extraction takes the place of what was published: that one too,
/// without its text, for only its sketch is known.
pub(super) fn after(
    known: &ArticleRecord,
    mut heard: Vec<Extraction>,
    now: &ArticleRecord,
) -> Vec<Extraction> {
    heard.retain(|e| Some(&e.scraper) != now.scraper_name.as_ref());
    if let Some(scraper) = known.scraper_name.clone().filter(|name| Some(name) != now.scraper_name.as_ref()) {
        heard.retain(|e| e.scraper != scraper);
        heard.truncate(MAX_EXTRACTIONS - 1);
        heard.push(Extraction {
            scraper,
            sketch: known.print.sketch.clone(),
            partial: known.partial,
            text: None,
        });
    }
    heard
}

/// What would be remembered of an article with a body that was heard before.
pub(super) fn drafted(article: &Article, scraper: &str) -> ArticleRecord {
    let printed = fingerprint(article);
    let mut record = draft(article, &printed);
    record.keys = Keys::of(article, &record, &printed).written;
    record.scraper = scraper_hash(scraper);
    record.scraper_name = Some(scraper.to_owned());
    record
}
