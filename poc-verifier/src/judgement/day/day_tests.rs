//! What a witness's edges together do to each of them.

use super::*;
use crate::{
    History, Known,
    finding::decide,
    testing::{away, key, lisbon, party, protocol},
};

const WITNESS: u64 = 100;

/// Beaconers around a witness: the first `anchors` of them are anchors.
fn parties(beaconers: u64, anchors: u64) -> BTreeMap<PublicKey, Party> {
    let beaconer = |number: u64| {
        let known = if number < anchors { Known::Genesis } else { Known::No };
        let place = away(lisbon(), 30.0 * number as f64, 1500.0 + 40.0 * number as f64);
        Party { key: key(number), known, ..party(number, place) }
    };
    let witness = Party { key: key(WITNESS), ..party(WITNESS, lisbon()) };
    (0..beaconers).map(beaconer).chain([witness]).map(|party| (party.key, party)).collect()
}

fn finding(check: CheckName, score: f64) -> Finding {
    Finding::by_score(check, score, (0.0, 0.0, ""), String::new())
}

/// A round with one edge.
fn round(beaconer: u64, findings: Vec<Finding>) -> RoundJudgement {
    let outcome = decide(&findings).0;
    let edge = EdgeJudgement {
        witness: key(WITNESS),
        outcome,
        decided_by: None,
        findings,
        hops_heard: 8,
        hops_reported: 8,
        snr_db: 0.0,
        rssi_dbm: -110.0,
        distance_m: 1500.0,
    };
    RoundJudgement { window: beaconer, beaconer: key(beaconer), drawn: true, link: None, edges: vec![edge] }
}

/// What becomes of the edges when the day is held against them.
fn judged(parties: &BTreeMap<PublicKey, Party>, mut rounds: Vec<RoundJudgement>) -> Vec<Outcome> {
    let (protocol, history) = (protocol(), History::default());
    let epoch = Epoch { protocol: &protocol, parties, history: &history, rounds: &[], terrain: None };
    let days = days(&epoch, &rounds, &BTreeMap::new(), &Resemblances::default());
    hold_against(&epoch, &mut rounds, &days);
    rounds.iter().map(|round| round.edges[0].outcome).collect()
}

#[test]
fn small_lies_to_many_anchors_are_one_lie() {
    let lies = |beaconer| round(beaconer, vec![finding(CheckName::Frequency, 4.0)]);
    assert_eq!(judged(&parties(9, 8), (0..9).map(lies).collect()), [Outcome::Rejected; 9]);
    // Too few anchors: nothing is paid, and nobody is accused.
    assert_eq!(judged(&parties(9, 5), (0..9).map(lies).collect()), [Outcome::Unproven; 9]);
}

#[test]
fn three_liars_do_not_take_an_honest_day() {
    let framed = |beaconer| {
        let score = if beaconer < 3 { 4.5 } else { -0.5 };
        round(beaconer, vec![finding(CheckName::Frequency, score)])
    };
    assert_eq!(judged(&parties(10, 10), (0..10).map(framed).collect()), [Outcome::Accepted; 10]);
}

#[test]
fn edges_that_most_anchors_reject_take_the_others_with_them() {
    let lies = |beaconer| {
        let score = if beaconer < 6 { 20.0 } else { -2.0 };
        round(beaconer, vec![finding(CheckName::NoiseFloor, -1.0), finding(CheckName::Samples, score)])
    };
    assert_eq!(judged(&parties(9, 6), (0..9).map(lies).collect())[6..], [Outcome::Rejected; 3]);
    assert_eq!(judged(&parties(9, 5), (0..9).map(lies).collect())[6..], [Outcome::Accepted; 3]);
}

/// Somebody sends recordings of six anchors' beacons again: its edges are rejected, the witness is not.
#[test]
fn who_hears_a_wormhole_is_not_to_blame() {
    let relayed = |beaconer| {
        let findings = match beaconer {
            0..6 => vec![finding(CheckName::TimeDither, 20.0), finding(CheckName::Relay, 30.0)],
            _ => vec![finding(CheckName::TimeDither, -2.0)],
        };
        round(beaconer, findings)
    };
    assert_eq!(judged(&parties(9, 8), (0..9).map(relayed).collect())[6..], [Outcome::Accepted; 3]);
}
