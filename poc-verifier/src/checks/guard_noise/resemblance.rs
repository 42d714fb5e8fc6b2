//! How alike the guards of two keys have been, over all that they both showed.
//!
//! One comparison knows neither how much noise of its own a cheat adds to a copy nor how it moved it; many know more. Of `n` comparisons of one
//! pair, `x_rk` the statistic of comparison `r` at hypothesis `k` in units of what honest pairs are granted (the `h` of `score_of`), two likelihood ratios
//! are kept, and the greater counts, less ln 2 for the choice:
//!
//! ```text
//! steady      R = max_k sum_r min(x_rk, 30) / n      S = n (R - 1 - ln R) - ln K - 1          for R > 1, else - ln K - 1
//! wandering   S = max_L sum_r clip(ln q(x_r; K_r, L), -2, +6) - ln 4
//!             q(x; K, L) = [ g(x) e^x + (K - 1) G(x) / (1 - e^-x) ] / K
//! ```
//! *Steady*: the copy is moved alike every time, so that the hypothesis is found once. The sum of `n` honest statistics is Gamma(n, 1), that of a copy's
//! about Gamma(n, R): the ratio at the likeliest `R`, one taken for having looked for it. *Wandering*: it is moved anew each time, so each comparison has only
//! its largest statistic `x_r` of `K_r`; `q` is the ratio of the densities of that largest when one of the `K_r` is a copy's, of density
//! `g` and distribution `G` = Exp(1 + L), and when none is. No comparison alone says more than one check of one report may.
//!
//! A comparison in which a burst was shared is none ([`super::structure`]). Source: notes/physics.md 3d, "accumulated over 20 reports".

use super::{Correlation, HONEST_SCALE, correlation::CELLS};

/// Hypotheses among the cells that are independent: as the near ones are counted, without their doubling.
pub const STEADY_HYPOTHESES: f64 = 20.0;
/// One statistic says no more than this.
const STATISTIC_MAX: f64 = 30.0;
/// Mean noncentralities of copies that are tried: own noise of about 17, 14, 11 and 8 dB and 4096 samples.
const MEANS: [f64; 4] = [1.0, 3.0, 10.0, 40.0];
/// What one comparison may say.
const COMPARISON_SCORE: (f64, f64) = (-2.0, 6.0);

/// What the comparisons of one pair add up to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resemblance {
    compared: u32,
    cells: [f64; CELLS],
    wandering: [f64; MEANS.len()],
}

impl Default for Resemblance {
    fn default() -> Self {
        Self { compared: 0, cells: [0.0; CELLS], wandering: [0.0; MEANS.len()] }
    }
}

impl Resemblance {
    /// Adds a comparison.
    pub fn add(&mut self, correlation: &Correlation) {
        self.compared += 1;
        for (sum, cell) in self.cells.iter_mut().zip(correlation.cells) {
            *sum += (f64::from(cell) / HONEST_SCALE).min(STATISTIC_MAX);
        }
        let statistic = correlation.statistic / HONEST_SCALE;
        for (sum, mean) in self.wandering.iter_mut().zip(MEANS) {
            let score = largest_of(statistic, correlation.hypotheses, mean);
            *sum += score.clamp(COMPARISON_SCORE.0, COMPARISON_SCORE.1);
        }
    }

    /// How many comparisons there were.
    pub fn compared(&self) -> u32 {
        self.compared
    }

    /// Log-likelihood ratio of one receiver behind both keys; `None` of a pair that was never compared.
    pub fn score(&self) -> Option<f64> {
        let greatest = |values: &[f64]| values.iter().copied().fold(f64::MIN, f64::max);
        let steady = steady(f64::from(self.compared), greatest(&self.cells));
        let wandering = greatest(&self.wandering) - (MEANS.len() as f64).ln();
        (self.compared > 0).then(|| steady.max(wandering) - std::f64::consts::LN_2)
    }
}

/// For the largest of the hypotheses' sums.
fn steady(compared: f64, sum: f64) -> f64 {
    let ratio = (sum / compared).max(1.0);
    compared * (ratio - 1.0 - ratio.ln()) - STEADY_HYPOTHESES.ln() - 1.0
}

/// `ln q`.
fn largest_of(statistic: f64, hypotheses: f64, mean: f64) -> f64 {
    let x = statistic.max(1e-9);
    let own = x * mean / (1.0 + mean) - (1.0 + mean).ln();
    let below = |scale: f64| -(-x / scale).exp_m1();
    let others = ((hypotheses - 1.0) * below(1.0 + mean) / below(1.0)).ln();
    let greater = own.max(others);
    greater + ((own - greater).exp() + (others - greater).exp()).ln() - hypotheses.ln()
}

#[cfg(test)]
#[path = "resemblance_tests.rs"]
mod resemblance_tests;
