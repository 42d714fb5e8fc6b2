//! Layer `coverage`: the covered cells of the zoom's resolution.
//!
//! Feature id: the low 52 bits of the cell's index ([`crate::Cell::feature_id`]); with the property `res` they give the
//! index back: 2^59 + res * 2^52 + id. Properties: `res`; `rssi` (median, whole dBm; absent when nobody listened there);
//! `hotspots` (median per covered cell); `reward` (base units of EAR
//! for each covered cell on average, at most 2^53 - 1); `age` (epochs since last proven);
//! `share` (percent of the cell's own cells that are covered, 1..=100).

use fast_mvt::{MvtLayerBuilder, MvtResult};

use super::{Tile, encoded, polygon, shifts};
use crate::{
    coverage::{CellSummary, Pyramid},
    mercator::TileId,
};

/// Largest integer that JavaScript reads exactly.
const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;

/// The covered cells that touch a tile, as of an epoch.
///
/// # Errors
/// [`super::TileError`] when the encoder refuses a feature.
pub fn coverage_tile(pyramid: &Pyramid, tile: TileId, epoch: u64) -> Tile {
    let mut layer = MvtLayerBuilder::new("coverage")?;
    let Some(level) = pyramid.shown_at(tile.z()) else {
        return Ok(None);
    };
    for (summary, shape) in level.near(tile) {
        for worlds in shifts(&shape.bounds, tile) {
            let mut feature = polygon(layer, tile, [(&shape.outline[..], worlds)])?;
            feature.id(Some(summary.cell.feature_id()));
            describe(&mut feature, summary, epoch)?;
            layer = feature.end();
        }
    }
    Ok(encoded(layer))
}

fn describe(feature: &mut fast_mvt::MvtFeatureBuilder, summary: &CellSummary, epoch: u64) -> MvtResult<()> {
    feature.tag_uint("res", u64::from(u8::from(summary.cell.resolution())))?;
    if let Some(signal) = summary.signal {
        feature.tag_sint("rssi", signal.median_rssi_dbm.round() as i64)?;
    }
    feature.tag_uint("hotspots", u64::from(summary.hotspots_per_cell))?;
    feature.tag_uint("reward", (summary.reward_base_units / summary.covered.max(1)).min(SAFE_INTEGER_MAX))?;
    feature.tag_uint("age", epoch.saturating_sub(summary.last_epoch))?;
    feature.tag_uint("share", (summary.covered * 100).div_ceil(summary.cells.max(1)))?;
    Ok(())
}
