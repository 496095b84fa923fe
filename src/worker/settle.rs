//! What becomes of a page: one pure match, acted on elsewhere.

use crate::model::Failure;
use crate::model::failure::{ParkReason, Stage};
use crate::telemetry::labels::RetryReason;
use crate::transport::Tier;

/// What is known of a page when its fate is decided.
#[derive(Debug)]
pub enum Fate<'a> {
    /// There is an event to publish.
    Event,
    Rejected {
        reason: ParkReason,
        stage: Stage,
    },
    Failed {
        failure: &'a Failure,
        stage: Stage,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Publish,
    Park {
        reason: ParkReason,
        stage: Stage,
    },
    /// Once more after the tier's wait; `attempt` is the count that the copy carries.
    Retry {
        tier: Tier,
        attempt: u32,
        reason: RetryReason,
    },
    /// Once more as soon as what is shared is back; no attempt is counted.
    WaitOut,
}

/// `attempt` is how often the page has been retried so far, `attempts` how often it may be.
pub fn decide(fate: &Fate<'_>, attempt: u32, attempts: u32) -> Decision {
    match *fate {
        Fate::Event => Decision::Publish,
        Fate::Rejected { reason, stage } => Decision::Park { reason, stage },
        Fate::Failed { failure: Failure::Shared { .. }, .. } => Decision::WaitOut,
        Fate::Failed { failure: Failure::OfPage { .. }, stage } if attempt >= attempts => {
            Decision::Park { reason: ParkReason::AttemptsExhausted, stage }
        }
        Fate::Failed { failure: Failure::OfPage { .. }, stage } => {
            Decision::Retry { tier: tier(attempt), attempt: attempt + 1, reason: reason(stage) }
        }
    }
}

fn tier(attempt: u32) -> Tier {
    let last = Tier::ALL.len() - 1;
    Tier::ALL[usize::try_from(attempt).unwrap_or(last).min(last)]
}

fn reason(stage: Stage) -> RetryReason {
    match stage {
        Stage::Fetch => RetryReason::Fetch,
        Stage::Identify => RetryReason::ClaimPending,
        _ => RetryReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_failure_decides() {
        let shared = Failure::shared("the store", "refused");
        let of_page = Failure::of_page("the host", "time-out");
        let rejected = |reason| Fate::Rejected { reason, stage: Stage::Parse };
        let failed = |failure, stage| Fate::Failed { failure, stage };
        let park = |reason, stage| Decision::Park { reason, stage };
        let retry = |tier, attempt, reason| Decision::Retry { tier, attempt, reason };
        for (fate, attempt, decision) in [
            (Fate::Event, 0, Decision::Publish),
            (Fate::Event, 9, Decision::Publish),
            (rejected(ParkReason::LimitWork), 0, park(ParkReason::LimitWork, Stage::Parse)),
            (rejected(ParkReason::Panic), 4, park(ParkReason::Panic, Stage::Parse)),
            (failed(&shared, Stage::Identify), 0, Decision::WaitOut),
            (failed(&shared, Stage::Publish), 99, Decision::WaitOut),
            (failed(&of_page, Stage::Fetch), 0, retry(Tier::TenSeconds, 1, RetryReason::Fetch)),
            (failed(&of_page, Stage::Fetch), 1, retry(Tier::OneMinute, 2, RetryReason::Fetch)),
            (failed(&of_page, Stage::Fetch), 2, retry(Tier::TenMinutes, 3, RetryReason::Fetch)),
            (failed(&of_page, Stage::Fetch), 3, retry(Tier::OneHour, 4, RetryReason::Fetch)),
            (failed(&of_page, Stage::Fetch), 4, park(ParkReason::AttemptsExhausted, Stage::Fetch)),
            (failed(&of_page, Stage::Fetch), u32::MAX, park(ParkReason::AttemptsExhausted, Stage::Fetch)),
            (failed(&of_page, Stage::Identify), 0, retry(Tier::TenSeconds, 1, RetryReason::ClaimPending)),
            (failed(&of_page, Stage::Decode), 0, retry(Tier::TenSeconds, 1, RetryReason::Other)),
        ] {
            assert_eq!(decide(&fate, attempt, 4), decision, "{fate:?} at attempt {attempt}");
        }
        assert_eq!(
            decide(&failed(&of_page, Stage::Fetch), 7, 9),
            retry(Tier::OneHour, 8, RetryReason::Fetch),
            "attempts beyond the tiers wait in the longest"
        );
    }
}
