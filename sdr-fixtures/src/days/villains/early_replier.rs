//! The early replier: stands elsewhere, and answers before its turnaround is over, to look nearer to whom it answers. Everybody hears it early
//! by the same, and the differences stay what they are.

use geo_index::{Place, geodesy::light_delay_ns};
use poc_verifier::place::Arrival;

use super::{
    super::{Dice, site::away},
    Villain,
};

/// The early replier.
pub struct EarlyReplier {
    /// Distance from where it says, metres.
    pub metres: f64,
}

impl Villain for EarlyReplier {
    fn stands(&self, asserted: Place, dice: &mut Dice) -> Place {
        away(asserted, dice.between(0.0, 360.0), self.metres)
    }

    fn shift(&self, asserted: Place, stands: Place, arrivals: &mut [Arrival], _dice: &mut Dice) {
        // What it would take to be heard by the first of them as from the asserted place.
        let Some(first) = arrivals.first().map(|arrival| arrival.anchor.place) else { return };
        let early_ns = light_delay_ns(stands, first) - light_delay_ns(asserted, first);
        for arrival in arrivals {
            arrival.delay_ns -= early_ns;
        }
    }
}
