//! A guard made ready to be compared: whitened, its band known.
//!
//! Receivers' filters colour noise, and coloured noise is more alike than white. So every guard's spectrum is divided by its own, smoothed over
//! 64 bins; what lies below a tenth of the median is outside of the filter and left out. What is left is white over its band; how many
//! numbers of two guards are independent follows from what their spectra have in common. A steady carrier is taken down with its bin.

use num_complex::Complex32;
use rustfft::FftDirection;
use witness::{Noise, Snippet, fft};

/// Fewest samples that are compared.
const SAMPLES_MIN: usize = 1024;
/// Guards are cut to a multiple of this.
const BLOCK: usize = Noise::BINS;
/// A bin this far below the median is outside of the receiver's filter.
const BAND_EDGE: f64 = 0.1;
/// Standard errors of the kurtosis beyond which amplitudes are not noise's.
const KURTOSIS_SIGMAS: f64 = 6.0;

/// Parts of a guard whose powers must be one noise's, and the standard errors by which the strongest may stand out.
const PARTS: usize = 16;
const PART_SIGMAS: f64 = 7.0;

/// A transform in place, not scaled.
pub(super) fn transform(samples: &mut [Complex32], direction: FftDirection) {
    fft::plan(samples.len(), direction).process(samples);
}

/// Whitened noise before a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// Of power 1.
    pub(super) samples: Vec<Complex32>,
    /// Their transform.
    pub(super) spectrum: Vec<Complex32>,
    /// Where the first sample stands, counted from the frame's first chip.
    pub(super) since_frame: f64,
    /// Samples a second.
    pub(super) rate_hz: f64,
    samples_per_chip: u8,
}

impl Guard {
    /// Whitens a guard as shown, the frame's first chip standing at `first_sample` of its stream. `None` of one that is too short, silent, or by its
    /// amplitudes no steady noise.
    pub fn of(shown: &Snippet, first_sample: f64, samples_per_chip: u8, chip_rate_hz: f64) -> Option<Self> {
        let samples = shown.samples();
        let skipped = samples.len() % BLOCK;
        let samples = &samples[skipped..];
        if samples.len() < SAMPLES_MIN {
            return None;
        }
        let noise = Noise::of(samples, 0, 0.0)?;
        let is_noise = noise.kurtosis.sigmas().abs() < KURTOSIS_SIGMAS && is_even(samples);
        let mut spectrum = samples.to_vec();
        transform(&mut spectrum, FftDirection::Forward);
        whiten(&mut spectrum, &noise.spectrum);
        let since_frame = shown.position() as f64 + skipped as f64 - first_sample;
        let rate_hz = f64::from(samples_per_chip) * chip_rate_hz;
        is_noise.then(|| Self::of_spectrum(spectrum, since_frame, rate_hz, samples_per_chip))
    }

    fn of_spectrum(
        mut spectrum: Vec<Complex32>,
        since_frame: f64,
        rate_hz: f64,
        samples_per_chip: u8,
    ) -> Self {
        let size = spectrum.len() as f32;
        let energy: f32 = spectrum.iter().map(Complex32::norm_sqr).sum();
        // A transform of `size` unit numbers has the energy `size^2`.
        let scale = size / energy.max(f32::MIN_POSITIVE).sqrt();
        for bin in &mut spectrum {
            *bin *= scale;
        }
        let mut samples: Vec<Complex32> = spectrum.iter().map(|bin| bin / size).collect();
        transform(&mut samples, FftDirection::Inverse);
        Self { samples, spectrum, since_frame, rate_hz, samples_per_chip }
    }

    /// The same at one sample a chip, where it has two.
    pub(super) fn at_one_sample_a_chip(&self) -> Self {
        if self.samples_per_chip == 1 {
            return self.clone();
        }
        let half = self.spectrum.len() / 2;
        let kept = |bin: usize| if bin < half / 2 { bin } else { bin + half };
        Self::of_spectrum(
            (0..half).map(|bin| self.spectrum[kept(bin)]).collect(),
            0.5 * self.since_frame,
            0.5 * self.rate_hz,
            1,
        )
    }

    pub(super) fn samples_per_chip(&self) -> u8 {
        self.samples_per_chip
    }

    /// Variance of a product of one sample of this guard and one of another of the same length, summed over time: what
    /// spectra have in common. Of independent guards, `E |A|^2 |B|^2 = S_A S_B`.
    pub(super) fn shared_power(&self, other: &Self) -> f64 {
        let size = self.spectrum.len();
        let theirs = |bin: usize| other.spectrum[bin * other.spectrum.len() / size].norm_sqr();
        let products =
            self.spectrum.iter().enumerate().map(|(bin, own)| f64::from(own.norm_sqr() * theirs(bin)));
        products.sum::<f64>() / (size as f64).powi(2) / other.spectrum.len() as f64
    }
}

/// Whether no part of a stretch is much stronger than the whole.
fn is_even(samples: &[Complex32]) -> bool {
    let power = |part: &[Complex32]| {
        part.iter().map(|sample| f64::from(sample.norm_sqr())).sum::<f64>() / part.len() as f64
    };
    let length = samples.len() / PARTS;
    let allowed = power(samples) * (1.0 + PART_SIGMAS / (length as f64).sqrt());
    samples.chunks_exact(length).all(|part| power(part) < allowed)
}

/// Divides a spectrum by its smooth shape, where it has one.
fn whiten(spectrum: &mut [Complex32], shape: &[f64; BLOCK]) {
    let mut sorted = *shape;
    sorted.sort_by(f64::total_cmp);
    let edge = BAND_EDGE * sorted[BLOCK / 2];
    let bins_each = spectrum.len() as f64 / BLOCK as f64;
    for (bin, value) in spectrum.iter_mut().enumerate() {
        let place = bin as f64 / bins_each;
        let (below, weight) = (place as usize, place.fract());
        let density = shape[below] * (1.0 - weight) + shape[(below + 1) % BLOCK] * weight;
        *value *= if density > edge { density.sqrt().recip() as f32 } else { 0.0 };
    }
}
