//! Polygons as people draw them (GeoJSON, RFC 7946), and the cells that they touch.
//!
//! Containment is *covers*: a cell counts when any part of it lies in the polygon, so that a polygon smaller than a cell
//! still has one, and no corner of the polygon goes unasked. Two polygons side by side share the cells on their border.
//!
//! An edge is the straight line between two positions in longitude and latitude, the short way around: an edge over more
//! than 180 degrees of longitude crosses the antimeridian (RFC 7946 3.1.9 asks for two polygons there; both forms are
//! understood). Rings may be wound either way.
//!
//! Refused, by name of the ring: what is open, too short, not on the globe, runs around a pole, crosses itself or another
//! ring; and what is too large, before a single cell is computed.

use std::fmt;

use geo::{
    Coord, Line, LineString, Polygon,
    line_intersection::{LineIntersection, line_intersection},
};
use h3o::geom::{ContainmentMode, TilerBuilder};
use serde::Deserialize;
use thiserror::Error;

use crate::{Cell, Resolution};

/// Longest GeoJSON document, in bytes.
pub const BYTES_MAX: usize = 1 << 20;
/// Most positions of all rings together.
pub const VERTICES_MAX: usize = 10_000;
/// Most cells of an answer: 74,000 km2 at resolution 8.
pub const CELLS_MAX: usize = 100_000;
/// Finest resolution that is answered.
pub const FINEST: Resolution = Resolution::Ten;

/// Which ring of a document is meant: ring 0 is a polygon's outline, the others are its holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingName {
    /// Number of the polygon in the document, from 0.
    pub polygon: usize,
    /// Number of the ring in the polygon, from 0.
    pub ring: usize,
}

/// Why a document has no cells.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PolygonError {
    /// Longer than [`BYTES_MAX`].
    #[error("{0} bytes of geojson, at most {BYTES_MAX} are read")]
    TooLong(usize),
    /// Not JSON, or neither Polygon, MultiPolygon, nor a Feature or FeatureCollection of these.
    #[error("not a geojson polygon: {0}")]
    Malformed(#[from] serde_json::Error),
    /// No polygon in it, or a polygon without a ring.
    #[error("the document has no polygon")]
    Empty,
    /// More than [`VERTICES_MAX`] positions.
    #[error("{0} positions, at most {VERTICES_MAX} are read")]
    TooManyVertices(usize),
    /// Fewer than the four positions that RFC 7946 3.1.6 asks for.
    #[error("{0} has {1} positions, a ring has at least 4")]
    TooShort(RingName, usize),
    /// The last position is not the first.
    #[error("{0} is open: its last position is not its first")]
    Open(RingName),
    /// A position is not two to four numbers on the globe.
    #[error("{0}, position {1}: not a longitude -180..=180 and a latitude -90..=90")]
    NotOnGlobe(RingName, usize),
    /// The ring runs around a pole, so that its inside is not defined on a map.
    #[error("{0} runs around a pole: draw it as two polygons that end at a meridian")]
    AroundPole(RingName),
    /// Two edges cross.
    #[error("{0} crosses {1} near longitude {2:.5}, latitude {3:.5}")]
    Crossing(RingName, RingName, f64, f64),
    /// More than [`CELLS_MAX`] cells.
    #[error("about {cells} cells of resolution {resolution}, at most {CELLS_MAX} are answered")]
    TooLarge {
        /// About how many.
        cells: u64,
        /// At which resolution.
        resolution: Resolution,
    },
    /// Finer than [`FINEST`].
    #[error("resolution {0} is finer than {FINEST}")]
    TooFine(Resolution),
    /// The cell library refused a ring that passed every check of ours.
    #[error("the polygon cannot be tiled: {0}")]
    Untileable(String),
}

impl fmt::Display for RingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ring {} of polygon {}", self.ring, self.polygon)
    }
}

/// Checked polygons: closed, simple rings on the globe.
#[derive(Clone, Debug)]
pub struct Polygons {
    polygons: Vec<Polygon<f64>>,
    edges: Vec<Edge>,
}

/// An edge in unbroken longitudes.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: Coord<f64>,
    to: Coord<f64>,
    ring: RingName,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Document {
    Polygon { coordinates: PolygonPositions },
    MultiPolygon { coordinates: Vec<PolygonPositions> },
    Feature { geometry: Geometry },
    FeatureCollection { features: Vec<Feature> },
}

#[derive(Deserialize)]
struct Feature {
    geometry: Geometry,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon { coordinates: PolygonPositions },
    MultiPolygon { coordinates: Vec<PolygonPositions> },
}

type PolygonPositions = Vec<Vec<Vec<f64>>>;

impl Document {
    fn polygons(self) -> Vec<PolygonPositions> {
        match self {
            Self::Polygon { coordinates } => vec![coordinates],
            Self::MultiPolygon { coordinates } => coordinates,
            Self::Feature { geometry } => geometry.polygons(),
            Self::FeatureCollection { features } => {
                features.into_iter().flat_map(|feature| feature.geometry.polygons()).collect()
            }
        }
    }
}

impl Geometry {
    fn polygons(self) -> Vec<PolygonPositions> {
        match self {
            Self::Polygon { coordinates } => vec![coordinates],
            Self::MultiPolygon { coordinates } => coordinates,
        }
    }
}

impl Polygons {
    /// Reads and checks a GeoJSON Polygon, MultiPolygon, or a Feature or FeatureCollection of these.
    ///
    /// # Errors
    /// [`PolygonError`] names the ring and what is wrong with it.
    pub fn from_geojson(bytes: &[u8]) -> Result<Self, PolygonError> {
        if bytes.len() > BYTES_MAX {
            return Err(PolygonError::TooLong(bytes.len()));
        }
        let polygons = serde_json::from_slice::<Document>(bytes)?.polygons();
        let vertices = polygons.iter().flatten().map(Vec::len).sum();
        if vertices > VERTICES_MAX {
            return Err(PolygonError::TooManyVertices(vertices));
        }
        if polygons.is_empty() || polygons.iter().any(Vec::is_empty) {
            return Err(PolygonError::Empty);
        }
        Self::check(&polygons)
    }

    fn check(polygons: &[PolygonPositions]) -> Result<Self, PolygonError> {
        let mut checked = Self { polygons: Vec::new(), edges: Vec::new() };
        for (polygon, rings) in polygons.iter().enumerate() {
            let mut lines = Vec::new();
            for (ring, positions) in rings.iter().enumerate() {
                let name = RingName { polygon, ring };
                let line = ring_line(name, positions)?;
                checked.edges.extend(unbroken_edges(name, &line)?);
                lines.push(line);
            }
            let outline = lines.remove(0);
            checked.polygons.push(Polygon::new(outline, lines));
        }
        match first_crossing(&checked.edges) {
            Some((one, other, at)) => Err(PolygonError::Crossing(one, other, wrapped(at.x), at.y)),
            None => Ok(checked),
        }
    }

    /// The cells of `resolution` that the polygons touch, in index order, each once.
    ///
    /// # Errors
    /// [`PolygonError::TooFine`], or [`PolygonError::TooLarge`] before and while cells are computed.
    pub fn cells(&self, resolution: Resolution) -> Result<Vec<Cell>, PolygonError> {
        if resolution > FINEST {
            return Err(PolygonError::TooFine(resolution));
        }
        let estimate = self.cells_estimate(resolution);
        if estimate > CELLS_MAX as u64 {
            return Err(PolygonError::TooLarge { cells: estimate, resolution });
        }
        let mut tiler = TilerBuilder::new(resolution).containment_mode(ContainmentMode::Covers).build();
        tiler
            .add_batch(self.polygons.iter().cloned())
            .map_err(|error| PolygonError::Untileable(error.to_string()))?;
        // The tiler may name a cell twice, hence the slack.
        let mut cells: Vec<_> = tiler.into_coverage().take(2 * CELLS_MAX + 1).map(Cell::from_h3).collect();
        cells.sort_unstable();
        cells.dedup();
        if cells.len() > CELLS_MAX {
            return Err(PolygonError::TooLarge { cells: cells.len() as u64, resolution });
        }
        Ok(cells)
    }

    /// About how many cells: those inside and those along the edges.
    fn cells_estimate(&self, resolution: Resolution) -> u64 {
        let inside = (0..self.polygons.len()).map(|number| self.area_m2(number)).sum::<f64>();
        let along = self.edges.iter().map(Edge::length_m).sum::<f64>();
        (inside / resolution.area_m2() + along / resolution.edge_length_m()).ceil() as u64
    }

    /// Area of one polygon's outline in square metres, on the sphere that has the ellipsoid's area: the shoelace formula in
    /// (longitude, sin latitude), which keeps areas. Good for a limit; its edges are not quite the straight ones.
    fn area_m2(&self, polygon: usize) -> f64 {
        let outline = self.edges.iter().filter(|edge| edge.ring == RingName { polygon, ring: 0 });
        let doubled: f64 = outline
            .map(|Edge { from, to, .. }| {
                let (sin_from, sin_to) = (from.y.to_radians().sin(), to.y.to_radians().sin());
                from.x.to_radians() * sin_to - to.x.to_radians() * sin_from
            })
            .sum();
        (doubled / 2.0).abs() * AUTHALIC_RADIUS_M * AUTHALIC_RADIUS_M
    }
}

/// Radius of the sphere with the area of the WGS-84 ellipsoid, metres.
const AUTHALIC_RADIUS_M: f64 = 6_371_007.2;

impl Edge {
    /// Length in metres at most: north-south and east-west parts added, the latter at the edge's widest latitude.
    fn length_m(&self) -> f64 {
        let nearest_equator = if self.from.y.signum() == self.to.y.signum() {
            self.from.y.abs().min(self.to.y.abs())
        } else {
            0.0
        };
        let (dx, dy) = ((self.to.x - self.from.x).abs(), (self.to.y - self.from.y).abs());
        (dy + dx * nearest_equator.to_radians().cos()).to_radians() * AUTHALIC_RADIUS_M
    }

    fn shifted(&self, lng_deg: f64) -> Self {
        let move_it = |point: Coord<f64>| Coord { x: point.x + lng_deg, y: point.y };
        Self { from: move_it(self.from), to: move_it(self.to), ring: self.ring }
    }

    /// West, south, east, north.
    fn bounds(&self) -> [f64; 4] {
        [
            self.from.x.min(self.to.x),
            self.from.y.min(self.to.y),
            self.from.x.max(self.to.x),
            self.from.y.max(self.to.y),
        ]
    }
}

/// A ring's positions as written, checked one by one.
fn ring_line(name: RingName, positions: &[Vec<f64>]) -> Result<LineString<f64>, PolygonError> {
    if positions.len() < 4 {
        return Err(PolygonError::TooShort(name, positions.len()));
    }
    if positions.first() != positions.last() {
        return Err(PolygonError::Open(name));
    }
    positions
        .iter()
        .enumerate()
        .map(|(number, position)| match position[..] {
            [lng, lat, ..] if position.len() <= 4 && lng.abs() <= 180.0 && lat.abs() <= 90.0 => {
                Ok((lng, lat))
            }
            _ => Err(PolygonError::NotOnGlobe(name, number)),
        })
        .collect()
}

/// The ring's edges with longitudes that never jump; positions that repeat make no edge.
fn unbroken_edges(name: RingName, line: &LineString<f64>) -> Result<Vec<Edge>, PolygonError> {
    let mut edges = Vec::new();
    let mut from = line.0[0];
    for &position in &line.0[1..] {
        let turns = ((position.x - from.x) / 360.0).round();
        let to = Coord { x: position.x - turns * 360.0, y: position.y };
        if to != from {
            edges.push(Edge { from, to, ring: name });
        }
        from = to;
    }
    if (from.x - line.0[0].x).abs() > 180.0 {
        return Err(PolygonError::AroundPole(name));
    }
    let west = edges.iter().map(|edge| edge.bounds()[0]).fold(f64::INFINITY, f64::min);
    let shift = wrapped(west) - west;
    Ok(edges.iter().map(|edge| edge.shifted(shift)).collect())
}

fn wrapped(lng: f64) -> f64 {
    (lng + 180.0).rem_euclid(360.0) - 180.0
}

/// Two edges that cross, and where; found by sweeping over them from west to east. Touching is no crossing.
fn first_crossing(edges: &[Edge]) -> Option<(RingName, RingName, Coord<f64>)> {
    let mut sorted: Vec<_> = edges.iter().map(|edge| (edge.bounds(), *edge)).collect();
    // Beside a ring over the antimeridian, what lies east of it has a second set of longitudes.
    if sorted.iter().any(|(bounds, _)| bounds[2] > 180.0) {
        sorted.extend(edges.iter().map(|edge| edge.shifted(360.0)).map(|edge| (edge.bounds(), edge)));
    }
    sorted.sort_by(|(a, _), (b, _)| a[0].total_cmp(&b[0]));
    let mut open: Vec<usize> = Vec::new();
    for (number, (bounds, edge)) in sorted.iter().enumerate() {
        open.retain(|&other| sorted[other].0[2] >= bounds[0]);
        for (other_bounds, other) in open.iter().map(|&other| &sorted[other]) {
            let near = other_bounds[1] <= bounds[3] && bounds[1] <= other_bounds[3];
            if let Some(at) = near.then(|| crossing(other, edge)).flatten() {
                return Some((other.ring, edge.ring, at));
            }
        }
        open.push(number);
    }
    None
}

/// A point that is inside both edges, or where one starts to run along the other. Exact predicates.
fn crossing(a: &Edge, b: &Edge) -> Option<Coord<f64>> {
    match line_intersection(Line::new(a.from, a.to), Line::new(b.from, b.to))? {
        LineIntersection::SinglePoint { intersection, is_proper: true } => Some(intersection),
        LineIntersection::Collinear { intersection } if intersection.start != intersection.end => {
            Some(intersection.start)
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "polygon_tests.rs"]
mod polygon_tests;
