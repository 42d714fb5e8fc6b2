use proptest::prelude::*;

use super::*;
use crate::{Place, cell_of, fuzz};

fn square(west: f64, south: f64, side: f64) -> String {
    let (east, north) = (west + side, south + side);
    format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]")
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#)
}

fn cells(geojson: &str) -> Vec<Cell> {
    Polygons::from_geojson(geojson.as_bytes()).unwrap().cells(Resolution::Eight).unwrap()
}

fn refusal(geojson: &str) -> String {
    match Polygons::from_geojson(geojson.as_bytes()).and_then(|polygons| polygons.cells(Resolution::Eight)) {
        Ok(cells) => panic!("{} cells", cells.len()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_square_has_its_area_in_cells() {
    let found = cells(&polygon(&square(24.9, 60.1, 0.1)));
    // 0.1 degree is 11.14 km by 5.53 km at 60 N: 61.6 km2, plus the cells on the edge.
    let inner = 61.6e6 / found[0].area_m2();
    assert!((found.len() as f64) > inner && (found.len() as f64) < 1.5 * inner, "{} {inner}", found.len());
}

#[test]
fn the_same_cells_however_it_is_written() {
    let plain = cells(&polygon(&square(24.9, 60.1, 0.1)));
    let wrappers = [
        format!(r#"{{"type":"MultiPolygon","coordinates":[[{}]]}}"#, square(24.9, 60.1, 0.1)),
        format!(
            r#"{{"type":"Feature","properties":{{"a":1}},"geometry":{}}}"#,
            polygon(&square(24.9, 60.1, 0.1))
        ),
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{}}}]}}"#,
            polygon(&square(24.9, 60.1, 0.1))
        ),
        polygon("[[24.9,60.1],[24.9,60.2],[25.0,60.2,7],[25.0,60.1],[24.9,60.1]]"),
    ];
    for wrapped in wrappers {
        assert_eq!(cells(&wrapped), plain, "{wrapped}");
    }
}

#[test]
fn a_polygon_smaller_than_a_cell_has_one() {
    let center = cell_of(Place::from_degrees(60.17, 24.94, 0.0).unwrap(), Resolution::Eight).center();
    let tiny = square(center.lng_deg(), center.lat_deg(), 1e-4);
    assert_eq!(cells(&polygon(&tiny)), [cell_of(center, Resolution::Eight)]);
}

#[test]
fn holes_are_left_out() {
    let outline = square(24.0, 60.0, 0.4);
    let hole = square(24.1, 60.1, 0.2);
    let (whole, holed) =
        (cells(&polygon(&outline)).len(), cells(&polygon(&format!("{outline},{hole}"))).len());
    assert!(holed < whole && holed > whole / 2, "{holed} of {whole}");
}

#[test]
fn over_the_antimeridian_in_both_forms() {
    let jumping = cells(&polygon("[[179.9,10],[-179.9,10],[-179.9,10.1],[179.9,10.1],[179.9,10]]"));
    let west = "[[179.9,10],[180,10],[180,10.1],[179.9,10.1],[179.9,10]]";
    let east = "[[-180,10],[-179.9,10],[-179.9,10.1],[-180,10.1],[-180,10]]";
    let cut = cells(&format!(r#"{{"type":"MultiPolygon","coordinates":[[{west}],[{east}]]}}"#));
    assert_eq!(jumping, cut);
    assert!((200..600).contains(&cut.len()), "{}", cut.len());
}

#[test]
fn refuses_by_the_name_of_the_ring() {
    let (good, bow_tie) = (square(24.0, 60.0, 0.1), "[[0,0],[0.1,0.1],[0.1,0],[0,0.1],[0,0]]");
    assert_eq!(
        refusal(&polygon("[[0,0],[1,0],[0,0]]")),
        "ring 0 of polygon 0 has 3 positions, a ring has at least 4"
    );
    assert_eq!(
        refusal(&polygon(&format!("{good},[[0,0],[1,0],[1,1],[0,1]]"))),
        "ring 1 of polygon 0 is open: its last position is not its first"
    );
    assert_eq!(
        refusal(&polygon("[[0,0],[181,0],[1,1],[0,0]]")),
        "ring 0 of polygon 0, position 1: not a longitude -180..=180 and a latitude -90..=90"
    );
    assert_eq!(
        refusal(&polygon(bow_tie)),
        "ring 0 of polygon 0 crosses ring 0 of polygon 0 near longitude 0.05000, latitude 0.05000"
    );
    let overlapping = format!("{good},{}", square(24.05, 60.05, 0.1));
    assert!(
        refusal(&polygon(&overlapping)).contains("crosses ring 1 of polygon 0"),
        "{}",
        refusal(&polygon(&overlapping))
    );
    assert!(refusal(&polygon("[[0,80],[120,80],[-120,80],[0,80]]")).contains("runs around a pole"));
    assert_eq!(refusal(&polygon("")), "the document has no polygon");
    assert!(refusal("{}").starts_with("not a geojson polygon: missing field `type`"));
    assert!(
        refusal(r#"{"type":"Point","coordinates":[0,0]}"#)
            .starts_with("not a geojson polygon: unknown variant")
    );
}

#[test]
fn refuses_what_is_too_large() {
    assert!(refusal(&polygon(&square(0.0, 0.0, 4.0))).starts_with("about "));
    // No area to speak of, but as long as the equator.
    let sliver = polygon("[[-170,0],[0,0],[170,0],[170,1e-7],[0,1e-7],[-170,1e-7],[-170,0]]");
    assert!(refusal(&sliver).contains("at most 100000 are answered"), "{}", refusal(&sliver));
    let many = format!("[{}]", vec!["[0,0]"; VERTICES_MAX + 1].join(","));
    assert_eq!(refusal(&polygon(&many)), "10001 positions, at most 10000 are read");
    let long = " ".repeat(BYTES_MAX + 1);
    assert_eq!(refusal(&long), "1048577 bytes of geojson, at most 1048576 are read");
    let small = Polygons::from_geojson(polygon(&square(0.0, 0.0, 0.01)).as_bytes()).unwrap();
    assert!(matches!(small.cells(Resolution::Eleven), Err(PolygonError::TooFine(Resolution::Eleven))));
}

#[test]
fn degenerate_rings_do_not_panic() {
    for ring in
        ["[[0,0],[0,0],[0,0],[0,0]]", "[[0,0],[0.1,0],[0,0],[0,0]]", "[[0,90],[90,90],[180,90],[0,90]]"]
    {
        if let Ok(polygons) = Polygons::from_geojson(polygon(ring).as_bytes()) {
            let _ = polygons.cells(Resolution::Eight);
        }
    }
}

#[test]
fn hostile_documents_never_panic() {
    let rings = format!("{},{}", square(24.9, 60.1, 0.05), square(24.91, 60.11, 0.01));
    fuzz::replay(polygon(&rings).as_bytes(), fuzz::polygon);
    fuzz::replay(
        polygon("[[179.99,10],[-179.99,10],[-179.99,10.02],[179.99,10.02],[179.99,10]]").as_bytes(),
        fuzz::polygon,
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every point inside a convex polygon has its cell in the answer: no corner goes unasked.
    #[test]
    fn covers_every_point_inside(lat in -80.0..80.0_f64, lng in -179.0..179.0_f64, size in 0.001..0.1_f64, part in (0.0..1.0_f64, 0.0..1.0_f64)) {
        let geojson = polygon(&square(lng, lat, size));
        let inside = Place::from_degrees(lat + size * part.0, lng + size * part.1, 0.0).unwrap();
        let found = cells(&geojson);
        prop_assert!(found.binary_search(&cell_of(inside, Resolution::Eight)).is_ok(), "{geojson} {inside:?}");
    }
}
