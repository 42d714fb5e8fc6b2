//! One villain's edges, counted.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Hash, PublicKey};
use poc_verifier::{CheckName, EdgeJudgement, Outcome};

use crate::{
    summary::VillainSummary,
    villains::{Fate, Villainy},
    world::Band,
};

/// Scores by check.
pub(crate) type Scores = BTreeMap<&'static str, Vec<f64>>;

/// A round that shows a villain; the higher the rank, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) rank: u8,
    /// Address of its bundle.
    pub(crate) bundle: Hash,
}

/// Running counts of a villain.
#[derive(Clone, Debug)]
pub(super) struct VillainTally {
    pub(super) villainy: Villainy,
    pub(super) victims: Vec<PublicKey>,
    pub(super) victims_rejected: BTreeSet<PublicKey>,
    pub(super) paid: u128,
    pub(super) example: Option<Example>,
    forged: u64,
    rejected: BTreeMap<&'static str, u64>,
    unproven: BTreeMap<&'static str, u64>,
    accepted: u64,
    gained_m: f64,
}

impl VillainTally {
    pub(super) fn new(band: &Band) -> Self {
        Self {
            villainy: band.villainy,
            victims: band.victims.clone(),
            victims_rejected: BTreeSet::new(),
            paid: 0,
            example: None,
            forged: 0,
            rejected: BTreeMap::new(),
            unproven: BTreeMap::new(),
            accepted: 0,
            gained_m: 0.0,
        }
    }

    /// Adds a forged edge; `misplaced_m` is how far off the villain's own end is.
    pub(super) fn add(&mut self, edge: &EdgeJudgement, misplaced_m: f64) {
        self.forged += 1;
        match edge.outcome {
            Outcome::Accepted => {
                self.accepted += 1;
                self.gained_m = self.gained_m.max(misplaced_m);
            }
            Outcome::Rejected => *self.rejected.entry(decided_by(edge)).or_default() += 1,
            Outcome::Unproven => *self.unproven.entry(decided_by(edge)).or_default() += 1,
        }
    }

    /// Remembers the round of a forged edge if it shows more than those before: what the file names rather than anything else, and the
    /// villain's own beacon, which places it, rather than another's. A day that rejects is not in the bundle of one round.
    pub(super) fn show(&mut self, edge: &EdgeJudgement, own_beacon: bool, bundle: Hash) {
        let named = self.villainy.caught_by().map(CheckName::as_str);
        let level = match edge.outcome {
            Outcome::Rejected if named == Some(decided_by(edge)) => 5,
            Outcome::Rejected if decided_by(edge) != CheckName::Day.as_str() => 4,
            Outcome::Rejected => 3,
            Outcome::Unproven => 2,
            Outcome::Accepted => 1,
        };
        let rank = 2 * level + u8::from(own_beacon);
        if self.example.is_none_or(|example| rank > example.rank) {
            self.example = Some(Example { rank, bundle });
        }
    }

    pub(super) fn summary(&self) -> VillainSummary {
        let fate = self.villainy.fate();
        let named = self.villainy.caught_by().map(CheckName::as_str);
        let most = |counts: &BTreeMap<&'static str, u64>| {
            let most = counts.iter().max_by_key(|(check, count)| (**count, Some(**check) == named));
            most.map(|(check, _)| *check)
        };
        let rejected: u64 = self.rejected.values().sum();
        let by = most(&self.rejected);
        let caught = self.forged > 0
            && match fate {
                // Every forged edge rejected, most of them by the check that its file names.
                Fate::Rejected(_) => rejected == self.forged && by == named,
                Fate::Unpaid => self.accepted == 0,
                Fate::InVain => self.victims_rejected.is_empty(),
                Fate::GetsThrough => false,
            };
        VillainSummary {
            name: self.villainy.name().into(),
            caught,
            by: by.or_else(|| most(&self.unproven)).map(Into::into),
            paid: self.paid.to_string(),
            forged_edges: self.forged,
            rejected: self.rejected.clone(),
            unproven: self.unproven.clone(),
            accepted: self.accepted,
            fate,
            victims_rejected: self.victims_rejected.len() as u64,
            gained_m: self.gained_m.round() as u64,
        }
    }
}

/// The check that decided; none where an edge is accepted.
fn decided_by(edge: &EdgeJudgement) -> &'static str {
    edge.decided_by.map_or("", |index| edge.findings[index].check.as_str())
}
