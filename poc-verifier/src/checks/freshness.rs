//! Is the payload this round's?
//!
//! A payload is 120 bits of BLAKE3 of the window's randomness and the beaconer's secret link. Whoever did not hear it guesses it with
//! probability 2^-120; whoever rebroadcasts a recording sends that of another window. An honest receiver has a wrong payload when noise
//! passes a CRC of 16 bits, which after list decoding happens to one failed frame in a thousand, so one wrong frame alone convicts
//! nobody: `score = 6.9 n`.

use crate::{
    edge::{Examined, Standing},
    finding::{CheckName, Finding, SCORE_MAX},
};

/// Minus the logarithm of how often noise passes the CRC of a frame that failed: 64 tries at 2^-16.
const MISREAD_LN: f64 = 6.9;

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    if edge.standing == Standing::Withheld {
        return None;
    }
    let reported = edge.report.hops.len() as f64;
    let fresh = edge.heard().len() as f64;
    // A beacon that was drawn and not opened yet says nothing about its payload; an undrawn one has none.
    if edge.drawn && edge.plan.is_none() || reported == 0.0 {
        return None;
    }
    let score = match edge.recorded_in {
        _ if fresh > 0.0 => 0.0,
        Some(_) => SCORE_MAX,
        None => (MISREAD_LN * reported).min(SCORE_MAX),
    };
    let explanation = match (fresh > 0.0, edge.recorded_in, edge.drawn) {
        (true, ..) => "The frames carry this round's unpredictable payload.".into(),
        (false, Some(window), _) => {
            format!("These frames carry the payload of window {window}: somebody rebroadcast a recording.")
        }
        (false, None, _) if reported < 2.0 => {
            "One frame was reported, with another payload, as noise may have one; nothing follows from it alone.".into()
        }
        (false, None, true) => {
            "None of the reported payloads is the beacon's: they were guessed, not heard.".into()
        }
        (false, None, false) => {
            "This hotspot had no beacon in this window; the report describes something else.".into()
        }
    };
    Some(Finding::by_score(CheckName::Freshness, score, (fresh, reported.min(1.0), "hops"), explanation))
}
