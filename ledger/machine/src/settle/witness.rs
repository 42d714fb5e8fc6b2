//! The fifth of a site's amount that goes to those who proved it.
//!
//! The k-th accepted edge between the same two owners in an epoch, whichever of them beaconed, weighs `1000 / k`: friends
//! who hear each other all day earn like the logarithm of it.

use std::collections::BTreeMap;

use super::{
    PaidEdge,
    line::{CoverageFacts, RewardLine, WitnessFacts, Work},
};
use crate::{PublicKey, time::Epoch};

const FIRST: u64 = 1000;

/// The weight of each edge; `edges` are sorted, so k does not depend on how they arrived.
pub(super) fn pair_weights(edges: &[PaidEdge]) -> Vec<u64> {
    let mut met: BTreeMap<(PublicKey, PublicKey), u64> = BTreeMap::new();
    edges
        .iter()
        .map(|edge| {
            let (one, other) = (edge.beaconer.owner, edge.witness.owner);
            let times = met.entry((one.min(other), one.max(other))).or_default();
            *times += 1;
            FIRST / *times
        })
        .collect()
}

/// A line for each witness of the site in the cell that earns anything.
pub(super) fn pay(
    epoch: Epoch,
    edges: &[PaidEdge],
    pair_weights: &[u64],
    proofs: &[usize],
    site: &CoverageFacts,
    lines: &mut Vec<RewardLine>,
) {
    let mut by_witness: BTreeMap<PublicKey, Vec<usize>> = BTreeMap::new();
    for at in proofs {
        by_witness.entry(edges[*at].witness.hotspot).or_default().push(*at);
    }
    let weight_sum: u64 = proofs.iter().map(|at| pair_weights[*at]).sum();
    for (witness, heard) in by_witness {
        let weight: u64 = heard.iter().map(|at| pair_weights[*at]).sum();
        if weight == 0 || site.witness_pot.is_zero() {
            continue;
        }
        let facts = WitnessFacts {
            cell: site.cell,
            site: site.site,
            rank: site.rank,
            pot: site.witness_pot,
            weight,
            weight_sum,
        };
        lines.push(RewardLine {
            epoch,
            owner: edges[heard[0]].witness.owner,
            hotspot: witness,
            amount: site.witness_pot.portion(weight, u128::from(weight_sum)),
            work: Work::Witness(facts),
            edges: heard.iter().map(|at| edges[*at].reference()).collect(),
        });
    }
}
