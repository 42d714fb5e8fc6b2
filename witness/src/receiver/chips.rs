//! Samples at the transmitter's own chip instants: carrier offset removed, interpolated, one complex value a chip.

use num_complex::Complex32;

use super::{
    history::History,
    kernel::{Kernel, Taps},
    trajectory::Trajectory,
};
use crate::chirp::phasor;

/// Chips interpolated with one set of taps. The clock offset moves the fraction by less than 2e-3 samples in that time.
const BLOCK: usize = 32;
/// Samples kept on both sides for a block whose fraction is taken at its middle.
const MARGIN: i64 = 2;
/// Samples mixed with one base phasor.
const MIX_BLOCK: usize = 64;

/// Takes chips out of the working-rate history. Holds all buffers, so that a call allocates nothing once warm.
#[derive(Debug)]
pub(crate) struct ChipReader {
    kernel: Kernel,
    taps: Taps,
    mixed: Vec<Complex32>,
    /// How the carrier turns over a block, for the carrier that was last asked for.
    rotation: Vec<Complex32>,
    rotation_step: f64,
    samples_per_chip: usize,
}

impl ChipReader {
    /// Chips each side of an instant that the kernel looks at: the band edge is sharp to 1/32 of the bandwidth.
    const FINE: usize = 32;
    /// Enough to tell hypotheses apart.
    const COARSE: usize = 6;

    /// For a working rate of 1 or 2 samples a chip, and everything that is decided or measured.
    pub(crate) fn fine(samples_per_chip: usize) -> Self {
        Self::new(samples_per_chip, Self::FINE)
    }

    /// For trying out hypotheses.
    pub(crate) fn coarse(samples_per_chip: usize) -> Self {
        Self::new(samples_per_chip, Self::COARSE)
    }

    fn new(samples_per_chip: usize, half_chips: usize) -> Self {
        let half = half_chips * samples_per_chip;
        let kernel = Kernel::new(half, 0.5 / samples_per_chip as f64, 5.0, 512);
        let taps = Taps::none(kernel.taps());
        let rotation = vec![Complex32::ONE; MIX_BLOCK];
        Self { kernel, taps, mixed: Vec::new(), rotation, rotation_step: 0.0, samples_per_chip }
    }

    /// Working-rate samples needed after the last chip's instant.
    pub(crate) fn reach(&self) -> usize {
        self.kernel.taps() / 2 + 1
    }

    /// Fills `out` with the chips `first_chip ..` of the trajectory, counted from its anchor; with silence where there is no path.
    pub(crate) fn read(
        &mut self,
        history: &History,
        path: &Trajectory,
        first_chip: f64,
        out: &mut [Complex32],
    ) {
        if !path.is_path() {
            return out.fill(Complex32::ZERO);
        }
        let begin = path.sample_of_chip(first_chip);
        let origin = begin.floor() as i64 - self.kernel.lead() as i64 - MARGIN;
        let span = (out.len() as f64 * path.samples_per_chip()).ceil() as usize;
        self.mix(history, path, origin, span + self.kernel.taps() + 2 * MARGIN as usize + 1);
        for (block, chips) in out.chunks_mut(BLOCK).enumerate() {
            let first = block * BLOCK;
            let middle = path.sample_of_chip(first_chip + (first + chips.len() / 2) as f64);
            let position = middle - (chips.len() / 2 * self.samples_per_chip) as f64 - origin as f64;
            self.kernel.taps_at(position.fract(), &mut self.taps);
            let from = position.floor() as usize - self.kernel.lead();
            for (k, chip) in chips.iter_mut().enumerate() {
                let from = from + k * self.samples_per_chip;
                *chip = self.taps.dot(&self.mixed[from..from + self.taps.len()]);
            }
        }
    }

    /// Copies `length` samples from `origin` and turns them back by the carrier offset, phase zero at the anchor.
    fn mix(&mut self, history: &History, path: &Trajectory, origin: i64, length: usize) {
        self.mixed.resize(length, Complex32::ZERO);
        history.copy(origin, &mut self.mixed);
        let step = -path.cfo_cycles_per_sample();
        if step.to_bits() != self.rotation_step.to_bits() {
            self.rotation_step = step;
            for (k, turn) in self.rotation.iter_mut().enumerate() {
                *turn = phasor(step * k as f64);
            }
        }
        for (block, samples) in self.mixed.chunks_mut(MIX_BLOCK).enumerate() {
            let base = phasor(step * ((origin + (block * MIX_BLOCK) as i64) as f64 - path.anchor_sample));
            for (sample, turn) in samples.iter_mut().zip(&self.rotation) {
                *sample *= base * turn;
            }
        }
    }
}
