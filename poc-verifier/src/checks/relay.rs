//! Did the witness's answer come back, and the beacon arrive, as fast as radio goes?
//!
//! A witness that was asked to answer this beacon did so [`ANSWER_AFTER_MS`](crate::answer::ANSWER_AFTER_MS) after its last slot, counted from the
//! hop that it heard. The beaconer times the answer with the clock that it sent by, so with the asserted places `p` and `w`
//!
//! ```text
//! late = t_answer - t_hop - turnaround - 2 |p - w| / c
//! f_honest(late) = (1 - w) t5(late; 2 us) + w / s exp(-late / s)            w = 0.2, s = 6 us
//! score = ln(1 / 30 ms) - ln f_honest
//! ```
//! Two free-running clocks differ by up to 2 us over a turnaround; echoes come late. Whoever hears for somebody else over a network
//! adds at least a millisecond (notes/physics.md S9, S10). Light bounds from above only: who replies early is not told from who is near, and
//! gains nothing, because where it is follows from others' arrival differences ([`crate::place`]).
//!
//! Where the beaconer follows PPS, and the witness does or its clock is known from all else that it heard, the beacon itself tells the same, one way:
//!
//! ```text
//! late = median over hops of (t_hop - planned start) - half a frame - |p - w| / c - clock
//! ```
//! Whoever records a beacon and sends it again elsewhere keeps every dither, since all of it is late together; late it is. Nothing is early
//! by more than the clocks' errors either. Of the two the worse decides.
//!
//! What this does not tell: a relay whose detour is shorter than some kilometres, and an honest path so long.

use geo_index::geodesy::LIGHT_M_PER_NS;

use crate::{
    edge::{Examined, HeardHop},
    finding::{CheckName, Finding, Outcome},
    protocol::{HOPS_MIN, PAYLOAD_BYTES, Protocol},
    robust::{median_of, t5},
};

/// Spread of honest lateness, ns.
const SPREAD_NS: f64 = 2000.0;
/// Share of answers that come by another way, and how much later, ns.
const OTHER_WAY: f64 = 0.2;
const OTHER_WAY_NS: f64 = 6000.0;
/// Lateness over which a relay's falls, ns: latencies of networks.
const RELAY_NS: f64 = 30e6;
/// Lateness from which this convicts, for the owner to compare with, ns.
const ALLOWED_NS: f64 = 110_000.0;

/// Whether the air or the answer was late: whatever else is odd about such a report need not be its witness's doing.
pub(crate) fn is_late(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.check == CheckName::Relay && finding.outcome == Outcome::Rejected)
}

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let answer = edge.answer_late_ns.map(|late_ns| (late_ns, Way::Answer));
    let beacon = one_way_late_ns(edge).map(|late_ns| (late_ns, Way::Beacon));
    let by_score = |a: &(f64, Way), b: &(f64, Way)| score(*a).total_cmp(&score(*b));
    let worse = answer.into_iter().chain(beacon).max_by(by_score)?;
    let (late_ns, way) = worse;
    let explanation = format!(
        "{} {:.1} us {} than light over the asserted distance{} take{}.",
        if way == Way::Answer { "Its answer to this beacon came back" } else { "The beacon reached it" },
        late_ns.abs() * 1e-3,
        if late_ns > 0.0 { "later" } else { "earlier" },
        if way == Way::Answer { " and the turnaround" } else { "" },
        if way == Way::Answer { "" } else { "s" },
    );
    let numbers = (late_ns * 1e-3, ALLOWED_NS * 1e-3, "us");
    Some(Finding::by_score(CheckName::Relay, score(worse), numbers, explanation))
}

/// What was timed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Answer,
    Beacon,
}

/// By how much the beacon arrived later than light takes; where the beaconer's clock follows PPS, and the witness's does or is known.
fn one_way_late_ns(edge: &Examined) -> Option<f64> {
    let clock_ns = if edge.witness.follows_pps { 0.0 } else { edge.clock_late_ns? };
    if !edge.beaconer.follows_pps {
        return None;
    }
    let light_ns = edge.distance_m() / LIGHT_M_PER_NS;
    Some(late_ns(edge.protocol, light_ns, edge.heard(), edge.window_start_ns)? - clock_ns)
}

/// By how much a beacon arrived later than light takes over the distance, by the witness's own clock, ns; `None` of less than enough hops.
pub(crate) fn late_ns(
    protocol: &Protocol,
    light_ns: f64,
    heard: &[HeardHop],
    window_start_ns: i64,
) -> Option<f64> {
    let delay_ns = median_of(heard.iter().map(|hop| hop.delay_ns(window_start_ns)));
    let half_frame_ns = protocol.region.frame().airtime_us(PAYLOAD_BYTES) as f64 * 500.0;
    delay_ns.filter(|_| heard.len() >= HOPS_MIN).map(|delay_ns| delay_ns - half_frame_ns - light_ns)
}

/// Who replies early is told by nobody and gains nothing; a beacon cannot be early.
fn score((late_ns, way): (f64, Way)) -> f64 {
    if late_ns <= 0.0 && way == Way::Answer { -1.0 } else { -RELAY_NS.ln() - ln_density(late_ns) }
}

/// Log-density of honest lateness.
fn ln_density(late_ns: f64) -> f64 {
    let same_way = (1.0 - OTHER_WAY) * t5(late_ns, SPREAD_NS);
    let other_way =
        if late_ns > 0.0 { OTHER_WAY / OTHER_WAY_NS * (-late_ns / OTHER_WAY_NS).exp() } else { 0.0 };
    (same_way + other_way).max(f64::MIN_POSITIVE).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::SCORE_REJECT;

    fn score(late_us: f64) -> f64 {
        super::score((late_us * 1e3, Way::Beacon))
    }

    #[test]
    fn honest_lateness_passes_and_a_network_does_not() {
        for late_us in [-20.0, -5.0, 0.1, 1.0, 5.0, 10.0, 20.0, 40.0, 70.0] {
            assert!(score(late_us) < 0.5 * SCORE_REJECT, "{late_us} us: {}", score(late_us));
        }
        for late_us in [ALLOWED_NS * 1e-3, 250.0, 1000.0, 30_000.0, 1e6, -ALLOWED_NS * 1e-3, -1000.0] {
            assert!(score(late_us) > SCORE_REJECT, "{late_us} us: {}", score(late_us));
        }
    }
}
