//! Blocks one after the other: what counts, what is refused, and that a refusal changes nothing.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

mod world;

use ledger_machine::{
    Block, BlockError, Body, Check, Ear, Effect, Epoch, Hash, Height, Millis, OneWayChain, Parameter, Price,
    PublicKey, Reason, RegisterHotspot, RewardLine, Round, SignedTransaction, State, Transaction, Verdict,
    Wire, Work, chain_step,
};
use secp256k1::SecretKey;
use world::{START_MS, World, accepted, hotspot, owner, place, rejected, validator};

fn key(secret: &SecretKey) -> PublicKey {
    PublicKey::of(secret)
}

fn rewards(effects: &[Effect]) -> Vec<&RewardLine> {
    let lines = effects.iter().filter_map(|effect| match effect {
        Effect::Reward(line) => Some(line),
        _ => None,
    });
    lines.collect()
}

fn submit(world: &World, round: ledger_machine::RoundVerdict) -> SignedTransaction {
    world.sign(&validator(0), Body::SubmitVerdicts(round))
}

#[test]
fn an_epoch_pays_those_whose_edges_were_accepted() {
    let mut world = World::new(&[1], 5, 5);
    let round = submit(&world, world.round(0, 1, &[(2, 500), (3, 700)]));
    world.seal(World::end_ms(0), vec![round]);
    let close = world.close();
    let effects = world.seal(World::end_ms(3), vec![close]);

    let lines = rewards(&effects);
    let of = |work: &str| lines.iter().filter(|line| line.work.as_str() == work).count();
    assert_eq!((of("coverage"), of("witness"), of("validator")), (3, 4, 1));
    let supply = world.state.supply();
    assert!(supply.is_exact());
    let issuable = 100_000_000_000_000_000 - 500_000_000_000;
    assert_eq!(supply.totals.issued, Ear::new(issuable / 1460));
    assert!(world.balance(&owner(1)) > world.balance(&owner(2)), "who covers earns more than who hears");
    assert_eq!(world.state.tip().epoch, Epoch::new(1));
    assert!(world.state.rounds().is_empty());
    assert_eq!(world.state.cells().len(), 3);
}

#[test]
fn rejected_and_unproven_edges_earn_nothing() {
    let mut world = World::new(&[1], 5, 5);
    let reason = Reason { check: Check::LinkBudget, measured_milli: 5_000, allowed_milli: 1_000 };
    let mut round = world.round(0, 1, &[(2, 500)]);
    round.edges[0].verdict = Verdict::Unproven(reason);
    round.edges.push(rejected(3, reason));
    round.edges.sort_by_key(|edge| edge.witness);
    let round = submit(&world, round);
    world.seal(World::end_ms(0), vec![round]);
    let close = world.close();
    let effects = world.seal(World::end_ms(3), vec![close]);
    assert!(rewards(&effects).iter().all(|line| matches!(line.work, Work::Validator(_))));
    assert!(!world.state.supply().carries.coverage.is_zero(), "what nobody earned is carried");
}

#[test]
fn blocks_apply_once_and_in_order() {
    let mut world = World::new(&[1], 2, 2);
    let before = world.state.clone();
    world.seal(START_MS, vec![]);
    let block = world.blocks[0].clone();
    let expected = Height::new(2);
    assert_eq!(
        world.state.apply(&block).unwrap_err(),
        BlockError::Height { expected, actual: Height::new(1) }
    );
    world.seal(START_MS + 1, vec![]);
    assert!(matches!(before.apply(&world.blocks[1]), Err(BlockError::Height { .. })));
    let other = World::new(&[1], 3, 2);
    assert!(matches!(other.state.apply(&block), Err(BlockError::Previous { .. })));
}

/// Signs `header` anew, so that only the changed value can be the reason for a refusal.
fn forged(block: &Block, change: impl FnOnce(&mut Block)) -> Block {
    let mut block = block.clone();
    change(&mut block);
    Block::sign(block.header, block.transactions, &validator(0))
}

#[test]
fn every_field_of_a_header_counts() {
    let mut world = World::new(&[1], 2, 2);
    let pay = Body::Transfer { to: key(&owner(1)), amount: Ear::new(5) };
    let transfer = world.sign(&owner(0), pay);
    let before = world.state.clone();
    world.seal(START_MS + 10, vec![transfer]);
    let block = &world.blocks[0];
    let refused = |change: fn(&mut Block)| before.apply(&forged(block, change)).unwrap_err();

    assert!(matches!(refused(|block| block.header.epoch = Epoch::new(1)), BlockError::Epoch { .. }));
    assert!(matches!(
        refused(|block| block.header.time = Millis::new(START_MS - 1).unwrap()),
        BlockError::Time { .. }
    ));
    assert!(matches!(refused(|block| block.header.proposer = key(&owner(0))), BlockError::Signature(_)));
    assert!(matches!(refused(|block| block.header.link = Hash::new([1; 32])), BlockError::Link(_)));
    assert!(matches!(refused(|block| block.transactions.clear()), BlockError::Transactions));
    assert!(matches!(refused(|block| block.header.state = Hash::new([1; 32])), BlockError::State { .. }));
    let mut unsigned = block.clone();
    unsigned.header.time = Millis::new(START_MS + 11).unwrap();
    assert!(matches!(before.apply(&unsigned), Err(BlockError::Signature(_))));
    assert!(before.apply(block).is_ok());
}

#[test]
fn one_invalid_transaction_makes_the_whole_block_invalid() {
    let mut world = World::new(&[1], 2, 2);
    let amount = Ear::new(60_000_000_000);
    let pay = |nonce| {
        let body = Body::Transfer { to: key(&owner(1)), amount };
        world.sign_as(&owner(0), nonce, body)
    };
    let (first, second) = (pay(0), pay(1));
    let proposal = world.propose(START_MS, vec![first.clone(), second.clone()]);
    assert_eq!((proposal.transactions.len(), proposal.dropped.len()), (1, 1), "the second cannot be paid");
    let mut header = proposal.header;
    let transactions = vec![first, second];
    header.transactions = Block::transactions_hash(&transactions);
    let hash = world.state.hash();
    let error = world.state.apply(&Block::sign(header, transactions, &validator(0))).unwrap_err();
    assert!(matches!(error, BlockError::Transaction { index: 1, .. }), "{error}");
    assert_eq!(world.state.hash(), hash);
}

#[test]
fn transactions_count_once_and_only_here() {
    let mut world = World::new(&[1], 2, 2);
    let transfer = world.sign(&owner(0), Body::Transfer { to: key(&owner(1)), amount: Ear::new(5) });
    let proposal = world.propose(START_MS, vec![transfer.clone(), transfer.clone(), transfer.clone()]);
    assert_eq!((proposal.transactions.len(), proposal.dropped.len()), (1, 2));
    assert!(!proposal.dropped[0].1.is_early());
    world.commit(proposal);
    assert_eq!(world.balance(&owner(1)), Ear::new(100_000_000_005));
    let mut elsewhere = World::new(&[1], 3, 2);
    let dropped = elsewhere.propose(START_MS, vec![transfer]).dropped;
    assert!(dropped[0].1.to_string().starts_with("it is for ledger"), "{}", dropped[0].1);
}

#[test]
fn signatures_cover_the_payload_and_have_one_form() {
    let mut world = World::new(&[1], 2, 2);
    let transfer = world.sign(&owner(0), Body::Transfer { to: key(&owner(1)), amount: Ear::new(5) });
    let mut bytes = transfer.encode();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let forged = SignedTransaction::decode(&bytes).unwrap();
    assert!(forged.verify().is_err());
    assert_eq!(world.propose(START_MS, vec![forged]).dropped.len(), 1);

    // The same signature with n - s in place of s verifies in plain ECDSA; here it does not.
    let signature = &transfer.encode()[last + 1 - 64..];
    let low = SecretKey::from_secret_bytes(signature[32..].try_into().unwrap()).unwrap();
    let mut high = transfer.encode();
    high[last + 1 - 32..].copy_from_slice(&low.negate().to_secret_bytes());
    assert!(SignedTransaction::decode(&high).unwrap().verify().is_err());
}

#[test]
fn randomness_is_the_hash_of_the_last_and_the_proposers_link() {
    let mut world = World::new(&[1], 2, 2);
    let before = world.state.tip().randomness;
    let link = world.link(0);
    world.seal(START_MS, vec![]);
    let expected =
        Hash::of(identity::Context::new("earshot 2026 ledger randomness"), &[before.bytes(), link.bytes()]);
    assert_eq!(world.state.tip().randomness, expected);
    assert_eq!(chain_step(&link), world::chain(1, 0).head());
    assert_eq!(chain_step(&world.link(0)), link);
}

#[test]
fn a_new_chain_counts_an_epoch_later() {
    let mut world = World::new(&[1], 2, 2);
    let next = OneWayChain::new([77; 32], 100);
    let set = world.sign(&validator(0), Body::SetValidatorChainHead { head: next.head() });
    world.seal(START_MS, vec![set]);
    world.skip_to(1);
    let chain = world.state.validators().get(&key(&validator(0))).unwrap().chain.now.unwrap();
    assert_eq!((chain.tip, chain.index, chain.number), (next.head(), 0, 1));
    world.use_chain(0, next);
    world.seal(World::end_ms(4), vec![]);
}

#[test]
fn a_hotspot_is_registered_by_both_keys_and_then_beacons() {
    let mut world = World::new(&[1], 2, 2);
    let (stranger, newcomer) = (world::secret(9, 1), hotspot(20));
    let (network, clock) = (world.state.network(), ledger_machine::ClockClass::FreeRunning);
    let agreed = RegisterHotspot::countersigned(network, key(&stranger), clock, &newcomer);
    let stolen = world.refusal(START_MS, &owner(0), Body::RegisterHotspot(agreed));
    assert!(stolen.contains("signature"), "{stolen}");

    let register = world.sign(&stranger, Body::RegisterHotspot(agreed));
    let place = Body::AssertPlace { hotspot: key(&newcomer), place: place(20) };
    let place = world.sign_as(&stranger, 1, place);
    let head = Body::SetChainHead { hotspot: key(&newcomer), head: world::chain(3, 20).head() };
    let head = world.sign_as(&newcomer, 0, head);
    world.seal(START_MS, vec![register, place, head]);
    let known = world.state.hotspots().get(&key(&newcomer)).unwrap();
    assert!(known.place.now.is_some() && known.chain.now.is_none() && !known.anchor);

    let early = world::round_at(0, 20, &[(0, 1)], 1);
    let refusal = world.refusal(World::end_ms(0), &validator(0), Body::SubmitVerdicts(early));
    assert!(refusal.contains("no chain in force"), "{refusal}");
    world.skip_to(1);
    let round = submit(&world, world.round(4, 20, &[(0, 1)]));
    world.seal(World::end_ms(4), vec![round]);
    let again = world.refusal(START_MS + 90_000, &stranger, Body::RegisterHotspot(agreed));
    assert!(again.contains("registered already"), "{again}");
}

#[test]
fn a_hotspot_that_moves_is_no_anchor_any_more() {
    let mut world = World::new(&[1], 2, 2);
    let body = Body::AssertPlace { hotspot: key(&hotspot(1)), place: place(30) };
    let moved = world.sign(&owner(1), body.clone());
    assert!(world.refusal(START_MS, &owner(0), body).contains("does not belong"));
    world.seal(START_MS, vec![moved]);
    let of = |state: &State| *state.hotspots().get(&key(&hotspot(1))).unwrap();
    assert_eq!(of(&world.state).place.now, Some(place(1)), "until the epoch ends");
    assert!(of(&world.state).anchor);
    world.skip_to(1);
    assert_eq!(of(&world.state).place.now, Some(place(30)));
    assert!(!of(&world.state).anchor);
}

#[test]
fn verdicts_are_held_against_what_the_ledger_knows() {
    let mut world = World::new(&[1], 2, 4);
    let at = World::end_ms(0);
    let refused = |world: &mut World, round| world.refusal(at, &validator(0), Body::SubmitVerdicts(round));
    let honest = world.round(0, 1, &[(2, 5)]);

    let by_owner = world.refusal(at, &owner(0), Body::SubmitVerdicts(honest.clone()));
    assert!(by_owner.contains("no validator"), "{by_owner}");
    let early = world.refusal(at - 1, &validator(0), Body::SubmitVerdicts(honest.clone()));
    assert!(early.contains("window 0 ends"), "{early}");
    let mut elsewhere = honest.clone();
    elsewhere.beaconer_cell = world::cell(9);
    assert!(refused(&mut world, elsewhere).contains("stands in cell"));
    let mut foreign_site = honest.clone();
    foreign_site.edges[0].witness_site = key(&hotspot(1));
    assert!(refused(&mut world, foreign_site).contains("is not the site"));
    let mut unknown = honest.clone();
    unknown.edges = vec![accepted(50, 5)];
    assert!(refused(&mut world, unknown).contains("not registered"));
    let mut guessed = honest.clone();
    guessed.opening.as_mut().unwrap().link = Hash::new([5; 32]);
    assert!(refused(&mut world, guessed).contains("does not lead"));
    let mut later = honest.clone();
    later.window = ledger_machine::Window::new(4);
    assert!(refused(&mut world, later).contains("is of epoch 1"));

    let round = submit(&world, honest.clone());
    world.seal(at, vec![round]);
    assert!(refused(&mut world, honest.clone()).contains("is decided"));
    let reused = world::round_at(1, 1, &[(2, 5)], 1);
    let reused = world.refusal(World::end_ms(1), &validator(0), Body::SubmitVerdicts(reused));
    assert!(reused.contains("served the round of window 0"), "{reused}");
}

#[test]
fn links_may_open_out_of_order_within_an_epoch_and_never_after() {
    let mut world = World::new(&[1], 4, 4);
    let fifth = submit(&world, world::round_at(1, 1, &[(2, 5)], 5));
    world.seal(World::end_ms(1), vec![fifth]);
    let third = submit(&world, world::round_at(0, 1, &[(2, 5)], 3));
    world.seal(World::end_ms(1), vec![third]);
    world.skip_to(1);
    let stale = world::round_at(4, 1, &[(2, 5)], 4);
    let refusal = world.refusal(World::end_ms(4), &validator(0), Body::SubmitVerdicts(stale));
    assert!(refusal.contains("was settled"), "{refusal}");
}

#[test]
fn skipped_draws_are_counted_against_whoever_skipped() {
    let mut world = World::new(&[1], 4, 4);
    let mut round = world.round(0, 1, &[(2, 5)]);
    round.skipped_draws = 3;
    let mut shut = world.round(0, 2, &[]);
    shut.opening = None;
    shut.skipped_draws = 1;
    let round = submit(&world, round);
    let shut = world.sign_as(&validator(0), 1, Body::SubmitVerdicts(shut));
    world.seal(World::end_ms(0), vec![round, shut]);
    let skipped = |number| world.state.hotspots().get(&key(&hotspot(number))).unwrap().skipped_draws;
    assert_eq!((skipped(1), skipped(2), skipped(3)), (3, 1, 0));
}

#[test]
fn more_than_two_thirds_of_the_power_decide() {
    let mut world = World::new(&[1, 1, 1, 1], 4, 4);
    let honest = |margin| world.round(0, 1, &[(2, margin)]);
    let mut liar = honest(9_999);
    liar.edges[0].witness_cell = world::cell(2);
    liar.edges[0].verdict =
        Verdict::Rejected(Reason { check: Check::Phase, measured_milli: 1, allowed_milli: 0 });
    let votes = [liar, honest(100), honest(300), honest(200)];
    let mut votes: Vec<_> = votes
        .into_iter()
        .enumerate()
        .map(|(who, vote)| world.sign(&validator(who), Body::SubmitVerdicts(vote)))
        .collect();
    let last = votes.pop().unwrap();
    world.seal(World::end_ms(0), votes);
    assert!(
        world.state.rounds().values().all(|round| matches!(round, Round::Open(votes) if votes.len() == 3))
    );
    let twice = world.round(0, 1, &[(2, 5)]);
    assert!(
        world
            .refusal(World::end_ms(0), &validator(1), Body::SubmitVerdicts(twice))
            .contains("judged this round already")
    );
    let effects = world.seal(World::end_ms(0), vec![last]);
    let [Effect::RoundDecided(decided)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((decided.edges[0].margin_cdb, decided.edges[0].verdict), (200, Verdict::Accepted));
    let late = world.round(1, 1, &[(2, 5)]);
    let late = world.sign(&validator(2), Body::SubmitVerdicts(late));
    world.seal(World::end_ms(1), vec![late]);
    let close = world.close();
    let effects = world.seal(World::end_ms(3), vec![close]);
    let windows = rewards(&effects).into_iter().flat_map(|line| &line.edges).map(|edge| edge.window.number());
    assert!(windows.eq([0, 0, 0, 0]), "the round without a quorum pays nothing");
}

#[test]
fn parameters_change_after_their_notice() {
    let mut world = World::new(&[1, 1, 1], 2, 2);
    let wish = |value| Body::ProposeParameter { parameter: Parameter::WitnessPerMille, value };
    assert!(world.refusal(START_MS, &validator(0), wish(501)).contains("allowed are 0 to 500"));
    let votes = (0..3).map(|who| world.sign(&validator(who), wish(300))).collect::<Vec<_>>();
    let effects = world.seal(START_MS, votes[..2].to_vec());
    assert!(effects.is_empty(), "two of three are not more than two thirds");
    let effects = world.seal(START_MS, votes[2..].to_vec());
    let effective = Epoch::new(7);
    let parameter = Parameter::WitnessPerMille;
    assert_eq!(effects, [Effect::ParameterScheduled { parameter, value: 300, effective }]);
    world.skip_to(6);
    assert_eq!(world.state.parameters().witness_per_mille(), 200);
    world.skip_to(7);
    assert_eq!(world.state.parameters().witness_per_mille(), 300);
    assert!(world.state.pending_parameters().is_empty());
}

#[test]
fn the_price_is_the_median_of_the_last_epochs_votes() {
    let mut world = World::new(&[1, 1, 1], 2, 2);
    let vote = |price| Body::PriceVote { price: Price::new(price).unwrap() };
    let votes = [5, 900, 7]
        .into_iter()
        .enumerate()
        .map(|(who, price)| world.sign(&validator(who), vote(price)))
        .collect();
    world.seal(START_MS, votes);
    assert_eq!(world.state.tip().price.units(), 2_000_000);
    world.skip_to(1);
    assert_eq!(world.state.tip().price.units(), 7);
    let lonely = world.sign(&validator(1), vote(1_000));
    world.seal(World::end_ms(4), vec![lonely]);
    world.skip_to(2);
    assert_eq!(world.state.tip().price.units(), 7, "one vote of three is no quorum");
}

#[test]
fn burning_buys_credits_that_nobody_can_transfer() {
    let mut world = World::new(&[1], 2, 2);
    let body = |amount| Body::BurnForCredits { amount: Ear::new(amount) };
    assert!(world.refusal(START_MS, &owner(0), body(1)).contains("buys no credit"));
    assert!(world.refusal(START_MS, &owner(0), body(100_000_000_001)).contains("out of range"));
    let burn = world.sign(&owner(0), body(100_000_000));
    world.seal(START_MS, vec![burn]);
    let account = world.state.accounts().get(&key(&owner(0))).unwrap();
    assert_eq!((account.credits.units(), account.balance.units()), (2_000, 99_900_000_000));
    assert_eq!(world.state.supply().totals.burned, Ear::new(100_000_000));
}

#[test]
fn bounties_wait_for_coverage_and_go_back_when_it_never_comes() {
    let mut world = World::new(&[1], 4, 4);
    world.genesis.parameters = world.genesis.parameters.with(Parameter::BountyPatienceEpochs, 1).unwrap();
    world.state = world.genesis.state().unwrap();
    let fund =
        |number, epochs| Body::FundCell { cell: world::cell(number), amount: Ear::new(100_000_001), epochs };
    assert!(world.refusal(START_MS, &owner(0), fund(2, 0)).contains("instalments"));
    let covered = world.sign(&owner(0), fund(2, 2));
    let desert = world.sign_as(&owner(0), 1, fund(40, 2));
    world.seal(START_MS, vec![covered, desert]);
    assert_eq!(world.state.supply().escrow, 200_000_002);
    for epoch in 0..3 {
        let round = submit(&world, world.round(epoch * 4, 1, &[(2, 5)]));
        world.seal(World::end_ms(epoch * 4), vec![round]);
        world.skip_to(epoch + 1);
    }
    assert_eq!(world.state.supply().escrow, 0);
    assert_eq!(world.state.supply().totals.bounties_released, Ear::new(100_000_001));
    assert!(world.effects.contains(&Effect::BountyReturned {
        cell: world::cell(40),
        funder: key(&owner(0)),
        amount: Ear::new(100_000_001),
    }));
}

#[test]
fn an_epoch_is_closed_by_the_proposer_when_it_is_over() {
    let mut world = World::new(&[1, 1], 2, 2);
    let close = |epoch| Body::CloseEpoch { epoch: Epoch::new(epoch) };
    let over = World::end_ms(3);
    assert!(world.refusal(over - 1, &validator(0), close(0)).contains("can be closed from"));
    assert!(world.refusal(over, &validator(1), close(0)).contains("did not propose"));
    assert!(world.refusal(over, &validator(0), close(1)).contains("not the current epoch"));
    world.skip_to(1);
}

#[test]
fn idle_epochs_do_not_all_fall_to_the_next_coverer() {
    let mut world = World::new(&[1], 4, 4);
    world.skip_to(10);
    let carried = world.state.supply().carries.coverage;
    let round = submit(&world, world.round(40, 1, &[(2, 5)]));
    world.seal(World::end_ms(40), vec![round]);
    world.skip_to(11);
    let Some(Effect::EpochClosed(summary)) = world.effects.last() else { panic!("no epoch closed") };
    assert_eq!(summary.carries_before.coverage, carried);
    // The coverage part, the unspent data part, and as much of the carry as the coverage part.
    assert!(summary.coverage_pool < (summary.emission * 2).unwrap());
    assert!(world.state.supply().carries.coverage > Ear::new(carried.units() / 2));
}

#[test]
fn a_checkpoint_is_the_state() {
    let mut world = World::new(&[1], 5, 5);
    let round = submit(&world, world.round(0, 1, &[(2, 500), (3, 700)]));
    world.seal(World::end_ms(0), vec![round]);
    let bytes = world.state.to_bytes();
    let back = State::from_bytes(&bytes).unwrap();
    assert!(back == world.state && back.hash() == world.state.hash());
    assert_eq!(back.head(), world.blocks[0].header.hash());
}

#[test]
fn canonical_bytes_only() {
    let mut world = World::new(&[1], 2, 2);
    world.seal(START_MS, vec![]);
    let bytes = world.blocks[0].encode();
    assert_eq!(Block::decode(&bytes).unwrap(), world.blocks[0]);
    let mut padded = bytes.clone();
    padded.extend([0x20, 0]);
    assert!(Block::decode(&padded).is_err());
    let transaction = world.sign(&owner(0), Body::CloseEpoch { epoch: Epoch::new(0) });
    assert!(Transaction::decode(&transaction.transaction().encode()).is_ok());
    assert!(Transaction::decode(&vec![0; Transaction::LIMIT + 1]).is_err());
}
