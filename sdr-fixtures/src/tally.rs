//! What happened, counted against the truth that only the simulation knows.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Hash, PublicKey};
use ledger_machine::EdgeRef;
use poc_verifier::{EdgeJudgement, Outcome, RoundJudgement};

use crate::{
    roster::Role,
    summary::{EdgeCounts, Summary, VillainSummary},
    villains::Villainy,
    world::{EpochReport, Hotspot},
};

/// Running counts.
#[derive(Clone, Debug)]
pub struct Tally {
    seed: u64,
    epochs: u64,
    hotspots: usize,
    beacons: u64,
    accepted: u64,
    rejected: BTreeMap<&'static str, u64>,
    unproven: u64,
    honest_edges: u64,
    honest_edges_rejected: u64,
    honest_hotspots_rejected: BTreeSet<PublicKey>,
    villains: Vec<VillainTally>,
    issued: u128,
    paid: u128,
    supply_exact: bool,
    ledger_hash: Hash,
}

#[derive(Clone, Debug)]
struct VillainTally {
    villainy: Villainy,
    forged: u64,
    rejected: u64,
    by: BTreeMap<&'static str, u64>,
    paid: u128,
}

impl Tally {
    pub(crate) fn new(seed: u64, villains: &[Villainy]) -> Self {
        let villain = |villainy: &Villainy| VillainTally {
            villainy: *villainy,
            forged: 0,
            rejected: 0,
            by: BTreeMap::new(),
            paid: 0,
        };
        Self {
            seed,
            epochs: 0,
            hotspots: 0,
            beacons: 0,
            accepted: 0,
            rejected: BTreeMap::new(),
            unproven: 0,
            honest_edges: 0,
            honest_edges_rejected: 0,
            honest_hotspots_rejected: BTreeSet::new(),
            villains: villains.iter().map(villain).collect(),
            issued: 0,
            paid: 0,
            supply_exact: true,
            ledger_hash: Hash::default(),
        }
    }

    /// Adds a closed epoch.
    pub(crate) fn add(&mut self, hotspots: &[Hotspot], report: &EpochReport, beacons: u64) {
        let roles: BTreeMap<PublicKey, Role> =
            hotspots.iter().map(|hotspot| (hotspot.key(), hotspot.role)).collect();
        self.epochs += 1;
        self.hotspots = hotspots.len();
        self.beacons += beacons;
        let mut forged: BTreeMap<(u64, PublicKey, PublicKey), usize> = BTreeMap::new();
        for round in &report.judgement.rounds {
            for edge in &round.edges {
                if let Some(villain) = self.add_edge(&roles, round, edge) {
                    forged.insert((round.window, round.beaconer, edge.witness), villain);
                }
            }
        }
        for (key, place) in &report.judgement.places {
            if place.outcome == Outcome::Rejected && roles.get(key) == Some(&Role::Honest) {
                self.honest_hotspots_rejected.insert(*key);
            }
        }
        for line in &report.rewards {
            let amount = u128::from(line.amount.units());
            self.paid += amount;
            let edge_of = |edge: &EdgeRef| (edge.window.number(), edge.beaconer, edge.witness);
            if let Some(villain) = line.edges.iter().find_map(|edge| forged.get(&edge_of(edge))) {
                self.villains[*villain].paid += amount;
            }
        }
        let supply = report.state.supply();
        self.issued = u128::from(supply.totals.issued.units());
        self.supply_exact &= supply.is_exact();
        self.ledger_hash = report.state.hash();
    }

    /// Counts an edge; says which villain forged it, if one did.
    fn add_edge(
        &mut self,
        roles: &BTreeMap<PublicKey, Role>,
        round: &RoundJudgement,
        edge: &EdgeJudgement,
    ) -> Option<usize> {
        let check = edge.decided_by.map_or("", |index| edge.findings[index].check.as_str());
        match edge.outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::Rejected => *self.rejected.entry(check).or_default() += 1,
            Outcome::Unproven => self.unproven += 1,
        }
        let forger = self.forger(roles, round, edge);
        match forger {
            Some(villain) => {
                let villain = &mut self.villains[villain];
                villain.forged += 1;
                if edge.outcome == Outcome::Rejected {
                    villain.rejected += 1;
                    *villain.by.entry(check).or_default() += 1;
                }
            }
            None if roles.get(&round.beaconer) == Some(&Role::Honest)
                && roles.get(&edge.witness) == Some(&Role::Honest) =>
            {
                self.honest_edges += 1;
                self.honest_edges_rejected += u64::from(edge.outcome == Outcome::Rejected);
            }
            None => {}
        }
        forger
    }

    /// Who forged an edge: a witness that lies about what it heard, either end when it lies about its place, or the rebroadcaster of
    /// a beacon that was never sent in that window.
    fn forger(
        &self,
        roles: &BTreeMap<PublicKey, Role>,
        round: &RoundJudgement,
        edge: &EdgeJudgement,
    ) -> Option<usize> {
        let index =
            |villainy: Villainy| self.villains.iter().position(|villain| villain.villainy == villainy);
        let villainy = |key: &PublicKey| match roles.get(key) {
            Some(Role::Villain(villainy)) => Some(*villainy),
            _ => None,
        };
        let (beaconer, witness) = (villainy(&round.beaconer), villainy(&edge.witness));
        let liar = [beaconer, witness].into_iter().flatten().find(|villainy| villainy.lies_about_its_place());
        let false_witness = witness.filter(|villainy| {
            matches!(villainy, Villainy::BlindForger | Villainy::PayloadLeaker | Villainy::RssiEditor)
        });
        // One frame alone that nobody recognises is no claim: noise passes one off now and then, and an edge needs four.
        let told = edge.hops_reported > 1 || edge.outcome == Outcome::Rejected;
        let nothing_of_it = !round.drawn && edge.hops_heard == 0 && edge.hops_reported > 0;
        let rebroadcast = (nothing_of_it && told).then_some(Villainy::Replayer);
        false_witness.or(rebroadcast).or(liar).and_then(index)
    }

    /// Edges between honest hotspots, and how many of them were rejected.
    pub fn honest_edges(&self) -> (u64, u64) {
        (self.honest_edges, self.honest_edges_rejected)
    }

    /// The summary so far.
    pub fn summary(&self) -> Summary {
        Summary {
            seed: self.seed,
            epochs: self.epochs,
            hotspots: self.hotspots,
            beacons: self.beacons,
            edges: EdgeCounts {
                accepted: self.accepted,
                rejected: self.rejected.iter().map(|(check, count)| ((*check).into(), *count)).collect(),
                unproven: self.unproven,
            },
            honest_edges_rejected: self.honest_edges_rejected,
            honest_hotspots_rejected: self.honest_hotspots_rejected.len() as u64,
            villains: self.villains.iter().map(VillainTally::summary).collect(),
            ear_issued: self.issued.to_string(),
            ear_paid: self.paid.to_string(),
            supply_exact: self.supply_exact,
            ledger_hash: self.ledger_hash.to_string(),
        }
    }
}

impl VillainTally {
    fn summary(&self) -> VillainSummary {
        let named = self.villainy.caught_by().as_str();
        let most = self.by.iter().max_by_key(|(check, count)| (**count, **check == named));
        let by = most.map(|(check, _)| *check);
        // Caught: every forged edge rejected, most of them by the check that its file names.
        let caught = self.forged > 0 && self.rejected == self.forged && by == Some(named);
        VillainSummary {
            name: self.villainy.name().into(),
            caught,
            by: by.map(Into::into),
            paid: self.paid.to_string(),
            forged_edges: self.forged,
        }
    }
}
