//! What a page declares of itself: JSON-LD and Open Graph types, marks in its source, its address.

use super::features::{F, Features, flag, log, mark_path};
use super::words;
use crate::model::html::{HtmlPage, SourceMark};

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

/// Marks that the source holds and its blocks do not.
pub fn source_marks(html: &HtmlPage, f: &mut Features) {
    for (mark, feature) in [
        (SourceMark::Password, F::HasPassword),
        (SourceMark::Video, F::HasVideo),
        (SourceMark::Audio, F::HasAudio),
        (SourceMark::Embed, F::HasEmbed),
        (SourceMark::Dialog, F::HasDialog),
    ] {
        if html.marks & mark as u8 != 0 {
            f.set(feature, 1.0);
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
