//! Where floats end: from a verifier's judgement to the machine's integers and the store's evidence.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod local;

use std::collections::BTreeMap;

use geo_index::{Place, Resolution, cell_of, geodesy::destination};
use ledger::{
    engine::{EngineError, Local},
    evidence,
    store::{Attachments, EdgeQuery, StoreError},
    verdicts::{Judged, VerdictsError, outcome},
};
use ledger_machine::{Check, Hash, Millis, PublicKey, RoundVerdict, Verdict, VerdictError, Wire};
use local::world;
use poc_verifier::{
    Chain, CheckName, EdgeJudgement, Finding, Outcome, Party, Protocol, Region, RoundJudgement,
};
use proptest::prelude::*;

const BUNDLE: Hash = Hash::new([0xB0; 32]);
const RANDOMNESS: Hash = Hash::new([0x5A; 32]);
const BEACONER: u8 = 1;
const WINDOW: u64 = 40;

/// Nobody's signature is asked of these keys; they ascend with their number.
fn key(number: u8) -> PublicKey {
    let mut bytes = [number; 33];
    bytes[0] = 2;
    PublicKey::new(bytes).unwrap()
}

fn lisbon() -> Place {
    Place::from_degrees(38.7253, -9.15, 120.0).unwrap()
}

fn party(number: u8) -> Party {
    Party {
        key: key(number),
        owner: key(100 + number),
        place: destination(lisbon(), 30.0 * f64::from(number), 700.0 * f64::from(number)).unwrap(),
        gain_ddbi: 20,
        eirp_ddbm: 140,
        follows_pps: true,
        known: poc_verifier::Known::Genesis,
        chain: Chain { link: Hash::default(), index: 0, first_window: 11 },
    }
}

/// Eight hotspots and the numbers of the protocol.
struct Town {
    protocol: Protocol,
    parties: BTreeMap<PublicKey, Party>,
}

impl Town {
    fn new() -> Self {
        let parties = (1..=8).map(|number| (key(number), party(number))).collect();
        Self { protocol: Protocol::new(Region::EU868, 12), parties }
    }

    fn judged(&self) -> Judged<'_> {
        Judged {
            protocol: &self.protocol,
            parties: &self.parties,
            epoch: 3,
            window_start_ms: 1_790_000_000_000,
            bundle: BUNDLE,
            skipped_draws: 0,
        }
    }

    fn verdict(&self, round: &RoundJudgement) -> Result<RoundVerdict, VerdictsError> {
        self.judged().verdict(round, &RANDOMNESS)
    }
}

fn finding(check: CheckName, outcome: Outcome, measured: f64, allowed: f64) -> Finding {
    let score = if outcome == Outcome::Rejected { 30.0 } else { -1.0 };
    Finding { check, outcome, measured, allowed, unit: "dB", score, explanation: "It is so.".into() }
}

/// An edge that the last of its findings decides, or none when it is accepted.
fn edge(witness: u8, findings: Vec<Finding>) -> EdgeJudgement {
    let last = findings.last().unwrap().outcome;
    EdgeJudgement {
        witness: key(witness),
        outcome: last,
        decided_by: (last != Outcome::Accepted).then(|| findings.len() - 1),
        findings,
        hops_heard: 7,
        hops_reported: 8,
        snr_db: 12.345,
        rssi_dbm: -99.5,
        distance_m: 1234.5,
    }
}

fn accepted(witness: u8) -> EdgeJudgement {
    edge(witness, vec![finding(CheckName::Freshness, Outcome::Accepted, 8.0, 1.0)])
}

fn round(edges: Vec<EdgeJudgement>) -> RoundJudgement {
    RoundJudgement {
        window: WINDOW,
        beaconer: key(BEACONER),
        drawn: true,
        link: Some(Hash::new([7; 32])),
        edges,
    }
}

#[test]
fn every_outcome_of_every_check_has_its_integers() {
    let town = Town::new();
    for check in CheckName::ALL {
        let clean = finding(CheckName::Freshness, Outcome::Accepted, 0.0, 0.0);
        let edges = vec![
            accepted(2),
            edge(3, vec![clean.clone(), finding(check, Outcome::Rejected, 17.25, -6.5)]),
            edge(4, vec![clean.clone(), finding(check, Outcome::Unproven, 3.0, 4.0)]),
        ];
        let verdict = town.verdict(&round(edges)).unwrap();
        assert_eq!(verdict.edges[0].verdict, Verdict::Accepted);
        let Verdict::Rejected(reason) = verdict.edges[1].verdict else { panic!("{check:?}") };
        assert_eq!((reason.measured_milli, reason.allowed_milli), (17_250, -6_500));
        assert_eq!(reason.check.as_str(), check.as_str());
        let Verdict::Unproven(reason) = verdict.edges[2].verdict else { panic!("{check:?}") };
        assert_eq!((reason.measured_milli, reason.allowed_milli), (3_000, 4_000));
        assert_eq!(Check::from_name(check.as_str()), Some(reason.check));
    }
}

#[test]
fn outcomes_keep_their_names() {
    assert_eq!(outcome(Outcome::Accepted), evidence::Outcome::Accepted);
    assert_eq!(outcome(Outcome::Rejected), evidence::Outcome::Rejected);
    assert_eq!(outcome(Outcome::Unproven), evidence::Outcome::Unproven);
}

#[test]
fn a_round_keeps_its_facts() {
    let town = Town::new();
    let judged = Judged { skipped_draws: 5, ..town.judged() };
    let verdict = judged.verdict(&round(vec![accepted(2)]), &RANDOMNESS).unwrap();
    assert_eq!(verdict.window.number(), WINDOW);
    assert_eq!((verdict.bundle, verdict.skipped_draws), (BUNDLE, 5));
    assert_eq!((verdict.beaconer, verdict.beaconer_site), (key(BEACONER), key(BEACONER)));
    let opening = verdict.opening.unwrap();
    // The chain counts from window 11, whose link is the first.
    assert_eq!((opening.link, opening.index), (Hash::new([7; 32]), WINDOW - 11 + 1));
    assert_eq!(RoundVerdict::decode(&verdict.encode()).unwrap(), verdict, "the machine reads it");
}

#[test]
fn rounds_are_named_by_window_beaconer_and_randomness() {
    let town = Town::new();
    let name = |window, beaconer, randomness: &Hash| {
        let round = RoundJudgement { window, beaconer, ..round(Vec::new()) };
        town.judged().verdict(&round, randomness).unwrap().round
    };
    let own = name(WINDOW, key(1), &RANDOMNESS);
    assert_eq!(own, name(WINDOW, key(1), &RANDOMNESS));
    assert_ne!(own, name(WINDOW + 1, key(1), &RANDOMNESS));
    assert_ne!(own, name(WINDOW, key(2), &RANDOMNESS));
    assert_ne!(own, name(WINDOW, key(1), &Hash::new([0; 32])));
}

#[test]
fn whoever_is_not_registered_gets_no_verdict() {
    let town = Town::new();
    let stranger = round(vec![accepted(2), accepted(99)]);
    assert!(matches!(town.verdict(&stranger), Err(VerdictsError::Unknown(who)) if who == key(99)));
    assert!(matches!(town.judged().evidence(&stranger), Err(VerdictsError::Unknown(who)) if who == key(99)));
    let unknown = RoundJudgement { beaconer: key(98), ..round(vec![accepted(2)]) };
    assert!(matches!(town.verdict(&unknown), Err(VerdictsError::Unknown(who)) if who == key(98)));
    assert!(matches!(town.judged().evidence(&unknown), Err(VerdictsError::Unknown(who)) if who == key(98)));
}

#[test]
fn a_judgement_that_contradicts_itself_gets_no_verdict() {
    let town = Town::new();
    let contradiction = |round: &RoundJudgement| match town.verdict(round) {
        Err(VerdictsError::Verdict(error)) => error,
        other => panic!("{other:?}"),
    };
    let disordered = round(vec![accepted(3), accepted(2)]);
    assert_eq!(contradiction(&disordered), VerdictError::Order(key(2)));
    assert_eq!(contradiction(&round(vec![accepted(2), accepted(2)])), VerdictError::Order(key(2)));
    assert_eq!(contradiction(&round(vec![accepted(BEACONER)])), VerdictError::SelfWitness(key(BEACONER)));
    let unopened = RoundJudgement { link: None, ..round(vec![accepted(2)]) };
    assert_eq!(contradiction(&unopened), VerdictError::NotOpened(key(2)));
    // A window before the chain counts has no link, whatever was opened.
    let early = RoundJudgement { window: 10, ..round(vec![accepted(2)]) };
    assert_eq!(contradiction(&early), VerdictError::NotOpened(key(2)));
    let judged = Judged { skipped_draws: 10_001, ..town.judged() };
    let refused = judged.verdict(&round(Vec::new()), &RANDOMNESS);
    assert!(matches!(refused, Err(VerdictsError::Verdict(VerdictError::SkippedDraws(10_001)))));
}

#[test]
fn a_round_that_was_never_opened_keeps_its_other_edges() {
    let town = Town::new();
    let unproven = edge(2, vec![finding(CheckName::CommitReveal, Outcome::Unproven, 0.0, 1.0)]);
    let verdict = town.verdict(&RoundJudgement { link: None, ..round(vec![unproven]) }).unwrap();
    assert_eq!(verdict.opening, None);
    assert!(matches!(verdict.edges[0].verdict, Verdict::Unproven(_)));
}

#[test]
fn hotspots_of_one_owner_within_300_m_are_one_site() {
    let mut town = Town::new();
    let owner = town.parties[&key(5)].owner;
    let place = town.parties[&key(5)].place;
    let mut stand = |number, owner, azimuth_deg, metres| {
        let there = destination(place, azimuth_deg, metres).unwrap();
        let moved = town.parties.get_mut(&key(number)).unwrap();
        (moved.owner, moved.place) = (owner, there);
    };
    // Near and its own, near and another's, too far and its own: only the first is the same site.
    stand(4, owner, 70.0, 290.0);
    stand(3, key(77), 70.0, 10.0);
    stand(2, owner, 250.0, 310.0);
    let edges = vec![accepted(2), accepted(3), accepted(4), accepted(5)];
    let verdict = town.verdict(&round(edges)).unwrap();
    let sites: Vec<PublicKey> = verdict.edges.iter().map(|edge| edge.witness_site).collect();
    assert_eq!(sites, [key(2), key(3), key(4), key(4)]);
}

#[test]
fn cells_are_those_of_the_places() {
    let town = Town::new();
    let round = round((2..=8).map(accepted).collect());
    let (verdict, evidence) = (town.verdict(&round).unwrap(), town.judged().evidence(&round).unwrap());
    let cell_of_key = |key: PublicKey| {
        let fine = cell_of(town.parties[&key].place, Resolution::Twelve);
        fine.parent(Resolution::Eight).unwrap().index()
    };
    assert_eq!(verdict.beaconer_cell.index(), cell_of_key(key(BEACONER)));
    for (edge, told) in verdict.edges.iter().zip(&evidence) {
        assert_eq!(edge.witness_cell.index(), cell_of_key(edge.witness));
        assert_eq!(told.witness_cell, edge.witness_cell.index());
        assert_eq!(told.beaconer_cell, verdict.beaconer_cell.index());
    }
}

#[test]
fn evidence_agrees_with_the_integers() {
    let town = Town::new();
    let clean = finding(CheckName::Freshness, Outcome::Accepted, 8.0, 1.0);
    let edges = vec![
        accepted(2),
        edge(3, vec![clean.clone(), finding(CheckName::LinkBudget, Outcome::Rejected, 41.5, 6.0)]),
        edge(4, vec![clean, finding(CheckName::Place, Outcome::Unproven, 0.25, 1500.0)]),
    ];
    let round = round(edges);
    let (verdict, evidence) = (town.verdict(&round).unwrap(), town.judged().evidence(&round).unwrap());
    assert_eq!(evidence.len(), verdict.edges.len());
    for (index, (told, edge)) in evidence.iter().zip(&verdict.edges).enumerate() {
        let of = &round.edges[index];
        assert_eq!((told.epoch, told.window, told.time_ms), (3, WINDOW, 1_790_000_000_000));
        assert_eq!(told.bundle, verdict.bundle.to_string());
        assert_eq!((&told.beaconer, &told.witness), (&key(BEACONER).to_string(), &edge.witness.to_string()));
        assert_eq!((told.hops_heard, told.hops_sent), (7, 8));
        assert_eq!(told.findings.len(), of.findings.len());
        let (said, check, reason) = match edge.verdict {
            Verdict::Accepted => (evidence::Outcome::Accepted, "", None),
            Verdict::Rejected(reason) => (evidence::Outcome::Rejected, reason.check.as_str(), Some(reason)),
            Verdict::Unproven(reason) => (evidence::Outcome::Unproven, reason.check.as_str(), Some(reason)),
        };
        assert_eq!((told.outcome, told.check.as_str()), (said, check));
        if let Some(reason) = reason {
            let deciding = told.findings.iter().find(|finding| finding.check == check).unwrap();
            assert_eq!(deciding.outcome, told.outcome);
            assert_eq!((deciding.measured * 1e3).round() as i64, reason.measured_milli);
            assert_eq!((deciding.allowed * 1e3).round() as i64, reason.allowed_milli);
            assert!(!deciding.explanation.is_empty() && deciding.unit == "dB");
        }
    }
}

#[test]
fn more_frames_than_a_byte_holds_are_shown_as_many() {
    let town = Town::new();
    let many = EdgeJudgement { hops_heard: 300, ..accepted(2) };
    assert_eq!(town.judged().evidence(&round(vec![many])).unwrap()[0].hops_heard, 255);
}

proptest! {
    /// Thousandths of the unit, hundredths of a decibel: never off by more than half a step.
    #[test]
    fn quantisation_is_to_the_nearest_step(
        measured in -1e9..1e9_f64, allowed in -1e9..1e9_f64, snr_db in -100.0..200.0_f64, unproven: bool
    ) {
        let town = Town::new();
        let said = if unproven { Outcome::Unproven } else { Outcome::Rejected };
        let mut edge = edge(2, vec![finding(CheckName::Frequency, said, measured, allowed)]);
        edge.snr_db = snr_db;
        let verdict = town.verdict(&round(vec![edge])).unwrap();
        let (Verdict::Rejected(reason) | Verdict::Unproven(reason)) = verdict.edges[0].verdict else {
            panic!("not accepted");
        };
        prop_assert!((reason.measured_milli as f64 * 1e-3 - measured).abs() <= 0.5e-3 + 1e-6);
        prop_assert!((reason.allowed_milli as f64 * 1e-3 - allowed).abs() <= 0.5e-3 + 1e-6);
        let margin_db = snr_db - town.protocol.region.sf.decoding_limit_db();
        prop_assert!((f64::from(verdict.edges[0].margin_cdb) * 0.01 - margin_db).abs() <= 0.005 + 1e-9);
        prop_assert_eq!(RoundVerdict::decode(&verdict.encode()).unwrap(), verdict);
    }

    /// Larger numbers stay larger: quantising never swaps two measurements.
    #[test]
    fn quantisation_keeps_order(a in -1e6..1e6_f64, b in -1e6..1e6_f64) {
        let town = Town::new();
        let milli = |measured| {
            let edge = edge(2, vec![finding(CheckName::Place, Outcome::Rejected, measured, 0.0)]);
            match town.verdict(&round(vec![edge])).unwrap().edges[0].verdict {
                Verdict::Rejected(reason) => reason.measured_milli,
                other => panic!("{other:?}"),
            }
        };
        prop_assert!(a > b || milli(a) <= milli(b));
    }
}

/// Evidence with a number that JSON has no word for does not enter the store, and takes its block's other evidence with it.
#[test]
fn non_finite_evidence_is_refused_rather_than_stored() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let spoilt: [fn(&mut evidence::EdgeEvidence, f64); 5] = [
            |told, number| told.findings[0].measured = number,
            |told, number| told.findings[0].allowed = number,
            |told, number| told.findings[0].score = number,
            |told, number| told.snr_db = number,
            |told, number| told.distance_m = number,
        ];
        for spoil in spoilt {
            let engine = Local::temporary(&local::genesis(), local::key()).unwrap();
            let mut told = local::evidence(0, 0, 1, 2);
            spoil(&mut told, number);
            let attachments = Attachments { evidence: vec![told], bundles: Vec::new() };
            let end = Millis::new(world::World::end_ms(0)).unwrap();
            match engine.commit_with(end, attachments) {
                Err(EngineError::Store(StoreError::Evidence { .. })) => {}
                other => panic!("{other:?}"),
            }
            assert!(engine.reader().unwrap().edges(EdgeQuery::default()).unwrap().is_empty());
        }
    }
}

/// A NaN has no thousandths; as an integer it would be a plausible 0, and an infinity the largest number there is.
#[test]
fn non_finite_numbers_get_no_verdict() {
    let town = Town::new();
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let measured = edge(2, vec![finding(CheckName::Frequency, Outcome::Rejected, number, 0.0)]);
        assert!(town.verdict(&round(vec![measured])).is_err(), "measured {number}");
        let allowed = edge(2, vec![finding(CheckName::Frequency, Outcome::Rejected, 0.0, number)]);
        assert!(town.verdict(&round(vec![allowed])).is_err(), "allowed {number}");
        let margin = EdgeJudgement { snr_db: number, ..accepted(2) };
        assert!(town.verdict(&round(vec![margin])).is_err(), "margin of {number}");
    }
}

/// A rejection that names no finding is broken, not an acceptance.
#[test]
fn a_rejection_without_a_reason_gets_no_verdict() {
    let town = Town::new();
    for broken in [Outcome::Rejected, Outcome::Unproven] {
        let edge = EdgeJudgement { outcome: broken, decided_by: None, ..accepted(2) };
        assert!(town.verdict(&round(vec![edge])).is_err(), "{broken:?}");
    }
}

/// Whatever decides an edge, the ledger can write it down.
#[test]
fn the_machine_knows_every_check() {
    for check in poc_verifier::CheckName::ALL {
        assert!(ledger_machine::Check::from_name(check.as_str()).is_some(), "{}", check.as_str());
    }
}
