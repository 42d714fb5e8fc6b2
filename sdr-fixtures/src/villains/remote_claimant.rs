//! S10, remote claimant: the key is asserted in one part of the city; a colluder's radio in another transmits and listens for it. The
//! owner edits what comes over the network into what would have been heard at the asserted place, and the network delays the answers.
//! Anchors time the beacons where they are sent from, and answers come back milliseconds later than radio goes.

use ether::Draw;
use geo_index::geodesy::destination;
use hotspot_agent::{HeardBeacon, Transmission};
use poc_verifier::CheckName;

use super::{
    Villain, Whispers, Window,
    cast::{Cast, Fate, Member, Sheet},
    removal::Removal,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "remote-claimant",
    row: "S10",
    keys: 1,
    fate: Fate::Rejected(CheckName::Place),
    cast: |scene| {
        let radio = scene.sites[0].place;
        let back_deg = geo_index::geodesy::azimuth_deg(radio, scene.centre);
        let asserted = destination(radio, back_deg, AWAY_M)?.with_height_m(radio.height_m())?;
        Ok(Cast::one(Member::at(radio).asserting(asserted)))
    },
    mind: |briefing| {
        let (place, asserted) = (briefing.place, briefing.asserted);
        Box::new(RemoteClaimant { removal: Removal { place, asserted }, seed: briefing.seed })
    },
};

/// From the radio to the asserted place, metres.
const AWAY_M: f64 = 4000.0;
/// Latency of the network, both ways, ms.
const LATENCY_MS: (f64, f64) = (1.0, 30.0);

struct RemoteClaimant {
    removal: Removal,
    seed: u64,
}

impl Villain for RemoteClaimant {
    fn answer(&mut self, window: &Window, mut honest: Vec<Transmission>) -> Vec<Transmission> {
        let latency_ms = Draw::new(self.seed, &[0x2E07, window.number]).uniform(LATENCY_MS.0, LATENCY_MS.1);
        for sent in &mut honest {
            sent.start_ns += (latency_ms * 1e6) as i64;
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
