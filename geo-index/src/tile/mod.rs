//! Mapbox vector tiles (specification 2.1), encoded from integers.
//!
//! Rules that all layers share: a grid of 4096 with 64 steps of buffer; cells are never cut, they are drawn in every tile
//! that they touch; a shape over the antimeridian is drawn in each copy of the world that meets the tile; a tile without
//! features is `None` (the server's 204), never an empty body. The same input gives the same bytes.
//!
//! What is not here: HTTP, caches, compression, and colors. A tile carries values; how they look is the page's business.

mod basemap;
mod coverage;
mod grid;
mod hotspots;
mod links;
mod tilejson;

pub use basemap::{BASEMAP_ZOOM_MAX, basemap_tile};
pub use coverage::coverage_tile;
use fast_mvt::{MvtError, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtResult};
pub use grid::{GRID_ZOOM_MIN, grid_tile};
pub use hotspots::{HotspotPoint, Standing, hotspots_tile};
pub use links::{LINKS_MAX, Link, LinkCounts, Verdict, links_tile};
use thiserror::Error;
pub use tilejson::{TileJson, TileSource};

use crate::mercator::{TileId, WORLD, WorldBox, WorldPoint};

/// Media type of a tile.
pub const MIME: &str = "application/vnd.mapbox-vector-tile";
/// Deepest zoom that tiles are made for; the map enlarges them beyond.
pub const DATA_ZOOM_MAX: u8 = 13;

/// The encoder refused a feature: a mistake of ours, never of the data's.
#[derive(Debug, Error)]
#[error("tile could not be encoded: {0}")]
pub struct TileError(#[from] MvtError);

/// A tile's bytes, or `None` when nothing is drawn in it.
pub type Tile = Result<Option<Vec<u8>>, TileError>;

/// How many worlds to the east a shape must be moved to be drawn in the tile.
fn shifts(bounds: &WorldBox, tile: TileId) -> impl Iterator<Item = i32> + use<> {
    let (bounds, drawn) = (*bounds, tile.drawn());
    [-1, 0, 1].into_iter().filter(move |&worlds| bounds.shifted(worlds).meets(&drawn))
}

/// Starts a feature made of one polygon: rings on the plane, outline first.
fn polygon<'a>(
    layer: MvtLayerBuilder,
    tile: TileId,
    rings: impl IntoIterator<Item = (&'a [WorldPoint], i32)>,
) -> MvtResult<MvtFeatureBuilder> {
    let mut feature = layer.feature_of(MvtGeomType::Polygon);
    for (number, (ring, worlds)) in rings.into_iter().enumerate() {
        feature.ring(ring.iter().map(|point| tile.local(point.shifted(worlds))), number == 0)?;
    }
    Ok(feature)
}

/// The finished layer's bytes, or nothing without features.
fn encoded(layer: MvtLayerBuilder) -> Option<Vec<u8>> {
    (layer.num_features() > 0).then(|| layer.encode())
}

/// The point of the world's square that a point of the plane is a copy of.
fn in_world(point: WorldPoint) -> WorldPoint {
    WorldPoint { x: point.x.rem_euclid(WORLD), y: point.y }
}

#[cfg(test)]
#[path = "tile_tests.rs"]
mod tile_tests;
