//! TileJSON 3.0.0: what a map needs to know of a tile source before it asks for a tile.

use serde::Serialize;

use super::{DATA_ZOOM_MAX, GRID_ZOOM_MIN, basemap::BASEMAP_ZOOM_MAX};

/// The tile sources that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TileSource {
    /// Covered cells.
    Coverage,
    /// Hotspots and their groups.
    Hotspots,
    /// Who heard whom.
    Links,
    /// Outlines of all cells.
    Grid,
    /// Land, coasts, borders, country names.
    Basemap,
}

/// A TileJSON 3.0.0 document.
#[derive(Clone, Debug, Serialize)]
pub struct TileJson {
    tilejson: &'static str,
    name: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    attribution: &'static str,
    scheme: &'static str,
    tiles: [String; 1],
    minzoom: u8,
    maxzoom: u8,
    vector_layers: Vec<VectorLayer>,
}

#[derive(Clone, Debug, Serialize)]
struct VectorLayer {
    id: &'static str,
    description: &'static str,
    fields: std::collections::BTreeMap<&'static str, &'static str>,
}

impl TileSource {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Coverage, Self::Hotspots, Self::Links, Self::Grid, Self::Basemap];

    /// The name in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Coverage => "coverage",
            Self::Hotspots => "hotspots",
            Self::Links => "links",
            Self::Grid => "grid",
            Self::Basemap => "basemap",
        }
    }

    /// The source with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }

    /// The source's document; `url` is the template with `{z}`, `{x}` and `{y}` in it.
    pub fn tilejson(self, url: String) -> TileJson {
        let (minzoom, maxzoom) = match self {
            Self::Coverage | Self::Hotspots => (0, DATA_ZOOM_MAX),
            Self::Links => (7, DATA_ZOOM_MAX),
            Self::Grid => (GRID_ZOOM_MIN, DATA_ZOOM_MAX),
            Self::Basemap => (0, BASEMAP_ZOOM_MAX),
        };
        TileJson {
            tilejson: "3.0.0",
            name: self.word(),
            description: self.description(),
            attribution: if self == Self::Basemap { "Natural Earth" } else { "" },
            scheme: "xyz",
            tiles: [url],
            minzoom,
            maxzoom,
            vector_layers: self.vector_layers(),
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Coverage => "H3 cells with measured coverage, at the resolution of the zoom",
            Self::Hotspots => "Hotspots and what is known of their asserted places; groups below zoom 9",
            Self::Links => "Beaconer to witness, with the verdict on what was heard",
            Self::Grid => "Outlines of all H3 cells",
            Self::Basemap => "Land, coasts, borders and country names (Natural Earth, public domain)",
        }
    }

    fn vector_layers(self) -> Vec<VectorLayer> {
        let layer = |id, description, fields: &[(&'static str, &'static str)]| VectorLayer {
            id,
            description,
            fields: fields.iter().copied().collect(),
        };
        match self {
            Self::Coverage => vec![layer(
                "coverage",
                "Covered cells; h3 index = 2^59 + res * 2^52 + feature id",
                &[
                    ("res", "H3 resolution"),
                    ("rssi", "Median received power, dBm; absent when nobody listened there"),
                    ("hotspots", "Median number of hotspots covering each covered cell"),
                    ("reward", "Paid for each covered cell in this epoch on average, base units of EAR"),
                    ("age", "Epochs since it was last proven"),
                    ("share", "Percent of its cells that are covered"),
                ],
            )],
            Self::Hotspots => vec![layer(
                "hotspots",
                "Single hotspots from zoom 9 on, groups below",
                &[
                    ("key", "Public key, hex"),
                    ("name", "Name for people"),
                    ("standing", "Asserted place: proven, unproven or disproven"),
                    ("anchor", "Named in genesis as one of the first anchors"),
                    ("verified", "Proven place and at least one accepted edge"),
                    ("count", "Hotspots in a group"),
                    ("proven", "Of these, with a proven place"),
                    ("unproven", "Of these, with an unproven place"),
                    ("disproven", "Of these, with a disproven place"),
                ],
            )],
            Self::Links => vec![layer(
                "links",
                "Pairs with an edge in this epoch",
                &[
                    ("verdict", "Worst outcome: rejected, accepted or unproven"),
                    ("check", "Check that rejected most of its edges"),
                    ("beaconer", "Number of the beaconer in the snapshot"),
                    ("witness", "Number of the witness in the snapshot"),
                    ("accepted", "Accepted edges"),
                    ("rejected", "Rejected edges"),
                    ("unproven", "Unproven edges"),
                ],
            )],
            Self::Grid => vec![layer("grid", "Outlines of all cells, as lines", &[])],
            Self::Basemap => vec![
                layer("land", "Land", &[]),
                layer("coast", "Coast lines", &[]),
                layer("border", "Borders between countries", &[]),
                layer("country", "Country names", &[("name", "Name"), ("rank", "1 (widest) to 6")]),
            ],
        }
    }
}
