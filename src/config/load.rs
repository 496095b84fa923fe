//! File, environment and flags → checked values. Every mistake is told at once, each with where it stands
//! and what would be right.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::settings::{self, Default, Kind, SETTINGS, Setting};

const ENVIRONMENT: &str = "COPYDESK__";
/// A secret is a line; what is larger is the wrong file.
const SECRET_BYTES: u64 = 64 * 1024;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Switch(bool),
    Integer(i64),
    Number(f64),
    Texts(Vec<String>),
}

/// Where a value came from, as `copydesk validate` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Environment(String),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => write!(f, "flag"),
        }
    }
}

pub type Values = BTreeMap<&'static str, (Value, Origin)>;

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// What may be said of the settings from outside.
#[derive(Debug, Default)]
pub struct Said {
    /// Name and text of the configuration file.
    pub file: Option<(PathBuf, String)>,
    /// Environment variables, all of them.
    pub environment: Vec<(String, String)>,
    /// `section.key=value`.
    pub flags: Vec<String>,
}

/// Resolves every setting: flags over environment over file over default.
pub fn resolve(said: &Said) -> Result<Values, ConfigError> {
    let mut errors = Vec::new();
    let mut values: Values = SETTINGS.iter().map(|s| (s.name, (default(s), Origin::Default))).collect();
    if let Some((path, text)) = &said.file {
        from_file(path, text, &mut values, &mut errors);
    }
    for (name, text) in &said.environment {
        if let Some(rest) = name.strip_prefix(ENVIRONMENT) {
            let key = rest.to_ascii_lowercase().replacen("__", ".", 1);
            from_text(&key, text, Origin::Environment(name.clone()), name, &mut values, &mut errors);
        }
    }
    for flag in &said.flags {
        match flag.split_once('=') {
            Some((key, text)) => {
                from_text(key.trim(), text, Origin::Flag, &format!("--set {key}"), &mut values, &mut errors);
            }
            None => errors.push(format!("--set {flag}: wants section.key=value")),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(ConfigError(errors)) }
}

fn default(setting: &Setting) -> Value {
    match setting.default {
        Default::Text(t) => Value::Text(t.to_owned()),
        Default::Switch(b) => Value::Switch(b),
        Default::Integer(i) => Value::Integer(i),
        Default::Number(n) => Value::Number(n),
        Default::Texts(all) => Value::Texts(all.iter().map(|t| (*t).to_owned()).collect()),
    }
}

fn from_file(path: &Path, text: &str, values: &mut Values, errors: &mut Vec<String>) {
    let (table, syntax) = DeTable::parse_recoverable(text);
    for e in syntax {
        let line = e.span().map_or(0, |s| line_of(text, s.start));
        errors.push(format!("{}:{line}: {}", path.display(), e.message()));
    }
    for (section, body) in table.get_ref() {
        let at = |start: usize| format!("{}:{}", path.display(), line_of(text, start));
        let name = section.get_ref().as_ref();
        let DeValue::Table(entries) = body.get_ref() else {
            errors.push(format!(
                "{}: {name} stands outside a section, e.g. [service]",
                at(section.span().start)
            ));
            continue;
        };
        if !settings::SECTIONS.iter().any(|(known, _)| *known == name) {
            let near = nearest(name, settings::SECTIONS.iter().map(|(n, _)| *n));
            errors.push(format!("{}: section [{name}] is not known{near}", at(section.span().start)));
            continue;
        }
        for (key, value) in entries {
            let full = format!("{name}.{}", key.get_ref());
            let line = line_of(text, key.span().start);
            let origin = Origin::File { path: path.to_owned(), line };
            let place = at(key.span().start);
            let value = match value.get_ref() {
                DeValue::String(s) => Value::Text(s.to_string()),
                DeValue::Boolean(b) => Value::Switch(*b),
                DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
                    Ok(i) => Value::Integer(i),
                    Err(e) => {
                        errors.push(format!("{place}: {full}: {e}"));
                        continue;
                    }
                },
                DeValue::Float(n) => match n.as_str().parse() {
                    Ok(n) => Value::Number(n),
                    Err(e) => {
                        errors.push(format!("{place}: {full}: {e}"));
                        continue;
                    }
                },
                DeValue::Array(all) if all.iter().all(|v| matches!(v.get_ref(), DeValue::String(_))) => {
                    Value::Texts(all.iter().filter_map(|v| v.get_ref().as_str().map(str::to_owned)).collect())
                }
                _ => {
                    errors.push(format!("{place}: {full}: neither text, number, switch nor a list of texts"));
                    continue;
                }
            };
            put(&full, value, origin, &place, values, errors);
        }
    }
}

fn from_text(
    key: &str,
    text: &str,
    origin: Origin,
    place: &str,
    values: &mut Values,
    errors: &mut Vec<String>,
) {
    let kind = settings::find(key).map(|s| s.kind);
    let value = match kind {
        Some(Kind::Switch) => match text {
            "true" | "1" | "yes" | "on" => Value::Switch(true),
            "false" | "0" | "no" | "off" => Value::Switch(false),
            _ => Value::Text(text.to_owned()),
        },
        Some(Kind::Integer(..)) => {
            text.trim().parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Integer)
        }
        Some(Kind::Number(..)) => {
            text.trim().parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Number)
        }
        Some(Kind::Texts) if text.trim_start().starts_with('[') => match listed(text) {
            Ok(all) => Value::Texts(all),
            Err(e) => return errors.push(format!("{place}: {key}: {e}")),
        },
        Some(Kind::Texts) => Value::Texts(
            text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect(),
        ),
        _ => Value::Text(text.to_owned()),
    };
    put(key, value, origin, place, values, errors);
}

/// A list as the file would have it.
fn listed(text: &str) -> Result<Vec<String>, String> {
    #[derive(serde::Deserialize)]
    struct Listed {
        list: Vec<String>,
    }
    toml::from_str::<Listed>(&format!("list = {text}"))
        .map(|listed| listed.list)
        .map_err(|e| format!("{text} is no list of texts: {}", e.message()))
}

fn put(key: &str, value: Value, origin: Origin, place: &str, values: &mut Values, errors: &mut Vec<String>) {
    let file_of = key.strip_suffix("_file").and_then(settings::find).filter(|s| s.kind == Kind::Secret);
    let (setting, value) = match (settings::find(key), file_of) {
        (Some(setting), _) => (setting, value),
        (None, Some(setting)) => match (secret_file(&value), &value) {
            (Ok(text), _) => (setting, Value::Text(text)),
            (Err(e), _) => return errors.push(format!("{place}: {key}: {e}")),
        },
        (None, None) => {
            let near = nearest(key, SETTINGS.iter().map(|s| s.name));
            return errors.push(format!("{place}: {key} is not known{near}"));
        }
    };
    match checked(setting, value) {
        Ok(value) => {
            values.insert(setting.name, (value, origin));
        }
        Err(e) => errors.push(format!("{place}: {}: {e}", setting.name)),
    }
}

fn secret_file(value: &Value) -> Result<String, String> {
    let Value::Text(path) = value else { return Err("wants the path of a file".into()) };
    let bytes = std::fs::metadata(path).map_err(|e| format!("{path}: {e}"))?.len();
    if bytes > SECRET_BYTES {
        return Err(format!("{path} has {bytes} bytes; a secret has at most {SECRET_BYTES}"));
    }
    let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn checked(setting: &Setting, value: Value) -> Result<Value, String> {
    match (setting.kind, value) {
        (Kind::Text | Kind::Secret, Value::Text(t)) => named(setting.name, &t).map(|()| Value::Text(t)),
        (Kind::Switch, Value::Switch(b)) => Ok(Value::Switch(b)),
        (Kind::Integer(min, max), Value::Integer(i)) if (min..=max).contains(&i) => Ok(Value::Integer(i)),
        (Kind::Integer(min, max), Value::Integer(i)) => Err(format!("{i} is not between {min} and {max}")),
        (Kind::Number(min, max), Value::Number(n)) if (min..=max).contains(&n) => Ok(Value::Number(n)),
        (Kind::Number(min, max), Value::Integer(i)) if (min..=max).contains(&(i as f64)) => {
            Ok(Value::Number(i as f64))
        }
        (Kind::Number(min, max), Value::Number(n)) => Err(format!("{n} is not between {min} and {max}")),
        (Kind::Choice(among), Value::Text(t)) if among.contains(&t.as_str()) => Ok(Value::Text(t)),
        (Kind::Choice(among), Value::Text(t)) => Err(format!("{t:?} is none of {}", among.join(", "))),
        (Kind::Texts, Value::Texts(all)) => Ok(Value::Texts(all)),
        (Kind::Secret, _) => Err("wants text in quotes".into()),
        (kind, value) => Err(format!("wants {}, not {}", wanted(kind), got(&value))),
    }
}

/// Checks that go beyond the kind.
fn named(name: &str, text: &str) -> Result<(), String> {
    let word = |extra: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c));
    match name {
        "service.name" if text.is_empty() || !word("-_") => Err("wants letters, digits, - and _".into()),
        "rabbitmq.prefix" if !word(".-_") => Err("wants letters, digits, . - and _".into()),
        "rabbitmq.url" if !text.starts_with("amqp://") && !text.starts_with("amqps://") => {
            Err("wants amqp:// or amqps://".into())
        }
        "rabbitmq.management_url" | "classify.remote_url"
            if !text.is_empty() && !text.starts_with("http://") && !text.starts_with("https://") =>
        {
            Err("wants http:// or https://, or nothing".into())
        }
        "store.url"
            if text != "none" && !["file:", "redis://", "rediss://"].iter().any(|s| text.starts_with(s)) =>
        {
            Err("wants none, file:DIR or redis://…".into())
        }
        "http.listen" if !text.is_empty() && text.parse::<std::net::SocketAddr>().is_err() => {
            Err(format!("{text:?} is no address; e.g. 127.0.0.1:9464"))
        }
        "log.level" => log_filter(text),
        _ => Ok(()),
    }
}

/// A filter takes any word as the name of a module, and then says nothing of the others: `warning` would silence all.
fn log_filter(text: &str) -> Result<(), String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let level = |word: &str| LEVELS.contains(&word.trim().to_ascii_lowercase().as_str());
    for part in text.split(',') {
        let fits = match part.split_once('=') {
            Some((target, of_target)) => !target.trim().is_empty() && level(of_target),
            None => level(part) || part.contains("::"),
        };
        if !fits {
            return Err(format!(
                "{part:?} is none of {}, nor a module with one, e.g. lapin=warn",
                LEVELS.join(", ")
            ));
        }
    }
    Ok(())
}

fn wanted(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Secret => "text in quotes".into(),
        Kind::Switch => "true or false".into(),
        Kind::Integer(min, max) => format!("a whole number from {min} to {max}"),
        Kind::Number(min, max) => format!("a number from {min} to {max}"),
        Kind::Choice(among) => format!("one of {}", among.join(", ")),
        Kind::Texts => "a list of texts".into(),
    }
}

fn got(value: &Value) -> String {
    match value {
        Value::Text(t) => format!("{t:?}"),
        Value::Switch(b) => b.to_string(),
        Value::Integer(i) => i.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Texts(_) => "a list".into(),
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count()
}

/// `; did you mean …?` where one known name is near.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best = known.map(|k| (distance(name, k), k)).min();
    match best {
        Some((d, k)) if d <= 3.min(name.len() / 2) => format!("; did you mean {k}?"),
        _ => String::new(),
    }
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (row[j] + 1).min(row[j + 1] + 1).min(diagonal + usize::from(x != *y));
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Said {
        Said { file: Some((PathBuf::from("c.toml"), text.to_owned())), ..Said::default() }
    }

    #[test]
    fn every_mistake_is_told_at_once_with_its_line_and_remedy() {
        let said = Said {
            environment: vec![
                ("COPYDESK__WORKER__JOBS".into(), "many".into()),
                ("COPYDESK__STORE__ULR".into(), "none".into()),
                ("PATH".into(), "/bin".into()),
            ],
            flags: vec!["log.format".into(), "http.listen=here".into()],
            ..file(
                "[rabbitmq]\nurl = \"http://x\"\nheartbeat_secnds = 5\nconfirm_timeout_seconds = 0\n\n[rabitmq]\na = 1\n",
            )
        };
        let errors = resolve(&said).unwrap_err().0;
        for word in [
            "c.toml:2: rabbitmq.url: wants amqp://",
            "c.toml:3: rabbitmq.heartbeat_secnds is not known; did you mean rabbitmq.heartbeat_seconds?",
            "c.toml:4: rabbitmq.confirm_timeout_seconds: 0 is not between 1 and 600",
            "c.toml:6: section [rabitmq] is not known; did you mean rabbitmq?",
            "COPYDESK__WORKER__JOBS: worker.jobs: wants a whole number",
            "COPYDESK__STORE__ULR: store.ulr is not known; did you mean store.url?",
            "--set log.format: wants section.key=value",
            "--set http.listen: http.listen: \"here\" is no address",
        ] {
            assert!(errors.iter().any(|e| e.contains(word)), "{word} not in {errors:#?}");
        }
        assert_eq!(errors.len(), 8, "{errors:#?}");
    }

    #[test]
    fn flags_go_over_environment_over_file() {
        let mut said = file("[worker]\njobs = 1\nprefetch_max = 7\ndrain_seconds = 9\n");
        said.environment = vec![
            ("COPYDESK__WORKER__JOBS".into(), "2".into()),
            ("COPYDESK__WORKER__PREFETCH_MAX".into(), "8".into()),
        ];
        said.flags = vec!["worker.jobs=3".into()];
        let values = resolve(&said).unwrap();
        assert_eq!(values["worker.jobs"], (Value::Integer(3), Origin::Flag));
        assert_eq!(values["worker.prefetch_max"].0, Value::Integer(8));
        assert_eq!(values["worker.drain_seconds"].1, Origin::File { path: "c.toml".into(), line: 4 });
    }

    #[test]
    fn a_secret_is_read_from_a_file_and_never_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("url");
        std::fs::write(&path, "http://user:s3cret@x\n").unwrap();
        let said = file(&format!("[rabbitmq]\nurl_file = {:?}\n", path.to_str().unwrap()));
        let error = resolve(&said).unwrap_err().to_string();
        assert!(error.contains("rabbitmq.url: wants amqp://") && !error.contains("s3cret"), "{error}");
        std::fs::write(&path, "amqp://user:s3cret@x\n").unwrap();
        assert_eq!(resolve(&said).unwrap()["rabbitmq.url"].0, Value::Text("amqp://user:s3cret@x".into()));
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        let errors = resolve(&file("[worker]\njobs = = 2\n")).unwrap_err().0;
        assert!(errors[0].starts_with("c.toml:2:"), "{errors:?}");
    }

    #[test]
    fn every_default_passes_its_own_check() {
        for s in SETTINGS {
            checked(s, default(s)).unwrap_or_else(|e| panic!("{}: {e}", s.name));
        }
    }
}
