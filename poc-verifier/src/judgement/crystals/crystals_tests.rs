use super::*;
use crate::{
    judgement::{EdgeJudgement, EpochJudgement, History, Lasting},
    testing::{Dice, away, key, lisbon, party, protocol},
};

const KEYS: u64 = 4;
const RECEIVERS: u64 = 6;
const DAYS: u64 = 5;
const BEACONS_A_DAY: u64 = 8;

fn parties() -> BTreeMap<PublicKey, Party> {
    let party = |number: u64| {
        let place = away(lisbon(), 40.0 * number as f64, 900.0 + 60.0 * number as f64);
        Party { key: key(number), follows_pps: number >= KEYS, ..party(number, place) }
    };
    (0..KEYS + RECEIVERS).map(party).map(|party| (party.key, party)).collect()
}

/// Days of beacons of four keys with crystals of their own, but the first two, which have one.
fn history() -> History {
    let mut dice = Dice::new(5);
    let phases: Vec<[f64; 4]> = (0..KEYS).map(|_| [0; 4].map(|_| dice.between(0.0, 6.3))).collect();
    let drift_hz = |crystal: usize, hours: f64| {
        let waves = phases[crystal].iter().zip([5.0, 9.0, 16.0, 30.0]);
        waves
            .map(|(phase, period_h)| 5.0 * (std::f64::consts::TAU * hours / period_h + phase).cos())
            .sum::<f64>()
    };
    let mut history = History::default();
    for day in 0..DAYS {
        let mut sent = Vec::new();
        for beacon in 0..KEYS * BEACONS_A_DAY {
            let (sender, hours) = (beacon % KEYS, 24.0 * (day as f64 + dice.between(0.0, 1.0)));
            let crystal = if sender == 1 { 0 } else { sender as usize };
            let offset_hz = 700.0 * sender as f64 + drift_hz(crystal, hours);
            let heard = (KEYS..KEYS + RECEIVERS)
                .map(|receiver| (key(receiver), offset_hz - 50.0 * receiver as f64 + dice.normal(0.5), 0.5));
            let at_ns = 1_800_000_000_000_000_000 + (hours * 3.6e12) as i64;
            sent.push((key(sender), Sent { at_ns, heard: heard.collect() }));
        }
        history.remember(&EpochJudgement {
            places: BTreeMap::new(),
            rounds: Vec::new(),
            days: BTreeMap::new(),
            flags: BTreeMap::new(),
            lasting: Lasting { sent, ..Lasting::default() },
        });
    }
    history
}

fn round(beaconer: u64, witnesses: impl Iterator<Item = u64>) -> RoundJudgement {
    let edge = |witness: u64| {
        let mut edge = EdgeJudgement {
            witness: key(witness),
            outcome: crate::Outcome::Accepted,
            decided_by: None,
            findings: vec![Finding::by_score(CheckName::Place, -1.0, (0.0, 0.0, ""), String::new())],
            hops_heard: 8,
            hops_reported: 8,
            snr_db: 0.0,
            rssi_dbm: -110.0,
            distance_m: 1500.0,
        };
        edge.decide();
        edge
    };
    let edges = witnesses.filter(|witness| *witness != beaconer).map(edge).collect();
    RoundJudgement { window: 1, beaconer: key(beaconer), drawn: true, link: None, edges }
}

#[test]
fn two_keys_on_one_oscillator_are_one_witness_and_prove_nothing_of_each_other() {
    let (protocol, history, parties) = (protocol(), history(), parties());
    let epoch =
        Epoch { protocol: &protocol, parties: &parties, history: &history, rounds: &[], terrain: None };
    let crystals = Crystals::of(&epoch);
    let mut told: Vec<PublicKey> = crystals.told().map(|(key, _, _)| *key).collect();
    let mut both = [key(0), key(1)];
    told.sort_unstable();
    both.sort_unstable();
    assert_eq!(told, both);
    let believed = crystals.under_one_owner(&parties);
    assert_eq!(believed[&key(0)].owner, believed[&key(1)].owner);
    let moved = parties.values().filter(|party| believed[&party.key].owner != party.owner).count();
    assert_eq!(moved, 1);
    let mut rounds: Vec<RoundJudgement> = (0..KEYS).map(|beaconer| round(beaconer, 0..KEYS)).collect();
    crystals.hold_against(&mut rounds);
    for round in &rounds {
        for edge in &round.edges {
            let is_within = both.contains(&round.beaconer) && both.contains(&edge.witness);
            let outcome = if is_within { crate::Outcome::Unproven } else { crate::Outcome::Accepted };
            assert_eq!(edge.outcome, outcome);
        }
    }
}

#[test]
fn who_follows_satellites_is_alike_and_no_suspect() {
    let (protocol, history, mut parties) = (protocol(), history(), parties());
    for number in 0..2 {
        if let Some(party) = parties.get_mut(&key(number)) {
            party.follows_pps = true;
        }
    }
    let epoch =
        Epoch { protocol: &protocol, parties: &parties, history: &history, rounds: &[], terrain: None };
    assert_eq!(Crystals::of(&epoch).told().count(), 0);
    assert!(matches!(Crystals::of(&epoch).under_one_owner(&parties), Cow::Borrowed(_)));
}
