//! S5: stands elsewhere, and writes levels that fit the asserted place. Its transmit delay is common to all anchors and buys nothing.

use geo_index::Place;
use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame, site::away},
    Villain, moved,
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

    fn forge(&self, heard: Hop, frame: &Frame, _dice: &mut Dice) -> Hop {
        moved(heard, frame)
    }
}
