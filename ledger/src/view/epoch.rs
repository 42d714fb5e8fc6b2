//! One epoch, with everything that is looked up in it worked out once.

use std::collections::{BTreeMap, HashMap};

use geo_index::{
    Cell,
    coverage::{CellRow, Pyramid},
    tile::{HotspotPoint, Link, LinkCounts, Standing},
};
use ledger_machine::{PublicKey, RewardLine};

use super::{
    ViewError,
    cells::{self, Proof},
    snapshot::{EpochSnapshot, HotspotRow, PlaceVerdict},
};
use crate::evidence::{EdgeEvidence, Outcome};

/// One hotspot of an epoch with what belongs to it. Lists are indices into the epoch's edges and rewards.
#[derive(Clone, Debug)]
pub struct HotspotView {
    /// Number of the hotspot, the same in every epoch.
    pub number: u32,
    /// What was registered.
    pub row: HotspotRow,
    /// The reward cell of its place.
    pub cell: Cell,
    /// What is known of its place.
    pub standing: Standing,
    /// Why.
    pub verdict: Option<PlaceVerdict>,
    /// Edges in which it beaconed.
    pub beaconed: Vec<u32>,
    /// Edges in which it listened.
    pub witnessed: Vec<u32>,
    /// What it was paid.
    pub rewards: Vec<u32>,
}

/// Counts over an epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Cells proven in this very epoch.
    pub cells_proven: usize,
    /// Cells proven in it or remembered from earlier ones.
    pub cells: usize,
    /// Hotspots with a proven, unproven and disproven place.
    pub standings: [usize; 3],
    /// Accepted edges.
    pub accepted: usize,
    /// Unproven edges.
    pub unproven: usize,
    /// Rejected edges by check.
    pub rejected_by: BTreeMap<String, usize>,
    /// Sum of the epoch's reward lines in base units, wide enough for any.
    pub paid: u128,
}

impl Totals {
    /// Rejected edges.
    pub fn rejected(&self) -> usize {
        self.rejected_by.values().sum()
    }
}

/// An epoch ready to be shown. Read-only once built.
#[derive(Debug)]
pub struct EpochView {
    snapshot: EpochSnapshot,
    revision: u32,
    hotspots: Vec<HotspotView>,
    by_key: HashMap<String, usize>,
    rewards_by_cell: BTreeMap<Cell, Vec<u32>>,
    heard_in: BTreeMap<Cell, Vec<u32>>,
    names: HashMap<u32, (String, String)>,
    rows: Vec<CellRow>,
    pyramid: Pyramid,
    points: Vec<HotspotPoint>,
    links: Vec<Link>,
    totals: Totals,
}

impl Default for EpochView {
    /// Nothing published yet.
    fn default() -> Self {
        let snapshot = EpochSnapshot {
            epoch: 0,
            time_ms: 0,
            block_height: 0,
            state_hash: String::new(),
            hotspots: Vec::new(),
            edges: Vec::new(),
            places: Vec::new(),
            rewards: Vec::new(),
            settlement: None,
            supply: None,
        };
        Self::build(snapshot, 0, &mut HashMap::new(), None).expect("nothing contradicts nothing")
    }
}

impl EpochView {
    /// Works everything out. `numbers` gives hotspots the same number in every epoch; `earlier` is the epoch before, whose
    /// cells are remembered.
    pub(super) fn build(
        mut snapshot: EpochSnapshot,
        revision: u32,
        numbers: &mut HashMap<PublicKey, u32>,
        earlier: Option<&Self>,
    ) -> Result<Self, ViewError> {
        let hotspots = hotspots(&mut snapshot, numbers)?;
        let by_key: HashMap<_, _> =
            hotspots.iter().enumerate().map(|(at, hotspot)| (hotspot.row.key.to_string(), at)).collect();
        let mut names = earlier.map_or_else(HashMap::new, |earlier| earlier.names.clone());
        names.extend(
            hotspots
                .iter()
                .map(|hotspot| (hotspot.number, (hotspot.row.key.to_string(), hotspot.row.name.clone()))),
        );
        let rewards_by_cell = rewards_by_cell(&snapshot.rewards);
        let mut heard_in: BTreeMap<Cell, Vec<u32>> = BTreeMap::new();
        for (at, edge) in snapshot.edges.iter().enumerate() {
            heard_in.entry(cell(edge, edge.witness_cell)?).or_default().push(at as u32);
        }
        let sums =
            rewards_by_cell.iter().map(|(cell, lines)| (*cell, sum(&snapshot.rewards, lines))).collect();
        let proofs = proofs(&snapshot, &hotspots, &by_key)?;
        let rows = cells::rows(snapshot.epoch, &proofs, &sums, earlier.map_or(&[], |earlier| &earlier.rows));
        let mut view = Self {
            revision,
            points: Vec::new(),
            links: links(&snapshot.edges, &hotspots, &by_key),
            pyramid: Pyramid::build(rows.clone())?,
            totals: Totals::default(),
            hotspots,
            by_key,
            rewards_by_cell,
            heard_in,
            names,
            rows,
            snapshot,
        };
        view.index_edges_and_rewards();
        view.points = view.hotspots.iter().map(|hotspot| view.point(hotspot)).collect();
        view.totals = view.count();
        Ok(view)
    }

    /// The epoch's number.
    pub fn epoch(&self) -> u64 {
        self.snapshot.epoch
    }

    /// How often this epoch was published before: 0 the first time.
    pub fn revision(&self) -> u32 {
        self.revision
    }

    /// Names this very content in tile addresses: `epoch.revision`.
    pub fn version(&self) -> String {
        format!("{}.{}", self.epoch(), self.revision)
    }

    /// What was handed over.
    pub fn snapshot(&self) -> &EpochSnapshot {
        &self.snapshot
    }

    /// Every hotspot, in the snapshot's order.
    pub fn hotspots(&self) -> &[HotspotView] {
        &self.hotspots
    }

    /// The hotspot with this public key in hex.
    pub fn hotspot(&self, key: &str) -> Option<&HotspotView> {
        self.by_key.get(key).map(|&at| &self.hotspots[at])
    }

    /// Hotspots whose key starts with these hex digits, at most two: enough to know whether the prefix is unique.
    pub fn hotspots_by_prefix(&self, prefix: &str) -> Vec<&HotspotView> {
        let matching = |hotspot: &&HotspotView| hotspot.row.key.to_string().starts_with(prefix);
        self.hotspots.iter().filter(matching).take(2).collect()
    }

    /// Key (hex) and name of the hotspot with this number, also of one that is no longer registered.
    pub fn name_of(&self, number: u32) -> Option<(&str, &str)> {
        self.names.get(&number).map(|(key, name)| (key.as_str(), name.as_str()))
    }

    /// The name of the hotspot with this key, or the key's beginning.
    pub fn name_or_key(&self, key: &str) -> String {
        match self.hotspot(key) {
            Some(hotspot) => hotspot.row.name.clone(),
            None => key.chars().take(10).collect(),
        }
    }

    /// Every judged edge.
    pub fn edges(&self) -> &[EdgeEvidence] {
        &self.snapshot.edges
    }

    /// Every payment.
    pub fn rewards(&self) -> &[RewardLine] {
        &self.snapshot.rewards
    }

    /// Payments for a cell, as indices.
    pub fn rewards_of_cell(&self, cell: Cell) -> &[u32] {
        self.rewards_by_cell.get(&cell).map_or(&[], Vec::as_slice)
    }

    /// Edges heard in a cell, as indices.
    pub fn edges_heard_in(&self, cell: Cell) -> &[u32] {
        self.heard_in.get(&cell).map_or(&[], Vec::as_slice)
    }

    /// Covered cells with who covers and who proved each.
    pub fn rows(&self) -> &[CellRow] {
        &self.rows
    }

    /// Covered cells at every level.
    pub fn pyramid(&self) -> &Pyramid {
        &self.pyramid
    }

    /// Hotspots as the map draws them.
    pub fn points(&self) -> &[HotspotPoint] {
        &self.points
    }

    /// Pairs as the map draws them.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Counts.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Its place is proven and at least one of its edges was accepted.
    pub fn is_verified(&self, hotspot: &HotspotView) -> bool {
        let mut edges = hotspot.beaconed.iter().chain(&hotspot.witnessed);
        hotspot.standing == Standing::Proven
            && edges.any(|&at| self.edges()[at as usize].outcome == Outcome::Accepted)
    }

    fn point(&self, hotspot: &HotspotView) -> HotspotPoint {
        HotspotPoint {
            number: hotspot.number,
            key: hotspot.row.key.to_string(),
            name: hotspot.row.name.clone(),
            place: hotspot.row.place,
            standing: hotspot.standing,
            anchor: hotspot.row.genesis_anchor,
            verified: self.is_verified(hotspot),
        }
    }

    fn index_edges_and_rewards(&mut self) {
        for (at, edge) in self.snapshot.edges.iter().enumerate() {
            if let Some(&beaconer) = self.by_key.get(&edge.beaconer) {
                self.hotspots[beaconer].beaconed.push(at as u32);
            }
            if let Some(&witness) = self.by_key.get(&edge.witness) {
                self.hotspots[witness].witnessed.push(at as u32);
            }
        }
        for (at, line) in self.snapshot.rewards.iter().enumerate() {
            if let Some(&hotspot) = self.by_key.get(&line.hotspot.to_string()) {
                self.hotspots[hotspot].rewards.push(at as u32);
            }
        }
    }

    fn count(&self) -> Totals {
        let with = |standing| self.hotspots.iter().filter(|hotspot| hotspot.standing == standing).count();
        let outcome = |outcome| self.edges().iter().filter(move |edge| edge.outcome == outcome);
        let mut rejected_by = BTreeMap::new();
        for edge in outcome(Outcome::Rejected) {
            *rejected_by.entry(edge.check.clone()).or_default() += 1;
        }
        Totals {
            cells_proven: self.rows.iter().filter(|row| row.last_epoch == self.epoch()).count(),
            cells: self.rows.len(),
            standings: [Standing::Proven, Standing::Unproven, Standing::Disproven].map(with),
            accepted: outcome(Outcome::Accepted).count(),
            unproven: outcome(Outcome::Unproven).count(),
            rejected_by,
            paid: self.rewards().iter().map(|line| u128::from(line.amount.units())).sum(),
        }
    }
}

fn hotspots(
    snapshot: &mut EpochSnapshot,
    numbers: &mut HashMap<PublicKey, u32>,
) -> Result<Vec<HotspotView>, ViewError> {
    let mut verdicts: HashMap<_, _> =
        snapshot.places.iter().map(|verdict| (verdict.hotspot, verdict.clone())).collect();
    let mut seen = std::collections::HashSet::new();
    let mut hotspots = Vec::with_capacity(snapshot.hotspots.len());
    for row in snapshot.hotspots.drain(..) {
        if !seen.insert(row.key) {
            return Err(ViewError::ListedTwice(row.key));
        }
        let next = numbers.len() as u32;
        let verdict = verdicts.remove(&row.key);
        hotspots.push(HotspotView {
            number: *numbers.entry(row.key).or_insert(next),
            cell: geo_index::cell_of(row.place, geo_index::Resolution::Eight),
            standing: standing(&row, verdict.as_ref()),
            verdict,
            beaconed: Vec::new(),
            witnessed: Vec::new(),
            rewards: Vec::new(),
            row,
        });
    }
    Ok(hotspots)
}

/// Genesis names the first anchors; everybody else's place is what others measured.
fn standing(row: &HotspotRow, verdict: Option<&PlaceVerdict>) -> Standing {
    match verdict.map(|verdict| verdict.outcome) {
        Some(Outcome::Rejected) => Standing::Disproven,
        Some(Outcome::Accepted) => Standing::Proven,
        _ if row.genesis_anchor => Standing::Proven,
        _ => Standing::Unproven,
    }
}

fn cell(edge: &EdgeEvidence, index: u64) -> Result<Cell, ViewError> {
    Cell::from_index(index).map_err(|reason| ViewError::NotACell {
        window: edge.window,
        beaconer: edge.beaconer.clone(),
        witness: edge.witness.clone(),
        reason,
    })
}

/// Accepted edges between two known hotspots of different owners.
fn proofs(
    snapshot: &EpochSnapshot,
    hotspots: &[HotspotView],
    by_key: &HashMap<String, usize>,
) -> Result<Vec<Proof>, ViewError> {
    let known = |key: &str| by_key.get(key).map(|&at| &hotspots[at]);
    let mut proofs = Vec::new();
    for edge in snapshot.edges.iter().filter(|edge| edge.outcome == Outcome::Accepted) {
        let (Some(beaconer), Some(witness)) = (known(&edge.beaconer), known(&edge.witness)) else { continue };
        if beaconer.row.owner == witness.row.owner {
            continue;
        }
        proofs.push(Proof {
            beaconer: beaconer.number,
            witness: witness.number,
            beaconer_cell: cell(edge, edge.beaconer_cell)?,
            witness_cell: cell(edge, edge.witness_cell)?,
            rssi_dbm: edge.rssi_dbm,
            snr_db: edge.snr_db,
        });
    }
    Ok(proofs)
}

fn rewards_by_cell(rewards: &[RewardLine]) -> BTreeMap<Cell, Vec<u32>> {
    let mut by_cell: BTreeMap<Cell, Vec<u32>> = BTreeMap::new();
    for (at, line) in rewards.iter().enumerate() {
        // The machine's cells are checked by the machine; one that H3 does not know has no place on a map.
        let cell = line.work.cell().and_then(|cell| Cell::from_index(cell.index()).ok());
        if let Some(cell) = cell {
            by_cell.entry(cell).or_default().push(at as u32);
        }
    }
    by_cell
}

fn sum(rewards: &[RewardLine], lines: &[u32]) -> u64 {
    lines.iter().fold(0, |sum, &at| sum.saturating_add(rewards[at as usize].amount.units()))
}

/// Edges of one (beaconer, witness) pair while they are gathered.
#[derive(Default)]
struct Pair {
    counts: LinkCounts,
    checks: BTreeMap<String, u32>,
}

fn links(edges: &[EdgeEvidence], hotspots: &[HotspotView], by_key: &HashMap<String, usize>) -> Vec<Link> {
    let mut pairs: BTreeMap<(usize, usize), Pair> = BTreeMap::new();
    for edge in edges {
        let (Some(&beaconer), Some(&witness)) = (by_key.get(&edge.beaconer), by_key.get(&edge.witness))
        else {
            continue;
        };
        let pair = pairs.entry((beaconer, witness)).or_default();
        match edge.outcome {
            Outcome::Accepted => pair.counts.accepted += 1,
            Outcome::Unproven => pair.counts.unproven += 1,
            Outcome::Rejected => {
                pair.counts.rejected += 1;
                *pair.checks.entry(edge.check.clone()).or_default() += 1;
            }
        }
    }
    let end = |at: usize| (hotspots[at].number, hotspots[at].row.place);
    let draw = |(number, ((beaconer, witness), pair)): (usize, ((usize, usize), Pair))| {
        let check =
            pair.checks.into_iter().max_by_key(|(_, count)| *count).map_or(String::new(), |(check, _)| check);
        Link::new(number as u32, end(beaconer), end(witness), pair.counts, check)
    };
    pairs.into_iter().enumerate().map(draw).collect()
}
