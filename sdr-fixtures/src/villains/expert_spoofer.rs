//! S5, expert spoofer: a real radio whose owner asserts a place 1 km off, and whose firmware edits every report, power and arrival,
//! into what would have been heard there. It may also send when it likes, which moves all arrivals alike and so changes nothing. What
//! it cannot edit is when anchors hear its own beacons: their times fit no place 1 km away. That is too near to be blamed for
//! ([`poc_verifier::place::RESOLVE_M`]), so its place stays unproven and nothing is paid.

use geo_index::geodesy::destination;
use hotspot_agent::HeardBeacon;

use super::{
    Villain, Whispers, Window,
    cast::{Cast, Fate, Member, Sheet},
    removal::Removal,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "expert-spoofer",
    row: "S5",
    keys: 1,
    fate: Fate::Unpaid,
    cast: |scene| {
        let height_m = scene.centre.height_m();
        let place = destination(scene.centre, AZIMUTH_DEG + 180.0, OUT_M)?.with_height_m(height_m)?;
        let asserted = destination(place, AZIMUTH_DEG, AWAY_M)?.with_height_m(height_m)?;
        Ok(Cast::one(Member::at(place).asserting(asserted)))
    },
    mind: |briefing| {
        let (place, asserted) = (briefing.place, briefing.asserted);
        Box::new(ExpertSpoofer { removal: Removal { place, asserted } })
    },
};

/// How far off, metres, and in which direction.
const AWAY_M: f64 = 1000.0;
const AZIMUTH_DEG: f64 = 60.0;
/// From the middle of the city to its radio, metres.
const OUT_M: f64 = 700.0;

struct ExpertSpoofer {
    removal: Removal,
}

impl Villain for ExpertSpoofer {
    fn testify(
        &mut self,
        window: &Window,
        heard: Vec<HeardBeacon>,
        _whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        self.removal.of(window, heard)
    }
}
