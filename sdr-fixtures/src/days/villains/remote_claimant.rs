//! S10: the claimant has no radio where it says. A colluder's radio, elsewhere, hears and sends for it over a network; data is exact for the
//! asserted place. The turnaround is longer than any network, so the cheat answers in time; but it answers from where the colluder stands.

use geo_index::Place;
use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame, site::away},
    Villain, moved,
};

/// S10.
pub struct RemoteClaimant {
    /// From the colluder's radio to the asserted place, m.
    pub metres: f64,
    /// How late its answers come, ms; `None` of the careful one that waits for nothing.
    pub late_ms: Option<(f64, f64)>,
}

impl Villain for RemoteClaimant {
    fn stands(&self, asserted: Place, dice: &mut Dice) -> Place {
        away(asserted, dice.between(0.0, 360.0), self.metres)
    }

    fn forge(&self, heard: Hop, frame: &Frame, _dice: &mut Dice) -> Hop {
        moved(heard, frame)
    }

    fn answers_late_ns(&self, dice: &mut Dice) -> Option<f64> {
        self.late_ms.map(|(low, high)| dice.between(low, high) * 1e6)
    }
}
