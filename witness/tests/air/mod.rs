//! A transmitter and white noise, for the modem's own tests: every impairment of a single link, exact at any sample rate.
//!
//! Sample `n` of a receiver at `R` samples a chip stands at `t = n / R` chips. The transmitter's chip clock there reads
//! `(t - tau) (1 + eps)`; its chirp's phase is evaluated at that very instant, so nothing is interpolated.

#![allow(dead_code, reason = "each test binary uses its own part")]

use num_complex::Complex32;
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use witness::{FrameFormat, encode, frame_chirps};

/// One frame on its way to a receiver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// Receiver's samples a chip.
    pub(crate) oversampling: f64,
    /// Arrival of the first preamble chip, in chips of the receiver.
    pub(crate) delay_chips: f64,
    /// Carrier offset, Hz.
    pub(crate) cfo_hz: f64,
    /// Clock offset, ppm, positive when the transmitter is fast.
    pub(crate) sfo_ppm: f64,
    /// Signal over noise in the bandwidth, dB; infinite for none.
    pub(crate) snr_db: f64,
    /// Carrier phase at sample 0, cycles.
    pub(crate) phase_cycles: f64,
}

impl Link {
    /// A perfect one.
    pub(crate) fn clean(oversampling: f64) -> Self {
        Self {
            oversampling,
            delay_chips: 700.0,
            cfo_hz: 0.0,
            sfo_ppm: 0.0,
            snr_db: f64::INFINITY,
            phase_cycles: 0.0,
        }
    }

    /// Random carrier offset within `ppm` at 868 MHz, the clock tied to it, random timing and phase.
    pub(crate) fn random(
        oversampling: f64,
        snr_db: f64,
        ppm: f64,
        lead_chips: f64,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let offset_ppm = uniform(rng, -ppm, ppm);
        Self {
            oversampling,
            delay_chips: lead_chips + uniform(rng, 0.0, 4096.0),
            cfo_hz: offset_ppm * 868.0,
            sfo_ppm: offset_ppm,
            snr_db,
            phase_cycles: uniform(rng, 0.0, 1.0),
        }
    }
}

/// Uniform deviate.
pub(crate) fn uniform(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A seeded generator.
pub(crate) fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Samples of one frame and noise over `chips` chips of the receiver; signal amplitude is 1, noise is white over the whole
/// sample rate.
pub(crate) fn receive(
    format: FrameFormat,
    payload: &[u8],
    link: Link,
    chips: f64,
    rng: &mut ChaCha8Rng,
) -> Vec<Complex32> {
    let mut samples = vec![Complex32::ZERO; (chips * link.oversampling) as usize];
    add_frame(format, payload, link, 1.0, &mut samples);
    add_noise(link, &mut samples, rng);
    samples
}

/// Adds white noise of the link's SNR against amplitude 1.
pub(crate) fn add_noise(link: Link, samples: &mut [Complex32], rng: &mut ChaCha8Rng) {
    let sigma = (0.5 * 10_f64.powf(-link.snr_db / 10.0) * link.oversampling).sqrt() as f32;
    if sigma > 0.0 {
        for sample in samples {
            let (re, im): (f32, f32) = (StandardNormal.sample(rng), StandardNormal.sample(rng));
            *sample += Complex32::new(re, im) * sigma;
        }
    }
}

/// Adds one frame.
pub(crate) fn add_frame(
    format: FrameFormat,
    payload: &[u8],
    link: Link,
    amplitude: f32,
    samples: &mut [Complex32],
) {
    let symbols = encode(format, payload).expect("a payload that has a frame");
    let chip_rate_hz = f64::from(format.bandwidth.hz());
    let mut start = 0.0;
    let clock = 1.0 + link.sfo_ppm * 1e-6;
    for chirp in frame_chirps(format, &symbols) {
        let end = start + chirp.chips as f64;
        let sample_of = |chip: f64| (link.delay_chips + chip / clock) * link.oversampling;
        let (first, last) =
            (sample_of(start).ceil().max(0.0) as usize, sample_of(end).ceil().max(0.0) as usize);
        for n in first..last.min(samples.len()) {
            let t = n as f64 / link.oversampling;
            let own = (t - link.delay_chips) * clock - start;
            let cycles =
                chirp.phase_cycles(format.sf, own) + link.cfo_hz / chip_rate_hz * t + link.phase_cycles;
            let (sin, cos) = (std::f64::consts::TAU * cycles.fract()).sin_cos();
            samples[n] += Complex32::new(cos as f32, sin as f32) * amplitude;
        }
        start = end;
    }
}
