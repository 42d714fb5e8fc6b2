//! H3 cells: hexagons (and twelve pentagons) that tile the earth, each with a 64-bit name.
//!
//! Membership has one rule: a point belongs to the cell whose *index* it gets at that resolution ([`cell_of`]), and a
//! cell belongs to a parent by index ([`Cell::parent`]). It never means "inside the drawn polygon": a hexagon cannot be
//! cut into seven hexagons, so a child may stick out of its parent's outline, and a point near an edge may have a
//! res-10 cell whose res-8 parent is not the res-8 cell of the point. Each question is asked at one resolution only:
//! index the point at the resolution that you mean.

use std::{fmt, num::ParseIntError, str::FromStr};

pub use h3o::Resolution;
use h3o::{CellIndex, LatLng};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Place;

/// Digits and base cell: everything of an index that tells two cells of one resolution apart.
const FEATURE_ID_MASK: u64 = (1 << 52) - 1;

/// An H3 cell. Serialized as its hexadecimal index in a string (`"8811922b51fffff"`), because 64 bits do not fit a
/// JavaScript number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cell(CellIndex);

/// Why a number or a text is no cell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CellError {
    /// The integer is not the index of a cell.
    #[error("{0:#x} is not the index of an h3 cell")]
    NotACell(u64),
    /// The text is not a hexadecimal number of at most 16 digits.
    #[error("{text:?} is not a hexadecimal h3 index: {reason}")]
    NotHex {
        /// The beginning of what was given.
        text: String,
        /// What the number parser said.
        reason: ParseIntError,
    },
}

/// The cell that `place` belongs to at `resolution`. Heights do not count.
///
/// H3 reads geodetic latitude as if the earth were a sphere; as a name for ground that is harmless, since everybody
/// does the same, and no distance is ever computed from it.
pub fn cell_of(place: Place, resolution: Resolution) -> Cell {
    Cell(lat_lng(place).to_cell(resolution))
}

impl Cell {
    /// The cell with this 64-bit index.
    ///
    /// # Errors
    /// [`CellError::NotACell`] when the integer is no cell index.
    pub fn from_index(index: u64) -> Result<Self, CellError> {
        CellIndex::try_from(index).map(Self).map_err(|_| CellError::NotACell(index))
    }

    /// The 64-bit index.
    pub fn index(self) -> u64 {
        self.0.into()
    }

    /// Resolution, 0 (continents) to 15 (a square metre); 8 is about 0.74 km2.
    pub fn resolution(self) -> Resolution {
        self.0.resolution()
    }

    /// The cell that this one belongs to, by index, at a coarser (or its own) resolution; `None` at a finer one.
    pub fn parent(self, resolution: Resolution) -> Option<Self> {
        self.0.parent(resolution).map(Self)
    }

    /// How many cells of `resolution` belong to this one; 0 at a coarser resolution.
    pub fn child_count(self, resolution: Resolution) -> u64 {
        self.0.children_count(resolution)
    }

    /// The cells of `resolution` that belong to this one, in index order; none at a coarser resolution.
    pub fn children(self, resolution: Resolution) -> impl Iterator<Item = Self> {
        self.0.children(resolution).map(Self)
    }

    /// The cells within `k` steps, this one included. Steps are for drawing and neighborhoods; distances are metres.
    pub fn disk(self, k: u32) -> Vec<Self> {
        self.0.grid_disk::<Vec<_>>(k).into_iter().map(Self).collect()
    }

    /// The cell's center, at height 0.
    pub fn center(self) -> Place {
        place(self.0.into())
    }

    /// The corners in counter-clockwise order, first not repeated, at height 0: 6 for a hexagon, up to 10 where the
    /// outline crosses an icosahedron edge. Longitudes are -180..180, so an outline may jump over the antimeridian.
    pub fn boundary(self) -> Vec<Place> {
        self.0.boundary().iter().copied().map(place).collect()
    }

    /// Area in square metres on H3's sphere (radius 6,371,007 m); the ellipsoid's differs by up to 0.7 %. Display only.
    pub fn area_m2(self) -> f64 {
        self.0.area_m2()
    }

    /// Identity of the cell within its resolution in 52 bits: base cell and digits, the low bits of the index. Fits a
    /// JavaScript number, as a vector tile's feature id must.
    pub fn feature_id(self) -> u64 {
        self.index() & FEATURE_ID_MASK
    }

    pub(crate) fn from_h3(index: CellIndex) -> Self {
        Self(index)
    }
}

fn lat_lng(place: Place) -> LatLng {
    LatLng::new(place.lat_deg(), place.lng_deg()).expect("a place's coordinates are finite")
}

fn place(point: LatLng) -> Place {
    let lng_deg = (point.lng() + 180.0).rem_euclid(360.0) - 180.0;
    Place::from_degrees(point.lat().clamp(-90.0, 90.0), lng_deg, 0.0).expect("h3 answers with finite degrees")
}

impl FromStr for Cell {
    type Err = CellError;

    fn from_str(text: &str) -> Result<Self, CellError> {
        let index = u64::from_str_radix(text, 16)
            .map_err(|reason| CellError::NotHex { text: text.chars().take(24).collect(), reason })?;
        Self::from_index(index)
    }
}

impl TryFrom<String> for Cell {
    type Error = CellError;

    fn try_from(text: String) -> Result<Self, CellError> {
        text.parse()
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> Self {
        cell.to_string()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.index())
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cell({self})")
    }
}

#[cfg(test)]
#[path = "cell_tests.rs"]
mod cell_tests;
