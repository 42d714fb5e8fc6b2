//! Are both ends where they say?
//!
//! Each party's place was judged from what *others* measured when it transmitted ([`crate::place`]). An edge is worth what the weaker
//! of its two ends is.

use crate::{
    edge::Examined,
    finding::{CheckName, Finding, Outcome, SCORE_MAX},
    place::PlaceVerdict,
};

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let ends = [("beaconer", edge.beaconer_place), ("witness", edge.witness_place)];
    let rank = |verdict: &PlaceVerdict| match verdict.outcome {
        Outcome::Accepted => 0,
        Outcome::Unproven => 1,
        Outcome::Rejected => 2,
    };
    let (name, weaker) = ends.into_iter().rev().max_by_key(|(_, verdict)| rank(verdict))?;
    let score = if weaker.outcome == Outcome::Rejected { weaker.score.min(SCORE_MAX) } else { 0.0 };
    Some(Finding {
        check: CheckName::Place,
        outcome: weaker.outcome,
        measured: weaker.offset_m,
        allowed: weaker.allowed_m,
        unit: "m",
        score,
        explanation: format!("The {name}: {}", weaker.explanation),
    })
}
