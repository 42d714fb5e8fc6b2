//! From judged edges to covered cells.
//!
//! An accepted edge between two owners makes its beaconer a coverer of the cell where it was heard and of its own cell
//! (the ledger's own rule, `ledger-machine`'s `settle/coverage.rs`). What was *measured* belongs to the cell where the
//! witness stands: that is where the signal was. A cell proven earlier and not now stays, with its age, until
//! [`AGE_MAX`].

use std::collections::{BTreeMap, BTreeSet};

use geo_index::{
    Cell,
    coverage::{CellRow, Signal, median},
};

/// Epochs after which a cell that nobody proved again is forgotten.
pub const AGE_MAX: u64 = 64;

/// An accepted, independent edge with its ends as numbers.
pub(super) struct Proof {
    pub(super) beaconer: u32,
    pub(super) witness: u32,
    pub(super) beaconer_cell: Cell,
    pub(super) witness_cell: Cell,
    pub(super) rssi_dbm: f64,
    pub(super) snr_db: f64,
}

/// What one epoch proved of one cell.
#[derive(Default)]
struct Proven {
    rssi_dbm: Vec<f64>,
    snr_db: Vec<f64>,
    witnesses: BTreeSet<u32>,
    hotspots: BTreeSet<u32>,
}

/// Rows of the cells proven in `epoch`, and of those that `earlier` rows remember.
pub(super) fn rows(
    epoch: u64,
    proofs: &[Proof],
    rewards: &BTreeMap<Cell, u64>,
    earlier: &[CellRow],
) -> Vec<CellRow> {
    let mut proven: BTreeMap<Cell, Proven> = BTreeMap::new();
    for proof in proofs {
        let heard = proven.entry(proof.witness_cell).or_default();
        heard.rssi_dbm.push(proof.rssi_dbm);
        heard.snr_db.push(proof.snr_db);
        heard.witnesses.insert(proof.witness);
        heard.hotspots.insert(proof.beaconer);
        let own = proven.entry(proof.beaconer_cell).or_default();
        own.witnesses.insert(proof.witness);
        own.hotspots.insert(proof.beaconer);
    }
    let remembered =
        earlier.iter().filter(|row| !proven.contains_key(&row.cell) && epoch - row.last_epoch <= AGE_MAX);
    let mut rows: Vec<_> = remembered.cloned().map(|row| CellRow { reward_base_units: 0, ..row }).collect();
    rows.extend(proven.into_iter().map(|(cell, proven)| proven.row(cell, epoch)));
    for row in &mut rows {
        row.reward_base_units = rewards.get(&row.cell).copied().unwrap_or_default();
    }
    rows
}

impl Proven {
    fn row(mut self, cell: Cell, epoch: u64) -> CellRow {
        let samples = self.rssi_dbm.len() as u32;
        let signal = (samples > 0).then(|| Signal {
            median_rssi_dbm: median(&mut self.rssi_dbm),
            // Sorted by the median.
            weakest_rssi_dbm: self.rssi_dbm.first().copied().unwrap_or_default(),
            strongest_rssi_dbm: self.rssi_dbm.last().copied().unwrap_or_default(),
            median_snr_db: median(&mut self.snr_db),
        });
        CellRow {
            cell,
            signal,
            samples,
            witnesses: self.witnesses.into_iter().collect(),
            hotspots: self.hotspots.into_iter().collect(),
            last_epoch: epoch,
            reward_base_units: 0,
        }
    }
}
