//! Every witness's day, held against each of its edges.
//!
//! An edge tells little of its witness; a day tells more. What the beacons of independent anchors, the place and the comparisons with other witnesses' guards
//! add up to is judged by the fitted thresholds ([`crate::hypothesis`]); a day that is rejected takes every edge of its witness with it, and so does a
//! witness whom more than half of at least six independent anchors' edges blame ([`blame`]). An epoch is a day here, and what is too little for one may be enough
//! for many ([`crate::Cusum`], over what [`super::History`] remembers). Beacons of a
//! hotspot are not held against it: what others heard of them is its place's affair.

use std::collections::BTreeMap;

use identity::PublicKey;

use super::{
    EdgeJudgement, Epoch, RoundJudgement,
    history::{History, Together},
    pairs::Resemblances,
};
use crate::{
    checks::relay,
    finding::{CheckName, Finding, Outcome, SCORE_REJECT},
    hypothesis::{Calibration, DayBook, DayEvidence, DayVerdict, Excess, blame, independent, judge_day},
    party::Party,
    place::PlaceVerdict,
};

/// Edges of one witness: the beaconer, and what was judged.
type Edges<'a> = Vec<(&'a Party, &'a EdgeJudgement)>;

/// Writes every witness's day.
pub(super) fn days(
    epoch: &Epoch,
    rounds: &[RoundJudgement],
    places: &BTreeMap<PublicKey, PlaceVerdict>,
    resemblances: &Resemblances,
) -> BTreeMap<PublicKey, DayEvidence> {
    let day = |(witness, edges): (&Party, Edges)| {
        let mut book = DayBook::default();
        let anchors = anchors(witness, &edges);
        for (beaconer, edge) in edges {
            if anchors.contains(&beaconer.key) {
                book.add_report(beaconer.key, &edge.findings);
            }
        }
        book.add_resemblances(&resemblances.of(&witness.key));
        if let Some(place) = places.get(&witness.key) {
            book.add_place(place);
        }
        (witness.key, book.evidence())
    };
    by_witness(epoch, rounds).into_iter().map(day).collect()
}

/// Takes every witness's edges whose day is not an honest one's.
pub(super) fn hold_against(
    epoch: &Epoch,
    rounds: &mut [RoundJudgement],
    days: &BTreeMap<PublicKey, DayEvidence>,
) {
    let calibration = Calibration::published();
    let said: BTreeMap<PublicKey, Finding> = by_witness(epoch, rounds)
        .into_iter()
        .filter_map(|(witness, edges)| {
            let day = days.get(&witness.key);
            Some((witness.key, of_witness(epoch.history, &calibration, (witness, &edges), day)?))
        })
        .collect();
    for edge in rounds.iter_mut().flat_map(|round| &mut round.edges) {
        if let Some(finding) = said.get(&edge.witness) {
            edge.add(finding.clone());
        }
    }
}

fn by_witness<'a>(epoch: &Epoch<'a>, rounds: &'a [RoundJudgement]) -> Vec<(&'a Party, Edges<'a>)> {
    let mut edges = BTreeMap::<PublicKey, Edges>::new();
    for round in rounds {
        let Some(beaconer) = epoch.parties.get(&round.beaconer) else { continue };
        for edge in &round.edges {
            edges.entry(edge.witness).or_default().push((beaconer, edge));
        }
    }
    edges.into_iter().filter_map(|(witness, edges)| Some((epoch.parties.get(&witness)?, edges))).collect()
}

/// Anchors among the beaconers that are independent of the witness and of each other, in the order of their keys.
fn anchors(witness: &Party, edges: &Edges) -> Vec<PublicKey> {
    let mut known: Vec<&Party> = Vec::new();
    let heard: BTreeMap<PublicKey, &Party> =
        edges.iter().map(|(beaconer, _)| (beaconer.key, *beaconer)).collect();
    for anchor in heard.into_values().filter(|party| party.is_anchor() && party.owner != witness.owner) {
        if known.iter().all(|other| independent(other, anchor)) {
            known.push(anchor);
        }
    }
    known.into_iter().map(|anchor| anchor.key).collect()
}

/// What a day says; nothing when it is an honest one's.
fn of_day(day: &DayVerdict) -> Option<Finding> {
    let worst = day.worst.filter(Excess::is_doubted)?;
    let numbers = (worst.score, worst.threshold, "log-likelihood ratio");
    let cheat = worst.hypothesis.explanation();
    if day.outcome != Outcome::Rejected {
        let but = if worst.by() > 0.0 {
            "too few independent anchors say so"
        } else {
            "not as clearly as it takes to reject them"
        };
        let explanation = format!("Its reports of the epoch together look as if it {cheat}, but {but}.");
        return Some(Finding::unproven(CheckName::Day, numbers, explanation));
    }
    let explanation = format!(
        "Its reports of the epoch together look as if it {cheat}: a score of {:.1}, which honest ones keep under {:.1}.",
        worst.score, worst.threshold
    );
    Some(Finding::by_score(CheckName::Day, SCORE_REJECT + worst.by(), numbers, explanation))
}

/// The first that rejects of a witness's day, its days and its edges; else the day's doubt.
fn of_witness(
    history: &History,
    calibration: &Calibration,
    (witness, edges): (&Party, &Edges),
    day: Option<&DayEvidence>,
) -> Option<Finding> {
    let today = day.and_then(|day| of_day(&judge_day(day, calibration)));
    if today.as_ref().is_some_and(|today| today.outcome == Outcome::Rejected) {
        return today;
    }
    let together = day.and_then(|day| history.together(&witness.key, day, calibration));
    together.map(|together| of_days(&together)).or_else(|| of_blame(witness, edges)).or(today)
}

/// What days say together of which none is a cheat's by itself.
fn of_days(together: &Together) -> Finding {
    let Together { hypothesis, sum, limit, days } = *together;
    let explanation = format!(
        "Its reports of {days} epochs together look as if it {}: what they have over honest ones adds up to {sum:.1}, which honest ones keep under {limit:.1}.",
        hypothesis.explanation()
    );
    let numbers = (sum, limit, "log-likelihood ratio");
    Finding::by_score(CheckName::Day, SCORE_REJECT + sum - limit, numbers, explanation)
}

/// What its edges with anchors say together. An edge that the air made late is not the witness's doing.
fn of_blame(witness: &Party, edges: &Edges) -> Option<Finding> {
    let told: Vec<(&Party, Outcome)> = edges
        .iter()
        .map(|(beaconer, edge)| {
            let outcome = if relay::is_late(&edge.findings) { Outcome::Unproven } else { edge.outcome };
            (*beaconer, outcome)
        })
        .collect();
    if blame(witness, &told) != Outcome::Rejected {
        return None;
    }
    let rejected = told.iter().filter(|(_, outcome)| *outcome == Outcome::Rejected).count();
    let numbers = (rejected as f64, 0.5 * told.len() as f64, "edges");
    let explanation = format!(
        "{rejected} of its {} edges are rejected, those with most independent anchors among them.",
        told.len()
    );
    Some(Finding::by_score(CheckName::Day, SCORE_REJECT, numbers, explanation))
}

#[cfg(test)]
mod day_tests;
