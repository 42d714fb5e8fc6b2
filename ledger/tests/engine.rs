//! The local engine: blocks from what waits, epochs closed in time, everything kept across a restart.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod local;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ledger::{
    engine::{EngineError, LedgerEngine, Local, SubmitError},
    keys::SecretSeed,
    store::{EdgeQuery, LineQuery, StoreError},
};
use ledger_machine::{
    Body, Ear, Effect, Epoch, Hash, Height, Millis, Parameter, PublicKey, SignedTransaction, State,
    Transaction,
};
use local::{genesis, key, open, windows, world};

fn transfer(state: &State, from: usize, nonce: u64, amount: u64) -> SignedTransaction {
    let body = Body::Transfer { to: PublicKey::of(&world::owner(3)), amount: Ear::new(amount) };
    let transaction = Transaction { network: state.network(), nonce, body };
    SignedTransaction::sign(transaction, &world::owner(from))
}

fn at(window: u64) -> Millis {
    Millis::new(world::World::end_ms(window)).unwrap()
}

#[test]
fn epochs_are_paid_and_found_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    let heard = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&heard);
    engine.on_committed(Box::new(move |block| {
        assert_eq!(block.height.number(), count.fetch_add(1, Ordering::SeqCst) + 1);
    }));
    windows(&engine, 0, 9);
    assert_eq!(heard.load(Ordering::SeqCst), 9);
    let (before, reader) = (engine.state(), engine.reader().unwrap());
    let lines = reader.reward_lines(LineQuery::default()).unwrap();
    let paid: u128 = lines.iter().map(|line| u128::from(line.amount.units())).sum();
    let supply = before.supply();
    assert!(supply.is_exact());
    assert_eq!(paid, u128::from(supply.totals.paid.units()));
    assert_eq!(reader.epochs().unwrap().len(), 2);
    assert_eq!(reader.rounds(Some(Epoch::new(1))).unwrap().len(), 4);
    drop(engine);

    let engine = open(folder.path());
    assert!(engine.state() == before);
    assert_eq!(engine.status().height, Height::new(9));
    windows(&engine, 9, 12);
    let mut reader = engine.reader().unwrap();
    assert_eq!(reader.verify().unwrap().replayed, 12);
}

#[test]
fn evidence_and_bundles_are_kept_with_their_block() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    windows(&engine, 0, 5);
    let reader = engine.reader().unwrap();
    let hotspot = Some(PublicKey::of(&world::hotspot(2)));
    let edges = reader.edges(EdgeQuery { epoch: Some(Epoch::new(0)), hotspot, limit: None }).unwrap();
    assert_eq!(edges, [0, 1, 2, 3].map(|window| local::evidence(0, window, 1, 2)));
    let newest = reader.edges(EdgeQuery { limit: Some(1), ..EdgeQuery::default() }).unwrap();
    assert_eq!(newest[0].window, 4);
    let hash = Hash::new(*blake3::hash(&local::bundle(3)).as_bytes());
    assert_eq!(reader.bundle(&hash).unwrap(), Some(local::bundle(3)));
    assert_eq!(reader.bundle(&Hash::new([0; 32])).unwrap(), None);
}

#[test]
fn waiting_transactions_come_in_order_and_once() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    let state = engine.state();
    for transaction in [transfer(&state, 0, 1, 20), transfer(&state, 0, 0, 10), transfer(&state, 1, 0, 30)] {
        let hash = engine.submit(transaction.clone()).unwrap();
        assert_eq!(engine.submit(transaction).unwrap(), hash, "twice is once");
    }
    assert_eq!(engine.status().waiting, 3);
    let first = engine.commit(at(0)).unwrap();
    assert_eq!((first.transactions, first.dropped.len(), engine.status().waiting), (2, 0, 1));
    assert_eq!(engine.commit(at(0)).unwrap().transactions, 1, "the one that came too early");
    let used = engine.submit(transfer(&state, 0, 0, 10)).unwrap_err();
    assert_eq!(used, SubmitError::Old { next: 2, nonce: 0 });
    let far = engine.submit(transfer(&state, 0, 5_000, 10)).unwrap_err();
    assert!(matches!(far, SubmitError::TooMany { .. }), "{far}");
}

#[test]
fn what_cannot_be_paid_is_dropped_with_its_reason() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    engine.submit(transfer(&engine.state(), 0, 0, u64::MAX)).unwrap();
    engine.say(Body::ProposeParameter { parameter: Parameter::DataPerMille, value: 501 });
    engine.say(Body::ProposeParameter { parameter: Parameter::DataPerMille, value: 300 });
    let block = engine.commit(at(0)).unwrap();
    let reasons: Vec<String> = block.dropped.iter().map(|(_, error)| error.to_string()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].contains("out of range") && reasons[1].contains("allowed are 0 to 500"));
    assert!(matches!(block.effects[..], [Effect::ParameterScheduled { value: 300, .. }]));
}

#[test]
fn a_verdict_that_comes_early_waits_for_its_window() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    engine.say(Body::SubmitVerdicts(world::round(&engine.state(), 1, 1, &[(2, 5)])));
    assert_eq!(engine.commit(at(0)).unwrap().transactions, 0);
    assert_eq!(engine.status().waiting, 1);
    assert_eq!(engine.commit(at(1)).unwrap().transactions, 1);
}

#[test]
fn all_epochs_that_are_over_are_closed_at_once() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    let block = engine.commit(at(4 * world::WINDOWS - 1)).unwrap();
    let closed = block.effects.iter().filter(|effect| matches!(effect, Effect::EpochClosed(_))).count();
    assert_eq!((closed, block.state.tip().epoch), (4, Epoch::new(4)));
}

#[test]
fn a_chain_is_renewed_before_it_is_used_up() {
    let folder = tempfile::tempdir().unwrap();
    let links = 16;
    let mut genesis = genesis();
    let chain = key().chain(0, links);
    genesis.validators.get_mut(&key().public()).unwrap().chain_head = chain.head();
    let mut engine = Local::open_with_links(folder.path(), &genesis, key(), links).unwrap();
    for window in 0..100 {
        engine.commit(at(window)).unwrap();
        if window % 7 == 0 {
            drop(engine);
            engine = Local::open_with_links(folder.path(), &genesis, key(), links).unwrap();
        }
    }
    let chain = engine.state().validators().get(&key().public()).unwrap().chain.now.unwrap();
    assert!(chain.number >= 5, "{chain:?}");
}

#[test]
fn a_used_up_chain_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut genesis = genesis();
    genesis.validators.get_mut(&key().public()).unwrap().chain_head = key().chain(0, 2).head();
    let engine = Local::open_with_links(folder.path(), &genesis, key(), 2).unwrap();
    engine.commit(at(0)).unwrap();
    engine.commit(at(0)).unwrap();
    assert!(matches!(engine.commit(at(0)), Err(EngineError::ChainUsedUp)));
}

#[test]
fn strangers_and_other_ledgers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = SecretSeed::new([8; 32]).unwrap();
    let error = Local::open(folder.path(), &genesis(), stranger).unwrap_err();
    assert!(matches!(error, EngineError::NotAValidator(_)));

    drop(open(folder.path()));
    let mut other = genesis();
    other.randomness = Hash::new([1; 32]);
    let error = Local::open(folder.path(), &other, key()).unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::OtherGenesis { .. })), "{error}");
    assert!(error.to_string().contains("ledger.sqlite3"));
    drop(open(folder.path()));
}

#[test]
fn a_folder_is_kept_by_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    let error = Local::open(folder.path(), &genesis(), key()).unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Locked { .. })), "{error}");
    drop(engine);
    open(folder.path());
}

#[test]
fn the_engine_says_that_its_randomness_is_trusted() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    assert_eq!(engine.status().randomness.to_string(), "trusted: one validator");
}

#[test]
fn time_does_not_go_back() {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    engine.commit(at(1)).unwrap();
    assert!(matches!(engine.commit(at(0)), Err(EngineError::Block(_))));
    engine.commit(at(1)).unwrap();
}
