//! Decision-directed tracking of phase, carrier, time and clock through a frame: a Kalman filter whose measurements are the
//! despread chips of decided symbols.
//!
//! The state is the error of the current [`Trajectory`] about a reference chip. Between blocks it is carried forward by
//!
//! ```text
//! theta' = theta + 2 pi n nu      tau' = tau - n eps
//! ```
//! and an oscillator's wander is added; after a block the filter takes the least-squares sums of its chirps.

use std::f64::consts::TAU as TURN;

use super::{
    least_squares::{Matrix, Normal, invert, multiply, sandwich},
    trajectory::{EPS, NU, PARAMETERS, TAU, Trajectory},
};

/// Phase wander of two ordinary oscillators, rad^2 a second (white frequency noise).
const PHASE_WANDER: f64 = 0.5;
/// Frequency wander, Hz^2 a second: thermal drift while a transmitter is on.
const FREQUENCY_WANDER: f64 = 9.0;
/// Clock wander, (0.01 ppm)^2 a second.
const CLOCK_WANDER: f64 = 1e-16;

/// The filter.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    /// Current estimate.
    pub(crate) path: Trajectory,
    /// Amplitude a chip.
    pub(crate) amplitude: f64,
    /// Noise power a chip.
    pub(crate) noise: f64,
    /// Whether symbol phases follow the carrier; some transmitters' do not.
    pub(crate) coherent: bool,
    covariance: Matrix,
    reference: f64,
    chip_rate_hz: f64,
}

impl Tracker {
    /// Starts from what the preamble said: `information` is the inverse covariance about `reference`.
    pub(crate) fn new(
        path: Trajectory,
        normal: &Normal,
        information: &Matrix,
        reference: f64,
        chip_rate_hz: f64,
    ) -> Option<Self> {
        Some(Self {
            path,
            amplitude: normal.amplitude(),
            noise: normal.noise(),
            coherent: true,
            covariance: invert(information)?,
            reference,
            chip_rate_hz,
        })
    }

    /// Variance of the predicted phase at `chip`, rad^2.
    pub(crate) fn phase_variance(&self, chip: f64) -> f64 {
        let mut ahead = self.clone();
        ahead.predict(chip);
        ahead.covariance[0][0]
    }

    /// Carries the state forward to a new reference chip.
    pub(crate) fn predict(&mut self, chip: f64) {
        let chips = chip - self.reference;
        let mut transition = [[0.0; PARAMETERS]; PARAMETERS];
        for (k, row) in transition.iter_mut().enumerate() {
            row[k] = 1.0;
        }
        transition[0][NU] = TURN * chips;
        transition[TAU][EPS] = -chips;
        self.covariance = sandwich(&transition, &self.covariance);
        let seconds = (chips / self.chip_rate_hz).abs();
        self.covariance[0][0] += PHASE_WANDER * seconds;
        self.covariance[NU][NU] += FREQUENCY_WANDER * seconds / self.chip_rate_hz.powi(2);
        self.covariance[EPS][EPS] += CLOCK_WANDER * seconds;
        self.reference = chip;
    }

    /// Sums to be filled with the next block's chirps, about the current reference.
    pub(crate) fn sums(&self) -> Normal {
        Normal::new(self.reference, !self.coherent)
    }

    /// Takes a block's sums in.
    pub(crate) fn update(&mut self, normal: &Normal) {
        let block_amplitude = normal.amplitude();
        if block_amplitude <= 0.0 || self.amplitude <= 0.0 {
            return;
        }
        let weight = 2.0 * self.amplitude.powi(2) / self.noise;
        let Some(mut information) = invert(&self.covariance) else { return };
        for (row, gram) in information.iter_mut().zip(&normal.gram) {
            row.iter_mut().zip(gram).for_each(|(value, gram)| *value += weight * gram);
        }
        let Some(covariance) = invert(&information) else { return };
        let gradient = normal.gradient().map(|value| value * weight / self.amplitude);
        self.covariance = covariance;
        self.correct(multiply(&covariance, &gradient));
        // A frame is short against fading: follow the level slowly.
        self.amplitude += 0.1 * (block_amplitude - self.amplitude);
    }

    /// Applies a step about the reference chip to the trajectory, whose parameters stand at the anchor.
    fn correct(&mut self, step: [f64; PARAMETERS]) {
        let mut at_anchor = step;
        at_anchor[0] -= TURN * self.reference * step[NU];
        at_anchor[TAU] += self.reference * step[EPS];
        self.path.correct(at_anchor);
    }
}
