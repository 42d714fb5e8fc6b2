//! Cells, the sites that cover them, and their ranks.
//!
//! An accepted edge B -> W between two owners makes B a coverer of the cell where it was heard and of its own. A cell's
//! amount goes to its sites (one per owner and 300 m) by rank of margin, 4 : 2 : 1 over the sites present, then nothing:
//! more sites never raise what a cell gets.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    EpochInput, PaidEdge, add,
    data::Demand,
    line::{CoverageFacts, RewardLine, Work},
    take, total, weight, witness,
};
use crate::{PublicKey, cell::Cell8, median::weighted_median, money::Ear, state::CellLife};

pub(super) struct CoveragePayment {
    pub(super) lines: Vec<RewardLine>,
    pub(super) instalments: BTreeMap<Cell8, Vec<Ear>>,
    pub(super) covered: Vec<Cell8>,
}

/// One owner's hotspots within 300 m.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    site: PublicKey,
    owner: PublicKey,
}

/// Indices of the edges by which each site covers each cell.
type Coverers = BTreeMap<Cell8, BTreeMap<Site, Vec<usize>>>;

/// A site's standing in a cell.
struct Ranked {
    site: Site,
    margin_cdb: i32,
    edges: Vec<usize>,
}

/// What a cell has to give.
#[derive(Clone, Copy)]
struct Purse {
    pool: Ear,
    weight: u64,
    weight_sum: u64,
    share: Ear,
    bonus: Ear,
    bounty: Ear,
}

impl Purse {
    fn amount(&self) -> Ear {
        add(add(self.share, self.bonus), self.bounty)
    }
}

pub(super) fn pay(
    input: &EpochInput<'_>,
    edges: &[PaidEdge],
    demand: &BTreeMap<Cell8, Demand>,
    pool: Ear,
) -> CoveragePayment {
    let coverers = coverers(edges);
    let pair_weights = witness::pair_weights(edges);
    let bonuses = weight::bonuses(demand, |cell| coverers.contains_key(cell), pool, input.parameters);
    let shared = take(pool, total(bonuses.values().copied()));
    let weights: BTreeMap<Cell8, u64> = coverers
        .keys()
        .map(|cell| (*cell, weight::recency(input.cells.get(cell), input.epoch, input.parameters)))
        .collect();
    let weight_sum: u64 = weights.values().sum();
    let instalments: BTreeMap<Cell8, Vec<Ear>> =
        coverers.keys().filter_map(|cell| Some((*cell, instalments(input.cells.get(cell)?)))).collect();

    let mut lines = Vec::new();
    for (cell, sites) in &coverers {
        let purse = Purse {
            pool,
            weight: weights[cell],
            weight_sum,
            share: shared.portion(weights[cell], u128::from(weight_sum)),
            bonus: bonuses.get(cell).copied().unwrap_or_default(),
            bounty: instalments.get(cell).map_or(Ear::ZERO, |each| total(each.iter().copied())),
        };
        pay_cell(input, edges, &pair_weights, *cell, purse, rank(input, edges, sites), &mut lines);
    }
    CoveragePayment { lines, instalments, covered: coverers.into_keys().collect() }
}

fn coverers(edges: &[PaidEdge]) -> Coverers {
    let mut coverers = Coverers::new();
    for (at, edge) in edges.iter().enumerate().filter(|(_, edge)| edge.is_independent()) {
        let site = Site { site: edge.beaconer.site, owner: edge.beaconer.owner };
        let mut cover = |cell| coverers.entry(cell).or_default().entry(site).or_default().push(at);
        cover(edge.witness.cell);
        if edge.beaconer.cell != edge.witness.cell {
            cover(edge.beaconer.cell);
        }
    }
    coverers
}

/// The next instalment of each of a cell's bounties; the last one pays all that is left.
fn instalments(life: &CellLife) -> Vec<Ear> {
    life.bounties.iter().map(|bounty| bounty.left.portion(1, u128::from(bounty.instalments_left))).collect()
}

/// Best margin first; ties by key.
fn rank(input: &EpochInput<'_>, edges: &[PaidEdge], sites: &BTreeMap<Site, Vec<usize>>) -> Vec<Ranked> {
    let cap = i32::try_from(input.parameters.margin_cap_cdb()).expect("the bound of the parameter fits");
    let mut ranked: Vec<Ranked> = sites
        .iter()
        .map(|(site, by)| {
            let margins = by.iter().map(|at| (edges[*at].margin_cdb, 1));
            let margin_cdb = weighted_median(margins).expect("a site covers by at least one edge").min(cap);
            Ranked { site: *site, margin_cdb, edges: by.clone() }
        })
        .collect();
    ranked.sort_by_key(|ranked| (Reverse(ranked.margin_cdb), ranked.site));
    ranked
}

fn pay_cell(
    input: &EpochInput<'_>,
    edges: &[PaidEdge],
    pair_weights: &[u64],
    cell: Cell8,
    purse: Purse,
    ranked: Vec<Ranked>,
    lines: &mut Vec<RewardLine>,
) {
    let rank_parts = input.parameters.rank_parts();
    let parts: u64 = rank_parts.iter().take(ranked.len()).sum();
    let sites = u32::try_from(ranked.len()).expect("fewer sites than hotspots, fewer than 2^32");
    for (rank, (at, place)) in (1..).zip(ranked.into_iter().enumerate()) {
        let part = rank_parts.get(at).copied().unwrap_or(0);
        let site_amount = purse.amount().portion(part, u128::from(parts));
        let witness_pot = site_amount.per_mille(input.parameters.witness_per_mille());
        let facts = CoverageFacts {
            cell,
            site: place.site.site,
            pool: purse.pool,
            cell_weight: purse.weight,
            weight_sum: purse.weight_sum,
            share: purse.share,
            bonus: purse.bonus,
            bounty: purse.bounty,
            rank,
            sites,
            margin_cdb: place.margin_cdb,
            part,
            parts,
            site_amount,
            witness_pot,
        };
        lines.push(site_line(input, edges, &place, facts));
        witness::pay(input.epoch, edges, pair_weights, &place.edges, &facts, lines);
    }
}

fn site_line(input: &EpochInput<'_>, edges: &[PaidEdge], place: &Ranked, facts: CoverageFacts) -> RewardLine {
    let beaconers = place.edges.iter().map(|at| edges[*at].beaconer.hotspot);
    RewardLine {
        epoch: input.epoch,
        owner: place.site.owner,
        hotspot: beaconers.min().expect("a site covers by at least one edge"),
        amount: take(facts.site_amount, facts.witness_pot),
        work: Work::Coverage(facts),
        edges: place.edges.iter().map(|at| edges[*at].reference()).collect(),
    }
}
