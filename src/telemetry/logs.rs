//! Logs on standard error: one JSON object a line, or readable text on a terminal.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;

/// Characters of one field that reach the log; the rest is cut, so that a hostile page cannot fill the disk.
const FIELD_LIMIT: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    Json,
    Text,
}

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("log filter `{filter}`: {why}; write a level (`info`) or levels by module (`info,lapin=warn`)")]
    Filter { filter: String, why: String },
    #[error("logs are set up already in this process")]
    Installed,
    #[error("the log filter can no longer be changed: {0}")]
    Gone(#[from] reload::Error),
}

/// Changes the filter of a running process.
#[derive(Clone)]
pub struct LogHandle(reload::Handle<EnvFilter, tracing_subscriber::Registry>);

/// Sends this process' logs to standard error.
pub fn init(format: Format, filter: &str) -> Result<LogHandle, LogError> {
    let (filter, handle) = reload::Layer::new(parse(filter)?);
    let json = match format {
        Format::Auto => !io::stderr().is_terminal(),
        Format::Json => true,
        Format::Text => false,
    };
    let registry = tracing_subscriber::registry().with(filter);
    let installed = if json {
        tracing::subscriber::set_global_default(registry.with(JsonLines::new(io::stderr)))
    } else {
        let text = tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .compact();
        tracing::subscriber::set_global_default(registry.with(text))
    };
    installed.map_err(|_| LogError::Installed)?;
    Ok(LogHandle(handle))
}

impl LogHandle {
    pub fn set_filter(&self, filter: &str) -> Result<(), LogError> {
        Ok(self.0.reload(parse(filter)?)?)
    }
}

fn parse(filter: &str) -> Result<EnvFilter, LogError> {
    EnvFilter::builder()
        .parse(filter)
        .map_err(|why| LogError::Filter { filter: filter.to_owned(), why: why.to_string() })
}

/// Writes each event as one line: `ts`, `level`, `target`, `msg`, then the fields of its spans and its own.
pub struct JsonLines<W> {
    writer: W,
}

impl<W> JsonLines<W> {
    pub fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        if let Some(span) = ctx.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        if let Some(span) = ctx.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let metadata = event.metadata();
        let mut own = Fields::default();
        event.record(&mut own);

        let mut line = Map::new();
        line.insert("ts".into(), jiff::Timestamp::now().to_string().into());
        line.insert("level".into(), metadata.level().as_str().into());
        line.insert("target".into(), metadata.target().into());
        let msg = own.0.remove("message").unwrap_or_default();
        line.insert("msg".into(), msg);
        for span in
            ctx.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.0.clone());
            }
        }
        line.extend(own.0);

        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // a log that cannot be written has nowhere to complain to
        let _ = self.writer.make_writer_for(metadata).write_all(text.as_bytes());
    }
}

/// Fields of an event or a span, kept as JSON values.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let name = match field.name() {
            // the line's own keys are not for fields to overwrite
            "ts" | "level" | "target" | "msg" => format!("field_{}", field.name()),
            name => name.trim_start_matches("r#").to_owned(),
        };
        self.0.insert(name, value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, cut(format!("{value:?}")));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, cut(value.to_owned()));
    }
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut chain = value.to_string();
        let mut source = value.source();
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        self.put(field, cut(chain));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(FIELD_LIMIT) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(log: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::registry().with(JsonLines::new(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, log);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_carries_its_spans_fields_and_its_own() {
        let lines = lines(|| {
            let span = tracing::info_span!("page", message_id = "m-1", attempt = 2u64);
            let _in = span.enter();
            tracing::warn!(stage = "parse", reason = "limit", "page parked");
        });
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        for (key, value) in [
            ("level", "WARN".into()),
            ("msg", "page parked".into()),
            ("message_id", "m-1".into()),
            ("attempt", Value::from(2)),
            ("stage", "parse".into()),
            ("reason", "limit".into()),
            ("target", module_path!().into()),
        ] {
            assert_eq!(line[key], value, "{key}");
        }
        let ts: jiff::Timestamp = line["ts"].as_str().unwrap().parse().unwrap();
        assert!(ts > "2020-01-01T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn a_hostile_field_stays_within_its_line_and_its_length() {
        let hostile = format!("\n{{\"level\":\"ERROR\"}}\u{1b}[2J{}", "x".repeat(5000));
        let lines = lines(|| tracing::info!(url_host = hostile, level = "mine", "seen"));
        assert_eq!(lines.len(), 1, "one event, one line");
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[0]["field_level"], "mine");
        let kept = lines[0]["url_host"].as_str().unwrap();
        assert_eq!(kept.chars().count(), FIELD_LIMIT + 1);
    }

    #[test]
    fn a_wrong_filter_is_named_with_the_remedy() {
        let error = parse("copydesk=loud").unwrap_err().to_string();
        assert!(error.contains("copydesk=loud") && error.contains("info,lapin=warn"), "{error}");
    }
}
