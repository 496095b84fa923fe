//! Stories that stand in a page's data: bound to the object that is about the page, in every form that publishers use.

use copydesk::model::article::{Completeness, Kind};
use copydesk::model::body::ParagraphKind::{self, LiveEntry, Paragraph, Subhead};
use copydesk::model::{Rejection, SkipReason};
use copydesk::read::Reading;
use serde_json::{Value, json};

use crate::kinds::look;

const URL: &str = "https://lindow-herald.example/2026/03/31/ferry";
const STORY: [&str; 4] = [
    "A car ferry with 112 people on board ran aground outside the harbour of Port Lindow early on Tuesday, the coast guard said.",
    "Nobody was hurt. Two tugs pulled the ship free before noon, and divers were looking for damage to the hull, said Mara Quill.",
    "The wind had torn the ship from its course, the captain told the harbour office; an inquiry will look at the engines too.",
    "The company said that services to the islands would start again on Thursday at the earliest, and that tickets stay valid.",
];
const OTHER: &str = "The council of Alder voted on Monday to close the library in the old mill for good, the mayor said, since \
    nobody reads there any more, and to sell the books to a dealer from Brook by the end of June, which the readers had feared. ";

/// A page whose frame waits for a script.
fn shell(json_ld: &Value) -> String {
    shell_of(&format!("<script type=\"application/ld+json\">{json_ld}</script>"), "<div id=app></div>")
}

fn shell_of(head: &str, inside: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Ferry runs aground off Port Lindow | Lindow Herald</title>\
         <link rel=canonical href='{URL}'>{head}</head><body><nav><a href=/n>News</a> <a href=/s>Sport</a></nav><main>{inside}</main>\
         <footer><p>© Lindow Herald</p></footer></body></html>"
    )
}

fn read(page: String) -> Reading {
    look(URL, page.clone()).unwrap_or_else(|e| panic!("{}: {page}", e.rejection))
}

fn told(page: String) -> Vec<(ParagraphKind, String)> {
    read(page).article.paragraphs.into_iter().map(|p| (p.kind, p.text)).collect()
}

fn plain(texts: &[&str]) -> Vec<(ParagraphKind, String)> {
    texts.iter().map(|t| (Paragraph, (*t).to_owned())).collect()
}

fn skipped(page: String) -> SkipReason {
    match look(URL, page).map(|r| r.article.body()).map_err(|e| e.rejection) {
        Err(Rejection::Skip { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_text_is_that_of_the_object_that_is_about_the_page() {
    let own =
        json!({"@type": "NewsArticle", "headline": "Ferry runs aground", "articleBody": STORY.join("\n")});
    let with = |key: &str, value: Value| {
        let mut node = own.clone();
        node[key] = value;
        node
    };
    let other = json!({"@type": "NewsArticle", "headline": "Library to close", "url": "https://lindow-herald.example/library",
        "articleBody": OTHER.repeat(4)});
    let silent =
        json!({"@type": "NewsArticle", "url": format!("{URL}/#article"), "articleBody": STORY.join("\n")});
    let by_page = json!({"@type": "ReportageNewsArticle", "mainEntityOfPage": {"@id": URL.replace("https", "http")},
        "articleBody": STORY.join("\n")});
    for (name, page) in [
        ("before it in a graph", json!({"@graph": [other.clone(), own.clone()]})),
        ("behind it in a graph", json!({"@graph": [own.clone(), other.clone()]})),
        ("in a list", json!([other.clone(), own.clone()])),
        ("part of another", with("isPartOf", other.clone())),
        ("comments", with("comment", json!([{"@type": "Comment", "articleBody": OTHER.repeat(9)}]))),
        ("parts", with("hasPart", json!([other.clone()]))),
        ("mentions", with("mentions", other.clone())),
        ("a key of their own", with("x-teasers", json!([{"inner": other.clone()}]))),
        (
            "the next story on it",
            json!({"@graph": [own.clone(), {"@type": "NewsArticle", "articleBody": OTHER.repeat(4),
            "headline": "Ferry runs aground again off Port Lindow"}]}),
        ),
        ("told by its address", json!({"@graph": [other.clone(), silent]})),
        ("told by its page", json!({"@graph": [other.clone(), by_page]})),
        (
            "in what the page is about",
            json!({"@type": "WebPage", "mainEntity": own, "relatedLink": [other.clone()]}),
        ),
        (
            "a list of others below",
            json!([own, {"@type": "ItemList", "itemListElement": [{"item": other.clone()}]}]),
        ),
        (
            "a reader's question",
            json!([own, {"@type": "FAQPage", "mainEntity":
            [{"@type": "Question", "name": "Why?", "acceptedAnswer": {"@type": "Answer", "text": OTHER.repeat(4)}}]}]),
        ),
    ] {
        let article = read(shell(&page)).article;
        assert_eq!(article.body(), STORY.join("\n\n"), "{name}");
        assert_eq!(article.completeness, Completeness::Full, "{name}");
    }
    // Where nothing says which it is, the longest is heard, as far as its script can be read at all.
    let broken = format!(
        "<script type=application/ld+json>{{\"@type\": NewsArticle, \"articleBody\": \"{}\", \"x\": {{\"articleBody\": \"{}\"}}}}</script>",
        STORY.join("\\n"),
        STORY[0]
    );
    assert_eq!(told(shell_of(&broken, "")), plain(&STORY));
}

#[test]
fn every_form_of_the_text_is_read() {
    let article = |key: &str, value: Value| {
        shell(&json!({"@type": "NewsArticle", "headline": "Ferry runs aground", key: value}))
    };
    let tags = format!("<p>{}</p>", STORY.join("</p><p>"));
    let escaped = tags.replace('<', "&lt;").replace('>', "&gt;");
    for (name, page) in [
        ("lines", article("articleBody", json!(STORY.join("\r\n\r\n")))),
        ("a list", article("articleBody", json!(STORY))),
        ("markup", article("articleBody", json!(tags))),
        ("escaped markup", article("articleBody", json!(escaped))),
        ("markup escaped twice", article("articleBody", json!(escaped.replace('&', "&amp;")))),
        ("line breaks escaped", article("articleBody", json!(STORY.join("&lt;br&gt;&lt;br /&gt;")))),
        ("as text", article("text", json!(STORY.join("\n")))),
        ("as text in a list", article("text", json!(STORY))),
    ] {
        assert_eq!(told(page), plain(&STORY), "{name}");
    }
    // A story that speaks of tags keeps them.
    let line = "Write &lt;br&gt; where a line ends, the old manual of the harbour office said, and nobody knew why it did.";
    let page = article("articleBody", json!(format!("{}\n{line}\n{}", STORY[0], STORY[1])));
    assert!(read(page).article.body().contains("Write <br> where"), "a tag that is spoken of");
    let of_page = json!({"@type": "WebPage", "name": "Ferry", "text": STORY.join("\n")});
    assert_eq!(skipped(shell(&of_page)), SkipReason::Empty, "the text of a page may be its menu");
}

#[test]
fn the_entries_of_a_live_report_are_gathered_in_their_order() {
    let entry = |n: usize, headline: &str| {
        json!({"@type": "BlogPosting", "headline": headline, "datePublished": format!("2026-03-31T1{n}:05:00Z"),
            "articleBody": if n == 2 { format!("&lt;p&gt;{}&lt;/p&gt;", STORY[n]) } else { STORY[n].to_owned() }})
    };
    let live = |more: Value| {
        let mut node = json!({"@type": "LiveBlogPosting", "headline": "Ferry aground off Port Lindow: live updates",
            "liveBlogUpdate": [entry(3, "Services to start again"), entry(2, "Wind to blame"), {"@type": "BlogPosting"},
                entry(1, "Nobody was hurt."), entry(0, "Ferry aground")]});
        node.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        node
    };
    let entries = [
        (Subhead, "Services to start again"),
        (LiveEntry, STORY[3]),
        (Subhead, "Wind to blame"),
        (LiveEntry, STORY[2]),
        // Its headline is how it begins.
        (LiveEntry, STORY[1]),
        (Subhead, "Ferry aground"),
        (LiveEntry, STORY[0]),
    ];
    let entries: Vec<_> = entries.map(|(kind, text)| (kind, text.to_owned())).to_vec();
    for page in [live(json!({})), json!({"@graph": [{"@type": "WebSite", "name": "LH"}, live(json!({}))]})] {
        let article = read(shell(&page)).article;
        assert_eq!((article.kind, article.completeness), (Kind::LiveBlog, Completeness::Full));
        let told: Vec<_> = article.paragraphs.into_iter().map(|p| (p.kind, p.text)).collect();
        assert_eq!(told, entries);
    }
    // The latest entries are the report where the page shows them; data may hold those of days.
    let shown =
        |hour: usize| STORY.iter().map(|p| format!("<p>{p} So it was at {hour}.</p>")).collect::<String>();
    let days: Vec<Value> = (0..40).map(|n| json!({"articleBody": format!("{OTHER} Day {n}.")})).collect();
    let data = format!("<script type=application/ld+json>{}</script>", live(json!({"liveBlogUpdate": days})));
    let page = shell_of(&data, &format!("<article>{}{}</article>", shown(11), shown(10)));
    let body = read(page).article.body();
    assert!(body.starts_with(STORY[0]) && !body.contains("library"), "{body}");
    let intro =
        "All that is known of the ferry off Port Lindow, from the harbour office and from the islands.";
    let introduced = told(shell(&live(json!({"articleBody": intro}))));
    assert_eq!(introduced[0], (Paragraph, intro.to_owned()));
    assert_eq!(introduced[1..], entries);
}

#[test]
fn a_live_report_is_what_it_shows_and_not_the_whole_day_in_its_data() {
    let entry = |n: usize| {
        let words: Vec<String> = (0..60).map(|w| format!("berth{n}x{w}")).collect();
        let text = format!("Earlier report {n}: {}.", words.join(" "));
        json!({"@type": "BlogPosting", "datePublished": format!("2026-03-31T0{}:05:00Z", n % 10), "articleBody": text})
    };
    let all: Vec<Value> = (0..30).map(entry).collect();
    let data = json!({"@type": "LiveBlogPosting", "headline": "Ferry aground off Port Lindow: live updates", "liveBlogUpdate": all});
    let shown: String = (0..8)
        .map(|n| {
            let own =
                format!("That was report {n} of the harbour office, which told the islands on channel {n}.");
            format!(
                "<article><time datetime='2026-03-31T1{n}:05'>1{n}:05</time><p>{} {own}</p></article>",
                STORY[n % 4]
            )
        })
        .collect();
    let page = shell_of(&format!("<script type=\"application/ld+json\">{data}</script>"), &shown);
    let told = told(page);
    let first: Vec<&str> = told.iter().filter_map(|(_, text)| text.split_whitespace().next()).collect();
    assert_eq!(first, ["A", "Nobody", "The", "The", "A", "Nobody", "The", "The"]);
}

#[test]
fn questions_and_answers_are_the_page_where_nothing_else_is() {
    let question =
        |asked: &str, answer: Value| json!({"@type": "Question", "name": asked, "acceptedAnswer": answer});
    let faq = json!({"@type": "FAQPage", "mainEntity": [
        question("What happened to the ferry?", json!({"@type": "Answer", "text": STORY[0]})),
        question("Was anybody hurt?", json!([{"@type": "Answer", "text": format!("<p>{}</p>", STORY[1])}])),
        {"@type": "Question", "name": "Does nobody know?"},
        {"@type": "Question", "name": "Why?", "suggestedAnswer": [{"text": STORY[2]}, {"text": OTHER}]},
    ]});
    let expected = [
        (Subhead, "What happened to the ferry?"),
        (Paragraph, STORY[0]),
        (Subhead, "Was anybody hurt?"),
        (Paragraph, STORY[1]),
        (Subhead, "Why?"),
        (Paragraph, STORY[2]),
    ];
    assert_eq!(told(shell(&faq)), expected.map(|(kind, text)| (kind, text.to_owned())));
    // Below an article that keeps its text elsewhere they are no article.
    let beside = json!([{"@type": "NewsArticle", "headline": "Ferry runs aground"}, faq]);
    assert_eq!(skipped(shell(&beside)), SkipReason::Empty);
}

#[test]
fn what_is_shown_without_scripts_is_the_story_where_nothing_else_is() {
    let story = format!("<p>{}</p>", STORY.join("</p><p>"));
    for (name, page) in [
        ("noscript", shell_of("", &format!("<div id=app></div><noscript>{story}</noscript>"))),
        ("never closed", shell_of("", &format!("<div id=app></div><noscript>{story}"))),
        (
            "several",
            shell_of(
                "",
                &format!("<noscript><img src=//count.example/1></noscript><NOSCRIPT>{story}</NoScript>"),
            ),
        ),
        (
            "frames",
            format!(
                "<html><head><title>Ferry aground off Port Lindow</title></head><frameset cols='20%,80%'><frame src=a><noframes>\
                 <body>{story}</body></noframes></frameset></html>"
            ),
        ),
    ] {
        assert_eq!(told(page), plain(&STORY), "{name}");
    }
    let beside =
        shell_of("", &format!("<article>{story}<noscript><p>{}</p></noscript></article>", OTHER.repeat(9)));
    assert_eq!(read(beside).article.body(), STORY.join("\n\n"));
    for notice in [
        "You need to enable JavaScript to run this page of the Lindow Herald. Ask your harbour office for help if the browser that \
         you use is older than the ferry, and come back to Port Lindow when it runs. We will keep your place in the queue until then, \
         and you can always write to us.",
        "Enable scripts.",
        &OTHER.repeat(3),
    ] {
        let page = shell_of("", &format!("<div id=app></div><noscript><p>{notice}</p></noscript>"));
        assert_eq!(skipped(page), SkipReason::Empty, "{notice}");
    }
}
