//! Live reports in a page's markup: entries in their order, their times out of the text, whatever their classes are.

use copydesk::model::article::{Article, Kind};
use copydesk::model::body::ParagraphKind::{self, ListItem, LiveEntry, Paragraph, Standfirst, Subhead};

use crate::kinds::look;

/// Time, heading and text of each entry, newest first.
const ENTRIES: [(&str, &str, &str); 5] = [
    (
        "18:05",
        "Divers end their search",
        "Divers ended their search of the hull in the evening and found one crack below the water line, the coast guard said.",
    ),
    (
        "15:40",
        "Ferry towed to the yard",
        "The ferry was towed to the yard of Port Lindow, where it will stay until the inquiry is over, the company said.",
    ),
    (
        "12:10",
        "Tugs free the ship",
        "Two tugs freed the ship shortly after noon. Nobody on board was hurt, and all 112 passengers had left by then.",
    ),
    (
        "09:30",
        "Passengers taken ashore",
        "Lifeboats took the passengers ashore in the morning. Many had been on their way to work, and some had heard a scrape.",
    ),
    (
        "07:15",
        "Ferry aground",
        "A car ferry ran aground outside the harbour. The coast guard sent two boats, and tugs are on the way from the capital.",
    ),
];
const LIVE: &str = "Ferry aground: live updates";
const PLAIN: &str = "What is known about the ferry";

fn article(title: &str, head: &str, inside: &str) -> Article {
    let page = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head><body><nav><ul><li><a href=/n>News</a>\
         </li><li><a href=/s>Sport</a></li></ul></nav><main><article><h1>{title}</h1>{inside}</article></main><aside class=related>\
         <h3>Read more</h3><ul><li><a href=/a>Ten quiet beaches for the summer</a></li></ul></aside></body></html>"
    );
    let reading = look("https://lindow-herald.example/2026/03/31/ferry", page.clone());
    reading.unwrap_or_else(|e| panic!("{}: {page}", e.rejection)).article
}

fn each(entry: impl Fn(&str, &str, &str) -> String) -> String {
    ENTRIES.iter().map(|(time, heading, text)| entry(time, heading, text)).collect()
}

fn told(article: &Article) -> Vec<(ParagraphKind, &str)> {
    article.paragraphs.iter().map(|p| (p.kind, p.text.as_str())).collect()
}

#[test]
fn entries_are_known_by_their_shape() {
    let machine = |time: &str| format!("<time datetime='2026-03-31T{time}:00Z'>{time}</time>");
    let ld = "<script type=application/ld+json>{\"@type\" : \"LiveBlogPosting\" , \"headline\": \"Ferry\"}</script>";
    let with_headings: Vec<_> =
        ENTRIES.iter().flat_map(|(_, heading, text)| [(Subhead, *heading), (LiveEntry, *text)]).collect();
    let texts: Vec<_> = ENTRIES.iter().map(|(_, _, text)| (LiveEntry, *text)).collect();
    for (name, title, head, inside, expected) in [
        (
            "a class of live reports",
            LIVE,
            "",
            each(|t, h, p| format!("<div class=live-post>{}<h2>{h}</h2><p>{p}</p></div>", machine(t))),
            &with_headings,
        ),
        (
            "a class of its own",
            LIVE,
            ld,
            each(|t, h, p| format!("<div class=post-entry>{}<h2>{h}</h2><p>{p}</p></div>", machine(t))),
            &with_headings,
        ),
        (
            "no class and nothing declared",
            PLAIN,
            "",
            each(|t, h, p| format!("<section>{}<h3>{h}</h3><p>{p}</p></section>", machine(t))),
            &with_headings,
        ),
        (
            "microdata of the entries",
            PLAIN,
            "",
            each(|t, h, p| {
                format!(
                    "<div itemprop=liveBlogUpdate itemscope itemtype=https://schema.org/BlogPosting><span>{t}</span>\
                     <h2>{h}</h2><p>{p}</p></div>"
                )
            }),
            &with_headings,
        ),
        (
            "microdata of the report",
            PLAIN,
            "<meta itemprop=x content=y>",
            format!(
                "<div itemscope itemtype='http://schema.org/LiveBlogPosting'>{}</div>",
                each(|t, h, p| format!("<div><b>{t} Uhr</b><h2>{h}</h2><p>{p}</p></div>"))
            ),
            &with_headings,
        ),
        (
            "all of it side by side",
            LIVE,
            "",
            each(|t, h, p| format!("<p class=when>31 March, {t} GMT</p><h2>{h}</h2><p>{p}</p>")),
            &with_headings,
        ),
        (
            "how long ago it was",
            LIVE,
            "",
            each(|t, h, p| {
                format!("<div><time datetime='2026-03-31T{t}Z'>{} minutes ago</time><h2>{h}</h2><p>{p}</p></div>", &t[3..])
            }),
            &with_headings,
        ),
        (
            "more remarks of readers than entries",
            LIVE,
            "",
            format!(
                "<div>{}</div><section class=comments>{}</section>",
                each(|t, h, p| format!("<div>{}<h2>{h}</h2><p>{p}</p></div>", machine(t))),
                "<div class=comment><b>Jo</b> <time datetime='2026-03-31T19:15Z'>19:15</time><p>Poor ship!</p></div>".repeat(30)
            ),
            &with_headings,
        ),
        (
            "no headings, and frames in frames",
            LIVE,
            "",
            each(|t, _, p| {
                format!(
                    "<div><div class=top><div><span>{t}</span></div></div><div class=in><p>{p}</p></div></div>"
                )
            }),
            &texts,
        ),
    ] {
        let article = article(title, head, &inside);
        assert_eq!(told(&article), *expected, "{name}");
        assert_eq!(article.kind, Kind::LiveBlog, "{name}: {:?}", article.evidence.get("kind"));
    }
}

#[test]
fn what_stands_above_the_entries_is_none() {
    let dek = "All the news on the ferry as it comes in.";
    let entries =
        each(|t, h, p| format!("<div class=e><time>{t}</time><h2>{h}</h2><p>{p}</p><p>{p} Again.</p></div>"));
    let article = article(LIVE, "", &format!("<p class=standfirst>{dek}</p>{entries}"));
    let told = told(&article);
    assert_eq!(told[0], (Standfirst, dek));
    let second = format!("{} Again.", ENTRIES[0].2);
    let first = [(Subhead, ENTRIES[0].1), (LiveEntry, ENTRIES[0].2), (LiveEntry, second.as_str())];
    assert_eq!(told[1..4], first);
}

#[test]
fn a_time_in_the_line_stays_and_the_line_is_an_entry() {
    let list = each(|t, _, p| format!("<li><b>{t}</b> {p}</li>"));
    let article = article(LIVE, "", &format!("<ol>{list}</ol>"));
    let lines: Vec<String> = ENTRIES.iter().map(|(t, _, p)| format!("{t} {p}")).collect();
    let expected: Vec<_> = lines.iter().map(|line| (LiveEntry, line.as_str())).collect();
    assert_eq!((told(&article), article.kind), (expected, Kind::LiveBlog));
}

#[test]
fn a_story_with_times_is_no_live_report() {
    let paragraphs = each(|_, _, p| format!("<p>{p}</p>"));
    for (name, inside) in [
        ("two times", format!("<time datetime='2026-03-31T07:15Z'>07:15</time>{paragraphs}<p>Updated 18:05</p>")),
        ("sentences with times", each(|t, _, p| format!("<p>It was {t} when it came to pass. {p}</p>"))),
        ("a chronicle for people", each(|t, _, p| format!("<p>{t}</p><p>{p}</p>"))),
        (
            "readers' remarks below",
            format!(
                "{paragraphs}<div class=talk>{}</div>",
                "<div><time datetime='2026-03-31T07:15Z'>07:15</time><p>I was on board and saw it all.</p></div>".repeat(4)
            ),
        ),
    ] {
        let article = article(PLAIN, "", &inside);
        let kinds: Vec<_> = article.paragraphs.iter().map(|p| p.kind).collect();
        assert!(kinds.iter().all(|k| matches!(k, Paragraph | ListItem)), "{name}: {kinds:?}");
        assert!(ENTRIES.iter().all(|(_, _, p)| article.body().contains(p)), "{name}");
    }
}
