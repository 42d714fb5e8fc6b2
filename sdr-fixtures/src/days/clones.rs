//! What guards of two keys say, drawn from the statistic's own distribution.
//!
//! Honest: the largest of `K` exponentials. A copy with own noise of `X` dB has `|sqrt(L) + n|^2`, `L = N / (1 + 10^(X/10))^2`, and is scored by
//! the verifier's own function.

use poc_verifier::{
    CheckName, Finding, Outcome,
    checks::guard_noise::{NEAR_HYPOTHESES, score_of},
};

use super::{Dice, villains::Copy};

/// Independent numbers of a guard of 4096 samples at two a chip, as much as two guards cover together.
const INDEPENDENT: f64 = 2000.0;

/// What a comparison with one other key's guard says.
pub(super) fn guards(copy: Option<Copy>, dice: &mut Dice) -> Finding {
    let chance = -(1.0 - dice.between(0.0, 1.0).powf(1.0 / NEAR_HYPOTHESES)).max(1e-300).ln();
    let statistic = copy.map_or(chance, |copy| alike(copy, dice).max(chance));
    Finding {
        check: CheckName::GuardNoise,
        outcome: Outcome::Accepted,
        measured: statistic,
        allowed: 0.0,
        unit: "",
        score: score_of(statistic, NEAR_HYPOTHESES),
        explanation: String::new(),
    }
}

/// `N rho^2` of a copy.
fn alike(copy: Copy, dice: &mut Dice) -> f64 {
    let noncentrality = INDEPENDENT / (1.0 + 10_f64.powf(0.1 * copy.own_noise_db)).powi(2);
    let (real, imaginary) = (noncentrality.sqrt() + dice.normal(0.5_f64.sqrt()), dice.normal(0.5_f64.sqrt()));
    real * real + imaginary * imaginary
}
