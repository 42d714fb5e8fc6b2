//! A decided frame, evaluated at the receiver's own sample instants and taken out of the samples, chirp by chirp.
//!
//! Nothing is interpolated: sample `n` stands at chip time `t = (n - anchor) (1 + eps) / R` of the transmitter, and the replica's
//! phase is a polynomial there. This is the estimator's view of the frame, exact to the sample clock; decisions and levels
//! use the band-limited chips of [`super::chips`] instead.

use std::f64::consts::TAU as TURN;

use num_complex::{Complex32, Complex64};

use super::{
    demodulator::Demodulator,
    follower::{Followed, PayloadGrid},
    history::History,
    least_squares::{Normal, Run},
    trajectory::Trajectory,
};
use crate::{Chirp, SpreadingFactor, Sweep, SyncWord, chirp::sync_and_sfd};

/// Samples between fresh evaluations of the phase; in between it is advanced by two complex products.
const FRESH: i64 = 256;

/// A chirp of the frame, where it stands on air, and the carrier phase step there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) chirp: Chirp,
    /// Start, in chips from the anchor.
    pub(crate) first_chip: f64,
    phase: f64,
}

/// One sample with the replica of amplitude 1 that belongs to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// As received.
    pub(crate) received: Complex64,
    /// Conjugate of the replica: their product is the despread sample.
    pub(crate) conjugate: Complex64,
}

/// Samples of one chirp that follow each other, with the replica beside them.
pub(crate) struct Block<'a> {
    /// Index of the first in the stream.
    pub(crate) from: i64,
    /// Where they stand.
    pub(crate) run: Run,
    samples: std::slice::Iter<'a, Complex32>,
    conjugate: Complex64,
    /// How the replica turns to the next sample, and how that grows.
    advance: Complex64,
    growth: Complex64,
}

impl Iterator for Block<'_> {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        let sample = self.samples.next()?;
        let received = Complex64::new(f64::from(sample.re), f64::from(sample.im));
        let conjugate = self.conjugate;
        self.conjugate *= self.advance;
        self.advance *= self.growth;
        Some(Sample { received, conjugate })
    }
}

/// What fixes the order and kind of a frame's chirps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chirps<'a> {
    pub(crate) sf: SpreadingFactor,
    pub(crate) preamble_symbols: usize,
    pub(crate) sync_word: SyncWord,
    pub(crate) symbols: &'a [u16],
    pub(crate) grid: PayloadGrid,
}

/// Every chirp of the frame as it is on air.
pub(crate) fn placed(frame: &Followed, sf: SpreadingFactor) -> impl Iterator<Item = Placed> {
    let preamble_symbols = frame.sync.preamble_symbols;
    let (symbols, grid) = (&frame.symbols[..], frame.grid);
    Chirps { sf, preamble_symbols, sync_word: frame.sync.sync_word, symbols, grid }.placed()
}

impl<'a> Chirps<'a> {
    /// Every chirp as it is on air.
    pub(crate) fn placed(self) -> impl Iterator<Item = Placed> + 'a {
        let Self { sf, preamble_symbols, sync_word, symbols, grid } = self;
        let mut first_chip = -(preamble_symbols as f64 + 2.0) * sf.chips() as f64;
        let ups = std::iter::repeat_n(Chirp::up(sf, 0), preamble_symbols);
        let lead = ups.chain(sync_and_sfd(sf, sync_word)).map(|chirp| (chirp, 0.0, 0.0));
        let payload = symbols.iter().map(move |&shift| {
            if grid.early {
                let before = (shift + sf.chips() as u16 - 1) % sf.chips() as u16;
                (Chirp::up(sf, before), 1.0, grid.phase)
            } else {
                (Chirp::up(sf, shift), 0.0, 0.0)
            }
        });
        lead.chain(payload).map(move |(chirp, early, phase)| {
            let placed = Placed { chirp, first_chip: first_chip - early, phase };
            first_chip += chirp.chips as f64;
            placed
        })
    }
}

/// Least-squares sums over every sample of the frame.
pub(crate) fn sums(
    frame: &Followed,
    reference: f64,
    free_phase: bool,
    history: &History,
    demodulator: &Demodulator,
) -> Normal {
    let mut normal = Normal::new(reference, free_phase);
    for placed in placed(frame, demodulator.sf()) {
        placed.visit(demodulator.sf(), history, &frame.sync.tracker.path, |block| {
            normal.add(block.run, block.map(|sample| sample.received * sample.conjugate));
        });
        normal.end_chirp();
    }
    normal
}

impl Placed {
    /// Shows every sample of the chirp that the history holds.
    pub(crate) fn visit(
        self,
        sf: SpreadingFactor,
        history: &History,
        path: &Trajectory,
        mut visitor: impl FnMut(Block),
    ) {
        let n = sf.chips() as f64;
        let last_chip = self.first_chip + self.chirp.chips as f64;
        let mut line = |frequency: f64, rate: f64, chips: std::ops::Range<f64>| {
            let line = Line { start_chip: self.first_chip, rate, frequency, phase: self.phase };
            line.visit(chips, history, path, &mut visitor);
        };
        match self.chirp.sweep {
            // After the fold the chirp sweeps a bandwidth lower; a whole number of chips from its start its phase is the same.
            Sweep::Up(shift) => {
                let fold = (self.first_chip + n - f64::from(shift)).min(last_chip);
                let frequency = f64::from(shift) / n - 0.5;
                line(frequency, 1.0 / n, self.first_chip..fold);
                line(frequency - 1.0, 1.0 / n, fold..last_chip);
            }
            Sweep::Down => line(0.5, -1.0 / n, self.first_chip..last_chip),
        }
    }
}

/// A stretch of linear frequency: `phi(t) = frequency t + rate t^2 / 2`, `t` from its chirp's start.
#[derive(Clone, Copy)]
struct Line {
    start_chip: f64,
    rate: f64,
    frequency: f64,
    phase: f64,
}

impl Line {
    fn visit(
        self,
        chips: std::ops::Range<f64>,
        history: &History,
        path: &Trajectory,
        visitor: &mut impl FnMut(Block),
    ) {
        let first = path.sample_of_chip(chips.start).ceil() as i64;
        let last = path.sample_of_chip(chips.end).ceil() as i64;
        for from in (first..last).step_by(FRESH as usize) {
            if let Some(samples) = history.slice(from, (last - from).min(FRESH) as usize) {
                visitor(self.block(from, samples, path));
            }
        }
    }

    fn block<'a>(self, from: i64, samples: &'a [Complex32], path: &Trajectory) -> Block<'a> {
        let step = 1.0 / path.samples_per_chip();
        let carrier = path.cfo_cycles_per_sample();
        let since_anchor = from as f64 - path.anchor_sample;
        let first = since_anchor * step - self.start_chip;
        let cycles = (self.frequency + 0.5 * self.rate * first) * first + carrier * since_anchor;
        // phi(t + h) - phi(t) = (frequency + rate t) h + rate h^2 / 2, which itself grows by rate h^2 a sample.
        let frequency = self.frequency + self.rate * first;
        let advance = frequency * step + 0.5 * self.rate * step * step + carrier;
        Block {
            from,
            run: Run { chip: self.start_chip + first, step, frequency, slope: self.rate },
            samples: samples.iter(),
            conjugate: Complex64::from_polar(1.0, -TURN * cycles.fract() - path.theta - self.phase),
            advance: Complex64::from_polar(1.0, -TURN * advance),
            growth: Complex64::from_polar(1.0, -TURN * self.rate * step * step),
        }
    }
}
