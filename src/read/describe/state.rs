//! What scripts leave for other scripts, as a witness of fields: the object in `__NEXT_DATA__`, the flight rows of
//! `self.__next_f`, `__INITIAL_STATE__` and kin whose headline the page prints. Heard where the page says nothing
//! of a field in any other place.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::entities::plain;
use crate::model::script::squeezed;
use crate::read::extract::html::state::{FLIGHT, flight_rows, unwrapped};

/// Bytes of state that are read, and values that are looked at; a story's own state has far fewer.
const BYTES: usize = 1 << 20;
const VALUES: usize = 50_000;
/// Letters and digits a headline has at least, so that it is none of a section.
const HEADLINE: usize = 12;
/// Authors of one object, and bytes of one text.
const AUTHORS: usize = 12;
const TEXT: usize = 400;

/// What the state says of this page's story.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Told {
    pub headline: Option<String>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub authors: Vec<String>,
    pub section: Option<String>,
}

/// Of the objects whose headline is one of `titles`, the one that says most; what it lacks, others may have.
pub fn told(states: &[(String, String)], titles: &[&str]) -> Option<Told> {
    let titles: Vec<String> = titles.iter().map(|t| squeezed(&plain(t))).collect();
    let mut left = BYTES;
    let mut found: Vec<(usize, Told)> = Vec::new();
    for value in documents(states, &mut left) {
        walk(&value, &titles, &mut found);
    }
    // The first of those that say most.
    let best = found.iter().enumerate().max_by_key(|(i, (score, _))| (*score, std::cmp::Reverse(*i)))?.0;
    let (_, mut said) = found.swap_remove(best);
    for (_, other) in found {
        said.published = said.published.or(other.published);
        said.modified = said.modified.or(other.modified);
        said.section = said.section.or(other.section);
        if said.authors.is_empty() {
            said.authors = other.authors;
        }
    }
    Some(said)
}

/// The JSON of all states, as far as it is JSON.
fn documents(states: &[(String, String)], left: &mut usize) -> Vec<Value> {
    let mut out = Vec::new();
    let mut take = |text: &str| {
        let Some(rest) = left.checked_sub(text.len()) else { return };
        *left = rest;
        // What stands behind the value is the script's.
        let first = |start: usize| {
            let value = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>().next();
            value.and_then(Result::ok).filter(|v| *v != json!({}) && *v != json!([]))
        };
        out.extend(values_in(text).find_map(first));
    };
    for (name, text) in states {
        if name != FLIGHT {
            let text: Cow<'_, str> = unwrapped(text);
            take(&text);
        }
    }
    for row in flight_rows(states).lines() {
        if let Some((_, json)) = row.split_once(':').filter(|(_, json)| json.starts_with(['{', '['])) {
            take(json);
        }
    }
    out
}

/// Where a script's values may begin: where it begins itself, behind an assignment, or at the first bracket.
fn values_in(text: &str) -> impl Iterator<Item = usize> {
    /// Of a script that assigns many things before its state.
    const MOST: usize = 4;
    const ASSIGNMENTS: usize = 64;
    let value = |from: usize| {
        let value = text[from..].trim_start();
        value.starts_with(['{', '[']).then(|| text.len() - value.len())
    };
    let assigned = memchr::memchr_iter(b'=', text.as_bytes()).take(ASSIGNMENTS).map(|at| at + 1);
    let known = std::iter::once(0).chain(assigned).filter_map(value);
    known.chain(text.find(['{', '['])).take(MOST)
}

fn walk(document: &Value, titles: &[String], found: &mut Vec<(usize, Told)>) {
    let mut open = vec![document];
    let mut values = 0;
    while let Some(value) = open.pop() {
        values += 1;
        if values > VALUES {
            return;
        }
        match value {
            Value::Object(object) => {
                found.extend(of_story(object, titles));
                // Reversed, so that what stands first is looked at first.
                let below: Vec<&Value> = object.values().filter(|v| v.is_object() || v.is_array()).collect();
                open.extend(below.into_iter().rev());
            }
            Value::Array(items) => open.extend(items.iter().filter(|v| v.is_object() || v.is_array()).rev()),
            _ => {}
        }
    }
}

/// What an object says, where it is about the story that one of `titles` heads; and how much that is.
fn of_story(object: &Map<String, Value>, titles: &[String]) -> Option<(usize, Told)> {
    let headline = first(object, &["headline", "title", "heading"], text)?;
    let key = squeezed(&plain(&headline));
    if key.chars().count() < HEADLINE || !titles.iter().any(|t| t.starts_with(&key) || t.ends_with(&key)) {
        return None;
    }
    const PUBLISHED: [&str; 14] = [
        "datepublished",
        "publishedat",
        "firstpublishedat",
        "firstpublished",
        "firstpublishdate",
        "firstpublicationdate",
        "publisheddate",
        "publishdate",
        "publicationdate",
        "publishedtime",
        "publishtime",
        "published",
        "displaydate",
        "pubdate",
    ];
    const MODIFIED: [&str; 8] = [
        "datemodified",
        "modifiedat",
        "updatedat",
        "lastmodified",
        "lastupdated",
        "modifieddate",
        "updateddate",
        "dateupdated",
    ];
    let said = Told {
        headline: Some(headline),
        published: first(object, &PUBLISHED, moment),
        modified: first(object, &MODIFIED, moment),
        authors: first(object, &["authors", "author", "bylines", "byline", "writers", "creators"], people)
            .unwrap_or_default(),
        section: first(object, &["section", "primarysection", "sectionname", "category", "channel"], name),
    };
    let body = ["body", "articlebody", "content", "bodytext", "paragraphs", "html"]
        .iter()
        .any(|k| first(object, &[k], |v| Some(v.to_owned())).is_some());
    let score = 2 * usize::from(said.published.is_some())
        + usize::from(!said.authors.is_empty())
        + usize::from(said.section.is_some())
        + usize::from(body);
    // A headline alone is a link to the story.
    (score > 0).then_some((score, said))
}

/// The first of `keys` that the object has in any spelling (`published_at`, `publishedAt`) with a sound value.
fn first<T>(object: &Map<String, Value>, keys: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let spelled = |key: &str, wanted: &str| {
        let mut letters = key.bytes().filter(|b| b.is_ascii_alphanumeric()).map(|b| b.to_ascii_lowercase());
        wanted.bytes().all(|b| letters.next() == Some(b)) && letters.next().is_none()
    };
    keys.iter()
        .find_map(|wanted| object.iter().filter(|(k, _)| spelled(k, wanted)).find_map(|(_, v)| read(v)))
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty() && text.len() <= TEXT).then(|| text.to_owned())
}

/// A stamp, a number of seconds or milliseconds, or an object around one.
fn moment(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => {
            first(object, &["iso", "iso8601", "date", "value", "utc", "timestamp"], |v| {
                text(v).or_else(|| v.as_i64().map(|n| n.to_string()))
            })
        }
        other => text(other),
    }
}

/// A word, or the name of an object or of the first of a list.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => first(object, &["name", "title", "label", "displayname"], text),
        Value::Array(items) => items.iter().find_map(|item| match item {
            Value::Array(_) => None,
            other => name(other),
        }),
        other => text(other),
    }
}

fn people(value: &Value) -> Option<Vec<String>> {
    let person = |value: &Value| match value {
        Value::Object(object) => {
            let whole =
                first(object, &["name", "fullname", "displayname", "authorname", "title", "text"], text);
            whole.or_else(|| {
                let given = first(object, &["firstname", "givenname"], text)?;
                let family = first(object, &["lastname", "familyname", "surname"], text)?;
                Some(format!("{given} {family}"))
            })
        }
        other => text(other),
    };
    let names: Vec<String> = match value {
        Value::Array(items) => items.iter().filter_map(person).take(AUTHORS).collect(),
        other => person(other).into_iter().collect(),
    };
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Option<Told> {
        told(&[(name.into(), text.into())], &["Harbour bridge shut after storm | The Gazette"])
    }

    #[test]
    fn the_object_that_the_headline_names_is_heard_in_any_shape() {
        let published = |t: &str| Some(t.to_owned());
        for (name, text, date, authors, section) in [
            (
                "__NEXT_DATA__",
                r#"{"props":{"list":[{"title":"Another story of the day","publishedAt":"2025-01-01"}],
                  "article":{"headline":"Harbour bridge shut after storm","publishedAt":"2025-03-02T08:00:00Z",
                  "authors":[{"name":"Ada Fern"},{"firstName":"Jo","lastName":"Weir"}],"section":{"name":"Local"}}}}"#,
                published("2025-03-02T08:00:00Z"),
                vec!["Ada Fern", "Jo Weir"],
                Some("Local"),
            ),
            (
                "__INITIAL_STATE__",
                r#"var a = 1, b={}; window["__INITIAL_STATE__"]={"story":{"title":"Harbour bridge shut after storm","published_at":"2025-03-02"}}"#,
                published("2025-03-02"),
                vec![],
                None,
            ),
            (
                "__INITIAL_STATE__",
                r#"= {"story":{"title":"Harbour bridge shut after storm","published_at":1740902400,"byline":"Ada Fern"}}; run()"#,
                published("1740902400"),
                vec!["Ada Fern"],
                None,
            ),
            (
                "__STATE__",
                r#"= JSON.parse("{\"a\":{\"title\":\"Harbour bridge shut after storm\",\"datePublished\":{\"iso\":\"2025-03-02\"}}}")"#,
                published("2025-03-02"),
                vec![],
                None,
            ),
            (
                "__next_f",
                r#"self.__next_f.push([1,"5:[\"$\",\"div\",null,{\"article\":{\"headline\":\"Harbour bridge shut after storm\",\"author\":\"Ada Fern\",\"body\":\"x\"}}]\n"])"#,
                None,
                vec!["Ada Fern"],
                None,
            ),
        ] {
            let told = of(name, text).unwrap_or_else(|| panic!("{name} says nothing"));
            assert_eq!(
                (told.published, told.authors),
                (date, authors.into_iter().map(str::to_owned).collect()),
                "{name}"
            );
            assert_eq!(told.section.as_deref(), section, "{name}");
        }
    }

    #[test]
    fn another_story_and_broken_state_say_nothing() {
        for text in [
            r#"{"title":"Another story of the day","publishedAt":"2025-01-01","author":"Ada Fern"}"#,
            r#"{"title":"Harbour bridge shut after storm"}"#,
            r#"{"title":"Harbour","publishedAt":"2025-01-01"}"#,
            r#"{"title":"Harbour bridge shut after storm","publishedAt":"2025"#,
            "",
            "[",
        ] {
            assert_eq!(of("__NEXT_DATA__", text), None, "{text}");
        }
    }

    #[test]
    fn deep_and_long_state_ends() {
        let deep = "[".repeat(100_000);
        assert_eq!(of("__STATE__", &deep), None);
        let many = format!("[{}1]", "{\"a\":[]},".repeat(VALUES * 2));
        assert_eq!(of("__STATE__", &many), None);
    }
}
