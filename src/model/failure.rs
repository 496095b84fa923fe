//! Two kinds of failure, two types: a `Rejection` is about the page and permanent, a `Failure` is about
//! the world and transient. The type decides what becomes of the page.

use serde::{Deserialize, Serialize};

/// The page is no article, or cannot be read. The only failure that `read` has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Published as `page.skipped`.
    #[error("skipped: {reason}: {detail}")]
    Skip { reason: SkipReason, detail: String },
    /// Parked for a person to look at.
    #[error("parked: {reason}: {detail}")]
    Park { reason: ParkReason, detail: String },
}

impl Rejection {
    pub fn skip(reason: SkipReason, detail: impl Into<String>) -> Self {
        Self::Skip { reason, detail: detail.into() }
    }
    pub fn park(reason: ParkReason, detail: impl Into<String>) -> Self {
        Self::Park { reason, detail: detail.into() }
    }
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident => $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum $name { $(#[serde(rename = $word)] $variant,)* }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(word: &str) -> Result<Self, ()> {
                match word { $($word => Ok(Self::$variant),)* _ => Err(()) }
            }
        }
    };
}

words! {
    /// Why a page is no article. Closed: part of routing keys and metrics.
    SkipReason {
        Listing => "listing",
        TopicPage => "topic_page",
        Consent => "consent",
        ErrorPage => "error_page",
        Login => "login",
        Product => "product",
        Job => "job",
        Feed => "feed",
        Empty => "empty",
        BoilerplateOnly => "boilerplate_only",
        NotText => "not_text",
    }
}

words! {
    /// Why a message was parked. Closed: part of headers and metrics.
    ParkReason {
        UnreadableEnvelope => "unreadable_envelope",
        LimitMessageBytes => "limit_message_bytes",
        LimitBodyBytes => "limit_body_bytes",
        LimitInflateRatio => "limit_inflate_ratio",
        LimitWork => "limit_work",
        BodyRefRefused => "body_ref_refused",
        BodyRefMismatch => "body_ref_mismatch",
        Panic => "panic",
        Deadline => "deadline",
        EventTooLarge => "event_too_large",
        AttemptsExhausted => "attempts_exhausted",
        DeliveryLimit => "delivery_limit",
    }
}

words! {
    /// The step where something went wrong, as headers, logs and metrics name it.
    Stage {
        Open => "open",
        Fetch => "fetch",
        Decode => "decode",
        Parse => "parse",
        Extract => "extract",
        Clean => "clean",
        Describe => "describe",
        Identify => "identify",
        Classify => "classify",
        Route => "route",
        Publish => "publish",
    }
}

/// Something outside failed; the page may be as good as any.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Hits every page: store, sink or broker out of reach. Waited out; no attempt is counted.
    #[error("{what} is out of reach: {source}")]
    Shared {
        what: &'static str,
        /// Waiting does not help: only another process can use it again.
        for_good: bool,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Hits this page alone: the host of its claim check, say. Retried in tiers; the attempt counts.
    #[error("{what} failed for this page: {source}")]
    OfPage {
        what: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Failure {
    pub fn shared(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Shared { what, for_good: false, source: source.into() }
    }
    pub fn for_good(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Shared { what, for_good: true, source: source.into() }
    }
    pub fn of_page(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::OfPage { what, source: source.into() }
    }
}
