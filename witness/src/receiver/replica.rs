//! A decided frame, evaluated at the receiver's own sample instants and taken out of the samples, chirp by chirp.
//!
//! Nothing is interpolated: sample `n` stands at chip time `t = (n - anchor) (1 + eps) / R` of the transmitter, and the replica's
//! phase is a polynomial there. This is the estimator's view of the frame, exact to the sample clock; decisions and levels
//! use the band-limited chips of [`super::chips`] instead.
//!
//! Where the frequency jumps (folds, ends of chirps) an ideal chirp is wider than any stream: filters ring there, differently for every
//! fraction of a sample at which the jump falls, and the replica, which is not filtered, sees a time error of some ns that comes
//! back at every jump. So the weight of samples is tapered towards jumps: at SF7 that costs 2 % of the precision and leaves less
//! than 0.2 ns.

use std::f64::consts::{PI, TAU as TURN};

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
/// Chips next to a jump of the frequency over which the weight of samples rises from 0 to 1, and most of a chirp that it may be.
const TAPER_CHIPS: f64 = 3.0;
const TAPER_SHARE: f64 = 1.0 / 32.0;

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
    /// Where their weight is not one.
    pub(crate) taper: Option<Taper>,
    samples: std::slice::Iter<'a, Complex32>,
    conjugate: Complex64,
    /// How the replica turns to the next sample, and how that grows.
    advance: Complex64,
    growth: Complex64,
}

/// Samples that are advanced side by side: a product waits for the one before it in its own lane only.
const LANES: usize = 4;

impl Block<'_> {
    /// The replica of all its samples, conjugated.
    ///
    /// Of the phase `c + a k + g k (k - 1) / 2` the lane of sample `k` advances by `4 a + g (4 k + 6)`, and that by `16 g`.
    pub(crate) fn conjugates(self) -> Vec<Complex64> {
        let count = self.samples.len();
        let mut conjugates = Vec::with_capacity(count);
        if count < 2 * LANES {
            conjugates.extend(self.map(|sample| sample.conjugate));
            return conjugates;
        }
        let growth_4 = self.growth.powu(4);
        let growth_16 = growth_4.powu(4);
        let (mut now, mut advance) = ([self.conjugate; LANES], [Complex64::ONE; LANES]);
        advance[0] = self.advance.powu(4) * growth_4 * self.growth * self.growth;
        let mut step = self.advance;
        for lane in 1..LANES {
            now[lane] = now[lane - 1] * step;
            advance[lane] = advance[lane - 1] * growth_4;
            step *= self.growth;
        }
        for _ in 0..count / LANES {
            conjugates.extend(now);
            for lane in 0..LANES {
                now[lane] *= advance[lane];
                advance[lane] *= growth_16;
            }
        }
        conjugates.extend(&now[..count % LANES]);
        conjugates
    }
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

/// The stretch of linear frequency that samples near its ends belong to, in chips from the anchor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taper {
    first_chip: f64,
    last_chip: f64,
    /// Length at each end.
    chips: f64,
}

impl Taper {
    /// Weight of what stands at a chip: half a period of a raised cosine at both ends.
    pub(crate) fn weight(self, chip: f64) -> f64 {
        let inside = (chip - self.first_chip).min(self.last_chip - chip);
        (0.5 * PI * (inside / self.chips).clamp(0.0, 1.0)).sin().powi(2)
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

/// The `count`-th up-chirp before the sync word, whether it is there or not.
pub(crate) fn leading_up_chirp(count: usize, sf: SpreadingFactor) -> Placed {
    Placed { chirp: Chirp::up(sf, 0), first_chip: -((count + 2) as f64) * sf.chips() as f64, phase: 0.0 }
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
            let (run, taper) = (block.run, block.taper);
            let despread = block.map(|sample| sample.received * sample.conjugate);
            normal.add(run, taper, despread);
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
        let length = TAPER_CHIPS.min(TAPER_SHARE / self.rate.abs());
        let taper = Taper { first_chip: chips.start, last_chip: chips.end, chips: length };
        let middle = 0.5 * (chips.start + chips.end);
        let bounds =
            [chips.start, (chips.start + length).min(middle), (chips.end - length).max(middle), chips.end];
        let sample = bounds.map(|chip| path.sample_of_chip(chip).ceil() as i64);
        for (part, taper) in [Some(taper), None, Some(taper)].into_iter().enumerate() {
            for from in (sample[part]..sample[part + 1]).step_by(FRESH as usize) {
                let length = (sample[part + 1] - from).min(FRESH);
                if let Some(samples) = history.slice(from, length as usize) {
                    visitor(Block { taper, ..self.block(from, samples, path) });
                }
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
            taper: None,
            samples: samples.iter(),
            conjugate: Complex64::from_polar(1.0, -TURN * cycles.fract() - path.theta - self.phase),
            advance: Complex64::from_polar(1.0, -TURN * advance),
            growth: Complex64::from_polar(1.0, -TURN * self.rate * step * step),
        }
    }
}

#[cfg(test)]
mod replica_tests;
