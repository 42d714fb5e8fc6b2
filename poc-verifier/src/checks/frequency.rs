//! Do the secret carrier dithers arrive?
//!
//! One oscillator pair makes one relative offset: `cfo_k = eps f_k + dither_k + error`. The offset `eps` is fitted (median over hops),
//! the dithers are known once the beacon is opened. An honest hop leaves its estimator's error and a few hertz of wander
//! (notes/physics.md section 1: 2 to 5 Hz); a report made up without hearing leaves the dither itself, +-500 Hz.
//!
//! The judged rounds of an epoch are held against the sample clock, too ([`mod@clock`]); the worse of the two decides.

pub mod clock;

use crate::{
    edge::Examined,
    finding::{CheckName, Finding},
    robust::{blind_score, ln_t5, median, median_of},
};

/// Oscillator wander within a beacon, Hz.
const WANDER_HZ: f64 = 5.0;
/// Width over which a blind guess falls, Hz: the dither's range about the fitted offset.
const BLIND_RANGE_HZ: f64 = 1000.0;
/// Hops needed, beside the one that the offset is fitted from.
const HOPS_MIN: usize = 3;

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let heard = edge.heard();
    if heard.len() < HOPS_MIN {
        return None;
    }
    let ratios: Vec<f64> = heard.iter().map(|hop| hop.cfo_hz() / hop.carrier_hz()).collect();
    let offset = median(&ratios)?;
    let residual = |index: usize| (ratios[index] - offset) * heard[index].carrier_hz();
    let ln_honest = |index: usize| ln_t5(residual(index), heard[index].cfo_sigma_hz().hypot(WANDER_HZ));
    let score = blind_score((0..heard.len()).map(ln_honest), BLIND_RANGE_HZ);
    let measured = median_of((0..heard.len()).map(|index| residual(index).abs()))?;
    let explanation = format!(
        "Carrier offsets follow the beacon's secret dithers to within {measured:.1} Hz (median); \
         a receiver that heard them would be within about {} Hz.",
        3.0 * WANDER_HZ
    );
    Some(Finding::by_score(CheckName::Frequency, score, (measured, 3.0 * WANDER_HZ, "Hz"), explanation))
}
