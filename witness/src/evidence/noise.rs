//! Is it noise? Statistics of a stretch that should be white and Gaussian, each with what such noise shows
//! and how much that varies.
//!
//! With `N` complex samples `x`, power `P = mean |x|^2`, and a spectrum of `K = 64` bins, each the mean of
//! `M` periodograms:
//!
//! | statistic | white Gaussian noise shows | standard error |
//! |---|---|---|
//! | power | its own | `P / sqrt N` |
//! | autocorrelation `r_k = sum x_n conj(x_(n-k)) / (N P)` | 0 | `1 / sqrt(2 N)` each part |
//! | colour `N sum abs(r_k)^2`, k = 1 to 4 (Box and Pierce) | 4 | 2 |
//! | kurtosis `mean abs(x)^4 / P^2` | `2 N / (N + 1)` | `2 / sqrt N` |
//! | flatness, mean log over log mean | `d(M) - d(K M)`, `d = psi - ln` | `sqrt(psi'(M) / K - psi'(K M))` |
//!
//! Kurtosis by the delta method (the variance of `u^2 - 4 u` for exponential `u` is 4); flatness exactly,
//! because the bins of white noise are independent Gamma(M), and their shares are independent of their sum.
//! Whether a receiver's filters leave the noise white is another question: of two stretches of one receiver,
//! ask [`Noise::beside`].

use std::f64::consts::PI;

use num_complex::{Complex32, Complex64};
use rustfft::FftDirection;

use crate::fft;

const LAGS: usize = Noise::LAGS;
const BINS: usize = Noise::BINS;
/// Euler's constant, -psi(1).
const EULER: f64 = 0.577_215_664_901_532_9;

/// A measured number beside what honest noise shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    /// Measured.
    pub value: f64,
    /// Its mean for white Gaussian noise.
    pub expected: f64,
    /// Its standard error for white Gaussian noise.
    pub sigma: f64,
}

impl Statistic {
    /// How many standard errors the value lies above what was expected.
    pub fn sigmas(&self) -> f64 {
        (self.value - self.expected) / self.sigma
    }
}

/// What a stretch of noise shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Samples looked at, less one for every complex number that was fitted to them: what stands behind the
    /// power.
    pub freedoms: f64,
    /// Power of a complex sample, rounding taken out; full scale is 1.
    pub power: f64,
    /// Autocorrelation at 1 to 4 samples, relative to lag 0.
    pub autocorrelation: [Complex64; Noise::LAGS],
    /// Whether the samples know of each other.
    pub colour: Statistic,
    /// Whether the amplitudes are Gaussian: 2 for noise, 1 for a constant envelope.
    pub kurtosis: Statistic,
    /// Whether all frequencies are as strong, nepers: 0 for a flat spectrum seen for ever.
    pub flatness: Statistic,
    /// Power spectrum over its mean, bin `k` at `k / 64` cycles a sample.
    pub spectrum: [f64; Noise::BINS],
    /// Periodograms behind a bin.
    pub periodograms: usize,
}

impl Noise {
    /// Lags of the autocorrelation.
    pub const LAGS: usize = 4;
    /// Bins of the spectrum.
    pub const BINS: usize = 64;
    /// Fewest samples.
    pub const SAMPLES_MIN: usize = 2 * BINS;

    /// Looks at samples to which `fitted` complex numbers were fitted and into which rounding brought
    /// `rounding_power`. `None` for fewer than 128 samples, or for silence.
    pub fn of(samples: &[Complex32], fitted: usize, rounding_power: f64) -> Option<Self> {
        let n = samples.len() as f64;
        let freedoms = n - fitted as f64;
        let (energy, fourth) = moments(samples);
        if samples.len() < Self::SAMPLES_MIN || freedoms < 1.0 || !(energy > 0.0 && energy.is_finite()) {
            return None;
        }
        let parts = Parts::of(samples);
        let autocorrelation = std::array::from_fn(|lag| parts.autocorrelation(lag + 1) / energy);
        let (spectrum, periodograms) = spectrum(samples);
        Some(Self {
            freedoms,
            power: (energy / freedoms - rounding_power).max(0.0),
            autocorrelation,
            colour: Statistic {
                value: n * autocorrelation.iter().map(Complex64::norm_sqr).sum::<f64>(),
                expected: LAGS as f64,
                sigma: (LAGS as f64).sqrt(),
            },
            kurtosis: Statistic {
                value: n * fourth / energy.powi(2),
                expected: 2.0 * n / (n + 1.0),
                sigma: 2.0 / n.sqrt(),
            },
            flatness: flatness(&spectrum, periodograms),
            spectrum,
            periodograms,
        })
    }

    /// Standard error of the power.
    pub fn power_sigma(&self) -> f64 {
        self.power / self.freedoms.sqrt()
    }

    /// This beside other noise of the same receiver, whose filters colour both alike. `None` when the other
    /// is silent to the last bit.
    pub fn beside(&self, other: &Self) -> Option<Beside> {
        let (own, others) = (1.0 / self.freedoms, 1.0 / other.freedoms);
        let apart = self.autocorrelation.iter().zip(&other.autocorrelation).map(|(a, b)| (a - b).norm_sqr());
        let power = self.power / other.power;
        (power.is_finite() && other.freedoms > 1.0).then_some(Beside {
            power: Statistic {
                value: power,
                expected: other.freedoms / (other.freedoms - 1.0),
                sigma: (own + others).sqrt(),
            },
            colour: Statistic { value: apart.sum::<f64>() / (own + others), ..self.colour },
            spectrum: self.spectrum_beside(other),
        })
    }

    /// The logarithm of a mean of `M` periodograms has the variance psi'(M), whatever the spectrum.
    fn spectrum_beside(&self, other: &Self) -> Statistic {
        let bins = BINS as f64;
        let log = |power: f64| power.max(f64::MIN_POSITIVE).ln();
        let apart: [f64; BINS] = std::array::from_fn(|k| log(self.spectrum[k]) - log(other.spectrum[k]));
        let mean = apart.iter().sum::<f64>() / bins;
        let squares: f64 = apart.iter().map(|apart| (apart - mean).powi(2)).sum();
        let variance = trigamma(self.periodograms) + trigamma(other.periodograms);
        Statistic { value: squares / variance, expected: bins - 1.0, sigma: (2.0 * (bins - 1.0)).sqrt() }
    }
}

/// Two stretches compared, with what two stretches of one noise show: power over power is Fisher's F.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beside {
    /// One power over the other.
    pub power: Statistic,
    /// How far the autocorrelations are apart, as [`Noise::colour`] measures it.
    pub colour: Statistic,
    /// How far the spectra are apart in shape: chi-square of the 64 bins' logarithms, with 63 degrees of
    /// freedom.
    pub spectrum: Statistic,
}

/// Real and imaginary parts by themselves, so that sums over them run side by side.
struct Parts {
    re: Vec<f32>,
    im: Vec<f32>,
}

/// Products summed in single precision before they join a double: the error stays below a millionth.
const RUN: usize = 64;
/// Sums that run side by side.
const LANES: usize = 8;

impl Parts {
    fn of(samples: &[Complex32]) -> Self {
        Self {
            re: samples.iter().map(|sample| sample.re).collect(),
            im: samples.iter().map(|sample| sample.im).collect(),
        }
    }

    /// Sum of every sample with the conjugate of the one `lag` before it.
    fn autocorrelation(&self, lag: usize) -> Complex64 {
        let count = self.re.len() - lag;
        let now = self.re[lag..].chunks(RUN).zip(self.im[lag..].chunks(RUN));
        let before = self.re[..count].chunks(RUN).zip(self.im[..count].chunks(RUN));
        let mut sum = Complex64::ZERO;
        for ((a, b), (c, d)) in now.zip(before) {
            sum.re += lanes([a, b, c, d], |[a, b, c, d]| a * c + b * d);
            sum.im += lanes([a, b, c, d], |[a, b, c, d]| b * c - a * d);
        }
        sum
    }
}

/// Sum over slices of one length, lane by lane.
fn lanes(slices: [&[f32]; 4], value: impl Fn([f32; 4]) -> f32) -> f64 {
    let [a, b, c, d] = slices.map(|slice| slice.as_chunks::<LANES>());
    let mut sums = [0.0_f32; LANES];
    for (((a, b), c), d) in a.0.iter().zip(b.0).zip(c.0).zip(d.0) {
        for lane in 0..LANES {
            sums[lane] += value([a[lane], b[lane], c[lane], d[lane]]);
        }
    }
    let rest = a.1.iter().zip(b.1).zip(c.1.iter().zip(d.1)).map(|((a, b), (c, d))| value([*a, *b, *c, *d]));
    f64::from(sums.iter().sum::<f32>() + rest.sum::<f32>())
}

/// Sums of the second and fourth powers of the magnitudes.
fn moments(samples: &[Complex32]) -> (f64, f64) {
    let (mut second, mut fourth) = ([0.0; LANES], [0.0; LANES]);
    for samples in samples.chunks(LANES) {
        for ((sample, second), fourth) in samples.iter().zip(&mut second).zip(&mut fourth) {
            let power = f64::from(sample.norm_sqr());
            *second += power;
            *fourth += power * power;
        }
    }
    (second.iter().sum(), fourth.iter().sum())
}

/// Mean of the periodograms of at least [`BINS`] samples, over its own mean, and their number.
fn spectrum(samples: &[Complex32]) -> ([f64; BINS], usize) {
    let mut spectrum = [0.0_f64; BINS];
    let mut bins = samples[..samples.len() / BINS * BINS].to_vec();
    // Transforms every block of the buffer.
    fft::plan(BINS, FftDirection::Forward).process(&mut bins);
    for block in bins.as_chunks::<BINS>().0 {
        for (sum, bin) in spectrum.iter_mut().zip(block) {
            *sum += f64::from(bin.norm_sqr());
        }
    }
    let mean: f64 = spectrum.iter().sum::<f64>() / BINS as f64;
    // The samples have energy; only a remainder that fills no block could have it all.
    (spectrum.map(|power| if mean > 0.0 { power / mean } else { 1.0 }), samples.len() / BINS)
}

fn flatness(spectrum: &[f64; BINS], periodograms: usize) -> Statistic {
    let bins = BINS as f64;
    let all = periodograms * BINS;
    Statistic {
        // A bin that is empty to the last bit is as faint as the faintest number.
        value: spectrum.iter().map(|power| power.max(f64::MIN_POSITIVE).ln()).sum::<f64>() / bins,
        expected: digamma(periodograms) - (periodograms as f64).ln() - digamma(all) + (all as f64).ln(),
        sigma: (trigamma(periodograms) / bins - trigamma(all)).sqrt(),
    }
}

/// Number from which on the asymptotic series below are exact to 10^-13 (Abramowitz and Stegun 6.3.18, 6.4.12).
const SERIES_FROM: usize = 32;

/// psi(n) of a whole number: the n - 1 st harmonic number less Euler's constant.
fn digamma(n: usize) -> f64 {
    if n < SERIES_FROM {
        return (1..n).map(|k| 1.0 / k as f64).sum::<f64>() - EULER;
    }
    let n = n as f64;
    let square = n.powi(-2);
    n.ln() - 0.5 / n - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square / 252.0))
}

/// psi'(n) of a whole number.
fn trigamma(n: usize) -> f64 {
    if n < SERIES_FROM {
        return PI * PI / 6.0 - (1..n).map(|k| 1.0 / (k as f64).powi(2)).sum::<f64>();
    }
    let n = n as f64;
    let square = n.powi(-2);
    (1.0 + 0.5 / n + square * (1.0 / 6.0 - square * (1.0 / 30.0 - square / 42.0))) / n
}

#[cfg(test)]
mod noise_tests;
