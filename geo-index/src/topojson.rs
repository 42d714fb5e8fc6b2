//! A small reader for quantized TopoJSON (the TopoJSON format specification, v1.0): polygons that share their borders.
//!
//! A topology keeps every line once, as an arc of delta-coded integers; a ring names the arcs it is made of, `~i` meaning
//! arc i walked backwards. That is how a border is told from a coast: a border's arc is used by two countries.
//!
//! Read are what maps of land need: `transform`, `arcs`, and geometry collections of `Polygon` and `MultiPolygon` with
//! an optional `properties.name`. Other geometries are skipped. Points, lines and unquantized topologies are not read.
//! Every count is bounded, and every arc number is checked, before anything is built.

use serde::Deserialize;
use thiserror::Error;

/// Longest document that is read, in bytes.
pub const BYTES_MAX: usize = 16 << 20;
/// Most arcs of a topology.
pub const ARCS_MAX: usize = 200_000;
/// Most points of all arcs together.
pub const POINTS_MAX: usize = 4_000_000;
/// Most arc numbers of all rings together.
pub const REFERENCES_MAX: usize = 1_000_000;

/// A polygon's rings, outline first; a ring is a list of arcs.
pub type PolygonArcs = Vec<Vec<ArcRef>>;

/// An arc and the direction in which it is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArcRef {
    /// Which arc, always below the topology's number of arcs.
    pub arc: usize,
    /// Walked from its end to its start.
    pub backwards: bool,
}

/// One named shape: a country, or all land.
#[derive(Clone, Debug)]
pub struct Shape {
    /// `properties.name`, empty when there is none.
    pub name: String,
    /// Its polygons.
    pub polygons: Vec<PolygonArcs>,
}

/// A decoded topology.
#[derive(Clone, Debug)]
pub struct Topology {
    /// Arcs as (longitude, latitude) in degrees; longitude may jump by 360 where an arc crosses the antimeridian.
    pub arcs: Vec<Vec<(f64, f64)>>,
    /// Shapes of every object, with the object's name, in the document's order of shapes and the names' order of objects.
    pub objects: Vec<(String, Vec<Shape>)>,
}

/// Why a document is no topology that we read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TopologyError {
    /// The document is longer than [`BYTES_MAX`].
    #[error("{0} bytes of topojson, at most {BYTES_MAX} are read")]
    TooLong(usize),
    /// Not JSON, or not of the shape that the specification gives.
    #[error("not a quantized topology: {0}")]
    Malformed(#[from] serde_json::Error),
    /// More of something than is read.
    #[error("{count} {what}, at most {max} are read")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many are read.
        max: usize,
    },
    /// A ring names an arc that does not exist.
    #[error("shape {shape:?} names arc {arc}, but there are {arcs} arcs")]
    NoSuchArc {
        /// The shape's name.
        shape: String,
        /// The number as written.
        arc: i64,
        /// How many arcs there are.
        arcs: usize,
    },
    /// A coordinate is not on the globe, or an arc has fewer than two points.
    #[error("arc {arc} is no line on the globe")]
    BadArc {
        /// Which arc.
        arc: usize,
    },
}

#[derive(Deserialize)]
struct Document {
    transform: Transform,
    arcs: Vec<Vec<[i64; 2]>>,
    objects: std::collections::BTreeMap<String, Geometry>,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    GeometryCollection {
        #[serde(default)]
        geometries: Vec<Leaf>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Leaf {
    Polygon {
        arcs: Vec<Vec<i64>>,
        #[serde(default)]
        properties: Properties,
    },
    MultiPolygon {
        arcs: Vec<Vec<Vec<i64>>>,
        #[serde(default)]
        properties: Properties,
    },
    #[serde(other)]
    Other,
}

#[derive(Default, Deserialize)]
struct Properties {
    #[serde(default)]
    name: String,
}

/// Reads a topology.
///
/// # Errors
/// [`TopologyError`] names what is wrong; nothing of a bad document is kept.
pub fn read(bytes: &[u8]) -> Result<Topology, TopologyError> {
    if bytes.len() > BYTES_MAX {
        return Err(TopologyError::TooLong(bytes.len()));
    }
    let document: Document = serde_json::from_slice(bytes)?;
    at_most("arcs", document.arcs.len(), ARCS_MAX)?;
    at_most("points", document.arcs.iter().map(Vec::len).sum(), POINTS_MAX)?;
    let arcs: Vec<_> = document
        .arcs
        .iter()
        .enumerate()
        .map(|(number, arc)| degrees(number, arc, &document.transform))
        .collect::<Result<_, _>>()?;
    let mut references = 0;
    let objects = document
        .objects
        .into_iter()
        .map(|(name, object)| Ok((name, shapes(object, arcs.len(), &mut references)?)))
        .collect::<Result<_, TopologyError>>()?;
    Ok(Topology { arcs, objects })
}

impl Topology {
    /// The shapes of the object with this name; none when there is no such object.
    pub fn object(&self, name: &str) -> &[Shape] {
        self.objects.iter().find(|(object, _)| object == name).map_or(&[], |(_, shapes)| shapes)
    }
}

fn at_most(what: &'static str, count: usize, max: usize) -> Result<(), TopologyError> {
    if count > max { Err(TopologyError::TooMany { what, count, max }) } else { Ok(()) }
}

/// Undoes delta coding and quantization: degrees = sum of deltas * scale + translate.
fn degrees(
    number: usize,
    deltas: &[[i64; 2]],
    transform: &Transform,
) -> Result<Vec<(f64, f64)>, TopologyError> {
    let bad = || TopologyError::BadArc { arc: number };
    let ([scale_x, scale_y], [from_x, from_y]) = (transform.scale, transform.translate);
    let (mut x, mut y) = (0_i64, 0_i64);
    let mut points = Vec::with_capacity(deltas.len());
    for [dx, dy] in deltas {
        x = x.checked_add(*dx).ok_or_else(bad)?;
        y = y.checked_add(*dy).ok_or_else(bad)?;
        let (lng, lat) = (x as f64 * scale_x + from_x, y as f64 * scale_y + from_y);
        // A quantum beyond 180 or 90 is rounding; a degree is not.
        if !(lng.abs() <= 180.5 && lat.abs() <= 90.5) {
            return Err(bad());
        }
        points.push((lng, lat.clamp(-90.0, 90.0)));
    }
    if points.len() < 2 { Err(bad()) } else { Ok(points) }
}

fn shapes(object: Geometry, arcs: usize, references: &mut usize) -> Result<Vec<Shape>, TopologyError> {
    let Geometry::GeometryCollection { geometries } = object else {
        return Ok(Vec::new());
    };
    geometries
        .into_iter()
        .filter_map(|leaf| match leaf {
            Leaf::Polygon { arcs, properties } => Some((vec![arcs], properties.name)),
            Leaf::MultiPolygon { arcs, properties } => Some((arcs, properties.name)),
            Leaf::Other => None,
        })
        .map(|(polygons, name)| {
            *references += polygons.iter().flatten().map(Vec::len).sum::<usize>();
            at_most("arc references", *references, REFERENCES_MAX)?;
            let polygons = polygons
                .into_iter()
                .map(|rings| rings.iter().map(|ring| ring_of(ring, arcs, &name)).collect())
                .collect::<Result<_, _>>()?;
            Ok(Shape { name, polygons })
        })
        .collect()
}

fn ring_of(ring: &[i64], arcs: usize, shape: &str) -> Result<Vec<ArcRef>, TopologyError> {
    ring.iter()
        .map(|&written| {
            let backwards = written < 0;
            let number = if backwards { !written } else { written };
            match usize::try_from(number) {
                Ok(arc) if arc < arcs => Ok(ArcRef { arc, backwards }),
                _ => Err(TopologyError::NoSuchArc { shape: shape.to_owned(), arc: written, arcs }),
            }
        })
        .collect()
}

#[cfg(test)]
#[path = "topojson_tests.rs"]
pub(crate) mod topojson_tests;
