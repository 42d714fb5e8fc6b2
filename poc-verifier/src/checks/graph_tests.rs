use super::*;
use crate::{
    party::Known,
    testing::{away, key, lisbon, party},
};

/// A beaconer, number 0, and its witnesses in a row, a kilometre between them.
fn town(witnesses: u64) -> (Party, BTreeMap<PublicKey, Party>, Vec<EdgeJudgement>) {
    let parties = (1..=witnesses).map(|number| party(number, away(lisbon(), 90.0, 1000.0 * number as f64)));
    let parties: BTreeMap<PublicKey, Party> = parties.map(|party| (party.key, party)).collect();
    let edges = (1..=witnesses).map(|number| EdgeJudgement {
        witness: key(number),
        outcome: Outcome::Accepted,
        decided_by: None,
        findings: Vec::new(),
        hops_heard: 8,
        hops_reported: 8,
        snr_db: 3.0,
        rssi_dbm: -100.0,
        distance_m: 1000.0,
    });
    (party(0, lisbon()), parties, edges.collect())
}

/// Outcomes once the gate has spoken, and how many anchors it counted.
fn passed(
    beaconer: &Party,
    parties: &BTreeMap<PublicKey, Party>,
    mut edges: Vec<EdgeJudgement>,
) -> (Vec<Outcome>, f64) {
    gate(beaconer, parties, &mut edges);
    let counted = edges[0].findings[0].measured;
    (edges.iter().map(|edge| edge.outcome).collect(), counted)
}

#[test]
fn three_independent_anchors_are_enough_and_two_are_not() {
    for witnesses in 1..6 {
        let (beaconer, parties, edges) = town(witnesses);
        let wanted = if witnesses >= 3 { Outcome::Accepted } else { Outcome::Unproven };
        assert_eq!(passed(&beaconer, &parties, edges), (vec![wanted; witnesses as usize], witnesses as f64));
    }
}

#[test]
fn who_is_not_independent_is_not_counted() {
    type Change = fn(&mut Party, &mut EdgeJudgement);
    let changes: [(&str, Change); 6] = [
        ("no anchor", |party, _| party.known = Known::No),
        ("the beaconer's own", |party, _| party.owner = party_of(0).owner),
        ("another's own", |party, _| party.owner = party_of(2).owner),
        ("at the beaconer's site", |party, _| party.place = away(lisbon(), 0.0, 250.0)),
        ("at another's site", |party, _| party.place = away(party_of(2).place, 0.0, 250.0)),
        ("hardly heard it", |_, edge| edge.hops_heard = HOPS_MIN - 1),
    ];
    for (what, change) in changes {
        let (beaconer, mut parties, mut edges) = town(3);
        change(parties.get_mut(&key(3)).unwrap(), &mut edges[2]);
        assert_eq!(passed(&beaconer, &parties, edges), (vec![Outcome::Unproven; 3], 2.0), "{what}");
    }
}

fn party_of(number: u64) -> Party {
    party(number, away(lisbon(), 90.0, 1000.0 * number as f64))
}

/// The gate takes nothing back: what was rejected stays so, by the check that did, and does not count.
#[test]
fn a_rejected_edge_stays_rejected_and_opens_nothing() {
    let (beaconer, parties, mut edges) = town(3);
    let lie = Finding::by_score(CheckName::Frequency, 20.0, (100.0, 15.0, "Hz"), "It does not fit.".into());
    (edges[0].outcome, edges[0].decided_by, edges[0].findings) = (Outcome::Rejected, Some(0), vec![lie]);
    gate(&beaconer, &parties, &mut edges);
    assert_eq!((edges[0].outcome, edges[0].decided_by), (Outcome::Rejected, Some(0)));
    assert_eq!((edges[1].outcome, edges[1].decided_by), (Outcome::Unproven, Some(0)));
}
