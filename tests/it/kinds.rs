//! Page kinds: the labelled pages through training with languages held out, and the shipped weights.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use copydesk::model::article::Kind;
use copydesk::model::page::{Hints, RawBody, RawPage};
use copydesk::model::{Budget, Rejection, SiteKnowledge, SkipReason};
use copydesk::read::{ReadSettings, Reading, Rejected, read};
use copydesk::train::kinds;

fn corpus() -> Option<PathBuf> {
    let path =
        std::env::var_os("COPYDESK_CORPUS").map_or_else(|| Path::new("../shared").to_owned(), PathBuf::from);
    Some(path.join("corpus")).filter(|corpus| corpus.join("html").is_dir())
}

/// Languages held out, a page must get its class nine times in ten; real articles must be published.
/// `copydesk train kinds` prints the whole table and writes the weights.
#[test]
fn kinds_hold_in_languages_never_seen() {
    let corpus = corpus();
    if corpus.is_none() {
        eprintln!("no corpus at ../shared or $COPYDESK_CORPUS: real articles are not tested here");
    }
    let trained =
        kinds::train(Path::new("tests/kinds"), Path::new("tests/golden"), corpus.as_deref()).unwrap();
    assert!(trained.accuracy >= 0.95, "{}", trained.report);
    assert!(trained.shipped_accuracy >= 0.9, "{}", trained.report);
    if let Some(skipped) = trained.articles_skipped {
        assert!(skipped <= 0.01, "{}", trained.report);
        let shipped = std::fs::read_to_string("src/read/describe/kind/weights.tsv").unwrap();
        assert!(trained.weights == shipped, "the shipped weights are stale: run `copydesk train kinds`");
    }
}

/// One of `tests/kinds/briefs.txt` as a site would print it: the story is the least of it.
fn page(language: &str, headline: &str, story: &str, banner: &str, logins: &str) -> String {
    let parts = |text: &str, tag: &str| -> String {
        text.split([';', '；', '؛']).map(|t| format!("<{tag} href=\"/u\">{}</{tag}>", t.trim())).collect()
    };
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{headline}</title>\
         <meta property=\"og:type\" content=\"article\"></head><body>\
         <div id=\"cookie\" class=\"banner\" role=\"dialog\"><p>{banner}</p>{}</div>\
         <header><nav>{}<a href=\"/\">Home</a></nav></header>\
         <main><article><h1>{headline}</h1><p>{story}</p></article></main>\
         <footer><form action=\"/login\"><input type=\"email\"><input type=\"password\">{}</form></footer>\
         </body></html>",
        parts(banner, "button"),
        parts(logins, "a"),
        parts(logins, "a"),
    )
}

pub fn look(url: &str, html: String) -> Result<Reading, Box<Rejected>> {
    let raw = RawPage {
        message_id: None,
        url: Some(url.to_owned()),
        source: None,
        scraper: None,
        fetched_at: None,
        received_at: None,
        status: Some(200),
        headers: Default::default(),
        content_type: Some("text/html; charset=utf-8".into()),
        content_encoding: None,
        body: RawBody::Bytes(Bytes::from(html)),
        hints: Hints::default(),
    };
    let settings = ReadSettings::default();
    let mut budget = Budget::new(settings.limits.work_units);
    read(raw, &SiteKnowledge::default(), &settings, &mut budget).map_err(Box::new)
}

#[test]
fn a_short_story_is_not_lost_among_banners_and_login_links() {
    let briefs = std::fs::read_to_string("tests/kinds/briefs.txt").unwrap();
    let lines: Vec<&str> = briefs.lines().filter(|l| !l.starts_with('#')).collect();
    assert!(lines.len() >= 20);
    let mut lost = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let fields: Vec<&str> = line.split('|').collect();
        let [language, headline, story, banner, logins] = fields[..] else { panic!("{line}") };
        let url = format!("https://bote.example/local/{number}");
        match look(&url, page(language, headline, story, banner, logins)) {
            Ok(reading) if matches!(reading.article.kind, Kind::Brief | Kind::Article) => {
                let body = reading.article.body();
                if !body.contains(story) {
                    lost.push(format!("{language} {headline}: the story is {body:?}"));
                }
            }
            Ok(reading) => lost.push(format!("{language} {headline}: {:?}", reading.article.kind)),
            Err(rejected) => lost.push(format!("{language} {headline}: {:?}", rejected.rejection)),
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn walls_stay_walls() {
    let mut published = Vec::new();
    let mut walls = 0;
    for file in ["consent", "login"] {
        let pages = std::fs::read_to_string(format!("tests/kinds/{file}.jsonl")).unwrap();
        for line in pages.lines() {
            let page: serde_json::Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| page[name].as_str().unwrap_or_default().to_owned();
            walls += 1;
            if look(&field("url"), field("html")).is_ok() {
                published.push(field("id"));
            }
        }
    }
    assert!(published.len() * 40 <= walls, "{} of {walls}: {published:?}", published.len());
}

#[test]
fn headlines_with_a_line_below_each_are_a_list_and_a_banner_in_the_pages_frame_is_a_wall() {
    let teasers: String = (0..8)
        .map(|i| format!("<div><h2><a href=\"/{i}\">Harbour story number {i} of the week</a></h2><p>What came of it, in a line.</p></div>"))
        .collect();
    let page =
        format!("<html lang=\"en\"><title>Lindow Herald</title><body><main>{teasers}</main></body></html>");
    for (url, reason) in [
        ("https://herald.example/", SkipReason::Listing),
        ("https://herald.example/tag/harbour", SkipReason::TopicPage),
    ] {
        let rejected = look(url, page.clone()).expect_err("no article");
        let skipped = matches!(&rejected.rejection, Rejection::Skip { reason: r, .. } if *r == reason);
        assert!(skipped, "{url}: {:?}", rejected.rejection);
    }
    let nav =
        "<nav><a href=\"/\">Home</a> <a href=\"/sport\">Sport</a> <a href=\"/cronaca\">Cronaca</a></nav>";
    let banner = "<h2>Rispettiamo la tua privacy</h2><p>Noi e i nostri partner archiviamo e/o accediamo alle informazioni su un \
        dispositivo, come i cookie.</p><p>Puoi accettare o gestire le tue scelte in qualsiasi momento.</p>";
    let page =
        format!("<html lang=\"it\"><title>La Voce</title><body>{nav}<main>{banner}</main></body></html>");
    let rejected = look("https://voce.example/2025/03/12/lago/", page).expect_err("no article");
    let wall = matches!(rejected.rejection, Rejection::Skip { reason: SkipReason::Consent, .. });
    assert!(wall, "{:?}", rejected.rejection);
}

#[test]
fn an_error_or_a_form_in_the_frame_of_a_story_is_none() {
    let frame = |title: &str, main: &str| {
        format!(
            "<html><title>{title} | Mittelbote</title><body><nav><a href=\"/\">Start</a> <a href=\"/meinung\">Meinung</a> \
             <a href=\"/sport\">Sport</a></nav><main>{main}</main><aside><h3>Meistgelesen</h3><a href=\"/1\">Lkw verliert Ladung auf \
             der B 9</a></aside><footer>© Mittelbote Verlag. Alle Rechte vorbehalten.</footer></body></html>"
        )
    };
    for (title, main, reason) in [
        (
            "Artikel nicht mehr verfügbar",
            "<h1>Dieser Artikel ist leider nicht mehr verfügbar</h1><p>Der von Ihnen gesuchte Beitrag wurde gelöscht oder ist aus \
             rechtlichen Gründen nicht mehr abrufbar.</p><p>Nutzen Sie bitte die Suche oder gehen Sie zurück zur Startseite.</p>",
            SkipReason::ErrorPage,
        ),
        (
            "Diario",
            "<h1>Vaya... No encontramos lo que buscas</h1><p>Es posible que la dirección esté mal escrita o que el contenido que \
             intentas ver haya cambiado de sitio.</p>",
            SkipReason::ErrorPage,
        ),
        (
            "Sign In",
            "<h1>Sign in to the Wire</h1><p>Access saved articles, newsletters and alerts.</p><form><input type=email>\
             <input type=password></form><p>By signing in you agree to our Terms of Use. This site is protected by a robot check.</p>",
            SkipReason::Login,
        ),
    ] {
        let rejected =
            look("https://mittelbote.example/lokales/a-33012", frame(title, main)).expect_err("no article");
        let skipped = matches!(&rejected.rejection, Rejection::Skip { reason: r, .. } if *r == reason);
        assert!(skipped, "{title}: {:?}", rejected.rejection);
    }
    // A short story about an error is one.
    let story = "<h1>Error in vote count found in Port Lindow</h1><p>The council of Port Lindow found an error in the count of its \
        vote on the pier on Tuesday. Forty votes were counted twice, the clerk said, and the result stands.</p>";
    assert!(
        look("https://herald.example/news/vote-count", frame("Error in vote count found", story)).is_ok()
    );
}

/// What a page does not speak of it is not skipped for.
#[test]
fn filling_is_no_banner_and_no_story() {
    for body in ["<p>".to_owned() + &"word<br>".repeat(300), format!("<p>{}", "Text ".repeat(500))] {
        let page = format!(
            "<html lang=en><title>Ferry aground</title><body><h1>Ferry aground</h1>{body}</body></html>"
        );
        let rejected = look("https://herald.example/ferry", page).expect_err("no article");
        let reason =
            matches!(rejected.rejection, Rejection::Skip { reason: SkipReason::BoilerplateOnly, .. });
        assert!(reason, "{:?}", rejected.rejection);
    }
}

/// Links on one line are a list as those in items are; below a story they are its end.
#[test]
fn links_on_one_line_are_a_list() {
    let links = |number: usize, between: &str| {
        let link = |i: usize| format!("<a href=\"/{i}\">Story number {i} of Port Lindow</a>");
        (0..number).map(link).collect::<Vec<_>>().join(between)
    };
    for between in [" ", " | ", "<br>", " · "] {
        for number in [8, 30, 3000] {
            let page = format!(
                "<html lang=en><title>Lindow Herald</title><body><h1>Ferry aground</h1>{}</body></html>",
                links(number, between)
            );
            let rejected = look("https://herald.example/all", page).expect_err("no article");
            let list = matches!(rejected.rejection, Rejection::Skip { reason: SkipReason::Listing, .. });
            assert!(list, "{number} by {between:?}: {:?}", rejected.rejection);
        }
    }
    let story = "<h1>Ferry aground off Port Lindow</h1><p>A car ferry ran aground outside the harbour of Port Lindow early on Tuesday, \
        the coast guard said. Nobody was hurt, and two tugs pulled the ship free before noon.</p>";
    let page = format!(
        "<html lang=en><title>Ferry aground off Port Lindow</title><body>{story}<div>{}</div></body></html>",
        links(30, " | ")
    );
    let body = look("https://herald.example/ferry", page).expect("a story").article.body();
    assert!(body.starts_with("A car ferry ran aground"), "{body}");
}

/// Short or long, a page that is links is a list, whatever else speaks for it.
#[test]
fn a_page_of_links_is_a_list() {
    for lines in [20, 300] {
        let items: String = (0..lines)
            .map(|i| {
                format!("<li><a href=\"/{i}\">Story number {i} about the harbour of Port Lindow</a></li>")
            })
            .collect();
        let page = format!("<html lang=\"en\"><title>Links</title><body><ul>{items}</ul></body></html>");
        let rejected = look("https://herald.example/all", page).expect_err("no article");
        let listing = matches!(
            rejected.rejection,
            Rejection::Skip { reason: SkipReason::Listing | SkipReason::TopicPage, .. }
        );
        assert!(listing, "{:?}", rejected.rejection);
    }
}
