//! Frames heard with their evidence, for the tests of it.

#![allow(dead_code, reason = "each test binary uses its own part")]

use num_complex::Complex32;
use witness::{
    Bandwidth, CodingRate, Estimate, FrameFormat, HeardFrame, Receiver, ReceiverConfig, Recheck,
    SpreadingFactor, recheck,
};

use crate::air::{Link, generator, receive, uniform};

pub(crate) fn format(sf: u32) -> FrameFormat {
    FrameFormat::new(SpreadingFactor::new(sf).unwrap(), Bandwidth::Khz125, CodingRate::Cr45)
}

pub(crate) fn config(format: FrameFormat, oversampling: f64) -> ReceiverConfig {
    ReceiverConfig {
        spreading_factors: vec![format.sf],
        carrier_hz: Some(868e6),
        evidence: true,
        ..ReceiverConfig::new(f64::from(format.bandwidth.hz()) * oversampling, format.bandwidth)
    }
}

pub(crate) fn hear(config: &ReceiverConfig, samples: &[Complex32]) -> Vec<HeardFrame> {
    let mut receiver = Receiver::new(config).unwrap();
    let mut frames = Vec::new();
    receiver.push(samples, &mut frames);
    receiver.finish(&mut frames);
    frames
}

/// A frame of 16 random bytes over a random link, far below full scale, late enough for a whole guard.
pub(crate) fn on_air(format: FrameFormat, oversampling: f64, snr_db: f64, seed: u64) -> Vec<Complex32> {
    let mut rng = generator(seed);
    let link = Link::random(oversampling, snr_db, 20.0, 4800.0, &mut rng);
    let payload: Vec<u8> = (0..16).map(|_| uniform(&mut rng, 0.0, 256.0) as u8).collect();
    let chips = (format.chips(16) + 9000 + 12 * format.sf.chips()) as f64;
    let mut samples = receive(format, &payload, link, chips, &mut rng);
    for sample in &mut samples {
        *sample *= 3e-3;
    }
    samples
}

pub(crate) fn heard(format: FrameFormat, oversampling: f64, snr_db: f64, seed: u64) -> HeardFrame {
    let mut frames = hear(&config(format, oversampling), &on_air(format, oversampling, snr_db, seed));
    assert_eq!(frames.len(), 1);
    frames.remove(0)
}

/// A whole segment of the frame, another for every seed, as a verifier would draw it.
pub(crate) fn drawn_segment(frame: &HeardFrame, seed: u64) -> usize {
    let whole = frame.evidence.as_ref().unwrap().capture.segments().len() - 2;
    1 + (seed as usize * 7) % whole
}

/// What a verifier finds in this segment.
pub(crate) fn look(frame: &HeardFrame, segment: usize) -> Recheck {
    let segments = frame.evidence.as_ref().unwrap().capture.segments();
    recheck(&frame.stated().unwrap(), &segments[segment], Some(&segments[0])).unwrap()
}

pub(crate) fn sigmas(estimate: Estimate) -> f64 {
    estimate.value / estimate.sigma
}

/// Mean, standard deviation and the share of false alarms of a statistic.
#[derive(Default)]
pub(crate) struct Tally {
    count: f64,
    sum: f64,
    squares: f64,
    alarms: f64,
}

impl Tally {
    pub(crate) fn add(&mut self, value: f64, alarm: bool) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
        self.alarms += f64::from(u8::from(alarm));
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.count
    }

    pub(crate) fn deviation(&self) -> f64 {
        (self.squares / self.count - self.mean().powi(2)).sqrt()
    }

    pub(crate) fn alarm_rate(&self) -> f64 {
        self.alarms / self.count
    }

    /// Whether the statistic is what its standard error says: bounds at about four standard errors of this
    /// many draws.
    pub(crate) fn is_calibrated(&self, width: f64) -> bool {
        let error = 1.0 / self.count.sqrt();
        self.mean().abs() < 4.0 * error * width && (self.deviation() / width - 1.0).abs() < 4.0 * error
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let alarms = 100.0 * self.alarm_rate();
        write!(f, "{:+.2} +- {:.2} sigma, {alarms:.1} % at nominal 1 %", self.mean(), self.deviation())
    }
}
