//! What a block costs at the demo's scale: 30 hotspots, 12 windows an epoch, about 500 edges an epoch.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a bench fails as loudly as a test")]

#[path = "../tests/local/mod.rs"]
mod local;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ledger::{engine::Local, store::Attachments};
use ledger_machine::{Block, Body, Calendar, Draft, Genesis, Millis, SignedTransaction, State, Transaction};
use local::{key, world};

const HOTSPOTS: usize = 30;
const WINDOWS: u64 = 12;
const BEACONS: usize = 2;
const WITNESSES: usize = 21;

fn genesis() -> Genesis {
    let mut genesis = world::genesis(&[1], 15, HOTSPOTS);
    genesis.calendar =
        Calendar::new(Millis::new(world::START_MS).unwrap(), world::WINDOW_MS, WINDOWS).unwrap();
    genesis.validators.clear();
    genesis.validators.insert(key().public(), key().genesis_validator(1, key().public()));
    genesis
}

fn verdicts(state: &State, window: u64) -> Vec<Body> {
    let beaconer = |nth| (usize::try_from(window).unwrap() * BEACONS + nth) % HOTSPOTS;
    let witnesses = |beaconer: usize| -> Vec<(usize, i32)> {
        (1..=WITNESSES).map(|step| ((beaconer + step) % HOTSPOTS, 700)).collect()
    };
    let round = |nth| world::round(state, window, beaconer(nth), &witnesses(beaconer(nth)));
    (0..BEACONS).map(|nth| Body::SubmitVerdicts(round(nth))).collect()
}

/// The block that ends `window` on `state`, and the state after it.
fn block(state: &State, window: u64, close: bool) -> (Block, State) {
    let index = state.tip().height.number() + 1;
    let link = key().chain(0, ledger::keys::CHAIN_LINKS).link(index).unwrap();
    let nonce = state.accounts().get(&key().public()).unwrap().nonce;
    let mut bodies = verdicts(state, window);
    bodies.extend(close.then_some(Body::CloseEpoch { epoch: state.tip().epoch }));
    let sign = |(nonce, body)| {
        let transaction = Transaction { network: state.network(), nonce, body };
        SignedTransaction::sign(transaction, &key().secret())
    };
    let transactions = (nonce..).zip(bodies).map(sign).collect();
    let time = Millis::new(world::World::end_ms(window)).unwrap();
    let draft = Draft { proposer: key().public(), time, link, transactions };
    let (block, applied) = state.propose(draft).unwrap().sign(&key().secret());
    (block, applied.state)
}

fn apply(criterion: &mut Criterion) {
    let mut state = genesis().state().unwrap();
    for window in 0..WINDOWS - 1 {
        let (window_block, after) = block(&state, window, false);
        if window == 0 {
            criterion.bench_function("apply a window of 42 edges", |bencher| {
                bencher.iter(|| black_box(state.apply(&window_block).unwrap()));
            });
        }
        state = after;
    }
    let (closing, _) = block(&state, WINDOWS - 1, true);
    criterion.bench_function("apply a window and close an epoch of 504 edges", |bencher| {
        bencher.iter(|| black_box(state.apply(&closing).unwrap()));
    });
}

fn commit(criterion: &mut Criterion) {
    let engine = Local::temporary(&genesis(), key()).unwrap();
    let mut window = 0;
    let mut group = criterion.benchmark_group("commit");
    group.sample_size(60);
    group.bench_function("a window of 42 edges with evidence, every twelfth an epoch", |bencher| {
        bencher.iter_batched(
            || {
                let state = engine.state();
                for body in verdicts(&state, window) {
                    engine.say(body);
                }
                let epoch = window / WINDOWS;
                let edges = (0..42).map(|nth| local::evidence(epoch, window, nth % 2, 2 + nth / 2));
                let attachments =
                    Attachments { evidence: edges.collect(), bundles: vec![local::bundle(window)] };
                let time = Millis::new(world::World::end_ms(window)).unwrap();
                window += 1;
                (time, attachments)
            },
            |(time, attachments)| engine.commit_with(time, attachments).unwrap(),
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(benches, apply, commit);
criterion_main!(benches);
