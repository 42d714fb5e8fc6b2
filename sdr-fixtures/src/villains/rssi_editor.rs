//! The edit that the incumbent's network was full of: a program between radio and miner adds 35 dB to the RSSI, to look near, and leaves
//! the SNR alone. RSSI less SNR is then a noise floor that no receiver has.

use hotspot_agent::HeardBeacon;
use poc_verifier::CheckName;

use super::{
    Villain, Whispers, Window,
    cast::{Fate, Lie, Sheet, on_site},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "rssi-editor",
    row: "",
    keys: 1,
    fate: Fate::Rejected(CheckName::NoiseFloor),
    cast: |scene| on_site(scene, Lie::Hearing),
    mind: |_| Box::new(RssiEditor),
};

/// Hundredths of dB added.
const EDIT_CDB: i32 = 3500;

struct RssiEditor;

impl Villain for RssiEditor {
    fn testify(
        &mut self,
        _window: &Window,
        mut heard: Vec<HeardBeacon>,
        _whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        for hop in heard.iter_mut().flat_map(|beacon| &mut beacon.hops) {
            hop.rssi_cdbm += EDIT_CDB;
        }
        heard
    }
}
