//! Tells systemd when the service has started, that it is alive, and that it stops. Elsewhere it does nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sd_notify::NotifyState;
use tokio::task::JoinHandle;

use super::Health;

/// How often the service's state is looked at: a request to stop is told within it.
const LOOK: Duration = Duration::from_millis(100);

/// Says READY now, WATCHDOG as long as the event loop ticks (where the unit sets `WatchdogSec`), and STOPPING once the
/// drain begins; then it ends. A broker that is away is no reason for systemd to restart the service, so readiness is not asked.
pub fn attend(health: Arc<Health>) -> JoinHandle<()> {
    tokio::spawn(async move {
        say(&[NotifyState::Ready]);
        // twice within the time that systemd waits
        let every = sd_notify::watchdog_enabled().map(|limit| limit / 2);
        let mut said = Instant::now();
        while !health.is_draining() {
            tokio::time::sleep(LOOK).await;
            if every.is_some_and(|every| said.elapsed() >= every) && health.is_live() {
                said = Instant::now();
                say(&[NotifyState::Watchdog]);
            }
        }
        say(&[NotifyState::Stopping]);
    })
}

fn say(state: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}
