//! S15: an anchor's satellite clock is spoofed. It lies without knowing; an honest hotspot that it times must not pay for it.

use geo_index::Place;
use poc_verifier::place::Arrival;

use super::{super::Dice, Villain};

/// S15.
pub struct GnssSpoof {
    /// By how much the clock is off, us.
    pub off_us: f64,
}

impl Villain for GnssSpoof {
    fn shift(&self, _asserted: Place, _stands: Place, arrivals: &mut [Arrival], dice: &mut Dice) {
        let sign = if dice.happens(0.5) { 1.0 } else { -1.0 };
        if let Some(spoofed) = arrivals.first_mut() {
            spoofed.delay_ns += sign * self.off_us * 1e3;
        }
    }
}
