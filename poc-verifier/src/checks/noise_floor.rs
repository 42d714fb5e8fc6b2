//! Do RSSI, SNR and noise floor belong together?
//!
//! `RSSI - SNR` is the noise in the bandwidth. It must equal the noise floor that the same report states, hop by hop, and must be what
//! a receiver can have: not below thermal noise, and not more than man-made noise can add (notes/physics.md 3b: 2 to 20 dB over kTB).

use crate::{
    edge::{Examined, HeardHop},
    finding::{CheckName, Finding},
    robust::median_of,
};

/// Thermal noise density, dBm/Hz.
const THERMAL_DBM_HZ: f64 = -173.98;
/// Noise over thermal that receivers and their surroundings have, dB.
const LEAST_DB: f64 = 0.0;
const MOST_DB: f64 = 28.0;
/// Spread of an honest floor about these bounds, and of its own statement, dB.
const SPREAD_DB: f64 = 2.0;

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let heard = edge.heard();
    let floor = median_of(heard.iter().map(|hop| hop.rssi_dbm() - hop.snr_db()))?;
    let stated = median_of(heard.iter().map(HeardHop::noise_floor_dbm))?;
    let thermal_dbm = THERMAL_DBM_HZ + 10.0 * f64::from(edge.protocol.region.bandwidth.hz()).log10();
    let over_db = floor - thermal_dbm;
    let outside_db = (LEAST_DB - over_db).max(over_db - MOST_DB).max(0.0);
    let apart_db = (floor - stated).abs();
    let worst_db = outside_db.max(apart_db);
    // A Gaussian of the spread against anything at all.
    let score = 0.5 * (worst_db / SPREAD_DB).powi(2) - 3.0;
    let (measured, allowed) =
        if apart_db > outside_db { (apart_db, 3.0 * SPREAD_DB) } else { (over_db, MOST_DB) };
    let explanation = if apart_db > outside_db {
        format!("RSSI less SNR gives a noise floor of {floor:.1} dBm, but the report states {stated:.1} dBm.")
    } else {
        format!(
            "RSSI less SNR gives a noise floor of {floor:.1} dBm, {over_db:.1} dB over thermal noise; up to {MOST_DB} dB occur."
        )
    };
    Some(Finding::by_score(CheckName::NoiseFloor, score, (measured, allowed, "dB"), explanation))
}
