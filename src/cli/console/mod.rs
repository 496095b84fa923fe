//! The console of a running worker: what it is doing, which pages came to no article and why, what it would
//! make of a page that somebody pastes, and its settings. It changes nothing and publishes nothing.
//!
//! It stands beside `/metrics` and answers this machine alone (a tunnel or a port-forward counts as such):
//! texts of pages and settings are no business of whoever may scrape metrics.

/// Who may look.
mod guard;

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use serde::Serialize;

use super::explain::{explained_by, opened};
use super::explain_html;
use crate::config::Config;
use crate::model::{Envelope, SiteKnowledge};
use crate::telemetry::recent::{self, Trouble};
use crate::telemetry::{self, Health};
use crate::worker::{CpuPool, Pipeline};

const PAGE: &str = include_str!("console.html");
const SCRIPT: &str = include_str!("console.js");
const STYLE: &str = include_str!("console.css");

/// Nothing from elsewhere is loaded, nothing inline runs, no other site may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Of the answer about a pasted page: it is all escaped text, and is shown in a frame of the console.
const ANSWER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";
/// A pasted page travels percent-encoded, which may triple it.
const ENCODED: usize = 3;

/// What the console shows. One for the process.
pub(super) struct Console {
    health: Arc<Health>,
    since: Instant,
    message_bytes: usize,
    /// Name, value (secrets masked), where it comes from.
    settings: Vec<(&'static str, String, String)>,
    /// Handed in once the store has been reached.
    desk: OnceLock<Desk>,
}

/// A pipeline that keeps traces, and the threads to run it on.
struct Desk {
    pipeline: Arc<Pipeline>,
    pool: CpuPool,
}

impl Console {
    pub fn new(config: &Config, health: Arc<Health>) -> Arc<Self> {
        Arc::new(Self {
            health,
            since: Instant::now(),
            message_bytes: config.size("limits.message_bytes"),
            settings: config.effective(),
            desk: OnceLock::new(),
        })
    }

    /// From here on pages can be tried. `pipeline` keeps traces; `pool` is the worker's, with its deadline.
    pub fn open_desk(&self, pipeline: Pipeline, pool: CpuPool) {
        // A second call would be of the same process and the same settings.
        let _ = self.desk.set(Desk { pipeline: Arc::new(pipeline), pool });
    }
}

/// `/` and `/console/…`, for this machine alone.
pub(super) fn router(console: Arc<Console>) -> Router {
    let most = console.message_bytes.saturating_mul(ENCODED);
    Router::new()
        .route("/", get(|| async { fixed(PAGE, "text/html; charset=utf-8") }))
        .route("/console/console.js", get(|| async { fixed(SCRIPT, "text/javascript; charset=utf-8") }))
        .route("/console/console.css", get(|| async { fixed(STYLE, "text/css; charset=utf-8") }))
        .route("/console/state", get(state))
        .route("/console/try", post(try_page).layer(DefaultBodyLimit::max(most)))
        .layer(middleware::from_fn(guard::this_machine_alone))
        .with_state(console)
}

fn fixed(text: &'static str, kind: &'static str) -> Response {
    guarded(([(header::CONTENT_TYPE, kind)], text).into_response(), POLICY)
}

/// With the headers that keep a browser from doing more than showing it.
fn guarded(mut response: Response, policy: &'static str) -> Response {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[derive(Serialize)]
struct Shown<'a> {
    version: &'static str,
    revision: &'static str,
    uptime_seconds: u64,
    /// Empty when ready.
    not_ready: Vec<&'static str>,
    can_try: bool,
    troubles: Vec<Trouble>,
    settings: &'a [(&'static str, String, String)],
}

async fn state(State(console): State<Arc<Console>>) -> Response {
    let shown = Shown {
        version: telemetry::VERSION,
        revision: telemetry::REVISION,
        uptime_seconds: console.since.elapsed().as_secs(),
        not_ready: console.health.not_ready().iter().map(|reason| reason.as_str()).collect(),
        can_try: console.desk.get().is_some(),
        troubles: recent::troubles(),
        settings: &console.settings,
    };
    let text = serde_json::to_string(&shown).expect("numbers and texts under fixed names");
    guarded(([(header::CONTENT_TYPE, "application/json")], text).into_response(), POLICY)
}

/// What the pipeline makes of a pasted page, as `explain --html` shows it.
async fn try_page(State(console): State<Arc<Console>>, form: Bytes) -> Response {
    let Some(Desk { pipeline, pool }) = console.desk.get() else {
        return told(StatusCode::SERVICE_UNAVAILABLE, "not yet: the worker is still reaching for its store");
    };
    let pasted = Pasted::of(&form);
    if pasted.page.trim().is_empty() {
        return told(StatusCode::BAD_REQUEST, "there is no page to look at: paste one");
    }
    let (pipeline, url) = (Arc::clone(pipeline), pasted.url());
    let explained = pool
        .run(move || {
            let raw = opened(&pipeline, Ok(pasted.envelope()), url.as_deref());
            explained_by(&pipeline, &SiteKnowledge::default(), "pasted page".to_owned(), raw)
        })
        .await;
    match explained {
        Ok(explained) => {
            let mut out = String::new();
            explain_html::page(&explained, &mut out);
            let page = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], out);
            guarded(page.into_response(), ANSWER_POLICY)
        }
        Err(lost) => told(StatusCode::UNPROCESSABLE_ENTITY, &format!("the page was given up: {lost}")),
    }
}

fn told(status: StatusCode, what: &str) -> Response {
    guarded((status, format!("{what}\n")).into_response(), ANSWER_POLICY)
}

/// The form's fields.
#[derive(Default)]
struct Pasted {
    page: String,
    kind: String,
    url: String,
}

impl Pasted {
    fn of(form: &[u8]) -> Self {
        let mut pasted = Self::default();
        for (name, value) in url::form_urlencoded::parse(form) {
            match &*name {
                "page" => pasted.page = value.into_owned(),
                "kind" => pasted.kind = value.into_owned(),
                "url" => pasted.url = value.trim().to_owned(),
                _ => {}
            }
        }
        pasted
    }

    fn url(&self) -> Option<String> {
        (!self.url.is_empty()).then(|| self.url.clone())
    }

    fn envelope(self) -> Envelope {
        let content_type = match self.kind.as_str() {
            "text" => "text/plain; charset=utf-8",
            "message" => "application/json",
            _ => "text/html; charset=utf-8",
        };
        Envelope {
            payload: self.page.into(),
            content_type: Some(content_type.to_owned()),
            ..Envelope::default()
        }
    }
}

#[cfg(test)]
mod tests;
