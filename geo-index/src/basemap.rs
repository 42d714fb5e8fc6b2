//! The world without internet: land, borders and country names from one topology of public-domain Natural Earth data.
//!
//! The topology's polygons are *spherical*: a ring may cross the antimeridian (Russia, Fiji) or run around a pole
//! (Antarctica). Drawn naively on a plane the first paint a band across the map (seen as cut blocks over Scandinavia) and
//! the second has no inside. So every ring is unrolled: each point is placed within half a world of the one before, and
//!
//! ```text
//! end - start = 0          an ordinary ring, drawn in as many copies as meet the tile
//! end - start = +-1 world  a ring around a pole, closed along the plane's edge on that side
//! ```
//!
//! Which pole is decided by the winding, clockwise for outlines as in d3: what is inside lies to the right of the walk.
//!
//! Arcs are simplified (Douglas and Peucker, within half a pixel) before rings are put together, so neighbors keep their
//! shared border. Coasts and borders are lines of their own and never the edges of clipped polygons.
//!
//! What is not here: cities, roads, lakes, disputed views. Natural Earth is good to about zoom 7; the file's own grid is
//! 400 m. Past that the map honestly shows coast and nothing else.

use std::sync::{Arc, OnceLock};

use geo::{Area, Centroid, Contains, Coord, InteriorPoint, LineString, Polygon, Simplify};

use crate::{
    mercator::{self, WORLD, WorldBox, WorldPoint},
    topojson::{ArcRef, PolygonArcs, Topology, TopologyError},
};

/// From this zoom on arcs are drawn as they are in the file.
pub const FULL_DETAIL_ZOOM: u8 = 8;
/// How far outside the world's square rings around a pole are closed: past every projected point.
const BEYOND_POLE: i32 = WORLD / 4 * 3;

/// A polygon of the plane: rings, outline first, with first points not repeated.
#[derive(Clone, Debug)]
pub(crate) struct Land {
    pub(crate) rings: Vec<Vec<WorldPoint>>,
    pub(crate) bounds: WorldBox,
}

/// A line of the plane.
#[derive(Clone, Debug)]
pub(crate) struct Shore {
    pub(crate) points: Vec<WorldPoint>,
    pub(crate) bounds: WorldBox,
    pub(crate) kind: LineKind,
}

/// What a line separates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// Land from water.
    Coast,
    /// Two countries.
    Border,
}

/// A country's name and where to write it.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) at: WorldPoint,
    /// Width of its largest part in world units: a name is written where the country is wide enough for it.
    pub(crate) width: i32,
}

/// Everything that is drawn at one zoom.
#[derive(Debug, Default)]
pub(crate) struct Detail {
    pub(crate) land: Vec<Land>,
    pub(crate) lines: Vec<Shore>,
}

/// The basemap, ready to be cut into tiles. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Basemap(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    arcs: Vec<Vec<WorldPoint>>,
    kinds: Vec<Option<LineKind>>,
    land: Vec<PolygonArcs>,
    labels: Vec<Label>,
    details: [OnceLock<Detail>; FULL_DETAIL_ZOOM as usize + 1],
}

impl Basemap {
    /// Reads a world-atlas countries file: a quantized topology with the objects `countries` and `land`.
    ///
    /// # Errors
    /// [`TopologyError`] when the bytes are no such topology.
    pub fn read(topojson: &[u8]) -> Result<Self, TopologyError> {
        let topology = crate::topojson::read(topojson)?;
        let arcs: Vec<_> = topology.arcs.iter().map(|arc| unrolled(arc)).collect();
        let land: Vec<_> = topology.object("land").iter().flat_map(|shape| shape.polygons.clone()).collect();
        let labels = topology
            .object("countries")
            .iter()
            .filter_map(|shape| label(&shape.name, &shape.polygons, &arcs))
            .collect();
        let kinds = kinds(&topology);
        Ok(Self(Arc::new(Inner { arcs, kinds, land, labels, details: Default::default() })))
    }

    /// Land, coasts and borders at the detail of a zoom; simplified on first use.
    pub(crate) fn detail(&self, zoom: u8) -> &Detail {
        let zoom = zoom.min(FULL_DETAIL_ZOOM);
        self.0.details[usize::from(zoom)].get_or_init(|| self.0.simplified(zoom))
    }

    pub(crate) fn labels(&self) -> &[Label] {
        &self.0.labels
    }
}

impl Inner {
    fn simplified(&self, zoom: u8) -> Detail {
        // Half a pixel of a 512-pixel tile.
        let tolerance = (WORLD >> zoom) / 1024;
        let arcs: Vec<_> = if zoom == FULL_DETAIL_ZOOM {
            self.arcs.clone()
        } else {
            self.arcs.iter().map(|arc| simplify(arc, tolerance)).collect()
        };
        let land = self.land.iter().filter_map(|polygon| assemble(polygon, &arcs));
        let lines = arcs.iter().zip(&self.kinds).filter_map(|(points, kind)| {
            let (kind, bounds) = ((*kind)?, WorldBox::around(points)?);
            visible(&bounds, tolerance).then(|| Shore { points: points.clone(), bounds, kind })
        });
        Detail {
            land: land.filter(|land| visible(&land.bounds, tolerance)).collect(),
            lines: lines.collect(),
        }
    }
}

/// An island smaller than the tolerance both ways is not drawn.
fn visible(bounds: &WorldBox, tolerance: i32) -> bool {
    bounds.width() > tolerance || bounds.height() > tolerance
}

/// A border is walked by two countries; everything else that land is made of is coast.
fn kinds(topology: &Topology) -> Vec<Option<LineKind>> {
    let mut owners: Vec<Option<usize>> = vec![None; topology.arcs.len()];
    let mut kinds = vec![None; topology.arcs.len()];
    for (country, shape) in topology.object("countries").iter().enumerate() {
        for ArcRef { arc, .. } in shape.polygons.iter().flatten().flatten() {
            let shared = owners[*arc].is_some_and(|owner| owner != country);
            owners[*arc] = Some(country);
            kinds[*arc] = if shared { Some(LineKind::Border) } else { kinds[*arc].or(Some(LineKind::Coast)) };
        }
    }
    kinds
}

/// Projects an arc so that every point is within half a world of the one before.
fn unrolled(arc: &[(f64, f64)]) -> Vec<WorldPoint> {
    let mut points: Vec<WorldPoint> = Vec::with_capacity(arc.len());
    for &(lng, lat) in arc {
        let point = mercator::project(lat, lng);
        points.push(points.last().map_or(point, |&last| point.near(last)));
    }
    points
}

fn simplify(arc: &[WorldPoint], tolerance: i32) -> Vec<WorldPoint> {
    let line: LineString<f64> = arc.iter().map(|p| (f64::from(p.x), f64::from(p.y))).collect();
    line.simplify(f64::from(tolerance))
        .coords()
        .map(|c| WorldPoint { x: c.x as i32, y: c.y as i32 })
        .collect()
}

/// Puts a polygon's rings together from arcs; `None` when simplification left no area.
fn assemble(polygon: &PolygonArcs, arcs: &[Vec<WorldPoint>]) -> Option<Land> {
    let mut rings = Vec::with_capacity(polygon.len());
    let mut outline: Option<WorldBox> = None;
    for ring in polygon {
        let mut points = close(walk(ring, arcs), outline.is_none());
        let bounds = WorldBox::around(&points);
        match (outline, bounds) {
            // A hole is unrolled by itself: bring it to the copy of the world in which its outline is.
            (Some(around), Some(hole)) => {
                let turns = middle(&hole).near(middle(&around)).x - middle(&hole).x;
                points = points.into_iter().map(|point| point.shifted(turns / WORLD)).collect();
            }
            (None, Some(_)) => outline = bounds,
            (_, None) => {}
        }
        if points.len() >= 3 {
            rings.push(points);
        } else if rings.is_empty() {
            return None;
        }
    }
    outline.map(|bounds| Land { rings, bounds })
}

fn middle(bounds: &WorldBox) -> WorldPoint {
    WorldPoint { x: i32::midpoint(bounds.min.x, bounds.max.x), y: i32::midpoint(bounds.min.y, bounds.max.y) }
}

/// Walks a ring's arcs, each shifted to continue where the one before ended; the last point repeats the first, possibly
/// a world further.
fn walk(ring: &[ArcRef], arcs: &[Vec<WorldPoint>]) -> Vec<WorldPoint> {
    let mut points: Vec<WorldPoint> = Vec::new();
    for &ArcRef { arc, backwards } in ring {
        let arc = &arcs[arc];
        let forwards = arc.iter().copied();
        let steps: Vec<_> = if backwards { forwards.rev().collect() } else { forwards.collect() };
        let shift = match (points.last(), steps.first()) {
            (Some(&end), Some(&start)) => (start.near(end).x - start.x) / WORLD,
            _ => 0,
        };
        let joint = usize::from(!points.is_empty());
        points.extend(steps.into_iter().skip(joint).map(|point| point.shifted(shift)));
    }
    points
}

/// Closes a walked ring: drops the repeated point, or goes around by the pole that it encircles.
fn close(mut points: Vec<WorldPoint>, is_outline: bool) -> Vec<WorldPoint> {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
        return points;
    };
    let turned = last.x.saturating_sub(first.x);
    if turned.saturating_abs() < WORLD / 2 {
        points.pop();
        return points;
    }
    // Inside is to the right of an outline's walk and to the left of a hole's.
    let to_the_south = (turned > 0) == is_outline;
    let y = if to_the_south { WORLD + BEYOND_POLE } else { -BEYOND_POLE };
    points.push(WorldPoint { x: last.x, y });
    points.push(WorldPoint { x: first.x, y });
    points
}

/// The name goes inside the largest part of the country.
fn label(name: &str, polygons: &[PolygonArcs], arcs: &[Vec<WorldPoint>]) -> Option<Label> {
    let parts = polygons.iter().filter_map(|polygon| assemble(polygon, arcs));
    let flat = parts.map(|land| (as_polygon(&land), land.bounds));
    let (polygon, bounds) = flat.max_by(|(a, _), (b, _)| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    let centroid = polygon.centroid().filter(|centroid| polygon.contains(centroid));
    let at = centroid.or_else(|| polygon.interior_point())?;
    let at = WorldPoint { x: at.x() as i32, y: at.y() as i32 };
    let shift = -at.x.div_euclid(WORLD);
    let named = !name.is_empty();
    named.then(|| Label { name: name.to_owned(), at: at.shifted(shift), width: bounds.width() })
}

fn as_polygon(land: &Land) -> Polygon<f64> {
    let ring = |points: &Vec<WorldPoint>| -> LineString<f64> {
        points.iter().map(|p| Coord { x: f64::from(p.x), y: f64::from(p.y) }).collect()
    };
    Polygon::new(ring(&land.rings[0]), land.rings[1..].iter().map(ring).collect())
}

#[cfg(test)]
#[path = "basemap_tests.rs"]
mod basemap_tests;
