//! What stands around a radio, and what that does to a path: loss, shadowing, echoes.
//!
//! Loss follows the log-distance law from 100 m on, with log-normal shadowing; LoRa campaigns find exponents of 2.3 to 4 and spreads
//! of 6 to 10 dB (notes/physics.md 3a). Echoes have an exponential power-delay profile with Greenstein's delay spread
//!
//! ```text
//! tau_rms = T1 sqrt(d_km) 10^(N(0, 4 dB)/10)
//! ```
//! (Greenstein et al., A new path-gain/delay-spread propagation model, 1997) beside a direct path of Rice factor K.

use crate::Draw;

/// Kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surroundings {
    /// A mast or tower above everything, in open country.
    Rural,
    /// A roof in a suburb.
    Suburban,
    /// A roof or window among buildings as high.
    Urban,
    /// Indoors or in a street canyon.
    Canyon,
}

/// How a path of one kind behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Propagation {
    /// Path-loss exponent beyond 100 m.
    pub(crate) exponent: f64,
    /// Standard deviation of the shadowing, dB.
    pub(crate) shadowing_db: f64,
    /// Greenstein's T1, microseconds at 1 km.
    pub(crate) spread_us: f64,
    /// Power of the direct path over that of all echoes, dB.
    pub(crate) rice_db: f64,
}

impl Surroundings {
    /// A path is as hard as the harder of its two ends.
    pub(crate) fn path_to(self, other: Self) -> Propagation {
        match self.max(other) {
            Self::Rural => Propagation { exponent: 2.2, shadowing_db: 3.0, spread_us: 0.1, rice_db: 10.0 },
            Self::Suburban => Propagation { exponent: 2.6, shadowing_db: 4.0, spread_us: 0.3, rice_db: 6.0 },
            Self::Urban => Propagation { exponent: 3.2, shadowing_db: 6.0, spread_us: 0.4, rice_db: 0.0 },
            Self::Canyon => Propagation { exponent: 3.6, shadowing_db: 8.0, spread_us: 0.5, rice_db: -20.0 },
        }
    }
}

impl Propagation {
    /// RMS delay spread of a path, seconds.
    pub(crate) fn delay_spread_s(&self, distance_m: f64, draw: &mut Draw) -> f64 {
        let spread_us = self.spread_us * (distance_m / 1000.0).sqrt() * 10_f64.powf(draw.normal(4.0) / 10.0);
        spread_us * 1e-6
    }
}
