//! Three written steps under a deadline: stop the intake, finish what is at hand, close. A second request
//! ends the process at once; redelivery covers what was in flight.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The request to stop; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    drain: CancellationToken,
    at_once: CancellationToken,
}

impl Shutdown {
    /// Follows SIGTERM and SIGINT: the first drains, the second stops at once.
    pub fn on_signals() -> std::io::Result<Self> {
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shutdown = Self::default();
        let told = shutdown.clone();
        tokio::spawn(async move {
            for request in [Self::drain, Self::stop_at_once] {
                tokio::select! {
                    _ = term.recv() => {}
                    _ = int.recv() => {}
                }
                request(&told);
            }
        });
        Ok(shutdown)
    }

    pub fn drain(&self) {
        self.drain.cancel();
    }

    pub fn stop_at_once(&self) {
        self.drain.cancel();
        self.at_once.cancel();
    }

    pub async fn requested(&self) {
        self.drain.cancelled().await;
    }

    pub async fn requested_at_once(&self) {
        self.at_once.cancelled().await;
    }

    pub fn is_requested(&self) -> bool {
        self.drain.is_cancelled()
    }
}
