//! Do the secret power dithers arrive?
//!
//! A hop sent `dither_k` weaker arrives that much weaker: `RSSI_k + dither_k` is constant but for fading from channel to channel, of
//! 2 to 4.5 dB (notes/physics.md 3f). A report made up without hearing is constant in `RSSI_k` itself. Both have the same spread, so
//!
//! ```text
//! score = (V_honest - V_blind) (n - 1) / (2 s^2)
//! ```
//! with the sample variances under either hypothesis. One beacon rarely decides; that is what the other dithers are for.

use crate::{
    edge::{Examined, HeardHop},
    finding::{CheckName, Finding},
};

/// Fading from channel to channel, dB.
const FADING_DB: f64 = 4.5;
/// Hops needed.
const HOPS_MIN: usize = 4;

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let heard = edge.heard();
    if heard.len() < HOPS_MIN {
        return None;
    }
    let raw: Vec<f64> = heard.iter().map(HeardHop::rssi_dbm).collect();
    let undone: Vec<f64> =
        heard.iter().map(|hop| hop.rssi_dbm() + f64::from(hop.plan.power_dither_db)).collect();
    let (honest, blind) = (variance(&undone), variance(&raw));
    let score = (honest - blind) * (heard.len() - 1) as f64 / (2.0 * FADING_DB.powi(2));
    let measured = honest.sqrt();
    let explanation = format!(
        "With the secret power steps undone, the levels spread by {measured:.1} dB over the channels; as received, by {:.1} dB.",
        blind.sqrt()
    );
    Some(Finding::by_score(CheckName::PowerDither, score, (measured, 3.0 * FADING_DB, "dB"), explanation))
}

fn variance(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)
}
