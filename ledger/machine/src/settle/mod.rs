//! What an epoch pays, and to whom: pure functions of its accepted edges.
//!
//! ```text
//! emission   = coverage + data + validators               (coverage is the residual, so the parts always sum)
//! data paid <= min(data part, 80 % of the value burned for data)
//! pool       = coverage + unspent data + released carry   -> cells -> sites -> witnesses
//! emission + carries before + bounty instalments = reward lines + carries after
//! ```
//!
//! Each division rounds down and what it leaves is carried, so nothing is ever over-allocated and nothing is lost. The
//! result does not depend on the order of the edges given. Every line names the edges that earned it and the numbers
//! that made its amount, so that anybody can redo the sum by hand.
//!
//! | file | equation |
//! |---|---|
//! | `pools` | emission and its split |
//! | `data` | what data use earns, what is left of the value burned |
//! | `weight` | a cell's recency and demand |
//! | `coverage` | cells, sites, ranks |
//! | `witness` | the fifth for those who proved it |
//! | `validators` | the tenth |
//!
//! *Not here*: state. [`settle`] reads an [`EpochInput`] and gives back a [`Settlement`]; `execute/close.rs` books it.

mod coverage;
mod data;
mod line;
mod pools;
mod validators;
mod weight;
mod witness;

#[cfg(test)]
mod settle_tests;

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};

pub use data::DataUse;
pub use line::{CoverageFacts, DataFacts, EdgeRef, RewardLine, ValidatorFacts, WitnessFacts, Work};
pub(crate) use pools::emission;
pub use validators::Proposer;

use crate::{
    PublicKey,
    cell::Cell8,
    money::{Ear, Price},
    parameters::Parameters,
    state::CellLife,
    table::Table,
    time::{Epoch, Window},
};

/// One end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// The hotspot.
    pub hotspot: PublicKey,
    /// Whom its rewards go to.
    pub owner: PublicKey,
    /// The lowest key among the owner's hotspots within 300 m.
    pub site: PublicKey,
    /// The reward cell of its place.
    pub cell: Cell8,
}

/// An accepted edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidEdge {
    /// The window of its round.
    pub window: Window,
    /// Who beaconed.
    pub beaconer: Party,
    /// Who heard.
    pub witness: Party,
    /// Median SNR above the decoding limit, hundredths of dB.
    pub margin_cdb: i32,
}

impl PaidEdge {
    /// Its name within the ledger.
    pub const fn reference(&self) -> EdgeRef {
        EdgeRef { window: self.window, beaconer: self.beaconer.hotspot, witness: self.witness.hotspot }
    }

    /// Edges within one owner's hands prove nothing to others.
    fn is_independent(&self) -> bool {
        self.beaconer.owner != self.witness.owner
    }
}

/// Issued but not yet paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Carries {
    /// For coverage.
    pub coverage: Ear,
    /// For validators.
    pub validators: Ear,
}

/// All that an epoch's payments depend on.
#[derive(Clone, Debug)]
pub struct EpochInput<'a> {
    /// The epoch.
    pub epoch: Epoch,
    /// The numbers in force.
    pub parameters: &'a Parameters,
    /// What the epoch issues.
    pub emission: Ear,
    /// What earlier epochs left.
    pub carries: Carries,
    /// The epoch's price.
    pub price: Price,
    /// Its accepted edges, in any order.
    pub edges: &'a [PaidEdge],
    /// Data credits spent in it, in any order.
    pub data: &'a [DataUse],
    /// The cells with their history and bounties.
    pub cells: &'a Table<Cell8, CellLife>,
    /// Who proposed blocks in it.
    pub proposers: &'a [Proposer],
}

/// An epoch's totals. Amounts satisfy
/// `emission + carries_before + bounties = coverage_paid + witness_paid + data_paid + validators_paid + carries_after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct EpochSummary {
    /// The epoch.
    pub epoch: Epoch,
    /// What it issued.
    pub emission: Ear,
    /// What cells shared: the coverage part, unspent data, released carry.
    pub coverage_pool: Ear,
    /// The data part.
    pub data_pool: Ear,
    /// The validators' part and their carry.
    pub validators_pool: Ear,
    /// EAR value of the data credits spent.
    pub data_value: Ear,
    /// Paid for data.
    pub data_paid: Ear,
    /// Paid to covering sites.
    pub coverage_paid: Ear,
    /// Paid to witnesses.
    pub witness_paid: Ear,
    /// Paid to validators.
    pub validators_paid: Ear,
    /// Instalments of bounties that came on top.
    pub bounties: Ear,
    /// Carried into the epoch.
    pub carries_before: Carries,
    /// Carried out of it.
    pub carries_after: Carries,
    /// Cells covered.
    pub cells: u64,
    /// Accepted edges, those between one owner's hotspots included.
    pub edges: u64,
    /// The price that held.
    pub price: Price,
}

/// What an epoch pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Every payment.
    pub lines: Vec<RewardLine>,
    /// The instalment of each bounty, in their order, of each covered cell.
    pub instalments: BTreeMap<Cell8, Vec<Ear>>,
    /// Cells that somebody covered.
    pub covered: Vec<Cell8>,
    /// Cells in which data was used.
    pub used: Vec<Cell8>,
    /// The totals.
    pub summary: EpochSummary,
}

/// Pays an epoch.
///
/// # Panics
/// When the equation in the module's page does not hold, which is a programmer's error.
#[must_use]
pub fn settle(input: &EpochInput<'_>) -> Settlement {
    let edges = sorted(input.edges);
    let split = pools::split(input.emission, input.parameters);
    let data = data::pay(input, split.data);
    let released = pools::release(input.carries.coverage, split.coverage, input.parameters);
    let pool = add(add(split.coverage, take(split.data, data.paid)), released);
    let coverage = coverage::pay(input, &edges, &data.demand, pool);
    let validators_pool = add(split.validators, input.carries.validators);
    let validators = validators::pay(input.epoch, validators_pool, input.proposers);

    let bounties = total(coverage.instalments.values().flatten().copied());
    let cell_lines = total(coverage.lines.iter().map(|line| line.amount));
    let validators_paid = total(validators.iter().map(|line| line.amount));
    let carries_after = Carries {
        coverage: add(take(input.carries.coverage, released), take(add(pool, bounties), cell_lines)),
        validators: take(validators_pool, validators_paid),
    };
    let witness_paid =
        total(coverage.lines.iter().filter(|line| line.work.is_witness()).map(|line| line.amount));
    let summary = EpochSummary {
        epoch: input.epoch,
        emission: input.emission,
        coverage_pool: pool,
        data_pool: split.data,
        validators_pool,
        data_value: data.value,
        data_paid: data.paid,
        coverage_paid: take(cell_lines, witness_paid),
        witness_paid,
        validators_paid,
        bounties,
        carries_before: input.carries,
        carries_after,
        cells: coverage.covered.len() as u64,
        edges: edges.len() as u64,
        price: input.price,
    };
    let lines = [coverage.lines, data.lines, validators].concat();
    assert_balanced(&summary, &lines);
    Settlement {
        lines,
        instalments: coverage.instalments,
        covered: coverage.covered,
        used: data.demand.into_keys().collect(),
        summary,
    }
}

fn sorted(edges: &[PaidEdge]) -> Vec<PaidEdge> {
    let mut edges = edges.to_vec();
    edges.sort_unstable_by_key(PaidEdge::reference);
    edges
}

/// The epoch's equation, with every line added up anew.
fn assert_balanced(summary: &EpochSummary, lines: &[RewardLine]) {
    let sum = |amounts: &[Ear]| amounts.iter().map(|ear| u128::from(ear.units())).sum::<u128>();
    let before = summary.carries_before;
    let after = summary.carries_after;
    let available = sum(&[summary.emission, before.coverage, before.validators, summary.bounties]);
    let paid: Vec<Ear> = lines.iter().map(|line| line.amount).collect();
    let spent = sum(&paid) + sum(&[after.coverage, after.validators]);
    assert_eq!(
        available, spent,
        "epoch {}: emission + carries + bounties (left) is not lines + carries (right)",
        summary.epoch
    );
}

/// Sums and differences within an epoch stay below the supply's cap, which fits.
fn add(left: Ear, right: Ear) -> Ear {
    (left + right).expect("amounts of one epoch are parts of the supply, whose cap fits")
}

fn take(whole: Ear, part: Ear) -> Ear {
    (whole - part).expect("a part of a pool is never more than the pool")
}

fn total(amounts: impl IntoIterator<Item = Ear>) -> Ear {
    Ear::sum(amounts).expect("amounts of one epoch are parts of the supply, whose cap fits")
}
