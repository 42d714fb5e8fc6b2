//! Is the received power possible, both ways?
//!
//! ```text
//! RSSI <= EIRP - dither - FSPL(d) + G_rx + 6 dB       FSPL = 32.44 + 20 log10(f_MHz d_km)
//! RSSI >= kTB + SNR_min(SF) - 4 dB
//! ```
//! Nothing is louder than free space, echoes in step and calibration apart (notes/physics.md 3a: 3 dB of calibration; a median over
//! eight channels leaves 3 dB of echoes). A decoded frame is not weaker than thermal noise lets any receiver decode.
//!
//! With an elevation model the ground between counts, too: see `link_budget/ground.rs`. Where it is not known, everything is as without.

mod ground;

use crate::{
    edge::{Edge, Examined, HeardHop},
    finding::{CheckName, Finding},
    obstruction::Obstruction,
    robust::median_of,
};

/// Allowance above free space, dB.
const ABOVE_DB: f64 = 6.0;
/// How far the best receiver decodes below a chip's limit, and a noise figure below which none is, dB.
const BELOW_DB: f64 = 4.0;
/// Thermal noise density, dBm/Hz.
const THERMAL_DBM_HZ: f64 = -173.98;
/// Spread of honest calibration, dB.
const SPREAD_DB: f64 = 2.0;
/// Less than this of the ground is not worth a sentence, dB.
const WORTH_SAYING_DB: f64 = 1.0;
/// Antennas nearer than this are not in each other's far field.
const NEAREST_KM: f64 = 0.01;

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let heard = edge.heard();
    let distance_km = (edge.distance_m() * 1e-3).max(NEAREST_KM);
    let strongest_dbm = |carrier_hz: f64, dither_db: u8| {
        let free_space_db = 32.44 + 20.0 * (carrier_hz * 1e-6 * distance_km).log10();
        edge.beaconer.eirp_dbm() - f64::from(dither_db) - free_space_db + edge.witness.gain_dbi()
    };
    let above = |hop: &HeardHop| hop.rssi_dbm() - strongest_dbm(hop.carrier_hz(), hop.plan.power_dither_db);
    let above_db = median_of(heard.iter().map(above))?;
    let rssi_dbm = median_of(heard.iter().map(HeardHop::rssi_dbm))?;
    let region = edge.protocol.region;
    let thermal_dbm = THERMAL_DBM_HZ + 10.0 * f64::from(region.bandwidth.hz()).log10();
    let weakest_dbm = thermal_dbm + region.sf.decoding_limit_db() - BELOW_DB;
    let (excess_db, finding) = if weakest_dbm - rssi_dbm > above_db - ABOVE_DB {
        (weakest_dbm - rssi_dbm, (rssi_dbm, weakest_dbm, "dBm"))
    } else {
        (above_db - ABOVE_DB, (above_db, ABOVE_DB, "dB"))
    };
    let score = if excess_db > 0.0 { 0.5 * (excess_db / SPREAD_DB).powi(2) } else { -1.0 };
    let ground = obstruction(edge, heard);
    if let Some(ground) = &ground
        && ground::score(above_db + ground.loss_db) > score.max(0.0)
    {
        return Some(over_ground(ground, above_db));
    }
    let mut explanation = if finding.2 == "dBm" && excess_db > 0.0 {
        format!("{rssi_dbm:.1} dBm is weaker than any receiver could decode ({weakest_dbm:.1} dBm).")
    } else {
        format!(
            "Received {:.1} dB {} what free space would let through over {distance_km:.2} km; up to {ABOVE_DB} dB above can happen.",
            above_db.abs(),
            if above_db > 0.0 { "above" } else { "below" }
        )
    };
    if let Some(ground) = ground.filter(|ground| ground.loss_db >= WORTH_SAYING_DB) {
        explanation = format!("{explanation} {}.", told(&ground));
    }
    Some(Finding::by_score(CheckName::LinkBudget, score, finding, explanation))
}

/// The ground between, if there is a model that knows it.
fn obstruction(edge: &Edge, heard: &[HeardHop]) -> Option<Obstruction> {
    let carrier_hz = heard.first()?.carrier_hz();
    Obstruction::between(edge.terrain?, edge.beaconer.place, edge.witness.place, carrier_hz)
}

/// The ground speaks more loudly than free space: by so much the level is above free space.
fn over_ground(ground: &Obstruction, above_db: f64) -> Finding {
    let (too_loud_db, allowed_db) = (above_db + ground.loss_db, ground::allowed_db());
    let explanation = format!(
        "{}; the level is {too_loud_db:.0} dB above what that leaves, {allowed_db:.0} dB can happen.",
        told(ground)
    );
    let numbers = (too_loud_db, allowed_db, "dB");
    Finding::by_score(CheckName::LinkBudget, ground::score(too_loud_db), numbers, explanation)
}

/// Which hill, by its distance from the beaconer.
fn told(ground: &Obstruction) -> String {
    let hill = ground.hill;
    format!(
        "The ground after {:.2} km is {:.0} m {} the line of sight and takes {:.0} dB",
        hill.distance_m * 1e-3,
        hill.above_m.abs(),
        if hill.above_m < 0.0 { "below" } else { "above" },
        ground.loss_db
    )
}
