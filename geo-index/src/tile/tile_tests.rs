use std::collections::BTreeSet;

use fast_mvt::{MvtGeometry, MvtReaderRef};
use proptest::prelude::*;

use super::*;
use crate::{
    Cell, Place, Resolution,
    basemap::Basemap,
    cell_of,
    coverage::{CellRow, Pyramid, Signal},
    mercator::project,
    topojson::topojson_tests::TWO_COUNTRIES,
};

fn at(lat: f64, lng: f64) -> Place {
    Place::from_degrees(lat, lng, 0.0).unwrap()
}

fn row(cell: Cell) -> CellRow {
    CellRow {
        cell,
        signal: Some(Signal {
            median_rssi_dbm: -97.4,
            weakest_rssi_dbm: -110.0,
            strongest_rssi_dbm: -80.0,
            median_snr_db: 4.0,
        }),
        samples: 3,
        witnesses: vec![1],
        hotspots: vec![1, 2],
        last_epoch: 5,
        reward_base_units: u64::MAX,
    }
}

/// Feature ids and properties (as text) of one layer.
fn features(tile: &[u8], layer: &str) -> Vec<(Option<u64>, BTreeSet<String>)> {
    let reader = MvtReaderRef::new(tile).unwrap();
    let layers = reader.layers().filter(|found| found.name() == layer);
    layers
        .flat_map(|layer| {
            layer
                .features()
                .map(|feature| {
                    feature.geometry().unwrap();
                    let properties = feature.properties().map(|property| {
                        let (key, value) = property.unwrap();
                        format!("{key}={value:?}")
                    });
                    (feature.id(), properties.collect())
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_cell_is_found_again_from_its_feature() {
    let cell = cell_of(at(60.17, 24.94), Resolution::Eight);
    let pyramid = Pyramid::build(vec![row(cell)]).unwrap();
    let tile = TileId::around(12, project(60.17, 24.94)).unwrap();
    let bytes = coverage_tile(&pyramid, tile, 9).unwrap().unwrap();
    let found = features(&bytes, "coverage");
    assert_eq!(found.len(), 1);
    let id = found[0].0.unwrap();
    assert_eq!((1 << 59) + (8 << 52) + id, cell.index());
    let wanted = [
        "res=8 (uint)",
        "rssi=-97 (sint)",
        "hotspots=2 (uint)",
        "reward=9007199254740991 (uint)",
        "age=4 (uint)",
        "share=100 (uint)",
    ];
    assert_eq!(found[0].1, wanted.map(String::from).into());
}

#[test]
fn a_low_zoom_shows_parents_with_their_share() {
    let cell = cell_of(at(60.17, 24.94), Resolution::Eight);
    let pyramid = Pyramid::build(vec![row(cell)]).unwrap();
    let tile = TileId::around(7, project(60.17, 24.94)).unwrap();
    let found = features(&coverage_tile(&pyramid, tile, 5).unwrap().unwrap(), "coverage");
    assert!(found[0].1.contains("res=6 (uint)") && found[0].1.contains("share=3 (uint)"), "{found:?}");
}

#[test]
fn empty_tiles_are_nothing() {
    let empty = Pyramid::build(Vec::new()).unwrap();
    let far = TileId::new(12, 0, 0).unwrap();
    assert!(coverage_tile(&empty, far, 0).unwrap().is_none());
    assert!(hotspots_tile(&[], far).unwrap().is_none());
    assert!(links_tile(&[], far).unwrap().is_none());
    assert!(grid_tile(TileId::new(5, 3, 3).unwrap(), Resolution::Eight).unwrap().is_none());
    assert!(grid_tile(far, Resolution::Eight).unwrap().is_some());
}

/// No cell is lost and none doubled: over all tiles of a zoom, each cell is drawn wherever its box meets the drawn square.
#[test]
fn every_tile_has_the_cells_that_touch_it() {
    let center = cell_of(at(0.02, 179.99), Resolution::Eight);
    let cells = center.disk(12);
    let pyramid = Pyramid::build(cells.iter().map(|&cell| row(cell)).collect()).unwrap();
    for zoom in [9, 10, 12, 13] {
        let middle = TileId::around(zoom, project(0.02, 179.99)).unwrap();
        let side = 1_u32 << zoom;
        let mut seen = BTreeSet::new();
        for (dx, dy) in (0..9).flat_map(|dx| (0..9).map(move |dy| (dx, dy))) {
            let tile = TileId::new(zoom, (middle.x() + side + dx - 4) % side, middle.y() + dy - 4).unwrap();
            let wanted: BTreeSet<_> = cells
                .iter()
                .filter(|&&cell| {
                    let bounds = crate::coverage::CellShape::of(cell).bounds;
                    (-1..=1).any(|worlds| bounds.shifted(worlds).meets(&tile.drawn()))
                })
                .map(|cell| cell.feature_id())
                .collect();
            let drawn = coverage_tile(&pyramid, tile, 5)
                .unwrap()
                .map_or(Vec::new(), |bytes| features(&bytes, "coverage"));
            assert_eq!(drawn.len(), wanted.len(), "{tile:?}");
            assert_eq!(drawn.iter().map(|(id, _)| id.unwrap()).collect::<BTreeSet<_>>(), wanted, "{tile:?}");
            seen.extend(wanted);
        }
        assert_eq!(seen.len(), cells.len(), "zoom {zoom}");
    }
}

fn hotspot(number: u32, place: Place, standing: Standing) -> HotspotPoint {
    HotspotPoint {
        number,
        key: format!("{number:066x}"),
        name: format!("hotspot {number}"),
        place,
        standing,
        anchor: number == 0,
        verified: standing == Standing::Proven,
    }
}

#[test]
fn hotspots_are_points_and_groups_below_zoom_9() {
    let hotspots = [
        hotspot(0, at(60.17, 24.94), Standing::Proven),
        hotspot(1, at(60.171, 24.941), Standing::Disproven),
        hotspot(2, at(60.172, 24.942), Standing::Proven),
    ];
    let tile = TileId::around(10, project(60.17, 24.94)).unwrap();
    let found = features(&hotspots_tile(&hotspots, tile).unwrap().unwrap(), "hotspots");
    assert_eq!(found.len(), 3);
    assert!(
        found[0].1.contains("anchor=true (bool)")
            && found[0].1.contains("verified=true (bool)")
            && found[1].1.contains("standing=\"disproven\""),
        "{found:?}"
    );
    let tile = TileId::around(4, project(60.17, 24.94)).unwrap();
    let found = features(&hotspots_tile(&hotspots, tile).unwrap().unwrap(), "hotspots");
    let wanted = ["count=3 (uint)", "proven=2 (uint)", "unproven=0 (uint)", "disproven=1 (uint)"];
    assert_eq!(found, [(None, wanted.map(String::from).into())]);
}

#[test]
fn links_say_the_worst_of_their_edges() {
    let counts = |accepted, rejected, unproven| LinkCounts { accepted, rejected, unproven };
    assert_eq!(counts(3, 1, 0).verdict(), Verdict::Rejected);
    assert_eq!(counts(3, 0, 9).verdict(), Verdict::Accepted);
    assert_eq!(counts(0, 0, 9).verdict(), Verdict::Unproven);
    let (a, b) = ((0, at(60.17, 24.90)), (1, at(60.17, 25.0)));
    let link = Link::new(4, a, b, counts(1, 2, 0), "place".into());
    let tile = TileId::around(13, project(60.17, 24.95)).unwrap();
    let bytes = links_tile(std::slice::from_ref(&link), tile).unwrap().unwrap();
    let found = features(&bytes, "links");
    assert_eq!(found[0].0, Some(4));
    assert!(found[0].1.contains("check=\"place\"") && found[0].1.contains("verdict=\"rejected\""));
    let reader = MvtReaderRef::new(&bytes).unwrap();
    let geometry = reader.layers().next().unwrap().features().next().unwrap().geometry().unwrap();
    let MvtGeometry::LineString(line) = geometry else { panic!("{geometry:?}") };
    assert!(line.0.iter().all(|point| (-64..=4160).contains(&point.x)), "{line:?}");
}

#[test]
fn a_crowded_tile_keeps_the_most_telling_links() {
    let link = |number: u32| {
        let counts = LinkCounts { rejected: u32::from(number.is_multiple_of(2)), accepted: 1, unproven: 0 };
        Link::new(number, (0, at(60.17, 24.90)), (1, at(60.18, 25.0)), counts, String::new())
    };
    let links: Vec<_> = (0..6_000).map(link).collect();
    let tile = TileId::around(9, project(60.17, 24.95)).unwrap();
    let found = features(&links_tile(&links, tile).unwrap().unwrap(), "links");
    assert_eq!(found.len(), links::LINKS_MAX);
    assert_eq!(
        found.iter().filter(|(_, properties)| properties.contains("verdict=\"rejected\"")).count(),
        3_000
    );
}

#[test]
fn basemap_layers_and_labels() {
    let basemap = Basemap::read(TWO_COUNTRIES.as_bytes()).unwrap();
    let world = basemap_tile(&basemap, TileId::new(0, 0, 0).unwrap()).unwrap().unwrap();
    assert_eq!(
        (features(&world, "land").len(), features(&world, "coast").len(), features(&world, "border").len()),
        (1, 1, 1)
    );
    let tile = TileId::around(3, project(5.0, 10.0)).unwrap();
    let names = features(&basemap_tile(&basemap, tile).unwrap().unwrap(), "country");
    assert!(names.iter().any(|(_, properties)| properties.contains("name=\"Westland\"")), "{names:?}");
    let sea = TileId::around(5, project(-40.0, -100.0)).unwrap();
    assert!(basemap_tile(&basemap, sea).unwrap().is_none());
}

/// A lake that fills a tile leaves nothing of the land around it.
#[test]
fn a_tile_in_a_hole_is_empty() {
    let lake = TWO_COUNTRIES
        .replace(r#""arcs":[[[1,-3]]]"#, r#""arcs":[[[1,-3],[3]]]"#)
        .replace("[-10,0]]]}", "[-10,0]],[[4,3],[0,4],[12,0],[0,-4],[-12,0]]]}");
    let basemap = Basemap::read(lake.as_bytes()).unwrap();
    let at = |lat, lng| basemap_tile(&basemap, TileId::around(9, project(lat, lng)).unwrap()).unwrap();
    assert!(at(5.0, 8.0).is_none_or(|bytes| features(&bytes, "land").is_empty()));
    assert_eq!(features(&at(2.0, 5.0).unwrap(), "land").len(), 1);
}

#[test]
fn tilejson_has_what_the_specification_asks_for() {
    for source in TileSource::ALL {
        assert_eq!(TileSource::from_word(source.word()), Some(source));
        let json = serde_json::to_value(source.tilejson("http://localhost/{z}/{x}/{y}.mvt".into())).unwrap();
        assert_eq!(json["tilejson"], "3.0.0");
        assert!(json["tiles"][0].as_str().unwrap().contains("{z}/{x}/{y}"));
        let layers = json["vector_layers"].as_array().unwrap();
        assert!(layers.iter().all(|layer| layer["id"].is_string() && layer["fields"].is_object()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Any tile of any zoom is made without panic and can be read back, and the same input gives the same bytes.
    #[test]
    fn any_tile_can_be_read(z in 0..=18_u8, x in any::<u32>(), y in any::<u32>(), lat in -84.0..84.0_f64, lng in -180.0..180.0_f64) {
        let here = TileId::around(z, super::in_world(project(lat, lng))).unwrap();
        let anywhere = TileId::new(z, x >> (32 - u32::from(z).max(1)) >> u32::from(z == 0), y >> (32 - u32::from(z).max(1)) >> u32::from(z == 0)).unwrap();
        let center = cell_of(at(lat, lng), Resolution::Eight);
        let rows = || center.disk(3).into_iter().map(row).collect();
        let pyramid = Pyramid::build(rows()).unwrap();
        let hotspots = [hotspot(0, at(lat, lng), Standing::Unproven)];
        for tile in [here, anywhere] {
            let tiles = [coverage_tile(&pyramid, tile, 9).unwrap(), hotspots_tile(&hotspots, tile).unwrap(), grid_tile(tile, Resolution::Eight).unwrap()];
            for bytes in tiles.iter().flatten() {
                for layer in ["coverage", "hotspots", "grid"] {
                    features(bytes, layer);
                }
            }
            prop_assert_eq!(&coverage_tile(&Pyramid::build(rows()).unwrap(), tile, 9).unwrap(), &tiles[0]);
        }
        if (8..=13).contains(&z) {
            prop_assert!(coverage_tile(&pyramid, here, 9).unwrap().is_some());
        }
    }
}
