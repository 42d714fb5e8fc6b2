use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::geodesy::geodesic_m;

fn helsinki() -> Place {
    Place::from_degrees(60.1699, 24.9384, 20.0).unwrap()
}

/// The example of H3's own documentation (h3geo.org, "latLngToCell"): 37.3615593, -122.0553238 at resolution 7.
#[test]
fn the_reference_example() {
    let place = Place::from_degrees(37.361_559_3, -122.055_323_8, 0.0).unwrap();
    assert_eq!(cell_of(place, Resolution::Seven).to_string(), "87283472bffffff");
}

#[test]
fn names_come_back() {
    let cell = cell_of(helsinki(), Resolution::Eight);
    assert_eq!(cell.to_string().parse::<Cell>(), Ok(cell));
    assert_eq!(Cell::from_index(cell.index()), Ok(cell));
    assert_eq!(serde_json::from_str::<Cell>(&serde_json::to_string(&cell).unwrap()).unwrap(), cell);
}

#[test]
fn other_names_are_refused() {
    for text in ["", "zz", "0", "ffffffffffffffff", "11111111111111111", "-1", "8811922b51ffffg"] {
        assert!(text.parse::<Cell>().is_err(), "{text}");
    }
    let text = "0".parse::<Cell>().unwrap_err().to_string();
    assert_eq!(text, "0x0 is not the index of an h3 cell");
    // A directed edge and a vertex are H3 indexes, but not cells.
    assert_eq!(Cell::from_index(0x1158_2834_72bf_ffff), Err(CellError::NotACell(0x1158_2834_72bf_ffff)));
}

/// The reason for the membership rule: points exist whose res-10 cell belongs to another res-8 cell than they do.
#[test]
fn children_are_not_contained_in_their_parent() {
    let center = cell_of(helsinki(), Resolution::Eight).center();
    let strays = (0..10_000)
        .map(|i| {
            let (row, column) = (f64::from(i / 100), f64::from(i % 100));
            Place::from_degrees(
                center.lat_deg() + (row - 50.0) * 2e-4,
                center.lng_deg() + (column - 50.0) * 4e-4,
                0.0,
            )
            .unwrap()
        })
        .filter(|&point| {
            cell_of(point, Resolution::Ten).parent(Resolution::Eight)
                != Some(cell_of(point, Resolution::Eight))
        })
        .count();
    assert!((100..2_000).contains(&strays), "{strays} of 10,000");
}

#[test]
fn feature_ids_tell_the_cells_of_a_resolution_apart() {
    let base = cell_of(helsinki(), Resolution::Five);
    let mut seen = HashSet::new();
    for cell in base.children(Resolution::Nine) {
        assert!(cell.feature_id() < 1 << 53);
        assert!(seen.insert(cell.feature_id()));
    }
    assert_eq!(seen.len() as u64, base.child_count(Resolution::Nine));
}

#[test]
fn res_8_is_about_three_quarters_of_a_square_kilometre() {
    let km2 = cell_of(helsinki(), Resolution::Eight).area_m2() / 1e6;
    assert!((0.5..1.0).contains(&km2), "{km2}");
}

proptest! {
    #[test]
    fn a_cell_contains_its_center_and_its_point_is_near(lat in -90.0..=90.0_f64, lng in -180.0..=180.0_f64, res in 0..=15_u8) {
        let resolution = Resolution::try_from(res).unwrap();
        let point = Place::from_degrees(lat, lng, 0.0).unwrap();
        let cell = cell_of(point, resolution);
        prop_assert_eq!(cell.resolution(), resolution);
        // A place's 1e-7 degree is 1 cm, the smallest cells' edge 58 cm.
        prop_assert_eq!(cell_of(cell.center(), resolution), cell);
        prop_assert!(geodesic_m(point, cell.center()) < 2.0 * resolution.edge_length_m() + 0.1);
        prop_assert!((5..=10).contains(&cell.boundary().len()));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = text.parse::<Cell>();
    }

    #[test]
    fn parents_are_by_index(lat in -90.0..=90.0_f64, lng in -180.0..=180.0_f64) {
        let cell = cell_of(Place::from_degrees(lat, lng, 0.0).unwrap(), Resolution::Ten);
        let parent = cell.parent(Resolution::Eight).unwrap();
        prop_assert!(parent.children(Resolution::Ten).any(|child| child == cell));
        prop_assert_eq!(parent.parent(Resolution::Ten), None);
    }
}

#[test]
fn hostile_names_never_panic() {
    crate::fuzz::replay(b"8811922b51fffff", crate::fuzz::cell);
}
