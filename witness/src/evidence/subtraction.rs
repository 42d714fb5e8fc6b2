//! The stated replica, laid beside shown samples at their own instants and taken out of them.
//!
//! Two ways: with one complex gain, which shows a replica that is not where it was said to be; and through a
//! short filter of taps one sample apart, which takes echoes and the receiver's own ripple along and leaves
//! only noise. The replica a whole number of samples late is the replica at another native instant, so the
//! filter interpolates nothing.

use std::ops::Range;

use num_complex::{Complex32, Complex64};

use crate::receiver::{Chirps, History, Normal, Run, Taper, Trajectory};

/// Samples by which the filter's taps are early and late; echoes come late.
const EARLY: usize = 1;
const LATE: usize = 3;
/// Taps of the filter.
pub(super) const TAPS: usize = EARLY + 1 + LATE;
/// Share of a tap's energy that is added to it: what a narrow piece of a chirp cannot tell apart stays small.
const RIDGE: f64 = 1e-4;
/// No block of the replica reaches farther over an end of the snippet.
const MARGIN: usize = 1024;

/// Samples that follow each other, with the replica of amplitude 1 that belongs to them, conjugated.
struct Piece {
    /// Index of the first sample.
    first: usize,
    run: Run,
    taper: Option<Taper>,
    conjugate: Vec<Complex64>,
}

/// Shown samples where they stand, for replicas to be laid beside.
pub(super) struct Stage {
    position: i64,
    received: Vec<Complex64>,
    history: History,
}

impl Stage {
    /// The samples that stand at `position` of their stream, with room around them: the replica comes in blocks, and only whole ones.
    pub(super) fn of(position: i64, samples: &[Complex32]) -> Self {
        let mut padded = vec![Complex32::ZERO; samples.len() + 2 * MARGIN];
        padded[MARGIN..MARGIN + samples.len()].copy_from_slice(samples);
        Self {
            position,
            received: samples.iter().map(|sample| double(*sample)).collect(),
            history: History::from_samples(position - MARGIN as i64, padded),
        }
    }
}

/// Samples and what the frame explains of them, one for one.
pub(super) struct Modelled<'a> {
    /// Where the first stands in the stream.
    position: i64,
    received: &'a [Complex64],
    model: Vec<Complex64>,
}

impl Modelled<'_> {
    /// What the model leaves.
    pub(super) fn left(&self) -> Vec<Complex32> {
        self.received.iter().zip(&self.model).map(|(y, m)| single(y - m)).collect()
    }

    /// A stretch of the stream, received and modelled; `None` where it is not all there.
    pub(super) fn stretch(&self, stretch: Range<i64>) -> Option<(&[Complex64], &[Complex64])> {
        let index = |at: i64| usize::try_from(at.checked_sub(self.position)?).ok();
        let stretch = index(stretch.start)?..index(stretch.end)?;
        Some((self.received.get(stretch.clone())?, self.model.get(stretch)?))
    }
}

/// Samples of one frame with its replica beside them.
pub(super) struct Laid<'a> {
    /// Where the first sample stands in the stream.
    position: i64,
    received: &'a [Complex64],
    /// The pieces of each chirp.
    chirps: Vec<Vec<Piece>>,
    incoherent: bool,
    /// Chip in the middle of the samples, from the anchor.
    pub(super) middle_chip: f64,
}

impl<'a> Laid<'a> {
    /// Lays the chirps along a path beside samples. With `incoherent` every chirp has a phase of its own.
    pub(super) fn of(chirps: Chirps, incoherent: bool, path: &Trajectory, stage: &'a Stage) -> Self {
        let (position, length) = (stage.position, stage.received.len());
        let middle = position as f64 + 0.5 * length as f64;
        let pieces = chirps.placed().map(|placed| {
            let mut pieces = Vec::new();
            placed.visit(chirps.sf, &stage.history, path, |block| {
                // A block begins on a whole position; rounding takes off only what the double lost.
                let from = path.sample_of_chip(block.run.chip).round() as i64 - position;
                let (run, taper) = (block.run, block.taper);
                let conjugate = block.conjugates();
                pieces.extend(Piece::within(from, (run, taper), conjugate, length));
            });
            pieces
        });
        Self {
            chirps: pieces.filter(|pieces| !pieces.is_empty()).collect(),
            position,
            received: &stage.received,
            incoherent,
            middle_chip: (middle - path.anchor_sample) / path.samples_per_chip(),
        }
    }

    /// The same along a path whose carrier is turned by so many radians.
    pub(super) fn turned(mut self, theta: f64) -> Self {
        let turn = Complex64::from_polar(1.0, -theta);
        for piece in self.chirps.iter_mut().flatten() {
            for conjugate in &mut piece.conjugate {
                *conjugate *= turn;
            }
        }
        self
    }

    /// Samples that the frame covers.
    pub(super) fn covered(&self) -> usize {
        // An early payload stands on the last chip of the SFD.
        let pieces = self.chirps.iter().flatten().map(|piece| piece.conjugate.len());
        pieces.sum::<usize>().min(self.received.len())
    }

    /// Complex numbers that [`Self::replica`] takes from the samples.
    pub(super) fn turns(&self) -> usize {
        if self.incoherent { self.chirps.len().div_ceil(2) } else { 0 }
    }

    /// Least-squares sums about the middle chip.
    pub(super) fn sums(&self) -> Normal {
        let mut normal = Normal::new(self.middle_chip, self.incoherent);
        for pieces in &self.chirps {
            for piece in pieces {
                normal.add(piece.run, piece.taper, self.despread(piece));
            }
            normal.end_chirp();
        }
        normal
    }

    /// What one complex gain leaves of the samples that the frame covers.
    pub(super) fn less_gain(&self) -> Vec<Complex32> {
        self.modelled::<1>(0).left()
    }

    /// The replica through a filter that takes echoes along, where all its taps stand on covered samples or ahead of the frame.
    pub(super) fn with_echoes(&self) -> Modelled<'_> {
        self.modelled::<TAPS>(LATE)
    }

    /// Through so many taps, of which `late` are late. Their number is known to the compiler: these are the innermost loops of an audit.
    fn modelled<const N: usize>(&self, late: usize) -> Modelled<'_> {
        let (first, replica) = self.replica();
        let received = &self.received[first..first + replica.len()];
        let position = self.position + (first + late) as i64;
        let early = N - 1 - late;
        if replica.len() < N {
            return Modelled { position, received: &[], model: Vec::new() };
        }
        // Window `w` holds the replica at the delays `late ..= -early` of sample `w + late`.
        let received = &received[late..received.len() - early];
        let mut target = [Complex64::ZERO; N];
        for (row, y) in replica.array_windows::<N>().zip(received) {
            for (target, a) in target.iter_mut().zip(row) {
                *target += a.conj() * y;
            }
        }
        let gains = solve(lagged_products::<N>(&replica), target);
        let weighted = |row: &[Complex64; N]| row.iter().zip(&gains).map(|(x, gain)| x * gain).sum();
        Modelled { position, received, model: replica.array_windows().map(weighted).collect() }
    }

    /// The replica over the samples from the first covered to the last, and the index of that first one.
    fn replica(&self) -> (usize, Vec<Complex64>) {
        let pieces = || self.chirps.iter().flatten();
        let first = pieces().map(|piece| piece.first).min().unwrap_or(0);
        let last = pieces().map(|piece| piece.first + piece.conjugate.len()).max().unwrap_or(0);
        let mut replica = vec![Complex64::ZERO; last - first];
        for pieces in &self.chirps {
            let turn = if self.incoherent { self.own_phase(pieces) } else { Complex64::ONE };
            for piece in pieces {
                for (out, conjugate) in replica[piece.first - first..].iter_mut().zip(&piece.conjugate) {
                    *out = conjugate.conj() * turn;
                }
            }
        }
        (first, replica)
    }

    /// The phase of a chirp's samples against its replica's, as a factor.
    fn own_phase(&self, pieces: &[Piece]) -> Complex64 {
        let total: Complex64 = pieces.iter().flat_map(|piece| self.despread(piece)).sum();
        if total.norm() > 0.0 { total / total.norm() } else { Complex64::ONE }
    }

    fn despread(&self, piece: &Piece) -> impl Iterator<Item = Complex64> {
        self.received[piece.first..].iter().zip(&piece.conjugate).map(|(y, conjugate)| y * conjugate)
    }
}

impl Piece {
    /// The part of a block, `from` samples after the snippet's first, that lies in a snippet of `length`.
    fn within(
        from: i64,
        (mut run, taper): (Run, Option<Taper>),
        mut conjugate: Vec<Complex64>,
        length: usize,
    ) -> Option<Self> {
        let skipped = usize::try_from(-from).unwrap_or(0).min(conjugate.len());
        let first = usize::try_from(from + skipped as i64).ok()?;
        let taken = (conjugate.len() - skipped).min(length.saturating_sub(first));
        run.chip += skipped as f64 * run.step;
        run.frequency += skipped as f64 * run.step * run.slope;
        conjugate.truncate(skipped + taken);
        conjugate.drain(..skipped);
        (taken > 0).then_some(Self { first, run, taper, conjugate })
    }
}

/// Products of a replica with itself at every two of so many lags, over its windows: of neighbouring diagonal entries only the ends differ.
fn lagged_products<const N: usize>(replica: &[Complex64]) -> [[Complex64; N]; N] {
    let windows = replica.len() + 1 - N;
    let mut sums = [Complex64::ZERO; N];
    for row in replica.array_windows::<N>() {
        for (sum, b) in sums.iter_mut().zip(row) {
            *sum += row[0].conj() * b;
        }
    }
    let mut gram = [[Complex64::ZERO; N]; N];
    for (lag, mut sum) in sums.into_iter().enumerate() {
        for first in 0..N - lag {
            (gram[first][first + lag], gram[first + lag][first]) = (sum, sum.conj());
            let product = |at: usize| Some(replica.get(at)?.conj() * replica.get(at + lag)?);
            sum += product(first + windows).unwrap_or_default() - product(first).unwrap_or_default();
        }
    }
    gram
}

/// Solves `gram x = target` for a Hermitian matrix with a ridge, by Gauss-Jordan; no energy at all solves to
/// zeros.
fn solve<const N: usize>(mut gram: [[Complex64; N]; N], mut target: [Complex64; N]) -> [Complex64; N] {
    if N > 1 {
        for (k, row) in gram.iter_mut().enumerate() {
            row[k] *= 1.0 + RIDGE;
        }
    }
    for pivot in 0..N {
        let diagonal = gram[pivot][pivot];
        if diagonal.norm() <= 0.0 {
            return [Complex64::ZERO; N];
        }
        let row = gram[pivot].map(|entry| entry / diagonal);
        gram[pivot] = row;
        target[pivot] /= diagonal;
        let value = target[pivot];
        for other in (0..N).filter(|other| *other != pivot) {
            let factor = gram[other][pivot];
            target[other] -= factor * value;
            for (entry, above) in gram[other].iter_mut().zip(&row) {
                *entry -= factor * above;
            }
        }
    }
    target
}

fn double(value: Complex32) -> Complex64 {
    Complex64::new(f64::from(value.re), f64::from(value.im))
}

fn single(value: Complex64) -> Complex32 {
    Complex32::new(value.re as f32, value.im as f32)
}
