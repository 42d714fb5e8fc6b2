//! One symbol: chips to the log-likelihood of every shift, and of every bit.
//!
//! With the chips despread by the unshifted chirp, the Fourier sum `C(s)` is the matched filter of shift `s`. Given amplitude `A` a
//! chip, noise power `sigma^2` a chip and a carrier phase known to within a von Mises concentration `kappa`, the log-likelihood
//! of `s` is, up to a constant,
//!
//! ```text
//! L(s) = ln I0(| 2 A C(s) / sigma^2 + kappa exp(j theta) |)
//! ```
//! which is the non-coherent metric for `kappa = 0` and the coherent one for large `kappa` (Proakis, Digital Communications,
//! 4.5; the prior enters as one more observation of the phase).

use std::sync::Arc;

use num_complex::{Complex32, Complex64};

use super::{
    chips::ChipReader,
    history::History,
    least_squares::{Normal, Run},
    tables::Table,
    trajectory::Trajectory,
};
use crate::{
    Chirp, SpreadingFactor, Sweep,
    chirp::phasor,
    coding::{bits_of_symbol, shifts, symbol_of_shift},
};

/// What is known of a symbol's carrier phase beforehand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhasePrior {
    /// Variance, rad^2; infinite for no knowledge.
    pub(crate) variance: f64,
}

impl PhasePrior {
    /// Nothing known.
    pub(crate) const NONE: Self = Self { variance: f64::INFINITY };

    /// Concentration of the von Mises distribution of this variance.
    fn kappa(self) -> f32 {
        (1.0 / self.variance.max(1e-4)) as f32
    }
}

/// Despreads chirps of one spreading factor.
pub(crate) struct Demodulator {
    table: Arc<Table>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    likelihood: Vec<f32>,
}

impl Demodulator {
    pub(crate) fn new(table: Arc<Table>) -> Self {
        let chips = table.sf.chips();
        Self {
            scratch: vec![Complex32::ZERO; table.fft.get_inplace_scratch_len()],
            table,
            spectrum: vec![Complex32::ZERO; chips],
            likelihood: vec![0.0; chips],
        }
    }

    pub(crate) fn sf(&self) -> SpreadingFactor {
        self.table.sf
    }

    /// The unshifted up-chirp.
    pub(crate) fn upchirp(&self) -> &[Complex32] {
        &self.table.upchirp
    }

    /// Reads the chips of one symbol and removes the unshifted up-chirp and the carrier phase.
    pub(crate) fn dechirp(
        &self,
        reader: &mut ChipReader,
        history: &History,
        path: &Trajectory,
        first_chip: f64,
        out: &mut [Complex32],
    ) {
        reader.read(history, path, first_chip, out);
        let turn = phasor(-path.theta / std::f64::consts::TAU);
        for (chip, up) in out.iter_mut().zip(&self.table.upchirp) {
            *chip *= up.conj() * turn;
        }
    }

    /// Matched filter of every shift.
    pub(crate) fn transform(&mut self, dechirped: &[Complex32]) -> &[Complex32] {
        self.spectrum.copy_from_slice(dechirped);
        self.table.fft.process_with_scratch(&mut self.spectrum, &mut self.scratch);
        &self.spectrum
    }

    /// Log-likelihood of every point of the constellation, from the last [`Self::transform`].
    pub(crate) fn likelihoods(
        &mut self,
        reduced: bool,
        amplitude: f64,
        noise: f64,
        prior: PhasePrior,
    ) -> &[f32] {
        let gain = (2.0 * amplitude / noise) as f32;
        let kappa = Complex32::new(prior.kappa(), 0.0);
        let points = shifts(self.table.sf, reduced);
        for index in 0..points {
            let shift = symbol_of_shift(index as u16, self.table.sf, reduced);
            self.likelihood[index] = ln_bessel_i0((self.spectrum[usize::from(shift)] * gain + kappa).norm());
        }
        &self.likelihood[..points]
    }

    /// Log-likelihood ratio ln P(1)/P(0) of each bit of the symbol, most significant first, from the points' likelihoods.
    pub(crate) fn bit_ratios(likelihoods: &[f32], out: &mut [f32]) {
        debug_assert_eq!(likelihoods.len(), 1 << out.len());
        let best = likelihoods.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut ones = [0.0_f32; 12];
        let mut all = 0.0_f32;
        for (index, likelihood) in likelihoods.iter().enumerate() {
            let weight = (likelihood - best).exp();
            all += weight;
            let bits = bits_of_symbol(index as u16);
            for (bit, ones) in ones[..out.len()].iter_mut().enumerate() {
                *ones += if bits >> bit & 1 == 1 { weight } else { 0.0 };
            }
        }
        let width = out.len();
        for (j, ratio) in out.iter_mut().enumerate() {
            let one = ones[width - 1 - j];
            *ratio = (one.max(1e-30) / (all - one).max(1e-30)).ln();
        }
    }

    /// Adds the despread chips of a chirp to least-squares sums: one run up to where its frequency folds, one after it.
    pub(crate) fn add_to(&self, normal: &mut Normal, chirp: Chirp, first_chip: f64, despread: &[Complex32]) {
        let n = self.table.sf.chips();
        let (fold, slope) = match chirp.sweep {
            Sweep::Up(shift) => (n - usize::from(shift), 1.0 / n as f64),
            Sweep::Down => (n, -1.0 / n as f64),
        };
        let (before, after) = despread.split_at(fold.min(despread.len()));
        for (from, chips) in [(0, before), (before.len(), after)] {
            let frequency = chirp.frequency(self.table.sf, from as f64);
            let run = Run { chip: first_chip + from as f64, step: 1.0, frequency, slope };
            normal.add(
                run,
                None,
                chips.iter().map(|chip| Complex64::new(f64::from(chip.re), f64::from(chip.im))),
            );
        }
        normal.end_chirp();
    }

    /// Removes a chirp's shift (or, for a down-chirp, its sweep) from chips that [`Self::dechirp`] made.
    pub(crate) fn despread(&self, chirp: Chirp, dechirped: &mut [Complex32]) {
        match chirp.sweep {
            Sweep::Up(0) => {}
            Sweep::Up(shift) => self.turn(dechirped, usize::from(shift).wrapping_neg()),
            // The up-chirp was taken out once; a down-chirp is its conjugate, so it comes back twice.
            Sweep::Down => {
                for (chip, up) in dechirped.iter_mut().zip(&self.table.upchirp) {
                    *chip *= up * up;
                }
            }
        }
    }
}

impl Demodulator {
    /// Multiplies chip `n` by `exp(j 2 pi bins n / N)`.
    pub(crate) fn turn(&self, chips: &mut [Complex32], bins: usize) {
        let mask = self.table.turns.len() - 1;
        for (n, chip) in chips.iter_mut().enumerate() {
            *chip *= self.table.turns[n.wrapping_mul(bins) & mask];
        }
    }
}

/// ln I0(x) for x >= 0: Abramowitz and Stegun 9.8.1 and 9.8.2, relative error of I0 below 2e-7.
pub(crate) fn ln_bessel_i0(x: f32) -> f32 {
    if x < 3.75 {
        let t = (x / 3.75).powi(2);
        let series = [3.515_623, 3.089_942_4, 1.206_749_2, 0.265_973_2, 0.036_076_8, 0.004_581_3];
        let sum = series.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
        (1.0 + sum).ln()
    } else {
        let t = 3.75 / x;
        let series = [
            0.398_942_3,
            0.013_285_92,
            0.002_253_19,
            -0.001_575_65,
            0.009_162_81,
            -0.020_577_06,
            0.026_355_37,
            -0.016_476_33,
            0.003_923_77,
        ];
        let sum = series.iter().rev().fold(0.0, |sum, term| sum * t + term);
        x - 0.5 * x.ln() + sum.ln()
    }
}
