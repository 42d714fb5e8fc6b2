//! What is covered: measured rows per cell, and the pyramid of their parents.
//!
//! A row says what was *measured* in one cell; nothing here is modelled or interpolated. A parent never averages a gap
//! away: it says how many of its cells are covered, of how many, and its values speak only of those that are.
//!
//! ```text
//! share(parent)  = covered cells below it / all cells below it
//! signal(parent) = median over its covered cells of their medians; range = their extremes
//! samples, reward = sums; witnesses, hotspots = distinct ones (unions); last epoch = the latest
//! ```

use std::collections::{BTreeSet, HashMap};

use thiserror::Error;

use crate::{
    Cell, Resolution,
    mercator::{self, TileId, WORLD, WorldBox, WorldPoint},
};

/// Received signal in a cell, over the accepted edges that were heard there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// Median received power, dBm.
    pub median_rssi_dbm: f64,
    /// Weakest received power, dBm.
    pub weakest_rssi_dbm: f64,
    /// Strongest received power, dBm.
    pub strongest_rssi_dbm: f64,
    /// Median signal-to-noise ratio in the frame's bandwidth, dB.
    pub median_snr_db: f64,
}

/// One covered cell, as measured.
#[derive(Clone, Debug)]
pub struct CellRow {
    /// The cell; all rows of a pyramid have one resolution.
    pub cell: Cell,
    /// What was received there; `None` when hotspots cover the cell but nobody listened in it.
    pub signal: Option<Signal>,
    /// Accepted edges heard in the cell.
    pub samples: u32,
    /// Distinct witnesses that proved it, as numbers of the caller's own.
    pub witnesses: Vec<u32>,
    /// Distinct hotspots that cover it, as numbers of the caller's own.
    pub hotspots: Vec<u32>,
    /// Last epoch in which it was proven.
    pub last_epoch: u64,
    /// Paid for it in the epoch shown, in base units of EAR.
    pub reward_base_units: u64,
}

/// A cell of any level of the pyramid.
#[derive(Clone, Debug, PartialEq)]
pub struct CellSummary {
    /// The cell.
    pub cell: Cell,
    /// Received signal over its covered cells.
    pub signal: Option<Signal>,
    /// Accepted edges heard in it.
    pub samples: u64,
    /// Distinct witnesses.
    pub witnesses: u32,
    /// Distinct hotspots.
    pub hotspots: u32,
    /// Median, over its covered cells, of the hotspots that cover each: comparable between levels.
    pub hotspots_per_cell: u32,
    /// Latest epoch in which a part of it was proven.
    pub last_epoch: u64,
    /// Paid for it in the epoch shown, in base units of EAR; saturates, being for display.
    pub reward_base_units: u64,
    /// Covered cells of the data's resolution below it; 1 at that resolution.
    pub covered: u64,
    /// All cells of the data's resolution below it; 1 at that resolution.
    pub cells: u64,
}

/// Why rows are no coverage.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum CoverageError {
    /// The resolution is coarser than the coarsest level drawn, 4.
    #[error("cell {0} is coarser than resolution 4")]
    TooCoarse(Cell),
    /// Two resolutions in one pyramid.
    #[error("cell {cell} has resolution {found}, the rows before it {expected}")]
    MixedResolutions {
        /// The first cell that differs.
        cell: Cell,
        /// Its resolution.
        found: Resolution,
        /// The others' resolution.
        expected: Resolution,
    },
    /// Two rows for one cell.
    #[error("cell {0} has two rows")]
    Duplicate(Cell),
    /// A measured value is NaN or infinite.
    #[error("cell {0} has a signal that is not a number")]
    NotANumber(Cell),
}

/// The coarsest level, shown up to zoom 4.
const COARSEST: Resolution = Resolution::Four;
/// The finest level drawn; finer rows are drawn as its cells.
const FINEST: Resolution = Resolution::Ten;

/// The resolution drawn at a zoom, when the data is fine enough: a cell is 10 to 60 pixels wide.
pub fn resolution_at(zoom: u8) -> Resolution {
    match zoom {
        0..=4 => Resolution::Four,
        5 | 6 => Resolution::Five,
        7 => Resolution::Six,
        8 => Resolution::Seven,
        9 | 10 => Resolution::Eight,
        11 => Resolution::Nine,
        _ => Resolution::Ten,
    }
}

/// Lowest zoom at which [`resolution_at`] says this resolution: its buckets are the tiles of that zoom.
fn bucket_zoom(resolution: Resolution) -> u8 {
    (0..=12).find(|&zoom| resolution_at(zoom) >= resolution).unwrap_or(12)
}

/// Covered cells at every level, ready to be looked up and cut into tiles. Read-only once built.
#[derive(Debug)]
pub struct Pyramid {
    resolution: Resolution,
    rows: Vec<CellSummary>,
    levels: Vec<Level>,
}

/// The cells of one resolution and where they are on the plane.
#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) resolution: Resolution,
    pub(crate) cells: Vec<CellSummary>,
    pub(crate) shapes: Vec<CellShape>,
    buckets: HashMap<(u32, u32), Vec<u32>>,
}

/// A cell's outline on the plane, in one piece.
#[derive(Debug)]
pub(crate) struct CellShape {
    pub(crate) outline: Box<[WorldPoint]>,
    pub(crate) bounds: WorldBox,
}

impl Pyramid {
    /// Builds the pyramid. Without rows it is empty, of resolution 8.
    ///
    /// # Errors
    /// [`CoverageError`] names the row's cell that is wrong.
    pub fn build(mut rows: Vec<CellRow>) -> Result<Self, CoverageError> {
        let resolution = rows.first().map_or(Resolution::Eight, |row| row.cell.resolution());
        rows.sort_by_key(|row| row.cell);
        check(&rows, resolution)?;
        let levels = Resolution::range(COARSEST, resolution.min(FINEST))
            .map(|level| Level::build(&rows, level))
            .collect();
        let rows = rows.chunks(1).map(|row| summarize(row[0].cell, row)).collect();
        Ok(Self { resolution, rows, levels })
    }

    /// Resolution of the rows.
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// The covered cells at the rows' own resolution, in index order.
    pub fn rows(&self) -> &[CellSummary] {
        &self.rows
    }

    /// The covered cells at one level (4..=10, not finer than the rows), in index order; none at other levels.
    pub fn level(&self, resolution: Resolution) -> &[CellSummary] {
        self.levels.iter().find(|level| level.resolution == resolution).map_or(&[], |level| &level.cells)
    }

    /// What is known of a cell of any level; `None` when nothing in it is covered.
    pub fn get(&self, cell: Cell) -> Option<&CellSummary> {
        let cells =
            if cell.resolution() == self.resolution { &self.rows[..] } else { self.level(cell.resolution()) };
        cells.binary_search_by_key(&cell, |summary| summary.cell).ok().map(|at| &cells[at])
    }

    /// The level that a zoom is drawn with.
    pub(crate) fn shown_at(&self, zoom: u8) -> Option<&Level> {
        let wanted = resolution_at(zoom).min(self.resolution);
        self.levels.iter().find(|level| level.resolution == wanted)
    }
}

impl Level {
    fn build(rows: &[CellRow], resolution: Resolution) -> Self {
        let parent = |row: &CellRow| row.cell.parent(resolution).expect("a level is not finer than its rows");
        // Index order keeps the cells of one parent together.
        let cells: Vec<_> = rows
            .chunk_by(|a, b| parent(a) == parent(b))
            .map(|rows| summarize(parent(&rows[0]), rows))
            .collect();
        let shapes: Vec<_> = cells.iter().map(|summary| CellShape::of(summary.cell)).collect();
        let mut buckets: HashMap<_, Vec<u32>> = HashMap::new();
        for (number, shape) in shapes.iter().enumerate() {
            for bucket in buckets_of(&shape.bounds, bucket_zoom(resolution)) {
                buckets.entry(bucket).or_default().push(number as u32);
            }
        }
        Self { resolution, cells, shapes, buckets }
    }

    /// Cells that may be drawn in a tile, in index order; the tile's zoom must show this level.
    pub(crate) fn near(&self, tile: TileId) -> impl Iterator<Item = (&CellSummary, &CellShape)> {
        let bucket = tile.ancestor(bucket_zoom(self.resolution));
        let numbers = self.buckets.get(&(bucket.x(), bucket.y())).map_or(&[][..], Vec::as_slice);
        numbers.iter().map(|&number| (&self.cells[number as usize], &self.shapes[number as usize]))
    }
}

impl CellShape {
    pub(crate) fn of(cell: Cell) -> Self {
        let outline = mercator::project_unbroken(cell.boundary());
        let bounds = WorldBox::around(&outline).expect("a cell has corners");
        Self { outline: outline.into(), bounds }
    }
}

fn check(rows: &[CellRow], resolution: Resolution) -> Result<(), CoverageError> {
    for row in rows {
        let found = row.cell.resolution();
        if found < COARSEST {
            return Err(CoverageError::TooCoarse(row.cell));
        }
        if found != resolution {
            return Err(CoverageError::MixedResolutions { cell: row.cell, found, expected: resolution });
        }
        if row.signal.is_some_and(|signal| !signal.is_finite()) {
            return Err(CoverageError::NotANumber(row.cell));
        }
    }
    match rows.windows(2).find(|pair| pair[0].cell == pair[1].cell) {
        Some(pair) => Err(CoverageError::Duplicate(pair[0].cell)),
        None => Ok(()),
    }
}

impl Signal {
    fn is_finite(self) -> bool {
        [self.median_rssi_dbm, self.weakest_rssi_dbm, self.strongest_rssi_dbm, self.median_snr_db]
            .iter()
            .all(|value| value.is_finite())
    }
}

fn summarize(cell: Cell, rows: &[CellRow]) -> CellSummary {
    let distinct =
        |pick: fn(&CellRow) -> &Vec<u32>| rows.iter().flat_map(pick).collect::<BTreeSet<_>>().len() as u32;
    let data_resolution = rows[0].cell.resolution();
    let mut counts: Vec<f64> = rows.iter().map(|row| row.hotspots.len() as f64).collect();
    CellSummary {
        cell,
        signal: signal_over(rows),
        samples: rows.iter().map(|row| u64::from(row.samples)).sum(),
        witnesses: distinct(|row| &row.witnesses),
        hotspots: distinct(|row| &row.hotspots),
        hotspots_per_cell: median(&mut counts).round() as u32,
        last_epoch: rows.iter().map(|row| row.last_epoch).max().unwrap_or_default(),
        reward_base_units: rows.iter().fold(0, |sum, row| sum.saturating_add(row.reward_base_units)),
        covered: rows.len() as u64,
        cells: cell.child_count(data_resolution),
    }
}

fn signal_over(rows: &[CellRow]) -> Option<Signal> {
    let signals: Vec<_> = rows.iter().filter_map(|row| row.signal).collect();
    let over = |pick: fn(&Signal) -> f64| signals.iter().map(pick);
    (!signals.is_empty()).then(|| Signal {
        median_rssi_dbm: median(&mut over(|s| s.median_rssi_dbm).collect::<Vec<_>>()),
        weakest_rssi_dbm: over(|s| s.weakest_rssi_dbm).fold(f64::INFINITY, f64::min),
        strongest_rssi_dbm: over(|s| s.strongest_rssi_dbm).fold(f64::NEG_INFINITY, f64::max),
        median_snr_db: median(&mut over(|s| s.median_snr_db).collect::<Vec<_>>()),
    })
}

/// The middle value, or the mean of the two in the middle; 0 of nothing. Sorts its argument.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The tiles of one zoom in which a box is drawn, buffers included, around the world.
fn buckets_of(bounds: &WorldBox, zoom: u8) -> Vec<(u32, u32)> {
    let side = WORLD >> zoom;
    let wide = bounds.widened(side / (mercator::EXTENT / mercator::BUFFER));
    let rows = (wide.min.y.div_euclid(side)).max(0)..=(wide.max.y.div_euclid(side)).min((1 << zoom) - 1);
    let columns = wide.min.x.div_euclid(side)..=wide.max.x.div_euclid(side);
    let mut buckets: Vec<_> =
        rows.flat_map(|y| columns.clone().map(move |x| (x.rem_euclid(1 << zoom) as u32, y as u32))).collect();
    buckets.sort_unstable();
    buckets.dedup();
    buckets
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod coverage_tests;
