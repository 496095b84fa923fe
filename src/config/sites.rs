//! Site rules from a directory: one `<domain>.toml` a site. A broken file is refused with every mistake
//! named, and the last good book stays.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::model::site_rules::{RuleBook, RuleError, SiteRules};
use crate::read::decode::source_site;

#[derive(Debug, thiserror::Error)]
pub enum SiteRuleError {
    #[error("{}: {error}", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{}: {error}", path.display())]
    Toml { path: PathBuf, error: Box<toml::de::Error> },
    #[error("{}: {error}", path.display())]
    Rule { path: PathBuf, error: RuleError },
}

/// Every `*.toml` in `directory`, or every mistake in them. A directory that does not exist holds no rules.
pub fn load(directory: &Path) -> Result<RuleBook, Vec<SiteRuleError>> {
    let mut book = RuleBook::default();
    let mut errors = Vec::new();
    for path in files(directory).map_err(|error| vec![error])? {
        match load_file(&path) {
            Ok(site) => {
                book.sites.insert(site.domain.clone(), site);
            }
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(book) } else { Err(errors) }
}

/// One site's file, checked.
pub fn load_file(path: &Path) -> Result<SiteRules, Vec<SiteRuleError>> {
    let path = path.to_owned();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| vec![SiteRuleError::Read { path: path.clone(), error }])?;
    let site: SiteRules = toml::from_str(&text)
        .map_err(|error| vec![SiteRuleError::Toml { path: path.clone(), error: Box::new(error) }])?;
    let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let errors: Vec<SiteRuleError> = site
        .check(&name, &source_site(&site.domain))
        .into_iter()
        .map(|error| SiteRuleError::Rule { path: path.clone(), error })
        .collect();
    if errors.is_empty() { Ok(site) } else { Err(errors) }
}

/// Names, sizes and times of the directory's files: when it changes, the rules are loaded anew.
pub fn fingerprint(directory: &Path) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    // What cannot be listed has no fingerprint; `load` says why.
    let files = files(directory).unwrap_or_default();
    files
        .into_iter()
        .filter_map(|path| {
            let metadata = std::fs::metadata(&path).ok()?;
            Some((path, metadata.len(), metadata.modified().ok()))
        })
        .collect()
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, SiteRuleError> {
    let told = |error| SiteRuleError::Read { path: directory.to_owned(), error };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(told(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(told)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_loaded_whole_or_every_mistake_is_told() {
        let directory = tempfile::tempdir().expect("a directory");
        let write =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("written");
        write(
            "herald.example.toml",
            "domain = 'herald.example'\nversion = 1\n[[rule]]\nname = 'box'\ndrop = ['.box']",
        );
        write("notes.txt", "not a rule");
        let book = load(directory.path()).expect("sound");
        assert_eq!(book.sites["herald.example"].rules[0].name, "box");
        let before = fingerprint(directory.path());
        write("post.example.toml", "domain = 'other.example'\nversion = 1");
        write("times.example.toml", "domain = ");
        write(
            "wire.example.toml",
            "domain = 'wire.example'\nversion = 1\n[[rule]]\nname = 'x'\ndrop = ['a:hover']",
        );
        assert_eq!(load(directory.path()).expect_err("three").len(), 3);
        assert_ne!(before, fingerprint(directory.path()));
        assert!(load(&directory.path().join("absent")).expect("no rules").sites.is_empty());
    }

    #[test]
    fn a_file_that_no_page_would_ask_for_is_refused_with_the_name_that_pages_have() {
        let directory = tempfile::tempdir().expect("a directory");
        for (domain, remedy) in [
            ("www.herald.example", "domain = \"herald.example\""),
            ("Herald.example", "domain = \"herald.example\""),
            ("zürich.example", "domain = \"xn--zrich-kva.example\""),
            ("", "domain is empty"),
        ] {
            let path = directory.path().join(format!("{domain}.toml"));
            std::fs::write(&path, format!("domain = '{domain}'\nversion = 1")).expect("written");
            let errors = load_file(&path).expect_err("refused");
            assert!(errors.len() == 1 && errors[0].to_string().contains(remedy), "{domain}: {}", errors[0]);
        }
    }
}
