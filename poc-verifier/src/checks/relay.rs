//! Did the witness's answer come back as fast as radio goes?
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
//! What this does not tell: a relay whose detour is shorter than some kilometres, and an honest path so long.

use crate::{
    edge::Edge,
    finding::{CheckName, Finding},
    robust::ln_t5,
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

pub(super) fn check(edge: &Edge) -> Option<Finding> {
    let late_ns = edge.answer_late_ns?;
    let score = if late_ns <= 0.0 { -1.0 } else { -RELAY_NS.ln() - ln_density(late_ns) };
    let explanation = format!(
        "Its answer to this beacon came back {:.1} us {} than light over the asserted distance and the turnaround take.",
        late_ns.abs() * 1e-3,
        if late_ns > 0.0 { "later" } else { "earlier" }
    );
    let numbers = (late_ns * 1e-3, ALLOWED_NS * 1e-3, "us");
    Some(Finding::by_score(CheckName::Relay, score, numbers, explanation))
}

/// Log-density of an honest answer's lateness.
fn ln_density(late_ns: f64) -> f64 {
    let same_way = (1.0 - OTHER_WAY) * ln_t5(late_ns, SPREAD_NS).exp();
    let other_way = OTHER_WAY / OTHER_WAY_NS * (-late_ns / OTHER_WAY_NS).exp();
    (same_way + other_way).max(f64::MIN_POSITIVE).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::SCORE_REJECT;

    fn score(late_us: f64) -> f64 {
        -RELAY_NS.ln() - ln_density(late_us * 1e3)
    }

    #[test]
    fn honest_lateness_passes_and_a_network_does_not() {
        for late_us in [0.1, 1.0, 5.0, 10.0, 20.0, 40.0, 70.0] {
            assert!(score(late_us) < 0.5 * SCORE_REJECT, "{late_us} us: {}", score(late_us));
        }
        for late_us in [ALLOWED_NS * 1e-3, 250.0, 1000.0, 30_000.0, 1e6] {
            assert!(score(late_us) > SCORE_REJECT, "{late_us} us: {}", score(late_us));
        }
    }
}
