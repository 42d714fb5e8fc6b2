use proptest::prelude::*;

use super::*;

fn at(lat_deg: f64, lng_deg: f64) -> Place {
    Place::from_degrees(lat_deg, lng_deg, 0.0).unwrap()
}

fn dms(degrees: f64, minutes: f64, seconds: f64) -> f64 {
    degrees.signum() * (degrees.abs() + minutes / 60.0 + seconds / 3600.0)
}

/// A place steps by 1e-7 degree: each end may be off by half a step in both directions.
const STEP_M: f64 = 0.016;

/// Inverse problems: Karney 2013, tables 3 and 4 (short line) and 6 (nearly antipodal); the Flinders Peak to Buninyong
/// line of the GDA technical manual (Vincenty); and the JFK to LHR line of GeographicLib's GeodSolve(1).
#[test]
fn published_lengths() {
    let flinders = at(dms(-37.0, 57.0, 3.720_30), dms(144.0, 25.0, 29.524_40));
    let buninyong = at(dms(-37.0, 39.0, 10.156_10), dms(143.0, 55.0, 35.383_90));
    for (name, a, b, wanted_m) in [
        ("Karney, short", at(-30.123_45, 0.0), at(-30.123_44, 0.000_05), 4.944_208),
        ("Karney, antipodal", at(-30.0, 0.0), at(29.9, 179.8), 19_989_832.827_610),
        ("Flinders Peak to Buninyong", flinders, buninyong, 54_972.271),
        ("JFK to LHR", at(40.6, -73.8), at(51.6, -0.5), 5_551_759.400),
    ] {
        let got_m = geodesic_m(a, b);
        assert!((got_m - wanted_m).abs() < STEP_M, "{name}: {got_m} m is not {wanted_m} m");
    }
}

#[test]
fn published_azimuths() {
    let flinders = at(dms(-37.0, 57.0, 3.720_30), dms(144.0, 25.0, 29.524_40));
    let buninyong = at(dms(-37.0, 39.0, 10.156_10), dms(143.0, 55.0, 35.383_90));
    let wanted = dms(306.0, 52.0, 5.37);
    assert!((azimuth_deg(flinders, buninyong) - wanted).abs() < 1e-4);
    assert!((azimuth_deg(at(-30.0, 0.0), at(29.9, 179.8)) - 161.890_524_736).abs() < 1e-4);
}

/// Direct problem: Karney 2013, table 2 (10,000 km from 40 N at azimuth 30).
#[test]
fn published_destination() {
    let end = destination(at(40.0, 0.0), 30.0, 10_000_000.0).unwrap();
    assert!((end.lat_deg() - 41.793_310_205).abs() < 1e-7, "{end:?}");
    assert!((end.lng_deg() - 137.844_900_044).abs() < 1e-7, "{end:?}");
    assert!(destination(at(40.0, 0.0), f64::NAN, 1.0).is_err());
    assert!(destination(at(40.0, 0.0), 1.0, f64::INFINITY).is_err());
}

/// The figures of physics note 3i: 300 m up at 1 km is 44 m more; the sphere would be off by far more than a metre.
#[test]
fn heights_lengthen_the_path() {
    let low = at(60.0, 25.0);
    let high = destination(low, 90.0, 1_000.0).unwrap().with_height_m(300.0).unwrap();
    let extra_m = slant_range_m(low, high) - geodesic_m(low, high);
    assert!((extra_m - 44.0).abs() < 0.2, "{extra_m}");
    assert!((extra_m / LIGHT_M_PER_NS - 147.0).abs() < 1.0);
}

/// Euler: 1/R = cos^2 a / M + sin^2 a / N.
fn curvature_radius_m(lat_deg: f64, azimuth_deg: f64) -> f64 {
    let (sin_lat, _) = lat_deg.to_radians().sin_cos();
    let (sin_az, cos_az) = azimuth_deg.to_radians().sin_cos();
    let e2 = crate::place::ECCENTRICITY_SQUARED;
    let w2 = 1.0 - e2 * sin_lat * sin_lat;
    let normal_m = crate::place::SEMI_MAJOR_M / w2.sqrt();
    let meridian_m = normal_m * (1.0 - e2) / w2;
    1.0 / (cos_az * cos_az / meridian_m + sin_az * sin_az / normal_m)
}

prop_compose! {
    fn any_place()(lat in -90.0..90.0_f64, lng in -180.0..180.0_f64, height in -100.0..3_000.0_f64) -> Place {
        Place::from_degrees(lat, lng, height).unwrap()
    }
}

proptest! {
    /// chord (1 + h/R) with chord = s - s^3 / 24 R^2, to a centimetre, at 1..10 km and equal heights.
    #[test]
    fn slant_agrees_with_karney(start in any_place(), azimuth in 0.0..360.0_f64, distance in 1_000.0..10_000.0_f64) {
        let end = destination(start, azimuth, distance).unwrap();
        let s = geodesic_m(start, end);
        let radius = curvature_radius_m(f64::midpoint(start.lat_deg(), end.lat_deg()), azimuth);
        let wanted = (s - s.powi(3) / (24.0 * radius * radius)) * (1.0 + start.height_m() / radius);
        prop_assert!((slant_range_m(start, end) - wanted).abs() < 0.01, "{} {}", slant_range_m(start, end), wanted);
    }

    #[test]
    fn both_ways_are_equally_long(a in any_place(), b in any_place()) {
        prop_assert!((geodesic_m(a, b) - geodesic_m(b, a)).abs() < 1e-6);
        prop_assert!((slant_range_m(a, b) - slant_range_m(b, a)).abs() < f64::EPSILON);
        prop_assert!(geodesic_m(a, b) >= 0.0);
        prop_assert!(geodesic_m(a, a).abs() < f64::EPSILON);
    }

    #[test]
    fn a_detour_is_never_shorter(a in any_place(), b in any_place(), c in any_place()) {
        prop_assert!(geodesic_m(a, c) <= geodesic_m(a, b) + geodesic_m(b, c) + 1e-6);
        prop_assert!(slant_range_m(a, c) <= slant_range_m(a, b) + slant_range_m(b, c) + 1e-6);
    }

    #[test]
    fn destination_undoes_distance_and_azimuth(start in any_place(), azimuth in 0.0..360.0_f64, distance in 10.0..5_000_000.0_f64) {
        let end = destination(start, azimuth, distance).unwrap();
        prop_assert!((geodesic_m(start, end) - distance).abs() < STEP_M);
        let again = destination(start, azimuth_deg(start, end), distance).unwrap();
        prop_assert!(geodesic_m(end, again) < 2.0 * STEP_M);
        prop_assert_eq!(end.height_dm(), start.height_dm());
    }
}
