//! The validators' tenth, by power among those that proposed in the epoch.

use super::line::{RewardLine, ValidatorFacts, Work};
use crate::{PublicKey, money::Ear, time::Epoch};

/// A validator that proposed at least one block in the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposer {
    /// Its key.
    pub validator: PublicKey,
    /// The account that it is paid to.
    pub payout: PublicKey,
    /// Its voting power.
    pub power: u64,
}

pub(super) fn pay(epoch: Epoch, pool: Ear, proposers: &[Proposer]) -> Vec<RewardLine> {
    let power_sum: u128 = proposers.iter().map(|proposer| u128::from(proposer.power)).sum();
    let line = |proposer: &Proposer| RewardLine {
        epoch,
        owner: proposer.payout,
        hotspot: proposer.validator,
        amount: pool.portion(proposer.power, power_sum),
        work: Work::Validator(ValidatorFacts { pool, power: proposer.power, power_sum }),
        edges: Vec::new(),
    };
    proposers.iter().filter(|proposer| proposer.power > 0).map(line).collect()
}
