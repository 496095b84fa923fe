//! When it was published and when it was changed: stated rules over all witnesses. No date is better
//! than a wrong one, so nothing is ever taken from the fetch, a copyright line or another story.

/// Which of a line's dates is that of a change.
mod change;

use std::borrow::Cow;

use super::dates::{self, Moment};
use super::ledger::{Ledger, Said};
use super::marks::Mark;
use super::names;
use super::scene::Scene;
use crate::model::article::{EvidenceSource as From, Precision, Timestamp};
use crate::model::body::FoundField;
use crate::model::html::{HtmlPage, TimeElement};
use crate::model::script::squeezed;
pub(super) use change::{CHANGE, is_label};
use change::{before_change, halves, says_change, says_first};

type Heard = Said<Moment>;

#[derive(Debug, Default)]
pub struct Dates {
    pub published: Option<Timestamp>,
    pub modified: Option<Timestamp>,
}

/// The rules, in order:
/// 1. Fields that say *published* are heard in the order of `stated`: JSON-LD, meta tags, microdata.
/// 2. Where none speaks: `<time>` and marked dates near the headline, then date lines, the URL's day,
///    the sender's hint, the dateline.
/// 3. A finer witness of the same day replaces a coarser one.
/// 4. A modification before the publication, on another day, is no modification of this story.
/// 5. A field that states a month or a year alone is heard where no field states a day: a weaker witness of a
///    day in it makes it finer, one of another month or year is dismissed.
pub fn published(scene: &Scene<'_>, dateline: Option<&Said<Moment>>, ledger: &mut Ledger) -> Dates {
    let (mut heard, coarse): (Vec<Heard>, Vec<Heard>) = stated(scene).into_iter().partition(to_the_day);
    let firm = heard.len();
    heard.extend(visible(scene));
    heard.extend(url_day(scene));
    heard.extend(hint(scene));
    heard.extend(dateline.cloned());
    let changed = modified(scene);
    let coarse_from = heard.len();
    heard.extend(coarse);
    let month = heard.get(coarse_from).map(|s| s.value).filter(|_| firm == 0);
    let mut chosen = match month {
        Some(month) => {
            heard[..coarse_from].iter().position(|s| month.same_day(&s.value)).or(Some(coarse_from))
        }
        None if heard.is_empty() => None,
        // Publishers that stamp the day of the last change into `published` print the first elsewhere:
        // a visible day and the URL's together outweigh a single field.
        None => outvoted(&heard[..coarse_from], 0, firm).or(Some(0)),
    };
    if let Some(day) = chosen.map(|at| heard[at].value).filter(|m| m.precision() == Precision::Day) {
        let finer = |s: &Heard| s.value.same_day(&day) && s.value.precision() > Precision::Day;
        chosen = heard.iter().position(|s| finer(s) && s.place != "url").or(chosen);
    }
    let mut out = Dates::default();
    if let Some(at) = chosen {
        let day = heard[at].value;
        let agree = heard.iter().filter(|s| s.value.same_day(&day)).count();
        for (i, said) in heard.iter().enumerate() {
            if i == at {
                let confidence = if agree > 1 {
                    0.99
                } else if i < firm || i >= coarse_from {
                    0.95
                } else {
                    0.8
                };
                ledger.believe("published_at", said, confidence, "first by the order of witnesses");
            } else if said.value.same_day(&day) {
                let same = if to_the_day(said) { "the same day" } else { "the same month or year" };
                ledger.agree("published_at", said, same);
            } else {
                ledger.dismiss("published_at", said, "contradicts a firmer witness");
            }
        }
        out.published = Some(heard[at].value.timestamp(&heard[at].raw));
    }
    for said in changed {
        let before = chosen.is_some_and(|at| said.value.days() < heard[at].value.days() - 1);
        let first = out.modified.is_none();
        let equal = chosen.is_some_and(|at| said.value.value() == heard[at].value.value());
        if first && !before && !equal {
            ledger.believe("modified_at", &said, 0.9, "first that is not before the publication");
            out.modified = Some(said.value.timestamp(&said.raw));
        } else {
            let why = if before {
                "before the publication"
            } else if equal {
                "equal to the publication"
            } else {
                "another was first"
            };
            ledger.dismiss("modified_at", &said, why);
        }
    }
    out
}

/// The first field that says when it was published: enough to tell the year that a dateline leaves out.
pub fn firm(scene: &Scene<'_>) -> Option<Moment> {
    stated(scene).into_iter().find(to_the_day).map(|s| s.value)
}

fn to_the_day(said: &Heard) -> bool {
    said.value.precision() >= Precision::Day
}

/// A single firm field against two other kinds of witness that agree on an earlier day.
fn outvoted(heard: &[Heard], first: usize, firm: usize) -> Option<usize> {
    let mine = &heard[first];
    let supporters = heard.iter().filter(|s| s.value.same_day(&mine.value)).count();
    if supporters > 1 || firm > 1 {
        return None;
    }
    heard.iter().enumerate().skip(1).find_map(|(i, other)| {
        let backing = heard.iter().any(|s| s.place != other.place && s.value.same_day(&other.value));
        (backing && other.value.day.is_some() && other.value.days() < mine.value.days()).then_some(i)
    })
}

/// Fields that say when it was published.
fn stated(scene: &Scene<'_>) -> Vec<Heard> {
    let mut raw: Vec<(From, &'static str, String)> = Vec::new();
    if let Some(date) = scene.ld.as_ref().and_then(|s| s.published.clone()) {
        raw.push((From::JsonLd, "datePublished", date));
    }
    if let Some(html) = scene.html {
        const METAS: [&str; 33] = [
            "article:published_time",
            "article:published:time",
            "article:published",
            "og:published_time",
            "og:article:published_time",
            "datepublished",
            "date.published",
            "published",
            "publish-date",
            "publishdate",
            "publish_date",
            "pubdate",
            "pub_date",
            "parsely-pub-date",
            "sailthru.date",
            "article.published",
            "cxenseparse:recs:publishtime",
            "cxenseparse:publishtime",
            "published_time",
            "publication_date",
            "citation_publication_date",
            "citation_online_date",
            "prism.publicationdate",
            "dc.date.issued",
            "dcterms.issued",
            "dc.date",
            "dc.date.created",
            "dcterms.created",
            "dcterms.date",
            "article:created",
            "date.created",
            "bt:pubdate",
            "date",
        ];
        for meta in METAS {
            let source = if meta.starts_with("og:") || meta.starts_with("article:") {
                From::OpenGraph
            } else {
                From::Meta
            };
            raw.extend(html.metas(meta).take(2).map(|v| (source, meta, v.to_owned())));
        }
        let own = html
            .head
            .metas
            .iter()
            .filter(|(name, _)| !METAS.contains(&name.as_str()) && says_published(name));
        raw.extend(own.take(2).map(|(_, v)| (From::Meta, "a meta named for it", v.clone())));
        let props = html.props.iter().filter(|p| {
            let name = html.attr(p.name);
            name.ends_with("datePublished")
                || name.ends_with("datepublished")
                || name == "article:published_time"
        });
        for prop in props.take(3) {
            let value = if prop.value.is_empty() { html.text(prop.text) } else { html.attr(prop.value) };
            raw.push((From::Html, "itemprop datePublished", value.to_owned()));
        }
        let told = scene.told.as_ref().and_then(|told| told.published.clone());
        raw.extend(told.map(|t| (From::Html, "script state", t)));
    }
    heard(raw, scene)
}

/// `published-date`, `w-published-date`, `pubDate`, `publication_time`: names that sites make up.
fn says_published(name: &str) -> bool {
    let name = squeezed(name);
    let published = ["publish", "publication", "pubdate"].iter().any(|w| name.contains(w));
    published && (name.ends_with("date") || name.ends_with("time") || name.ends_with("datetime"))
}

fn modified(scene: &Scene<'_>) -> Vec<Heard> {
    let mut raw: Vec<(From, &'static str, String)> = Vec::new();
    if let Some(date) = scene.ld.as_ref().and_then(|s| s.modified.clone()) {
        raw.push((From::JsonLd, "dateModified", date));
    }
    if let Some(html) = scene.html {
        const METAS: [&str; 12] = [
            "article:modified_time",
            "og:updated_time",
            "article:modified",
            "datemodified",
            "last-modified",
            "lastmod",
            "date.updated",
            "date.modified",
            "dcterms.modified",
            "dc.date.modified",
            "revised",
            "modified",
        ];
        for meta in METAS {
            raw.extend(html.meta(meta).map(|v| (From::Meta, meta, v.to_owned())));
        }
        let props = html.props.iter().filter(|p| html.attr(p.name).ends_with("dateModified"));
        for prop in props.take(2) {
            let value = if prop.value.is_empty() { html.text(prop.text) } else { html.attr(prop.value) };
            raw.push((From::Html, "itemprop dateModified", value.to_owned()));
        }
        let told = scene.told.as_ref().and_then(|told| told.modified.clone());
        raw.extend(told.map(|t| (From::Html, "script state", t)));
    }
    let mut out: Vec<Heard> = heard(raw, scene).into_iter().filter(to_the_day).collect();
    for (place, line) in found_lines(scene) {
        let moment = halves(line).changed.and_then(|half| dates::find(half, &scene.dates()));
        out.extend(moment.map(|moment| Said::new(From::Text, place, line, moment)));
    }
    out
}

fn heard(raw: Vec<(From, &'static str, String)>, scene: &Scene<'_>) -> Vec<Heard> {
    raw.into_iter()
        .filter_map(|(source, place, raw)| {
            let moment = dates::parse(&raw, &scene.dates())?;
            let sure = match moment.precision() {
                Precision::Year => !is_loose(place) && moment.year >= EARLIEST_YEAR_ALONE,
                _ => true,
            };
            sure.then(|| Said::new(source, place, raw, moment))
        })
        .collect()
}

/// A field of four digits below it is a number of something else.
const EARLIEST_YEAR_ALONE: i32 = 1990;

/// Fields in which a year alone may be that of a copyright.
fn is_loose(place: &str) -> bool {
    matches!(place, "date" | "dc.date" | "dcterms.date" | "date.created" | "dc.date.created" | "script state")
}

/// Elements in which dates belong to something else.
pub(super) const OTHER_DATES: &[&str] = &[
    "comment",
    "related",
    "teaser",
    "recommend",
    "sidebar",
    "footer",
    "copyright",
    "most-read",
    "popular",
    "event",
    "calendar",
    "ticker",
    "weather",
    "trending",
    "card",
    "promo",
    "latest",
    "newsletter",
];
/// Elements that hold a date.
pub(super) const DATE: &[&str] =
    &["date", "datum", "publish", "time", "fecha", "zeit", "byline", "meta", "info"];
/// Dates that readers see beside the headline: `<time>`, marked elements, lines that are all date.
fn visible(scene: &Scene<'_>) -> Vec<Heard> {
    let mut out = Vec::new();
    let context = scene.dates();
    for (place, line) in found_lines(scene) {
        let published =
            halves(line).published.filter(|half| place != "date line" || !is_told(half, &context));
        let moment = published.and_then(|half| dates::find(half, &context).map(|moment| (half, moment)));
        out.extend(moment.map(|(half, moment)| Said::new(From::Text, place, half, moment)));
    }
    if let Some(html) = scene.html {
        out.extend(times(scene, html));
        out.extend(marked_dates(scene, html));
    }
    out
}

/// Lines that cleaning set aside for the date, and bylines, which may hold one too.
fn found_lines<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = (&'static str, &'s str)> {
    let dates = scene.found(FoundField::Date).take(3).map(|line| ("date line", line));
    dates.chain(scene.found(FoundField::Byline).take(3).map(|line| ("byline", line)))
}

fn times(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let top = scene.headline_block.or(scene.first_block)?;
    let context = scene.dates();
    html.times
        .iter()
        .filter(|t| {
            t.block.abs_diff(top) <= 14
                && !scene.quoted(t.block)
                && !scene.marked(t.container, 8, Mark::OtherDate)
                && !behind_heading(scene, html, t.block)
        })
        .take(MOST_TIMES)
        .filter(|t| !scene.marked(t.container, 2, Mark::Change))
        .find_map(|t| {
            let raw = if t.datetime.is_empty() { html.text(t.text) } else { html.attr(t.datetime) };
            let moment = dates::parse(raw, &context).filter(|m| m.precision() >= Precision::Day)?;
            if changed_by(html, t) {
                return None;
            }
            Some(Said::new(From::Html, "time", raw, moment))
        })
}

/// Whether a line is a date and nothing else.
fn is_alone(line: &str, context: &dates::Context<'_>) -> bool {
    dates::letters_beside(line, context) == Some(0)
}

/// Whether a line tells of a day instead of being dated: it is a sentence, or speaks of another day too.
fn is_told(line: &str, context: &dates::Context<'_>) -> bool {
    let more = || {
        let day = |text: &str| dates::find(text, context).map(|at| (at.year, at.month, at.day));
        let behind = dates::beside(line, context).and_then(|(_, behind)| day(behind));
        behind.is_some() && behind != day(line)
    };
    !is_alone(line, context)
        && !says_first(line)
        && !names::has_lead(line)
        && (line.trim_end().ends_with(['.', '!', '?', '…', '。', '।']) || more())
}

/// Whether a line that is all date says so: `Date 23.05.2011`.
fn is_labelled(line: &str, letters: usize) -> bool {
    let word = line.split(' ').next().unwrap_or_default().to_lowercase();
    letters == 0
        && word.starts_with(char::is_alphabetic)
        && dates::is_label(&word)
        && !dates::is_day_of_week(&word)
}

/// Whether a block stands behind the story and a heading: it is of what is headed there.
fn behind_heading(scene: &Scene<'_>, html: &HtmlPage, block: u32) -> bool {
    let heads = |b: u32| {
        let container = html.blocks.get(b as usize).map_or(0, |b| b.container);
        html.ancestors(container)
            .take(2)
            .any(|c| matches!(html.attr(c.tag), "h2" | "h3" | "h4" | "h5" | "h6"))
    };
    let last = scene.last_block.filter(|last| scene.headline_block.is_none_or(|top| top < *last));
    last.is_some_and(|last| (last + 1..=block).any(heads))
}

/// Times near the headline beyond which none is the story's.
const MOST_TIMES: usize = 100;

/// Whether a `<time>` stands in a line that speaks of a change, and not before it speaks.
fn changed_by(html: &HtmlPage, time: &TimeElement) -> bool {
    let line = block_of(html, time.block);
    let shown = html.text(time.text).trim();
    says_change(line) && (shown.is_empty() || !before_change(line).contains(shown))
}

fn block_of(html: &HtmlPage, block: u32) -> &str {
    html.blocks.get(block as usize).map_or("", |_| html.block_text(block as usize))
}

/// Short blocks near the headline that are little but a date, or whose element says date.
fn marked_dates(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let top = scene.headline_block.or(scene.first_block)?;
    let end = scene.first_block.map_or(top, |f| f.max(top));
    let context = scene.dates();
    let range = top.saturating_sub(6)..(end + 8).min(html.blocks.len() as u32);
    let mut best: Option<(usize, Heard)> = None;
    for b in range {
        let text = html.block_text(b as usize);
        if text.len() > 160 || text.contains('©') || scene.quoted(b) {
            continue;
        }
        let text = without_names(scene, html, b);
        let Some(text) = halves(&text).published.map(str::trim).filter(|text| text.len() >= 6) else {
            continue;
        };
        let Some(letters) = dates::letters_beside(text, &context) else { continue };
        let container = html.blocks[b as usize].container;
        let is_marked = scene.marked(container, 3, Mark::Date);
        // Who wrote it and when, in one line below the headline.
        let below = b > top && b <= top + 3 && scene.first_block.is_none_or(|first| b < first);
        // Beyond the first paragraphs a day may be of anything, unless the line is of nothing else or says.
        let amid = b > end + 2 && !says_first(text) && !text.split('\n').any(|line| is_alone(line, &context));
        // Taken for the first line of the story.
        let below = below || scene.first_block == Some(b) && b > top && names_one(text, scene);
        let most = match (is_marked, below) {
            (true, _) => 60,
            (false, true) => 45,
            (false, false) if amid => 0,
            (false, false) => 12,
        };
        let of_other = scene.marked(container, 8, Mark::OtherDate)
            || behind_heading(scene, html, b) && !is_labelled(text, letters);
        if letters > most || of_other || !is_marked && is_told(text, &context) {
            continue;
        }
        let Some(moment) = dates::find(text, &context) else { continue };
        let rank = letters + if is_marked { 0 } else { 10 } + b.abs_diff(top) as usize;
        if best.as_ref().is_none_or(|(r, _)| rank < *r) {
            best = Some((rank, Said::new(From::Html, "date beside the headline", text, moment)));
        }
    }
    best.map(|(_, said)| said)
}

/// Whether what stands before the date of a line is a name.
fn names_one(line: &str, scene: &Scene<'_>) -> bool {
    dates::beside(line, &scene.dates()).is_some_and(|(before, _)| {
        let name = before.trim_matches(|c: char| !c.is_alphabetic());
        names::bare(name, &scene.site_names).is_some() || names::is_credit(name, &scene.site_names)
    })
}

/// A block without the words of it that stand in a byline's element, which may run into the date:
/// `<span class=author>Ada Fern</span><span>8 May 2025</span>`.
fn without_names<'h>(scene: &Scene<'_>, html: &'h HtmlPage, block: u32) -> Cow<'h, str> {
    let line = html.blocks[block as usize].text;
    let from = html.labels.partition_point(|label| label.block < block);
    let labels = html.labels[from..].iter().enumerate().take_while(|(_, label)| label.block == block);
    // An element around the whole line holds the date too.
    let name = labels
        .filter(|(i, label)| {
            let inside = label.text.start >= line.start && label.text.end <= line.end;
            inside && label.text.len() < line.len() && scene.label_marked(from + i, Mark::Byline)
        })
        .map(|(_, label)| label.text)
        .find(|text| dates::find(html.text(*text), &scene.dates()).is_none());
    let Some(name) = name else { return Cow::Borrowed(html.block_text(block as usize)) };
    let (before, after) = (line.start as usize..name.start as usize, name.end as usize..line.end as usize);
    Cow::Owned(format!("{} {}", &html.text[before], &html.text[after]))
}

/// A day in the path: `/2024/04/28/`, `/20240428-`, `2024-04-28`.
fn url_day(scene: &Scene<'_>) -> Option<Heard> {
    let path = scene.page.url.as_ref()?.path();
    let context = scene.dates();
    let mut numbers: Vec<&str> = Vec::new();
    for segment in path.split(['/', '-', '_', '.']) {
        if segment.is_empty() || !segment.bytes().all(|b| b.is_ascii_digit()) {
            numbers.clear();
            if !segment.is_empty() {
                continue;
            }
        }
        numbers.push(segment);
        let raw = match numbers.as_slice() {
            [.., y, m, d]
                if y.len() == 4 && m.len() <= 2 && d.len() <= 2 && !m.is_empty() && !d.is_empty() =>
            {
                format!("{y}-{m}-{d}")
            }
            [.., y, md] if y.len() == 4 && md.len() == 4 => format!("{y}-{}-{}", &md[..2], &md[2..]),
            [.., whole] if whole.len() == 8 => format!("{}-{}-{}", &whole[..4], &whole[4..6], &whole[6..]),
            _ => continue,
        };
        let moment = dates::parse(&raw, &context).filter(|m| m.day.is_some() && m.year >= 1990)?;
        return Some(Said::new(From::Url, "url", raw, moment));
    }
    None
}

fn hint(scene: &Scene<'_>) -> Option<Heard> {
    let raw = scene.page.hints.published_at.as_deref()?;
    let moment = dates::parse(raw, &scene.dates()).filter(|m| m.precision() >= Precision::Day)?;
    Some(Said::new(From::Hint, "published_at", raw, moment))
}
