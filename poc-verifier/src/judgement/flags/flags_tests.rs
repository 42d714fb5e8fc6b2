//! What an epoch's beacons as everybody heard them say of hotspots.

use super::*;
use crate::{
    History, Known,
    finding::{Outcome, decide},
    judgement::EdgeJudgement,
    testing::{Dice, away, key, lisbon, party, protocol},
};

const PARTIES: u64 = 12;

/// Anchors around a square; the last is none.
fn parties() -> BTreeMap<PublicKey, Party> {
    let party = |number: u64| {
        let known = if number + 1 < PARTIES { Known::Genesis } else { Known::No };
        let place = away(lisbon(), 29.0 * number as f64, 900.0 + 100.0 * number as f64);
        Party { key: key(number), known, follows_pps: true, ..party(number, place) }
    };
    (0..PARTIES).map(party).map(|party| (party.key, party)).collect()
}

/// Everybody hears everybody over paths that take anything; one is louder than it states, and one's clock is fast.
fn heard(parties: &BTreeMap<PublicKey, Party>, loud: (u64, f64), fast: (u64, f64)) -> Everything<'_> {
    let mut dice = Dice::new(7);
    let all: Vec<&Party> = parties.values().collect();
    let pairs = (0..all.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
    let mut heard = Vec::new();
    for (one, other) in pairs {
        let (path_db, echo_ns) = (-dice.between(90.0, 130.0), dice.between(0.0, 300.0));
        for (sender, receiver) in [(all[one], all[other]), (all[other], all[one])] {
            let louder_db = if sender.key == key(loud.0) { loud.1 } else { 0.0 };
            let clock_ns = |party: &Party| if party.key == key(fast.0) { fast.1 } else { 0.0 };
            let late_ns = echo_ns + clock_ns(receiver) - clock_ns(sender) + dice.normal(30.0);
            let gain_db = path_db + louder_db + dice.normal(1.0);
            heard.push(Heard { sender, receiver, gain_db, late_ns });
        }
    }
    Everything(heard)
}

fn flagged(loud: (u64, f64), fast: (u64, f64)) -> Vec<(PublicKey, About)> {
    let (protocol, history, parties) = (protocol(), History::default(), parties());
    let epoch =
        Epoch { protocol: &protocol, parties: &parties, history: &history, rounds: &[], terrain: None };
    let heard = heard(&parties, loud, fast);
    let flags = all(&epoch, &[], &heard, (&clocks_off(&epoch, &heard), &Crystals::of(&epoch)));
    flags.into_iter().flat_map(|(key, flags)| flags.into_iter().map(move |flag| (key, flag.about))).collect()
}

#[test]
fn an_honest_epoch_flags_nobody() {
    assert_eq!(flagged((0, 0.0), (0, 0.0)), []);
    // Three decibels are within what cables and receivers do.
    assert_eq!(flagged((3, 3.0), (0, 0.0)), []);
}

#[test]
fn an_amplifier_and_a_fast_clock_are_each_their_owners() {
    assert_eq!(flagged((PARTIES - 1, 12.0), (0, 0.0)), [(key(PARTIES - 1), About::Power)]);
    assert_eq!(flagged((4, -12.0), (0, 0.0)), [(key(4), About::Power)]);
    assert_eq!(flagged((0, 0.0), (5, 2000.0)), [(key(5), About::Clock)]);
    // Who is no anchor has no clock that others are placed by.
    assert_eq!(flagged((0, 0.0), (PARTIES - 1, 2000.0)), []);
}

#[test]
fn whom_nobody_hears_is_flagged_where_others_are_heard() {
    let (protocol, history, parties) = (protocol(), History::default(), parties());
    let epoch =
        Epoch { protocol: &protocol, parties: &parties, history: &history, rounds: &[], terrain: None };
    let ghost = &Party { key: key(50), ..party(50, lisbon()) };
    let due = |beacons: u64| parties.keys().chain([&ghost.key]).map(|key| (*key, beacons)).collect();
    let heard: BTreeMap<_, _> = parties
        .keys()
        .flat_map(|sender| parties.keys().map(move |receiver| ((*sender, *receiver), 3)))
        .collect();
    assert_eq!(of_silence(&epoch, ghost, &due(3), &heard).map(|flag| flag.about), Some(About::Silence));
    // Deaf anchors' silence says nothing, nor that of those who have no record.
    assert_eq!(of_silence(&epoch, ghost, &due(3), &BTreeMap::new()), None);
    let alone = BTreeMap::from([(ghost.key, 3)]);
    assert_eq!(of_silence(&epoch, ghost, &alone, &heard), None);
}

#[test]
fn what_a_flagged_transmitter_covers_is_unproven_and_what_it_hears_is_not() {
    let flag = of_power(&Radiated { over_db: 10.2, sigma_db: 2.0, score: 9.0 });
    let flags = Flags::from([(key(1), vec![flag])]);
    let edge = |witness| EdgeJudgement {
        witness: key(witness),
        outcome: decide(&[]).0,
        decided_by: None,
        findings: Vec::new(),
        hops_heard: 8,
        hops_reported: 8,
        snr_db: 0.0,
        rssi_dbm: -110.0,
        distance_m: 1500.0,
    };
    let round = |beaconer, witness| RoundJudgement {
        window: 1,
        beaconer: key(beaconer),
        drawn: true,
        link: None,
        edges: vec![edge(witness)],
    };
    let mut rounds = [round(1, 2), round(2, 1)];
    hold_against(&mut rounds, &flags);
    assert_eq!(rounds.each_ref().map(|round| round.edges[0].outcome), [Outcome::Unproven, Outcome::Accepted]);
    let said = &rounds[0].edges[0].findings[0].explanation;
    assert!(said.starts_with("The beaconer: it radiates about 10 dB more than it states"), "{said}");
}
