//! S6: several radios in one room, with attenuators, that say they stand half a kilometre to five apart. What they write of each other fits;
//! anchors hear all of them from one place.

use geo_index::Place;
use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame, site::away},
    Villain, moved,
};

/// Where the keys say they stand, m from the room.
const ASSERTED_M: (f64, f64) = (500.0, 5000.0);
/// S6: one key of it.
pub struct RoomClique;

impl Villain for RoomClique {
    fn stands(&self, asserted: Place, dice: &mut Dice) -> Place {
        away(asserted, dice.between(0.0, 360.0), dice.between(ASSERTED_M.0, ASSERTED_M.1))
    }

    fn forge(&self, heard: Hop, frame: &Frame, _dice: &mut Dice) -> Hop {
        moved(heard, frame)
    }
}
