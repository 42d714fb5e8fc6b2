//! Where: WGS-84 geodesy, H3 cells, the coverage index and its vector tiles.
//!
//! A point is a [`Place`] (integers), a distance is a [`geodesy::geodesic_m`] or a [`geodesy::slant_range_m`], and an
//! area of ground is a [`Cell`].
//!
//! | noun | file | noun | file |
//! |---|---|---|---|
//! | places | `place` | covered cells and their parents | `coverage` |
//! | distances, directions, light | `geodesy` | vector tiles | `tile/` |
//! | a plane at a place | `tangent` | the world offline | `basemap`, `topojson` |
//! | H3 cells | `cell` | polygons to cells | `polygon` |
//! | the map's plane and its tiles' names | `mercator` | cutting to a box | `clip` |
//! | the ground: elevation and profiles | `terrain/` | | |
//!
//! What is *not* here: no clock, no socket, no thread, no file (but for [`TerrainFolder`], which is opened above and asked for ground in
//! memory before anything is judged); nobody's name, key or money rules. No haversine and no
//! H3 grid distance: a sphere is wrong by up to 0.5 % (50 m in 10 km), and grid distance breaks near pentagons. Floats
//! are welcome here and therefore nothing of this crate may enter `ledger/machine`, except a cell's integer index.

pub mod basemap;
pub mod cell;
pub mod clip;
pub mod coverage;
#[cfg(test)]
mod fuzz;
pub mod geodesy;
pub mod mercator;
pub mod place;
pub mod polygon;
pub mod tangent;
pub mod terrain;
pub mod tile;
pub mod topojson;

pub use cell::{Cell, Resolution, cell_of};
pub use place::{Place, PlaceError};
pub use tangent::Tangent;
pub use terrain::{Terrain, TerrainFolder};
