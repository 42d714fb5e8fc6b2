//! S2: has no radio. Somebody leaks payload and level to it; the dithers it must guess.

use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame},
    Villain,
};

/// Its model of the path, dB; its forecast of carriers, Hz.
const LEVEL_DB: f64 = 6.0;
const CARRIER_HZ: f64 = 10.0;

/// S2.
pub struct LeakedPayload;

impl Villain for LeakedPayload {
    fn forge(&self, mut heard: Hop, frame: &Frame, dice: &mut Dice) -> Hop {
        let plan = frame.plan;
        // The mean that it may know is what is left when the secrets are taken out.
        let level_cdb = (dice.normal(LEVEL_DB) * 100.0) as i32 + i32::from(plan.power_dither_db) * 100 - 300;
        heard.rssi_cdbm += level_cdb;
        heard.snr_cdb += level_cdb;
        heard.cfo_mhz += (dice.normal(CARRIER_HZ) * 1e3) as i64 - i64::from(plan.frequency_dither_hz) * 1000;
        // It writes the nominal start; what it misses is the dither, as even as this.
        heard.arrival_ns += dice.between(-50_000.0, 50_000.0) as i64;
        heard
    }
}
