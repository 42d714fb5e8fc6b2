//! What an expert does to its measurements so that they are those of another place.
//!
//! With the true place `p`, the asserted one `q` and a beaconer at `b`, an honest receiver at `q` would have heard it
//!
//! ```text
//! later by  (|q - b| - |p - b|) / c        weaker by  26 log10(|q - b| / |p - b|) dB
//! ```
//! The noise floor moves along with the level, as if its gain were another, so that SNR stays what its samples show.

use geo_index::{
    Place,
    geodesy::{light_delay_ns, slant_range_m},
};
use hotspot_agent::HeardBeacon;
use poc_verifier::messages::ShortId;

use super::Window;

/// Loss of a suburban path for ten times the distance, dB.
const LOSS_DB: f64 = 26.0;
/// More would be another floor than any receiver has, dB.
const LEVEL_MAX_DB: f64 = 6.0;

/// From where to where measurements are moved.
pub(super) struct Removal {
    pub(super) place: Place,
    pub(super) asserted: Place,
}

impl Removal {
    pub(super) fn of(&self, window: &Window, mut heard: Vec<HeardBeacon>) -> Vec<HeardBeacon> {
        for beacon in &mut heard {
            let beaconer = window.drawn.iter().find(|(key, _)| ShortId::of(key) == beacon.beacon);
            if let Some((_, beaconer)) = beaconer {
                self.edit(beacon, *beaconer);
            }
        }
        heard
    }

    fn edit(&self, beacon: &mut HeardBeacon, beaconer: Place) {
        let later_ns = light_delay_ns(self.asserted, beaconer) - light_delay_ns(self.place, beaconer);
        let far = slant_range_m(self.asserted, beaconer) / slant_range_m(self.place, beaconer).max(1.0);
        let level_db = (-LOSS_DB * far.max(1e-3).log10()).clamp(-LEVEL_MAX_DB, LEVEL_MAX_DB);
        for hop in &mut beacon.hops {
            hop.arrival_ns += later_ns.round() as i64;
            hop.rssi_cdbm += (level_db * 100.0) as i32;
            hop.noise_floor_cdbm += (level_db * 100.0) as i32;
        }
    }
}
