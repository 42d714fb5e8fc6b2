//! The path between two radios.

use geo_index::geodesy::{LIGHT_M_PER_NS, slant_range_m};
use num_complex::Complex64;

use crate::{Draw, Node, NodeId};

/// Echoes drawn for a path; more would not be told apart in the bandwidths that are sent here.
const ECHOES: usize = 8;
/// Distance from which the log-distance law starts; nearer, space is free.
const REFERENCE_M: f64 = 100.0;
/// Two antennas are never nearer than this.
const NEAREST_M: f64 = 1.0;

/// One way from antenna to antenna.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Echo {
    /// Delay behind the straight line, seconds.
    pub excess_s: f64,
    /// Amplitude and reflection phase; the powers of all ways sum to one on average.
    pub gain: Complex64,
}

/// A path, the same from either end.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Straight-line distance on WGS-84, metres.
    pub distance_m: f64,
    /// Flight time along the straight line, seconds.
    pub delay_s: f64,
    /// Loss between isotropic antennas at 868 MHz, dB, shadowing included; it grows with 20 log f.
    pub loss_at_868_db: f64,
    /// Ways, the direct one first.
    pub echoes: Vec<Echo>,
}

impl Link {
    pub(crate) fn between(seed: u64, (a, here): (NodeId, &Node), (b, there): (NodeId, &Node)) -> Self {
        let (low, high) = (a.0.min(b.0) as u64, a.0.max(b.0) as u64);
        let mut draw = Draw::new(seed, &[0x11EC, low, high]);
        let distance_m = slant_range_m(here.place, there.place).max(NEAREST_M);
        let propagation = here.surroundings.path_to(there.surroundings);
        let shadowing_db = draw.normal(propagation.shadowing_db);
        let beyond = (distance_m / REFERENCE_M).max(1.0).log10();
        let law_db =
            free_space_loss_db(distance_m.min(REFERENCE_M), 868e6) + 10.0 * propagation.exponent * beyond;
        // Shadows only take: nothing is louder than free space.
        let loss_at_868_db = (law_db + shadowing_db).max(free_space_loss_db(distance_m, 868e6));
        let spread_s = propagation.delay_spread_s(distance_m, &mut draw);
        Self {
            distance_m,
            delay_s: distance_m / LIGHT_M_PER_NS * 1e-9,
            loss_at_868_db,
            echoes: echoes(propagation.rice_db, spread_s, &mut draw),
        }
    }

    /// The same path over ground that takes so much beyond free space. The log-distance law knows of hills on average: the larger of both counts.
    pub(crate) fn obstructed(self, loss_db: f64) -> Self {
        let over_ground_db = free_space_loss_db(self.distance_m, 868e6) + loss_db;
        Self { loss_at_868_db: self.loss_at_868_db.max(over_ground_db), ..self }
    }

    /// Loss at a frequency, dB.
    pub fn loss_db(&self, frequency_hz: f64) -> f64 {
        self.loss_at_868_db + 20.0 * (frequency_hz / 868e6).log10()
    }

    /// Complex gain of the channel at a frequency relative to the straight line's arrival: what a narrow signal there would see.
    pub fn response(&self, frequency_hz: f64) -> Complex64 {
        let turn =
            |echo: &Echo| Complex64::from_polar(1.0, -std::f64::consts::TAU * frequency_hz * echo.excess_s);
        self.echoes.iter().map(|echo| echo.gain * turn(echo)).sum()
    }
}

/// Direct path and echoes of an exponential power-delay profile.
fn echoes(rice_db: f64, spread_s: f64, draw: &mut Draw) -> Vec<Echo> {
    let ratio = 10_f64.powf(rice_db / 10.0);
    let direct = Echo {
        excess_s: 0.0,
        gain: Complex64::from_polar((ratio / (1.0 + ratio)).sqrt(), draw.uniform(0.0, std::f64::consts::TAU)),
    };
    let sigma = (1.0 / (1.0 + ratio) / ECHOES as f64 / 2.0).sqrt();
    let reflected = (0..ECHOES).map(|_| Echo {
        excess_s: draw.exponential(spread_s),
        gain: Complex64::new(draw.normal(sigma), draw.normal(sigma)),
    });
    std::iter::once(direct).chain(reflected).collect()
}

/// Free-space loss, dB (Friis): 32.44 + 20 log10(MHz km).
pub(crate) fn free_space_loss_db(distance_m: f64, frequency_hz: f64) -> f64 {
    32.44 + 20.0 * (frequency_hz * 1e-6 * distance_m * 1e-3).log10()
}
