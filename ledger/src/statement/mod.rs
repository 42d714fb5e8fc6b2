//! A hotspot's statement: every payment, unfolded to the edges that earned it, and every edge that earned nothing with
//! the reason.
//!
//! Amounts are integers of 10^-8 EAR and add up exactly: the lines of an epoch to its total, the epochs to the whole. A
//! statement is read from the store alone, so that it can be made while another process keeps the ledger.
//!
//! | file | what |
//! |---|---|
//! | `name` | which hotspot is meant by a few digits |
//! | `table` | the statement as a person reads it |
//!
//! *Not here*: any rule. What a line says, the machine wrote.

mod name;
mod table;

use std::collections::BTreeMap;

use ledger_machine::{
    CoverageFacts, EdgeRef, EdgeVerdict, Epoch, PublicKey, RewardLine, RoundVerdict, State, Verdict, Work,
};
pub use name::{NameError, find};
use serde::Serialize;
pub use table::write;

use crate::{
    evidence::EdgeEvidence,
    store::{EdgeQuery, LineQuery, Reader, StoreError},
};

/// An edge by which something was earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EarningEdge {
    /// Beacon window.
    pub window: u64,
    /// Who beaconed (hex).
    pub beaconer: String,
    /// Who heard (hex).
    pub witness: String,
    /// SNR above the decoding limit, hundredths of dB.
    pub margin_cdb: i32,
}

/// One payment. Amounts are decimal strings of 10^-8 EAR, so that no reader of JSON rounds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// What was paid for: `coverage`, `witness`, `data` or `validator`.
    pub work: &'static str,
    /// H3 resolution-8 cell (hex), if one is concerned.
    pub cell: Option<String>,
    /// What was paid.
    pub amount: String,
    /// Rank of the site in the cell, from 1 (of the proven site, for witnesses).
    pub rank: Option<u32>,
    /// How many sites cover the cell.
    pub sites: Option<u32>,
    /// Numerator of the share of `of`: the rank's part, the witness's weight, the value carried, the power.
    pub part: String,
    /// Denominator of that share.
    pub parts: String,
    /// What was shared: the cell's amount, the site's witness pot, the data budget, the validators' pool.
    pub of: String,
    /// How the cell's amount came about, for coverage.
    pub cell_amount: Option<CellAmount>,
    /// What the site passed on to its witnesses, for coverage.
    pub witness_pot: Option<String>,
    /// The edges that earned it.
    pub edges: Vec<EarningEdge>,
}

/// A cell's amount: `share + bonus + bounty`, where `share = floor((pool - bonuses) * weight / weights)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellAmount {
    /// What all cells shared.
    pub pool: String,
    /// The cell's recency weight, of 1000.
    pub weight: u64,
    /// Sum of all cells' weights.
    pub weights: u64,
    /// By weight.
    pub share: String,
    /// For demand.
    pub bonus: String,
    /// From bounties.
    pub bounty: String,
}

/// An edge that earned nothing, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedEdge {
    /// Beacon window.
    pub window: u64,
    /// Who beaconed (hex).
    pub beaconer: String,
    /// Who said to have heard (hex).
    pub witness: String,
    /// `rejected` or `unproven`.
    pub outcome: &'static str,
    /// The check that decided.
    pub check: &'static str,
    /// What it measured, thousandths of its unit.
    pub measured_milli: i64,
    /// What it allows, thousandths of its unit.
    pub allowed_milli: i64,
    /// That unit, where evidence is kept.
    pub unit: Option<String>,
    /// What it means and what to do, where evidence is kept.
    pub explanation: Option<String>,
}

/// What one epoch gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EpochStatement {
    /// The epoch.
    pub epoch: u64,
    /// Every payment.
    pub lines: Vec<StatementLine>,
    /// Edges of this hotspot, at either end, that were accepted.
    pub accepted: u64,
    /// Its edges that were not, with the reasons.
    pub failed: Vec<FailedEdge>,
    /// What was paid by kind of work.
    pub by_work: BTreeMap<&'static str, String>,
    /// The sum of all lines.
    pub total: String,
    #[serde(skip)]
    units: u128,
}

/// What a hotspot (or a validator) earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Its key (hex).
    pub hotspot: String,
    /// Whose account is paid (hex); none for a key that never registered.
    pub owner: Option<String>,
    /// The epochs asked for.
    pub epochs: Vec<EpochStatement>,
    /// The sum over them.
    pub total: String,
}

/// The statement of `hotspot` for one epoch, or for all in which it earned or was judged. `state` is the ledger's.
///
/// # Errors
/// When the store cannot be read or was changed.
pub fn statement(
    reader: &Reader,
    state: &State,
    hotspot: PublicKey,
    epoch: Option<Epoch>,
) -> Result<Statement, StoreError> {
    let current = state.tip().epoch.number();
    let numbers = epoch.map_or(0..=current, |epoch| epoch.number()..=epoch.number());
    let mut epochs = Vec::new();
    for number in numbers {
        let one = epoch_statement(reader, hotspot, Epoch::new(number))?;
        if epoch.is_some() || !one.is_empty() {
            epochs.push(one);
        }
    }
    let total: u128 = epochs.iter().map(|epoch| epoch.units).sum();
    let owner = state.hotspots().get(&hotspot).map(|known| known.owner);
    let payout = state.validators().get(&hotspot).map(|known| known.payout);
    Ok(Statement {
        hotspot: hotspot.to_string(),
        owner: owner.or(payout).map(|owner| owner.to_string()),
        epochs,
        total: total.to_string(),
    })
}

impl EpochStatement {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.failed.is_empty() && self.accepted == 0
    }
}

fn epoch_statement(reader: &Reader, hotspot: PublicKey, epoch: Epoch) -> Result<EpochStatement, StoreError> {
    let query = LineQuery { epoch: Some(epoch), hotspot: Some(hotspot), cell: None };
    let lines = reader.reward_lines(query)?;
    let rounds = reader.rounds(Some(epoch))?;
    let margins = margins(&rounds);
    let evidence = reader.edges(EdgeQuery { epoch: Some(epoch), hotspot: Some(hotspot), limit: None })?;
    let mine: Vec<(&RoundVerdict, &EdgeVerdict)> = edges_of(&rounds, hotspot).collect();
    let mut by_work: BTreeMap<&'static str, u128> = BTreeMap::new();
    for line in &lines {
        *by_work.entry(line.work.as_str()).or_default() += u128::from(line.amount.units());
    }
    let units = by_work.values().sum();
    Ok(EpochStatement {
        epoch: epoch.number(),
        lines: lines.iter().map(|line| unfold(line, &margins)).collect(),
        accepted: mine.iter().filter(|(_, edge)| edge.is_accepted()).count() as u64,
        failed: mine.iter().filter_map(|(round, edge)| failed(round, edge, &evidence)).collect(),
        by_work: by_work.into_iter().map(|(work, units)| (work, units.to_string())).collect(),
        total: u128::to_string(&units),
        units,
    })
}

type Margins = BTreeMap<EdgeRef, i32>;

fn margins(rounds: &[RoundVerdict]) -> Margins {
    let edges = rounds.iter().flat_map(|round| round.edges.iter().map(move |edge| (round, edge)));
    edges.map(|(round, edge)| (reference(round, edge), edge.margin_cdb)).collect()
}

const fn reference(round: &RoundVerdict, edge: &EdgeVerdict) -> EdgeRef {
    EdgeRef { window: round.window, beaconer: round.beaconer, witness: edge.witness }
}

/// The edges with `hotspot` at either end.
fn edges_of(
    rounds: &[RoundVerdict],
    hotspot: PublicKey,
) -> impl Iterator<Item = (&RoundVerdict, &EdgeVerdict)> {
    let edges = rounds.iter().flat_map(|round| round.edges.iter().map(move |edge| (round, edge)));
    edges.filter(move |(round, edge)| round.beaconer == hotspot || edge.witness == hotspot)
}

fn failed(round: &RoundVerdict, edge: &EdgeVerdict, evidence: &[EdgeEvidence]) -> Option<FailedEdge> {
    let (outcome, reason) = match edge.verdict {
        Verdict::Accepted => return None,
        Verdict::Rejected(reason) => ("rejected", reason),
        Verdict::Unproven(reason) => ("unproven", reason),
    };
    let (beaconer, witness) = (round.beaconer.to_string(), edge.witness.to_string());
    let is_this = |kept: &&EdgeEvidence| {
        kept.window == round.window.number() && kept.beaconer == beaconer && kept.witness == witness
    };
    let finding = evidence
        .iter()
        .find(is_this)
        .and_then(|kept| kept.findings.iter().find(|finding| finding.check == reason.check.as_str()));
    Some(FailedEdge {
        window: round.window.number(),
        outcome,
        check: reason.check.as_str(),
        measured_milli: reason.measured_milli,
        allowed_milli: reason.allowed_milli,
        unit: finding.map(|finding| finding.unit.clone()),
        explanation: finding.map(|finding| finding.explanation.clone()),
        beaconer,
        witness,
    })
}

fn unfold(line: &RewardLine, margins: &Margins) -> StatementLine {
    let edges = line.edges.iter().map(|edge| EarningEdge {
        window: edge.window.number(),
        beaconer: edge.beaconer.to_string(),
        witness: edge.witness.to_string(),
        margin_cdb: margins.get(edge).copied().unwrap_or_default(),
    });
    let (part, parts, of) = share(&line.work);
    let mut unfolded = StatementLine {
        work: line.work.as_str(),
        cell: line.work.cell().map(|cell| cell.to_string()),
        amount: line.amount.units().to_string(),
        rank: None,
        sites: None,
        part,
        parts,
        of,
        cell_amount: None,
        witness_pot: None,
        edges: edges.collect(),
    };
    match &line.work {
        Work::Coverage(facts) => {
            unfolded.rank = Some(facts.rank);
            unfolded.sites = Some(facts.sites);
            unfolded.cell_amount = Some(CellAmount::of(facts));
            unfolded.witness_pot = Some(facts.witness_pot.units().to_string());
        }
        Work::Witness(facts) => unfolded.rank = Some(facts.rank),
        Work::Data(_) | Work::Validator(_) => {}
    }
    unfolded
}

/// `part` of `parts` of how much.
fn share(work: &Work) -> (String, String, String) {
    match work {
        Work::Coverage(facts) => {
            let amount = [facts.share, facts.bonus, facts.bounty]
                .iter()
                .map(|ear| u128::from(ear.units()))
                .sum::<u128>();
            (facts.part.to_string(), facts.parts.to_string(), amount.to_string())
        }
        Work::Witness(facts) => {
            (facts.weight.to_string(), facts.weight_sum.to_string(), facts.pot.units().to_string())
        }
        Work::Data(facts) => {
            (facts.value.units().to_string(), facts.value_sum.to_string(), facts.budget.units().to_string())
        }
        Work::Validator(facts) => {
            (facts.power.to_string(), facts.power_sum.to_string(), facts.pool.units().to_string())
        }
    }
}

impl CellAmount {
    fn of(facts: &CoverageFacts) -> Self {
        Self {
            pool: facts.pool.units().to_string(),
            weight: facts.cell_weight,
            weights: facts.weight_sum,
            share: facts.share.units().to_string(),
            bonus: facts.bonus.units().to_string(),
            bounty: facts.bounty.units().to_string(),
        }
    }
}
