//! The Cramer-Rao bound: how well a frame can be measured at all.
//!
//! A frame of amplitude `A` in white noise of power `sigma^2` a chip changes its phase by `g . d` when phase, carrier, time and clock
//! change by `d = (d_theta, d_nu, d_tau, d_eps)`, with
//!
//! ```text
//! g(t) = (1, 2 pi t, -2 pi f(t), 2 pi f(t) t)        t in chips from the middle, f(t) the chirp's frequency in cycles a chip
//! F    = 2 A^2 / sigma^2  integral g g^T dt           covariance >= F^-1
//! ```
//! (Kay, Fundamentals of Statistical Signal Processing: Estimation Theory, 3.9 and 15.7.) `f` is a line along every stretch of a
//! chirp, so the integrand is a polynomial of degree 4 there and three points of Gauss and Legendre give the integral exactly. For
//! many random symbols this is notes/physics.md section 1; here it is exact for the symbols at hand. The amplitude is independent
//! of all four.

use std::f64::consts::TAU as TURN;

use crate::{
    Chirp, FrameFormat, SpreadingFactor, Sweep,
    chirp::frame_chirps,
    default_preamble_symbols,
    receiver::{Matrix, invert, sandwich},
};

/// Nodes in -1 to 1 and weights: exact to degree 5.
const GAUSS_LEGENDRE: [(f64, f64); 3] =
    [(-0.774_596_669_241_483_4, 5.0 / 9.0), (0.0, 8.0 / 9.0), (0.774_596_669_241_483_4, 5.0 / 9.0)];

/// Least standard errors of an unbiased estimator that knows the symbols and nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CramerRaoBound {
    /// Arrival of the first preamble chip, ns.
    pub arrival_ns: f64,
    /// Arrival of the middle of the frame as [`crate::Measurements::middle`] has it, ns.
    pub middle_ns: f64,
    /// Carrier offset, Hz.
    pub cfo_hz: f64,
    /// Sample-clock offset, parts per million.
    pub sfo_ppm: f64,
    /// Amplitude, relative to itself.
    pub amplitude: f64,
    /// Carrier phase at the middle, which is itself estimated, radians.
    pub phase_rad: f64,
}

impl CramerRaoBound {
    /// Bound for a frame of these symbols at a signal-to-noise ratio in the bandwidth; the carrier offset counts because the phase
    /// stands at an estimated instant.
    pub fn of(format: FrameFormat, symbols: &[u16], snr_db: f64, cfo_hz: f64) -> Option<Self> {
        let snr = 10_f64.powf(snr_db / 10.0);
        let chip_rate_hz = f64::from(format.bandwidth.hz());
        let chirps = frame_chirps(format, symbols);
        let chips: f64 = chirps.iter().map(|chirp| chirp.chips as f64).sum();
        let n = format.sf.chips() as f64;
        let unusual = f64::from(format.preamble_symbols) - f64::from(default_preamble_symbols(format.sf));
        let middle = 0.5 * (chips + unusual * n);
        let mut information: Matrix = Default::default();
        let mut first_chip = -middle;
        for chirp in chirps {
            add_chirp(&mut information, chirp, format.sf, first_chip);
            first_chip += chirp.chips as f64;
        }
        let covariance = invert(&information.map(|row| row.map(|value| value * 2.0 * snr)))?;
        let chips_to_ns = 1e9 / chip_rate_hz;
        let at_start = variance(&covariance, [0.0, 0.0, 1.0, middle]);
        let phase = variance(&covariance, [1.0, 0.0, TURN * cfo_hz / chip_rate_hz, 0.0]);
        Some(Self {
            arrival_ns: at_start.sqrt() * chips_to_ns,
            middle_ns: covariance[2][2].sqrt() * chips_to_ns,
            cfo_hz: covariance[1][1].sqrt() * chip_rate_hz,
            sfo_ppm: covariance[3][3].sqrt() * 1e6,
            amplitude: (2.0 * snr * chips).sqrt().recip(),
            phase_rad: phase.sqrt(),
        })
    }
}

/// Variance of a linear combination of the parameters.
fn variance(covariance: &Matrix, weights: [f64; 4]) -> f64 {
    let mut transition = Matrix::default();
    transition[0] = weights;
    sandwich(&transition, covariance)[0][0]
}

/// Adds the integral of `g g^T` along a chirp that starts at `first_chip`.
fn add_chirp(information: &mut Matrix, chirp: Chirp, sf: SpreadingFactor, first_chip: f64) {
    let chips = chirp.chips as f64;
    let fold = match chirp.sweep {
        Sweep::Up(shift) => sf.chips() as f64 - f64::from(shift),
        Sweep::Down => chips,
    };
    for (from, to) in [(0.0, fold.min(chips)), (fold.min(chips), chips)] {
        for (node, weight) in GAUSS_LEGENDRE {
            let own = 0.5 * (from + to) + 0.5 * (to - from) * node;
            let (t, f) = (first_chip + own, chirp.frequency(sf, own));
            let g = [1.0, TURN * t, -TURN * f, TURN * f * t];
            for (row, a) in information.iter_mut().zip(g) {
                row.iter_mut().zip(g).for_each(|(value, b)| *value += 0.5 * (to - from) * weight * a * b);
            }
        }
    }
}
