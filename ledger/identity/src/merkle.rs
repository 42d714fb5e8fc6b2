//! Merkle trees over byte strings: one hash commits to all, and a short path shows one.
//!
//! A leaf and a node are hashed in different contexts, so that neither passes for the other; a node without a right neighbour moves
//! up as it is. The number of leaves is hashed into the root, so a path fits one tree only.

use crate::{Context, Hash};

const LEAF: Context = Context::new("earshot 2026 merkle leaf");
const NODE: Context = Context::new("earshot 2026 merkle node");
const ROOT: Context = Context::new("earshot 2026 merkle root");

/// Root of the tree over `leaves`, in their order. The tree of no leaves has a root too.
pub fn merkle_root<L: AsRef<[u8]>>(leaves: &[L]) -> Hash {
    let mut level: Vec<Hash> = leaves.iter().map(|leaf| Hash::of(LEAF, &[leaf.as_ref()])).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(parent).collect();
    }
    seal(leaves.len(), level.first().copied().unwrap_or_default())
}

fn parent(pair: &[Hash]) -> Hash {
    match pair {
        [left, right] => Hash::of(NODE, &[left.bytes(), right.bytes()]),
        _ => pair[0],
    }
}

fn seal(leaves: usize, top: Hash) -> Hash {
    Hash::of(ROOT, &[&(leaves as u64).to_le_bytes(), top.bytes()])
}

/// Shows that a leaf is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerklePath {
    /// Position of the leaf.
    pub index: usize,
    /// Leaves of the tree.
    pub leaves: usize,
    /// Neighbours from the leaf up; levels where the node has none are left out.
    pub neighbours: Vec<Hash>,
}

impl MerklePath {
    /// The path of leaf `index`; `None` when there is no such leaf.
    pub fn of<L: AsRef<[u8]>>(leaves: &[L], index: usize) -> Option<Self> {
        if index >= leaves.len() {
            return None;
        }
        let mut level: Vec<Hash> = leaves.iter().map(|leaf| Hash::of(LEAF, &[leaf.as_ref()])).collect();
        let (mut at, mut neighbours) = (index, Vec::new());
        while level.len() > 1 {
            neighbours.extend(level.get(at ^ 1));
            level = level.chunks(2).map(parent).collect();
            at /= 2;
        }
        Some(Self { index, leaves: leaves.len(), neighbours })
    }

    /// The paths of all leaves, in their order: every node is hashed once.
    pub fn all<L: AsRef<[u8]>>(leaves: &[L]) -> Vec<Self> {
        let mut level: Vec<Hash> = leaves.iter().map(|leaf| Hash::of(LEAF, &[leaf.as_ref()])).collect();
        let empty = |index| Self { index, leaves: leaves.len(), neighbours: Vec::new() };
        let mut paths: Vec<Self> = (0..leaves.len()).map(empty).collect();
        let mut height = 0;
        while level.len() > 1 {
            for path in &mut paths {
                path.neighbours.extend(level.get((path.index >> height) ^ 1));
            }
            level = level.chunks(2).map(parent).collect();
            height += 1;
        }
        paths
    }

    /// The root of the tree in which `leaf` stands at this path; `None` when the path fits no tree.
    pub fn root(&self, leaf: &[u8]) -> Option<Hash> {
        if self.index >= self.leaves {
            return None;
        }
        let (mut at, mut width) = (self.index, self.leaves);
        let mut hash = Hash::of(LEAF, &[leaf]);
        let mut neighbours = self.neighbours.iter();
        while width > 1 {
            if at ^ 1 < width {
                let neighbour = neighbours.next()?;
                hash = if at % 2 == 0 { parent(&[hash, *neighbour]) } else { parent(&[*neighbour, hash]) };
            }
            (at, width) = (at / 2, width.div_ceil(2));
        }
        neighbours.next().is_none().then(|| seal(self.leaves, hash))
    }
}
