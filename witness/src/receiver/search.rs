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

use multiversion::multiversion;
use num_complex::Complex32;

use super::{
    moving_sum::MovingSum,
    tables::{Table, Workspace},
};

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

/// Power of an up-chirp in one window over that of a bin's noise, from which one window tells whether it is there.
const PLAIN: usize = 64;

/// An up-chirp that goes on for two windows more than these leaves the SFD to whoever looks from there.
const TAKEN_OVER_WINDOWS: i64 = 5;

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
    table: Arc<Table>,
    powers: MovingSum,
    window: i64,
    threshold: f32,
    rest_threshold: f32,
    pending: Vec<Candidate>,
    /// Candidates already reported; a preamble stays in the sum for [`WINDOWS`] windows.
    reported: Vec<Candidate>,
}

impl Candidate {
    /// Whether it stands so far over the noise that every window by itself tells whether the up-chirp is in it.
    pub(super) fn is_plain(&self, chips: usize) -> bool {
        self.score >= (PLAIN.min(chips / 2) * WINDOWS) as f32
    }

    /// Whether an up-chirp that is still there behind this candidate is looked at anyhow, from a little later on.
    pub(super) fn is_taken_over_by(&self, later: &Self, chips: usize) -> bool {
        let windows = later.window - self.window;
        let distance = self.bin.abs_diff(later.bin);
        (0..=TAKEN_OVER_WINDOWS).contains(&windows) && distance.min(chips - distance) <= 1
    }
}

impl Search {
    pub(crate) fn new(table: Arc<Table>) -> Self {
        let chips = table.sf.chips();
        Self {
            table,
            powers: MovingSum::new(chips),
            window: 0,
            threshold: gamma_quantile(2 * WINDOWS, FALSE_RATE / chips as f64) as f32,
            rest_threshold: gamma_quantile(2 * (WINDOWS - 1), REST_RATE) as f32,
            pending: Vec::with_capacity(PENDING_MAX),
            reported: Vec::with_capacity(2 * PENDING_MAX),
        }
    }

    /// Chips a window.
    pub(crate) fn chips(&self) -> usize {
        self.table.dechirp.len()
    }

    /// Number of windows seen, and so the index of the next.
    pub(crate) fn next_window(&self) -> i64 {
        self.window
    }

    /// Takes the next window; hands over candidates whose peak has passed.
    pub(crate) fn push(
        &mut self,
        window: &[Complex32],
        workspace: &mut Workspace,
        found: &mut Vec<Candidate>,
    ) {
        let dechirped = |out: &mut [Complex32]| dechirp(window, &self.table.dechirp, out);
        self.powers.push(workspace.transform(&self.table, dechirped));
        let mean = self.powers.total() / (self.chips() * WINDOWS) as f32;
        let (window, first) = (self.window, found.len());
        found.extend(self.pending.extract_if(.., |candidate| candidate.window + 1 < window));
        self.reported.extend(&found[first..]);
        self.reported.retain(|old| old.window + WINDOWS as i64 >= window);
        if mean > 0.0 {
            self.note_peaks(mean);
        }
        self.window += 1;
    }

    /// Forgets everything heard; the next window is this one.
    pub(crate) fn restart_at(&mut self, window: i64) {
        self.powers.restart();
        self.pending.clear();
        self.reported.clear();
        self.window = window;
    }

    fn note_peaks(&mut self, mean: f32) {
        let floor = self.threshold * mean;
        let Some(strongest) = self.powers.strongest_pair(floor) else { return };
        let floor = floor.max(SIDE_LOBE * strongest);
        for bin in 0..self.chips() {
            let score = self.powers.pair(bin);
            let before = bin + self.chips() - 1;
            let peak = score >= self.powers.pair(bin + 1) && score > self.powers.pair(before);
            if score >= floor && peak && self.repeats(bin, score, mean) {
                self.note(Candidate { window: self.window, bin, score: score / mean });
            }
        }
    }

    /// One strong payload symbol lifts a bin for one window; a preamble does in nearly all of them, and is there without any of them.
    fn repeats(&self, bin: usize, score: f32, mean: f32) -> bool {
        let share = SHARE_MIN * score / WINDOWS as f32;
        let rows = || self.powers.pair_of_each(bin);
        let strongest = rows().fold(0.0, f32::max);
        score - strongest >= self.rest_threshold * mean
            && rows().filter(|&power| power >= share).count() >= REPEATS_MIN
    }

    /// Keeps the candidate while it rises; a falling one is left to time out in [`Self::push`].
    fn note(&mut self, candidate: Candidate) {
        let chips = self.chips();
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

/// Products of samples and the conjugate chirp, written out in parts so that they vectorise.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn dechirp(window: &[Complex32], chirp: &[Complex32], out: &mut [Complex32]) {
    for (out, (sample, turn)) in out.iter_mut().zip(window.iter().zip(chirp)) {
        out.re = sample.re * turn.re - sample.im * turn.im;
        out.im = sample.re * turn.im + sample.im * turn.re;
    }
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
