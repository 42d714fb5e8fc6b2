//! S5: stands elsewhere, and writes levels that fit the asserted place. Its transmit delay is common to all anchors and buys nothing.

use geo_index::Place;
use poc_verifier::{messages::Hop, plan::HopPlan};

use super::{
    super::{Dice, site::away},
    Villain,
};

/// S5.
pub struct ExpertSpoof {
    /// Distance from where it says, metres.
    pub metres: f64,
}

impl Villain for ExpertSpoof {
    fn stands(&self, asserted: Place, dice: &mut Dice) -> Place {
        away(asserted, dice.between(0.0, 360.0), self.metres)
    }

    fn forge(&self, mut heard: Hop, plan: &HopPlan, dice: &mut Dice) -> Hop {
        let level_dbm = -95.0 - f64::from(plan.power_dither_db) + dice.normal(2.0);
        heard.rssi_cdbm = (level_dbm * 100.0) as i32;
        heard.snr_cdb = heard.rssi_cdbm - heard.noise_floor_cdbm;
        heard
    }
}
