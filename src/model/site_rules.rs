//! One site's rules, as `config/sites/<domain>.toml` states them: which elements hold the story and which do
//! not, from when until when, with their own test cases.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use serde::Deserialize;

/// The rules of every site that has some, by registrable domain. A snapshot: replaced whole, never changed.
#[derive(Debug, Clone, Default)]
pub struct RuleBook {
    pub sites: BTreeMap<String, SiteRules>,
}

/// Where the present book stands. Whoever watches the files puts a new one there; a page takes its site's
/// rules once, and keeps them to its end.
#[derive(Debug, Clone, Default)]
pub struct RuleShelf(Arc<RwLock<Arc<RuleBook>>>);

impl RuleShelf {
    pub fn new(book: RuleBook) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(book))))
    }
    pub fn book(&self) -> Arc<RuleBook> {
        Arc::clone(&self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
    pub fn put(&self, book: RuleBook) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(book);
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRules {
    /// Registrable domain; equal to the file's name.
    pub domain: String,
    /// Raised with every change: events name it as `<domain>@<version>`.
    pub version: u32,
    #[serde(default, rename = "rule")]
    pub rules: Vec<SiteRule>,
    #[serde(default, rename = "test")]
    pub tests: Vec<RuleTest>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRule {
    /// Shown where a removal is explained.
    pub name: String,
    /// First and last day of capture that the rule is for, `2024-03-11`; absent: no bound.
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub until: Option<String>,
    /// Where one of these matches, the story is what stands inside them and nothing else.
    #[serde(default)]
    pub body: Vec<Selector>,
    /// Kept whatever the model, the packs and the site's memory say, and stronger than `body`.
    #[serde(default)]
    pub keep: Vec<Selector>,
    /// Removed whatever the model says, and stronger than `keep` and `body`.
    #[serde(default)]
    pub drop: Vec<Selector>,
}

/// A page and what must and must not be left of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    pub name: String,
    pub html: String,
    /// Day of capture, `2024-03-11`; absent: rules with bounds do not apply.
    #[serde(default)]
    pub captured: Option<String>,
    #[serde(default)]
    pub has: Vec<String>,
    #[serde(default)]
    pub lacks: Vec<String>,
}

/// `div.story > p`, `#main .text`, `[itemprop=articleBody]`: steps from the outside in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Selector {
    pub steps: Vec<Step>,
}

/// Conditions on one element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    pub tag: Option<String>,
    pub id: Option<String>,
    pub classes: Vec<String>,
    /// `itemprop` or `role`, and its value.
    pub attributes: Vec<(String, String)>,
    /// `>`: stands directly inside the step before.
    pub child: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("selector {selector:?}: {what}")]
    Selector { selector: String, what: &'static str },
    #[error(
        "domain is {domain:?} where the file's name says {file:?}: both are the site's registrable domain"
    )]
    Domain { domain: String, file: String },
    #[error("no page has the site {domain:?}: write domain = {site:?}, and name the file {site}.toml")]
    Site { domain: String, site: String },
    #[error("domain is empty: write the site's registrable domain, such as herald.example")]
    NoSite,
    #[error("rule {rule:?}: {bound:?} is no day; write it as 2024-03-11")]
    Day { rule: String, bound: String },
    #[error("rule {rule:?} is for no day: from = {from:?} is after until = {until:?}; exchange them")]
    Backwards { rule: String, from: String, until: String },
    #[error("rule {rule:?} neither keeps nor drops anything: say body, keep or drop")]
    Idle { rule: String },
    #[error("two rules are named {rule:?}: give each a name of its own")]
    SameName { rule: String },
    #[error("test {test:?}: captured = {captured:?} is no day; write it as 2024-03-11")]
    Captured { test: String, captured: String },
    #[error(
        "test {test:?} asks for nothing: say in `has` what must be left of the page, in `lacks` what must not"
    )]
    AsksNothing { test: String },
}

/// Steps are bits of a mask.
const MOST_STEPS: usize = 16;

impl SiteRules {
    /// Every mistake at once; `file` is the file's name without `.toml`, `site` the domain as pages get it.
    pub fn check(&self, file: &str, site: &str) -> Vec<RuleError> {
        let mut errors = Vec::new();
        if site.is_empty() {
            errors.push(RuleError::NoSite);
        } else if site != self.domain {
            errors.push(RuleError::Site { domain: self.domain.clone(), site: site.to_owned() });
        } else if self.domain != file {
            errors.push(RuleError::Domain { domain: self.domain.clone(), file: file.to_owned() });
        }
        for (at, rule) in self.rules.iter().enumerate() {
            rule.check(&mut errors);
            if self.rules[..at].iter().any(|before| before.name == rule.name) {
                errors.push(RuleError::SameName { rule: rule.name.clone() });
            }
        }
        for test in &self.tests {
            test.check(&mut errors);
        }
        errors
    }

    /// Rules for a page captured on `day` (any longer RFC 3339 stamp will do). A bounded rule does not
    /// apply to a page of unknown day.
    pub fn valid_on<'a>(&'a self, day: Option<&'a str>) -> impl Iterator<Item = &'a SiteRule> {
        let day = day.and_then(|d| d.get(..10));
        self.rules.iter().filter(move |rule| {
            let from = rule.from.as_deref().is_none_or(|from| day.is_some_and(|d| d >= from));
            let until = rule.until.as_deref().is_none_or(|until| day.is_some_and(|d| d <= until));
            from && until
        })
    }

    /// As events name them.
    pub fn id(&self) -> String {
        format!("{}@{}", self.domain, self.version)
    }
}

impl SiteRule {
    fn check(&self, errors: &mut Vec<RuleError>) {
        let name = || self.name.clone();
        let bounds = [&self.from, &self.until];
        for bound in bounds.into_iter().flatten().filter(|day| !is_day(day)) {
            errors.push(RuleError::Day { rule: name(), bound: bound.clone() });
        }
        if let [Some(from), Some(until)] = bounds
            && is_day(from)
            && is_day(until)
            && from > until
        {
            errors.push(RuleError::Backwards { rule: name(), from: from.clone(), until: until.clone() });
        }
        if self.body.is_empty() && self.keep.is_empty() && self.drop.is_empty() {
            errors.push(RuleError::Idle { rule: name() });
        }
    }
}

impl RuleTest {
    fn check(&self, errors: &mut Vec<RuleError>) {
        if let Some(captured) = self.captured.as_ref().filter(|day| !is_day(day)) {
            errors.push(RuleError::Captured { test: self.name.clone(), captured: captured.clone() });
        }
        if self.has.is_empty() && self.lacks.is_empty() {
            errors.push(RuleError::AsksNothing { test: self.name.clone() });
        }
    }
}

/// A day of the calendar, as ISO 8601 writes it.
fn is_day(text: &str) -> bool {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    shape && text.parse::<jiff::civil::Date>().is_ok()
}

impl TryFrom<String> for Selector {
    type Error = RuleError;

    fn try_from(text: String) -> Result<Self, RuleError> {
        let error = |what| RuleError::Selector { selector: text.clone(), what };
        let mut steps = Vec::new();
        let mut child = false;
        let spaced = text.replace('>', " > ");
        for part in spaced.split_ascii_whitespace() {
            if part == ">" {
                if child || steps.is_empty() {
                    return Err(error("> wants an element on either side"));
                }
                child = true;
                continue;
            }
            let step = step(part).map_err(error)?;
            steps.push(Step { child, ..step });
            child = false;
        }
        match steps.len() {
            _ if child => Err(error("> wants an element on either side")),
            0 => Err(error("is empty")),
            n if n > MOST_STEPS => Err(error("has more than 16 steps")),
            _ => Ok(Self { steps }),
        }
    }
}

fn step(part: &str) -> Result<Step, &'static str> {
    let mut step = Step::default();
    let mut rest = part;
    let name_end = |text: &str| text.find(['.', '#', '[']).unwrap_or(text.len());
    let tag = &rest[..name_end(rest)];
    if !tag.is_empty() && tag != "*" {
        step.tag = Some(word(tag)?.to_ascii_lowercase());
    }
    rest = &rest[tag.len()..];
    while let Some(mark) = rest.chars().next() {
        rest = &rest[1..];
        if mark == '[' {
            let (inside, behind) = rest.split_once(']').ok_or("[ is never closed")?;
            let (name, value) =
                inside.split_once('=').ok_or("an attribute wants a value: [itemprop=articleBody]")?;
            if !matches!(name, "itemprop" | "role") {
                return Err("knows no attributes but itemprop and role");
            }
            step.attributes.push((name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
            rest = behind;
            continue;
        }
        let end = name_end(rest);
        let name = word(&rest[..end])?.to_owned();
        match mark {
            '.' => step.classes.push(name),
            _ => step.id = Some(name),
        }
        rest = &rest[end..];
    }
    Ok(step)
}

fn word(text: &str) -> Result<&str, &'static str> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() {
        Err("a name is missing behind . or #")
    } else if text.chars().all(plain) {
        Ok(text)
    } else {
        Err("holds a character that no name has; no pseudo-classes, no lists: write several selectors")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_read_step_by_step() {
        let selector =
            Selector::try_from("main #Story>div.text.big[itemprop='articleBody'] P".to_owned()).unwrap();
        assert_eq!(selector.steps.len(), 4);
        assert_eq!(selector.steps[1], Step { id: Some("Story".into()), ..Step::default() });
        assert_eq!(selector.steps[2].classes, ["text", "big"]);
        assert!(selector.steps[2].child && !selector.steps[3].child);
        assert_eq!(selector.steps[2].attributes, [("itemprop".to_owned(), "articleBody".to_owned())]);
        assert_eq!(selector.steps[3].tag.as_deref(), Some("p"));
        for wrong in
            ["", ">", "a >", "> a", "a > > b", ".", "a:first-child", "a,b", "[href=x]", "[itemprop", "p..x"]
        {
            assert!(Selector::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_mistake_of_a_file_is_told() {
        let toml = r#"
            domain = "herald.example"
            version = 3
            [[rule]]
            name = "idle"
            [[rule]]
            name = "days"
            from = "2024-1-1"
            until = "2023-02-29"
            drop = ["aside"]
            [[rule]]
            name = "days"
            from = "2024-02-02"
            until = "2024-02-01"
            drop = ["aside"]
            [[test]]
            name = "asks nothing"
            captured = "yesterday"
            html = "<p>"
        "#;
        let rules: SiteRules = toml::from_str(toml).expect("well-formed");
        let told: Vec<String> =
            rules.check("post.example", "herald.example").iter().map(ToString::to_string).collect();
        for (told, wanted) in told.iter().zip([
            "the file's name says \"post.example\"",
            "\"idle\" neither keeps nor drops",
            "\"2024-1-1\" is no day",
            "\"2023-02-29\" is no day",
            "\"2024-02-02\" is after until = \"2024-02-01\"",
            "two rules are named \"days\"",
            "captured = \"yesterday\" is no day",
            "\"asks nothing\" asks for nothing",
        ]) {
            assert!(told.contains(wanted), "{told}");
        }
        assert_eq!(told.len(), 8);
        assert_eq!(rules.id(), "herald.example@3");
        assert!(toml::from_str::<SiteRules>("domain = 'x'\nversion = 1\nrulez = 1").is_err());
    }

    #[test]
    fn rules_hold_for_their_days() {
        let rule = |from: Option<&str>, until: Option<&str>| SiteRules {
            rules: vec![SiteRule {
                from: from.map(Into::into),
                until: until.map(Into::into),
                ..SiteRule::default()
            }],
            ..SiteRules::default()
        };
        for (from, until, day, valid) in [
            (None, None, None, true),
            (Some("2024-03-01"), None, Some("2024-03-01T00:00:00Z"), true),
            (Some("2024-03-01"), None, Some("2024-02-29"), false),
            (None, Some("2024-03-01"), Some("2024-03-02"), false),
            (Some("2024-03-01"), None, None, false),
        ] {
            assert_eq!(rule(from, until).valid_on(day).count() == 1, valid, "{from:?} {until:?} {day:?}");
        }
    }
}
