//! The stated replica, laid beside shown samples at their own instants and taken out of them.
//!
//! Two ways: with one complex gain, which shows a replica that is not where it was said to be; and through a
//! short filter of taps one sample apart, which takes echoes and the receiver's own ripple along and leaves
//! only noise. The replica a whole number of samples late is the replica at another native instant, so the
//! filter interpolates nothing.

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

/// Samples of one frame with its replica beside them.
pub(super) struct Laid {
    received: Vec<Complex64>,
    /// The pieces of each chirp.
    chirps: Vec<Vec<Piece>>,
    incoherent: bool,
    /// Chip in the middle of the samples, from the anchor.
    pub(super) middle_chip: f64,
}

impl Laid {
    /// Lays the chirps along a path beside samples that stand at `position` of their stream. With
    /// `incoherent` every chirp has a phase of its own.
    pub(super) fn of(
        chirps: Chirps,
        incoherent: bool,
        path: &Trajectory,
        position: i64,
        samples: &[Complex32],
    ) -> Self {
        let stage = stage(position, samples);
        let middle = position as f64 + 0.5 * samples.len() as f64;
        let pieces = chirps.placed().map(|placed| {
            let mut pieces = Vec::new();
            placed.visit(chirps.sf, &stage, path, |block| {
                // A block begins on a whole position; rounding takes off only what the double lost.
                let from = path.sample_of_chip(block.run.chip).round() as i64 - position;
                let (run, taper) = (block.run, block.taper);
                let conjugate: Vec<Complex64> = block.map(|sample| sample.conjugate).collect();
                pieces.extend(Piece::within(from, (run, taper), &conjugate, samples.len()));
            });
            pieces
        });
        Self {
            chirps: pieces.filter(|pieces| !pieces.is_empty()).collect(),
            received: samples.iter().map(|sample| double(*sample)).collect(),
            incoherent,
            middle_chip: (middle - path.anchor_sample) / path.samples_per_chip(),
        }
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
        self.less_filtered(0, 0)
    }

    /// What a filter leaves, where all its taps stand on covered samples or ahead of the frame.
    pub(super) fn less_echoes(&self) -> Vec<Complex32> {
        self.less_filtered(EARLY, LATE)
    }

    fn less_filtered(&self, early: usize, late: usize) -> Vec<Complex32> {
        let (first, replica) = self.replica();
        let received = &self.received[first..first + replica.len()];
        let taps = early + 1 + late;
        if replica.len() < taps {
            return Vec::new();
        }
        // Window `w` holds the replica at the delays `late ..= -early` of sample `w + late`.
        let rows = || replica.windows(taps).zip(&received[late..]);
        let mut gram = vec![vec![Complex64::ZERO; taps]; taps];
        let mut target = vec![Complex64::ZERO; taps];
        for (row, y) in rows() {
            for (k, a) in row.iter().enumerate() {
                target[k] += a.conj() * y;
                for (sum, b) in gram[k].iter_mut().zip(row) {
                    *sum += a.conj() * b;
                }
            }
        }
        let gains = solve(gram, target);
        rows()
            .map(|(row, y)| single(y - row.iter().zip(&gains).map(|(x, gain)| x * gain).sum::<Complex64>()))
            .collect()
    }

    /// The replica over the samples from the first covered to the last, and the index of that first one.
    fn replica(&self) -> (usize, Vec<Complex64>) {
        let pieces = || self.chirps.iter().flatten();
        let first = pieces().map(|piece| piece.first).min().unwrap_or(0);
        let last = pieces().map(|piece| piece.first + piece.conjugate.len()).max().unwrap_or(0);
        let mut replica = vec![Complex64::ZERO; last - first];
        for pieces in &self.chirps {
            let total: Complex64 = pieces.iter().flat_map(|piece| self.despread(piece)).sum();
            let free = self.incoherent && total.norm() > 0.0;
            let turn = if free { total / total.norm() } else { Complex64::ONE };
            for piece in pieces {
                for (out, conjugate) in replica[piece.first - first..].iter_mut().zip(&piece.conjugate) {
                    *out = conjugate.conj() * turn;
                }
            }
        }
        (first, replica)
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
        conjugate: &[Complex64],
        length: usize,
    ) -> Option<Self> {
        let skipped = usize::try_from(-from).unwrap_or(0).min(conjugate.len());
        let first = usize::try_from(from + skipped as i64).ok()?;
        let taken = (conjugate.len() - skipped).min(length.saturating_sub(first));
        run.chip += skipped as f64 * run.step;
        run.frequency += skipped as f64 * run.step * run.slope;
        let conjugate = conjugate[skipped..skipped + taken].to_vec();
        (taken > 0).then_some(Self { first, run, taper, conjugate })
    }
}

/// The samples in a stream of their own, with room around them: the replica comes in blocks, and only whole
/// ones.
fn stage(position: i64, samples: &[Complex32]) -> History {
    let mut padded = vec![Complex32::ZERO; samples.len() + 2 * MARGIN];
    padded[MARGIN..MARGIN + samples.len()].copy_from_slice(samples);
    History::from_samples(position - MARGIN as i64, padded)
}

/// Solves `gram x = target` for a Hermitian matrix with a ridge, by Gauss-Jordan; no energy at all solves to
/// zeros.
fn solve(mut gram: Vec<Vec<Complex64>>, mut target: Vec<Complex64>) -> Vec<Complex64> {
    let size = target.len();
    if size > 1 {
        for (k, row) in gram.iter_mut().enumerate() {
            row[k] *= 1.0 + RIDGE;
        }
    }
    for pivot in 0..size {
        let diagonal = gram[pivot][pivot];
        if diagonal.norm() <= 0.0 {
            return vec![Complex64::ZERO; size];
        }
        gram[pivot].iter_mut().for_each(|entry| *entry /= diagonal);
        target[pivot] /= diagonal;
        let (row, value) = (gram[pivot].clone(), target[pivot]);
        for other in (0..size).filter(|other| *other != pivot) {
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
