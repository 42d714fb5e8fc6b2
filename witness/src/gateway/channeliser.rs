//! One channel, cut out of a wideband stream by overlap and save.
//!
//! Of a block's spectrum ([`super::spectra`]) a channel of `2 B` samples a second takes the `M = F 2B / f_s` bins around its centre, weighs
//! them with the transform of a zero-phase low-pass, and transforms them back:
//!
//! ```text
//! y[m] = 1/F sum_k H[k] X[c + k] exp(j 2 pi k m / M)        |k| < M/2
//! ```
//! of which the middle seven eighths are free of wrapping, because `H` is that of a kernel no longer than an eighth of the block
//! (Oppenheim and Schafer, Discrete-Time Signal Processing, 8.7.3). Output `m` stands at input sample `m F / M`, exactly. The stream at
//! one sample a chip is the same with half the bins, those outside folded in, as dropping every other sample would.
//!
//! One sample a chip is all that the search needs, and is cut at once; two samples a chip are cut when somebody wants them.

use std::{f64::consts::TAU, sync::Arc};

use multiversion::multiversion;
use num_complex::{Complex32, Complex64};
use rustfft::{Fft, FftPlanner};

use super::spectra::{LEAD, OVERLAP, Spectra};
use crate::receiver::{History, Kernel, WorkingStream};

/// Fewest bins of the narrowest channel: with fewer the overlap would cost more than it saves.
const BINS_MIN: usize = 960;
/// Most input samples of a block.
const BLOCK_MAX: usize = 1 << 17;
/// Kaiser shape: stop band at -70 dB.
const BETA: f64 = 7.0;
/// Weight below which a bin is not folded in: -70 dB.
const NEGLIGIBLE: f32 = 3e-4;

/// Where a channel is, relative to the stream's centre.
#[derive(Clone, Copy, Debug)]
pub(super) struct Band {
    /// Offset of its centre, Hz.
    pub(super) offset_hz: f64,
    /// Chirp bandwidth, Hz.
    pub(super) bandwidth_hz: u32,
}

/// How one channel is cut.
pub(super) struct Cut {
    centre_bin: i64,
    fine: Output,
    grid: Output,
}

/// One stream of a channel.
struct Output {
    inverse: Arc<dyn Fft<f32>>,
    /// Weights of the bins `-reach ..= reach` around the centre.
    weights: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Cut {
    /// For blocks of `size` samples.
    pub(super) fn new(band: Band, size: usize, sample_rate_hz: u32, planner: &mut FftPlanner<f32>) -> Self {
        let bin_hz = f64::from(sample_rate_hz) / size as f64;
        Self {
            centre_bin: (band.offset_hz / bin_hz).round() as i64,
            fine: Output::new(size, bins_of(size, sample_rate_hz, 2 * band.bandwidth_hz), planner),
            grid: Output::new(size, bins_of(size, sample_rate_hz, band.bandwidth_hz), planner),
        }
    }

    /// Centre that the channel really has, relative to the stream's, Hz: a whole bin.
    pub(super) fn centre_hz(&self, size: usize, sample_rate_hz: u32) -> f64 {
        self.centre_bin as f64 * f64::from(sample_rate_hz) / size as f64
    }

    /// Appends what the newest block has of the channel, at one sample a chip.
    pub(super) fn grid(&mut self, spectra: &Spectra, grid: &mut History) {
        if let Some(newest) = spectra.end().checked_sub(1) {
            grid.extend(self.grid.cut(spectra, newest, self.centre_bin));
        }
    }

    /// The channel at two samples a chip, on demand.
    pub(super) fn working<'a>(&'a mut self, spectra: &'a Spectra) -> Working<'a> {
        Working { centre_bin: self.centre_bin, fine: &mut self.fine, spectra }
    }
}

/// Two samples a chip of one channel, as far back as spectra are kept.
pub(super) struct Working<'a> {
    centre_bin: i64,
    fine: &'a mut Output,
    spectra: &'a Spectra,
}

impl Working<'_> {
    /// Samples a block has.
    fn samples(&self) -> i64 {
        self.fine.fresh_range().len() as i64
    }
}

impl WorkingStream for Working<'_> {
    fn fill(&mut self, history: &mut History, from: i64) {
        let samples = self.samples();
        let first = (from.div_euclid(samples).max(0) as u64).clamp(self.spectra.first(), self.spectra.end());
        if history.is_empty() {
            history.restart_at(first as i64 * samples);
        }
        let begun = (history.start() / samples) as u64;
        for block in (first..begun).rev() {
            history.prepend(self.fine.cut(self.spectra, block, self.centre_bin));
        }
        for block in (history.end() / samples) as u64..self.spectra.end() {
            history.extend(self.fine.cut(self.spectra, block, self.centre_bin));
        }
    }
}

impl Output {
    /// `bins` of `size`.
    fn new(size: usize, bins: usize, planner: &mut FftPlanner<f32>) -> Self {
        let inverse = planner.plan_fft_inverse(bins);
        let weights = low_pass(size, bins, planner);
        let scratch = vec![Complex32::ZERO; inverse.get_inplace_scratch_len()];
        Self { inverse, weights, bins: vec![Complex32::ZERO; bins], scratch }
    }

    /// The samples of a block that count; none of one that is gone.
    fn cut(&mut self, spectra: &Spectra, block: u64, centre_bin: i64) -> &[Complex32] {
        let Some(spectrum) = spectra.get(block) else { return &[] };
        self.gather(spectrum, centre_bin);
        self.inverse.process_with_scratch(&mut self.bins, &mut self.scratch);
        // The channel's carrier turned since sample 0 of the stream: blocks do not begin at whole turns of it.
        let turns = (i128::from(centre_bin) * spectra.begins(block)).rem_euclid(spectrum.len() as i128);
        let turn = Complex64::from_polar(1.0, -TAU * turns as f64 / spectrum.len() as f64);
        let turn = Complex32::new(turn.re as f32, turn.im as f32);
        let fresh = self.fresh_range();
        for sample in &mut self.bins[fresh.clone()] {
            *sample *= turn;
        }
        &self.bins[fresh]
    }

    fn gather(&mut self, spectrum: &[Complex32], centre_bin: i64) {
        self.bins.fill(Complex32::ZERO);
        let reach = (self.weights.len() / 2) as i64;
        let (size, bins) = (spectrum.len() as i64, self.bins.len() as i64);
        let mut from = (centre_bin - reach).rem_euclid(size) as usize;
        let mut to = (-reach).rem_euclid(bins) as usize;
        let mut weights = &self.weights[..];
        // Stretches in which neither ring wraps.
        while !weights.is_empty() {
            let length = weights.len().min(spectrum.len() - from).min(self.bins.len() - to);
            let (now, later) = weights.split_at(length);
            let source = &spectrum[from..from + length];
            add_weighted(&mut self.bins[to..to + length], source, now);
            weights = later;
            from = (from + length) % spectrum.len();
            to = (to + length) % self.bins.len();
        }
    }

    fn fresh_range(&self) -> std::ops::Range<usize> {
        let bins = self.bins.len();
        let lead = bins / LEAD;
        lead..lead + bins - bins / OVERLAP
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn add_weighted(bins: &mut [Complex32], values: &[Complex32], weights: &[f32]) {
    for ((bin, value), weight) in bins.iter_mut().zip(values).zip(weights) {
        bin.re += value.re * weight;
        bin.im += value.im * weight;
    }
}

/// Weights of the bins around the centre, cut where they no longer matter; the block's scale is in them.
fn low_pass(size: usize, bins: usize, planner: &mut FftPlanner<f32>) -> Vec<f32> {
    let cutoff = 0.5 * bins as f64 / size as f64;
    let half = size / LEAD;
    let taps = Kernel::new(half, cutoff, BETA, 1).taps_for(0.0);
    let mut response = vec![Complex32::ZERO; size];
    // Tap `half - 1` weighs the sample itself; the kernel is even about it.
    for (index, tap) in taps.values().enumerate() {
        response[(index + size + 1 - half) % size].re += tap;
    }
    planner.plan_fft_forward(size).process(&mut response);
    let last = (0..size / 2).rev().find(|&bin| response[bin].re.abs() > NEGLIGIBLE).unwrap_or(0);
    let reach = last.min(bins - 1) as i64;
    (-reach..=reach).map(|bin| response[bin.rem_euclid(size as i64) as usize].re / size as f32).collect()
}

/// Input samples of a block: the fewest that give every channel a multiple of sixteen bins, and the narrowest enough of them.
pub(super) fn block_size(sample_rate_hz: u32, bands: &[Band]) -> Option<usize> {
    let narrowest_hz = bands.iter().map(|band| band.bandwidth_hz).min()?;
    let common = greatest_common_divisor(sample_rate_hz, narrowest_hz);
    let (samples, bins) = ((sample_rate_hz / common) as usize, (narrowest_hz / common) as usize);
    // Half of the bins at two samples a chip; an eighth and a sixteenth of the block are whole samples, also at one sample a chip.
    let unit = bins * LEAD / greatest_common_divisor(bins as u32, LEAD as u32) as usize;
    // Powers of two transform fastest.
    let blocks = (BINS_MIN / 2).div_ceil(unit).next_power_of_two();
    let size = blocks * unit / bins * samples;
    let even = size.is_multiple_of(LEAD);
    let wide = bands.iter().all(|band| band.bandwidth_hz.is_multiple_of(narrowest_hz));
    (even && wide && size <= BLOCK_MAX).then_some(size)
}

fn bins_of(size: usize, sample_rate_hz: u32, rate_hz: u32) -> usize {
    (size as u64 * u64::from(rate_hz) / u64::from(sample_rate_hz)) as usize
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod channeliser_tests;
