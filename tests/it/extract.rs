//! Which text of a page is its story: page forms, rules with their names, limits.

use copydesk::model::body::ParagraphKind;
use copydesk::model::page::{Hints, Media, RawInfo};
use copydesk::model::trace::Trace;
use copydesk::model::{Body, Budget, DecodedPage, ParkReason, Rejection, SiteKnowledge};
use copydesk::read::{Parsed, ReadSettings, extract, html, read_decoded};

const STORY: [&str; 5] = [
    "A car ferry with 112 people on board ran aground outside the harbour of Port Lindow early on Tuesday, the coast guard said.",
    "Nobody was hurt. Two tugs pulled the ship free before noon, and divers were looking for damage to the hull, said Mara Quill, who heads the station.",
    "The wind had torn the ship from its course, the captain told the harbour office; an inquiry will look at the engines too.",
    "“We heard a long scrape, and then it was very quiet,” said Jonas Pell, a passenger, who had been on his way to work.",
    "The company said that services to the islands would start again on Thursday at the earliest, and that tickets stay valid.",
];
const MENU: &str = "<nav class=\"main-menu\"><ul><li><a href=\"/news\">News</a></li><li><a href=\"/sport\">Sport</a></li>\
    <li><a href=\"/weather\">Weather</a></li></ul></nav>";
const FOOTER: &str = "<aside class=\"related\"><h3>Read more</h3><ul><li><a href=\"/a\">Ten quiet beaches for the summer</a></li>\
    <li><a href=\"/b\">Council adopts its budget</a></li></ul></aside><footer class=\"site-footer\"><p>© Lindow Herald. \
    All rights reserved.</p><a href=\"/imprint\">Imprint</a></footer>";

fn news_page(head: &str, inside: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Ferry runs aground off Port Lindow | Lindow Herald</title>{head}</head>\
         <body>{MENU}<main><article class=\"story\"><h1>Ferry runs aground off Port Lindow</h1>{inside}</article></main>{FOOTER}</body></html>"
    )
}

fn paragraphs() -> String {
    STORY.iter().map(|p| format!("<p>{p}</p>")).collect()
}

fn page(text: String) -> DecodedPage {
    DecodedPage {
        media: Media::Html,
        charset: "utf-8".into(),
        repairs: Vec::new(),
        url: None,
        site: None,
        source_name: None,
        fetched_at: None,
        received_at: None,
        status: None,
        hints: Hints::default(),
        raw: RawInfo {
            message_id: None,
            page_key: String::new(),
            sha256: String::new(),
            bytes: text.len() as u64,
            content_type: "text/html".into(),
            encoding: "utf-8".into(),
            scraper: None,
            fetched_at: None,
        },
        text,
    }
}

fn extracted(text: String, settings: &ReadSettings, trace: &mut Trace) -> Body {
    let page = page(text);
    let mut budget = Budget::new(settings.limits.work_units);
    let parsed = html::parse(&page.text, &settings.limits, &mut budget).expect("within limits");
    extract::extract(&page, &Parsed::Html(Box::new(parsed)), settings, &mut budget, trace)
        .expect("within the budget")
}

fn body(text: String) -> Body {
    extracted(text, &ReadSettings::default(), &mut Trace::default())
}

#[test]
fn the_story_is_kept_and_what_surrounds_it_is_removed_with_a_reason() {
    let body = body(news_page("", &paragraphs()));
    assert_eq!(body.text(), STORY.join("\n\n"));
    let removed: Vec<&str> = body.removed.iter().map(|r| r.text.as_str()).collect();
    for unwanted in ["Sport", "Ferry runs aground off Port Lindow", "Council adopts its budget"] {
        assert!(removed.contains(&unwanted), "{unwanted}: {removed:?}");
    }
    assert!(body.removed.iter().all(|r| !r.rule.is_empty()));
}

#[test]
fn the_trace_names_a_path_a_score_and_the_strongest_features() {
    let mut trace = Trace::default();
    extracted(
        news_page("", &paragraphs()),
        &ReadSettings { trace: true, ..ReadSettings::default() },
        &mut trace,
    );
    let kept = trace.blocks.iter().find(|b| b.text == STORY[1]).expect("every block is there");
    assert!(kept.kept && kept.score > Some(0.5) && kept.path.ends_with("article.story>p"), "{kept:?}");
    assert!(kept.why.contains('='), "{}", kept.why);
    assert!(trace.blocks.iter().any(|b| !b.kept && b.text == "Weather"));
}

#[test]
fn the_description_printed_above_the_text_is_the_standfirst() {
    let dek = "Tugs free the ship before noon; services to the islands stay suspended for two days.";
    let head = format!("<meta name=\"description\" content=\"{dek}\">");
    let body = body(news_page(&head, &format!("<p class=\"standfirst\">{dek}</p>{}", paragraphs())));
    assert_eq!(body.paragraphs[0].text, dek);
    assert_eq!(body.paragraphs[0].kind, ParagraphKind::Standfirst);
}

#[test]
fn a_line_classed_as_a_standfirst_under_the_headline_needs_no_full_stop() {
    let dek = "Tugs free the ship before noon, and the islands wait for their mail";
    let standfirst = |under: &str| {
        let text = news_page("", &format!("{under}<p class=\"date\">31 March 2026</p>{}", paragraphs()));
        let mut budget = Budget::new(1 << 24);
        let reading =
            read_decoded(page(text), &SiteKnowledge::default(), &ReadSettings::default(), &mut budget);
        reading.expect("an article").article.standfirst
    };
    for class in ["subtitle", "Article__subTitle", "art-syn", "subtitular", "page-standfirst x"] {
        let under = format!("<h3 class=\"{class}\">{dek}</h3>");
        assert_eq!(standfirst(&under).as_deref(), Some(dek), "{class}");
    }
    assert_eq!(standfirst(&format!("<h3 class=\"syndicated\">{dek}</h3>")), None);
}

#[test]
fn a_caption_stands_outside_of_the_text() {
    let figure = "<figure><img src=\"/ferry.jpg\"><figcaption>The ferry on the sandbank. Photo: Ida Marsh</figcaption></figure>";
    let inside =
        format!("<p>{}</p>{figure}<p>{}</p><p>{}</p><p>{}</p>", STORY[0], STORY[1], STORY[2], STORY[4]);
    let body = body(news_page("", &inside));
    assert!(!body.text().contains("sandbank"));
    let caption =
        body.paragraphs.iter().find(|p| p.kind == ParagraphKind::Caption).expect("kept as a caption");
    assert!(caption.text.starts_with("The ferry on the sandbank."));
}

#[test]
fn paragraphs_know_what_they_are() {
    let inside = format!(
        "{}<h2>What is known so far</h2><ul><li>The ferry Alma is 34 years old, and was last inspected in the spring of this year.</li>\
         <li>It carries cars, lorries and people between Port Lindow and the three outer islands.</li></ul>\
         <blockquote><p>We will not sail again before the divers have seen every plate of the hull, and said so in writing.</p></blockquote><p>{}</p>",
        paragraphs(),
        "The ministry wants a report by the end of the week, a spokeswoman said on Tuesday evening in the capital."
    );
    let body = body(news_page("", &inside));
    let kind_of = |start: &str| body.paragraphs.iter().find(|p| p.text.starts_with(start)).map(|p| p.kind);
    assert_eq!(kind_of("It carries cars"), Some(ParagraphKind::ListItem));
    assert_eq!(kind_of("We will not sail"), Some(ParagraphKind::Quote));
    assert_eq!(kind_of("Nobody was hurt"), Some(ParagraphKind::Paragraph));
}

#[test]
fn a_long_text_that_stands_twice_is_kept_once() {
    let body = body(news_page("", &format!("{}<p>{}</p>", paragraphs(), STORY[3])));
    assert_eq!(body.text().matches("a long scrape").count(), 1);
}

#[test]
fn text_that_stands_in_data_alone_is_read_from_there() {
    let state: Vec<String> = (0..3)
        .flat_map(|_| STORY)
        .enumerate()
        .map(|(i, p)| format!("{{\"type\":\"paragraph\",\"text\":\"{}. {p}\"}}", i + 1))
        .collect();
    let shell = "<html><head><title>Ferry</title></head><body><div id=\"root\">Loading…</div>";
    let next = format!(
        "{shell}<script id=\"__NEXT_DATA__\" type=\"application/json\">{{\"props\":{{\"article\":{{\"body\":[{}]}}}}}}</script>",
        state.join(",")
    );
    let from_state = body(next);
    assert_eq!(from_state.text_source, Some("script_state"));
    assert_eq!(from_state.paragraphs.len(), 15);
    assert!(from_state.paragraphs[14].text.starts_with("15. The company said"));

    let json_ld = format!(
        "{shell}<script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}</script>",
        STORY.join("\\n").replace('"', "\\\"")
    );
    let from_json_ld = body(json_ld);
    assert_eq!(from_json_ld.text_source, Some("json_ld"));
    assert_eq!(from_json_ld.text(), STORY.join("\n\n"));
}

/// Rows as a streamed page carries them: long strings apart, elements as arrays, cut into calls anywhere.
#[test]
fn a_streamed_page_is_read_from_its_rows() {
    let long = format!("{} {}", STORY[1], STORY[2]);
    let line = |text: &str| format!("[\"$\",\"p\",null,{{\"className\":\"story-p\",\"children\":{text}}}]");
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\\\""));
    let linked = "[\"The ferry, \",[\"$\",\"em\",null,{\"children\":\"Lady of Lindow\"}],\", is forty years old; its owner bought it in the spring.\"]";
    let rows = format!(
        "0:{{\"buildId\":\"x1\",\"menu\":[\"News\",\"Sport\"]}}\n7:T{:x},{long}8:[\"$\",\"article\",null,{{\"children\":[{},{},{},{},{}]}}]\n",
        long.len(),
        line(&quoted(STORY[0])),
        line("\"$7\""),
        line(linked),
        line(&quoted(STORY[3])),
        line(&quoted(STORY[4])),
    );
    let escaped = serde_json::to_string(&rows).expect("a string");
    let inner = &escaped[1..escaped.len() - 1];
    let half = inner.find("harbour").expect("in the story");
    let shell = "<html><head><title>Ferry</title></head><body><div id=\"root\">Loading…</div>";
    let calls =
        [&inner[..half], &inner[half..]].map(|p| format!("<script>self.__next_f.push([1,\"{p}\"])</script>"));
    let body = body(format!("{shell}{}", calls.concat()));
    assert_eq!(body.text_source, Some("script_state"));
    let texts: Vec<&str> = body.paragraphs.iter().map(|p| p.text.as_str()).collect();
    let whole = "The ferry, Lady of Lindow, is forty years old; its owner bought it in the spring.";
    assert_eq!(texts, [STORY[0], &long, whole, STORY[3], STORY[4]]);
}

#[test]
fn state_behind_other_code_is_read() {
    let elements: Vec<String> = STORY
        .iter()
        .chain(&STORY)
        .enumerate()
        .map(|(i, p)| format!("{{\"type\":\"text\",\"_id\":\"E{i}\",\"content\":\"{i}. {p}\"}}"))
        .collect();
    let shell = "<html><head><title>Ferry</title></head><body><div id=\"fusion-app\"></div>";
    let body = body(format!(
        "{shell}<script>window.Fusion=window.Fusion||{{}};Fusion.arcSite=\"herald\";Fusion.globalContent={{\"content_elements\":[{}],\
         \"websites\":{{\"herald\":{{\"url\":\"/a\"}}}}}};Fusion.deployment=\"12\";</script>",
        elements.join(",")
    ));
    assert_eq!((body.text_source, body.paragraphs.len()), (Some("script_state"), 10));
    assert!(body.paragraphs[9].text.starts_with("9. The company said"));
}

#[test]
fn state_beyond_its_limit_is_left_out_and_named() {
    let limits = copydesk::read::Limits { json_ld_bytes: 4_000, ..Default::default() };
    let piece = format!("<script>self.__next_f.push([1,\"{}\"])</script>", STORY.join(" "));
    let parsed = html::parse(&piece.repeat(20), &limits, &mut Budget::new(1 << 30)).expect("within limits");
    assert!(parsed.head.state.iter().map(|(_, s)| s.len()).sum::<usize>() <= 4_000);
    assert!(parsed.limits_hit.contains(&copydesk::model::Cut::JsonLdBytes));
}

#[test]
fn directions_are_not_turned_and_marks_stay() {
    let text = "&#x202e;Two tugs pulled\u{2066} the ship free before noon\u{2069}, and divers looked for damage to the hull, \
                \u{200f}السفينة (EU\u{200e}), said Mara Quill, who heads the station.";
    let body = body(news_page("", &format!("<p>{text}</p>{}", paragraphs())));
    let clean = "Two tugs pulled the ship free before noon, and divers looked for damage to the hull, \u{200f}السفينة (EU\u{200e}), \
                 said Mara Quill, who heads the station.";
    assert!(body.paragraphs.iter().any(|p| p.text == clean), "{:?}", body.paragraphs[0]);
}

#[test]
fn signs_of_more_elsewhere_mark_the_story_partial() {
    let next = "<p><a href=\"/x/2\">Continue reading on page 2</a></p>";
    assert_eq!(body(bare_page("Ferry", &format!("{}{next}", paragraphs()))).partial, Some("multi_page"));
    let teaser = format!("<p>{}</p><p>{}</p>", STORY[0], STORY[1]);
    let paid = "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"isAccessibleForFree\": \"False\"}</script>";
    for (what, head, inside, partial) in [
        ("whole", "", paragraphs(), None),
        ("not free", paid, teaser.clone(), Some("paywall")),
        (
            "read more",
            "",
            format!("{teaser}<p><a href=\"/full\">Continue reading</a></p>"),
            Some("read_more"),
        ),
        (
            "pages",
            "",
            format!("{}<div><a href=\"?page=2\">Next page</a></div>", paragraphs()),
            Some("multi_page"),
        ),
        (
            "pages in one line",
            "",
            format!(
                "{}<div class=\"pagination\"><b>1</b> <a href=\"?page=2\">2</a> <a href=\"?page=3\">3</a> \
                 <a href=\"?page=2\">Next</a></div>",
                paragraphs()
            ),
            Some("multi_page"),
        ),
    ] {
        assert_eq!(body(news_page(head, &inside)).partial, partial, "{what}");
    }
}

#[test]
fn posts_and_settings_among_the_paragraphs_are_left_out_by_name() {
    let post = "<blockquote class=\"twitter-tweet\"><p>Finally: the ferries to the islands sail again, and the sun is out over the bay.</p>\
        — Lindow Ferries (@lindowferries) <a href=\"https://social.example/1\">September 1, 2025</a></blockquote>";
    let settings = "<p>{\"layout\": 2, \"text\": \"Some words on a product that nobody asked for. They go on, and on.\"}</p>";
    let (first, rest) = (
        format!("<p>{}</p><p>{}</p>", STORY[0], STORY[1]),
        format!("<p>{}</p><p>{}</p>", STORY[2], STORY[3]),
    );
    let body = body(news_page("", &format!("{first}{post}{settings}{rest}")));
    let text = body.text();
    assert!(text.contains(STORY[1]) && text.contains(STORY[2]), "{text}");
    assert!(!text.contains("sail again") && !text.contains("layout"), "{text}");
}

#[test]
fn headline_and_date_in_one_block_are_no_paragraph() {
    let lines = STORY.join("<br><br>");
    let page = format!(
        "<title>Ferry runs aground off Port Lindow</title><body><div><a href=\"/\">LH mobile</a></div>\
         <div><b>Ferry runs aground off Port Lindow</b><br>2 Sep 2025<br><br>{lines}</div>\
         <div><a href=\"/\">Home</a> | <a href=\"/sport\">Sport</a></div>"
    );
    // A line of the site's own above it may stay; headline and date have their fields.
    let text = body(page).text();
    assert!(text.ends_with(&STORY.join("\n\n")), "{text}");
    assert!(!text.contains("2 Sep 2025") && !text.contains("Ferry runs aground"), "{text}");
}

/// A page that says nothing of itself but by its tags, as small papers write them.
fn bare_page(title: &str, inside: &str) -> String {
    format!(
        "<html lang=\"en\"><title>{title} | Lindow Herald</title><body><nav><a href=\"/\">Home</a> <a href=\"/s\">Sport</a></nav>\
         <article>{inside}</article><footer>© Lindow Herald. All rights reserved.</footer></body></html>"
    )
}

#[test]
fn heading_byline_and_date_above_the_text_are_fields_whatever_the_title_says() {
    for (lines, rule) in [
        ("<p>By Jon Aal and Mara Quill</p>", "byline"),
        ("<p>Von Jonas Pell</p>", "byline"),
        ("<p>12 March 2024, 10:20</p>", "date"),
        ("<p>Photos: Ida Marsh</p>", "credit"),
        ("<p>山田太郎　2026年3月10日 09時00分</p>", "date"),
    ] {
        let inside = format!("<h1>What the divers found under the Alma</h1>{lines}{}", paragraphs());
        let body = body(bare_page("Ferry aground", &inside));
        assert_eq!(body.text(), STORY.join("\n\n"), "{lines}");
        assert!(body.removed.iter().any(|r| r.rule == rule), "{lines}: {:?}", body.removed);
    }
    // Behind a standfirst too, and with whatever else the line holds.
    let dek = "Tugs free the ship before noon; services to the islands stay suspended for two more days, says the line.";
    for line in [
        "Par la rédaction | Publié le 09/03/2025 à 08h00",
        "dodano: 12 marca 2025, 09:20 autor: Zofia Małecka odsłon: 1843",
    ] {
        let inside =
            format!("<h1>What the divers found under the Alma</h1><p>{dek}</p><p>{line}</p>{}", paragraphs());
        let text = body(bare_page("Ferry aground", &inside)).text();
        assert!(!text.contains(line) && text.contains(STORY[0]), "{text}");
    }
    // What only looks like a byline stays where the story begins with it.
    let first = "By noon all passengers were ashore.";
    let inside = format!("<h1>What the divers found under the Alma</h1><p>{first}</p>{}", paragraphs());
    assert!(body(bare_page("Ferry aground", &inside)).text().starts_with(first));
}

#[test]
fn a_table_in_the_story_is_kept_whole_and_one_beside_it_not_at_all() {
    let row = |cells: [&str; 3]| cells.map(|c| format!("<td>{c}</td>")).concat();
    let rows = [["District", "Yes", "No"], ["North", "120", "340"], ["South", "510", "90"]];
    let table = format!("<table>{}</table>", rows.map(|r| format!("<tr>{}</tr>", row(r))).concat());
    let mut inside: Vec<String> = STORY.iter().map(|p| format!("<p>{p}</p>")).collect();
    inside.insert(2, table.clone());
    let text = body(bare_page("Ferry aground", &inside.concat())).text();
    assert!(rows.as_flattened().iter().all(|cell| text.contains(&format!("\n\n{cell}\n\n"))), "{text}");
    let beside = news_page("", &paragraphs()).replace("<footer", &format!("<aside>{table}</aside><footer"));
    assert_eq!(body(beside).text(), STORY.join("\n\n"));
}

#[test]
fn what_stands_under_the_pictures_of_a_gallery_is_caption() {
    let picture = |n: usize, text: &str| {
        format!("<p>{}/3</p>", n + 1)
            + &format!(
                "<figure><img src=\"/{n}.jpg\"><figcaption>{text} Photograph: Ida Marsh</figcaption></figure>"
            )
    };
    let captions = [
        "Workers put up barriers at dawn before the first cars arrive.",
        "A cyclist reads the notice and turns round on the empty road.",
        "Fog lies over the river as the ferry leaves for the first time.",
    ];
    let pictures: String = captions.iter().enumerate().map(|(n, text)| picture(n, text)).collect();
    let intro =
        "Our photographer followed the closure of the bridge on Tuesday, from dawn to the last ferry.";
    let told =
        body(bare_page("In pictures", &format!("<h1>In pictures: the bridge</h1><p>{intro}</p>{pictures}")));
    assert_eq!(told.text(), intro);
    let kept: Vec<_> = told.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Caption).collect();
    assert_eq!(kept.len(), captions.len(), "{:?}", told.paragraphs);
}

#[test]
fn the_time_over_each_live_entry_is_no_text_of_it() {
    let entry = |n: usize, text: &str| {
        format!(
            "<div class=\"live-entry\"><time>{}:4{n}</time><h2>Update {n}</h2><p>{text}</p></div>",
            12 - n
        )
    };
    let entries: String = STORY.iter().enumerate().map(|(n, text)| entry(n, text)).collect();
    let head = "<script type=\"application/ld+json\">{\"@type\": \"LiveBlogPosting\", \"headline\": \"Ferry aground\"}</script>";
    let text = body(news_page(head, &entries)).text();
    assert!(STORY.iter().all(|p| text.contains(p)), "{text}");
    assert!(!text.contains(":4"), "{text}");
}

#[test]
fn work_beyond_the_budget_is_a_rejection() {
    let page = page(news_page("", &paragraphs()));
    let settings = ReadSettings::default();
    let parsed = html::parse(&page.text, &settings.limits, &mut Budget::new(1 << 30)).expect("within limits");
    let parsed = Parsed::Html(Box::new(parsed));
    let failed = extract::extract(&page, &parsed, &settings, &mut Budget::new(100), &mut Trace::default());
    assert!(matches!(failed, Err(Rejection::Park { reason: ParkReason::LimitWork, .. })));
}

#[test]
fn a_page_without_text_gives_an_empty_body() {
    for source in ["", "<html></html>", "<script>1</script>", "\u{0}\u{1}\u{2}"] {
        assert_eq!(body(source.to_owned()).text(), "", "{source:?}");
    }
}

#[test]
fn what_no_browser_shows_is_left_out_unless_it_is_the_story() {
    let secret =
        "Only a crawler reads this sentence about the harbour master and his nephew, which no browser shows.";
    for hidden in [
        format!("<p hidden>{secret}</p>"),
        format!("<p style='display:none'>{secret}</p>"),
        format!("<div style='visibility:hidden'><p>{secret}</p></div>"),
    ] {
        let page = news_page("", &format!("{}{hidden}", paragraphs()));
        let body = extracted(page, &ReadSettings::default(), &mut Trace::default()).text();
        assert!(!body.contains("Only a crawler") && body.contains(STORY[4]), "{hidden}: {body}");
    }
    let waiting = news_page("", &format!("<div style='display:none'>{}</div>", paragraphs()));
    let body = extracted(waiting, &ReadSettings::default(), &mut Trace::default()).text();
    assert!(body.contains(STORY[1]), "a story that a script shows: {body}");
}

#[test]
fn a_short_story_may_stand_in_json_ld_alone() {
    let story = format!("{} {}", STORY[1], STORY[2]);
    let ld = format!(
        "<script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"headline\":\"Ferry runs aground off Port Lindow\",\"articleBody\":\"{story}\"}}</script>"
    );
    let body =
        extracted(news_page(&ld, "<div id=app></div>"), &ReadSettings::default(), &mut Trace::default());
    assert_eq!((body.text(), body.text_source), (story, Some("json_ld")));
}
