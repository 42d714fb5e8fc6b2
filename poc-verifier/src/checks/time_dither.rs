//! Do the secret time dithers arrive?
//!
//! Between the hops of one beacon everything is constant but the dithers: `delay_k = flight + clocks + error`. The median is taken out,
//! and, where either clock runs free, a common rate (robust slope); what is left is the estimator's error and the change of the
//! echoes from channel to channel. A report made up without hearing leaves the dithers, +-50 us.

use crate::{
    edge::Edge,
    finding::{CheckName, Finding},
    robust::{blind_score, median},
};

/// Change of the echoes' delay from channel to channel, ns.
const ECHOES_NS: f64 = 400.0;
/// Width over which a blind guess falls, ns.
const BLIND_RANGE_NS: f64 = 100_000.0;
/// Hops needed.
const HOPS_MIN: usize = 4;

pub(super) fn check(edge: &Edge) -> Option<Finding> {
    let heard = edge.heard();
    if heard.len() < HOPS_MIN {
        return None;
    }
    let starts: Vec<f64> = heard.iter().map(|hop| hop.plan.start_ns as f64).collect();
    let delays: Vec<f64> = heard.iter().map(|hop| hop.delay_ns(edge.window_start_ns)).collect();
    let both_follow_pps = edge.beaconer.follows_pps && edge.witness.follows_pps;
    let slope = if both_follow_pps { 0.0 } else { robust_slope(&starts, &delays)? };
    let flat: Vec<f64> = starts.iter().zip(&delays).map(|(start, delay)| delay - slope * start).collect();
    let offset = median(&flat)?;
    let sigma = |index: usize| heard[index].arrival_sigma_ns().hypot(ECHOES_NS);
    let score =
        blind_score((0..flat.len()).map(|index| (flat[index] - offset, sigma(index))), BLIND_RANGE_NS);
    let sizes: Vec<f64> = flat.iter().map(|value| (value - offset).abs() * 1e-3).collect();
    let measured = median(&sizes)?;
    let allowed = 3.0 * ECHOES_NS * 1e-3;
    let explanation = format!(
        "Arrival times follow the beacon's secret time dithers to within {measured:.2} us (median); \
         a receiver that heard them would be within about {allowed:.1} us."
    );
    Some(Finding::by_score(CheckName::TimeDither, score, (measured, allowed, "us"), explanation))
}

/// Theil and Sen: the median of all pairwise slopes.
fn robust_slope(x: &[f64], y: &[f64]) -> Option<f64> {
    let mut slopes = Vec::new();
    for (i, j) in (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        if (x[i] - x[j]).abs() > 0.0 {
            slopes.push((y[i] - y[j]) / (x[i] - x[j]));
        }
    }
    median(&slopes)
}
