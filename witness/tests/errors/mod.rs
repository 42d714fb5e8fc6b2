//! What a receiver's estimates miss the truth by, beside the Cramer-Rao bound and beside what they say of themselves.

#![allow(dead_code, reason = "each binary uses its own part")]

use std::f64::consts::TAU;

use witness::{
    CramerRaoBound, FrameFormat, Gateway, GatewayChannel, GatewayConfig, HeardFrame, Measurements, Receiver,
    ReceiverConfig, TimeOfArrival, default_preamble_symbols, frame_chirps,
};

use crate::air::Link;

pub(crate) mod echoes;

/// Carrier of every link, Hz.
pub(crate) const CARRIER_HZ: f64 = 868e6;
/// Rate of the gateway's stream, Hz.
const GATEWAY_RATE_HZ: u32 = 2_000_000;
/// What is estimated, in the order of [`Errors`].
pub(crate) const QUANTITIES: [&str; 6] = ["middle", "first chip", "carrier", "clock", "amplitude", "phase"];

/// Index of the arrival that a miscounted preamble moves.
const FIRST_CHIP: usize = 1;

/// How samples become frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ear {
    /// A receiver of one channel at so many samples a chip.
    Direct(f64),
    /// A channel 0.3 MHz off the centre of a wideband stream.
    Wideband,
}

impl Ear {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Direct(oversampling) => format!("{oversampling}x"),
            Self::Wideband => "gateway".into(),
        }
    }

    /// Samples a chip of what is to be pushed.
    pub(crate) fn oversampling(self, format: FrameFormat) -> f64 {
        match self {
            Self::Direct(oversampling) => oversampling,
            Self::Wideband => f64::from(GATEWAY_RATE_HZ) / f64::from(format.bandwidth.hz()),
        }
    }

    /// Where the channel is in the stream, Hz.
    pub(crate) fn offset_hz(self) -> f64 {
        if self == Self::Wideband { 300e3 } else { 0.0 }
    }

    /// Something that hears frames of this format.
    pub(crate) fn listen(
        self,
        format: FrameFormat,
    ) -> impl FnMut(&[num_complex::Complex32]) -> Vec<HeardFrame> {
        let bandwidth_hz = f64::from(format.bandwidth.hz());
        let spreading_factors = vec![format.sf];
        let config = ReceiverConfig {
            spreading_factors: spreading_factors.clone(),
            carrier_hz: Some(CARRIER_HZ),
            ..ReceiverConfig::new(bandwidth_hz * self.oversampling(format), format.bandwidth)
        };
        let mut receiver = Receiver::new(&config).expect("a configuration within its ranges");
        let channel =
            GatewayChannel { centre_hz: CARRIER_HZ, bandwidth: format.bandwidth, spreading_factors };
        let gateway = GatewayConfig::new(GATEWAY_RATE_HZ, CARRIER_HZ - self.offset_hz(), vec![channel]);
        move |samples| {
            let mut frames = Vec::new();
            if self == Self::Wideband {
                let mut gateway = Gateway::new(&gateway).expect("a configuration within its ranges");
                let mut heard = Vec::new();
                gateway.push(samples, &mut heard);
                gateway.finish(&mut heard);
                frames.extend(heard.into_iter().map(|heard| heard.frame));
            } else {
                receiver.restart();
                receiver.push(samples, &mut frames);
                receiver.finish(&mut frames);
            }
            frames
        }
    }
}

/// Errors of one frame: ns, ns, Hz, ppm, relative, radians.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errors {
    pub(crate) error: [f64; 6],
    /// As the receiver states them.
    pub(crate) sigma: [f64; 6],
    /// As nobody can do better.
    pub(crate) bound: [f64; 6],
}

impl Errors {
    /// `link` is relative to the channel's centre, its phase that of sample 0 there; signal amplitude is 1.
    pub(crate) fn of(measured: &Measurements, format: FrameFormat, symbols: &[u16], link: Link) -> Self {
        let bound = CramerRaoBound::of(format, symbols, link.snr_db, link.cfo_hz)
            .expect("a frame tells all its parameters");
        let chip_rate_hz = f64::from(format.bandwidth.hz());
        let first_ns = link.delay_chips / chip_rate_hz * 1e9;
        let middle_ns =
            first_ns + middle_chips(format, symbols) / (1.0 + link.sfo_ppm * 1e-6) / chip_rate_hz * 1e9;
        let turned = link.cfo_hz * middle_ns * 1e-9 + link.phase_cycles;
        let phase = (measured.gain.arg() - TAU * turned.fract() + 1.5 * TAU).rem_euclid(TAU) - 0.5 * TAU;
        let gain = measured.gain.norm();
        Self {
            error: [
                after_ns(measured.middle, middle_ns),
                after_ns(measured.arrival, first_ns),
                measured.cfo_hz.value - link.cfo_hz,
                measured.sfo_ppm.value - link.sfo_ppm,
                gain - 1.0,
                phase,
            ],
            sigma: [
                measured.middle_sigma_ns,
                measured.arrival_sigma_ns,
                measured.cfo_hz.sigma,
                measured.sfo_ppm.sigma,
                measured.gain_sigma,
                measured.gain_phase_sigma_rad,
            ],
            bound: [
                bound.middle_ns,
                bound.arrival_ns,
                bound.cfo_hz,
                bound.sfo_ppm,
                bound.amplitude,
                bound.phase_rad,
            ],
        }
    }
}

/// Chips from the first of the preamble to the instant that [`Measurements::middle`] is about.
fn middle_chips(format: FrameFormat, symbols: &[u16]) -> f64 {
    let all: usize = frame_chirps(format, symbols).iter().map(|chirp| chirp.chips).sum();
    let unusual = f64::from(format.preamble_symbols) - f64::from(default_preamble_symbols(format.sf));
    0.5 * (all as f64 + unusual * format.sf.chips() as f64)
}

/// Nanoseconds of an instant after another that is given in nanoseconds of the stream.
pub(crate) fn after_ns(instant: TimeOfArrival, ns: f64) -> f64 {
    (instant.ns as f64 - ns) + instant.fraction_ns
}

/// Mean of squares and how sure it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MeanSquare {
    sum: f64,
    sum_of_squares: f64,
    count: f64,
}

impl MeanSquare {
    pub(crate) fn add(&mut self, value: f64) {
        let square = value * value;
        self.sum += square;
        self.sum_of_squares += square * square;
        self.count += 1.0;
    }

    /// The mean.
    pub(crate) fn mean(self) -> f64 {
        self.sum / self.count
    }

    /// Its standard error, from the squares' own scatter.
    pub(crate) fn sigma(self) -> f64 {
        ((self.sum_of_squares / self.count - self.mean().powi(2)).max(0.0) / self.count).sqrt()
    }
}

/// Six estimators over many frames.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Errors over their bound.
    pub(crate) to_bound: [MeanSquare; 6],
    /// Errors over their stated standard error.
    pub(crate) normalised: [MeanSquare; 6],
    /// Squared errors themselves.
    pub(crate) errors: [MeanSquare; 6],
    /// Frames sent and frames measured.
    pub(crate) sent: usize,
    pub(crate) heard: usize,
    /// Measured frames whose preamble was counted wrongly.
    pub(crate) miscounted: usize,
}

impl Tally {
    /// A preamble miscounted in the noise is a whole symbol off, which is no estimator's error; it is counted by itself.
    pub(crate) fn add(&mut self, errors: &Errors, preamble_counted: bool) {
        self.heard += 1;
        self.miscounted += usize::from(!preamble_counted);
        for k in (0..QUANTITIES.len()).filter(|k| preamble_counted || *k != FIRST_CHIP) {
            self.to_bound[k].add(errors.error[k] / errors.bound[k]);
            self.normalised[k].add(errors.error[k] / errors.sigma[k]);
            self.errors[k].add(errors.error[k]);
        }
    }

    /// RMS error over the bound, with its 95 % interval.
    pub(crate) fn ratio(&self, quantity: usize) -> (f64, f64, f64) {
        let (mean, reach) = (self.to_bound[quantity].mean(), 1.96 * self.to_bound[quantity].sigma());
        (mean.sqrt(), (mean - reach).max(0.0).sqrt(), (mean + reach).sqrt())
    }
}
