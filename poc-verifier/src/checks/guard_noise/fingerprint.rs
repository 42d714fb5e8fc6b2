//! A guard in two hundred bytes, alike where guards are alike.
//!
//! One bit a bin of the whitened spectrum: whether its power is over the median of noise, `ln 2` of the mean (a sign hash: Charikar, Similarity
//! estimation techniques from rounding algorithms, STOC 2002). Powers do not know the carrier's phase, nor the delay but for what it
//! pushes over an end; a shifted carrier moves the bits along. Two guards that share the part `rho` of their power have powers with the
//! correlation `rho^2`, so
//!
//! ```text
//! z = (2 agreeing - N) / sqrt N          honest: N(0, 1)          shared: about 0.65 rho^2 sqrt N, N bits
//! ```
//! Only bins in the middle of the chirp's band count: what a filter takes away everybody lacks alike. A carrier that falls between two bins
//! is found half a bin off.

use num_complex::{Complex32, Complex64};
use rustfft::FftDirection;

use super::guard::{Guard, transform};

/// Share of the bandwidth that is looked at.
const BAND_SHARE: f64 = 0.8;
/// Bins by which a carrier may have been moved, either way: dithers are of 500 Hz, a bin of 4096 samples at two a chip is 122 Hz.
const SHIFT_BINS: isize = 4;
const WORD: usize = 64;

/// The bits of a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    words: Vec<u64>,
    /// Samples a bin is wide over, at one sample a chip: only bins of one width compare.
    chips: usize,
}

impl Fingerprint {
    /// Of a guard as it is.
    pub fn of(guard: &Guard) -> Self {
        Self::moved(guard, &powers(&guard.spectrum), 0)
    }

    /// Of a guard with its carrier moved back by everything that it may have been moved by; the first as it is.
    pub fn of_every_carrier(guard: &Guard) -> Vec<Self> {
        let spectra = [powers(&guard.spectrum), powers(&half_a_bin_up(&guard.samples))];
        let shifts = (0..=SHIFT_BINS).chain(-SHIFT_BINS..0);
        shifts.flat_map(|shift| spectra.each_ref().map(|powers| Self::moved(guard, powers, shift))).collect()
    }

    /// By powers from the lowest frequency on.
    fn moved(guard: &Guard, powers: &[f32], shift: isize) -> Self {
        let chips = powers.len() / usize::from(guard.samples_per_chip());
        let words = ((BAND_SHARE * chips as f64) as usize / WORD).max(1);
        let first = (powers.len() / 2 - words * WORD / 2).saturating_add_signed(shift);
        let powers = &powers[first..first + words * WORD];
        let median = std::f32::consts::LN_2 * powers.iter().sum::<f32>() / powers.len() as f32;
        let word =
            |powers: &[f32]| powers.iter().fold(0, |word, power| word << 1 | u64::from(*power > median));
        Self { words: powers.chunks(WORD).map(word).collect(), chips }
    }

    /// These very bits.
    #[cfg(test)]
    pub(super) fn of_words(words: Vec<u64>) -> Self {
        Self { words, chips: 0 }
    }

    /// How far more bits agree than chance has it, standard errors; `None` of guards of different lengths.
    pub fn agreement(&self, other: &Self) -> Option<f64> {
        let differing = self.words.iter().zip(&other.words).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
        let bits = self.bits() as f64;
        (self.chips == other.chips).then(|| (bits - 2.0 * f64::from(differing)) / bits.sqrt())
    }

    /// Bits.
    pub fn bits(&self) -> usize {
        self.words.len() * WORD
    }

    /// Its bits, sixteen at a time.
    pub(super) fn bands(&self) -> impl Iterator<Item = u16> {
        self.words.iter().flat_map(|word| word.to_le_bytes().as_chunks().0.to_vec()).map(u16::from_le_bytes)
    }
}

/// Powers of a spectrum, from the lowest frequency on.
fn powers(spectrum: &[Complex32]) -> Vec<f32> {
    let (above, below) = spectrum.split_at(spectrum.len() / 2);
    below.iter().chain(above).map(Complex32::norm_sqr).collect()
}

/// The spectrum half way between the bins.
fn half_a_bin_up(samples: &[Complex32]) -> Vec<Complex32> {
    let step = Complex64::from_polar(1.0, -std::f64::consts::PI / samples.len() as f64);
    let mut turn = Complex64::ONE;
    let mut turned: Vec<Complex32> = Vec::with_capacity(samples.len());
    for sample in samples {
        turned.push(sample * Complex32::new(turn.re as f32, turn.im as f32));
        turn *= step;
    }
    transform(&mut turned, FftDirection::Forward);
    turned
}

#[cfg(test)]
mod fingerprint_tests;
