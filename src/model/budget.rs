//! The work a page may cost, in units (about one byte looked at, one node, one step). Running out is a
//! deterministic rejection: the same page runs out at the same place on every machine.

use super::failure::{ParkReason, Rejection};

#[derive(Debug, Clone)]
pub struct Budget {
    left: u64,
    whole: u64,
}

impl Budget {
    pub fn new(units: u64) -> Self {
        Self { left: units, whole: units }
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
