//! The joint estimator: phase, carrier, time and clock of known chirps, by least squares over their despread samples.
//!
//! A despread sample `z = y conj(x)` of a correctly known chirp is `A exp(j (theta + e))` plus noise, with `e = g . d` as in
//! [`super::trajectory`]. To first order `Im(z exp(-j theta)) = A e`, so the maximum-likelihood step and its covariance are
//!
//! ```text
//! d = (sum g g^T)^-1 sum g Im(z) / A        cov = sigma^2 / (2 A^2) (sum g g^T)^-1
//! ```
//! Along a chirp `t` and `f` are lines in the sample's number, so `g` is a polynomial there: the sums follow from the first three moments
//! of `z` and from the sums of powers, which have closed forms.
//!
//! This is the Cramer-Rao bound at convergence (Kay, Estimation Theory, 3.9; for chirps notes/physics.md section 1).

use std::f64::consts::TAU as TURN;

use num_complex::Complex64;

use super::{replica::Taper, trajectory::PARAMETERS};

/// A symmetric 4x4 matrix, kept whole.
pub(crate) type Matrix = [[f64; PARAMETERS]; PARAMETERS];
/// A parameter vector.
pub(crate) type Vector = [f64; PARAMETERS];

/// Sums over despread samples, about a reference chip.
#[derive(Clone, Debug)]
pub(crate) struct Normal {
    /// Sum of g g^T over finished chirps.
    pub(crate) gram: Matrix,
    /// Sum of g z over finished chirps.
    slopes: [Complex64; PARAMETERS],
    /// Sum of z: amplitude times samples, when the phase is right.
    pub(crate) coherent: Complex64,
    /// Sum of the squared magnitudes.
    pub(crate) power: f64,
    /// Sum of the samples' weights.
    pub(crate) samples: f64,
    /// Chip, counted from the anchor, that times are measured from.
    reference: f64,
    /// Whether each chirp's own phase is a nuisance: for transmitters whose carrier phase jumps between chirps.
    free_phase: bool,
    chirp: ChirpSums,
}

/// Sums of the chirp being added.
#[derive(Clone, Debug, Default)]
struct ChirpSums {
    gram: Matrix,
    direction: Vector,
    despread: [Complex64; PARAMETERS],
    power: f64,
    samples: f64,
}

impl Normal {
    pub(crate) fn new(reference: f64, free_phase: bool) -> Self {
        Self {
            gram: [[0.0; PARAMETERS]; PARAMETERS],
            slopes: [Complex64::ZERO; PARAMETERS],
            coherent: Complex64::ZERO,
            power: 0.0,
            samples: 0.0,
            reference,
            free_phase,
            chirp: ChirpSums::default(),
        }
    }

    /// Adds despread samples that stand along a run, next to a jump of the frequency with the weights of a taper.
    pub(crate) fn add(&mut self, run: Run, taper: Option<Taper>, despread: impl Iterator<Item = Complex64>) {
        let sums = RunSums::of(run, taper, despread);
        let directions = run.directions(self.reference);
        let chirp = &mut self.chirp;
        for row in 0..PARAMETERS {
            for column in 0..=row {
                chirp.gram[row][column] += product_sum(&directions[row], &directions[column], &sums.powers);
            }
            for (degree, factor) in directions[row].iter().enumerate() {
                chirp.direction[row] += factor * sums.powers[degree];
                chirp.despread[row] += sums.moments[degree] * factor;
            }
        }
        chirp.power += sums.power;
        chirp.samples += sums.powers[0];
    }

    /// Ends a chirp: its phase counts, or is taken out together with what a common phase of its samples would explain.
    pub(crate) fn end_chirp(&mut self) {
        let sums = std::mem::take(&mut self.chirp);
        let total = sums.despread[0];
        let turn =
            if self.free_phase && total.norm() > 0.0 { total.conj() / total.norm() } else { Complex64::ONE };
        let share = if self.free_phase { sums.samples.max(1.0).recip() } else { 0.0 };
        for row in 0..PARAMETERS {
            self.slopes[row] += sums.despread[row] * turn;
            for column in 0..=row {
                self.gram[row][column] +=
                    sums.gram[row][column] - sums.direction[row] * sums.direction[column] * share;
                self.gram[column][row] = self.gram[row][column];
            }
        }
        if self.free_phase {
            // The phase itself is then known only up to each chirp's own; keep the matrix regular.
            self.gram[0][0] = sums.samples.max(1.0);
        }
        self.coherent += total * turn;
        self.power += sums.power;
        self.samples += sums.samples;
    }

    /// The same sums of samples that are turned back by so many radians. Where each chirp's own phase is a nuisance, a common one is none.
    pub(crate) fn turned(mut self, theta: f64) -> Self {
        if !self.free_phase {
            let turn = Complex64::from_polar(1.0, -theta);
            self.coherent *= turn;
            self.slopes = self.slopes.map(|slope| slope * turn);
        }
        self
    }

    /// Sum of g Im(z) over finished chirps.
    pub(crate) fn gradient(&self) -> Vector {
        self.slopes.map(|slope| slope.im)
    }

    /// Amplitude a sample, never negative.
    pub(crate) fn amplitude(&self) -> f64 {
        (self.coherent.re / self.samples.max(1.0)).max(0.0)
    }

    /// Noise power a sample: what the replica leaves.
    pub(crate) fn noise(&self) -> f64 {
        let power = self.power / self.samples.max(1.0);
        (power - self.amplitude().powi(2)).max(power * 1e-9)
    }

    /// Energy over noise that the replica explains.
    pub(crate) fn energy(&self) -> f64 {
        self.amplitude().powi(2) * self.samples / self.noise()
    }

    /// The least-squares step; `prior` is added to the information (in units of one over the parameter squared).
    pub(crate) fn step(&self, prior: Vector) -> Option<Vector> {
        let information = self.information(prior)?;
        let weight = 2.0 * self.amplitude() / self.noise();
        Some(multiply(&invert(&information)?, &self.gradient().map(|value| value * weight)))
    }

    /// Fisher information with a prior on its diagonal; `None` without any signal.
    pub(crate) fn information(&self, prior: Vector) -> Option<Matrix> {
        let weight = 2.0 * self.amplitude().powi(2) / self.noise();
        if !(weight.is_finite() && weight > 0.0) {
            return None;
        }
        let mut information = self.gram.map(|row| row.map(|value| value * weight));
        for (k, prior) in prior.into_iter().enumerate() {
            information[k][k] += prior;
        }
        Some(information)
    }
}

/// Evenly spaced samples of a chirp, along which time and frequency are lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Chip of the first sample, from the anchor.
    pub(crate) chip: f64,
    /// Chips from sample to sample.
    pub(crate) step: f64,
    /// Frequency at the first sample, cycles a chip.
    pub(crate) frequency: f64,
    /// How it grows, cycles a chip and chip.
    pub(crate) slope: f64,
}

/// `g` is a polynomial of the sample's number with these many coefficients.
const RUN_DEGREES: usize = 3;
/// Powers of the number in a product of two such polynomials.
const POWERS: usize = 2 * RUN_DEGREES - 1;

impl Run {
    /// Chip and frequency of the sample of this number.
    pub(crate) fn at(self, number: f64) -> (f64, f64) {
        let chips = number * self.step;
        (self.chip + chips, self.frequency + self.slope * chips)
    }

    /// Coefficients of `g = (1, 2 pi t, -2 pi f, 2 pi f t)` in powers of the sample's number.
    fn directions(self, reference: f64) -> [[f64; RUN_DEGREES]; PARAMETERS] {
        let (t, dt) = (self.chip - reference, self.step);
        let (f, df) = (TURN * self.frequency, TURN * self.slope * self.step);
        [[1.0, 0.0, 0.0], [TURN * t, TURN * dt, 0.0], [-f, -df, 0.0], [f * t, f * dt + df * t, df * dt]]
    }
}

/// What the sums over a run are made of, `k` being the sample's number.
struct RunSums {
    /// Sums of weighted `z`, `z k` and `z k^2`.
    moments: [Complex64; RUN_DEGREES],
    /// Sums of the weighted powers 0 to 4 of `k`.
    powers: [f64; POWERS],
    /// Sum of the weighted squared magnitudes.
    power: f64,
}

impl RunSums {
    fn of(run: Run, taper: Option<Taper>, despread: impl Iterator<Item = Complex64>) -> Self {
        let Some(taper) = taper else { return Self::plain(despread) };
        let mut sums = Self { moments: [Complex64::ZERO; RUN_DEGREES], powers: [0.0; POWERS], power: 0.0 };
        let mut k = 0.0;
        for z in despread {
            let weight = taper.weight(run.chip + k * run.step);
            sums.add_moments(z * weight, k);
            let mut power_of_k = weight;
            for power in &mut sums.powers {
                *power += power_of_k;
                power_of_k *= k;
            }
            sums.power += weight * z.norm_sqr();
            k += 1.0;
        }
        sums
    }

    /// All weights one.
    fn plain(despread: impl Iterator<Item = Complex64>) -> Self {
        let mut sums = Self { moments: [Complex64::ZERO; RUN_DEGREES], powers: [0.0; POWERS], power: 0.0 };
        let mut k = 0.0;
        for z in despread {
            sums.add_moments(z, k);
            sums.power += z.norm_sqr();
            k += 1.0;
        }
        sums.powers = power_sums(k);
        sums
    }

    fn add_moments(&mut self, z: Complex64, k: f64) {
        let along = z * k;
        self.moments[0] += z;
        self.moments[1] += along;
        self.moments[2] += along * k;
    }
}

/// Sums of the powers 0 to 4 of the numbers below `count`.
fn power_sums(count: f64) -> [f64; POWERS] {
    let last = count - 1.0;
    let linear = last * count / 2.0;
    let square = linear * (2.0 * last + 1.0) / 3.0;
    [count, linear, square, linear * linear, square * (3.0 * last * last + 3.0 * last - 1.0) / 5.0]
}

/// Sum, over the numbers whose powers are summed, of the product of two polynomials.
fn product_sum(a: &[f64; RUN_DEGREES], b: &[f64; RUN_DEGREES], powers: &[f64; POWERS]) -> f64 {
    let mut sum = 0.0;
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate() {
            sum += a * b * powers[i + j];
        }
    }
    sum
}

/// Inverse of a symmetric positive definite matrix, scaled to unit diagonal first because its units differ by 1e5.
/// `None` when it is singular.
pub(crate) fn invert(matrix: &Matrix) -> Option<Matrix> {
    let mut scale = [0.0; PARAMETERS];
    for (row, scale) in scale.iter_mut().enumerate() {
        let diagonal = matrix[row][row];
        *scale = if diagonal > 0.0 { diagonal.sqrt().recip() } else { return None };
    }
    let mut work = [[0.0; 2 * PARAMETERS]; PARAMETERS];
    for row in 0..PARAMETERS {
        for column in 0..PARAMETERS {
            work[row][column] = matrix[row][column] * scale[row] * scale[column];
        }
        work[row][PARAMETERS + row] = 1.0;
    }
    eliminate(&mut work)?;
    let mut inverse = [[0.0; PARAMETERS]; PARAMETERS];
    for row in 0..PARAMETERS {
        for column in 0..PARAMETERS {
            inverse[row][column] = work[row][PARAMETERS + column] * scale[row] * scale[column];
        }
    }
    Some(inverse)
}

/// Gauss-Jordan without pivoting, which a positive definite matrix does not need.
fn eliminate(work: &mut [[f64; 2 * PARAMETERS]; PARAMETERS]) -> Option<()> {
    for pivot in 0..PARAMETERS {
        let diagonal = work[pivot][pivot];
        if diagonal.is_nan() || diagonal < 1e-12 {
            return None;
        }
        let row = work[pivot].map(|value| value / diagonal);
        work[pivot] = row;
        for (other, values) in work.iter_mut().enumerate() {
            if other != pivot {
                let factor = values[pivot];
                values.iter_mut().zip(row).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
    }
    Some(())
}

/// Matrix times vector.
pub(crate) fn multiply(matrix: &Matrix, vector: &Vector) -> Vector {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// T C T^t.
pub(crate) fn sandwich(transition: &Matrix, covariance: &Matrix) -> Matrix {
    let half = transition.map(|row| {
        let mut out = [0.0; PARAMETERS];
        for (k, out) in out.iter_mut().enumerate() {
            *out = (0..PARAMETERS).map(|m| row[m] * covariance[m][k]).sum();
        }
        out
    });
    half.map(|row| transition.map(|other| row.iter().zip(other).map(|(a, b)| a * b).sum()))
}

#[cfg(test)]
mod least_squares_tests;
