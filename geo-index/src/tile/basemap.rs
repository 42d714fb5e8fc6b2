//! Layers `land` (polygons), `coast` and `border` (lines) and `country` (points: `name`, `rank` 1..=6 by size).

use fast_mvt::{MvtCoord, MvtGeomType, MvtLayerBuilder, MvtResult};

use super::{Tile, encoded, shifts};
use crate::{
    basemap::{Basemap, Land, LineKind},
    clip,
    mercator::{TileId, WORLD, WorldBox},
};

/// Deepest zoom that basemap tiles are made for: the source has no more detail.
pub const BASEMAP_ZOOM_MAX: u8 = 8;
/// A name is written in a country at least so wide, in pixels of a 512-pixel tile.
const NAME_WIDTH_PX: i32 = 48;

/// Land, coasts, borders and country names in a tile.
///
/// # Errors
/// [`super::TileError`] when the encoder refuses a feature.
pub fn basemap_tile(basemap: &Basemap, tile: TileId) -> Tile {
    let layers = [
        land(basemap, tile)?,
        lines(basemap, tile, LineKind::Coast, "coast")?,
        lines(basemap, tile, LineKind::Border, "border")?,
        names(basemap, tile)?,
    ];
    let bytes: Vec<u8> = layers.into_iter().flatten().flatten().collect();
    Ok((!bytes.is_empty()).then_some(bytes))
}

fn land(basemap: &Basemap, tile: TileId) -> MvtResult<Option<Vec<u8>>> {
    let mut layer = MvtLayerBuilder::new("land")?;
    for land in &basemap.detail(tile.z()).land {
        for worlds in shifts(&land.bounds, tile) {
            layer = draw(layer, land, worlds, tile)?;
        }
    }
    Ok(encoded(layer))
}

fn draw(layer: MvtLayerBuilder, land: &Land, worlds: i32, tile: TileId) -> MvtResult<MvtLayerBuilder> {
    let within = tile.drawn().shifted(-worlds);
    let cut =
        |ring: &Vec<_>| clip::ring(ring, &within).into_iter().map(|point| tile.local(point.shifted(worlds)));
    let rings: Vec<Vec<_>> = land.rings.iter().map(|ring| cut(ring).collect()).collect();
    let outside: i64 = rings[1..].iter().map(|hole| doubled_area(hole)).sum();
    // Nothing is left where the outline only grazes the tile, or where the tile lies in a hole.
    if doubled_area(&rings[0]) <= outside {
        return Ok(layer);
    }
    let mut feature = layer.feature_of(MvtGeomType::Polygon);
    for (number, ring) in rings.into_iter().enumerate().filter(|(_, ring)| doubled_area(ring) > 0) {
        feature.ring(ring, number == 0)?;
    }
    Ok(feature.end())
}

/// Twice the area of a ring, whichever way it is wound.
fn doubled_area(ring: &[MvtCoord]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| i64::from(a.x) * i64::from(b.y) - i64::from(b.x) * i64::from(a.y))
        .sum::<i64>()
        .abs()
}

fn lines(basemap: &Basemap, tile: TileId, kind: LineKind, name: &str) -> MvtResult<Option<Vec<u8>>> {
    let mut feature = MvtLayerBuilder::new(name)?.feature_of(MvtGeomType::LineString);
    let mut empty = true;
    for line in basemap.detail(tile.z()).lines.iter().filter(|line| line.kind == kind) {
        for worlds in shifts(&line.bounds, tile) {
            for part in clip::line(&line.points, &tile.drawn().shifted(-worlds)) {
                let mut part: Vec<_> =
                    part.into_iter().map(|point| tile.local(point.shifted(worlds))).collect();
                part.dedup();
                if part.len() >= 2 {
                    feature.line(part)?;
                    empty = false;
                }
            }
        }
    }
    Ok((!empty).then(|| feature.end().encode()))
}

fn names(basemap: &Basemap, tile: TileId) -> MvtResult<Option<Vec<u8>>> {
    let mut layer = MvtLayerBuilder::new("country")?;
    let pixel = (WORLD >> tile.z()) / 512;
    for label in basemap.labels().iter().filter(|label| label.width / pixel >= NAME_WIDTH_PX) {
        let bounds = WorldBox { min: label.at, max: label.at };
        for worlds in shifts(&bounds, tile) {
            let mut feature = layer.feature_of(MvtGeomType::Point);
            feature.points([tile.local(label.at.shifted(worlds))])?;
            feature.tag_string("name", label.name.as_str())?.tag_uint("rank", rank(label.width))?;
            layer = feature.end();
        }
    }
    Ok(encoded(layer))
}

/// 1 for a country an eighth of the world wide or more, one more for each halving, at most 6.
fn rank(width: i32) -> u64 {
    (1..6).find(|rank| width >= WORLD >> (rank + 2)).unwrap_or(6)
}
