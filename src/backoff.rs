//! Waiting longer after each failure, with jitter so that workers do not come back all at once.
//! The only file that names the `backoff` crate.

use std::time::Duration;

use ::backoff::ExponentialBackoff;
use ::backoff::backoff::Backoff as _;

/// Doubling waits, each drawn evenly from half to one and a half of its interval.
#[derive(Debug)]
pub struct Backoff(ExponentialBackoff);

impl Backoff {
    /// Waits from about `first` to about `longest`, for ever.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self(ExponentialBackoff {
            current_interval: first,
            initial_interval: first,
            randomization_factor: 0.5,
            multiplier: 2.0,
            max_interval: longest,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        })
    }

    /// How long to wait before the next try.
    pub fn next_wait(&mut self) -> Duration {
        self.0.next_backoff().unwrap_or(self.0.max_interval)
    }

    pub async fn wait(&mut self) {
        tokio::time::sleep(self.next_wait()).await;
    }

    /// To be called when a try has succeeded.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_within_their_jitter_and_start_again_after_success() {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(30));
        for expected in [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000] {
            let wait = backoff.next_wait().as_millis();
            assert!((expected / 2..=expected * 3 / 2 + 1).contains(&wait), "{wait} for {expected}");
        }
        backoff.reset();
        assert!(backoff.next_wait() <= Duration::from_millis(301));
    }

    #[test]
    fn two_workers_do_not_wait_alike() {
        let waits = || {
            let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
            (0..8).map(|_| backoff.next_wait()).collect::<Vec<_>>()
        };
        assert_ne!(waits(), waits());
    }
}
