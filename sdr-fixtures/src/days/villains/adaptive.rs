//! The adaptive spoofer: knows the thresholds, and stands as far away as they let it.
//!
//! It bisects the greatest distance at which a share of its days passes; what it finds is what a place may be wrong by, unpunished.

use super::ExpertSpoof;

/// Bisection's ends and its steps, m.
const FARTHEST_M: f64 = 20_000.0;
const STEPS: u32 = 10;

/// The adaptive spoofer.
pub struct Adaptive {
    /// Share of days that it wants to pass.
    pub passes: f64,
}

impl Adaptive {
    /// The greatest distance at which it gets away as often as it wants, given how often a spoof passes.
    pub fn greatest_m(&self, passing: impl Fn(&ExpertSpoof) -> f64) -> f64 {
        let (mut low_m, mut high_m) = (0.0, FARTHEST_M);
        for _ in 0..STEPS {
            let metres = 0.5 * (low_m + high_m);
            if passing(&ExpertSpoof { metres }) >= self.passes { low_m = metres } else { high_m = metres }
        }
        low_m
    }
}
