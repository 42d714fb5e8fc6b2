//! What data use earns.
//!
//! ```text
//! budget   = min(data part, floor(value_sum * 800 / 1000))
//! amount_i = floor(budget * value_i / value_sum)            <= 80 % of value_i
//! ```
//!
//! What is left of a cell's burned value (`value - paid`, at least a fifth) bounds that cell's demand bonus, so that
//! whoever buys data from itself loses in every case.

use std::collections::BTreeMap;

use super::{
    EpochInput,
    line::{DataFacts, RewardLine, Work},
};
use crate::{
    PublicKey,
    cell::Cell8,
    money::{Credits, Ear},
};

/// Data credits spent at a hotspot. No transaction spends credits yet: offload settles through them later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataUse {
    /// The cell of the hotspot's place.
    pub cell: Cell8,
    /// The hotspot that carried it.
    pub hotspot: PublicKey,
    /// Its owner.
    pub owner: PublicKey,
    /// What was spent.
    pub credits: Credits,
}

/// A cell's demand in the epoch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Demand {
    /// EAR value burned for data in the cell.
    pub(super) value: Ear,
    /// What of it was paid out as data rewards.
    pub(super) paid: Ear,
}

pub(super) struct DataPayment {
    pub(super) lines: Vec<RewardLine>,
    pub(super) demand: BTreeMap<Cell8, Demand>,
    /// All that was burned, the largest amount when it would not fit.
    pub(super) value: Ear,
    pub(super) paid: Ear,
}

pub(super) fn pay(input: &EpochInput<'_>, pool: Ear) -> DataPayment {
    let mut uses: Vec<DataUse> = input.data.to_vec();
    uses.sort_unstable();
    let values: Vec<Ear> = uses.iter().map(|used| input.price.value(used.credits)).collect();
    let value_sum: u128 = values.iter().map(|value| u128::from(value.units())).sum();
    let returnable = value_sum * u128::from(input.parameters.data_payout_per_mille()) / 1000;
    let budget = pool.min(Ear::new(u64::try_from(returnable).unwrap_or(u64::MAX)));
    let mut payment = DataPayment {
        lines: Vec::new(),
        demand: BTreeMap::new(),
        value: Ear::new(u64::try_from(value_sum).unwrap_or(u64::MAX)),
        paid: Ear::ZERO,
    };
    for (used, value) in uses.iter().zip(values).filter(|(_, value)| !value.is_zero()) {
        let amount = budget.portion(value.units(), value_sum);
        let demand = payment.demand.entry(used.cell).or_default();
        demand.value = (demand.value + value).unwrap_or(Ear::new(u64::MAX));
        demand.paid = super::add(demand.paid, amount);
        payment.paid = super::add(payment.paid, amount);
        let facts = DataFacts { cell: used.cell, credits: used.credits, value, value_sum, budget };
        payment.lines.push(RewardLine {
            epoch: input.epoch,
            owner: used.owner,
            hotspot: used.hotspot,
            amount,
            work: Work::Data(facts),
            edges: Vec::new(),
        });
    }
    payment
}
