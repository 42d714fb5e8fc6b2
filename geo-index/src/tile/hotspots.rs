//! Layer `hotspots`: where hotspots say that they stand, and what is known of it.
//!
//! From zoom 9 on one point each: feature id = its number in the snapshot; properties `key` (public key, hex), `name`,
//! `standing` (`proven`, `unproven`, `disproven`), and `anchor` and `verified` (true or absent). Below zoom 9 one point for each group of
//! neighbors (by H3 parent, at their mean): `count`, and of these `proven`, `unproven`, `disproven`.

use std::collections::BTreeMap;

use fast_mvt::{MvtGeomType, MvtLayerBuilder};

use super::{Tile, encoded};
use crate::{
    Cell, Place, Resolution, cell_of,
    coverage::resolution_at,
    mercator::{TileId, WorldBox, WorldPoint, project},
};

/// First zoom at which every hotspot is a point of its own.
const SINGLE_ZOOM_MIN: u8 = 9;

/// What the network knows of a hotspot's asserted place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Proven by others' measurements, or named in genesis.
    Proven,
    /// Not tested enough to say.
    Unproven,
    /// Others' measurements contradict it.
    Disproven,
}

impl Standing {
    /// The word used in tiles.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Unproven => "unproven",
            Self::Disproven => "disproven",
        }
    }
}

/// One hotspot on the map.
#[derive(Clone, Debug)]
pub struct HotspotPoint {
    /// Its number in the snapshot.
    pub number: u32,
    /// Public key, hex.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// Asserted place.
    pub place: Place,
    /// What is known of that place.
    pub standing: Standing,
    /// Named in genesis as one of the first anchors.
    pub anchor: bool,
    /// Its place is proven and at least one of its edges was accepted.
    pub verified: bool,
}

/// The hotspots in a tile, or their groups at low zooms.
///
/// # Errors
/// [`super::TileError`] when the encoder refuses a feature.
pub fn hotspots_tile(hotspots: &[HotspotPoint], tile: TileId) -> Tile {
    let mut layer = MvtLayerBuilder::new("hotspots")?;
    if tile.z() < SINGLE_ZOOM_MIN {
        for group in groups(hotspots, tile.z()) {
            layer = group.draw(layer, tile)?;
        }
        return Ok(encoded(layer));
    }
    for hotspot in hotspots {
        for point in copies(project(hotspot.place.lat_deg(), hotspot.place.lng_deg()), tile) {
            let mut feature = layer.feature_of(MvtGeomType::Point);
            feature.points([tile.local(point)])?.id(Some(u64::from(hotspot.number)));
            feature.tag_string("key", hotspot.key.as_str())?.tag_string("name", hotspot.name.as_str())?;
            feature.tag_string("standing", hotspot.standing.word())?;
            for (key, holds) in [("anchor", hotspot.anchor), ("verified", hotspot.verified)] {
                if holds {
                    feature.tag_bool(key, true)?;
                }
            }
            layer = feature.end();
        }
    }
    Ok(encoded(layer))
}

/// Neighbors that are drawn as one.
#[derive(Default)]
struct Group {
    x_sum: i64,
    y_sum: i64,
    proven: u64,
    unproven: u64,
    disproven: u64,
}

impl Group {
    fn add(&mut self, hotspot: &HotspotPoint) {
        let point = project(hotspot.place.lat_deg(), hotspot.place.lng_deg());
        self.x_sum += i64::from(point.x);
        self.y_sum += i64::from(point.y);
        match hotspot.standing {
            Standing::Proven => self.proven += 1,
            Standing::Unproven => self.unproven += 1,
            Standing::Disproven => self.disproven += 1,
        }
    }

    fn count(&self) -> u64 {
        self.proven + self.unproven + self.disproven
    }

    fn draw(&self, mut layer: MvtLayerBuilder, tile: TileId) -> Result<MvtLayerBuilder, super::TileError> {
        let count = self.count() as i64;
        let middle = WorldPoint { x: (self.x_sum / count) as i32, y: (self.y_sum / count) as i32 };
        for point in copies(middle, tile) {
            let mut feature = layer.feature_of(MvtGeomType::Point);
            feature.points([tile.local(point)])?;
            feature.tag_uint("count", self.count())?.tag_uint("proven", self.proven)?;
            feature.tag_uint("unproven", self.unproven)?.tag_uint("disproven", self.disproven)?;
            layer = feature.end();
        }
        Ok(layer)
    }
}

/// Groups are cells two resolutions coarser than the coverage of the zoom: about 50 pixels wide.
fn groups(hotspots: &[HotspotPoint], zoom: u8) -> impl Iterator<Item = Group> {
    let coarser = u8::from(resolution_at(zoom)).saturating_sub(2);
    let resolution = Resolution::try_from(coarser).expect("2 less than a resolution is one");
    let mut groups: BTreeMap<Cell, Group> = BTreeMap::new();
    for hotspot in hotspots {
        groups.entry(cell_of(hotspot.place, resolution)).or_default().add(hotspot);
    }
    groups.into_values()
}

/// The copies of a point, a world apart, that are drawn in a tile.
fn copies(point: WorldPoint, tile: TileId) -> impl Iterator<Item = WorldPoint> {
    let bounds = WorldBox { min: point, max: point };
    super::shifts(&bounds, tile).map(move |worlds| point.shifted(worlds))
}
