//! The web mercator plane of map tiles, in integers.
//!
//! The world is a square of 2^30 units: x to the east from longitude -180, y to the south from latitude 85.0511. One
//! unit is 3.7 cm at the equator. Because the side is a power of two, going to a tile's own grid of 4096 is a shift:
//!
//! ```text
//! x = (lng + 180) / 360 * 2^30        y = (1 - asinh(tan lat) / pi) / 2 * 2^30
//! tile-local = (x - tile_x * 2^(30 - z)) / 2^(18 - z), rounded
//! ```
//!
//! x may lie outside 0..2^30: shapes that cross the antimeridian stay in one piece and are drawn in up to two copies.

use fast_mvt::MvtCoord;

use crate::Place;

/// Side of the world in units.
pub const WORLD: i32 = 1 << WORLD_BITS;
/// Deepest zoom that a [`TileId`] can name: there one tile-local step is one world unit.
pub const ZOOM_MAX: u8 = 18;
/// Side of a tile in its own steps.
pub const EXTENT: i32 = 1 << EXTENT_BITS;
/// Steps around a tile that are drawn too, so that lines do not end at its border.
pub const BUFFER: i32 = 64;

const WORLD_BITS: u32 = 30;
const EXTENT_BITS: u32 = 12;
/// Mercator has no poles; what lies beyond this latitude is drawn at it (1.5 worlds from the equator).
const LAT_DEG_MAX: f64 = 89.9;

/// A point of the plane, in world units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorldPoint {
    /// To the east.
    pub x: i32,
    /// To the south.
    pub y: i32,
}

/// A box of the plane, both ends included, in world units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldBox {
    /// North-west corner.
    pub min: WorldPoint,
    /// South-east corner.
    pub max: WorldPoint,
}

/// A tile that exists: z is at most [`ZOOM_MAX`], x and y are below 2^z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

/// Projects degrees; latitudes nearer to a pole than 0.1 degree are drawn at 89.9.
pub fn project(lat_deg: f64, lng_deg: f64) -> WorldPoint {
    let side = f64::from(WORLD);
    let north = lat_deg.clamp(-LAT_DEG_MAX, LAT_DEG_MAX).to_radians().tan().asinh();
    WorldPoint {
        x: ((lng_deg + 180.0) / 360.0 * side).round() as i32,
        y: ((1.0 - north / std::f64::consts::PI) / 2.0 * side).round() as i32,
    }
}

/// Latitude and longitude in degrees of a point of the plane.
pub fn unproject(point: WorldPoint) -> (f64, f64) {
    let side = f64::from(WORLD);
    let north = (1.0 - 2.0 * f64::from(point.y) / side) * std::f64::consts::PI;
    (north.sinh().atan().to_degrees(), f64::from(point.x) / side * 360.0 - 180.0)
}

/// Projects a run of points so that no step is longer than half the world: what crosses the antimeridian stays in one
/// piece, near its first point.
pub fn project_unbroken(places: impl IntoIterator<Item = Place>) -> Vec<WorldPoint> {
    let mut points: Vec<WorldPoint> = Vec::new();
    for place in places {
        let point = project(place.lat_deg(), place.lng_deg());
        let near = points.last().map_or(point, |&last| point.near(last));
        points.push(near);
    }
    points
}

impl WorldPoint {
    /// The copy of this point that is within half a world of `other`, east or west.
    #[must_use]
    pub fn near(self, other: Self) -> Self {
        let turns = (f64::from(other.x) - f64::from(self.x)) / f64::from(WORLD);
        self.shifted(turns.round() as i32)
    }

    /// The copy of this point that many worlds to the east.
    #[must_use]
    pub fn shifted(self, worlds: i32) -> Self {
        Self { x: self.x.saturating_add(worlds.saturating_mul(WORLD)), y: self.y }
    }
}

impl WorldBox {
    /// The smallest box around the points; `None` without points.
    pub fn around(points: &[WorldPoint]) -> Option<Self> {
        let first = *points.first()?;
        Some(points.iter().fold(Self { min: first, max: first }, |all, point| Self {
            min: WorldPoint { x: all.min.x.min(point.x), y: all.min.y.min(point.y) },
            max: WorldPoint { x: all.max.x.max(point.x), y: all.max.y.max(point.y) },
        }))
    }

    /// The boxes have a point in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.min.x <= other.max.x
            && other.min.x <= self.max.x
            && self.min.y <= other.max.y
            && other.min.y <= self.max.y
    }

    /// The point is in the box.
    pub fn contains(&self, point: WorldPoint) -> bool {
        self.meets(&Self { min: point, max: point })
    }

    /// Extent from west to east, in units.
    pub fn width(&self) -> i32 {
        self.max.x.saturating_sub(self.min.x)
    }

    /// Extent from north to south, in units.
    pub fn height(&self) -> i32 {
        self.max.y.saturating_sub(self.min.y)
    }

    /// The copy of this box that many worlds to the east.
    #[must_use]
    pub fn shifted(&self, worlds: i32) -> Self {
        Self { min: self.min.shifted(worlds), max: self.max.shifted(worlds) }
    }

    /// The box with a margin of so many units on every side.
    #[must_use]
    pub fn widened(&self, units: i32) -> Self {
        Self {
            min: WorldPoint { x: self.min.x.saturating_sub(units), y: self.min.y.saturating_sub(units) },
            max: WorldPoint { x: self.max.x.saturating_add(units), y: self.max.y.saturating_add(units) },
        }
    }
}

impl TileId {
    /// The tile at zoom `z`, column `x` from the west and row `y` from the north; `None` when there is no such tile.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= ZOOM_MAX && x >> z == 0 && y >> z == 0).then_some(Self { z, x, y })
    }

    /// The tile of this zoom that contains a point of the world's square; `None` outside of it.
    pub fn around(z: u8, point: WorldPoint) -> Option<Self> {
        let side_bits = WORLD_BITS - u32::from(z.min(ZOOM_MAX));
        Self::new(z, u32::try_from(point.x >> side_bits).ok()?, u32::try_from(point.y >> side_bits).ok()?)
    }

    /// Zoom, 0..=18.
    pub fn z(self) -> u8 {
        self.z
    }

    /// Column from the west.
    pub fn x(self) -> u32 {
        self.x
    }

    /// Row from the north.
    pub fn y(self) -> u32 {
        self.y
    }

    /// The tile of a lower zoom that this one is a part of; itself at its own or a higher zoom.
    #[must_use]
    pub fn ancestor(self, z: u8) -> Self {
        let up = self.z.saturating_sub(z);
        Self { z: self.z - up, x: self.x >> up, y: self.y >> up }
    }

    /// The tile's square in world units.
    pub fn bounds(self) -> WorldBox {
        let side = 1 << (WORLD_BITS - u32::from(self.z));
        let min = WorldPoint { x: self.x as i32 * side, y: self.y as i32 * side };
        WorldBox { min, max: WorldPoint { x: min.x + side, y: min.y + side } }
    }

    /// The tile's square with [`BUFFER`] steps around it: what is drawn.
    pub fn drawn(self) -> WorldBox {
        self.bounds().widened(BUFFER << self.step_bits())
    }

    /// A world point in the tile's own steps, rounded; may lie outside 0..4096.
    pub fn local(self, point: WorldPoint) -> MvtCoord {
        let origin = self.bounds().min;
        MvtCoord { x: self.steps(point.x, origin.x), y: self.steps(point.y, origin.y) }
    }

    fn steps(self, unit: i32, origin: i32) -> i32 {
        let half = (1_i64 << self.step_bits()) >> 1;
        ((i64::from(unit) - i64::from(origin) + half) >> self.step_bits()) as i32
    }

    /// Binary logarithm of the world units in one tile-local step.
    fn step_bits(self) -> u32 {
        WORLD_BITS - EXTENT_BITS - u32::from(self.z)
    }
}

#[cfg(test)]
#[path = "mercator_tests.rs"]
mod mercator_tests;
