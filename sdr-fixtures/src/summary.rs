//! The one line that a run of the demo is about. No time, path or port stands in it: the same seed gives the same line.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use crate::villains::Fate;

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
    /// Whether what its file names beforehand happened to it: rejected by that check, unpaid, or in vain.
    pub caught: bool,
    /// Check that rejected most of its edges; where none was rejected, the one that left most of them unproven.
    pub by: Option<String>,
    /// EAR paid for forged edges, base units.
    pub paid: String,
    /// Edges that it forged; not part of the line, like everything after it.
    #[serde(skip)]
    pub forged_edges: u64,
    /// Those that were rejected, by the check that decided.
    #[serde(skip)]
    pub rejected: BTreeMap<&'static str, u64>,
    /// Those that stayed unproven, by the check that left them so.
    #[serde(skip)]
    pub unproven: BTreeMap<&'static str, u64>,
    /// Those that were accepted.
    #[serde(skip)]
    pub accepted: u64,
    /// What its file names beforehand.
    #[serde(skip)]
    pub fate: Fate,
    /// Honest victims whose place was given up because of it.
    #[serde(skip)]
    pub victims_rejected: u64,
    /// Greatest distance from an antenna to where it was said to be, of keys that had an edge accepted, whole metres.
    #[serde(skip)]
    pub gained_m: u64,
}

/// How a villain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It had no occasion.
    Idle,
    /// Every forged edge was rejected.
    Caught,
    /// None was accepted; some stayed unproven.
    Unpaid,
    /// What it did harmed nobody honest, and bought it nothing.
    InVain,
    /// Some were accepted.
    GotAway,
}

impl VillainSummary {
    /// How it ended.
    pub fn ending(&self) -> Ending {
        let rejected: u64 = self.rejected.values().sum();
        match self.fate {
            _ if self.forged_edges == 0 => Ending::Idle,
            Fate::InVain if self.victims_rejected == 0 => Ending::InVain,
            _ if self.accepted > 0 || self.victims_rejected > 0 => Ending::GotAway,
            _ if rejected == self.forged_edges => Ending::Caught,
            _ => Ending::Unpaid,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "had no occasion",
            Self::Caught => "caught",
            Self::Unpaid => "unpaid",
            Self::InVain => "in vain",
            Self::GotAway => "GOT AWAY",
        })
    }
}
