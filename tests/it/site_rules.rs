//! A site's own rules through a whole read: their days, which of them is stronger, what the event says of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use copydesk::model::knowledge::{LearnedLine, line_hash};
use copydesk::model::page::{Hints, RawBody};
use copydesk::model::site_rules::{RuleBook, RuleShelf, SiteRules};
use copydesk::model::{Article, Budget, RawPage, SiteKnowledge};
use copydesk::read::{ReadSettings, models, read};

const STORY: [&str; 4] = [
    "A car ferry with 112 people on board ran aground outside the harbour of Port Lindow early on Tuesday, the coast guard said.",
    "Nobody was hurt. Two tugs pulled the ship free before noon, and divers were looking for damage to the hull.",
    "The wind had torn the ship from its course, the captain told the harbour office; an inquiry will look at the engines too.",
    "The company said that services to the islands would start again on Thursday at the earliest, and that tickets stay valid.",
];
const APPEAL: &str = "Please support our journalism with a donation today.";
const BOX: &str =
    "The pilots of Port Lindow have guided ships past the Lindow sands since the lighthouse was built.";

fn page(fetched_at: Option<&str>, received_at: Option<&str>) -> RawPage {
    let [first, second, third, last] = STORY;
    let html = format!(
        "<html lang=en><head><title>Ferry runs aground</title></head><body><main><article class=story>\
         <h1>Ferry runs aground off Port Lindow</h1><p>{first}</p><p>{second}</p>\
         <div class=box><p>{BOX}</p></div><p class=ask>{APPEAL}</p><p>{third}</p><p>{last}</p></article></main></body></html>"
    );
    RawPage {
        message_id: None,
        url: Some("https://www.herald.example/2026/ferry".into()),
        source: None,
        scraper: None,
        fetched_at: fetched_at.map(Into::into),
        received_at: received_at.map(Into::into),
        status: None,
        headers: BTreeMap::new(),
        content_type: Some("text/html".into()),
        content_encoding: None,
        body: RawBody::Text(html),
        hints: Hints::default(),
    }
}

fn article(rules: &str, page: RawPage, knowledge: &SiteKnowledge) -> Article {
    let rules = format!("domain = 'herald.example'\nversion = 3\n{rules}");
    let site: SiteRules = toml::from_str(&rules).expect("well-formed");
    assert_eq!(site.check("herald.example", "herald.example"), [], "{rules}");
    let mut book = RuleBook::default();
    book.sites.insert("herald.example".to_owned(), site);
    let settings =
        ReadSettings { sites: RuleShelf::new(book), keep_removed: true, ..ReadSettings::default() };
    let mut budget = Budget::new(settings.limits.work_units);
    read(page, knowledge, &settings, &mut budget).expect("an article").article
}

fn read_with(rules: &str) -> Article {
    article(rules, page(Some("2026-03-31T08:00:00Z"), None), &SiteKnowledge::default())
}

#[test]
fn the_event_names_the_rules_that_found_something() {
    for (rules, named) in [
        ("", ""),
        ("[[rule]]\nname = 'box'\ndrop = ['.box']", " herald.example@3"),
        ("[[rule]]\nname = 'elsewhere'\ndrop = ['.ticker']", ""),
        ("[[rule]]\nname = 'old'\nuntil = '2019-12-31'\ndrop = ['.box']", ""),
    ] {
        let article = read_with(rules);
        assert_eq!(article.rules, Some(format!("{}{named}", models::packs())), "{rules}");
        let names: Vec<&str> = article.models.iter().filter_map(|id| Some(id.split_once('@')?.0)).collect();
        assert_eq!(names, ["html-blocks", "language", "kinds"]);
    }
}

#[test]
fn rules_hold_on_their_days_and_the_day_of_arrival_stands_in_for_that_of_capture() {
    let rules = "[[rule]]\nname = 'box'\nfrom = '2026-03-01'\nuntil = '2026-03-31'\ndrop = ['.box']";
    let day = |day: &str| format!("{day}T23:59:00Z");
    for (fetched, received, dropped) in [
        (Some("2026-03-01"), None, true),
        (Some("2026-03-31"), None, true),
        (Some("2026-02-28"), None, false),
        (Some("2026-04-01"), Some("2026-03-15"), false),
        (None, Some("2026-03-15"), true),
        (None, Some("2026-04-15"), false),
        (None, None, false),
    ] {
        let page = page(fetched.map(day).as_deref(), received.map(day).as_deref());
        let body = article(rules, page, &SiteKnowledge::default()).body();
        assert_eq!(!body.contains(BOX), dropped, "{fetched:?} {received:?}");
    }
}

#[test]
fn drop_is_stronger_than_keep_and_keep_than_body() {
    let body = |rule: &str| read_with(&format!("[[rule]]\nname = 'x'\n{rule}")).body();
    assert!(body("keep = ['.box']").contains(BOX));
    let only_box = body("body = ['.box']");
    assert!(only_box.contains(BOX) && !only_box.contains(STORY[1]), "{only_box}");
    let with_first = body("body = ['.box']\nkeep = ['article > p']");
    assert!(with_first.contains(STORY[1]) && with_first.contains(BOX), "{with_first}");
    assert!(!body("body = ['article']\nkeep = ['.box']\ndrop = ['.box p']").contains(BOX));
    // Whichever rule says it, in whatever order.
    let split = body(
        "drop = ['.box']\n[[rule]]\nname = 'y'\nkeep = ['.box', 'article > p']\n[[rule]]\nname = 'z'\nbody = ['.box']",
    );
    assert!(!split.contains(BOX) && split.contains(STORY[1]), "{split}");
}

#[test]
fn what_a_site_keeps_is_not_held_against_it_by_packs_and_learned_lines() {
    assert!(!read_with("").body().contains(APPEAL), "the packs know it");
    let keep = "[[rule]]\nname = 'ask'\nkeep = ['p.ask']";
    assert!(read_with(keep).body().contains(APPEAL));
    for (pinned, rules, stays) in [
        (false, "", false),
        (false, "[[rule]]\nname = 'x'\nkeep = ['.box']", true),
        (true, "[[rule]]\nname = 'x'\nkeep = ['.box']", false),
    ] {
        let line = LearnedLine { leads: 3, share: 0.5, pinned };
        let lines = [(line_hash(BOX), line)].into_iter().collect();
        let knowledge = SiteKnowledge { id: "k".into(), lines: Arc::new(lines), ..SiteKnowledge::default() };
        let article = article(rules, page(None, None), &knowledge);
        assert_eq!(article.body().contains(BOX), stays, "pinned {pinned}, {rules}");
    }
    let dropped = read_with(&format!("{keep}\ndrop = ['.ask']"));
    assert!(!dropped.body().contains(APPEAL));
    assert!(
        dropped.removed.iter().any(|r| r.text == APPEAL && r.rule == "site:drop"),
        "{:?}",
        dropped.removed
    );
}
