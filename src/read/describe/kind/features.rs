//! What a page looks like, in numbers: declared types, URL, words, marks in the source, blocks and links.

use super::declared;
use super::measure::{Marks, ends_a_sentence, word_count};
use super::words::{self, Topic};
use crate::model::html::HtmlPage;
use crate::model::script::{cut, lower_case};
use crate::model::{Budget, DecodedPage, Rejection};

/// Bytes of text that are searched for phrases: what decides stands early.
const TEXT_LOOKED_AT: usize = 1 << 20;

macro_rules! features {
    ($($variant:ident => $name:literal,)*) => {
        /// The features that are not about words; those follow, four a topic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum F { $($variant,)* }
        const PLAIN: &[&str] = &[$($name,)*];
    };
}

features! {
    Bias => "bias",
    LdArticle => "json_ld:article",
    LdOpinion => "json_ld:opinion",
    LdLive => "json_ld:live",
    LdGallery => "json_ld:gallery",
    LdVideo => "json_ld:video",
    LdPodcast => "json_ld:podcast",
    LdProduct => "json_ld:product",
    LdJob => "json_ld:job",
    LdCollection => "json_ld:collection",
    LdNotFree => "json_ld:not_free",
    LdVideoAlone => "json_ld:video_without_article",
    OgArticle => "og:article",
    OgVideo => "og:video",
    OgProduct => "og:product",
    OgAudio => "og:audio",
    OgWebsite => "og:website",
    MetaPublished => "meta:published_time",
    MetaPrice => "meta:price",
    MetaNoindex => "meta:noindex",
    UrlRoot => "url:root",
    UrlDate => "url:date",
    UrlSlug => "url:long_slug",
    UrlNumber => "url:number",
    UrlDepth => "url:depth",
    UrlQuery => "url:query",
    HasPassword => "html:password",
    HasVideo => "html:video",
    HasAudio => "html:audio",
    HasEmbed => "html:embed",
    HasNoFrame => "html:no_navigation",
    HasDialog => "html:dialog",
    StatusError => "http:error",
    ProseWords => "text:prose_words",
    ProseBlocks => "text:prose_blocks",
    NoProse => "text:no_prose",
    ShortProse => "text:under_80_words",
    LittleProse => "text:80_to_200_words",
    LinkShare => "text:link_share",
    TeaserBlocks => "text:teasers",
    TeaserShare => "text:teasers_to_prose",
    ProseRun => "text:longest_prose_run",
    ProseTogether => "text:prose_in_one_place",
    Links => "html:links",
    H1Count => "html:h1",
    Headings => "html:headings",
    HeadingLinks => "html:heading_links",
    ArticleTags => "html:article_tags",
    Images => "html:images",
    Captions => "text:captions_to_prose",
    ClockBlocks => "text:clock_times",
    DateBlocks => "text:dates",
    ListItems => "text:list_items",
    Prices => "text:prices",
    Counters => "text:counters",
    Durations => "text:durations",
}

/// Words of a topic in the head, different phrases in the text, phrases to words, and the URL.
const PER_TOPIC: [&str; 4] = ["title", "words", "density", "path"];
pub const COUNT: usize = PLAIN.len() + Topic::COUNT * PER_TOPIC.len();

/// Each feature lies between 0 and about 2.
#[derive(Debug, Clone)]
pub struct Features(pub [f32; COUNT]);

impl Features {
    pub fn get(&self, feature: F) -> f32 {
        self.0[feature as usize]
    }
    /// The same page, delivered without its URL.
    pub fn without_url(&self) -> Self {
        let mut f = self.clone();
        for (i, x) in f.0.iter_mut().enumerate() {
            let plain = PLAIN.get(i).is_some_and(|name| name.starts_with("url:"));
            if plain || i >= PLAIN.len() && (i - PLAIN.len()) % 4 == 3 {
                *x = 0.0;
            }
        }
        f
    }
    pub fn set(&mut self, feature: F, value: f32) {
        self.0[feature as usize] = value;
    }
    /// Different phrases of `topic` in the text, on a log scale.
    pub fn words(&self, topic: Topic) -> f32 {
        self.0[PLAIN.len() + topic as usize * 4 + 1]
    }
    /// Title, text or URL have a word of `topic`.
    pub fn names(&self, topic: Topic) -> bool {
        let first = PLAIN.len() + topic as usize * PER_TOPIC.len();
        self.0[first..first + PER_TOPIC.len()].iter().any(|said| *said > 0.0)
    }
    pub fn prose_words(&self) -> f32 {
        (self.get(F::ProseWords) * 4.0).exp() - 1.0
    }
}

pub fn name(index: usize) -> String {
    match PLAIN.get(index) {
        Some(name) => (*name).to_owned(),
        None => {
            let at = index - PLAIN.len();
            format!("{}:{}", PER_TOPIC[at % 4], Topic::ALL[at / 4].name())
        }
    }
}

/// The URL names `topic`.
pub fn mark_path(f: &mut Features, topic: Topic) {
    f.0[PLAIN.len() + topic as usize * 4 + 3] = 1.0;
}

pub fn of_page(page: &DecodedPage, html: &HtmlPage, budget: &mut Budget) -> Result<Features, Rejection> {
    budget.draw((html.text.len() + html.blocks.len() + html.containers.len()) as u64, "kind")?;
    let mut f = Features([0.0; COUNT]);
    f.set(F::Bias, 1.0);
    f.set(F::StatusError, flag(page.status.is_some_and(|s| s >= 400)));
    declared::types(html, &mut f);
    declared::source_marks(html, &mut f);
    let places = Places::of(html);
    blocks(html, &places, &mut f);
    let head = head_text(html, &places);
    topics(&head, html, &mut f);
    let own = html.head.links.iter().find(|l| l.rel == "canonical").map(|l| l.href.as_str());
    let said = own.or_else(|| html.meta("og:url")).and_then(|url| url::Url::parse(url).ok());
    if let Some(url) = page.url.as_ref().or(said.as_ref()) {
        declared::address(url, &mut f);
    }
    Ok(f)
}

/// What kind of element each container lies in, its own included.
struct Places(Vec<Place>);

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    h1: bool,
    heading: bool,
    frame: bool,
    caption: bool,
    item: bool,
    article: bool,
    comment: bool,
}

impl Places {
    fn of(html: &HtmlPage) -> Self {
        let mut places: Vec<Place> = Vec::with_capacity(html.containers.len());
        for container in &html.containers {
            let mut place = places.get(container.parent as usize).copied().unwrap_or_default();
            match html.attr(container.tag) {
                "h1" => (place.h1, place.heading) = (true, true),
                "h2" | "h3" | "h4" => place.heading = true,
                "nav" | "footer" | "aside" => place.frame = true,
                "header" if !place.article => place.frame = true,
                "figcaption" => place.caption = true,
                "li" => place.item = true,
                "article" | "main" => (place.article, place.frame) = (true, false),
                _ => {}
            }
            let class = html.attr(container.class);
            place.comment |= class.contains("comment") && class.len() < 60;
            places.push(place);
        }
        Self(places)
    }
    fn at(&self, container: u32) -> Place {
        self.0.get(container as usize).copied().unwrap_or_default()
    }
}

/// Counts over blocks and links.
fn blocks(html: &HtmlPage, places: &Places, f: &mut Features) {
    let (mut bytes, mut link_bytes) = (0_u64, 0_u64);
    let (mut prose_words, mut prose_blocks, mut run, mut longest_run) = (0.0_f32, 0_u32, 0_u32, 0_u32);
    let (mut teasers, mut headings, mut heading_links, mut items, mut frames) = (0_u32, 0, 0, 0, 0);
    let (mut h1, mut captions, mut clocks, mut dates, mut prices, mut counters, mut durations) =
        (0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    let mut together = vec![0.0_f32; html.containers.len()];
    for block in &html.blocks {
        let text = html.text(block.text);
        let place = places.at(block.container);
        bytes += text.len() as u64;
        link_bytes += u64::from(block.link_bytes);
        let linked = block.link_bytes as f32 / text.len().max(1) as f32;
        frames += u32::from(place.frame);
        h1 += u32::from(place.h1);
        if place.heading {
            headings += 1;
            heading_links += u32::from(linked > 0.8);
        }
        items += u32::from(place.item && !place.frame && linked < 0.5);
        teasers += u32::from(linked > 0.6 && text.len() >= 24 && !place.frame);
        captions += u32::from(place.caption);
        let mark = Marks::of(text);
        clocks += u32::from(mark.clock && text.len() < 400);
        durations += u32::from(mark.duration && text.len() < 60);
        dates += u32::from(mark.date && text.len() < 80);
        prices += u32::from(mark.price && text.len() < 120);
        counters += u32::from(mark.counter);
        let told = linked < 0.4 && !place.caption && !place.comment && ends_a_sentence(text);
        let words = if told { word_count(text) } else { 0.0 };
        if words >= 9.0 {
            prose_words += words;
            prose_blocks += 1;
            // Paragraphs of one story are siblings: they share the container around their own.
            let around = html.containers.get(block.container as usize).map_or(block.container, |c| c.parent);
            if let Some(sum) = together.get_mut(around as usize) {
                *sum += words;
            }
            run += 1;
            longest_run = longest_run.max(run);
        } else if linked > 0.6 && !place.frame {
            run = 0;
        }
    }
    f.set(F::ProseWords, (1.0 + prose_words).ln() / 4.0);
    f.set(F::ProseBlocks, log(prose_blocks));
    f.set(F::NoProse, flag(prose_words < 20.0));
    f.set(F::ShortProse, flag(prose_words < 80.0));
    f.set(F::LittleProse, flag((80.0..200.0).contains(&prose_words)));
    f.set(F::LinkShare, link_bytes as f32 / bytes.max(1) as f32);
    f.set(F::TeaserBlocks, log(teasers));
    f.set(F::TeaserShare, (teasers as f32 * 25.0 / (prose_words + 50.0)).min(2.0));
    f.set(F::ProseRun, log(longest_run));
    let most = together.iter().copied().fold(0.0, f32::max);
    f.set(F::ProseTogether, most / (prose_words + 20.0));
    f.set(F::Links, log(html.anchors.len() as u32));
    f.set(F::H1Count, log(h1));
    f.set(F::Headings, log(headings));
    f.set(F::HeadingLinks, log(heading_links));
    f.set(F::HasNoFrame, flag(frames == 0 && html.anchors.len() < 12));
    let article_tags = html.containers.iter().filter(|c| html.attr(c.tag) == "article").count() as u32;
    f.set(F::ArticleTags, log(article_tags));
    f.set(F::Images, log(html.images.len() as u32));
    f.set(F::Captions, (captions as f32 * 25.0 / (prose_words + 50.0)).min(2.0));
    f.set(F::ClockBlocks, log(clocks));
    f.set(F::DateBlocks, log(dates));
    f.set(F::ListItems, log(items));
    f.set(F::Prices, log(prices));
    f.set(F::Counters, log(counters));
    f.set(F::Durations, log(durations));
}

/// Title, h1 and the short blocks around the h1, in lower case, a line each.
fn head_text(html: &HtmlPage, places: &Places) -> String {
    let mut out = html.head.title.clone().unwrap_or_default();
    for section in html.metas("article:section").chain(html.head.json_ld.iter().filter_map(|t| section(t))) {
        out.push('\n');
        out.push_str(cut(section, 100));
    }
    let first_h1 = html.blocks.iter().position(|b| places.at(b.container).h1);
    if let Some(at) = first_h1 {
        for block in &html.blocks[at.saturating_sub(4)..(at + 3).min(html.blocks.len())] {
            let text = html.text(block.text);
            let place = places.at(block.container);
            if place.h1 || (text.len() < 48 && !place.frame) {
                out.push('\n');
                out.push_str(cut(text, 400));
            }
        }
    }
    lower_case(&out)
}

/// The first `articleSection` of the raw JSON-LD.
fn section(text: &str) -> Option<&str> {
    let rest = text.split_once("\"articleSection\"")?.1.trim_start().strip_prefix(':')?;
    let value = rest.trim_start().trim_start_matches('[').trim_start().strip_prefix('"')?;
    value.split('"').next()
}

/// Words of each topic in head and text.
fn topics(head: &str, html: &HtmlPage, f: &mut Features) {
    let text = lower_case(cut(&html.text, TEXT_LOOKED_AT));
    let words = word_count(&text).max(30.0);
    let (in_head, in_text) = (words::in_head(head), words::in_text(&text));
    for topic in Topic::ALL {
        let at = PLAIN.len() + topic as usize * 4;
        f.0[at] = f32::from(in_head.distinct[topic as usize].min(2));
        f.0[at + 1] = log(u32::from(in_text.distinct[topic as usize]));
        let weight = if topic == Topic::FirstPerson { 10.0 } else { 20.0 };
        f.0[at + 2] = (in_text.all[topic as usize] as f32 * weight / words).min(2.0);
    }
}

pub fn flag(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// 0 → 0, 1 → .35, 10 → 1.2, 50 → 2.
pub fn log(count: u32) -> f32 {
    (1.0 + count as f32).ln() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_found_in_raw_json_ld() {
        for (text, found) in [
            (r#"{"articleSection":"Opinion"}"#, Some("Opinion")),
            (r#"{"articleSection" : [ "Debatte", "Kultur"]}"#, Some("Debatte")),
            (r#"{"articleSection":3}"#, None),
            (r#"{"articleSection""#, None),
        ] {
            assert_eq!(section(text), found, "{text}");
        }
    }

    #[test]
    fn every_feature_has_its_own_name() {
        let names: std::collections::BTreeSet<String> = (0..COUNT).map(name).collect();
        assert_eq!(names.len(), COUNT);
    }
}
