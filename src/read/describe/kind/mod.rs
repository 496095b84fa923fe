//! What kind of page this is, and whether it holds the whole story: a linear model over what the page
//! declares, its address, its words in twenty languages and its build, with rules where bytes decide.

mod completeness;
mod declared;
pub mod features;
mod lists;
pub mod measure;
pub mod model;
pub mod signs;
mod story;
mod walls;
pub mod words;

use crate::model::article::{Completeness, Evidence, EvidenceSource, Kind};
use crate::model::html::HtmlPage;
use crate::model::page::Media;
use crate::model::{Body, Budget, DecodedPage, Rejection, SkipReason};
use crate::read::Parsed;
use crate::read::html::source;
use crate::read::text::TextPage;
use features::{F, Features};
use model::{CLASSES, Class, PUBLISHED};
use words::Topic;

/// A page is skipped where the classes that are no article hold this much of the probability together.
/// Calibrated so that under 1% of real articles are lost; `copydesk train kinds` prints the curve.
const SKIP_FROM: f32 = 0.4;

/// A published page's kind and completeness, with what spoke for each.
#[derive(Debug, Clone)]
pub struct PageKind {
    pub kind: Kind,
    pub completeness: Completeness,
    pub kind_evidence: Evidence,
    pub completeness_evidence: Evidence,
}

/// Judges a page by itself and by what was extracted. Fails with the reason where it is no article.
pub fn judge(
    page: &DecodedPage,
    parsed: &Parsed,
    body: &Body,
    budget: &mut Budget,
) -> Result<PageKind, Rejection> {
    let feed = match parsed {
        Parsed::Html(html) => html.feed,
        Parsed::Text(_) => source::feed(&page.text),
    };
    if let Some(detail) = feed {
        return Err(Rejection::skip(SkipReason::Feed, detail));
    }
    match parsed {
        Parsed::Html(html) => judge_html(page, html, body, budget),
        Parsed::Text(text) => judge_text(page, text, body),
    }
}

/// A page on which no story was found may have a better reason than that: a login form, an error page.
pub fn reason_of_no_text(
    page: &DecodedPage,
    parsed: &Parsed,
    no_text: Rejection,
    budget: &mut Budget,
) -> Rejection {
    match &no_text {
        Rejection::Skip { reason: SkipReason::Empty | SkipReason::BoilerplateOnly, .. } => {
            let better = judge(page, parsed, &Body::default(), budget).err();
            match (better, parsed) {
                (None | Some(Rejection::Skip { reason: SkipReason::Empty, .. }), Parsed::Html(html)) => {
                    lists::links_alone(html, 0..html.blocks.len())
                        .map_or(no_text, |links| lists::listing(page, links))
                }
                (better, _) => better.unwrap_or(no_text),
            }
        }
        _ => no_text,
    }
}

fn judge_html(
    page: &DecodedPage,
    html: &HtmlPage,
    body: &Body,
    budget: &mut Budget,
) -> Result<PageKind, Rejection> {
    let kept = || {
        body.paragraphs.iter().filter_map(|p| p.block.map(|b| b as usize)).filter(|b| *b < html.blocks.len())
    };
    if let Some(links) = lists::links_alone(html, kept()) {
        return Err(lists::listing(page, links));
    }
    if let Some(rejection) = lists::teasers(page, html, kept()) {
        return Err(rejection);
    }
    let told = body.text();
    let x = features::of_page(page, html, budget)?;
    let dated = [F::LdArticle, F::OgArticle, F::MetaPublished].iter().any(|f| x.get(*f) > 0.0);
    let shown = walls::Page {
        html,
        asks_password: x.get(F::HasPassword) > 0.0,
        dated: dated || !html.times.is_empty(),
        failed: x.get(F::StatusError) > 0.0,
    };
    if let Some((reason, detail)) = walls::alone(&shown, &told) {
        return Err(Rejection::skip(reason, detail));
    }
    if let Some(word) = measure::one_word(if told.is_empty() { &html.text } else { &told }) {
        let detail = format!("hardly a word but {word:?}");
        return Err(Rejection::skip(SkipReason::BoilerplateOnly, detail));
    }
    let p = model::ask(model::shipped(), &x);
    let (class, confidence) = match decide(&p) {
        (class, _) if matches!(CLASSES[class], Class::Skip(SkipReason::Consent | SkipReason::Login)) => {
            decide(&walls::said(p, &x))
        }
        decided => decided,
    };
    let reasons = model::reasons(model::shipped(), &x, class, 3);
    let length = measure::word_count(&told);
    match CLASSES[class] {
        // Text that only scripts or JSON-LD hold does not show in the features, and is a story all the same.
        Class::Skip(_) | Class::Publish(Kind::Brief)
            if body.text_source.is_some() && length >= BRIEF_WORDS =>
        {
            let raw = format!("{length:.0} words in {}", body.text_source.unwrap_or_default());
            let kind = if signs::entries(body).is_some() { Kind::LiveBlog } else { Kind::Article };
            Ok(publish(kind, 0.6, raw, EvidenceSource::Html, &x, html, body))
        }
        // A shell that scripts would fill holds too little to call it anything else.
        _ if body.text_source.is_none()
            && measure::has_fewer_words(&html.text, SHELL_WORDS)
            && !matches!(CLASSES[class], Class::Skip(SkipReason::ErrorPage | SkipReason::Login)) =>
        {
            Err(Rejection::skip(SkipReason::Empty, format!("fewer than {SHELL_WORDS} words on the page")))
        }
        // Addresses and links below a release are no list.
        Class::Skip(SkipReason::Listing | SkipReason::TopicPage)
            if length >= RELEASE_WORDS && signs::released(html).is_some() =>
        {
            let raw = "signs of a press release behind a long text".to_owned();
            Ok(publish(Kind::PressRelease, 0.6, raw, EvidenceSource::Text, &x, html, body))
        }
        // Banners and login links outweigh two sentences, but do not make a wall of a page that tells them.
        Class::Skip(SkipReason::Consent | SkipReason::Login)
            if story::told(html.head.title.as_deref(), &told) =>
        {
            let kind = if length < BRIEF_WORDS { Kind::Brief } else { Kind::Article };
            let raw = "the text tells its title and nothing of a wall".to_owned();
            Ok(publish(kind, 0.6, raw, EvidenceSource::Text, &x, html, body))
        }
        // A headline with a number or an apology in it, over a few sentences of some day.
        Class::Skip(SkipReason::ErrorPage)
            if shown.dated && !shown.failed && length >= DATED_WORDS && measure::ends_a_sentence(&told) =>
        {
            let raw = "an article by what the page declares, and sentences".to_owned();
            Ok(publish(Kind::Brief, 0.6, raw, EvidenceSource::Html, &x, html, body))
        }
        Class::Skip(reason) => Err(Rejection::skip(reason, explain(confidence, &reasons))),
        Class::Publish(kind) => {
            let source =
                reasons.first().map_or(EvidenceSource::Html, |(i, _)| source_of(&features::name(*i)));
            let kind = fitting(kind, length, x.get(F::LdGallery) > 0.0);
            if kind == Kind::Article || kind == Kind::Brief {
                let live = |why| (Kind::LiveBlog, why);
                let outweighed = signs::entries(body)
                    .map(|entries| live(format!("{entries} paragraphs in entries of a live report")))
                    .or_else(|| {
                        let times = signs::timed(html)?;
                        Some(live(format!("a live report by its title, and {times} lines that are times")))
                    })
                    .or_else(|| {
                        signs::released(html)
                            .map(|n| (Kind::PressRelease, format!("{n} signs of a press release")))
                    });
                if let Some((kind, why)) = outweighed {
                    return Ok(publish(kind, 0.8, why, EvidenceSource::Text, &x, html, body));
                }
            }
            let mut published =
                publish(kind, confidence, explain(confidence, &reasons), source, &x, html, body);
            let short = (1.0..BRIEF_WORDS).contains(&length) && published.completeness == Completeness::Full;
            if published.kind == Kind::Article && short {
                published.kind = Kind::Brief;
            }
            Ok(published)
        }
    }
}

/// The model does not see what was extracted: a long text is no brief, nor a gallery unless it says so.
fn fitting(kind: Kind, words: f32, declared_gallery: bool) -> Kind {
    match kind {
        Kind::Brief if words >= 2.0 * BRIEF_WORDS => Kind::Article,
        Kind::Gallery if words >= GALLERY_WORDS && !declared_gallery => Kind::Article,
        kind => kind,
    }
}

/// The class to act on, and its share: of the skipped classes together where the page is skipped, else
/// of the published ones.
pub fn decide(p: &[f32; CLASSES.len()]) -> (usize, f32) {
    decide_at(p, SKIP_FROM)
}

/// `decide` with a threshold of one's own, for calibration.
pub fn decide_at(p: &[f32; CLASSES.len()], skip_from: f32) -> (usize, f32) {
    let best = |range: std::ops::Range<usize>| {
        range.max_by(|a, b| p[*a].total_cmp(&p[*b]).then(b.cmp(a))).expect("no range of classes is empty")
    };
    let skipped: f32 = p[PUBLISHED..].iter().sum();
    if skipped >= skip_from {
        return (best(PUBLISHED..CLASSES.len()), skipped);
    }
    let class = best(0..PUBLISHED);
    (class, p[class] / (1.0 - skipped).max(f32::EPSILON))
}

fn publish(
    kind: Kind,
    confidence: f32,
    raw: String,
    source: EvidenceSource,
    x: &Features,
    html: &HtmlPage,
    body: &Body,
) -> PageKind {
    let (completeness, completeness_evidence) = completeness::of_html(x, html, body);
    PageKind {
        kind,
        completeness,
        kind_evidence: Evidence { source, confidence, raw: Some(raw), losers: Vec::new() },
        completeness_evidence,
    }
}

/// Plain text was taken from its page by someone who thought it an article: it is skipped only where
/// next to nothing but a notice is there, and never for its length.
fn judge_text(page: &DecodedPage, text: &TextPage, body: &Body) -> Result<PageKind, Rejection> {
    debug_assert_eq!(page.media, Media::Text);
    if let Some(links) = lists::markdown_links_alone(&page.text) {
        return Err(lists::listing(page, links));
    }
    let lines: Vec<&str> = text.lines.iter().map(|l| l.text.as_str()).collect();
    let whole = lines.iter().take(400).copied().collect::<Vec<_>>().join("\n").to_lowercase();
    let words = measure::word_count(&whole);
    let found = words::in_text(&whole);
    for (topic, reason) in [
        (Topic::Consent, SkipReason::Consent),
        (Topic::Error, SkipReason::ErrorPage),
        (Topic::Login, SkipReason::Login),
    ] {
        let distinct = found.distinct[topic as usize];
        if distinct >= 3 && f32::from(distinct) * 25.0 > words {
            return Err(Rejection::skip(
                reason,
                format!("{distinct} phrases of {} in {words:.0} words", topic.name()),
            ));
        }
    }
    let head =
        lines.iter().take(3).filter(|l| l.len() < 120).copied().collect::<Vec<_>>().join("\n").to_lowercase();
    let head = words::in_head(&head);
    let body_text = body.text();
    let length = measure::word_count(&body_text);
    let entries = lines.iter().filter(|l| measure::starts_with_clock(l)).count();
    let per_hundred = |topic: Topic| found.all[topic as usize] as f32 * 100.0 / words.max(1.0);
    let (kind, confidence, why) = if entries >= 4 {
        (Kind::LiveBlog, 0.8, format!("{entries} lines begin with a time of day"))
    } else if head.distinct[Topic::Press as usize] > 0 && found.distinct[Topic::Press as usize] > 0 {
        (Kind::PressRelease, 0.8, "press words in head and text".to_owned())
    } else if length < BRIEF_WORDS {
        (Kind::Brief, 0.8, format!("{length:.0} words"))
    } else if head.distinct[Topic::Opinion as usize] > 0 && per_hundred(Topic::FirstPerson) > 1.0 {
        (Kind::Opinion, 0.7, "an opinion label and the first person".to_owned())
    } else {
        (Kind::Article, 0.8, format!("{length:.0} words"))
    };
    let (completeness, completeness_evidence) = completeness::of_text(&found, length, body);
    Ok(PageKind {
        kind,
        completeness,
        kind_evidence: Evidence {
            source: EvidenceSource::Text,
            confidence,
            raw: Some(why),
            losers: Vec::new(),
        },
        completeness_evidence,
    })
}

/// From here on a page of pictures is a story with pictures.
const GALLERY_WORDS: f32 = 400.0;
/// Below this a page is empty.
const SHELL_WORDS: f32 = 10.0;
/// A press release is hardly shorter.
const RELEASE_WORDS: f32 = 100.0;
/// Fewer words are no news, whatever the page declares.
const DATED_WORDS: f32 = 20.0;
/// Below this a text is a brief.
const BRIEF_WORDS: f32 = 60.0;

fn explain(confidence: f32, reasons: &[(usize, f32)]) -> String {
    let spoken: Vec<String> =
        reasons.iter().map(|(i, w)| format!("{} (+{w:.1})", features::name(*i))).collect();
    format!("p={confidence:.2}: {}", spoken.join(", "))
}

fn source_of(feature: &str) -> EvidenceSource {
    match feature.split(':').next().unwrap_or("") {
        "json_ld" => EvidenceSource::JsonLd,
        "og" => EvidenceSource::OpenGraph,
        "meta" => EvidenceSource::Meta,
        "url" | "path" => EvidenceSource::Url,
        "text" | "words" | "density" => EvidenceSource::Text,
        _ => EvidenceSource::Html,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_fits_the_text() {
        for (kind, words, declared, fits) in [
            (Kind::Brief, 40.0, false, Kind::Brief),
            (Kind::Brief, 569.0, false, Kind::Article),
            (Kind::Gallery, 99.0, false, Kind::Gallery),
            (Kind::Gallery, 617.0, false, Kind::Article),
            (Kind::Gallery, 617.0, true, Kind::Gallery),
            (Kind::Opinion, 10.0, false, Kind::Opinion),
        ] {
            assert_eq!(fitting(kind, words, declared), fits, "{kind:?} of {words} words");
        }
    }

    #[test]
    fn a_page_is_skipped_by_the_share_of_all_skipped_classes() {
        let mut p = [0.0; CLASSES.len()];
        (p[0], p[8], p[9]) = (0.35, 0.35, 0.30);
        assert_eq!(CLASSES[decide(&p).0], Class::Skip(SkipReason::Listing));
        (p[0], p[8], p[9]) = (0.65, 0.20, 0.15);
        assert_eq!(CLASSES[decide(&p).0], Class::Publish(Kind::Article));
    }
}
