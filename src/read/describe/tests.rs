//! Whole pages, one line a kind: what stands beside the story, and the fields that come of it.

use super::*;
use crate::model::SiteKnowledge;
use crate::model::page::{Hints, Media, RawInfo};

use crate::read::{ReadSettings, read_decoded};

const STORY: [&str; 4] = [
    "The council of Port Alder voted on Tuesday to rebuild the harbour wall, which the spring storms had broken in \
     three places.",
    "Mayor Ines Holt said that the work would begin in May and would cost about four million, most of it paid by the \
     state.",
    "Fishermen had asked for a longer pier, but the engineers said that the seabed there was too soft for any more \
     weight.",
    "The vote was eleven to four, after a debate that went on until midnight.",
];
const HEADLINE: &str = "Harbour wall to be rebuilt after storms";

fn article(media: Media, text: String) -> Article {
    let raw = RawInfo {
        message_id: None,
        page_key: String::new(),
        sha256: String::new(),
        bytes: text.len() as u64,
        content_type: "text/html".into(),
        encoding: "utf-8".into(),
        scraper: None,
        fetched_at: None,
    };
    let page = DecodedPage {
        media,
        charset: "utf-8".into(),
        repairs: Vec::new(),
        url: ::url::Url::parse("https://www.alderpost.example/local/harbour-wall").ok(),
        site: Some("alderpost.example".into()),
        source_name: None,
        fetched_at: None,
        received_at: None,
        status: None,
        hints: Hints::default(),
        raw,
        text,
    };
    let settings = ReadSettings::default();
    let mut budget = Budget::new(settings.limits.work_units);
    read_decoded(page, &SiteKnowledge::default(), &settings, &mut budget).expect("an article").article
}

fn html(lang: &str, head: &str, h1: &str, beneath: &str, story: &[&str]) -> Article {
    let story: String = story.iter().map(|p| format!("<p>{p}</p>")).collect();
    article(
        Media::Html,
        format!(
            "<html lang={lang}><head>{head}</head><body><nav><a href=/>Home</a> <a href=/re>Real Estate</a></nav>\
             <main>{h1}{beneath}<div class=entry>{story}</div></main></body></html>"
        ),
    )
}

fn with(beneath: &str) -> Article {
    html("en-GB", "", &format!("<h1>{HEADLINE}</h1>"), beneath, &STORY)
}

fn names(article: &Article) -> String {
    article.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(" + ")
}

#[test]
fn authors_and_dates_beneath_the_headline() {
    for (beneath, authors, day) in [
        // Words amid a line, in an element of their own.
        (
            "<div><span class=author>Joao Whitfield</span> <span>September 8, 2025</span></div>",
            "Joao Whitfield",
            "2025-09-08",
        ),
        (
            "<div><span class=author>Joao Whitfield</span><span>September 8, 2025</span></div>",
            "Joao Whitfield",
            "2025-09-08",
        ),
        (
            "<p>Seen by <b class=comment-author>Ben Holt</b> on <i class=datum>8 May 2025</i></p>",
            "",
            "2025-05-08",
        ),
        // A single word, where nothing but a name can stand.
        (
            "<p>On <time datetime=2025-05-08>8 May</time> by <span class='author vcard'><a class='fn n' href=/author/g1zz>gizzmo</a></span></p>",
            "gizzmo",
            "2025-05-08",
        ),
        ("<p>8 May 2025 <a rel=author href=/u/7>tlow</a></p>", "tlow", "2025-05-08"),
        ("<p><a href=/author/ada>Weiterlesen</a> <a href=/author/ada>Share</a></p>", "", ""),
        ("<p><span class=author>Politics</span></p>", "", ""),
        ("<p>Fact checked by <span class=author>Yara Perez</span> 8 May 2025</p>", "", "2025-05-08"),
        // A name beside a date.
        ("<p>Joao Whitfield • September 8, 2025 • 5 min</p>", "Joao Whitfield", "2025-09-08"),
        ("<p>8.9.2025 - Amelie Loevenich</p>", "Amelie Loevenich", "2025-09-08"),
        ("<p>Aaron Ricadela | Senior Writer | July 2, 2025</p>", "Aaron Ricadela", "2025-07-02"),
        ("<p>Real Estate | July 2, 2025</p>", "", "2025-07-02"),
        // The day of the change is that of the first, without a word on either.
        (
            "<ul><li>By: <a href=/writer/7>Joao Whitfield</a></li><li><i>July 2, 2025</i>\n<i>July 2, 2025</i></li></ul>",
            "Joao Whitfield",
            "2025-07-02",
        ),
        ("<p>Puerto Rico | July 2, 2025</p>", "", "2025-07-02"),
        ("<p>September 8, 2025 by Joao Whitfield | Local News</p>", "Joao Whitfield", "2025-09-08"),
        ("<p>Posted on September 21, 2020 by Adi Tzlil</p>", "Adi Tzlil", "2020-09-21"),
        ("<p>8 May 2025 7:00 Joao Whitfield, AFP</p>", "Joao Whitfield", "2025-05-08T07:00"),
        ("<p>Joao Whitfield, Thursday 8 May 2025, 16:42</p>", "Joao Whitfield", "2025-05-08T16:42"),
        // A name above its job; the other took the pictures.
        ("<p>Joao Whitfield</p><p>Reporter</p><p>Ben Holt</p><p>Photographer</p>", "Joao Whitfield", ""),
        ("<p>Our correspondent Joao Whitfield</p>", "Joao Whitfield", ""),
        ("<p>Getting Started</p><p>How it works</p>", "", ""),
        // A line that tells of days is not dated.
        ("<p>Born 4 May 1931, died 2 May 2025</p>", "", ""),
        ("<p>On 3 April 2024 work began.</p>", "", ""),
        // Without capitals any words may be a name.
        ("<p>آخر الأخبار | 18 أبريل 2025</p>", "", "2025-04-18"),
        // Several labels in a line.
        ("<p>Texto: Lívia Dorneles | Fotos: Caio Bezerra</p>", "Lívia Dorneles", ""),
        ("<p>Erstellt von Andri Bryner</p>", "Andri Bryner", ""),
        (
            "<div class=byline><span>Written by: Sneha Rao</span> <span>Edited By: Amit Rawat</span></div>",
            "Sneha Rao",
            "",
        ),
        ("<div class=byline>Editor: Ben Holt</div>", "", ""),
        // What is no name.
        ("<div class=byline><p>Foto Göran Åslund</p></div>", "", ""),
        (
            "<div class=byline><div>Callum Reith</div><div>Transport correspondent, Northern Isles</div></div>",
            "Callum Reith",
            "",
        ),
        ("<div class=byline>Artikel von</div>", "", ""),
    ] {
        let article = with(beneath);
        let published = article.published_at.as_ref().map_or("", |at| at.value.as_str());
        assert_eq!((names(&article).as_str(), published), (authors, day), "{beneath}");
    }
}

#[test]
fn who_and_when_are_in_the_fields_and_not_in_the_story() {
    for line in [
        "Text and photographs: Joao Whitfield",
        "Joao Whitfield | Transport correspondent",
        "Joao Whitfield, 8 May 2025",
        "Published: 8 May 2025",
        "Photo: Ben Holt",
    ] {
        let article = with(&format!("<p>By Joao Whitfield, 8 May 2025</p><p>{line}</p>"));
        assert!(article.paragraphs.iter().all(|p| p.text != line), "{line}");
    }
    for line in [
        "— Joao Whitfield",
        "– Joao Whitfield, director",
        "(Joao Whitfield)",
        "Photo of a boat: the harbour in winter",
        "By the harbour, 8 May 2025 was a cold day",
        "Work began on 3 April 2024",
    ] {
        let body = format!("<h1>{HEADLINE}</h1><p>By Joao Whitfield, 8 May 2025</p>");
        let story: Vec<String> =
            [line].iter().map(|l| l.to_string()).chain(STORY.iter().map(|p| p.to_string())).collect();
        let story: Vec<&str> = story.iter().map(String::as_str).collect();
        let article = html("en-GB", "", &body, "", &story);
        assert!(article.removed.iter().all(|r| r.rule != "describe:credit" || r.text != line), "{line}");
    }
}

#[test]
fn the_site_is_what_the_title_adds_to_the_headline() {
    for (tail, expected) in [
        (" | Tidewick Courier", Some("Tidewick Courier")),
        (" - Politics - Tidewick Courier", Some("Tidewick Courier")),
        (" :: 潮汐日報", Some("潮汐日報")),
        (" - Analysis", None),
        (" - what we know", None),
        (" | 8 May 2025", None),
        (": Tidewick in numbers", None),
        ("", None),
    ] {
        let title = format!("<title>{HEADLINE}{tail}</title>");
        let article = html("en-GB", &title, &format!("<h1>{HEADLINE}</h1>"), "", &STORY);
        assert_eq!(article.source.and_then(|s| s.name).as_deref(), expected, "{tail}");
    }
}

#[test]
fn a_name_beside_a_date_is_no_firm_witness() {
    let article = with("<p>Joao Whitfield • September 8, 2025</p>");
    assert!(article.evidence["authors"].confidence < 0.7);
}

#[test]
fn reporters_of_east_asia() {
    let zh = [
        "基隆信二路的老戲院停業二十七年，鐵門後的售票亭裡竟留著三萬多張票根，學生花了一年整理。",
        "指導老師陳榕表示，票根最早的一張是民國五十二年，背面有人用鉛筆寫著一句話，成為展覽的起點。",
        "八十一歲的前放映師受邀替首場開機，他說從前一天要換十二捲片，現在按一個鈕就好。",
    ];
    for (beneath, before, behind, expected) in [
        ("", "〔記者吳昇儒／基隆報導〕", "", "吳昇儒"),
        ("", "（中央社記者吳昇儒基隆7日電）", "", "吳昇儒"),
        ("", "", "（江北日报记者 周启明）", "周启明"),
        ("", "", "（小野寺瑞穂）", "小野寺瑞穂"),
        (
            "<div><span>2025-04-22 08:15</span> <span>来源：江北日报</span> <span>作者：周启明</span> <span>编辑：韩雪</span></div>",
            "",
            "",
            "周启明",
        ),
        ("<p>海峽晚報／ 記者林郁庭／基隆即時報導</p>", "", "", "林郁庭"),
    ] {
        let (first, last) = (format!("{before}{}", zh[0]), format!("{}{behind}", zh[2]));
        let article = html("zh", "", "<h1>老戲院鐵門後藏三萬張票根</h1>", beneath, &[&first, zh[1], &last]);
        assert_eq!(names(&article), expected, "{beneath}{before}{behind}");
    }
}

#[test]
fn headlines_are_whole_and_without_their_site() {
    let h = HEADLINE;
    let og = |text: &str| format!("<meta property=og:title content='{text}'>");
    for (head, h1, expected) in [
        // The page prints the second half too.
        (
            og("Storm broke the harbour wall"),
            "<h1>Storm broke the harbour wall – and nobody will pay</h1>".to_owned(),
            "Storm broke the harbour wall – and nobody will pay",
        ),
        (
            og("43 boats blocked the strait"),
            "<h1>43 boats blocked the strait: – One lay down</h1>".to_owned(),
            "43 boats blocked the strait: – One lay down",
        ),
        // Section and site behind it, which nothing else names.
        (
            format!("<title>{h} | Local | The Tide</title>{}", og(&format!("{h} | Local | The Tide"))),
            format!("<h1>{h}</h1>"),
            h,
        ),
        (
            format!("<title>{h} - The Tide</title>{}", og(&format!("{h} - The Tide"))),
            format!("<div class=head>{h}</div>"),
            h,
        ),
        // A blog that heads every page with its name.
        (
            format!("<title>Diary of a Canal Boat: {h}</title>"),
            format!("<h1>Diary of a Canal Boat</h1><h3>{h}</h3>"),
            h,
        ),
    ] {
        let article = html("en", &head, &h1, "", &STORY);
        assert_eq!(article.headline.as_deref(), Some(expected), "{head} {h1}");
    }
}

#[test]
fn a_teasers_data_is_not_this_storys() {
    let ld = r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"Cup final sold out",
        "url":"https://www.alderpost.example/sport/cup","author":{"name":"Luca Borg"},"datePublished":"2025-05-19"}</script>"#;
    let article = html("en", ld, &format!("<h1>{HEADLINE}</h1>"), "<p>By Ada Fern, 8 May 2025</p>", &STORY);
    assert_eq!(names(&article), "Ada Fern");
    assert_eq!(article.published_at.map(|at| at.value).as_deref(), Some("2025-05-08"));
    assert_eq!(article.canonical_url.as_deref(), Some("https://www.alderpost.example/local/harbour-wall"));
}

#[test]
fn text_tells_the_day_of_a_change_from_the_first() {
    for (lines, published, modified, authors) in [
        ("Updated 7 May 2025", None, Some("2025-05-07"), ""),
        ("Published 3 May 2025\nLast modified 7 May 2025", Some("2025-05-03"), Some("2025-05-07"), ""),
        ("Published 3 May 2025, updated 7 May 2025", Some("2025-05-03"), Some("2025-05-07"), ""),
        ("By Ada Fern | May 14, 2023 | 6 min read", Some("2023-05-14"), None, "Ada Fern"),
    ] {
        let article = article(Media::Text, format!("{HEADLINE}\n\n{lines}\n\n{}", STORY.join("\n\n")));
        let value = |at: &Option<crate::model::article::Timestamp>| at.as_ref().map(|at| at.value.clone());
        assert_eq!(value(&article.published_at).as_deref(), published, "{lines}");
        assert_eq!(value(&article.modified_at).as_deref(), modified, "{lines}");
        assert_eq!(names(&article), authors, "{lines}");
    }
}
