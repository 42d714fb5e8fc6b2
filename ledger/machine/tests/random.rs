//! Random transactions, valid and not, over random blocks: conservation (asserted inside `apply`), refusals that leave
//! no trace, everything delivered three times, and replay to the same hash.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod world;

use ledger_machine::{
    Body, Ear, Epoch, Millis, Parameter, Price, PublicKey, RegisterHotspot, SignedTransaction, State,
    TransactionError,
};
use proptest::prelude::*;
use secp256k1::SecretKey;
use world::{World, hotspot, owner, place, validator};

/// A wish for a transaction; what becomes of it depends on the state.
#[derive(Clone, Debug)]
struct Wish {
    kind: u8,
    who: usize,
    whom: usize,
    amount: u64,
    extra: u32,
}

fn wish() -> impl Strategy<Value = Wish> {
    let amount = prop_oneof![3 => 0..2_000_000_000_u64, 1 => any::<u64>()];
    (0..12_u8, 0..6_usize, 0..10_usize, amount, 0..6_u32).prop_map(|(kind, who, whom, amount, extra)| Wish {
        kind,
        who,
        whom,
        amount,
        extra,
    })
}

fn blocks() -> impl Strategy<Value = Vec<(u64, Vec<Wish>)>> {
    prop::collection::vec((0..12_000_u64, prop::collection::vec(wish(), 0..6)), 1..12)
}

/// Signs the wishes of a block one after the other, each with the nonce that the ones before it leave.
fn signed(world: &mut World, time_ms: u64, wishes: &[Wish]) -> Vec<SignedTransaction> {
    let mut transactions = Vec::new();
    for wish in wishes {
        let so_far = world.propose(time_ms, transactions.clone()).applied.state;
        let (signer, body) = body(&so_far, time_ms, wish);
        let nonce = so_far.accounts().get(&PublicKey::of(&signer)).map_or(0, |account| account.nonce);
        transactions.push(world.sign_as(&signer, nonce, body));
    }
    transactions
}

fn body(state: &State, time_ms: u64, wish: &Wish) -> (SecretKey, Body) {
    let Wish { kind, who, whom, amount, extra } = *wish;
    let (owner, key) = (owner(who), PublicKey::of(&hotspot(whom)));
    let window = state.calendar().window_at(Millis::new(time_ms).unwrap()).number();
    match kind {
        0 => (owner, Body::Transfer { to: PublicKey::of(&world::owner(whom)), amount: Ear::new(amount) }),
        1 => (owner, Body::BurnForCredits { amount: Ear::new(amount) }),
        2 => (owner, Body::FundCell { cell: world::cell(whom), amount: Ear::new(amount), epochs: extra }),
        3 => (validator(who % 2), Body::PriceVote { price: Price::new(1 + amount % Price::MAX).unwrap() }),
        4 => {
            let parameter = Parameter::ALL[whom % Parameter::ALL.len()];
            let (min, max) = parameter.bounds();
            (validator(who % 2), Body::ProposeParameter { parameter, value: min + amount % (max - min + 2) })
        }
        5 => {
            let clock = ledger_machine::ClockClass::FreeRunning;
            let network = state.network();
            let register =
                RegisterHotspot::countersigned(network, PublicKey::of(&owner), clock, &hotspot(whom));
            (owner, Body::RegisterHotspot(register))
        }
        6 => (world::owner(whom % 4), Body::AssertPlace { hotspot: key, place: place(who * 10) }),
        7 => {
            (world::owner(whom % 4), Body::SetChainHead { hotspot: key, head: world::chain(3, whom).head() })
        }
        8 => (validator(0), Body::CloseEpoch { epoch: state.tip().epoch }),
        _ => (validator(who % 2), Body::SubmitVerdicts(round(state, wish, window))),
    }
}

fn round(state: &State, wish: &Wish, window: u64) -> ledger_machine::RoundVerdict {
    let beaconer = wish.whom % 8;
    let margins = [2_500, 900, 0, -300, i32::MIN];
    let witnesses: Vec<(usize, i32)> = (0..usize::try_from(wish.extra).unwrap())
        .map(|nth| ((beaconer + 1 + nth) % 8, margins[(nth + wish.who) % margins.len()]))
        .collect();
    world::round(state, window.saturating_sub(1 + wish.amount % 2), beaconer, &witnesses)
}

fn tally(counts: &mut [u32; 2], dropped: usize, taken: usize) {
    counts[0] += u32::try_from(taken).unwrap();
    counts[1] += u32::try_from(dropped).unwrap();
}

/// Runs the blocks; says how many transactions were taken and refused.
fn run(blocks: &[(u64, Vec<Wish>)]) -> (World, [u32; 2]) {
    let mut world = World::new(&[3, 1], 4, 8);
    let genesis = world.state.clone();
    let mut counts = [0, 0];
    for (elapsed_ms, wishes) in blocks {
        let time_ms = world.state.tip().time.ms() + elapsed_ms;
        let transactions = signed(&mut world, time_ms, wishes);
        let before = world.state.hash();
        let proposal = world.propose(time_ms, transactions.clone());
        assert_eq!(world.state.hash(), before, "proposing changed the state");
        tally(&mut counts, proposal.dropped.len(), proposal.transactions.len());

        let valid_only = world.propose(time_ms, proposal.transactions.clone());
        assert!(valid_only.dropped.is_empty());
        assert_eq!(valid_only.header, proposal.header, "a refused transaction left a trace");
        let thrice: Vec<_> =
            transactions.iter().flat_map(|one| [one.clone(), one.clone(), one.clone()]).collect();
        let thrice = world.propose(time_ms, thrice);
        assert_eq!(thrice.header, proposal.header, "a transaction counted more than once");
        world.commit(proposal);
        assert!(world.state.supply().is_exact());
    }
    let replayed = world.blocks.iter().fold(genesis, |state, block| state.apply(block).unwrap().state);
    assert!(replayed == world.state, "replay leads elsewhere");
    let restored = State::from_bytes(&world.state.to_bytes()).unwrap();
    assert_eq!(restored.hash(), world.state.hash());
    (world, counts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_blocks_conserve_replay_and_ignore_repetition(blocks in blocks()) {
        run(&blocks);
    }
}

/// The generator must reach what it is for: epochs that pay, refusals of many kinds, valid ones of each.
#[test]
fn the_generator_reaches_both_sides() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut counts, mut epochs, mut paid) = ([0, 0], 0, 0);
    for _ in 0..40 {
        let blocks = proptest::strategy::Strategy::new_tree(&blocks(), &mut runner).unwrap();
        let (world, [taken, refused]) = run(&proptest::strategy::ValueTree::current(&blocks));
        counts = [counts[0] + taken, counts[1] + refused];
        epochs += world.state.tip().epoch.number();
        paid += world
            .effects
            .iter()
            .filter(|effect| {
                matches!(effect, ledger_machine::Effect::Reward(line) if line.work.as_str() == "witness")
            })
            .count();
    }
    println!("taken {}, refused {}, epochs {epochs}, witness lines {paid}", counts[0], counts[1]);
    assert!(counts[0] > 200 && counts[1] > 200 && epochs > 10 && paid > 10);
}

#[test]
fn early_and_late_are_told_apart() {
    let mut world = World::new(&[1], 2, 2);
    let ahead = world.sign_as(&owner(0), 1, Body::BurnForCredits { amount: Ear::new(100_000_000) });
    let closing = world.close();
    let late = world.sign_as(&owner(1), u64::MAX, Body::CloseEpoch { epoch: Epoch::new(0) });
    let dropped = world.propose(world::START_MS, vec![ahead, closing, late]).dropped;
    let early: Vec<bool> = dropped.iter().map(|(_, error)| error.is_early()).collect();
    assert_eq!(early, [true, true, true]);
    assert!(!TransactionError::Voted(PublicKey::of(&owner(0))).is_early());
}
