use super::*;
use crate::fuzz;

/// Two countries side by side: arc 0 is the border between them, 1 and 2 are coasts.
pub(crate) const TWO_COUNTRIES: &str = r#"{"type":"Topology","bbox":[0,0,20,10],
  "transform":{"scale":[1,1],"translate":[0,0]},
  "objects":{
    "countries":{"type":"GeometryCollection","geometries":[
      {"type":"Polygon","arcs":[[0,1]],"id":"001","properties":{"name":"Westland"}},
      {"type":"Polygon","arcs":[[-1,2]],"properties":{"name":"Eastland"}},
      {"type":"Point","coordinates":[1,2]}]},
    "land":{"type":"GeometryCollection","geometries":[{"type":"MultiPolygon","arcs":[[[1,-3]]]}]},
    "other":{"type":"Point","coordinates":[1,2]}},
  "arcs":[[[10,0],[0,10]],[[10,10],[-10,0],[0,-10],[10,0]],[[10,0],[10,0],[0,10],[-10,0]]]}"#;

#[test]
fn reads_shared_arcs() {
    let topology = read(TWO_COUNTRIES.as_bytes()).unwrap();
    assert_eq!(topology.arcs[1], [(10.0, 10.0), (0.0, 10.0), (0.0, 0.0), (10.0, 0.0)]);
    let countries = topology.object("countries");
    assert_eq!(
        countries.iter().map(|shape| shape.name.as_str()).collect::<Vec<_>>(),
        ["Westland", "Eastland"]
    );
    assert_eq!(countries[1].polygons[0][0][0], ArcRef { arc: 0, backwards: true });
    assert_eq!(topology.object("land")[0].name, "");
    assert!(topology.object("other").is_empty() && topology.object("none").is_empty());
}

#[test]
fn refuses_with_a_reason() {
    let broken =
        |from: &str, to: &str| read(TWO_COUNTRIES.replace(from, to).as_bytes()).unwrap_err().to_string();
    assert_eq!(broken("[[-1,2]]", "[[-1,3]]"), "shape \"Eastland\" names arc 3, but there are 3 arcs");
    assert_eq!(broken("[[-1,2]]", "[[-4,2]]"), "shape \"Eastland\" names arc -4, but there are 3 arcs");
    assert_eq!(broken("[[10,0],[0,10]]", "[[10,0],[0,91]]"), "arc 0 is no line on the globe");
    assert_eq!(broken("[[10,0],[0,10]]", "[[10,0]]"), "arc 0 is no line on the globe");
    assert_eq!(broken("[[10,0],[0,10]]", "[[9223372036854775807,0],[1,0]]"), "arc 0 is no line on the globe");
    assert!(
        broken("\"transform\"", "\"transforms\"")
            .starts_with("not a quantized topology: missing field `transform`")
    );
    let long = vec![b' '; BYTES_MAX + 1];
    assert_eq!(read(&long).unwrap_err().to_string(), "16777217 bytes of topojson, at most 16777216 are read");
}

#[test]
fn hostile_documents_never_panic() {
    fuzz::replay(TWO_COUNTRIES.as_bytes(), fuzz::topojson);
}
