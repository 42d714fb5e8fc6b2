//! Two hotspots that heard each other's beacons.

use std::collections::BTreeMap;

use identity::Hash;

use super::*;
use crate::{
    BeaconPlan, Randomness, Round,
    finding::CheckName,
    judgement::{EdgeJudgement, EpochJudgement, Lasting},
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
    after(&History::default(), there, back, findings).0
}

/// The same after earlier epochs; and what the exchange said.
fn after(
    history: &History,
    there: fn(usize) -> f64,
    back: fn(usize) -> f64,
    findings: Vec<Finding>,
) -> ([Outcome; 2], Vec<(Pair, f64)>) {
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
    let said = hold_against(history, &planned, &mut judged);
    (judged.map(|round| round.edges[0].outcome), said)
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

/// Half alike, every time: no exchange is doubted by itself, and all of them are.
#[test]
fn what_no_exchange_tells_ten_do() {
    let half_alike = |channel: usize| 0.45 * fading(channel) + 4.0 * (5.1 * channel as f64).cos();
    let mut history = History::default();
    let mut outcomes = Vec::new();
    for _ in 0..10 {
        let (both, said) = after(&history, fading, half_alike, Vec::new());
        assert_eq!(said.len(), 1, "an exchange counts once");
        assert!((0.5..SCORE_DOUBT).contains(&said[0].1), "{both:?} {said:?}");
        outcomes.push(both[0]);
        history.remember(&EpochJudgement {
            lasting: Lasting { exchanges: said, ..Lasting::default() },
            ..nothing()
        });
    }
    assert_eq!((outcomes[0], outcomes[9]), (Outcome::Accepted, Outcome::Unproven), "{outcomes:?}");
    // Who faded alike for years has bought nothing with it; who fades alike again is believed again.
    assert_eq!(after(&History::default(), fading, fading, Vec::new()).0, [Outcome::Accepted; 2]);
    let (_, alike) = after(&history, fading, fading, Vec::new());
    assert!(alike[0].1 < -5.0, "{alike:?}");
    for _ in 0..10 {
        let exchanges = alike.clone();
        history
            .remember(&EpochJudgement { lasting: Lasting { exchanges, ..Lasting::default() }, ..nothing() });
    }
    assert_eq!(after(&history, fading, fading, Vec::new()).0, [Outcome::Accepted; 2]);
    assert!(history.exchanged(alike[0].0).0 <= 0.0);
}

fn nothing() -> EpochJudgement {
    EpochJudgement {
        places: BTreeMap::new(),
        rounds: Vec::new(),
        days: BTreeMap::new(),
        flags: BTreeMap::new(),
        lasting: Lasting::default(),
    }
}
