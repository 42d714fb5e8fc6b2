//! The one line that a run of the demo is about. No time, path or port stands in it: the same seed gives the same line.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Everything random followed from it.
    pub seed: u64,
    /// Epochs run.
    pub epochs: u64,
    /// Hotspots, villains among them.
    pub hotspots: usize,
    /// Beacons sent, rebroadcasts among them.
    pub beacons: u64,
    /// Edges by verdict.
    pub edges: EdgeCounts,
    /// Edges between honest hotspots that were rejected.
    pub honest_edges_rejected: u64,
    /// Honest hotspots whose place was given up.
    pub honest_hotspots_rejected: u64,
    /// Every villain.
    pub villains: Vec<VillainSummary>,
    /// EAR issued, base units.
    pub ear_issued: String,
    /// EAR paid to hotspots, witnesses and validators, base units.
    pub ear_paid: String,
    /// Whether supply adds up exactly, after every epoch.
    pub supply_exact: bool,
    /// Hash of the ledger's state.
    pub ledger_hash: String,
}

/// Edges by verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeCounts {
    /// Accepted.
    pub accepted: u64,
    /// Rejected, by the check that decided.
    pub rejected: BTreeMap<String, u64>,
    /// Unproven.
    pub unproven: u64,
}

/// What became of a villain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VillainSummary {
    /// Its name.
    pub name: String,
    /// Whether all its forged edges were rejected, most by the check that it names beforehand.
    pub caught: bool,
    /// Check that rejected most of them.
    pub by: Option<String>,
    /// EAR paid for forged edges, base units.
    pub paid: String,
    /// Edges that it forged; not part of the line.
    #[serde(skip)]
    pub forged_edges: u64,
}
