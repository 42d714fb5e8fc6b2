//! Two hotspots that heard each other's beacons.

use std::collections::BTreeMap;

use identity::Hash;

use super::*;
use crate::{
    BeaconPlan, Randomness, Round,
    finding::CheckName,
    judgement::EdgeJudgement,
    messages::{Hop, Report, ShortId},
    party::Party,
    testing::{away, hop, key, lisbon, party, protocol},
};

fn parties() -> BTreeMap<PublicKey, Party> {
    let party = |number: u64| Party {
        key: key(number),
        ..party(number, away(lisbon(), 0.0, 2000.0 * number as f64))
    };
    (0..2).map(party).map(|party| (party.key, party)).collect()
}

/// A beacon of one as the other heard it, over a path whose fading this is by channel, dB.
fn round(beaconer: u64, witness: u64, fades_db: fn(usize) -> f64) -> (Round, BeaconPlan) {
    let (window, protocol) = (3 + beaconer, protocol());
    let randomness = Randomness { period: Hash::new([1; 32]), window: Hash::new([2; 32]) };
    let link = Hash::new([3 + beaconer as u8; 32]);
    let plan = BeaconPlan::derive(&protocol, &key(beaconer), &link, &randomness.window);
    let heard = plan.hops.iter().map(|hop_plan| {
        let channel = (hop_plan.channel_hz / 100_000) as usize;
        let level_db = fades_db(channel) - f64::from(hop_plan.power_dither_db);
        Hop {
            payload: hop_plan.payload.to_vec(),
            channel_hz: hop_plan.channel_hz,
            rssi_cdbm: -10_000 + (100.0 * level_db) as i32,
            ..hop()
        }
    });
    let beacon = ShortId::of(&key(beaconer));
    let report = Report { window, beacon, hops: heard.collect() };
    let said = Testimony {
        witness: key(witness),
        beacon,
        standing: Standing::Committed,
        report,
        samples_root: None,
        commitments: Vec::new(),
        paths: Vec::new(),
        reveal: None,
        showing: None,
    };
    let round = Round {
        window,
        window_start_ns: 0,
        randomness,
        beaconer: key(beaconer),
        link: Some(link),
        opening: None,
        closed_set: None,
        fresh: None,
        testimonies: vec![said],
    };
    (round, plan)
}

fn judged(beaconer: u64, witness: u64, findings: Vec<Finding>) -> RoundJudgement {
    let mut edge = EdgeJudgement {
        witness: key(witness),
        outcome: Outcome::Accepted,
        decided_by: None,
        findings,
        hops_heard: 8,
        hops_reported: 8,
        snr_db: 15.0,
        rssi_dbm: -100.0,
        distance_m: 2000.0,
    };
    edge.decide();
    RoundJudgement {
        window: 3 + beaconer,
        beaconer: key(beaconer),
        drawn: true,
        link: None,
        edges: vec![edge],
    }
}

/// What becomes of both edges when the path fades so one way and so the other, and the second edge has these findings already.
fn outcomes(there: fn(usize) -> f64, back: fn(usize) -> f64, findings: Vec<Finding>) -> [Outcome; 2] {
    let parties = parties();
    let rounds = [round(0, 1, there), round(1, 0, back)];
    let planned = rounds.each_ref().map(|(round, plan)| Planned {
        round,
        beaconer: &parties[&round.beaconer],
        drawn: true,
        plan: Some(*plan),
        audit: None,
        answers: Vec::new(),
    });
    let mut judged = [judged(0, 1, Vec::new()), judged(1, 0, findings)];
    hold_against(&planned, &mut judged);
    judged.map(|round| round.edges[0].outcome)
}

fn fading(channel: usize) -> f64 {
    7.0 * (2.3 * channel as f64).sin()
}

#[test]
fn one_path_fades_alike_and_two_do_not() {
    assert_eq!(outcomes(fading, fading, Vec::new()), [Outcome::Accepted; 2]);
    assert_eq!(outcomes(fading, |channel| -fading(channel), Vec::new()), [Outcome::Rejected; 2]);
}

/// Somebody sends the second beacon again beside its honest listener: late, and over another path.
#[test]
fn a_report_that_something_else_refutes_is_held_against_nobody() {
    let late = Finding::by_score(CheckName::Relay, 30.0, (60.0, 6.0, "us"), "It is late.".into());
    let [there, back] = outcomes(fading, |channel| -fading(channel), vec![late]);
    assert_eq!((there, back), (Outcome::Accepted, Outcome::Rejected));
}
