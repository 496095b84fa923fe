//! What a page declares of itself: JSON-LD and Open Graph types, marks in its source, its address.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::features::{F, Features, flag, log, mark_path};
use super::words;
use crate::model::html::HtmlPage;

/// Bytes of the source that are searched for marks.
const SOURCE_LOOKED_AT: usize = 4 << 20;

/// Types that the page declares of itself.
pub fn types(html: &HtmlPage, f: &mut Features) {
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
                "Product" => F::LdProduct,
                "JobPosting" => F::LdJob,
                "CollectionPage" | "ItemList" | "SearchResultsPage" => F::LdCollection,
                _ => continue,
            };
            f.set(feature, 1.0);
        }
        if says_not_free(text) {
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
    // An article may come with a product it reviews, a vacancy or a gallery: then it is the article.
    for other in [F::LdProduct, F::LdJob, F::LdGallery, F::LdCollection] {
        if article {
            f.set(other, 0.0);
        }
    }
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

/// Whether the raw text sets `isAccessibleForFree` to false, as a word or a string.
fn says_not_free(text: &str) -> bool {
    const KEY: &str = "\"isAccessibleForFree\"";
    memchr::memmem::find_iter(text.as_bytes(), KEY).any(|at| {
        let value = text[at + KEY.len()..].trim_start().strip_prefix(':').unwrap_or_default().trim_start();
        ["false", "\"false\"", "\"False\""].iter().any(|no| value.starts_with(no))
    })
}

/// Values of `"@type"` in the raw text, without parsing: broken JSON-LD still says what it meant.
fn json_ld_types(text: &str) -> impl Iterator<Item = &str> {
    text.split("\"@type\"").skip(1).flat_map(|rest| {
        let rest = rest.trim_start().strip_prefix(':').unwrap_or("").trim_start();
        let end = if rest.starts_with('[') { rest.find(']') } else { rest.find([',', '}', '\n']) };
        rest[..end.unwrap_or(0)].split('"').skip(1).step_by(2).map(|t| t.rsplit('/').next().unwrap_or(t))
    })
}

/// Marks that the block model does not keep: players, password fields. Each with what stands before it;
/// letter case does not matter.
const MARKS: [(&str, &[&str], F); 12] = [
    ("password", &["type=", "type=\"", "type='"], F::HasPassword),
    ("<video", &[""], F::HasVideo),
    ("-video-id", &["data"], F::HasVideo),
    ("<audio", &[""], F::HasAudio),
    (".mp3\"", &[""], F::HasAudio),
    (".m4a\"", &[""], F::HasAudio),
    ("/embed/", &[""], F::HasEmbed),
    ("\"dialog\"", &["role="], F::HasDialog),
    ("-modal", &["aria"], F::HasDialog),
    ("\"player", &["class="], F::HasVideo),
    ("og:video", &[""], F::HasVideo),
    ("og:audio", &[""], F::HasAudio),
];
/// Bytes of source that are put in lower case at a time, so that they stay in the cache; and how far one
/// piece reaches into the next, more than the longest mark with what stands before it.
const PIECE: usize = 16 * 1024;
const REACH: usize = 32;

pub fn source_marks(source: &str, f: &mut Features) {
    static FINDER: OnceLock<AhoCorasick> = OnceLock::new();
    // Few and rare, so that the finder can rush over what begins none of them.
    let finder = FINDER.get_or_init(|| {
        AhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostFirst)
            .build(MARKS.iter().map(|(mark, ..)| mark))
            .expect("a dozen short patterns build")
    });
    let source = &source.as_bytes()[..source.len().min(SOURCE_LOOKED_AT)];
    let mut lower = Vec::with_capacity(PIECE + 2 * REACH);
    for start in (0..source.len()).step_by(PIECE) {
        lower.clear();
        lower.extend_from_slice(
            &source[start.saturating_sub(REACH)..(start + PIECE + REACH).min(source.len())],
        );
        lower.make_ascii_lowercase();
        for found in finder.find_iter(&lower) {
            let (_, before, feature) = MARKS[found.pattern().as_usize()];
            let head = &lower[..found.start()];
            let fits = |lead: &&str| {
                head.ends_with(lead.as_bytes())
                    && match lead.as_bytes().last() {
                        Some(quote @ (b'"' | b'\'')) => lower.get(found.end()) == Some(quote),
                        _ => true,
                    }
            };
            if before.iter().any(fits) {
                f.set(feature, 1.0);
            }
        }
    }
}

/// Form and words of the URL.
pub fn address(url: &url::Url, f: &mut Features) {
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
            mark_path(f, topic);
        }
    }
}

fn year(s: &str) -> bool {
    s.len() == 4 && (s.starts_with("19") || s.starts_with("20")) && s.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::describe::kind::features::COUNT;

    #[test]
    fn marks_are_found_in_any_case_and_on_the_seams_of_pieces() {
        for (mark, feature) in [
            ("<input TYPE=\"Password\">", Some(F::HasPassword)),
            ("<input type=password>", Some(F::HasPassword)),
            ("<input type='password'>", Some(F::HasPassword)),
            ("<input type=\"password-hint\">", None),
            ("the password", None),
            ("<VIDEO src=x>", Some(F::HasVideo)),
            ("<p data-video-id=3>", Some(F::HasVideo)),
            ("<p class=\"Player-large\">", Some(F::HasVideo)),
            ("<p id=\"player\">", None),
            ("<p role=\"dialog\">", Some(F::HasDialog)),
            ("<p class=\"dialog\">", None),
            ("<p aria-modal>", Some(F::HasDialog)),
            ("x.MP3\"", Some(F::HasAudio)),
            ("https://video.example/embed/3", Some(F::HasEmbed)),
        ] {
            for before in [0, 5, PIECE - 30, PIECE - 12, PIECE - 1, PIECE, PIECE + 3] {
                let mut f = Features([0.0; COUNT]);
                source_marks(&format!("{}{mark}", "x".repeat(before)), &mut f);
                let all = [F::HasPassword, F::HasVideo, F::HasAudio, F::HasEmbed, F::HasDialog]
                    .map(|m| f.get(m) > 0.0);
                let sum = all.iter().filter(|m| **m).count();
                assert_eq!(
                    (sum, feature.is_none_or(|m| f.get(m) > 0.0)),
                    (usize::from(feature.is_some()), true),
                    "{mark} after {before}"
                );
            }
        }
    }

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
}
