//! Likelihoods of two keys' offsets under Gaussian drifts, of differences to each key's first: `ln p(d) = -(d' S^-1 d + ln det S + n ln 2 pi) / 2`,
//! by Cholesky's factor of `S`.

use super::Beacon;

/// What covariances of one length of drift are made of.
pub(super) struct Covariance {
    /// Differences to the first, of both keys one after the other, Hz.
    differences: Vec<f64>,
    /// Differences of the first key.
    of_first: usize,
    /// Covariance of differences of a drift of 1 Hz, and of errors and the town's, Hz^2; rows one after the other.
    drift: Vec<f64>,
    rest: Vec<f64>,
}

impl Covariance {
    pub(super) fn of(keys: [&[Beacon]; 2], length_h: f64, town_hz: f64) -> Self {
        // Each difference: its key's number, the beacon, and its key's first.
        let differences: Vec<(usize, &Beacon, &Beacon)> = keys
            .iter()
            .enumerate()
            .filter_map(|(key, beacons)| Some((key, beacons.split_first()?)))
            .flat_map(|(key, (first, others))| others.iter().map(move |beacon| (key, beacon, first)))
            .collect();
        let alike = |one: &Beacon, other: &Beacon| matern((one.at_h - other.at_h) / length_h);
        let (mut drift, mut rest) = (Vec::new(), Vec::new());
        for (row, (key, one, first)) in differences.iter().enumerate() {
            for (column, (other_key, other, other_first)) in differences.iter().enumerate() {
                let together = alike(one, other) - alike(one, other_first) - alike(first, other)
                    + alike(first, other_first);
                let of_first = if key == other_key { first.variance } else { 0.0 };
                let own = if row == column { one.variance } else { 0.0 };
                drift.push(together);
                rest.push(town_hz.powi(2) * together + of_first + own);
            }
        }
        let by_hz = differences.iter().map(|(_, one, first)| one.offset_hz - first.offset_hz).collect();
        Self { differences: by_hz, of_first: keys[0].len().saturating_sub(1), drift, rest }
    }

    /// Log-density where the keys drift by so many hertz, together or not.
    pub(super) fn ln_density(&self, drifts_hz: [f64; 2], together: bool) -> f64 {
        let size = self.differences.len();
        let drift_of =
            |index: usize| (index >= self.of_first, drifts_hz[usize::from(index >= self.of_first)]);
        let mut covariance = self.rest.clone();
        for row in 0..size {
            for column in 0..size {
                let ((key, drift), (other_key, other_drift)) = (drift_of(row), drift_of(column));
                if together || key == other_key {
                    covariance[row * size + column] += drift * other_drift * self.drift[row * size + column];
                }
            }
        }
        ln_density(&mut covariance, &self.differences)
    }
}

/// Correlation of a drift at so many lengths apart: it has a slope, and forgets it.
fn matern(lengths: f64) -> f64 {
    let apart = 3.0_f64.sqrt() * lengths.abs();
    (1.0 + apart) * (-apart).exp()
}

/// Factorises in place.
fn ln_density(covariance: &mut [f64], values: &[f64]) -> f64 {
    let size = values.len();
    let mut ln_density = -0.5 * size as f64 * std::f64::consts::TAU.ln();
    let mut solved = values.to_vec();
    for row in 0..size {
        for column in 0..=row {
            let (above, below) = covariance.split_at_mut(row * size);
            let mut sum = below[column];
            if column < row {
                let factor = &above[column * size..=column * size + column];
                sum -= factor[..column].iter().zip(&below[..column]).map(|(a, b)| a * b).sum::<f64>();
                below[column] = sum / factor[column];
            } else {
                sum -= below[..column].iter().map(|a| a * a).sum::<f64>();
                // Errors are never nothing; rounding must not make them so.
                below[column] = sum.max(1e-9).sqrt();
            }
        }
        let factor = &covariance[row * size..=row * size + row];
        let explained: f64 = factor[..row].iter().zip(&solved[..row]).map(|(a, b)| a * b).sum();
        solved[row] = (solved[row] - explained) / factor[row];
        ln_density -= factor[row].ln() + 0.5 * solved[row].powi(2);
    }
    ln_density
}

/// Logarithm of the mean of numbers given by their logarithms.
pub(super) fn ln_mean(logarithms: &[f64]) -> f64 {
    let greatest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logarithms.iter().map(|logarithm| (logarithm - greatest).exp()).sum();
    greatest + (sum / logarithms.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn density_of_two_correlated_numbers() {
        // exp(-(x^2 - 2 r x y + y^2) / (2 (1 - r^2))) / (2 pi sqrt(1 - r^2))
        let (x, y, r) = (0.7_f64, -0.4_f64, 0.6_f64);
        let known = -(x * x - 2.0 * r * x * y + y * y) / (2.0 * (1.0 - r * r))
            - std::f64::consts::TAU.ln()
            - 0.5 * (1.0 - r * r).ln();
        assert!((ln_density(&mut [1.0, r, r, 1.0], &[x, y]) - known).abs() < 1e-12);
    }

    #[test]
    fn mean_of_what_no_number_holds() {
        assert!((ln_mean(&[-2000.0, -2000.0]) + 2000.0).abs() < 1e-9);
        assert!((ln_mean(&[0.0, 3.0_f64.ln()]) - 2.0_f64.ln()).abs() < 1e-12);
    }
}
