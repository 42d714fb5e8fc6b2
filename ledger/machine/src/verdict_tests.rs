use super::{Check, EdgeVerdict, Opening, Reason, RoundVerdict, Verdict, VerdictError};
use crate::{
    Hash, PublicKey,
    cell::Cell8,
    time::Window,
    wire::{DecodeError, Wire, proto},
};

fn key(number: u8) -> PublicKey {
    let mut bytes = [number; 33];
    bytes[0] = 2;
    PublicKey::new(bytes).unwrap()
}

fn cell() -> Cell8 {
    Cell8::new(0x0882_8cc3_561f_ffff).unwrap()
}

fn edge(witness: u8, margin_cdb: i32, verdict: Verdict) -> EdgeVerdict {
    EdgeVerdict {
        witness: key(witness),
        witness_cell: cell(),
        witness_site: key(witness),
        margin_cdb,
        verdict,
    }
}

fn rejected(measured_milli: i64) -> Verdict {
    Verdict::Rejected(Reason { check: Check::LinkBudget, measured_milli, allowed_milli: -5 })
}

fn round(edges: Vec<EdgeVerdict>) -> RoundVerdict {
    RoundVerdict {
        round: Hash::new([9; 32]),
        window: Window::new(3),
        bundle: Hash::new([8; 32]),
        beaconer: key(1),
        beaconer_cell: cell(),
        beaconer_site: key(1),
        opening: Some(Opening { link: Hash::new([7; 32]), index: 4 }),
        skipped_draws: 0,
        edges,
    }
}

#[test]
fn contradictions_are_refused() {
    let twice = round(vec![edge(2, 0, Verdict::Accepted), edge(2, 0, Verdict::Accepted)]);
    assert_eq!(twice.checked(), Err(VerdictError::Order(key(2))));
    let own = round(vec![edge(1, 0, rejected(1))]);
    assert_eq!(own.checked(), Err(VerdictError::SelfWitness(key(1))));
    let mut shut = round(vec![edge(2, 0, Verdict::Accepted)]);
    shut.opening = None;
    assert_eq!(shut.clone().checked(), Err(VerdictError::NotOpened(key(2))));
    shut.edges[0].verdict = rejected(1);
    assert!(shut.checked().is_ok(), "what was never opened may be rejected");
}

#[test]
fn the_quorums_numbers_are_medians_by_power() {
    let votes = [
        round(vec![edge(2, 100, Verdict::Accepted), edge(3, 7, rejected(10))]),
        round(vec![edge(2, 300, Verdict::Accepted), edge(3, 8, rejected(30))]),
        round(vec![edge(2, 200, Verdict::Accepted), edge(3, 9, rejected(20))]),
    ];
    assert!(votes.iter().all(|vote| vote.skeleton() == votes[0].skeleton()));
    let even: Vec<_> = votes.iter().map(|vote| (vote, 1)).collect();
    let decided = RoundVerdict::median(&even);
    assert_eq!(decided, round(vec![edge(2, 200, Verdict::Accepted), edge(3, 8, rejected(20))]));
    let heavy: Vec<_> = votes.iter().zip([1, 5, 1]).collect();
    assert_eq!(RoundVerdict::median(&heavy), votes[1]);
}

#[test]
fn other_outcomes_are_other_skeletons() {
    let accepted = round(vec![edge(2, 100, Verdict::Accepted)]);
    let refused = round(vec![edge(2, 100, rejected(3))]);
    assert_ne!(accepted.skeleton(), refused.skeleton());
}

#[test]
fn unknown_checks_and_outcomes_are_refused() {
    let mut wired = proto::RoundVerdict::from(&round(vec![edge(2, 0, rejected(1))]));
    let beyond = i32::try_from(Check::ALL.len()).unwrap() + 1;
    wired.edges[0].check = beyond;
    let unknown = RoundVerdict::decode(&prost::Message::encode_to_vec(&wired));
    assert_eq!(unknown, Err(DecodeError::Unknown { field: "check", value: beyond }));
    wired.edges[0].check = 3;
    wired.edges[0].outcome = 1;
    let contradiction = RoundVerdict::decode(&prost::Message::encode_to_vec(&wired));
    assert_eq!(contradiction, Err(VerdictError::CheckOfAccepted(key(2)).into()));
    wired.edges[0].check = 0;
    let numbers_of_accepted = RoundVerdict::decode(&prost::Message::encode_to_vec(&wired));
    assert_eq!(numbers_of_accepted, Err(DecodeError::NotCanonical));
}

#[test]
fn unknown_fields_are_refused() {
    let mut bytes = round(vec![]).encode();
    assert!(RoundVerdict::decode(&bytes).is_ok());
    bytes.extend([0xf8, 0x07, 0x01]);
    assert_eq!(RoundVerdict::decode(&bytes), Err(DecodeError::NotCanonical));
}

#[test]
fn names_and_numbers_of_checks_are_one_to_one() {
    for check in Check::ALL {
        assert_eq!(Check::from_name(check.as_str()), Some(check));
        assert_eq!(Check::from_number(check as i32), Ok(check));
    }
}
