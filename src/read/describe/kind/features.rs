//! What a page looks like, in numbers: declared types, URL, words, marks in the source, blocks and links.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::words::{self, Topic, is_unspaced};
use crate::model::html::HtmlPage;
use crate::model::{Budget, DecodedPage, Rejection};

/// Bytes of the source that are searched for marks, and of text for phrases: what decides stands early.
const SOURCE_LOOKED_AT: usize = 4 << 20;
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
    pub fn set(&mut self, feature: F, value: f32) {
        self.0[feature as usize] = value;
    }
    /// Different phrases of `topic` in the text, on a log scale.
    pub fn words(&self, topic: Topic) -> f32 {
        self.0[PLAIN.len() + topic as usize * 4 + 1]
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

pub fn of_page(page: &DecodedPage, html: &HtmlPage, budget: &mut Budget) -> Result<Features, Rejection> {
    budget.draw((html.text.len() + html.blocks.len() + html.containers.len()) as u64, "kind")?;
    let mut f = Features([0.0; COUNT]);
    f.set(F::Bias, 1.0);
    f.set(F::StatusError, flag(page.status.is_some_and(|s| s >= 400)));
    declared(html, &mut f);
    source_marks(&page.text, &mut f);
    let places = Places::of(html);
    blocks(html, &places, &mut f);
    let head = head_text(html, &places);
    topics(&head, html, &mut f);
    if let Some(url) = &page.url {
        address(url, &mut f);
    }
    Ok(f)
}

/// Types that the page declares of itself.
fn declared(html: &HtmlPage, f: &mut Features) {
    for (text, types) in html.head.json_ld.iter().map(|t| (t, json_ld_types(t))) {
        for kind in types {
            let feature = match kind {
                "NewsArticle"
                | "Article"
                | "ReportageNewsArticle"
                | "BlogPosting"
                | "AnalysisNewsArticle"
                | "BackgroundNewsArticle"
                | "ReviewNewsArticle"
                | "Report"
                | "TechArticle"
                | "ScholarlyArticle"
                | "SocialMediaPosting" => F::LdArticle,
                "OpinionNewsArticle" => F::LdOpinion,
                "LiveBlogPosting" => F::LdLive,
                "ImageGallery" | "MediaGallery" => F::LdGallery,
                "VideoObject" => F::LdVideo,
                "PodcastEpisode" | "AudioObject" | "RadioEpisode" => F::LdPodcast,
                "Product" | "Offer" | "AggregateOffer" => F::LdProduct,
                "JobPosting" => F::LdJob,
                "CollectionPage" | "ItemList" | "SearchResultsPage" => F::LdCollection,
                _ => continue,
            };
            f.set(feature, 1.0);
        }
        let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if squeezed.contains("\"isAccessibleForFree\":false")
            || squeezed.contains("\"isAccessibleForFree\":\"False\"")
            || squeezed.contains("\"isAccessibleForFree\":\"false\"")
        {
            f.set(F::LdNotFree, 1.0);
        }
    }
    for prop in &html.containers {
        if html.attr(prop.itemprop) == "articleBody" {
            f.set(F::LdArticle, 1.0);
        }
    }
    let article = f.get(F::LdArticle) + f.get(F::LdOpinion) + f.get(F::LdLive) > 0.0;
    f.set(F::LdVideoAlone, flag(f.get(F::LdVideo) > 0.0 && !article));
    for kind in html.metas("og:type") {
        let kind = kind.to_ascii_lowercase();
        let feature = match kind.split(['.', ':']).next().unwrap_or("") {
            "article" | "news" | "newsarticle" => F::OgArticle,
            "video" => F::OgVideo,
            "product" => F::OgProduct,
            "music" | "audio" | "podcast" => F::OgAudio,
            "website" => F::OgWebsite,
            _ => continue,
        };
        f.set(feature, 1.0);
    }
    let published = html.head.metas.iter().any(|(n, v)| {
        !v.is_empty()
            && (n.ends_with("published_time")
                || n.ends_with("datepublished")
                || n == "publishdate"
                || n == "date")
    });
    f.set(F::MetaPublished, flag(published));
    f.set(
        F::MetaPrice,
        flag(html.head.metas.iter().any(|(n, _)| n.ends_with("price:amount") || n == "price")),
    );
    f.set(F::MetaNoindex, flag(html.metas("robots").any(|v| v.contains("noindex"))));
}

/// Values of `"@type"` in the raw text, without parsing: broken JSON-LD still says what it meant.
fn json_ld_types(text: &str) -> impl Iterator<Item = &str> {
    text.split("\"@type\"").skip(1).flat_map(|rest| {
        let rest = rest.trim_start().strip_prefix(':').unwrap_or("").trim_start();
        let end = if rest.starts_with('[') { rest.find(']') } else { rest.find([',', '}', '\n']) };
        rest[..end.unwrap_or(0)].split('"').skip(1).step_by(2).map(|t| t.rsplit('/').next().unwrap_or(t))
    })
}

/// Marks that the block model does not keep: players, password fields.
fn source_marks(source: &str, f: &mut Features) {
    static MARKS: OnceLock<AhoCorasick> = OnceLock::new();
    const LIST: [(&str, F); 14] = [
        ("type=\"password\"", F::HasPassword),
        ("type=password", F::HasPassword),
        ("type='password'", F::HasPassword),
        ("<video", F::HasVideo),
        ("data-video-id", F::HasVideo),
        ("<audio", F::HasAudio),
        (".mp3\"", F::HasAudio),
        (".m4a\"", F::HasAudio),
        ("/embed/", F::HasEmbed),
        ("role=\"dialog\"", F::HasDialog),
        ("aria-modal", F::HasDialog),
        ("class=\"player", F::HasVideo),
        ("og:video", F::HasVideo),
        ("og:audio", F::HasAudio),
    ];
    let marks = MARKS.get_or_init(|| {
        AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .build(LIST.iter().map(|(mark, _)| mark))
            .expect("fourteen short patterns build")
    });
    let end = source.len().min(SOURCE_LOOKED_AT);
    for found in marks.find_iter(&source.as_bytes()[..end]) {
        f.set(LIST[found.pattern().as_usize()].1, 1.0);
    }
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
        let words = word_count(text);
        if linked < 0.4 && words >= 9.0 && !place.caption && !place.comment && ends_a_sentence(text) {
            prose_words += words;
            prose_blocks += 1;
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

/// Short patterns at the start of a block, or in it.
#[derive(Debug, Default)]
struct Marks {
    /// Starts with a time of day.
    clock: bool,
    duration: bool,
    date: bool,
    price: bool,
    /// `3/12`, `3 of 12`.
    counter: bool,
}

impl Marks {
    fn of(text: &str) -> Self {
        let mut marks = Self::default();
        let head: Vec<char> = text.chars().take(120).collect();
        let digits =
            |from: usize| head[from.min(head.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
        let first = digits(0);
        if (1..=2).contains(&first) && head.get(first).is_some_and(|c| matches!(c, ':' | '.' | 'h')) {
            let second = digits(first + 1);
            let next = head.get(first + 1 + second);
            marks.clock = second == 2 && !next.is_some_and(|c| matches!(c, '.' | ',' | '-' | '/' | '%'));
        }
        if (1..=3).contains(&first) {
            let rest: String = head[first..].iter().collect();
            let rest = rest.trim_start();
            marks.counter = rest.strip_prefix(['/', '∕']).is_some_and(|r| {
                let r = r.trim_start();
                r.starts_with(|c: char| c.is_ascii_digit()) && !r[1..].contains('/')
            });
        }
        for (i, c) in head.iter().enumerate() {
            match c {
                '€' | '£' | '$' | '¥' | '₽' | '₺' | '￥' | '₹' => marks.price = true,
                ':' if i > 0 && head[i - 1].is_ascii_digit() && digits(i + 1) == 2 => marks.duration = true,
                '.' | '/' | '-' if i > 1 && digits(i + 1) >= 2 && head[i - 1].is_ascii_digit() => {
                    let after = i + 1 + digits(i + 1);
                    marks.date |= head.get(after) == Some(c) && digits(after + 1) >= 2;
                }
                _ => {}
            }
        }
        marks
    }
}

/// Whether a line begins with a time of day.
pub fn starts_with_clock(line: &str) -> bool {
    Marks::of(line).clock
}

/// Title, h1 and the short blocks around the h1, in lower case, a line each.
fn head_text(html: &HtmlPage, places: &Places) -> String {
    let mut out = html.head.title.clone().unwrap_or_default();
    let first_h1 = html.blocks.iter().position(|b| places.at(b.container).h1);
    if let Some(at) = first_h1 {
        for block in &html.blocks[at.saturating_sub(4)..(at + 3).min(html.blocks.len())] {
            let text = html.text(block.text);
            let place = places.at(block.container);
            if place.h1 || (text.len() < 48 && !place.frame) {
                out.push('\n');
                out.push_str(&text[..floor(text, 400)]);
            }
        }
    }
    out.to_lowercase()
}

/// Words of each topic in head and text.
fn topics(head: &str, html: &HtmlPage, f: &mut Features) {
    let text = html.text[..floor(&html.text, TEXT_LOOKED_AT)].to_lowercase();
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

fn address(url: &url::Url, f: &mut Features) {
    let path = url.path().to_lowercase();
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let stem = |s: &str| s.split('.').next().unwrap_or("").to_owned();
    let root = match segments.as_slice() {
        [] => url.query().is_none(),
        [one] => matches!(
            stem(one).as_str(),
            "index" | "home" | "default" | "en" | "de" | "fr" | "es" | "ru" | "ja"
        ),
        _ => false,
    };
    f.set(F::UrlRoot, flag(root && url.query().is_none()));
    f.set(F::UrlDepth, log(segments.len() as u32));
    f.set(F::UrlQuery, flag(url.query().is_some()));
    let last = segments.last().copied().unwrap_or("");
    let dashes = last.matches(['-', '_', '+']).count();
    f.set(F::UrlSlug, flag(dashes >= 3 || last.contains("%e") || last.contains("%d")));
    let longest_number = last.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    f.set(F::UrlNumber, flag(longest_number >= 4));
    let dated = segments
        .windows(2)
        .any(|w| year(w[0]) && w[1].len() <= 2 && w[1].bytes().all(|b| b.is_ascii_digit()))
        || segments.iter().any(|s| {
            s.len() >= 8
                && s.get(..4).is_some_and(year)
                && s.as_bytes()[4..8].iter().all(|b| b.is_ascii_digit() || *b == b'-')
        });
    f.set(F::UrlDate, flag(dated));
    let host = url.host_str().unwrap_or("").to_lowercase();
    let labels = host.split('.').next().into_iter().map(str::to_owned);
    for segment in segments.iter().map(|s| stem(s)).chain(labels) {
        if let Some(topic) = words::of_segment(&segment) {
            f.0[PLAIN.len() + topic as usize * 4 + 3] = 1.0;
        }
    }
}

fn year(s: &str) -> bool {
    s.len() == 4 && (s.starts_with("19") || s.starts_with("20")) && s.bytes().all(|b| b.is_ascii_digit())
}

/// Words between non-letters; two characters a word in scripts that write no spaces.
pub fn word_count(text: &str) -> f32 {
    let (mut words, mut inside) = (0.0, false);
    for c in text.chars() {
        if is_unspaced(c) {
            words += 0.5;
            inside = false;
        } else if c.is_alphanumeric() {
            if !inside {
                words += 1.0;
            }
            inside = true;
        } else if !matches!(c, '\'' | '’' | '-') {
            inside = false;
        }
    }
    words
}

pub fn ends_a_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '\'', '”', '’', '“', '»', '«', ')', ']', '」', '』', ' '])
        .ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', ':', '։', '।', ';'])
}

fn flag(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// 0 → 0, 1 → .35, 10 → 1.2, 50 → 2.
fn log(count: u32) -> f32 {
    (1.0 + count as f32).ln() / 2.0
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_ld_types_are_found_in_any_shape() {
        for (text, types) in [
            (r#"{"@type":"NewsArticle"}"#, vec!["NewsArticle"]),
            (r#"{"@type": ["NewsArticle", "LiveBlogPosting"]}"#, vec!["NewsArticle", "LiveBlogPosting"]),
            (r#"{"@type" : "http://schema.org/Product", "a":{"@type":"Offer"}}"#, vec!["Product", "Offer"]),
            (r#"{"@type":"#, vec![]),
            (r#"{"@type":["#, vec![]),
        ] {
            assert_eq!(json_ld_types(text).collect::<Vec<_>>(), types, "{text}");
        }
    }

    #[test]
    fn marks() {
        for (text, clock, counter, date, price) in [
            ("18:42 Ferry company cancels", true, false, false, false),
            ("9.05 Uhr", true, false, false, false),
            ("12.09.2025", false, false, true, false),
            ("3/12 The goat", false, true, false, false),
            ("3 / 12 The goat", false, true, false, false),
            ("2025-09-12", false, false, true, false),
            ("£84.00", false, false, false, true),
            ("1.500 people", false, false, false, false),
            ("", false, false, false, false),
            ("7", false, false, false, false),
        ] {
            let m = Marks::of(text);
            assert_eq!((m.clock, m.counter, m.date, m.price), (clock, counter, date, price), "{text}");
        }
    }

    #[test]
    fn words_are_counted_in_any_script() {
        for (text, words) in
            [("a b c", 3.0), ("don't stop", 2.0), ("日本語新聞", 2.5), ("", 0.0), ("Привет, мир!", 2.0)]
        {
            assert_eq!(word_count(text), words, "{text}");
        }
    }

    #[test]
    fn every_feature_has_its_own_name() {
        let names: std::collections::BTreeSet<String> = (0..COUNT).map(name).collect();
        assert_eq!(names.len(), COUNT);
    }
}
