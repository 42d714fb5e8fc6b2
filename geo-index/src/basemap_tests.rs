use super::*;
use crate::topojson::topojson_tests::TWO_COUNTRIES;

/// A ring over the antimeridian (178 E to 178 W) and one around the south pole, as world-atlas has them.
const SPHERICAL: &str = r#"{"type":"Topology","transform":{"scale":[1,1],"translate":[0,0]},
  "objects":{
    "countries":{"type":"GeometryCollection","geometries":[
      {"type":"Polygon","arcs":[[0]],"properties":{"name":"Dateland"}},
      {"type":"Polygon","arcs":[[1]],"properties":{"name":"Poleland"}}]},
    "land":{"type":"GeometryCollection","geometries":[{"type":"MultiPolygon","arcs":[[[0]],[[1]]]}]}},
  "arcs":[[[178,60],[-356,0],[0,-10],[356,0],[0,10]],
          [[-180,-70],[90,0],[90,0],[90,0],[90,0]]]}"#;

#[test]
fn shared_arcs_are_borders() {
    let basemap = Basemap::read(TWO_COUNTRIES.as_bytes()).unwrap();
    let kinds: Vec<_> = basemap.detail(FULL_DETAIL_ZOOM).lines.iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [LineKind::Border, LineKind::Coast, LineKind::Coast]);
    let names: Vec<_> = basemap.labels().iter().map(|label| label.name.as_str()).collect();
    assert_eq!(names, ["Westland", "Eastland"]);
}

#[test]
fn a_ring_over_the_antimeridian_stays_narrow() {
    let basemap = Basemap::read(SPHERICAL.as_bytes()).unwrap();
    let land = &basemap.detail(FULL_DETAIL_ZOOM).land[0];
    let degree = WORLD / 360;
    assert!(land.bounds.width() < 5 * degree, "{:?}", land.bounds);
    let label = basemap.labels().iter().find(|label| label.name == "Dateland").unwrap();
    assert!((0..WORLD).contains(&label.at.x), "{label:?}");
}

#[test]
fn a_ring_around_the_pole_reaches_it() {
    let basemap = Basemap::read(SPHERICAL.as_bytes()).unwrap();
    let land = &basemap.detail(FULL_DETAIL_ZOOM).land[1];
    assert!(land.bounds.max.y > WORLD && land.bounds.width() == WORLD, "{:?}", land.bounds);
    // Walked the other way, the inside is everything to the north.
    let north = SPHERICAL
        .replace("[[-180,-70],[90,0],[90,0],[90,0],[90,0]]", "[[180,-70],[-90,0],[-90,0],[-90,0],[-90,0]]");
    let land = &Basemap::read(north.as_bytes()).unwrap().detail(FULL_DETAIL_ZOOM).land[1].clone();
    assert!(land.bounds.min.y < 0, "{:?}", land.bounds);
}

#[test]
fn simplification_drops_what_cannot_be_seen() {
    let basemap = Basemap::read(SPHERICAL.as_bytes()).unwrap();
    assert_eq!(basemap.detail(0).land.len(), 2);
    let islet = SPHERICAL
        .replace("[[178,60],[-356,0],[0,-10],[356,0],[0,10]]", "[[178,60],[1,0],[0,-1],[-1,0],[0,1]]")
        .replace("[1,1]", "[0.1,0.1]")
        .replace("[178,60]", "[1780,600]");
    let basemap = Basemap::read(
        islet
            .replace(
                "[[-180,-70],[90,0],[90,0],[90,0],[90,0]]",
                "[[-1800,-700],[900,0],[900,0],[900,0],[900,0]]",
            )
            .as_bytes(),
    )
    .unwrap();
    assert_eq!((basemap.detail(0).land.len(), basemap.detail(FULL_DETAIL_ZOOM).land.len()), (1, 2));
}
