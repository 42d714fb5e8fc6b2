//! The edit that the incumbent's network was full of: a program between radio and miner adds 35 dB to the RSSI, to look near, and leaves
//! the SNR alone. RSSI less SNR is then a noise floor that no receiver has.

use hotspot_agent::HeardBeacon;
use poc_verifier::CheckName;

use super::{Villain, Window};

pub(super) const NAME: &str = "rssi-editor";
pub(super) const CAUGHT_BY: CheckName = CheckName::NoiseFloor;

/// Hundredths of dB added.
const EDIT_CDB: i32 = 3500;

pub(super) struct RssiEditor;

impl Villain for RssiEditor {
    fn testify(
        &mut self,
        _window: &Window,
        mut heard: Vec<HeardBeacon>,
        _leaked: &[HeardBeacon],
    ) -> Vec<HeardBeacon> {
        for hop in heard.iter_mut().flat_map(|beacon| &mut beacon.hops) {
            hop.rssi_cdbm += EDIT_CDB;
        }
        heard
    }
}
