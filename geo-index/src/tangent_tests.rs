use proptest::prelude::*;

use super::*;
use crate::geodesy::{azimuth_deg, destination, slant_range_m};

proptest! {
    #[test]
    fn keeps_distances_and_directions(lat in -89.0..89.0_f64, lng in -180.0..180.0_f64, azimuth in 0.0..360.0_f64, distance in 100.0..20_000.0_f64) {
        let origin = Place::from_degrees(lat, lng, 120.0).unwrap();
        let place = destination(origin, azimuth, distance).unwrap();
        let [east, north, up] = Tangent::at(origin).east_north_up_m(place);
        let length = (east * east + north * north + up * up).sqrt();
        prop_assert!((length - slant_range_m(origin, place)).abs() < 1e-6);
        let turn = (east.atan2(north).to_degrees() - azimuth_deg(origin, place) + 540.0).rem_euclid(360.0) - 180.0;
        prop_assert!(turn.abs() < 1e-3, "{turn}");
        // The ground falls away by d^2 / 2R.
        prop_assert!((up + distance * distance / 2.0 / 6.371e6).abs() < 0.01 * distance * distance / 6.371e6 + 0.02);
    }

    #[test]
    fn there_and_back(lat in -90.0..90.0_f64, lng in -180.0..180.0_f64, other in (-90.0..90.0_f64, -180.0..180.0_f64)) {
        let tangent = Tangent::at(Place::from_degrees(lat, lng, 0.0).unwrap());
        let place = Place::from_degrees(other.0, other.1, 50.0).unwrap();
        let back = tangent.ecef_m(tangent.east_north_up_m(place));
        for (got, wanted) in back.into_iter().zip(place.ecef_m()) {
            prop_assert!((got - wanted).abs() < 1e-6);
        }
    }
}
