//! Do the secret time dithers arrive?
//!
//! Between the hops of one beacon everything is constant but the dithers: `delay_k = flight + clocks + error`. The median is taken out,
//! and, where either clock runs free, a common rate (robust slope); what is left is the estimator's error and the change of the
//! echoes from channel to channel. Where the straight line is blocked, the strongest way may be another one on every channel, as late
//! as the delay spread: a few microseconds, with a long tail (Greenstein's model in notes/physics.md 2). So
//!
//! ```text
//! f_honest(e) = (1 - w) t5(e; sigma) + w / (2 s) exp(-|e| / s)        w = 0.4, s = 6 us
//! ```
//! A report made up without hearing leaves the dithers, +-50 us.

use crate::{
    edge::Examined,
    finding::{CheckName, Finding},
    robust::{blind_score, median, median_of, robust_slope, t5},
};

/// Change of the echoes' delay from channel to channel, ns.
const ECHOES_NS: f64 = 400.0;
/// Share of hops that arrive by another way than most, and by how much, ns.
const OTHER_WAY: f64 = 0.4;
const OTHER_WAY_NS: f64 = 6000.0;
/// Width over which a blind guess falls, ns.
const BLIND_RANGE_NS: f64 = 100_000.0;
/// Greatest rate between two free-running clocks, twice what the worst crystals make: more would be a cheat's freedom.
const RATE_MAX: f64 = 1e-4;
/// Hops needed.
const HOPS_MIN: usize = 4;

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let heard = edge.heard();
    if heard.len() < HOPS_MIN {
        return None;
    }
    let starts: Vec<f64> = heard.iter().map(|hop| hop.plan.start_ns as f64).collect();
    let delays: Vec<f64> = heard.iter().map(|hop| hop.delay_ns(edge.window_start_ns)).collect();
    let both_follow_pps = edge.beaconer.follows_pps && edge.witness.follows_pps;
    let slope =
        if both_follow_pps { 0.0 } else { robust_slope(&starts, &delays)?.clamp(-RATE_MAX, RATE_MAX) };
    let flat: Vec<f64> = starts.iter().zip(&delays).map(|(start, delay)| delay - slope * start).collect();
    let offset = median(&flat)?;
    let sigma = |index: usize| heard[index].arrival_sigma_ns().hypot(ECHOES_NS);
    let ln_honest = (0..flat.len()).map(|index| ln_density(flat[index] - offset, sigma(index)));
    let score = blind_score(ln_honest, BLIND_RANGE_NS);
    let measured = median_of(flat.iter().map(|value| (value - offset).abs() * 1e-3))?;
    let allowed = OTHER_WAY_NS * 1e-3;
    let explanation = format!(
        "Arrival times follow the beacon's secret time dithers to within {measured:.2} us (median); \
         a receiver that heard them would be within about {allowed} us."
    );
    Some(Finding::by_score(CheckName::TimeDither, score, (measured, allowed, "us"), explanation))
}

/// Log-density of an honest hop's error.
fn ln_density(error_ns: f64, sigma_ns: f64) -> f64 {
    let same_way = (1.0 - OTHER_WAY) * t5(error_ns, sigma_ns);
    let other_way = OTHER_WAY / (2.0 * OTHER_WAY_NS) * (-error_ns.abs() / OTHER_WAY_NS).exp();
    (same_way + other_way).max(f64::MIN_POSITIVE).ln()
}
