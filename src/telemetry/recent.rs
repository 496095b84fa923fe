//! The last pages that came to no article, for a person at the console: bounded in number and in size.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// Pages remembered; the oldest goes first.
const MOST: usize = 200;
/// Characters kept of each text that comes from a message.
const TEXT: usize = 300;

/// One page that came to no article. Its texts are hostile: a reader shows them as text and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trouble {
    /// Unix time, in seconds.
    pub at: f64,
    /// `parked`, `to be retried` or `skipped`.
    pub outcome: &'static str,
    pub stage: &'static str,
    pub reason: &'static str,
    /// The scraper's name of the message, or the page's address; empty where neither is known.
    pub page: String,
    pub error: String,
}

static TROUBLES: Mutex<VecDeque<Trouble>> = Mutex::new(VecDeque::new());

/// Remembers one, now.
pub fn note(outcome: &'static str, stage: &'static str, reason: &'static str, page: &str, error: &str) {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    let cut = |text: &str| text.chars().take(TEXT).collect();
    let trouble = Trouble { at, outcome, stage, reason, page: cut(page), error: cut(error) };
    push(&mut TROUBLES.lock().unwrap_or_else(PoisonError::into_inner), trouble);
}

/// The last ones, newest first.
pub fn troubles() -> Vec<Trouble> {
    TROUBLES.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
}

fn push(troubles: &mut VecDeque<Trouble>, trouble: Trouble) {
    if troubles.len() == MOST {
        troubles.pop_front();
    }
    troubles.push_back(trouble);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_a_long_text_is_cut() {
        let mut troubles = VecDeque::new();
        let trouble = |n: usize| Trouble {
            at: n as f64,
            outcome: "parked",
            stage: "open",
            reason: "panic",
            page: String::new(),
            error: String::new(),
        };
        (0..MOST + 5).for_each(|n| push(&mut troubles, trouble(n)));
        assert_eq!((troubles.len(), troubles[0].at), (MOST, 5.0));

        note("parked", "open", "panic", &"ü".repeat(TEXT * 3), "why");
        let noted = troubles_of("panic");
        assert!(noted.iter().any(|t| t.page.chars().count() == TEXT && t.error == "why"), "{noted:?}");
    }

    fn troubles_of(reason: &str) -> Vec<Trouble> {
        troubles().into_iter().filter(|t| t.reason == reason).collect()
    }
}
