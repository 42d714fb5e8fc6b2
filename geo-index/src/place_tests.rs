use proptest::prelude::*;

use super::*;

#[test]
fn refuses_what_is_no_place() {
    for (lat, lng, height) in [
        (f64::NAN, 0.0, 0.0),
        (0.0, f64::INFINITY, 0.0),
        (0.0, 0.0, f64::NEG_INFINITY),
        (90.000_000_1, 0.0, 0.0),
        (0.0, -180.1, 0.0),
        (0.0, 0.0, 20_000.1),
        (0.0, 0.0, -1_000.1),
    ] {
        assert!(Place::from_degrees(lat, lng, height).is_err(), "{lat} {lng} {height}");
    }
    let text = Place::from_degrees(91.0, 0.0, 0.0).unwrap_err().to_string();
    assert_eq!(text, "latitude 91 is outside -90..=90");
}

#[test]
fn the_antimeridian_has_one_name() {
    let east = Place::from_degrees(10.0, 180.0, 0.0).unwrap();
    assert_eq!(east, Place::from_degrees(10.0, -180.0, 0.0).unwrap());
    assert_eq!(east, Place::from_integers(100_000_000, 1_800_000_000, 0).unwrap());
}

#[test]
fn serialized_places_are_checked() {
    let place = Place::from_degrees(60.17, 24.94, 25.3).unwrap();
    let text = serde_json::to_string(&place).unwrap();
    assert_eq!(text, r#"{"lat_e7":601700000,"lng_e7":249400000,"height_dm":253}"#);
    assert_eq!(serde_json::from_str::<Place>(&text).unwrap(), place);
    assert!(serde_json::from_str::<Place>(r#"{"lat_e7":900000001,"lng_e7":0,"height_dm":0}"#).is_err());
}

/// The axes, by definition of the ellipsoid.
#[test]
fn earth_centred_coordinates() {
    let close = |place: Place, wanted: [f64; 3]| {
        for (got, wanted) in place.ecef_m().into_iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-3, "{place:?}: {got} is not {wanted}");
        }
    };
    close(Place::from_degrees(0.0, 0.0, 0.0).unwrap(), [6_378_137.0, 0.0, 0.0]);
    close(Place::from_degrees(0.0, 90.0, 100.0).unwrap(), [0.0, 6_378_237.0, 0.0]);
    close(Place::from_degrees(90.0, 0.0, 0.0).unwrap(), [0.0, 0.0, 6_356_752.314_245]);
}

proptest! {
    #[test]
    fn integers_come_back(lat in -900_000_000..=900_000_000_i32, lng in -1_800_000_000..1_800_000_000_i32, height in -10_000..=200_000_i32) {
        let place = Place::from_integers(lat, lng, height).unwrap();
        let again = Place::from_degrees(place.lat_deg(), place.lng_deg(), place.height_m()).unwrap();
        prop_assert_eq!(place, again);
    }
}
