//! S2, payload leaker: a friend with ears passes on the decoded bytes (and the channels they came on) before the set is closed; the
//! leaker, who beacons but has no reception, invents the measurements: a plausible level, one carrier offset, evenly spaced times. The
//! bytes are right. The secret dithers of frequency, power and time are not in them.

use ether::Draw;
use hotspot_agent::HeardBeacon;
use poc_verifier::{
    CheckName,
    messages::{Hop, ShortId},
    protocol::HOPS,
};

use super::{
    Villain, Whispers, Window,
    cast::{Air, Cast, Fate, Lie, Member, Sheet},
    plausible_rssi_dbm,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "payload-leaker",
    row: "S2",
    keys: 1,
    fate: Fate::Rejected(CheckName::Frequency),
    cast: |scene| {
        let key = Member::at(scene.sites[0].place).lying_about(Lie::Hearing);
        Ok(Cast::one(key.hearing(Air::Nothing)))
    },
    mind: |briefing| Box::new(PayloadLeaker { seed: briefing.seed }),
};

/// Noise floor that it claims to have, dBm.
const NOISE_DBM: f64 = -111.0;

struct PayloadLeaker {
    seed: u64,
}

impl PayloadLeaker {
    /// The friend's bytes with numbers of its own.
    fn invent(leaked: &HeardBeacon, rssi_dbm: f64, draw: &mut Draw) -> Option<HeardBeacon> {
        let first_ns = leaked.hops.first()?.arrival_ns / 1_000_000 * 1_000_000;
        let offset_hz = draw.normal(1500.0);
        let hops = leaked.hops.iter().enumerate().map(|(index, hop)| {
            let level = rssi_dbm + draw.normal(3.0);
            Hop {
                rssi_cdbm: (level * 100.0) as i32,
                noise_floor_cdbm: (NOISE_DBM * 100.0) as i32,
                snr_cdb: ((level - NOISE_DBM) * 100.0) as i32,
                cfo_mhz: ((offset_hz + draw.normal(5.0)) * 1e3) as i64,
                cfo_sigma_mhz: 700,
                arrival_ns: first_ns + (index * 40_000_000) as i64,
                arrival_ps: (draw.unit() * 999.0) as u32,
                arrival_sigma_ps: 35_000,
                phase_mdeg: (draw.unit() * 359_999.0) as u32,
                ..hop.clone()
            }
        });
        Some(HeardBeacon { hops: hops.collect(), beacon: leaked.beacon, kept: Vec::new() })
    }
}

impl Villain for PayloadLeaker {
    fn testify(
        &mut self,
        window: &Window,
        _heard: Vec<HeardBeacon>,
        whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        let mut draw = Draw::new(self.seed, &[0x1EAC, window.number]);
        // A copy of less than the whole beacon is not worth the risk.
        let whole = whispers.friend.iter().filter(|beacon| beacon.hops.len() == HOPS);
        whole
            .filter_map(|beacon| {
                let (_, place) = window.drawn.iter().find(|(key, _)| ShortId::of(key) == beacon.beacon)?;
                let rssi_dbm = plausible_rssi_dbm(window.own_place, *place, &mut draw);
                Self::invent(beacon, rssi_dbm, &mut draw)
            })
            .collect()
    }
}
