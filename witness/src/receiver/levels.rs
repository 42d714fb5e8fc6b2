//! Signal power and noise floor of a decoded frame.
//!
//! The replica of the strongest path is subtracted at the receiver's own sample instants, so that nothing is left of it but noise.
//! Echoes are found in what remains by correlation with the replica up to a few chips early or late, each less the power that
//! noise would show there anyway; they count as signal. The rest, cut to the bandwidth, is the noise floor, unless the stretch
//! just before the frame was quieter: echoes between the chips, and whatever else the model misses, then are not noise.

use num_complex::{Complex32, Complex64};

use super::{
    demodulator::Demodulator,
    follower::Followed,
    history::History,
    kernel::{Kernel, Taps},
    replica::placed,
};
use crate::Estimate;

/// Chip delays, relative to the strongest path, whose power counts as the signal's.
const DELAYS: std::ops::RangeInclusive<i64> = -2..=5;
/// Samples after which a longer frame says nothing new about its level.
const SAMPLES_MAX: usize = 1 << 18;
/// Chips of noise looked at before the frame, and the gap kept to its first chip.
const GUARD_CHIPS: usize = 2048;
const GUARD_GAP_CHIPS: i64 = 64;
/// Standard errors by which the stretch before must be quieter to be believed instead.
const QUIETER_SIGMAS: f64 = 4.0;
/// dB of a relative amplitude error.
const DB_PER_AMPLITUDE: f64 = 20.0 / std::f64::consts::LN_10;
/// dB of a relative power error.
const DB_PER_POWER: f64 = 10.0 / std::f64::consts::LN_10;

/// Powers in the bandwidth, and how many chips they were taken over.
#[derive(Debug)]
pub(crate) struct Levels {
    signal: f64,
    /// Noise power in the bandwidth; full scale is 1.
    pub(crate) noise: f64,
    chips: f64,
    noise_chips: f64,
}

impl Levels {
    /// Measures the levels of a frame whose replica has this amplitude; with `free_phase` every chirp has its own gain.
    pub(crate) fn of(
        frame: &Followed,
        amplitude: f64,
        free_phase: bool,
        history: &History,
        demodulator: &Demodulator,
        samples_per_chip: usize,
    ) -> Self {
        let (replica, residual) = subtract(frame, amplitude, free_phase, history, demodulator);
        let chips = (residual.len() / samples_per_chip).max(1) as f64;
        let band = Band::new(samples_per_chip);
        let rest = band.power(&residual).max(amplitude.powi(2) * 1e-9);
        let echoes = echoes(&replica, &residual, samples_per_chip, rest / chips).min(rest * 0.999);
        let within = rest - echoes;
        let quieter = guard(frame, history, demodulator, samples_per_chip).and_then(|guard| {
            let (before, chips) = (band.power(&guard), (guard.len() / samples_per_chip) as f64);
            let chance = 1.0 - QUIETER_SIGMAS / chips.sqrt();
            (before > 0.0 && before < within * chance).then_some((before, chips))
        });
        let (noise, noise_chips) = quieter.unwrap_or((within, chips));
        Self { signal: amplitude.powi(2) + echoes, noise, chips, noise_chips }
    }

    /// Power of the signal, dBFS.
    pub(crate) fn rssi_dbfs(&self) -> Estimate {
        Estimate { value: 10.0 * self.signal.log10(), sigma: self.signal_sigma_db() }
    }

    /// Power of the noise, dBFS.
    pub(crate) fn noise_floor_dbfs(&self) -> Estimate {
        Estimate { value: 10.0 * self.noise.log10(), sigma: self.noise_sigma_db() }
    }

    /// Their ratio, dB.
    pub(crate) fn snr_db(&self) -> Estimate {
        let value = 10.0 * (self.signal / self.noise).log10();
        Estimate { value, sigma: self.signal_sigma_db().hypot(self.noise_sigma_db()) }
    }

    fn signal_sigma_db(&self) -> f64 {
        DB_PER_AMPLITUDE * (self.noise / (2.0 * self.signal * self.chips)).sqrt()
    }

    fn noise_sigma_db(&self) -> f64 {
        DB_PER_POWER / self.noise_chips.sqrt()
    }
}

/// The replica, and the samples less the replica at its amplitude.
fn subtract(
    frame: &Followed,
    amplitude: f64,
    free_phase: bool,
    history: &History,
    demodulator: &Demodulator,
) -> (Vec<Complex32>, Vec<Complex32>) {
    let (mut replica, mut residual) = (Vec::new(), Vec::new());
    let mut chirp = Vec::new();
    for placed in placed(frame, demodulator.sf()) {
        chirp.clear();
        placed.visit(demodulator.sf(), history, &frame.sync.tracker.path, |block| chirp.extend(block));
        let sum: Complex64 = chirp.iter().map(|sample| sample.received * sample.conjugate).sum();
        let gain = if free_phase { sum / chirp.len().max(1) as f64 } else { Complex64::new(amplitude, 0.0) };
        for sample in &chirp {
            let own = sample.conjugate.conj();
            replica.push(single(own));
            residual.push(single(sample.received - own * gain));
        }
        if residual.len() >= SAMPLES_MAX {
            break;
        }
    }
    (replica, residual)
}

fn single(value: Complex64) -> Complex32 {
    Complex32::new(value.re as f32, value.im as f32)
}

/// Power of the residual that is the replica itself, whole chips early or late; `by_chance` is what noise shows at each delay.
fn echoes(replica: &[Complex32], residual: &[Complex32], samples_per_chip: usize, by_chance: f64) -> f64 {
    let n = residual.len();
    DELAYS
        .filter(|delay| *delay != 0)
        .map(|delay| {
            let shift = delay.unsigned_abs() as usize * samples_per_chip;
            if shift >= n {
                return 0.0;
            }
            let (late, own) = if delay > 0 {
                (&residual[shift..], &replica[..n - shift])
            } else {
                (&residual[..n - shift], &replica[shift..])
            };
            let sum: Complex32 = late.iter().zip(own).map(|(late, own)| late * own.conj()).sum();
            (f64::from(sum.norm_sqr()) / (n as f64).powi(2) - by_chance).max(0.0)
        })
        .sum()
}

/// The stretch before the frame, where the stream has one.
fn guard(
    frame: &Followed,
    history: &History,
    demodulator: &Demodulator,
    samples_per_chip: usize,
) -> Option<Vec<Complex32>> {
    let first_chip = -(frame.sync.preamble_symbols as f64 + 2.0) * demodulator.sf().chips() as f64;
    let end =
        frame.sync.tracker.path.sample_of_chip(first_chip) as i64 - GUARD_GAP_CHIPS * samples_per_chip as i64;
    let length = GUARD_CHIPS.min(2 * demodulator.sf().chips()) * samples_per_chip;
    history.slice(end - length as i64, length).map(<[Complex32]>::to_vec)
}

/// Cuts a stretch to the bandwidth.
struct Band {
    taps: Option<Taps>,
}

impl Band {
    /// At one sample a chip the stream is the band; at two, half of it is.
    fn new(samples_per_chip: usize) -> Self {
        let taps = (samples_per_chip == 2).then(|| Kernel::new(32, 0.25, 5.0, 1).taps_for(0.0));
        Self { taps }
    }

    /// Mean power in the bandwidth of white noise that this stretch would be.
    fn power(&self, samples: &[Complex32]) -> f64 {
        let mean = |sum: f64, count: usize| sum / count.max(1) as f64;
        match &self.taps {
            None => mean(samples.iter().map(|sample| f64::from(sample.norm_sqr())).sum(), samples.len()),
            Some(taps) => {
                let passed = samples
                    .windows(taps.len())
                    .step_by(2)
                    .map(|window| f64::from(taps.dot(window).norm_sqr()));
                let (sum, count) = passed.fold((0.0, 0), |(sum, count), power| (sum + power, count + 1));
                mean(sum, count) * 0.5 / f64::from(taps.energy())
            }
        }
    }
}
