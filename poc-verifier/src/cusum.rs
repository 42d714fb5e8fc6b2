//! Days added to days: a cheat too small for one day.
//!
//! Page's cumulative sum (Biometrika 1954) of a day's score over what an honest day may have:
//!
//! ```text
//! C_0 = 0      C_n = max(0, C_(n-1) + S_n - k)      rejected when C_n > limit
//! ```
//! Only hypotheses whose honest errors are new every day may be added up ([`Hypothesis::accumulates`]): echoes and deaf sites are the
//! same tomorrow, and would condemn the same owner. `k` and the limit are calibrated, not chosen here.

use crate::{
    finding::Outcome,
    hypothesis::{Calibration, CusumLimits, DayEvidence, Hypothesis},
};

/// The sum of one hypothesis over one hotspot's days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cusum {
    sum: f64,
}

impl Cusum {
    /// Adds a day and answers what the days together say. A hypothesis that does not accumulate, was not tested, is not calibrated, or speaks against
    /// the hotspot with too few behind it leaves the sum as it is and says unproven.
    pub fn add(&mut self, hypothesis: Hypothesis, day: &DayEvidence, calibration: &Calibration) -> Outcome {
        let limits = calibration.threshold(hypothesis).and_then(|threshold| threshold.cusum);
        let (Some(limits), Some(score), true) = (limits, day.score(hypothesis), hypothesis.accumulates())
        else {
            return Outcome::Unproven;
        };
        if score > 0.0 && !day.accuses(hypothesis) {
            return Outcome::Unproven;
        }
        if self.step(score, limits) > limits.limit { Outcome::Rejected } else { Outcome::Accepted }
    }

    /// The sum.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Adds a score; the new sum.
    pub fn step(&mut self, score: f64, limits: CusumLimits) -> f64 {
        self.sum = (self.sum + score - limits.reference).max(0.0);
        self.sum
    }
}

#[cfg(test)]
#[path = "cusum_tests.rs"]
mod cusum_tests;
