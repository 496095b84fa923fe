//! `copydesk rules`: the sites' own rules, and whether they still do what their tests say.

use std::path::PathBuf;

use super::{CONFIGURATION, Exit, PARKED, USAGE};
use crate::config::{Config, sites};
use crate::model::page::{Hints, Media, RawInfo};
use crate::model::site_rules::{RuleBook, RuleShelf, RuleTest, SiteRules};
use crate::model::trace::Trace;
use crate::model::{Budget, DecodedPage};
use crate::read::{Parsed, ReadSettings, extract, html};

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
    Ls { directory: Option<PathBuf> },
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

/// What a case wants and does not get.
fn failures(site: &SiteRules, case: &RuleTest, settings: &ReadSettings) -> Vec<String> {
    let mut book = RuleBook::default();
    book.sites.insert(site.domain.clone(), site.clone());
    let settings = ReadSettings { sites: RuleShelf::new(book), ..settings.clone() };
    let mut budget = Budget::new(settings.limits.work_units);
    let page = page(site, case);
    let body = html::parse(&page.text, &settings.limits, &mut budget).and_then(|parsed| {
        extract::extract(
            &page,
            &Parsed::Html(Box::new(parsed)),
            &settings,
            &mut budget,
            &mut Trace::default(),
        )
    });
    let text = match body {
        Ok(body) => body.text(),
        Err(rejection) => return vec![format!("the page is rejected: {rejection}")],
    };
    let missing = case.has.iter().filter(|wanted| !text.contains(wanted.as_str()));
    let left = case.lacks.iter().filter(|unwanted| text.contains(unwanted.as_str()));
    missing
        .map(|wanted| format!("{wanted:?} is not in the body"))
        .chain(left.map(|unwanted| format!("{unwanted:?} is left in the body")))
        .collect()
}

fn page(site: &SiteRules, case: &RuleTest) -> DecodedPage {
    DecodedPage {
        media: Media::Html,
        text: case.html.clone(),
        charset: "utf-8".into(),
        repairs: Vec::new(),
        url: None,
        site: Some(site.domain.clone()),
        source_name: None,
        fetched_at: case.captured.clone(),
        received_at: None,
        status: None,
        hints: Hints::default(),
        raw: RawInfo {
            message_id: None,
            page_key: String::new(),
            sha256: String::new(),
            bytes: case.html.len() as u64,
            content_type: "text/html".to_owned(),
            encoding: "utf-8".to_owned(),
            scraper: None,
            fetched_at: case.captured.clone(),
        },
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
        html = "<body><div class=story><p>The ferry sank.<p class=promo>Buy a boat.</div><p>Elsewhere."
        has = ["The ferry sank."]
        lacks = ["Buy a boat.", "Elsewhere."]
        [[test]]
        name = "wrong on purpose"
        html = "<body><div class=story><p>The ferry sank.</div>"
        has = ["Elsewhere."]
        lacks = ["ferry"]
    "#;

    #[test]
    fn cases_pass_and_fail_by_what_is_left() {
        let site: SiteRules = toml::from_str(SITE).expect("well-formed");
        let settings = ReadSettings::default();
        assert_eq!(failures(&site, &site.tests[0], &settings), Vec::<String>::new());
        assert_eq!(failures(&site, &site.tests[1], &settings).len(), 2);
    }
}
