//! A model that is asked by HTTP, within a time budget and behind a circuit breaker; when it does not
//! answer, the embedded model's answer stands and the event says so.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::Url;

use super::taxonomy::Taxonomy;
use crate::backoff::Backoff;
use crate::model::Article;
use crate::model::event::Topic;

/// Characters of the body that are sent.
const MOST_TEXT: usize = 20_000;
/// Bytes of an answer; a list of topics is a few hundred.
const MOST_ANSWER: usize = 64 * 1024;
const MOST_TOPICS: usize = 50;
/// Failures in a row that open the breaker, and for how long.
const FAILURES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(30);
const FIRST_WAIT: Duration = Duration::from_millis(40);

/// The address and how it has answered lately.
#[derive(Debug)]
pub struct Remote {
    client: Client,
    url: Url,
    budget: Duration,
    breaker: Mutex<Breaker>,
}

/// Why the remote model said nothing.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error("classify.remote_url: {0}")]
    Address(String),
    #[error("circuit open")]
    Open,
    #[error("timeout")]
    Timeout,
    #[error("unreachable: {0}")]
    Unreachable(reqwest::Error),
    #[error("status {0}")]
    Status(StatusCode),
    #[error("malformed answer: {0}")]
    Malformed(String),
}

/// What is sent: JSON by POST.
#[derive(Debug, Serialize)]
struct Question<'a> {
    headline: Option<&'a str>,
    text: &'a str,
    language: &'a str,
    section: Option<&'a str>,
    keywords: &'a [String],
}

/// What is wanted back: `{"model": "…", "topics": [{"code": "medtop:15000000", "confidence": 0.9}]}`.
#[derive(Debug, Deserialize)]
struct Answer {
    model: Option<String>,
    topics: Vec<AnswerTopic>,
}

#[derive(Debug, Deserialize)]
struct AnswerTopic {
    code: String,
    #[serde(default)]
    name: Option<String>,
    confidence: f32,
}

impl Remote {
    pub fn new(url: &str, budget: Duration) -> Result<Self, RemoteError> {
        let url = Url::parse(url).map_err(|e| RemoteError::Address(e.to_string()))?;
        // Another part of the process may have installed the same provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(budget)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(RemoteError::Unreachable)?;
        Ok(Self { client, url, budget, breaker: Mutex::default() })
    }

    /// The remote model's id and its topics, highest first.
    pub async fn ask(
        &self,
        article: &Article,
        taxonomy: &Taxonomy,
    ) -> Result<(String, Vec<Topic>), RemoteError> {
        if !self.breaker().lets_through(Instant::now()) {
            return Err(RemoteError::Open);
        }
        let body = article.body();
        let end = body.char_indices().nth(MOST_TEXT).map_or(body.len(), |(at, _)| at);
        let question = Question {
            headline: article.headline.as_deref(),
            text: &body[..end],
            language: &article.language.tag,
            section: article.section.as_deref(),
            keywords: &article.keywords,
        };
        let answer = timeout(self.budget, self.insist(&question)).await.unwrap_or(Err(RemoteError::Timeout));
        self.breaker().note(answer.is_ok(), Instant::now());
        understood(&answer?, taxonomy)
    }

    /// Asks again after what may pass, as long as the budget lasts.
    async fn insist(&self, question: &Question<'_>) -> Result<Vec<u8>, RemoteError> {
        let mut backoff = Backoff::new(FIRST_WAIT, self.budget);
        loop {
            match self.once(question).await {
                Err(error) if error.may_pass() => backoff.wait().await,
                answer => return answer,
            }
        }
    }

    async fn once(&self, question: &Question<'_>) -> Result<Vec<u8>, RemoteError> {
        let failed = |e: reqwest::Error| {
            if e.is_timeout() { RemoteError::Timeout } else { RemoteError::Unreachable(e.without_url()) }
        };
        let mut answer = self.client.post(self.url.clone()).json(question).send().await.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(RemoteError::Status(answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > MOST_ANSWER {
                return Err(RemoteError::Malformed(format!("over {MOST_ANSWER} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RemoteError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Status(status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            _ => false,
        }
    }

    /// For `pipeline.models`: a closed word, since an error's text may come from outside.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Address(_) | Self::Unreachable(_) => "unreachable",
            Self::Open => "circuit-open",
            Self::Timeout => "timeout",
            Self::Status(_) => "refused",
            Self::Malformed(_) => "malformed",
        }
    }
}

fn understood(bytes: &[u8], taxonomy: &Taxonomy) -> Result<(String, Vec<Topic>), RemoteError> {
    let answer: Answer = serde_json::from_slice(bytes).map_err(|e| RemoteError::Malformed(e.to_string()))?;
    if answer.topics.len() > MOST_TOPICS {
        return Err(RemoteError::Malformed(format!("{} topics", answer.topics.len())));
    }
    let mut topics = Vec::new();
    for topic in answer.topics {
        if !(0.0..=1.0).contains(&topic.confidence) {
            return Err(RemoteError::Malformed(format!("confidence {}", topic.confidence)));
        }
        let known = topic.code.starts_with("medtop:").then(|| taxonomy.number(&topic.code)).flatten();
        let Some(name) = known.map(|n| taxonomy.name(n).to_owned()).or(topic.name) else {
            return Err(RemoteError::Malformed("a topic that is neither known nor named".into()));
        };
        topics.push(Topic { code: topic.code, name, confidence: topic.confidence });
    }
    topics.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let id: String =
        answer.model.unwrap_or_default().chars().filter(|c| c.is_ascii_graphic()).take(60).collect();
    Ok((format!("remote:{}", if id.is_empty() { "unnamed" } else { &id }), topics))
}

/// Closed, then open for a while after failures in a row, then one try decides.
#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    fn lets_through(&mut self, now: Instant) -> bool {
        match self.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                // Others wait for what this one finds.
                self.open_until = Some(now + PAUSE);
                true
            }
            None => true,
        }
    }

    fn note(&mut self, answered: bool, now: Instant) {
        if answered {
            *self = Self::default();
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.open_until = Some(now + PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_breaker_opens_waits_and_tries_once() {
        let mut breaker = Breaker::default();
        let start = Instant::now();
        for _ in 0..FAILURES {
            assert!(breaker.lets_through(start));
            breaker.note(false, start);
        }
        assert!(!breaker.lets_through(start + PAUSE / 2));
        assert!(breaker.lets_through(start + PAUSE));
        assert!(!breaker.lets_through(start + PAUSE), "a second one waits");
        breaker.note(true, start + PAUSE);
        assert!(breaker.lets_through(start + PAUSE));
    }

    #[test]
    fn answers_are_checked() {
        let taxonomy = Taxonomy::shipped();
        for (answer, expected) in [
            (r#"{"model":"big 1","topics":[{"code":"medtop:15000000","confidence":0.9}]}"#, Some("sport")),
            (r#"{"topics":[{"code":"mine:x","name":"X","confidence":0.9}]}"#, Some("X")),
            (r#"{"topics":[{"code":"mine:x","confidence":0.9}]}"#, None),
            (r#"{"topics":[{"code":"medtop:15000000","confidence":7}]}"#, None),
            ("<html>", None),
        ] {
            let found = understood(answer.as_bytes(), &taxonomy)
                .ok()
                .and_then(|(_, t)| Some(t.first()?.name.clone()));
            assert_eq!(found.as_deref(), expected, "{answer}");
        }
    }
}
