use identity::OneWayChain;

use super::{ChainError, ChainPosition, MAX_STEPS};
use crate::time::Epoch;

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
