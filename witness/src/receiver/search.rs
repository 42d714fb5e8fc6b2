//! Preamble search: the same up-chirp again and again.
//!
//! The stream, at one sample a chip, is cut into windows of one symbol, dechirped and transformed. An up-chirp that repeats
//! puts its energy into one bin (two, when it falls between bins) of every window, wherever the windows cut it; that bin is
//! carrier offset minus timing. Powers are added over [`WINDOWS`] windows without their phases, and a pair of neighbouring bins
//! that stands out of the mean is a candidate.
//!
//! With noise alone a pair's sum is Gamma(2 [`WINDOWS`]) in units of the mean power of a bin, which gives the threshold for a
//! wanted rate of false candidates per window.

use std::sync::Arc;

use num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::{SpreadingFactor, chirp::base_upchirp};

/// Windows summed. Eight up-chirps cover at least seven windows whole.
pub(crate) const WINDOWS: usize = 7;

/// False candidates a window of noise; each costs one synchronisation attempt.
const FALSE_RATE: f64 = 2e-3;

/// Candidates remembered at once, so that a weaker preamble under a stronger one is not lost.
const PENDING_MAX: usize = 8;

/// Windows in which a candidate must have at least this share of its mean power.
const REPEATS_MIN: usize = 5;
const SHARE_MIN: f32 = 0.35;

/// Chance that noise alone reaches what a candidate must have left without its strongest window.
const REST_RATE: f64 = 1e-5;

/// A candidate this much weaker than the strongest of its window is taken for its side lobe.
const SIDE_LOBE: f32 = 0.02;

/// An up-chirp that repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// Last window of the sum, counted from the start of the stream.
    pub(crate) window: i64,
    /// Lower bin of the pair.
    pub(crate) bin: usize,
    /// Sum of the pair over the mean power of a bin.
    pub(super) score: f32,
}

/// The search for one spreading factor in one channel.
pub(crate) struct Search {
    dechirp: Vec<Complex32>,
    fft: Arc<dyn Fft<f32>>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    /// Powers of the newest windows, one row each, and their sum.
    powers: Vec<Vec<f32>>,
    sums: Vec<f32>,
    /// Sums of the current group's rows so far, and, for every row of the group before, of those from it on.
    begun: Vec<f32>,
    rest: Vec<Vec<f32>>,
    window: i64,
    threshold: f32,
    rest_threshold: f32,
    pending: Vec<Candidate>,
    /// Candidates already reported; a preamble stays in the sum for [`WINDOWS`] windows.
    reported: Vec<Candidate>,
}

impl Search {
    pub(crate) fn new(sf: SpreadingFactor) -> Self {
        let chips = sf.chips();
        let fft = FftPlanner::new().plan_fft_forward(chips);
        Self {
            dechirp: base_upchirp(sf).iter().map(Complex32::conj).collect(),
            scratch: vec![Complex32::ZERO; fft.get_inplace_scratch_len()],
            fft,
            spectrum: vec![Complex32::ZERO; chips],
            powers: vec![vec![0.0; chips]; WINDOWS],
            sums: vec![0.0; chips],
            begun: vec![0.0; chips],
            rest: vec![vec![0.0; chips]; WINDOWS],
            window: 0,
            threshold: gamma_quantile(2 * WINDOWS, FALSE_RATE / chips as f64) as f32,
            rest_threshold: gamma_quantile(2 * (WINDOWS - 1), REST_RATE) as f32,
            pending: Vec::with_capacity(PENDING_MAX),
            reported: Vec::with_capacity(2 * PENDING_MAX),
        }
    }

    /// Chips a window.
    pub(crate) fn chips(&self) -> usize {
        self.spectrum.len()
    }

    /// Number of windows seen, and so the index of the next.
    pub(crate) fn next_window(&self) -> i64 {
        self.window
    }

    /// Takes the next window; hands over candidates whose peak has passed.
    pub(crate) fn push(&mut self, window: &[Complex32], found: &mut Vec<Candidate>) {
        self.add(window);
        let mean = total(&self.sums) / (self.sums.len() * WINDOWS) as f32;
        let (window, first) = (self.window, found.len());
        found.extend(self.pending.extract_if(.., |candidate| candidate.window + 1 < window));
        self.reported.extend(&found[first..]);
        self.reported.retain(|old| old.window + WINDOWS as i64 >= window);
        if mean > 0.0 {
            self.note_peaks(mean);
        }
        self.window += 1;
    }

    /// Forgets everything heard.
    pub(crate) fn restart(&mut self) {
        for row in self.powers.iter_mut().chain(&mut self.rest).chain([&mut self.begun]) {
            row.fill(0.0);
        }
        self.pending.clear();
        self.reported.clear();
        self.window = 0;
    }

    fn add(&mut self, window: &[Complex32]) {
        for (out, (sample, turn)) in self.spectrum.iter_mut().zip(window.iter().zip(&self.dechirp)) {
            *out = sample * turn;
        }
        self.fft.process_with_scratch(&mut self.spectrum, &mut self.scratch);
        let row = (self.window.rem_euclid(WINDOWS as i64)) as usize;
        for (power, value) in self.powers[row].iter_mut().zip(&self.spectrum) {
            *power = value.norm_sqr();
        }
        self.sum(row);
    }

    /// Sum of the newest [`WINDOWS`] rows: those of this group so far, and what the group before had after them. Nothing is ever
    /// subtracted, so a strong signal leaves nothing behind (van Herk 1992).
    fn sum(&mut self, row: usize) {
        if row == 0 {
            self.begun.copy_from_slice(&self.powers[0]);
        } else {
            add(&mut self.begun, &self.powers[row]);
        }
        if row + 1 < WINDOWS {
            for ((sum, begun), rest) in self.sums.iter_mut().zip(&self.begun).zip(&self.rest[row + 1]) {
                *sum = begun + rest;
            }
            return;
        }
        self.sums.copy_from_slice(&self.begun);
        self.rest[row].copy_from_slice(&self.powers[row]);
        for row in (1..row).rev() {
            let (earlier, later) = self.rest.split_at_mut(row + 1);
            for ((rest, power), later) in earlier[row].iter_mut().zip(&self.powers[row]).zip(&later[0]) {
                *rest = power + later;
            }
        }
    }

    fn note_peaks(&mut self, mean: f32) {
        let floor = self.threshold * mean;
        let strongest = strongest_pair(&self.sums);
        if strongest < floor {
            return;
        }
        let floor = floor.max(SIDE_LOBE * strongest);
        for bin in 0..self.sums.len() {
            let score = self.pair(bin);
            let peak = score >= self.pair(bin + 1) && score > self.pair(bin + self.sums.len() - 1);
            if score >= floor && peak && self.repeats(bin, score, mean) {
                self.note(Candidate { window: self.window, bin, score: score / mean });
            }
        }
    }

    /// One strong payload symbol lifts a bin for one window; a preamble does in nearly all of them, and is there without any of them.
    fn repeats(&self, bin: usize, score: f32, mean: f32) -> bool {
        let share = SHARE_MIN * score / WINDOWS as f32;
        let mask = self.sums.len() - 1;
        let pair = |row: &Vec<f32>| row[bin & mask] + row[(bin + 1) & mask];
        let strongest = self.powers.iter().map(pair).fold(0.0, f32::max);
        score - strongest >= self.rest_threshold * mean
            && self.powers.iter().filter(|row| pair(row) >= share).count() >= REPEATS_MIN
    }

    fn pair(&self, bin: usize) -> f32 {
        let mask = self.sums.len() - 1;
        self.sums[bin & mask] + self.sums[(bin + 1) & mask]
    }

    /// Keeps the candidate while it rises; a falling one is left to time out in [`Self::push`].
    fn note(&mut self, candidate: Candidate) {
        let chips = self.sums.len();
        if self.reported.iter().any(|old| near(old.bin, candidate.bin, chips)) {
            return;
        }
        match self.pending.iter().position(|old| near(old.bin, candidate.bin, chips)) {
            Some(index) if candidate.score >= self.pending[index].score => self.pending[index] = candidate,
            None if self.pending.len() < PENDING_MAX => self.pending.push(candidate),
            Some(_) | None => {}
        }
    }
}

fn near(a: usize, b: usize, chips: usize) -> bool {
    let distance = a.abs_diff(b);
    distance.min(chips - distance) <= 2
}

fn add(sums: &mut [f32], row: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum += value;
    }
}

/// Lanes of sums and maxima, so that they vectorise. Every spreading factor has a multiple of them.
const LANES: usize = 16;

fn total(values: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for block in values.chunks_exact(LANES) {
        add(&mut sums, block);
    }
    sums.iter().sum()
}

/// Greatest sum of two neighbouring bins, the last and the first among them.
fn strongest_pair(sums: &[f32]) -> f32 {
    let (Some(first), Some(last)) = (sums.first(), sums.last()) else { return 0.0 };
    let mut most = [0.0_f32; LANES];
    let shifted = &sums[1..];
    let (left, right) = (sums.chunks_exact(LANES), shifted.chunks_exact(LANES));
    let rest = sums.len() - right.len() * LANES;
    for (left, right) in left.zip(right) {
        for lane in 0..LANES {
            let pair = left[lane] + right[lane];
            most[lane] = if pair > most[lane] { pair } else { most[lane] };
        }
    }
    let tail = sums[sums.len() - rest..].windows(2).map(|pair| pair[0] + pair[1]);
    tail.chain(most).fold(first + last, f32::max)
}

/// Value that a Gamma(`shape`, 1) variable exceeds with probability `tail`: bisection on the Poisson form of its tail.
fn gamma_quantile(shape: usize, tail: f64) -> f64 {
    let exceeds = |x: f64| {
        let terms = std::iter::successors(Some((1_u32, (-x).exp())), |&(k, term)| {
            Some((k + 1, term * x / f64::from(k)))
        });
        terms.take(shape).map(|(_, term)| term).sum::<f64>()
    };
    let (mut low, mut high) = (0.0, 1000.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if exceeds(middle) > tail { low = middle } else { high = middle }
    }
    high
}
