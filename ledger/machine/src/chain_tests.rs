use proptest::prelude::*;

use super::{ChainError, ChainPosition, MAX_STEPS, OneWayChain, chain_step, chain_walk};
use crate::{hash::Hash, time::Epoch};

proptest! {
    #[test]
    fn every_link_steps_to_the_one_before(seed: [u8; 32], links in 1..200_u64, order in prop::collection::vec(any::<u64>(), 1..20)) {
        let mut chain = OneWayChain::new(seed, links);
        prop_assert_eq!(chain.link(0), Some(chain.head()));
        prop_assert_eq!(chain.link(links), Some(Hash::new(seed)));
        prop_assert_eq!(chain.link(links + 1), None);
        for index in order.into_iter().map(|pick| pick % links) {
            let (link, before) = (chain.link(index + 1).unwrap(), chain.link(index).unwrap());
            prop_assert_eq!(chain_step(&link), before);
            prop_assert_eq!(chain_walk(link, index + 1), chain.head());
        }
    }
}

#[test]
fn a_million_links_are_read_in_order_for_two_hashes_each() {
    let mut chain = OneWayChain::new([7; 32], 1_000_000);
    let first = chain.link(1).unwrap();
    assert_eq!(chain_step(&first), chain.head());
    assert!(chain.stretch.len() <= 1001 && chain.milestones.len() <= 1001);
}

#[test]
fn positions_open_forwards_and_backwards_but_never_what_is_settled() {
    let mut chain = OneWayChain::new([1; 32], 100);
    let mut at = |index| chain.link(index).unwrap();
    let mut position = ChainPosition::new(at(0), 0, Epoch::new(0));
    assert_eq!(position.check(at(5), 5), Ok(()));
    position.open(at(5), 5);
    assert_eq!(position.check(at(3), 3), Ok(()), "a later link opens all before it");
    position.open(at(3), 3);
    assert_eq!((position.tip, position.index), (at(5), 5), "the tip never goes back");
    assert_eq!(position.check(at(6), 7), Err(ChainError::NotOfThisChain { index: 7 }));
    position.settled = 5;
    assert_eq!(position.check(at(3), 3), Err(ChainError::Settled { index: 3, settled: 5 }));
    let index = 6 + MAX_STEPS;
    assert_eq!(position.check(at(6), index), Err(ChainError::TooFar { index, steps: MAX_STEPS + 1 }));
}

#[test]
fn a_chain_does_not_print_its_secrets() {
    let mut chain = OneWayChain::new([1; 32], 10);
    let secret = chain.link(3).unwrap().to_string();
    assert!(!format!("{chain:?}").contains(&secret));
}
