//! Layer `links`: who heard whom, and what came of it.
//!
//! One line from beaconer to witness for each pair that had an edge in the epoch. Feature id = the link's number in the
//! snapshot; properties `verdict` (the worst of its edges: `rejected`, then `accepted`, then `unproven`), `check` (the one
//! that rejected most, absent otherwise), `beaconer` and `witness` (numbers of the hotspots), `accepted`, `rejected` and
//! `unproven` (edges). Lines are cut to the tile with its buffer. A crowded tile shows the [`LINKS_MAX`] most telling
//! ones: rejected before accepted before unproven.

use fast_mvt::{MvtGeomType, MvtLayerBuilder};

use super::{Tile, encoded, shifts};
use crate::{
    Place, clip,
    mercator::{TileId, WorldBox, WorldPoint, project_unbroken},
};

/// Most lines drawn in a tile.
pub const LINKS_MAX: usize = 5_000;
/// First zoom with links; below they would be a blot.
const ZOOM_MIN: u8 = 7;

/// What became of a link's edges, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// At least one was rejected.
    Rejected,
    /// None was rejected and at least one accepted.
    Accepted,
    /// Nothing could be said of any.
    Unproven,
}

impl Verdict {
    /// The word used in tiles.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unproven => "unproven",
        }
    }
}

/// How many edges of a link had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCounts {
    /// Accepted edges.
    pub accepted: u32,
    /// Rejected edges.
    pub rejected: u32,
    /// Edges of which nothing could be said.
    pub unproven: u32,
}

impl LinkCounts {
    /// The worst outcome.
    pub fn verdict(self) -> Verdict {
        match self {
            Self { rejected: 1.., .. } => Verdict::Rejected,
            Self { accepted: 1.., .. } => Verdict::Accepted,
            _ => Verdict::Unproven,
        }
    }
}

/// All edges of one (beaconer, witness) pair in an epoch.
#[derive(Clone, Debug)]
pub struct Link {
    number: u32,
    beaconer: u32,
    witness: u32,
    counts: LinkCounts,
    check: String,
    ends: [WorldPoint; 2],
    bounds: WorldBox,
}

impl Link {
    /// A link with its number in the snapshot, its ends' numbers and places, its edges' outcomes and the name of the check
    /// that rejected most of them (empty when none did).
    pub fn new(
        number: u32,
        beaconer: (u32, Place),
        witness: (u32, Place),
        counts: LinkCounts,
        check: String,
    ) -> Self {
        let points = project_unbroken([beaconer.1, witness.1]);
        let ends = [points[0], points[1]];
        let bounds = WorldBox {
            min: WorldPoint { x: ends[0].x.min(ends[1].x), y: ends[0].y.min(ends[1].y) },
            max: WorldPoint { x: ends[0].x.max(ends[1].x), y: ends[0].y.max(ends[1].y) },
        };
        Self { number, beaconer: beaconer.0, witness: witness.0, counts, check, ends, bounds }
    }

    /// Beaconer's and witness's places on the plane, in one piece.
    pub fn ends(&self) -> [WorldPoint; 2] {
        self.ends
    }

    /// The link's verdict.
    pub fn verdict(&self) -> Verdict {
        self.counts.verdict()
    }
}

/// The links in a tile.
///
/// # Errors
/// [`super::TileError`] when the encoder refuses a feature.
pub fn links_tile(links: &[Link], tile: TileId) -> Tile {
    if tile.z() < ZOOM_MIN {
        return Ok(None);
    }
    let mut near: Vec<_> =
        links.iter().flat_map(|link| shifts(&link.bounds, tile).map(move |worlds| (link, worlds))).collect();
    near.sort_by_key(|(link, _)| (link.verdict(), link.number));
    near.truncate(LINKS_MAX);
    let (mut layer, drawn) = (MvtLayerBuilder::new("links")?, tile.drawn());
    for (link, worlds) in near {
        let [from, to] = link.ends.map(|end| end.shifted(worlds));
        let Some((from, to)) = clip::segment(from, to, &drawn) else { continue };
        let line = [tile.local(from), tile.local(to)];
        if line[0] != line[1] {
            layer = draw(layer, link, line)?;
        }
    }
    Ok(encoded(layer))
}

fn draw(
    layer: MvtLayerBuilder,
    link: &Link,
    line: [fast_mvt::MvtCoord; 2],
) -> Result<MvtLayerBuilder, fast_mvt::MvtError> {
    let mut feature = layer.feature_of(MvtGeomType::LineString);
    feature.line(line)?.id(Some(u64::from(link.number)));
    feature.tag_string("verdict", link.verdict().word())?;
    if !link.check.is_empty() {
        feature.tag_string("check", link.check.as_str())?;
    }
    for (key, value) in [
        ("beaconer", link.beaconer),
        ("witness", link.witness),
        ("accepted", link.counts.accepted),
        ("rejected", link.counts.rejected),
        ("unproven", link.counts.unproven),
    ] {
        feature.tag_uint(key, u64::from(value))?;
    }
    Ok(feature.end())
}
