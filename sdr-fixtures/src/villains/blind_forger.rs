//! S1, blind forger: a key without a radio. It knows who is drawn (everybody does) and the protocol, and writes reports of all eight
//! hops with guessed payloads and plausible numbers. Payloads are 120 bits of hash, so freshness catches it.

use ether::Draw;
use hotspot_agent::HeardBeacon;
use identity::PublicKey;
use poc_verifier::{
    CheckName,
    messages::{Hop, ShortId},
    protocol::{HOPS, PAYLOAD_BYTES},
};

use super::{
    Villain, Whispers, Window,
    cast::{Air, Cast, Fate, Lie, Member, Sheet},
    plausible_rssi_dbm,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "blind-forger",
    row: "S1",
    keys: 1,
    fate: Fate::Rejected(CheckName::Freshness),
    cast: |scene| {
        let key = Member::at(scene.sites[0].place).lying_about(Lie::Hearing);
        Ok(Cast::one(key.sending(Air::Nothing).hearing(Air::Nothing)))
    },
    mind: |briefing| Box::new(BlindForger { seed: briefing.seed }),
};

/// Noise floor that it claims to have, dBm.
const NOISE_DBM: f64 = -112.0;

struct BlindForger {
    seed: u64,
}

impl BlindForger {
    fn invent(window: &Window, key: &PublicKey, rssi_dbm: f64, draw: &mut Draw) -> HeardBeacon {
        let beacon = ShortId::of(key);
        let offset_hz = draw.normal(1500.0);
        let first_ns = window.start_ns + (draw.uniform(0.2, 2.5) * 1e9) as i64;
        let hops = (0..HOPS)
            .map(|hop| {
                let mut payload = [0; PAYLOAD_BYTES];
                payload[..4].copy_from_slice(&beacon.0);
                payload[4] = hop as u8;
                payload[5..].fill_with(|| draw.bits() as u8);
                let level = rssi_dbm + draw.normal(3.0);
                Hop {
                    payload: payload.to_vec(),
                    channel_hz: window.protocol.region.channels_hz[hop],
                    rssi_cdbm: (level * 100.0) as i32,
                    noise_floor_cdbm: (NOISE_DBM * 100.0) as i32,
                    snr_cdb: ((level - NOISE_DBM) * 100.0) as i32,
                    cfo_mhz: ((offset_hz + draw.normal(3.0)) * 1e3) as i64,
                    cfo_sigma_mhz: 800,
                    sfo_ppb: (offset_hz / 866.25) as i32 * 1000,
                    sfo_sigma_ppb: 3000,
                    arrival_ns: first_ns + (hop * 40_000_000) as i64,
                    arrival_ps: (draw.unit() * 999.0) as u32,
                    arrival_sigma_ps: 40_000,
                    phase_mdeg: (draw.unit() * 359_999.0) as u32,
                }
            })
            .collect();
        // It has no samples either, and nothing to show when somebody asks for them.
        HeardBeacon { beacon, hops, kept: Vec::new() }
    }
}

impl Villain for BlindForger {
    fn testify(
        &mut self,
        window: &Window,
        _heard: Vec<HeardBeacon>,
        _whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        let mut draw = Draw::new(self.seed, &[0xB11D, window.number]);
        window
            .drawn
            .iter()
            .map(|(key, place)| {
                let rssi_dbm = plausible_rssi_dbm(window.own_place, *place, &mut draw);
                Self::invent(window, key, rssi_dbm, &mut draw)
            })
            .collect()
    }
}
