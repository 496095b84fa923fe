//! Every setting: type, default, reason, check. Raw settings become checked ones once, at the door;
//! nothing below sees raw options.

/// File, environment and flags → checked values.
pub mod load;
/// Site rules from their directory.
pub mod sites;
/// The table of all settings.
pub mod settings;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use load::{ConfigError, Origin, Said};
use load::{Value, Values};

use crate::assess::classify::ClassifySettings;
use crate::read::describe::gazetteer::{self, PlaceKind};
use crate::read::{Limits, ReadSettings};

/// Looked for where no file is named.
pub const DEFAULT_FILE: &str = "config/copydesk.toml";

/// The checked configuration.
#[derive(Clone)]
pub struct Config {
    values: Values,
}

impl Config {
    /// Reads the file (the default one only where it exists), the environment and the flags.
    pub fn load(file: Option<&Path>, flags: Vec<String>) -> Result<Self, ConfigError> {
        let path = match file {
            Some(path) => Some(path.to_owned()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|p| p.exists()),
        };
        let file = match path {
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|e| ConfigError(vec![format!("{}: {e}", path.display())]))?;
                Some((path, text))
            }
            None => None,
        };
        Self::from(&Said { file, environment: std::env::vars().collect(), flags })
    }

    pub fn from(said: &Said) -> Result<Self, ConfigError> {
        Ok(Self { values: load::resolve(said)? })
    }

    /// The CloudEvents `source`.
    pub fn event_source(&self) -> String {
        format!("urn:copydesk:{}", self.text("service.name"))
    }

    pub fn read(&self) -> ReadSettings {
        ReadSettings {
            limits: self.limits(),
            keep_removed: self.switch("read.keep_removed"),
            ..ReadSettings::default()
        }
    }

    pub fn classify(&self) -> ClassifySettings {
        let path = |name| Some(self.text(name)).filter(|t| !t.is_empty()).map(PathBuf::from);
        ClassifySettings {
            min_confidence: self.number("classify.min_confidence") as f32,
            watch: path("classify.watch"),
            model: path("classify.model"),
            remote_url: Some(self.text("classify.remote_url").to_owned()).filter(|u| !u.is_empty()),
            remote_budget: Duration::from_millis(self.integer("classify.remote_timeout_millis") as u64),
            is_place: Some(is_place),
        }
    }

    pub fn limits(&self) -> Limits {
        Limits {
            message_bytes: self.size("limits.message_bytes"),
            body_bytes: self.size("limits.body_bytes"),
            inflate_ratio: self.size("limits.inflate_ratio"),
            work_units: self.integer("limits.work_units") as u64,
            html_depth: self.size("limits.html_depth"),
            html_nodes: self.size("limits.html_nodes"),
            html_attribute_bytes: self.size("limits.html_attribute_bytes"),
            text_bytes: self.size("limits.text_bytes"),
            json_ld_bytes: self.size("limits.json_ld_bytes"),
        }
    }

    /// Pages read at the same time.
    pub fn jobs(&self) -> usize {
        match self.size("worker.jobs") {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }

    /// Tells configurations apart without saying what is in them: 16 digits of a hash of all settings, secrets
    /// masked.
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest, Sha256};
        let settings = self.effective().into_iter().fold(Sha256::new(), |hash, (name, value, _)| {
            hash.chain_update(name).chain_update([0]).chain_update(value).chain_update([0])
        });
        settings.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Each setting with its value and origin; secrets masked.
    pub fn effective(&self) -> Vec<(&'static str, String, String)> {
        settings::SETTINGS
            .iter()
            .map(|s| {
                let (value, origin) = &self.values[s.name];
                let shown = match (s.kind, value) {
                    (settings::Kind::Secret, Value::Text(t)) => masked(t),
                    (_, Value::Text(t)) => format!("{t:?}"),
                    (_, Value::Switch(b)) => b.to_string(),
                    (_, Value::Integer(i)) => i.to_string(),
                    (_, Value::Number(n)) => n.to_string(),
                    (_, Value::Texts(all)) => format!("{all:?}"),
                };
                (s.name, shown, origin.to_string())
            })
            .collect()
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        match &self.values[name].0 {
            Value::Text(t) => t,
            other => unreachable!("{name} is declared as text and holds {other:?}"),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> i64 {
        match &self.values[name].0 {
            Value::Integer(i) => *i,
            other => unreachable!("{name} is declared as an integer and holds {other:?}"),
        }
    }

    pub(crate) fn size(&self, name: &str) -> usize {
        usize::try_from(self.integer(name)).unwrap_or(usize::MAX)
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        match &self.values[name].0 {
            Value::Number(n) => *n,
            other => unreachable!("{name} is declared as a number and holds {other:?}"),
        }
    }

    pub(crate) fn switch(&self, name: &str) -> bool {
        match &self.values[name].0 {
            Value::Switch(b) => *b,
            other => unreachable!("{name} is declared as a switch and holds {other:?}"),
        }
    }

    pub(crate) fn texts(&self, name: &str) -> &[String] {
        match &self.values[name].0 {
            Value::Texts(all) => all,
            other => unreachable!("{name} is declared as a list and holds {other:?}"),
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.effective().into_iter().map(|(name, value, _)| (name, value))).finish()
    }
}

/// Countries and cities of some size: small ones share their names with too many things.
fn is_place(name: &str) -> bool {
    gazetteer::lookup(name).is_some_and(|p| p.kind == PlaceKind::Country || p.population >= 100)
}

/// A URL with its user and password replaced; a secret that is no URL disappears whole.
pub fn masked(secret: &str) -> String {
    if secret.is_empty() || secret == "none" || secret.starts_with("file:") {
        return format!("{secret:?}");
    }
    match url::Url::parse(secret) {
        Ok(mut url) if url.has_host() => {
            let had = !url.username().is_empty() || url.password().is_some();
            let cleared = url.set_username("").is_ok() && url.set_password(None).is_ok();
            url.set_query(None);
            match (had, cleared) {
                (_, false) => "\"***\"".into(),
                (true, true) => format!("{:?}", url.as_str().replacen("://", "://***@", 1)),
                (false, true) => format!("{:?}", url.as_str()),
            }
        }
        _ => "\"***\"".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_the_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFAULT_FILE);
        let shipped = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(shipped, settings::shipped_file(), "rewrite it with `copydesk validate --print-defaults`");
        let from_file =
            Config::from(&Said { file: Some((path, shipped)), ..Said::default() }).unwrap().values;
        let from_code = Config::from(&Said::default()).unwrap().values;
        for (name, (value, _)) in &from_code {
            assert_eq!(&from_file[name].0, value, "{name}");
        }
        assert_eq!(Config::from(&Said::default()).unwrap().limits().work_units, Limits::default().work_units);
    }

    #[test]
    fn limits_in_the_table_are_the_limits_of_the_code() {
        let (table, code) = (Config::from(&Said::default()).unwrap().limits(), Limits::default());
        assert_eq!(format!("{table:?}"), format!("{code:?}"));
    }

    #[test]
    fn secrets_are_masked_everywhere() {
        let said = Said {
            flags: vec![
                "rabbitmq.url=amqp://user:s3cret@broker:5672/v".into(),
                "rabbitmq.management_url=http://admin:s3cret@broker:15672".into(),
                "store.url=redis://:s3cret@store:6379/0".into(),
                "classify.remote_url=https://models.example/topics?key=s3cret".into(),
            ],
            ..Said::default()
        };
        let config = Config::from(&said).unwrap();
        let shown = format!("{config:?} {:?}", config.effective());
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("broker:5672"), "{shown}");
    }
}
