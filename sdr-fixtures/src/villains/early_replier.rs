//! Early replier: asserts a place 3 km nearer to the middle of the city than it stands, and answers 20 us before its turnaround is
//! over, so that a challenger who multiplies round trips by the speed of light finds it there. Nobody does: the turnaround is a number
//! that all listeners share and that falls out, and the differences of arrival say from where it answered and beaconed.

use geo_index::geodesy::{LIGHT_M_PER_NS, azimuth_deg, destination};
use hotspot_agent::{HeardBeacon, Transmission};
use poc_verifier::CheckName;

use super::{
    Villain, Whispers, Window,
    cast::{Cast, Fate, Member, Sheet},
    removal::Removal,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "early-replier",
    row: "",
    keys: 1,
    fate: Fate::Rejected(CheckName::Place),
    cast: |scene| {
        let place = scene.sites[0].place;
        let towards_deg = azimuth_deg(place, scene.centre);
        let asserted = destination(place, towards_deg, NEARER_M)?.with_height_m(place.height_m())?;
        Ok(Cast::one(Member::at(place).asserting(asserted)))
    },
    mind: |briefing| {
        let (place, asserted) = (briefing.place, briefing.asserted);
        Box::new(EarlyReplier { removal: Removal { place, asserted } })
    },
};

/// How much nearer it wants to be, metres.
const NEARER_M: f64 = 3000.0;

struct EarlyReplier {
    removal: Removal,
}

impl Villain for EarlyReplier {
    fn answer(&mut self, _window: &Window, mut honest: Vec<Transmission>) -> Vec<Transmission> {
        // There and back.
        let early_ns = 2.0 * NEARER_M / LIGHT_M_PER_NS;
        for sent in &mut honest {
            sent.start_ns -= early_ns as i64;
        }
        honest
    }

    fn testify(
        &mut self,
        window: &Window,
        heard: Vec<HeardBeacon>,
        _whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        self.removal.of(window, heard)
    }
}
