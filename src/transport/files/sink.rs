//! JSON lines as a sink: an event, or what could not become one, a line each. A line is confirmed when it
//! has been written and flushed.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::model::Failure;
use crate::model::failure::ParkReason;
use crate::transport::{Confirmed, Outgoing, Sink};

#[derive(Clone)]
pub struct FileSink {
    to: Arc<Mutex<dyn Write + Send>>,
    unread: Arc<AtomicBool>,
}

impl FileSink {
    pub fn new(to: impl Write + Send + 'static) -> Self {
        Self { to: Arc::new(Mutex::new(to)), unread: Arc::default() }
    }

    /// Whoever read the lines has had enough and closed the pipe.
    pub fn is_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    fn write(&self, mut line: Vec<u8>) -> std::io::Result<()> {
        line.push(b'\n');
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        to.write_all(&line)?;
        to.flush()
    }
}

impl Sink for FileSink {
    async fn put(&self, outgoing: &Outgoing) -> Result<Confirmed, Failure> {
        let parked = |reason, stage, error: &str, raw, origin: &Option<String>| {
            json!({ "parked": { "reason": reason, "stage": stage, "error": error, "raw": raw }, "input": origin })
                .to_string()
                .into_bytes()
        };
        let line = match outgoing {
            Outgoing::Event(event) => event.payload.to_vec(),
            Outgoing::Park { message, reason, stage, error, raw } => {
                parked(*reason, stage.as_str(), error, raw.as_deref(), &message.envelope.origin)
            }
            // Lines have no tiers to wait in.
            Outgoing::Retry { message, tier } => {
                let error = format!("failed for now; a service would try again in {} s", tier.seconds());
                parked(ParkReason::AttemptsExhausted, "fetch", &error, None, &message.envelope.origin)
            }
        };
        self.write(line).map_err(|e| {
            self.unread.fetch_or(e.kind() == std::io::ErrorKind::BrokenPipe, Ordering::Relaxed);
            Failure::shared("the output", e)
        })?;
        Ok(Confirmed(()))
    }
}
