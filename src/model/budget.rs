//! The work a page may cost, in units (about one byte looked at, one node, one step). Running out is a
//! deterministic rejection: the same page runs out at the same place on every machine.

use std::fmt;
use std::sync::Arc;

use super::failure::{ParkReason, Rejection, Stage};

#[derive(Debug, Clone)]
pub struct Budget {
    left: u64,
    whole: u64,
    watcher: Option<StageWatcher>,
}

/// Told of each step that a page enters: whoever has a clock times them, and knows where a page that
/// panicked or hangs had got to.
#[derive(Clone)]
pub struct StageWatcher(pub Arc<dyn Fn(Stage) + Send + Sync>);

impl Budget {
    pub fn new(units: u64) -> Self {
        Self { left: units, whole: units, watcher: None }
    }

    pub fn watched(units: u64, watcher: StageWatcher) -> Self {
        Self { left: units, whole: units, watcher: Some(watcher) }
    }

    /// Says that the page enters a step.
    pub fn enter(&self, stage: Stage) {
        if let Some(StageWatcher(watch)) = &self.watcher {
            watch(stage);
        }
    }

    /// Draws `units`; fails when the page has used up its budget in `step`.
    pub fn draw(&mut self, units: u64, step: &'static str) -> Result<(), Rejection> {
        match self.left.checked_sub(units) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Rejection::park(
                ParkReason::LimitWork,
                format!(
                    "{step} needs more than the {} units of work that limits.work_units allows",
                    self.whole
                ),
            )),
        }
    }

    pub fn used(&self) -> u64 {
        self.whole - self.left
    }
}

impl fmt::Debug for StageWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StageWatcher")
    }
}
