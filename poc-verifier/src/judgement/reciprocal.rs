//! What a beaconer heard of its witness: the other direction of an edge, held against it when every edge has been judged by itself.
//!
//! A report that something else refutes measured another path, or none: somebody's wormhole beside an honest listener must not make the
//! honest edge the other way look forged.

use std::collections::BTreeSet;

use identity::PublicKey;

use super::{
    Planned, RoundJudgement,
    history::{History, Pair},
};
use crate::{
    checks::reciprocity::{self, Level},
    edge::{HeardHop, Standing},
    finding::{Finding, Outcome, SCORE_DOUBT},
    round::Testimony,
};

/// Edges that were rejected, by the number of their round and their witness.
type Refuted = BTreeSet<(usize, PublicKey)>;

/// Adds what both directions say of each other, in this exchange and those before; answers what every exchange said.
pub(super) fn hold_against(
    history: &History,
    rounds: &[Planned],
    judged: &mut [RoundJudgement],
) -> Vec<(Pair, f64)> {
    let refuted = refuted(judged);
    let mut said = Vec::new();
    for (number, (planned, round)) in rounds.iter().zip(judged).enumerate() {
        for edge in &mut round.edges {
            let Some(found) = finding(rounds, planned, &edge.witness, &refuted) else { continue };
            let pair = Pair::of(round.beaconer, edge.witness);
            // An exchange has two edges and is one; what something else refutes is none.
            let counts = round.beaconer < edge.witness && !refuted.contains(&(number, edge.witness));
            said.extend(counts.then_some((pair, found.score)));
            edge.add(with_earlier(found, history.exchanged(pair)));
        }
    }
    said
}

/// What an exchange says after what earlier ones of the pair came to.
fn with_earlier(found: Finding, (before, exchanges): (f64, usize)) -> Finding {
    let sum = before + found.score;
    if found.outcome != Outcome::Accepted || exchanges == 0 || sum < SCORE_DOUBT {
        return found;
    }
    let explanation = format!(
        "Over {} exchanges both directions have faded less alike than one path does; one path fades alike in both directions.",
        exchanges + 1
    );
    Finding::unproven(found.check, (sum, SCORE_DOUBT, "log-likelihood ratio"), explanation)
}

fn refuted(judged: &[RoundJudgement]) -> Refuted {
    let edges = judged
        .iter()
        .enumerate()
        .flat_map(|(number, round)| round.edges.iter().map(move |edge| (number, edge)));
    let rejected = edges.filter(|(_, edge)| edge.outcome == Outcome::Rejected);
    rejected.map(|(number, edge)| (number, edge.witness)).collect()
}

fn finding(rounds: &[Planned], planned: &Planned, witness: &PublicKey, refuted: &Refuted) -> Option<Finding> {
    let out = levels(planned, planned.round.testimonies.iter().find(|said| said.witness == *witness)?)?;
    let back = back(rounds, planned, witness, refuted)?;
    reciprocity::finding(out, back)
}

/// Levels at the beaconer of a beacon that the witness sent in the epoch: of several the one nearest in time that was heard whole.
fn back(rounds: &[Planned], planned: &Planned, witness: &PublicKey, refuted: &Refuted) -> Option<Vec<Level>> {
    let (listener, window) = (planned.beaconer.key, planned.round.window);
    let beacons = rounds
        .iter()
        .enumerate()
        .filter(|(number, other)| other.beaconer.key == *witness && !refuted.contains(&(*number, listener)));
    let heard = beacons.filter_map(|(_, other)| {
        let mut said = other.round.testimonies.iter();
        let said = said.find(|said| said.witness == listener && said.standing == Standing::Committed)?;
        Some((other.round.window, levels(other, said)?))
    });
    let best = heard.max_by_key(|(other, levels)| (levels.len(), std::cmp::Reverse(window.abs_diff(*other))));
    best.map(|(_, levels)| levels)
}

/// Levels of a beacon's frames in a report.
fn levels(planned: &Planned, said: &Testimony) -> Option<Vec<Level>> {
    let heard = HeardHop::of(planned.plan.as_ref()?, &said.report);
    Some(heard.iter().map(HeardHop::level).collect())
}

#[cfg(test)]
mod reciprocal_tests;
