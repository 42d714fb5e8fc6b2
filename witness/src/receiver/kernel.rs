//! Kaiser-windowed sinc: the one interpolation and low-pass kernel of the receiver.
//!
//! ```text
//! h(u) = 2 c sinc(2 c u) K(u / half),   K(x) = I0(beta sqrt(1 - x^2)) / I0(beta),   |u| <= half samples
//! ```
//! with cut-off `c` in cycles a sample (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5). Every phase of the
//! table is scaled to unit gain at zero frequency.

use std::f64::consts::PI;

use multiversion::multiversion;
use num_complex::Complex32;

/// Kernel taps for fractional positions, tabulated at `phases + 1` fractions from 0 to 1.
#[derive(Debug)]
pub(crate) struct Kernel {
    table: Vec<f32>,
    taps: usize,
    phases: usize,
}

impl Kernel {
    /// `half` samples each side, cut off at `cutoff` cycles a sample.
    pub(crate) fn new(half: usize, cutoff: f64, beta: f64, phases: usize) -> Self {
        let taps = 2 * half;
        let table =
            (0..=phases).flat_map(|phase| row(phase as f64 / phases as f64, half, cutoff, beta)).collect();
        Self { table, taps, phases }
    }

    /// Taps a row; tap `k` weighs the sample at `floor(position) - half_taps + 1 + k`.
    pub(crate) fn taps(&self) -> usize {
        self.taps
    }

    /// Offset from the integer part of a position to the sample that tap 0 weighs.
    pub(crate) fn lead(&self) -> usize {
        self.taps / 2 - 1
    }

    /// The taps for a fraction in 0 to 1.
    pub(crate) fn taps_for(&self, fraction: f64) -> Taps {
        let mut taps = Taps::none(self.taps);
        self.taps_at(fraction, &mut taps);
        taps
    }

    /// Fills `out` with the taps for a fraction in 0 to 1, interpolated linearly between the two nearest rows: the error is
    /// that of the table's second difference, below 1e-6 for 512 rows.
    pub(crate) fn taps_at(&self, fraction: f64, out: &mut Taps) {
        let place = fraction.clamp(0.0, 1.0) * self.phases as f64;
        let index = (place as usize).min(self.phases - 1);
        let weight = (place - index as f64) as f32;
        let (low, high) = (index * self.taps, (index + 1) * self.taps);
        let rows = self.table[low..high].iter().zip(&self.table[high..high + self.taps]);
        for (out, (a, b)) in out.twice.chunks_exact_mut(2).zip(rows) {
            out.fill(a + weight * (b - a));
        }
    }
}

/// Real taps, each written twice: once for the real part of a sample and once for its imaginary part, as these lie in memory.
#[derive(Debug)]
pub(crate) struct Taps {
    twice: Vec<f32>,
}

impl Taps {
    /// Room for this many.
    pub(crate) fn none(taps: usize) -> Self {
        Self { twice: vec![0.0; 2 * taps] }
    }

    /// How many samples are weighed.
    pub(crate) fn len(&self) -> usize {
        self.twice.len() / 2
    }

    /// The taps, each once.
    pub(crate) fn values(&self) -> impl Iterator<Item = f32> {
        self.twice.iter().step_by(2).copied()
    }

    /// Sum of the squared taps: the gain of white noise.
    pub(crate) fn energy(&self) -> f32 {
        self.values().map(|tap| tap * tap).sum()
    }

    /// Weighted sum of as many samples as there are taps, in sixteen running sums so that it vectorises.
    pub(crate) fn dot(&self, samples: &[Complex32]) -> Complex32 {
        weighted_sum(&self.twice, bytemuck::cast_slice(samples))
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn weighted_sum(twice: &[f32], parts: &[f32]) -> Complex32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let (taps, parts) = (twice.chunks_exact(LANES), parts.chunks_exact(LANES));
    let (tap_rest, part_rest) = (taps.remainder(), parts.remainder());
    for (taps, parts) in taps.zip(parts) {
        for lane in 0..LANES {
            sums[lane] += taps[lane] * parts[lane];
        }
    }
    for (sum, (tap, part)) in sums.iter_mut().zip(tap_rest.iter().zip(part_rest)) {
        *sum += tap * part;
    }
    for half in [8, 4, 2] {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
    }
    Complex32::new(sums[0], sums[1])
}

fn row(fraction: f64, half: usize, cutoff: f64, beta: f64) -> Vec<f32> {
    let half_width = half as f64;
    let raw: Vec<f64> = (0..2 * half)
        .map(|tap| {
            let offset = tap as f64 - (half_width - 1.0) - fraction;
            2.0 * cutoff * sinc(2.0 * cutoff * offset) * kaiser(offset / half_width, beta)
        })
        .collect();
    let gain: f64 = raw.iter().sum();
    raw.into_iter().map(|tap| (tap / gain) as f32).collect()
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

fn kaiser(x: f64, beta: f64) -> f64 {
    if x.abs() > 1.0 { 0.0 } else { bessel_i0(beta * (1.0 - x * x).sqrt()) / bessel_i0(beta) }
}

/// Modified Bessel function of order 0 by its power series, for the window's small arguments.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let terms = std::iter::successors(Some((1.0, 1.0)), |(k, term): &(f64, f64)| {
        Some((k + 1.0, term * quarter / (k * k)))
    });
    terms.map(|(_, term)| term).take_while(|term| *term > 1e-17).sum()
}
