//! One wideband stream, cut into channels by overlap and save.
//!
//! Blocks of `F` input samples, three quarters of them new, are transformed once for all channels. A channel of `2 B` samples a second
//! takes the `M = F 2B / f_s` bins around its centre, weighs them with the transform of a zero-phase low-pass, and transforms them back:
//!
//! ```text
//! y[m] = 1/F sum_k H[k] X[c + k] exp(j 2 pi k m / M)        |k| < M/2
//! ```
//! of which the middle three quarters are free of wrapping, because `H` is that of a kernel no longer than a quarter of the block
//! (Oppenheim and Schafer, Discrete-Time Signal Processing, 8.7.3). Output `m` stands at input sample `m F / M`, exactly. The stream at
//! one sample a chip is the same with half the bins, those outside folded in, as dropping every other sample would.

use std::{f64::consts::TAU, sync::Arc};

use num_complex::{Complex32, Complex64};
use rustfft::{Fft, FftPlanner};

use crate::receiver::Kernel;

/// Share of a block that overlaps the next, and of that the part before the samples that count.
const OVERLAP: usize = 4;
const LEAD: usize = 8;
/// Fewest bins of the narrowest channel: with fewer the overlap would cost more than it saves.
const BINS_MIN: usize = 480;
/// Most input samples of a block.
const BLOCK_MAX: usize = 1 << 16;
/// Kaiser shape: stop band at -70 dB.
const BETA: f64 = 7.0;
/// Weight below which a bin is not folded in: -70 dB.
const NEGLIGIBLE: f32 = 3e-4;

/// Where a channel is, relative to the stream's centre.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Band {
    /// Offset of its centre, Hz.
    pub(crate) offset_hz: f64,
    /// Chirp bandwidth, Hz.
    pub(crate) bandwidth_hz: u32,
}

/// Cuts channels out of a stream.
pub(crate) struct Channeliser {
    forward: Arc<dyn Fft<f32>>,
    /// Input that no finished block has used up.
    pending: Vec<Complex32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    cuts: Vec<Cut>,
    block: u64,
}

/// How one channel is cut.
struct Cut {
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

impl Channeliser {
    /// `None` when the sample rate has no small enough ratio to the channels' rates.
    pub(crate) fn new(sample_rate_hz: u32, bands: &[Band]) -> Option<Self> {
        let size = block_size(sample_rate_hz, bands)?;
        let mut planner = FftPlanner::new();
        let forward = planner.plan_fft_forward(size);
        let bin_hz = f64::from(sample_rate_hz) / size as f64;
        let cuts = bands.iter().map(|band| Cut {
            centre_bin: (band.offset_hz / bin_hz).round() as i64,
            fine: Output::new(size, bins_of(size, sample_rate_hz, 2 * band.bandwidth_hz), &mut planner),
            grid: Output::new(size, bins_of(size, sample_rate_hz, band.bandwidth_hz), &mut planner),
        });
        let mut channeliser = Self {
            cuts: cuts.collect(),
            pending: Vec::new(),
            spectrum: vec![Complex32::ZERO; size],
            scratch: vec![Complex32::ZERO; forward.get_inplace_scratch_len()],
            forward,
            block: 0,
        };
        channeliser.restart();
        Some(channeliser)
    }

    /// Starts a new stream.
    pub(crate) fn restart(&mut self) {
        self.block = 0;
        self.pending.clear();
        self.pending.resize(self.spectrum.len() / LEAD, Complex32::ZERO);
    }

    /// Centre that a channel really has, relative to the stream's, Hz: a whole bin.
    pub(crate) fn centre_hz(&self, channel: usize, sample_rate_hz: u32) -> f64 {
        self.cuts[channel].centre_bin as f64 * f64::from(sample_rate_hz) / self.spectrum.len() as f64
    }

    /// Feeds input; hands over what each channel has new: its number, samples at two a chip, samples at one a chip.
    pub(crate) fn process(
        &mut self,
        input: &[Complex32],
        mut take: impl FnMut(usize, &[Complex32], &[Complex32]),
    ) {
        self.pending.extend_from_slice(input);
        let size = self.spectrum.len();
        let hop = size - size / OVERLAP;
        let mut used = 0;
        while let Some(block) = self.pending.get(used..used + size) {
            self.spectrum.copy_from_slice(block);
            self.forward.process_with_scratch(&mut self.spectrum, &mut self.scratch);
            for (channel, cut) in self.cuts.iter_mut().enumerate() {
                cut.fill(&self.spectrum, self.block);
                take(channel, cut.fine.fresh(), cut.grid.fresh());
            }
            self.block += 1;
            used += hop;
        }
        self.pending.drain(..used);
    }
}

impl Cut {
    fn fill(&mut self, spectrum: &[Complex32], block: u64) {
        let turn = self.phase(spectrum.len(), block);
        self.fine.fill(spectrum, self.centre_bin, turn);
        self.grid.fill(spectrum, self.centre_bin, turn);
    }

    /// The channel's carrier turned since sample 0 of the stream: blocks do not begin at whole turns of it.
    fn phase(&self, size: usize, block: u64) -> Complex32 {
        let hop = (size - size / OVERLAP) as u64;
        let begins = (block * hop) as i64 - (size / LEAD) as i64;
        let turns = (i128::from(self.centre_bin) * i128::from(begins)).rem_euclid(size as i128);
        let turn = Complex64::from_polar(1.0, -TAU * turns as f64 / size as f64);
        Complex32::new(turn.re as f32, turn.im as f32)
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

    fn fill(&mut self, spectrum: &[Complex32], centre_bin: i64, turn: Complex32) {
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
            for ((bin, value), weight) in self.bins[to..to + length].iter_mut().zip(source).zip(now) {
                *bin += value * weight;
            }
            weights = later;
            from = (from + length) % spectrum.len();
            to = (to + length) % self.bins.len();
        }
        self.inverse.process_with_scratch(&mut self.bins, &mut self.scratch);
        let fresh = self.fresh_range();
        for sample in &mut self.bins[fresh] {
            *sample *= turn;
        }
    }

    fn fresh(&self) -> &[Complex32] {
        &self.bins[self.fresh_range()]
    }

    fn fresh_range(&self) -> std::ops::Range<usize> {
        let bins = self.bins.len();
        let lead = bins / LEAD;
        lead..lead + bins - bins / OVERLAP
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

/// Input samples of a block: the fewest that give every channel a multiple of eight bins, and the narrowest enough of them.
fn block_size(sample_rate_hz: u32, bands: &[Band]) -> Option<usize> {
    let narrowest_hz = bands.iter().map(|band| band.bandwidth_hz).min()?;
    let common = greatest_common_divisor(sample_rate_hz, narrowest_hz);
    let (samples, bins) = ((sample_rate_hz / common) as usize, (narrowest_hz / common) as usize);
    // Half of the bins at two samples a chip; eight to a quarter and an eighth of the block, also at one sample a chip.
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
