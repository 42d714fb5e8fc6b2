//! The channel's response over the band, read off the despread samples.
//!
//! A chirp sweeps the band, slowly against the echoes of a radio path: while its frequency is `f`, what arrives is the chirp times
//! `H(f)`, and the despread sample is `H(f)` and noise. So the mean of all samples whose frequency falls into one of [`BINS`] equal
//! parts of the band is the response there, up-chirps and down-chirps alike. What an echo of delay `d` chips lags behind its chirp,
//! `pi d^2 / N` radians, is left out.
//!
//! Frequencies are the transmitter's, relative to its carrier; delays relative to the fitted path.

use num_complex::Complex64;

use super::{demodulator::Demodulator, follower::Followed, history::History, replica::placed};

/// Parts of the band: enough for echoes of an eighth of a chip to eight chips.
pub(crate) const BINS: usize = 8;
/// Samples after which a longer frame says little new about its channel.
const SAMPLES_MAX: f64 = 262_144.0;

/// Response of the channel over the band of the chirps, relative to the strongest path: eight equal parts, from the lower edge up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelResponse {
    /// Mean in each part of the band.
    pub gains: [Complex64; BINS],
    /// Variance of each.
    pub variances: [f64; BINS],
}

/// Frequency in the middle of a part, cycles a chip.
pub(crate) fn frequency(bin: usize) -> f64 {
    (bin as f64 + 0.5) / BINS as f64 - 0.5
}

impl ChannelResponse {
    /// Reads it from a fitted frame; with `free_phase` every chirp's own phase is taken out first.
    pub(crate) fn of(
        frame: &Followed,
        noise: f64,
        free_phase: bool,
        history: &History,
        demodulator: &Demodulator,
    ) -> Self {
        let mut sums = [Complex64::ZERO; BINS];
        let mut weights = [0.0; BINS];
        for placed in placed(frame, demodulator.sf()) {
            let mut own = [Complex64::ZERO; BINS];
            placed.visit(demodulator.sf(), history, &frame.sync.tracker.path, |block| {
                let (run, taper) = (block.run, block.taper);
                for (k, sample) in block.enumerate() {
                    let (chip, frequency) = run.at(k as f64);
                    let weight = taper.map_or(1.0, |taper| taper.weight(chip));
                    let bin = ((frequency.rem_euclid(1.0) + 0.5).rem_euclid(1.0) * BINS as f64) as usize;
                    own[bin.min(BINS - 1)] += sample.received * sample.conjugate * weight;
                    weights[bin.min(BINS - 1)] += weight;
                }
            });
            let total: Complex64 = own.iter().sum();
            let turn =
                if free_phase && total.norm() > 0.0 { total.conj() / total.norm() } else { Complex64::ONE };
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own * turn);
            if weights.iter().sum::<f64>() > SAMPLES_MAX {
                break;
            }
        }
        let weights = weights.map(|weight: f64| weight.max(1.0));
        let gains = std::array::from_fn(|bin| sums[bin] / weights[bin]);
        Self { gains, variances: weights.map(|weight| noise / weight) }
    }

    /// Mean power.
    pub(crate) fn power(&self) -> f64 {
        self.gains.iter().map(Complex64::norm_sqr).sum::<f64>() / BINS as f64
    }

    /// Whether every number is one, and something was received.
    pub(crate) fn is_sound(&self) -> bool {
        self.gains.iter().all(|gain| gain.is_finite())
            && self.variances.iter().all(|variance| variance.is_finite() && *variance > 0.0)
            && self.power() > 0.0
    }

    /// The same response relative to an instant so many chips earlier.
    pub(crate) fn delayed(&self, chips: f64) -> Self {
        let turned = |bin: usize| Complex64::from_polar(1.0, -std::f64::consts::TAU * frequency(bin) * chips);
        Self { gains: std::array::from_fn(|bin| self.gains[bin] * turned(bin)), ..*self }
    }
}
