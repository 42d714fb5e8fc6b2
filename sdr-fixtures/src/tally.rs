//! What happened, counted against the truth that only the simulation knows.

mod villain;

use std::collections::{BTreeMap, BTreeSet};

use identity::{Hash, PublicKey};
use ledger_machine::EdgeRef;
use poc_verifier::{EdgeJudgement, Outcome, RoundJudgement, protocol::HOPS_MIN};

use self::villain::VillainTally;
pub(crate) use self::villain::{Example, Scores};
use crate::{
    roster::Role,
    summary::{EdgeCounts, Summary},
    villains::{Lie, Villainy},
    world::{Band, EpochReport, Hotspot},
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
    scores: Option<KeptScores>,
}

/// Scores by check of every edge, where somebody wants them.
#[derive(Clone, Debug)]
pub(crate) struct KeptScores {
    pub(crate) honest: Scores,
    /// Of each villain's forged edges.
    pub(crate) forged: Vec<Scores>,
}

/// What is true of everybody, while an epoch is counted.
struct Truth<'a> {
    hotspots: BTreeMap<PublicKey, &'a Hotspot>,
    airborne: &'a Airborne,
    victims: BTreeMap<Villainy, Vec<PublicKey>>,
}

/// Edges with frames in them that were sent again from elsewhere: window, beaconer and witness.
pub(crate) type Airborne = BTreeMap<(u64, PublicKey, PublicKey), Helped>;

/// What such an edge owes, and to whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Helped {
    pub(crate) by: Villainy,
    /// Whether it would be none otherwise.
    pub(crate) owes_it: bool,
}

impl KeptScores {
    fn add(&mut self, forger: Option<usize>, is_honest: bool, edge: &EdgeJudgement) {
        let scores = match forger {
            Some(villain) => &mut self.forged[villain],
            None if is_honest => &mut self.honest,
            None => return,
        };
        for finding in &edge.findings {
            scores.entry(finding.check.as_str()).or_default().push(finding.score);
        }
    }
}

impl Truth<'_> {
    fn villainy(&self, key: &PublicKey) -> Option<Villainy> {
        self.hotspots.get(key)?.villainy()
    }

    fn is_honest(&self, key: &PublicKey) -> bool {
        self.hotspots.get(key).is_some_and(|hotspot| hotspot.role == Role::Honest)
    }

    /// The villain that a key belongs to, where it lies about one of these.
    fn liar(&self, key: &PublicKey, lies: &[Lie]) -> Option<Villainy> {
        self.hotspots.get(key).filter(|hotspot| lies.contains(&hotspot.lie()))?.villainy()
    }
}

impl Tally {
    pub(crate) fn new(seed: u64, bands: &[Band]) -> Self {
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
            villains: bands.iter().map(VillainTally::new).collect(),
            issued: 0,
            paid: 0,
            supply_exact: true,
            ledger_hash: Hash::default(),
            scores: None,
        }
    }

    /// Keeps the scores of every edge from now on.
    pub(crate) fn keep_scores(&mut self) {
        let forged = self.villains.iter().map(|_| Scores::new()).collect();
        self.scores = Some(KeptScores { honest: Scores::new(), forged });
    }

    /// Scores of every edge, if they are kept.
    pub(crate) fn scores(&self) -> Option<&KeptScores> {
        self.scores.as_ref()
    }

    /// Of every villain the round that shows it best.
    pub(crate) fn examples(&self) -> Vec<Option<Example>> {
        self.villains.iter().map(|villain| villain.example).collect()
    }

    /// Adds a closed epoch.
    pub(crate) fn add(
        &mut self,
        hotspots: &[Hotspot],
        report: &EpochReport,
        beacons: u64,
        airborne: &Airborne,
    ) {
        let truth = Truth {
            hotspots: hotspots.iter().map(|hotspot| (hotspot.key(), hotspot)).collect(),
            airborne,
            victims: self
                .villains
                .iter()
                .map(|villain| (villain.villainy, villain.victims.clone()))
                .collect(),
        };
        self.epochs += 1;
        self.hotspots = hotspots.len();
        self.beacons += beacons;
        let mut forged: BTreeMap<(u64, PublicKey, PublicKey), usize> = BTreeMap::new();
        for (round, bundle) in report.judgement.rounds.iter().zip(&report.bundles) {
            for edge in &round.edges {
                if let Some(villain) = self.add_edge(&truth, round, edge) {
                    forged.insert((round.window, round.beaconer, edge.witness), villain);
                    let own = truth.villainy(&round.beaconer) == Some(self.villains[villain].villainy);
                    self.villains[villain].show(edge, own, *bundle);
                }
            }
        }
        for (key, place) in &report.judgement.places {
            if place.outcome == Outcome::Rejected && truth.is_honest(key) {
                self.honest_hotspots_rejected.insert(*key);
                let harmed = self.villains.iter_mut().filter(|villain| villain.victims.contains(key));
                for villain in harmed {
                    villain.victims_rejected.insert(*key);
                }
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
    fn add_edge(&mut self, truth: &Truth, round: &RoundJudgement, edge: &EdgeJudgement) -> Option<usize> {
        let check = edge.decided_by.map_or("", |index| edge.findings[index].check.as_str());
        match edge.outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::Rejected => *self.rejected.entry(check).or_default() += 1,
            Outcome::Unproven => self.unproven += 1,
        }
        let forger = forger(truth, round, edge);
        let forger =
            forger.and_then(|forger| self.villains.iter().position(|other| other.villainy == forger));
        let is_honest = truth.is_honest(&round.beaconer) && truth.is_honest(&edge.witness);
        if let Some(kept) = &mut self.scores {
            kept.add(forger, is_honest, edge);
        }
        match forger {
            Some(villain) => {
                let own = [&round.beaconer, &edge.witness].map(|key| truth.hotspots.get(key));
                let own = own.into_iter().flatten();
                let own = own.filter(|key| key.villainy() == Some(self.villains[villain].villainy));
                let misplaced_m = own.map(|key| key.misplaced_m).fold(0.0, f64::max);
                self.villains[villain].add(edge, misplaced_m);
            }
            None if is_honest => {
                self.honest_edges += 1;
                self.honest_edges_rejected += u64::from(edge.outcome == Outcome::Rejected);
            }
            None => {}
        }
        forger
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

/// Who forged an edge: a witness that lies about what it heard, whoever put on air what was heard, or either end when it lies about
/// its place, its power or its victim.
fn forger(truth: &Truth, round: &RoundJudgement, edge: &EdgeJudgement) -> Option<Villainy> {
    let (beaconer, witness) = (&round.beaconer, &edge.witness);
    let false_witness = truth.liar(witness, &[Lie::Hearing]);
    // One frame alone that nobody recognises is no claim: noise passes one off now and then, and an edge needs four.
    let told = edge.hops_reported > 1 || edge.outcome == Outcome::Rejected;
    let nothing_of_it = !round.drawn && edge.hops_heard == 0 && edge.hops_reported > 0;
    let rebroadcast = (nothing_of_it && told).then_some(Villainy::Replayer);
    // A true edge that such frames spoil is the forger's doing, one that stands all the same is not.
    let airborne = truth.airborne.get(&(round.window, *beaconer, *witness));
    let claimed = edge.outcome == Outcome::Rejected || edge.hops_heard >= HOPS_MIN;
    let airborne = airborne.filter(|part| claimed && (part.owes_it || edge.outcome == Outcome::Rejected));
    let misplaced =
        truth.liar(beaconer, &[Lie::Place, Lie::Power]).or_else(|| truth.liar(witness, &[Lie::Place]));
    let framed =
        |villainy: &Villainy| truth.victims.get(villainy).is_some_and(|victims| victims.contains(beaconer));
    let framer = truth.liar(witness, &[Lie::VictimsTimes]).filter(framed);
    let mistimed = framer.or_else(|| truth.liar(witness, &[Lie::Times]));
    false_witness.or(airborne.map(|part| part.by)).or(rebroadcast).or(misplaced).or(mistimed)
}
