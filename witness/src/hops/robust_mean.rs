//! A weighted mean that a few wrong values cannot move far.
//!
//! The location of a Student's t distribution with 5 degrees of freedom, by reweighted least squares (Lange, Little and Taylor, Robust
//! statistical modeling using the t distribution, 1989):
//!
//! ```text
//! w_k = 6 / (5 + r_k^2)        x = sum w_k x_k / sigma_k^2 / sum w_k / sigma_k^2
//! ```
//! Its standard error is that of the weighted mean, and larger by `sqrt(chi^2 / (n - 1))` where values scatter more than they say (the
//! Particle Data Group's scale factor).

use crate::Estimate;

/// Degrees of freedom.
const FREEDOM: f64 = 5.0;
/// Reweightings.
const PASSES: usize = 20;

/// A value and its standard error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) value: f64,
    pub(super) sigma: f64,
}

/// The mean, and what each value had to do with it.
#[derive(Clone, Debug)]
pub(super) struct RobustMean {
    pub(super) mean: Estimate,
    /// Share of its weight that each value keeps, 0 to 1.
    pub(super) shares: Vec<f64>,
    /// How much more values scatter than they say, as a factor; 1 for a single value.
    pub(super) scatter: f64,
}

impl RobustMean {
    /// `None` of nothing.
    pub(super) fn of(values: &[Value]) -> Option<Self> {
        let mut mean = median(values)?;
        let mut shares = vec![1.0; values.len()];
        let (mut information, mut chi_square) = (0.0, 0.0);
        for _ in 0..PASSES {
            let mut sum = 0.0;
            (information, chi_square) = (0.0, 0.0);
            for (Value { value, sigma }, share) in values.iter().zip(&mut shares) {
                let residual = (value - mean) / sigma;
                *share = ((FREEDOM + 1.0) / (FREEDOM + residual * residual)).min(1.0);
                information += *share / (sigma * sigma);
                sum += *share * value / (sigma * sigma);
                chi_square += *share * residual * residual;
            }
            mean = sum / information;
        }
        let scatter = match values.len() - 1 {
            0 => 1.0,
            freedom => (chi_square / freedom as f64).sqrt(),
        };
        let sigma = scatter.max(1.0) / information.sqrt();
        Some(Self { mean: Estimate { value: mean, sigma }, shares, scatter })
    }
}

/// Value with as much information below as above.
fn median(values: &[Value]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
    let weight = |value: &Value| 1.0 / (value.sigma * value.sigma);
    let half = 0.5 * sorted.iter().map(weight).sum::<f64>();
    let mut below = 0.0;
    for value in &sorted {
        below += weight(value);
        if below >= half {
            return Some(value.value);
        }
    }
    None
}
