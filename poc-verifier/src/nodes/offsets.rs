//! What every node is off by, from differences between pairs: by medians, taken in turns.
//!
//! ```text
//! d_ij = x_i - x_j + error                    x_i = median over j of (d_ij + x_j), in turns, for every i
//! ```
//! Differences know no zero: the gauge is that the median of those that others are measured against is right. Liars among them shift a median
//! no further than to its honest neighbours, while they are fewer than half.

use std::collections::BTreeSet;

use crate::robust::median;

/// Times that the medians are taken in turn.
const TURNS: usize = 30;

/// Of every node what it has more than others, each with the other's number.
#[derive(Clone, Debug)]
pub(super) struct Differences(Vec<Vec<(usize, f64)>>);

impl Differences {
    /// Between so many nodes: `(of, against, by how much more)`. Those of numbers that are not there are left out.
    pub(super) fn between(nodes: usize, differences: impl IntoIterator<Item = (usize, usize, f64)>) -> Self {
        let mut of_each = vec![Vec::new(); nodes];
        for (of, against, by) in differences {
            if of.max(against) < nodes {
                of_each[of].push((against, by));
            }
        }
        Self(of_each)
    }

    /// What each of the others says that every node is off by.
    pub(super) fn said(&self) -> Vec<Vec<f64>> {
        let off = self.solve();
        (0..self.0.len()).map(|node| self.said_of(node, &off)).collect()
    }

    /// What every node is off by; 0 where nothing was measured.
    pub(super) fn solve(&self) -> Vec<f64> {
        let references: BTreeSet<usize> = self.0.iter().flatten().map(|(against, _)| *against).collect();
        let mut off = vec![0.0; self.0.len()];
        for _ in 0..TURNS {
            for node in 0..off.len() {
                off[node] = median(&self.said_of(node, &off)).unwrap_or(0.0);
            }
            let known: Vec<f64> = references.iter().map(|node| off[*node]).collect();
            let middle = median(&known).unwrap_or(0.0);
            for node in &mut off {
                *node -= middle;
            }
        }
        off
    }

    fn said_of(&self, node: usize, off: &[f64]) -> Vec<f64> {
        self.0[node].iter().map(|(against, by)| by + off[*against]).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the nodes are off by comes back, less what the references have in common; two of five lie as they like.
        #[test]
        fn what_nodes_are_off_by_comes_back(
            off in prop::collection::vec(-100.0_f64..100.0, 8),
            lies in prop::collection::vec(-1e4_f64..1e4, 2),
        ) {
            let pairs = (0..8).flat_map(|of| (0..5).map(move |against| (of, against)));
            let differences = pairs.filter(|(of, against)| of != against).map(|(of, against)| {
                let lie = if against < 2 && of >= 5 { lies[against] } else { 0.0 };
                (of, against, off[of] - off[against] + lie)
            });
            let found = Differences::between(8, differences).solve();
            let middle = median(&off[..5]).unwrap();
            for node in 0..8 {
                prop_assert!((found[node] - (off[node] - middle)).abs() < 1e-6, "{node}: {found:?} {off:?}");
            }
        }
    }
}
