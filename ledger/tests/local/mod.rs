//! A small ledger under the local engine, made of the machine's test world.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

#[path = "../../machine/tests/world/mod.rs"]
pub mod world;

use std::{path::Path, sync::Arc};

use ledger::{
    engine::{CommittedBlock, Local},
    evidence::{EdgeEvidence, Finding, Outcome},
    keys::SecretSeed,
    store::Attachments,
};
use ledger_machine::{Body, Genesis, Millis, PublicKey};

pub fn key() -> SecretSeed {
    SecretSeed::new([9; 32]).unwrap()
}

pub fn genesis() -> Genesis {
    let mut genesis = world::genesis(&[1], 4, 6);
    genesis.validators.clear();
    genesis.validators.insert(key().public(), key().genesis_validator(1, key().public()));
    genesis
}

pub fn open(dir: &Path) -> Local {
    Local::open(dir, &genesis(), key()).unwrap()
}

pub fn evidence(epoch: u64, window: u64, beaconer: usize, witness: usize) -> EdgeEvidence {
    let name = |number| PublicKey::of(&world::hotspot(number)).to_string();
    EdgeEvidence {
        epoch,
        window,
        bundle: blake3::hash(&bundle(window)).to_string(),
        time_ms: world::START_MS + window * world::WINDOW_MS,
        beaconer: name(beaconer),
        witness: name(witness),
        outcome: Outcome::Accepted,
        check: String::new(),
        findings: vec![Finding {
            check: "link_budget".into(),
            outcome: Outcome::Accepted,
            measured: -97.25,
            allowed: -80.5,
            unit: "dBm".into(),
            score: -0.1,
            explanation: "as loud as it may be".into(),
        }],
        hops_heard: 7,
        hops_sent: 8,
        snr_db: 3.5,
        rssi_dbm: -97.25,
        distance_m: 1234.5,
        beaconer_cell: world::cell(beaconer).index(),
        witness_cell: world::cell(witness).index(),
    }
}

pub fn failed(mut evidence: EdgeEvidence) -> EdgeEvidence {
    evidence.outcome = Outcome::Rejected;
    evidence.check = "link_budget".into();
    evidence.findings[0].outcome = Outcome::Rejected;
    evidence.findings[0].explanation = "louder than physics allows: move it or turn it down".into();
    evidence
}

pub fn bundle(window: u64) -> Vec<u8> {
    format!("the published round of window {window}").into_bytes()
}

/// One window: a round of hotspot `1` with two accepted edges and one rejected, its evidence and its bundle.
pub fn window(engine: &Local, window: u64) -> Arc<CommittedBlock> {
    let state = engine.state();
    let mut round = world::round(&state, window, 1, &[(2, 500), (3, 900)]);
    let reason = ledger_machine::Reason {
        check: ledger_machine::Check::LinkBudget,
        measured_milli: -31_500,
        allowed_milli: -80_500,
    };
    round.edges.push(world::rejected(4, reason));
    round.edges.sort_by_key(|edge| edge.witness);
    round.bundle = ledger_machine::Hash::new(*blake3::hash(&bundle(window)).as_bytes());
    engine.say(Body::SubmitVerdicts(round));
    let epoch = state.calendar().epoch_of(ledger_machine::Window::new(window)).number();
    let attachments = Attachments {
        evidence: vec![
            evidence(epoch, window, 1, 2),
            evidence(epoch, window, 1, 3),
            failed(evidence(epoch, window, 1, 4)),
        ],
        bundles: vec![bundle(window)],
    };
    let time = Millis::new(world::World::end_ms(window)).unwrap();
    engine.commit_with(time, attachments).unwrap()
}

/// All windows up to `end`.
pub fn windows(engine: &Local, from: u64, end: u64) {
    for number in from..end {
        let committed = window(engine, number);
        assert!(committed.dropped.is_empty(), "{}", committed.dropped[0].1);
    }
}
