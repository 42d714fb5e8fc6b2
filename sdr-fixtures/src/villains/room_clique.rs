//! S6, room clique: three radios within 20 m of each other, each behind an attenuator, asserted 2.2 km off in three directions, 3.8 km
//! from each other. They edit their reports to match, as the expert does. Everybody else hears all three come from one room.

use geo_index::geodesy::destination;
use hotspot_agent::{HeardBeacon, Transmission};
use poc_verifier::CheckName;

use super::{
    Villain, Whispers, Window,
    cast::{Cast, Fate, Member, Sheet},
    removal::Removal,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "room-clique",
    row: "S6",
    keys: KEYS,
    fate: Fate::Rejected(CheckName::Place),
    cast: |scene| {
        let room = destination(scene.centre, AZIMUTH_DEG, OUT_M)?.with_height_m(scene.centre.height_m())?;
        let member = |key: usize| {
            let azimuth_deg = 360.0 / KEYS as f64 * key as f64;
            let asserted = destination(room, azimuth_deg, AWAY_M)?.with_height_m(room.height_m())?;
            let place = destination(room, azimuth_deg, ROOM_M)?.with_height_m(room.height_m())?;
            Ok(Member::at(place).asserting(asserted))
        };
        Ok(Cast { members: (0..KEYS).map(member).collect::<Result<_, _>>()?, victims: Vec::new() })
    },
    mind: |briefing| {
        let (place, asserted) = (briefing.place, briefing.asserted);
        Box::new(RoomClique { removal: Removal { place, asserted } })
    },
};

const KEYS: usize = 3;
/// From the middle of the city to the room, so that at least six anchors hear it, as the study has it.
const OUT_M: f64 = 900.0;
const AZIMUTH_DEG: f64 = 120.0;
/// From the middle of the room to each radio, and to where each is said to be, metres.
const ROOM_M: f64 = 8.0;
const AWAY_M: f64 = 2200.0;
/// Attenuation of each antenna, dB: in one room they would deafen each other, and others should not think them near.
const ATTENUATOR_DB: f64 = 6.0;

struct RoomClique {
    removal: Removal,
}

impl Villain for RoomClique {
    fn transmit(&mut self, _window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        honest.into_iter().map(attenuated).collect()
    }

    fn answer(&mut self, _window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        honest.into_iter().map(attenuated).collect()
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

fn attenuated(sent: Transmission) -> Transmission {
    Transmission { power_dbm: sent.power_dbm - ATTENUATOR_DB, ..sent }
}
