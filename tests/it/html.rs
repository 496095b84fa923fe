//! Any text parses: spans lie where they must, work is linear, and no text is invented.

use copydesk::model::html::HtmlPage;
use copydesk::model::page::{Hints, Media, RawBody};
use copydesk::model::{Budget, Cut, ParkReason, RawPage, Rejection, SiteKnowledge};
use copydesk::read::extract::html::{assemble, features::Sight, model::MODEL};
use copydesk::read::json::strings::{under, unescape};
use copydesk::read::{Limits, ReadSettings, decode, html, read};
use proptest::prelude::*;

/// Pieces that pages, good and bad, are made of.
const PIECES: [&str; 66] = [
    "<p>",
    "</p>",
    "<div class=story>",
    "</div>",
    "<span class='byline'>",
    "</span>",
    "<a href=/x>",
    "</a>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<ul>",
    "<li>",
    "</li>",
    "</ul>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</tr>",
    "</table>",
    "<h1>",
    "</h1>",
    "<h2>",
    "<br>",
    "<br/>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<svg>",
    "</svg>",
    "<math>",
    "</math>",
    "<button>",
    "</button>",
    "<select>",
    "<option>",
    "</select>",
    "<template>",
    "</template>",
    "<noscript>",
    "</noscript>",
    "<figure>",
    "<img src=a>",
    "<figcaption>",
    "</figure>",
    "<time datetime=2024>",
    "</time>",
    "<div itemprop=articleBody>",
    "&amp;",
    "&#x41",
    "&",
    "<",
    ">",
    "\"",
    "'",
    "<pre>",
    "</pre>",
    "\n\n",
    " text of a line, ",
    "水。",
    "<x-card>",
];

fn page(source: &str) -> HtmlPage {
    let mut budget = Budget::new(64 * source.len() as u64 + 10_000);
    html::parse(source, &Limits::default(), &mut budget).expect("work linear in the length")
}

fn check(source: &str) {
    let page = page(source);
    let mut end = 0;
    for (b, block) in page.blocks.iter().enumerate() {
        assert!(!page.block_text(b).trim().is_empty(), "{source:?}");
        assert!(block.text.start >= end, "{source:?}");
        end = block.text.end;
        assert!((block.link_bytes as usize) <= block.text.len(), "{source:?}");
        let container = &page.containers[block.container as usize];
        let holds = (container.first_block..container.end_block).contains(&(b as u32));
        assert!(holds, "block {b} outside of its container in {source:?}");
        assert!(source.is_char_boundary(block.source_at as usize));
    }
    for (c, container) in page.containers.iter().enumerate() {
        assert!(container.parent as usize >= page.containers.len() || (container.parent as usize) < c);
        assert!(
            container.first_block <= container.end_block && container.end_block as usize <= page.blocks.len()
        );
    }
    assert!(page.anchors.iter().all(|a| !page.text(a.text).trim().is_empty()), "{source:?}");
    let sight = Sight::of(&page);
    let judgement = MODEL.judge(&sight);
    assert!(judgement.scores.iter().all(|s| (0.0..=1.0).contains(s)));
    for paragraph in assemble(&sight, &judgement.scores).paragraphs {
        let block = paragraph.block.expect("a block of the page") as usize;
        assert_eq!(paragraph.text, page.block_text(block));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mix_of_tags_parses(pieces in prop::collection::vec(0..PIECES.len(), 0..120)) {
        check(&pieces.into_iter().map(|p| PIECES[p]).collect::<String>());
    }

    #[test]
    fn any_text_parses(source in "\\PC{0,300}") {
        check(&source);
    }

    #[test]
    fn any_bytes_between_brackets_parse(source in "[<>/!a-z=\"' \\-&;#\\[\\]]{0,400}") {
        check(&source);
    }

    #[test]
    fn any_bytes_are_answered_in_linear_work(bytes in prop::collection::vec(any::<u8>(), 0..2000), html in any::<bool>()) {
        answer(&bytes, html);
    }

    #[test]
    fn any_page_of_stories_in_markup_and_data_is_answered(pieces in prop::collection::vec(0..STORY.len() + PIECES.len(), 0..60)) {
        let source: String =
            pieces.into_iter().map(|p| STORY.get(p).copied().unwrap_or_else(|| PIECES[p - STORY.len()])).collect();
        answer(source.as_bytes(), true);
    }
}

/// Pieces that make a page a story, in its markup and in its data.
const STORY: [&str; 9] = [
    "<!doctype html><title>Ferry aground off Port Lindow</title><h1>Ferry aground off Port Lindow</h1>",
    "<p>Two tugs pulled the ship free before noon, and divers looked for damage, said Mara Quill of the station.</p>",
    "<article><p>\u{202e}An inquiry will look at the engines\u{202c}, the harbour office said; it will take until autumn.</p>",
    "<div class=related><h3>Read more</h3><p><a href=/a>Ten quiet beaches for the summer, and how to get there.</a></p></div>",
    "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"articleBody\":\"The wind had torn the ship from its \
     course, the captain told the office on Tuesday. Nobody was hurt, and all the cars stayed dry. The company said that services \
     would start again on Thursday at the earliest. Tickets stay valid until then, and the hotline is open all night for those \
     who wait. Next week a second ship will help out, which the islands had asked for since the spring of last year.\"}</script>",
    "<script>self.__next_f.push([1,\"2:[\\\"$\\\",\\\"p\\\",null,{\\\"children\\\":\\\"The gulls came back to the pier on \
     Monday, said the warden, who counts them each morning.\\\"}]\\n\"])</script>",
    "<script>self.__next_f.push([1,\"3:T80,The mayor promised a new bridge.\\nIt is to be open to walkers",
    "<script>self.__next_f.push(",
    "<script>window.__NUXT__=(function(a){return {post:{body:\"The library moved into the old ferry.\"}}}(1));</script>",
];

/// Work allowed a byte: a block of four bytes costs some two thousand units, and is looked at in every step.
const UNITS_A_BYTE: u64 = 2_000;

fn raw(bytes: &[u8], html: bool) -> RawPage {
    RawPage {
        message_id: None,
        url: Some("https://lindow-herald.example/2026/03/31/ferry".into()),
        source: None,
        scraper: None,
        fetched_at: None,
        received_at: None,
        status: None,
        headers: Default::default(),
        content_type: html.then(|| "text/html".into()),
        content_encoding: None,
        body: RawBody::Bytes(bytes.to_vec().into()),
        hints: Hints::default(),
    }
}

fn answer(bytes: &[u8], html: bool) {
    let settings = ReadSettings::default();
    let raw = raw(bytes, html);
    let units = UNITS_A_BYTE * bytes.len() as u64 + 1_000_000;
    let mut budget = Budget::new(units);
    let article = match read(raw.clone(), &SiteKnowledge::default(), &settings, &mut budget) {
        Ok(reading) => reading.article,
        Err(rejected) => {
            let over = matches!(rejected.rejection, Rejection::Park { reason: ParkReason::LimitWork, .. });
            assert!(!over, "{} units for {} bytes: {rejected}", budget.used(), bytes.len());
            return;
        }
    };
    let decoded = decode::decode(raw, &settings.limits, &mut Budget::new(u64::MAX)).expect("decoded before");
    if decoded.media == Media::Html {
        let body = letters(&article.body());
        let sources = sources(&page(&decoded.text));
        assert!(
            sources.iter().any(|s| is_within(&body, s)),
            "{:?} is in none of {sources:?}",
            article.body()
        );
    }
}

/// What becomes of a page, and in how many units of work.
fn outcome(source: &str) -> (String, u64) {
    let settings = ReadSettings::default();
    let mut budget = Budget::new(settings.limits.work_units);
    let read = read(raw(source.as_bytes(), true), &SiteKnowledge::default(), &settings, &mut budget);
    let end = match read.map_err(|rejected| rejected.rejection) {
        Ok(reading) => format!("{:?}", reading.article.kind),
        Err(Rejection::Skip { reason, .. }) => reason.to_string(),
        Err(Rejection::Park { reason, .. }) => reason.to_string(),
    };
    (end, budget.used())
}

/// Work that sixteen times a page may cost beside the page itself; a square law costs 256 times as much.
const SIXTEEN_TIMES: u64 = 20;
/// Units a byte that a page has to spare which ends at an early step where its multiple goes through all.
const LATER_STEPS: u64 = 12;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sixteen_times_a_page_is_sixteen_times_the_work(
        pieces in prop::collection::vec(0..STORY.len() + PIECES.len(), 1..30)
    ) {
        const BYTES: usize = 10_000;
        let piece = |p: usize| STORY.get(p).copied().unwrap_or_else(|| PIECES[p - STORY.len()]);
        let source: String = pieces.into_iter().map(piece).collect();
        let page = source.repeat(BYTES.div_ceil(source.len()));
        let many = page.repeat(16);
        let ((_, once), (_, sixteen)) = (outcome(&page), outcome(&many));
        let most = SIXTEEN_TIMES * once + LATER_STEPS * many.len() as u64;
        prop_assert!(sixteen <= most, "{once} units, and {sixteen} for sixteen times {source:?}");
    }
}

/// Each shape comes to its end through every step, to the same one as a quarter of it, and in work that grows as it does.
#[test]
fn hostile_pages_come_to_an_end() {
    type Shape<'a> = Box<dyn Fn(usize) -> String + 'a>;
    let story = "<title>Ferry aground off Port Lindow</title><h1>Ferry aground off Port Lindow</h1>"
        .to_owned()
        + STORY[1];
    let json = |inside: &str| format!("<script type=application/ld+json>{inside}</script>");
    let nested = |open: &str, close: &str, n: usize| {
        let depth = n / (open.len() + close.len());
        open.repeat(depth) + "1" + &close.repeat(depth)
    };
    // A square law would cost sixteen times as much.
    const FOUR_TIMES: u64 = 5;
    let table: Vec<(&str, &str, Shape)> = vec![
        ("divisions", "Brief", Box::new(|n| "<div>".repeat(n / 5) + &story)),
        ("paragraphs", "Brief", Box::new(|n| story.clone() + &"<p>a".repeat(n / 4))),
        ("links", "listing", Box::new(|n| "<a href=/x>Ferry aground</a> ".repeat(n / 29))),
        ("line breaks", "boilerplate_only", Box::new(|n| "word<br>".repeat(n / 8))),
        ("cells", "Article", Box::new(|n| "<table>".to_owned() + &"<tr><td>a<td>b".repeat(n / 14))),
        ("tables in tables", "Brief", Box::new(|n| "<table><tr><td>".repeat(n / 15) + &story)),
        (
            "times",
            "LiveBlog",
            Box::new(|n| {
                story.clone()
                    + &"<div><time>12:05</time><p>It rained all day in the town.</p></div>".repeat(n / 67)
            }),
        ),
        ("open scripts", "Brief", Box::new(|n| story.clone() + &"<script><!--<script>".repeat(n / 20))),
        ("open fallbacks", "Brief", Box::new(|n| story.clone() + &"<noscript>".repeat(n / 10))),
        (
            "stories without scripts",
            "empty",
            Box::new(|n| format!("<noscript>{}</noscript>", STORY[1]).repeat(n / 130)),
        ),
        ("brackets", "empty", Box::new(|n| "<".repeat(n))),
        ("entities", "boilerplate_only", Box::new(|n| "&amp;".repeat(n / 5))),
        ("a giant attribute", "Brief", Box::new(|n| format!("<p class='{}'>{story}", "x".repeat(n)))),
        ("lists in JSON-LD", "Brief", Box::new(|n| json(&nested("[", "]", n)) + &story)),
        ("objects in JSON-LD", "Brief", Box::new(|n| json(&nested("{\"articleBody\":", "}", n)) + &story)),
        (
            "bodies in JSON-LD",
            "empty",
            Box::new(|n| {
                json(&format!(
                    "[{}0]",
                    "{\"articleBody\":\"It rained all day in the town.\"},".repeat(n / 50)
                ))
            }),
        ),
        (
            "markup escaped over and over",
            "empty",
            Box::new(|n| {
                json(&format!(
                    "{{\"articleBody\":\"{}\"}}",
                    "&amp;lt;p&amp;gt;It rained in Port Lindow. ".repeat(n / 43)
                ))
            }),
        ),
        (
            "scripts of JSON-LD",
            "empty",
            Box::new(|n| json("{\"@type\":\"NewsArticle\"}").repeat(n / 70) + &story),
        ),
        (
            "state",
            "Brief",
            Box::new(|n| format!("<script>window.__NUXT__={}</script>{story}", nested("{a:[", "]}", n))),
        ),
        ("rows of state", "Article", Box::new(|n| STORY[5].repeat(n / STORY[5].len()) + &story)),
        ("a title of bars", "Brief", Box::new(|n| format!("<title>{}</title>{story}", "a | ".repeat(n / 4)))),
        (
            "times in one paragraph",
            "Brief",
            Box::new(|n| format!("{story}<p>updated {}", "<time datetime=x>x</time>".repeat(n / 25))),
        ),
        (
            "an author of capitals",
            "Brief",
            Box::new(|n| format!("<meta name=author content='{}'>{story}", "aB".repeat(n / 2))),
        ),
        (
            "marked authors",
            "Article",
            Box::new(|n| format!("{story}<p>{}", "<span itemprop=author>Ann Lee</span>".repeat(n / 37))),
        ),
        ("paragraphs of marks", "Brief", Box::new(|n| story.clone() + &"<p>###</p>".repeat(n / 10))),
        (
            "pictures under one long class",
            "Article",
            Box::new(|n| {
                let pictures = "<img src=a><p>The pier at dusk in May</p>".repeat(n / 80);
                format!("{story}<div class='{}'>{pictures}</div>", "foto-x ".repeat(n / 14))
            }),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, expected, shape) in table {
        let [(end, once), (of_four, four)] = [50_000, 200_000].map(|bytes| outcome(&shape(bytes)));
        if [&*end, &*of_four] != [expected; 2] || four > FOUR_TIMES * once {
            wrong.push(format!("{name}: {end}, {of_four} after {once}, {four} units"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_limit_cuts_is_told_of_articles_and_of_pages_that_are_none() {
    let settings =
        ReadSettings { limits: Limits { html_depth: 50, ..Limits::default() }, ..Default::default() };
    let read = |source: String| {
        let mut budget = Budget::new(settings.limits.work_units);
        read(raw(source.as_bytes(), true), &SiteKnowledge::default(), &settings, &mut budget)
    };
    let deep = "<div>".repeat(100);
    let story = format!("<h1>Ferry aground off Port Lindow</h1>{}", STORY[1]);
    assert_eq!(read(format!("{deep}{story}")).unwrap().trace.limits_hit, [Cut::HtmlDepth]);
    assert_eq!(read(format!("{deep}<p>Menu")).unwrap_err().trace.limits_hit, [Cut::HtmlDepth]);
    assert_eq!(read(story).unwrap().trace.limits_hit, []);
}

/// What the visible page says, what its JSON-LD, what its scripts, and what it shows without them.
fn sources(page: &HtmlPage) -> Vec<Vec<char>> {
    let mut sources = vec![letters(&page.text)];
    sources.extend(page.head.json_ld.iter().flat_map(|j| under(j, "articleBody")).map(|s| letters(&s)));
    let state: String = page.head.state.iter().map(|(_, script)| unescape(script)).collect();
    let state = unescape(&state);
    // The story among them may be markup, whose one reference that is a letter is read.
    sources.push(letters(&state.replace("&#x41", "A")));
    sources.push(letters(&state));
    sources.push(letters(&page.head.fallback.concat().replace("&#x41", "A")));
    sources
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether `part` is what is left of `whole` when something is taken away.
fn is_within(part: &[char], whole: &[char]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|c| rest.any(|w| w == c))
}
