//! Medians and heavy-tailed densities: honest errors are not Gaussian.

/// Median; `None` of nothing. Values must be finite.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    median_of(values.iter().copied())
}

/// As many values are sorted without asking for memory: a beacon has eight hops.
const FEW: usize = 16;

/// The same of values as they come.
pub(crate) fn median_of(mut values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut few, mut count) = ([0.0; FEW], 0);
    for (place, value) in few.iter_mut().zip(&mut values) {
        (*place, count) = (value, count + 1);
    }
    match values.next() {
        None => middle_of(&mut few[..count]),
        Some(next) => middle_of(&mut few.into_iter().chain([next]).chain(values).collect::<Vec<_>>()),
    }
}

fn middle_of(sorted: &mut [f64]) -> Option<f64> {
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length % 2 == 1 => Some(sorted[middle]),
        _ => Some(0.5 * (sorted[middle - 1] + sorted[middle])),
    }
}

/// Density of Student's t with 5 degrees of freedom, scaled by `sigma`.
///
/// `f(x) = 8 / (3 pi sqrt 5 sigma) (1 + x^2 / (5 sigma^2))^-3`
pub(crate) fn t5(x: f64, sigma: f64) -> f64 {
    let peak = 8.0 / (3.0 * std::f64::consts::PI * 5.0_f64.sqrt() * sigma);
    peak / (1.0 + (x / sigma).powi(2) / 5.0).powi(3)
}

/// Its logarithm.
pub(crate) fn ln_t5(x: f64, sigma: f64) -> f64 {
    t5(x, sigma).ln()
}

/// Per-hop evidence against honesty is cut to this range: one bad hop, a collision say, must not decide alone.
const HOP_SCORE: (f64, f64) = (-2.0, 8.0);

/// Log-likelihood ratio over hops of "drawn blindly, uniformly over `range`" against honesty, whose log-density at each hop is given.
pub(crate) fn blind_score(ln_honest: impl Iterator<Item = f64>, range: f64) -> f64 {
    let ln_blind = -range.ln();
    ln_honest.map(|honest| (ln_blind - honest).clamp(HOP_SCORE.0, HOP_SCORE.1)).sum()
}

/// Theil and Sen: the median of all pairwise slopes; `None` where no two points lie apart.
pub(crate) fn robust_slope(x: &[f64], y: &[f64]) -> Option<f64> {
    let mut slopes = Vec::new();
    for (i, j) in (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        if (x[i] - x[j]).abs() > 0.0 {
            slopes.push((y[i] - y[j]) / (x[i] - x[j]));
        }
    }
    median(&slopes)
}

#[cfg(test)]
#[path = "robust_tests.rs"]
mod robust_tests;
