//! S14: anchors that lie together. Framers move an honest victim to where it is not; accomplices move a spoof to where it says that it is.

use geo_index::{Place, geodesy::light_delay_ns};
use poc_verifier::place::Arrival;

use super::{
    super::{Dice, site::away},
    Villain,
};

/// S14, against an honest hotspot.
pub struct Framers {
    /// How many of its anchors.
    pub liars: usize,
    /// How far they move it, m.
    pub metres: f64,
}

impl Villain for Framers {
    fn shift(&self, asserted: Place, stands: Place, arrivals: &mut [Arrival], dice: &mut Dice) {
        let elsewhere = away(asserted, dice.between(0.0, 360.0), self.metres);
        lie(arrivals, self.liars, stands, elsewhere);
    }
}

/// S14, for a spoof.
pub struct Accomplices {
    /// How many of its anchors.
    pub liars: usize,
    /// Distance from where it says, m.
    pub metres: f64,
}

impl Villain for Accomplices {
    fn stands(&self, asserted: Place, dice: &mut Dice) -> Place {
        away(asserted, dice.between(0.0, 360.0), self.metres)
    }

    fn shift(&self, asserted: Place, stands: Place, arrivals: &mut [Arrival], _dice: &mut Dice) {
        lie(arrivals, self.liars, stands, asserted);
    }
}

/// The first of them say what they would have measured of a transmitter at `instead`.
fn lie(arrivals: &mut [Arrival], liars: usize, stands: Place, instead: Place) {
    for arrival in arrivals.iter_mut().take(liars) {
        let anchor = arrival.anchor.place;
        arrival.delay_ns += light_delay_ns(instead, anchor) - light_delay_ns(stands, anchor);
    }
}
