//! S13: who radiates more, or less, than it states, against what it hears of those who hear it?
//!
//! What a path takes it takes both ways, and both ends' antennas work both ways. With stated EIRP `E`, stated receiving gain `G`, levels
//! `R_ij` of `i` at `j`, and each end's errors together in `x`,
//!
//! ```text
//! r_ij  = R_ij - E_i - G_j               path, shadows, true antennas, and what both ends got wrong
//! d_ij  = r_ij - r_ji = x_i - x_j + error      x_i: radiated above the stated, less what its receiver reads too high
//! score = ln N(x; x, sigma) - ln N(x; 0, sigma), x anything within 60 dB      sigma^2 = (2 dB)^2 + (1.25 * 2 dB)^2 / links
//!       = (x / sigma)^2 / 2 - ln(60 dB / (sigma sqrt(2 pi)))
//! ```
//! `x` by medians in turns (`offsets.rs`), against anchors only. No model of the path is needed, and no shadow hides an amplifier. What
//! this does not tell: a gain misstated, which works both ways ([`super::eirp`] tells some of that); an amplifier whose owner adds as much to
//! every level that it reports, whose noise floor then is too high as well.

use std::collections::BTreeMap;

use super::offsets::Differences;
use crate::{nodes::eirp::Radiated, robust::median};

/// Powers and receivers against what is stated, standard deviation, dB.
pub const STATED_DB: f64 = 2.0;
/// Two medians over channels that differ, each way at its own time, dB.
pub const PAIR_DB: f64 = 2.0;
/// A lie may be anything over so many dB.
const RANGE_DB: f64 = 60.0;
/// Flagged above this: one honest owner in a thousand (`poc-trial --attack s13-amplifier`).
pub const FLAGGED: f64 = 3.2;
/// Anchors that must have heard it and been heard by it.
const LINKS_MIN: usize = 6;

/// How one hotspot's beacons arrived at another, median over an epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arriving {
    /// Number of the sender.
    pub sender: usize,
    /// Number of the receiver.
    pub receiver: usize,
    /// Level over the stated EIRP and the stated receiving gain, dB: what the path takes, negative.
    pub gain_db: f64,
}

/// Of every hotspot what it radiates over what it states; `None` of those with too few anchors both ways. `anchors` says of each whether it is
/// one; a hotspot is not measured against itself, nor, by the caller's care, against one of the same owner.
pub fn judge(anchors: &[bool], arriving: &[Arriving]) -> Vec<Option<Radiated>> {
    let gains_db: BTreeMap<(usize, usize), f64> =
        arriving.iter().map(|heard| ((heard.sender, heard.receiver), heard.gain_db)).collect();
    let both = gains_db.iter().filter_map(|((sender, receiver), gain_db)| {
        let back_db = gains_db.get(&(*receiver, *sender))?;
        let counts = sender != receiver && anchors.get(*receiver) == Some(&true);
        counts.then_some((*sender, *receiver, gain_db - back_db))
    });
    Differences::between(anchors.len(), both).said().iter().map(|said| radiated(said)).collect()
}

fn radiated(said_db: &[f64]) -> Option<Radiated> {
    let over_db = median(said_db).filter(|_| said_db.len() >= LINKS_MIN)?;
    let sigma_db = STATED_DB.hypot(1.25 * PAIR_DB / (said_db.len() as f64).sqrt());
    Some(Radiated { over_db, sigma_db, score: score(over_db, sigma_db) })
}

fn score(over_db: f64, sigma_db: f64) -> f64 {
    let prior = RANGE_DB / (sigma_db * std::f64::consts::TAU.sqrt());
    0.5 * (over_db / sigma_db).powi(2) - prior.ln()
}

#[cfg(test)]
#[path = "amplifier_tests.rs"]
mod amplifier_tests;
