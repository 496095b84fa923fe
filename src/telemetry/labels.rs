//! The closed sets that a metric's labels may take their values from.
//!
//! Nothing that comes from a page can become a label: whoever counts passes one of these variants.

use std::str::FromStr;

use crate::model::Cut;
use crate::model::failure::{ParkReason, SkipReason, Stage};

/// A value of a closed set, as it stands in `/metrics`.
pub trait Label: Copy {
    /// The label's name in `/metrics`.
    const KEY: &'static str;
    /// The value's name in `/metrics`.
    fn word(self) -> &'static str;
    /// Every value's name.
    fn words() -> Vec<&'static str>;
}

/// A word that is no member of a label's closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a value of the label `{label}`")]
pub struct UnknownLabel {
    pub label: &'static str,
}

macro_rules! label {
    ($(#[$doc:meta])* $name:ident, $key:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        impl Label for $name {
            const KEY: &'static str = $key;
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn words() -> Vec<&'static str> {
                vec![$($word),+]
            }
        }

        impl FromStr for $name {
            type Err = UnknownLabel;
            fn from_str(word: &str) -> Result<Self, UnknownLabel> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(UnknownLabel { label: $key }) }
            }
        }
    };
}

label! {
    /// How a delivery ended: the account's outcomes, each exactly once per delivery.
    Outcome, "outcome" {
        Created = "created",
        Updated = "updated",
        Duplicate = "duplicate",
        Skipped = "skipped",
        Retried = "retried",
        Parked = "parked",
        /// Unsettled when its connection or the process ended.
        Returned = "returned",
    }
}

impl Label for Stage {
    const KEY: &'static str = "stage";
    fn word(self) -> &'static str {
        self.as_str()
    }
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|stage| stage.as_str()).collect()
    }
}

impl Label for SkipReason {
    const KEY: &'static str = "reason";
    fn word(self) -> &'static str {
        self.as_str()
    }
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|reason| reason.as_str()).collect()
    }
}

/// Why a page could not become an event: what parks it, or what stands in its way for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureReason {
    Park(ParkReason),
    World(WorldReason),
}

impl Label for FailureReason {
    const KEY: &'static str = "reason";
    fn word(self) -> &'static str {
        match self {
            Self::Park(reason) => reason.as_str(),
            Self::World(reason) => reason.word(),
        }
    }
    fn words() -> Vec<&'static str> {
        let park = ParkReason::ALL.iter().map(|reason| reason.as_str());
        park.chain(WorldReason::words()).collect()
    }
}

impl From<ParkReason> for FailureReason {
    fn from(reason: ParkReason) -> Self {
        Self::Park(reason)
    }
}

impl From<WorldReason> for FailureReason {
    fn from(reason: WorldReason) -> Self {
        Self::World(reason)
    }
}

label! {
    /// What in the world stood in a page's way, for now.
    WorldReason, "reason" {
        /// The host or directory of its claim check.
        Fetch = "fetch",
        Store = "store",
        Broker = "broker",
        /// The broker refused the event.
        Nack = "nack",
        Other = "other",
    }
}

label! {
    /// Why a page waits in a retry tier.
    RetryReason, "reason" {
        Fetch = "fetch",
        /// A page that met another's pending claim for longer than it may hold a place.
        ClaimPending = "claim_pending",
        Other = "other",
    }
}

label! {
    /// One of the worker's two connections to the broker.
    Role, "role" {
        Consumer = "consumer",
        Publisher = "publisher",
    }
}

label! {
    /// Why a connection to the broker was built anew.
    ReconnectReason, "reason" {
        /// The network or the broker went away.
        Connection = "connection",
        Heartbeat = "heartbeat",
        /// The consumer was cancelled: its queue was deleted or moved.
        Cancelled = "cancelled",
        /// A publisher confirm that did not come in time.
        ConfirmTimeout = "confirm_timeout",
        /// Refused by the broker: access, a missing exchange or queue, other arguments.
        Refused = "refused",
        Other = "other",
    }
}

label! {
    /// How fetching a claim check ended.
    FetchResult, "result" {
        Ok = "ok",
        Timeout = "timeout",
        /// The address rules forbid it.
        BlockedAddress = "blocked_address",
        TooLarge = "too_large",
        Http4xx = "http_4xx",
        Http5xx = "http_5xx",
        /// The bytes are not those the message named.
        Mismatch = "mismatch",
        Other = "other",
    }
}

label! {
    /// Which limit on hostile input was met.
    Limit, "limit" {
        BodyBytes = "body_bytes",
        InflateRatio = "inflate_ratio",
        HtmlDepth = "html_depth",
        HtmlNodes = "html_nodes",
        HtmlAttributeBytes = "html_attribute_bytes",
        TextBytes = "text_bytes",
        TextLines = "text_lines",
        JsonLdBytes = "json_ld_bytes",
        /// The page's budget of work units.
        Work = "work",
        /// The page's deadline.
        Time = "time",
        EventBytes = "event_bytes",
    }
}

label! {
    /// What telling articles apart met on the way.
    IdentifyEvent, "event" {
        /// Waited for another page's claim on the same article.
        ClaimWaited = "claim_waited",
        /// Took over a claim whose page never came to an end.
        ClaimTakenOver = "claim_taken_over",
        /// Lost its claim to another before its event was confirmed.
        ClaimFenced = "claim_fenced",
        /// An article has more addresses than are remembered of one.
        AliasNotRemembered = "alias_not_remembered",
        /// An address, content or headline leads to more articles than are remembered of one: a farm of
        /// copies, or a canonical URL that everything points to.
        KeyCrowded = "key_crowded",
        /// Published as new without asking, because the store was out and the configuration says so.
        Unchecked = "unchecked",
    }
}

label! {
    /// What the store forgets when its limits say so.
    Forgotten, "what" {
        Article = "article",
        Page = "page",
        /// What a site has taught.
        Site = "site",
        /// Of a site that repeats more lines than there is room for.
        Line = "line",
    }
}

label! {
    /// A task of the worker that can panic.
    Task, "task" {
        Page = "page",
        Session = "session",
        Publisher = "publisher",
        Http = "http",
        Upkeep = "upkeep",
    }
}

label! {
    /// First-level Media Topic of an article, `none` where unsure.
    TopicLabel, "topic" {
        Arts = "arts",
        Crime = "crime",
        Disaster = "disaster",
        Economy = "economy",
        Education = "education",
        Environment = "environment",
        Health = "health",
        HumanInterest = "human-interest",
        Labour = "labour",
        Lifestyle = "lifestyle",
        Politics = "politics",
        Religion = "religion",
        Science = "science",
        Society = "society",
        Sport = "sport",
        Conflict = "conflict",
        Weather = "weather",
        None = "none",
    }
}

label! {
    /// Primary language of an article: the languages that news arrives in, everything else `other`.
    LanguageLabel, "language" {
        Ar = "ar", Bg = "bg", Bn = "bn", Ca = "ca", Cs = "cs", Da = "da", De = "de", El = "el",
        En = "en", Es = "es", Et = "et", Fa = "fa", Fi = "fi", Fr = "fr", He = "he", Hi = "hi",
        Hr = "hr", Hu = "hu", Id = "id", It = "it", Ja = "ja", Ko = "ko", Lt = "lt", Lv = "lv",
        Nl = "nl", No = "no", Pl = "pl", Pt = "pt", Ro = "ro", Ru = "ru", Sk = "sk", Sl = "sl",
        Sr = "sr", Sv = "sv", Sw = "sw", Ta = "ta", Te = "te", Th = "th", Tr = "tr", Uk = "uk",
        Ur = "ur", Vi = "vi", Zh = "zh",
        Und = "und",
        Other = "other",
    }
}

label! {
    /// A yes-or-no label.
    Flag, "redelivered" { No = "false", Yes = "true" }
}

impl Limit {
    /// The limit that a page was parked for, if it was one.
    pub fn of(reason: ParkReason) -> Option<Self> {
        match reason {
            ParkReason::LimitMessageBytes | ParkReason::LimitBodyBytes => Some(Self::BodyBytes),
            ParkReason::LimitInflateRatio => Some(Self::InflateRatio),
            ParkReason::LimitWork => Some(Self::Work),
            ParkReason::Deadline => Some(Self::Time),
            ParkReason::EventTooLarge => Some(Self::EventBytes),
            ParkReason::UnreadableEnvelope
            | ParkReason::BodyRefRefused
            | ParkReason::BodyRefMismatch
            | ParkReason::Panic
            | ParkReason::AttemptsExhausted
            | ParkReason::DeliveryLimit => None,
        }
    }
}

impl From<Cut> for Limit {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::HtmlDepth => Self::HtmlDepth,
            Cut::HtmlNodes => Self::HtmlNodes,
            Cut::HtmlAttributeBytes => Self::HtmlAttributeBytes,
            Cut::TextBytes => Self::TextBytes,
            Cut::TextLines => Self::TextLines,
            Cut::JsonLdBytes => Self::JsonLdBytes,
        }
    }
}

impl TopicLabel {
    /// The label of a routing word; a word outside the first level counts as `none`.
    pub fn from_word(word: &str) -> Self {
        word.parse().unwrap_or(Self::None)
    }
}

impl LanguageLabel {
    /// The label of a BCP 47 tag by its primary subtag; an empty tag is `und`, an unlisted one `other`.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "" => Self::Und,
            "nb" | "nn" => Self::No,
            word => word.parse().unwrap_or(Self::Other),
        }
    }
}

impl From<bool> for Flag {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_variants_agree() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.word().parse(), Ok(*outcome));
        }
        assert_eq!(Outcome::ALL.len(), Outcome::words().len());
        assert_eq!("publishd".parse::<Outcome>(), Err(UnknownLabel { label: "outcome" }));
    }

    #[test]
    fn a_language_outside_the_set_is_other() {
        for (tag, label) in [
            ("en", LanguageLabel::En),
            ("pt-BR", LanguageLabel::Pt),
            ("zh-Hant", LanguageLabel::Zh),
            ("NB", LanguageLabel::No),
            ("", LanguageLabel::Und),
            ("und", LanguageLabel::Und),
            ("tlh", LanguageLabel::Other),
            ("<script>", LanguageLabel::Other),
        ] {
            assert_eq!(LanguageLabel::from_tag(tag), label, "{tag}");
        }
    }

    #[test]
    fn a_topic_outside_the_first_level_is_none() {
        assert_eq!(TopicLabel::from_word("human-interest"), TopicLabel::HumanInterest);
        assert_eq!(TopicLabel::from_word("gossip"), TopicLabel::None);
    }

    #[test]
    fn a_limit_that_cuts_is_counted_by_its_name() {
        for cut in Cut::ALL {
            assert_eq!(Limit::from(*cut).word(), cut.as_str());
        }
    }
}
