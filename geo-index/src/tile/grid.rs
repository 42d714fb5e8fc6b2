//! Layer `grid`: the outlines of all cells, covered or not, so that a gap is seen as a gap.
//!
//! Only from [`GRID_ZOOM_MIN`] on; below, the cells would be a gray veil. It depends on nothing but the tile, so a browser
//! may keep it for ever. One feature of many short lines; an edge that two cells share is drawn once.

use fast_mvt::{MvtCoord, MvtGeomType, MvtLayerBuilder};

use super::Tile;
use crate::{
    Cell, Place, Resolution, cell_of, clip,
    coverage::{CellShape, resolution_at},
    geodesy::geodesic_m,
    mercator::{TileId, WorldPoint, unproject},
};

/// First zoom with a grid.
pub const GRID_ZOOM_MIN: u8 = 11;

/// Outlines of the cells of `resolution`, or of the zoom's resolution when that is coarser, in a tile.
///
/// # Errors
/// [`super::TileError`] when the encoder refuses a feature.
pub fn grid_tile(tile: TileId, resolution: Resolution) -> Tile {
    if tile.z() < GRID_ZOOM_MIN {
        return Ok(None);
    }
    let cells = cells_near(tile, resolution.min(resolution_at(tile.z())));
    let mut edges: Vec<_> = cells.into_iter().flat_map(|cell| edges(cell, tile)).collect();
    if edges.is_empty() {
        return Ok(None);
    }
    edges.sort_unstable_by_key(|[from, to]| (from.x, from.y, to.x, to.y));
    edges.dedup();
    let mut feature = MvtLayerBuilder::new("grid")?.feature_of(MvtGeomType::LineString);
    for edge in edges {
        feature.line(edge)?;
    }
    Ok(Some(feature.end().encode()))
}

/// The cell's edges in the tile's steps, each with its western end first, cut to what is drawn.
fn edges(cell: Cell, tile: TileId) -> Vec<[MvtCoord; 2]> {
    let (outline, drawn) = (CellShape::of(cell).outline, tile.drawn());
    let near = |point: &WorldPoint| point.near(drawn.min);
    let ends = outline.iter().zip(outline.iter().cycle().skip(1));
    ends.filter_map(|(a, b)| {
        let (a, b) = (near(a), near(b));
        let (west, east) = if (a.x, a.y) < (b.x, b.y) { (a, b) } else { (b, a) };
        let (from, to) = clip::segment(west, east, &drawn)?;
        let edge = [tile.local(from), tile.local(to)];
        (edge[0] != edge[1]).then_some(edge)
    })
    .collect()
}

/// At least the cells that touch the tile: all within enough steps of its middle.
fn cells_near(tile: TileId, resolution: Resolution) -> Vec<Cell> {
    let bounds = tile.drawn();
    let (middle, corners) = (
        WorldPoint {
            x: i32::midpoint(bounds.min.x, bounds.max.x),
            y: i32::midpoint(bounds.min.y, bounds.max.y),
        },
        [bounds.min, bounds.max],
    );
    let middle = place(middle);
    let reach_m = corners.into_iter().map(|corner| geodesic_m(middle, place(corner))).fold(0.0, f64::max);
    // Neighbors' centers are sqrt 3 edges apart, give or take a quarter by where on the earth they are.
    let steps = (reach_m / (1.3 * resolution.edge_length_m())).ceil() as u32 + 1;
    cell_of(middle, resolution).disk(steps)
}

fn place(point: WorldPoint) -> Place {
    let (lat_deg, lng_deg) = unproject(super::in_world(point));
    Place::from_degrees(lat_deg, lng_deg, 0.0).expect("the plane unrolls onto the globe")
}
