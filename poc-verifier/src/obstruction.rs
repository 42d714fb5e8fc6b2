//! What the ground between two hotspots takes, and which hill does.
//!
//! Joins an elevation model with [`crate::diffraction`]. Antennas are where they are asserted, within reason: nobody's is less than
//! [`MAST_MIN_M`] over the model's ground (maps are metres off, and owners forget the mast), nor, whatever is asserted, more than
//! [`MAST_MAX_M`] (or a word would lift one over every hill).

use geo_index::{Place, Terrain};

use crate::diffraction::{EARTH_RADIUS_M, Obstacle, SPEED_OF_LIGHT_M_S, Section};

/// Least height of an antenna over the ground, metres.
pub const MAST_MIN_M: f64 = 10.0;
/// Greatest height of an antenna over the ground, metres.
pub const MAST_MAX_M: f64 = 300.0;

/// The ground between two hotspots.
#[derive(Clone, Debug, PartialEq)]
pub struct Obstruction {
    /// Median loss beyond free space, dB.
    pub loss_db: f64,
    /// What is most in the way, or least out of it.
    pub hill: Obstacle,
    /// The cut that it was computed from, from the first place to the second.
    pub section: Section,
}

impl Obstruction {
    /// The ground between two places at a carrier frequency; `None` where some of it is not known, or the places are too near or too far
    /// for a profile.
    pub fn between(terrain: &Terrain, from: Place, to: Place, carrier_hz: f64) -> Option<Self> {
        let profile = terrain.profile(from, to)?;
        let antenna_m = |place: Place, ground_m: f64| {
            place.height_m().clamp(ground_m + MAST_MIN_M, ground_m + MAST_MAX_M)
        };
        let (first_m, last_m) = (*profile.ground_m.first()?, *profile.ground_m.last()?);
        let section = Section {
            ground_m: profile.points().collect(),
            antennas_m: [antenna_m(from, first_m), antenna_m(to, last_m)],
            wavelength_m: SPEED_OF_LIGHT_M_S / carrier_hz,
            earth_radius_m: EARTH_RADIUS_M,
        };
        Some(Self { loss_db: section.loss_db(), hill: section.obstacle()?, section })
    }
}
