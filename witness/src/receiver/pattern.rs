//! Known chirps of a frame, despread: what synchronisation is fitted to.

use std::f64::consts::TAU as TURN;

use num_complex::{Complex32, Complex64};

use super::{
    chips::ChipReader,
    correlate::likeliest_carrier,
    demodulator::Demodulator,
    history::History,
    least_squares::{Normal, Vector},
    trajectory::{EPS, NU, TAU, Trajectory},
};
use crate::{Chirp, Sweep, chirp::phasor};

/// Up-chirps used before the preamble's length is known.
pub(crate) const UPS: usize = 6;
/// What is known of clocks before the frame says more: within 15 ppm (one sigma) of where the search started.
pub(crate) const CLOCK_PRIOR: Vector = [0.0, 0.0, 0.0, 1.0 / (15e-6 * 15e-6)];
/// Carrier error, in bins, that the phase advance between windows may leave.
const CARRIER_ERROR_BINS: f64 = 0.2;
const CARRIER_STEPS: i32 = 20;

/// Chirps with the chip they start at, counted from the anchor, and their despread chips.
pub(crate) struct Pattern {
    chirps: Vec<(Chirp, f64)>,
    despread: Vec<Vec<Complex32>>,
}

/// A trajectory fitted to a pattern.
pub(crate) struct Fit {
    pub(crate) path: Trajectory,
    pub(crate) sums: Normal,
    /// Coherent energy of the down-chirps alone.
    pub(crate) down_energy: f64,
}

impl Pattern {
    /// Consecutive chirps from `first_chip` on.
    pub(crate) fn new(chirps: impl Iterator<Item = Chirp>, first_chip: f64) -> Self {
        let mut next = first_chip;
        let chirps: Vec<(Chirp, f64)> = chirps
            .map(|chirp| {
                let at = next;
                next += chirp.chips as f64;
                (chirp, at)
            })
            .collect();
        let despread = chirps.iter().map(|(chirp, _)| vec![Complex32::ZERO; chirp.chips]).collect();
        Self { chirps, despread }
    }

    /// The last up-chirps of a preamble and the SFD, with the gap of an unknown sync word between.
    fn around_sync_word(demodulator: &Demodulator) -> Self {
        let sf = demodulator.sf();
        let n = sf.chips();
        let ups = Self::new(std::iter::repeat_n(Chirp::up(sf, 0), UPS), -((UPS + 2) as f64) * n as f64);
        let downs = [n, n, n / 4].map(|chips| Chirp { sweep: Sweep::Down, chips });
        let sfd = Self::new(downs.into_iter(), 0.0);
        Self {
            chirps: ups.chirps.into_iter().chain(sfd.chirps).collect(),
            despread: ups.despread.into_iter().chain(sfd.despread).collect(),
        }
    }

    /// Reads and despreads every chirp.
    pub(crate) fn read(
        &mut self,
        path: &Trajectory,
        history: &History,
        reader: &mut ChipReader,
        demodulator: &Demodulator,
    ) {
        for ((chirp, first_chip), out) in self.chirps.iter().zip(&mut self.despread) {
            demodulator.dechirp(reader, history, path, *first_chip, out);
            demodulator.despread(*chirp, out);
        }
    }

    /// Least-squares sums about a reference chip.
    pub(crate) fn sums(&self, demodulator: &Demodulator, reference: f64) -> Normal {
        let mut normal = Normal::new(reference, false);
        for ((chirp, first_chip), despread) in self.chirps.iter().zip(&self.despread) {
            demodulator.add_to(&mut normal, *chirp, *first_chip, despread);
        }
        normal
    }

    fn down_energy(&self) -> f64 {
        let downs =
            self.chirps.iter().zip(&self.despread).filter(|((chirp, _), _)| chirp.sweep == Sweep::Down);
        let (sum, chips) = downs.fold((Complex32::ZERO, 0), |(sum, chips), (_, despread)| {
            (sum + despread.iter().sum::<Complex32>(), chips + despread.len())
        });
        f64::from(sum.norm_sqr()) / chips.max(1) as f64
    }

    /// Carrier error in cycles a chip that lines up the chirps' phases best.
    fn carrier_error(&self, n: f64) -> f64 {
        let sums: Vec<(Complex64, f64)> = self
            .chirps
            .iter()
            .zip(&self.despread)
            .map(|((chirp, first_chip), despread)| {
                let sum: Complex32 = despread.iter().sum();
                (Complex64::new(f64::from(sum.re), f64::from(sum.im)), first_chip + chirp.chips as f64 / 2.0)
            })
            .collect();
        likeliest_carrier(&sums, CARRIER_ERROR_BINS / f64::from(CARRIER_STEPS) / n, CARRIER_STEPS).0
    }

    /// Turns the chirps' common phase to zero and returns it.
    fn take_out_phase(&mut self) -> f64 {
        let phase = f64::from(self.despread.iter().flatten().sum::<Complex32>().arg());
        let turn = phasor(-phase / TURN);
        for chip in self.despread.iter_mut().flatten() {
            *chip *= turn;
        }
        phase
    }
}

/// Time step, in chips, after which another would change nothing that hypotheses are told apart by.
const SETTLED_CHIPS: f64 = 0.05;

/// Starts a fit from a hypothesis: far enough to tell it from others.
pub(crate) fn begin_fit(
    mut path: Trajectory,
    history: &History,
    reader: &mut ChipReader,
    demodulator: &Demodulator,
) -> Option<Fit> {
    let mut pattern = Pattern::around_sync_word(demodulator);
    pattern.read(&path, history, reader, demodulator);
    path.nu += pattern.carrier_error(demodulator.sf().chips() as f64);
    pattern.read(&path, history, reader, demodulator);
    refine(path, pattern, 2, history, reader, demodulator)
}

/// Least squares over six up-chirps and the SFD, from near enough.
pub(crate) fn finish_fit(
    path: Trajectory,
    history: &History,
    reader: &mut ChipReader,
    demodulator: &Demodulator,
) -> Option<Fit> {
    let mut pattern = Pattern::around_sync_word(demodulator);
    pattern.read(&path, history, reader, demodulator);
    refine(path, pattern, 2, history, reader, demodulator)
}

/// At most so many steps of least squares, each from a fresh reading.
fn refine(
    mut path: Trajectory,
    mut pattern: Pattern,
    steps: usize,
    history: &History,
    reader: &mut ChipReader,
    demodulator: &Demodulator,
) -> Option<Fit> {
    let reference = -0.5 * (UPS as f64 - 0.25) * demodulator.sf().chips() as f64;
    for _ in 0..steps {
        path.theta += pattern.take_out_phase();
        let step = pattern.sums(demodulator, reference).step(CLOCK_PRIOR)?;
        correct_about(&mut path, limit(step), reference);
        pattern.read(&path, history, reader, demodulator);
        if step[TAU].abs() < SETTLED_CHIPS {
            break;
        }
    }
    let sums = pattern.sums(demodulator, reference);
    Some(Fit { path, sums, down_energy: pattern.down_energy() })
}

/// A first step may be far off; a chip of time is as far as the line of small errors holds.
fn limit(step: Vector) -> Vector {
    let scale = (1.0 / step[TAU].abs().max(1e-12)).min(1.0);
    step.map(|value| value * scale)
}

/// Applies a step taken about `reference` to the trajectory, whose parameters stand at the anchor.
pub(crate) fn correct_about(path: &mut Trajectory, mut step: Vector, reference: f64) {
    step[0] -= TURN * reference * step[NU];
    step[TAU] += reference * step[EPS];
    path.correct(step);
}
