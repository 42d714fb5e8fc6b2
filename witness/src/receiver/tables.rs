//! What everything of one spreading factor shares, over all channels: its chirp and its transform. A gateway's working set stays small.

use std::sync::Arc;

use num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::{
    SpreadingFactor,
    chirp::{base_upchirp, phasor},
};

/// Chirp and transform of one spreading factor.
pub(crate) struct Table {
    pub(super) sf: SpreadingFactor,
    /// The unshifted up-chirp, and its conjugate.
    pub(super) upchirp: Vec<Complex32>,
    pub(super) dechirp: Vec<Complex32>,
    /// One turn in `N` steps.
    pub(super) turns: Vec<Complex32>,
    pub(super) fft: Arc<dyn Fft<f32>>,
}

/// The tables and transforms that were made so far.
pub(crate) struct Tables {
    pub(crate) planner: FftPlanner<f32>,
    made: Vec<Arc<Table>>,
}

impl Tables {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { planner: FftPlanner::new(), made: Vec::new() }
    }

    /// The one table of a spreading factor.
    pub(crate) fn of(&mut self, sf: SpreadingFactor) -> Arc<Table> {
        if let Some(table) = self.made.iter().find(|table| table.sf == sf) {
            return Arc::clone(table);
        }
        let table = Arc::new(Table::new(sf, &mut self.planner));
        self.made.push(Arc::clone(&table));
        table
    }
}

impl Table {
    fn new(sf: SpreadingFactor, planner: &mut FftPlanner<f32>) -> Self {
        let upchirp = base_upchirp(sf);
        Self {
            sf,
            dechirp: upchirp.iter().map(Complex32::conj).collect(),
            upchirp,
            turns: (0..sf.chips()).map(|k| phasor(k as f64 / sf.chips() as f64)).collect(),
            fft: planner.plan_fft_forward(sf.chips()),
        }
    }
}

/// Room for one transform, of whatever is transformed next.
#[derive(Default)]
pub(crate) struct Workspace {
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Workspace {
    /// Fills the room with what `fill` makes of it, transforms it and shows it.
    pub(super) fn transform(&mut self, table: &Table, fill: impl FnOnce(&mut [Complex32])) -> &[Complex32] {
        let (chips, scratch) = (table.fft.len(), table.fft.get_inplace_scratch_len());
        self.spectrum.resize(self.spectrum.len().max(chips), Complex32::ZERO);
        self.scratch.resize(self.scratch.len().max(scratch), Complex32::ZERO);
        let spectrum = &mut self.spectrum[..chips];
        fill(spectrum);
        table.fft.process_with_scratch(spectrum, &mut self.scratch);
        spectrum
    }
}
