//! `copydesk rules`: the sites' own rules, and whether they still do what their tests say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{CONFIGURATION, Exit, PARKED, USAGE};
use crate::config::{Config, sites};
use crate::model::page::{Hints, RawBody};
use crate::model::site_rules::{RuleBook, RuleShelf, RuleTest, SiteRules};
use crate::model::{Budget, RawPage, SiteKnowledge};
use crate::read::{self, ReadSettings};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Run every site's own test cases; exit 1 where one fails
    Test {
        /// Directory of <domain>.toml files; the configuration's `read.sites` where absent
        directory: Option<PathBuf>,
    },
    /// List sites with rules, their versions and days
    Ls {
        /// As for `test`
        directory: Option<PathBuf>,
    },
}

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let named = match &args.what {
        What::Test { directory } | What::Ls { directory } => directory.clone(),
    };
    let named_one = named.is_some();
    let directory = named.unwrap_or_else(|| PathBuf::from(config.text("read.sites")));
    let book = load(&directory)?;
    if book.sites.is_empty() && (named_one || matches!(args.what, What::Test { .. })) {
        let what = format!("{} holds no site rules: a file a site, <domain>.toml", directory.display());
        return Err(Exit::new(USAGE, what));
    }
    match args.what {
        What::Test { .. } => test(&book, &config.read()),
        What::Ls { .. } => {
            for site in book.sites.values() {
                out!("{}", site.id());
                for rule in &site.rules {
                    let bound = |day: &Option<String>| day.clone().unwrap_or_default();
                    out!("  {} {}..{}", rule.name, bound(&rule.from), bound(&rule.until));
                }
            }
            Ok(())
        }
    }
}

/// The rules of a directory, or an exit that names every mistake.
pub fn load(directory: &std::path::Path) -> Result<RuleBook, Exit> {
    sites::load(directory).map_err(|errors| {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Exit::new(CONFIGURATION, told.join("\n"))
    })
}

fn test(book: &RuleBook, settings: &ReadSettings) -> Result<(), Exit> {
    let mut failed = 0;
    let mut run = 0;
    for site in book.sites.values() {
        for case in &site.tests {
            run += 1;
            for failure in failures(site, case, settings) {
                failed += 1;
                out!("{}: {}: {failure}", site.id(), case.name);
            }
        }
    }
    out!("{} sites, {run} tests, {failed} failures", book.sites.len());
    if failed == 0 { Ok(()) } else { Err(Exit::new(PARKED, String::new())) }
}

/// What a case wants and does not get of the whole read, as `process` would publish it.
fn failures(site: &SiteRules, case: &RuleTest, settings: &ReadSettings) -> Vec<String> {
    let mut book = RuleBook::default();
    book.sites.insert(site.domain.clone(), site.clone());
    let settings = ReadSettings { sites: RuleShelf::new(book), ..settings.clone() };
    let mut budget = Budget::new(settings.limits.work_units);
    let text = match read::read(page(site, case), &SiteKnowledge::default(), &settings, &mut budget) {
        Ok(reading) => reading.article.body(),
        Err(rejected) => return vec![format!("the page is rejected: {rejected}")],
    };
    let missing = case.has.iter().filter(|wanted| !text.contains(wanted.as_str()));
    let left = case.lacks.iter().filter(|unwanted| text.contains(unwanted.as_str()));
    missing
        .map(|wanted| format!("{wanted:?} is not in the body"))
        .chain(left.map(|unwanted| format!("{unwanted:?} is left in the body")))
        .collect()
}

fn page(site: &SiteRules, case: &RuleTest) -> RawPage {
    RawPage {
        message_id: None,
        url: None,
        source: Some(site.domain.clone()),
        scraper: None,
        fetched_at: case.captured.as_ref().map(|day| format!("{day}T12:00:00Z")),
        received_at: None,
        status: None,
        headers: BTreeMap::new(),
        content_type: Some("text/html".to_owned()),
        content_encoding: None,
        body: RawBody::Text(case.html.clone()),
        hints: Hints::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = r#"
        domain = "herald.example"
        version = 2
        [[rule]]
        name = "story"
        body = ["div.story"]
        drop = [".promo"]
        [[test]]
        name = "promo"
        html = """<body><div class=story><p>The ferry sank off Port Lindow on Tuesday, the coast guard said.
            <p>All 112 people on board were brought ashore by two tugs before noon.
            <p>Please support our journalism with a donation today.
            <p class=promo>Buy a boat.</div><p>Elsewhere."""
        has = ["The ferry sank", "112 people"]
        lacks = ["Buy a boat.", "Elsewhere.", "support our journalism"]
        [[test]]
        name = "wrong on purpose"
        html = """<body><div class=story><p>The ferry sank off Port Lindow on Tuesday, the coast guard said.
            <p>All 112 people on board were brought ashore by two tugs before noon.
            <p>Please support our journalism with a donation today.
            <p class=promo>Buy a boat.</div><p>Elsewhere."""
        has = ["Elsewhere."]
        lacks = ["ferry"]
        [[test]]
        name = "no article"
        html = "<body><div class=story><p>The ferry.</div>"
        has = ["The ferry."]
    "#;

    #[test]
    fn cases_pass_and_fail_by_what_process_would_publish() {
        let site: SiteRules = toml::from_str(SITE).expect("well-formed");
        let settings = ReadSettings::default();
        assert_eq!(failures(&site, &site.tests[0], &settings), Vec::<String>::new());
        assert_eq!(failures(&site, &site.tests[1], &settings).len(), 2);
        let rejected = failures(&site, &site.tests[2], &settings);
        assert!(rejected.len() == 1 && rejected[0].contains("fewer than 10 words"), "{rejected:?}");
    }
}
