//! Louder than the ground between lets through?
//!
//! ```text
//! e     = RSSI - (EIRP - dither - FSPL + G_rx - L)          L by P.526, see crate::diffraction
//! score = ln f_cheat(e) - ln f_honest(e)                    f_cheat = 1 / 60 dB
//! f_honest: normal with sigma 8 dB up to 3 sigma; from there on it falls by exp(-3 z) only
//! ```
//! Predictions over bare ground scatter by 6 to 8 dB (notes/physics.md 3a); rarely, a reflection off another slope or a wrong map makes them
//! far worse, so the tail is exponential (Huber's least favourable density: robust tests end there). Who invents a level draws it
//! from what could be decoded and believed: from free space at 300 m to the decoding limit there are 60 dB. Together: rejected from
//! 5.2 sigma on, 42 dB above the prediction, which a normal density would have done at 4.7. A level below the prediction says nothing: houses
//! and trees are not in the model.

use std::f64::consts::PI;

use crate::finding::SCORE_REJECT;

/// Spread of an honest level about the prediction, dB.
const SIGMA_DB: f64 = 8.0;
/// Where its tail begins, sigmas.
const TAIL: f64 = 3.0;
/// What an invented level is drawn from, dB.
const RANGE_DB: f64 = 60.0;

/// Log-likelihood ratio of an invented level over an honest one, by how much the level is above the prediction.
pub(super) fn score(above_db: f64) -> f64 {
    let z = (above_db / SIGMA_DB).max(0.0);
    let fallen = if z <= TAIL { 0.5 * z * z } else { TAIL * z - 0.5 * TAIL * TAIL };
    base() + fallen
}

/// The level above the prediction from which an edge is rejected, dB.
pub(super) fn allowed_db() -> f64 {
    ((SCORE_REJECT - base()) / TAIL + 0.5 * TAIL) * SIGMA_DB
}

/// The ratio at the prediction itself.
fn base() -> f64 {
    (SIGMA_DB * (2.0 * PI).sqrt() / RANGE_DB).ln()
}

#[cfg(test)]
#[path = "ground_tests.rs"]
mod ground_tests;
