use proptest::{collection::vec, prelude::*};

use super::{knife_edge::nu, *};

/// What the ITU's own examples allow: they have light at 3e8 m/s.
const ITU_DB: f64 = 0.1;

/// ITU-R Study Group 3, "Validation examples for the delta-Bullington diffraction prediction method": path and MHz; antennas over the smooth
/// ground, m; `L_bs`, `L_sph`, dB. All five of each of the four paths.
const SMOOTH: [(usize, f64, [f64; 2], f64, f64); 20] = [
    (0, 1000.0, [211.336_606_1, 30.0], 13.748_404_84, 15.348_583_7),
    (0, 2500.0, [233.494_530_4, 10.0], 18.597_060_1, 23.697_306_9),
    (0, 600.0, [204.716_554_8, 20.0], 15.793_737_77, 20.913_848_64),
    (0, 200.0, [215.727_222, 50.0], 11.509_818_57, 14.329_336_41),
    (0, 150.0, [252.313_856_9, 5.0], 14.930_333_47, 33.138_836_93),
    (1, 1000.0, [37.973_662_42, 119.236_349_2], 35.828_165_09, 69.454_341_51),
    (1, 2500.0, [57.976_642_84, 99.826_030_22], 39.668_719_34, 85.538_637_49),
    (1, 600.0, [27.973_662_42, 109.236_349_2], 34.295_030_68, 66.316_476_51),
    (1, 200.0, [47.973_662_42, 139.236_349_2], 27.740_095_68, 45.754_734_8),
    (1, 150.0, [78.001_154_95, 99.675_796_34], 26.585_599_97, 43.353_618_39),
    (2, 1000.0, [110.189_467_7, 30.0], 0.0, 0.0),
    (2, 2500.0, [132.673_492_5, 11.941_684_8], 0.0, 0.0),
    (2, 600.0, [102.889_312_2, 22.525_243_12], 0.0, 0.0),
    (2, 200.0, [118.720_214_8, 50.0], 0.0, 0.0),
    (2, 150.0, [152.201_124_7, 5.664_441_408], 6.174_090_81, 10.637_652_22),
    (3, 1000.0, [139.849_582_5, 543.172_941_8], 0.0, 0.0),
    (3, 2500.0, [159.849_582_5, 523.172_941_8], 0.0, 0.0),
    (3, 600.0, [129.849_582_5, 533.172_941_8], 0.0, 0.0),
    (3, 200.0, [149.849_582_5, 563.172_941_8], 0.0, 0.0),
    (3, 150.0, [179.849_582_5, 518.172_941_8], 0.0, 0.0),
];
/// Lengths of its paths.
const PATHS_M: [f64; 4] = [83_079.938_53, 132_315.397, 17_396.889_66, 40_511.127_02];

/// MHz, antennas over the ground in m, dB.
type Example = (f64, [f64; 2], f64);
/// Ends and hill, and the examples over them.
type Hill = ([(f64, f64); 3], [Example; 5]);

/// The same examples over the ground of paths 3 and 4, of which one hill alone decides: ends and hill; MHz, antennas over the ground, `L_ba`.
const HILLS: [Hill; 2] = [
    (
        [(0.0, 697.0), (12_700.0, 639.0), (17_396.889_66, 569.0)],
        [
            (1000.0, [30.0, 30.0], 17.620_406_31),
            (2500.0, [50.0, 10.0], 25.101_690_7),
            (600.0, [20.0, 20.0], 20.254_887_33),
            (200.0, [40.0, 50.0], 10.189_908_5),
            (150.0, [70.0, 5.0], 16.275_931_06),
        ],
    ),
    (
        [(0.0, 720.0), (2_300.0, 778.0), (40_511.127_02, 1408.0)],
        [
            (1000.0, [30.0, 30.0], 7.870_985_135),
            (2500.0, [50.0, 10.0], 0.0),
            (600.0, [20.0, 20.0], 15.308_763_97),
            (200.0, [40.0, 50.0], 6.526_730_443),
            (150.0, [70.0, 5.0], 0.0),
        ],
    ),
];

fn wavelength_m(frequency_mhz: f64) -> f64 {
    SPEED_OF_LIGHT_M_S / (frequency_mhz * 1e6)
}

fn section(ground_m: Vec<(f64, f64)>, antennas_m: [f64; 2], frequency_mhz: f64) -> Section {
    Section {
        ground_m,
        antennas_m,
        wavelength_m: wavelength_m(frequency_mhz),
        earth_radius_m: EARTH_RADIUS_M,
    }
}

/// Ground by a function of the distance, a point every 50 m.
fn ground(distance_m: f64, height_m: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let steps = (distance_m / 50.0).ceil() as usize;
    (0..=steps)
        .map(|step| (f64::from(step as u32) * 50.0).min(distance_m))
        .map(|at_m| (at_m, height_m(at_m)))
        .collect()
}

#[test]
fn the_smooth_earth_is_the_recommendations() {
    for (path, frequency_mhz, antennas_m, edges_db, sphere_db) in SMOOTH {
        let distance_m = PATHS_M[path];
        let sphere = Sphere {
            distance_m,
            antennas_m,
            wavelength_m: wavelength_m(frequency_mhz),
            earth_radius_m: EARTH_RADIUS_M,
        };
        let got_db = sphere.loss_db();
        assert!((got_db - sphere_db).abs() < ITU_DB, "{path} {frequency_mhz}: {got_db} is not {sphere_db}");
        let got_db = section(ground(distance_m, |_| 0.0), antennas_m, frequency_mhz).bullington_db();
        assert!((got_db - edges_db).abs() < ITU_DB, "{path} {frequency_mhz}: {got_db} is not {edges_db}");
    }
}

#[test]
fn bullingtons_edge_is_the_recommendations() {
    for (ground_m, cases) in HILLS {
        for (frequency_mhz, masts_m, wanted_db) in cases {
            let antennas_m = [ground_m[0].1 + masts_m[0], ground_m[2].1 + masts_m[1]];
            let cut = section(ground_m.to_vec(), antennas_m, frequency_mhz);
            let got_db = cut.bullington_db();
            assert!((got_db - wanted_db).abs() < ITU_DB, "{frequency_mhz}: {got_db} is not {wanted_db}");
            assert!((cut.obstacle().unwrap().distance_m - ground_m[1].0).abs() < 1e-9);
        }
    }
}

/// P.526-15, clause 4.1: an edge on the line takes 6 dB, one far above it `13 + 20 log10 nu`, one 0.55 zones below it nothing.
#[test]
fn one_edge_takes_what_it_should() {
    let loss_db = knife_edge::loss_db;
    assert!((loss_db(0.0) - 6.03).abs() < 0.01);
    assert!((loss_db(1.0) - 13.9).abs() < 0.05);
    assert!((loss_db(10.0) - (13.0 + 20.0)).abs() < 0.2);
    assert!(loss_db(-0.78).abs() < f64::EPSILON && loss_db(-0.77) < 0.1);
    // The exact Fresnel integral at nu = 0 is half the field; the approximation is good to 0.1 dB from there on.
    assert!((loss_db(2.4) - 20.54).abs() < 0.15, "{}", loss_db(2.4));
}

#[test]
fn flat_ground_with_high_masts_takes_nothing_and_the_sea_beyond_the_horizon_a_lot() {
    let clear = section(ground(10_000.0, |_| 100.0), [200.0, 200.0], 866.0);
    assert!(clear.loss_db().abs() < f64::EPSILON, "{}", clear.loss_db());
    assert!(clear.obstacle().unwrap().above_m < -90.0);
    let beyond = section(ground(60_000.0, |_| 100.0), [110.0, 110.0], 866.0);
    // Flat ground is the smooth earth: edges and their correction cancel.
    let sphere = beyond.smooth();
    assert!((sphere.antennas_m[0] - 10.0).abs() < 1e-6 && (sphere.antennas_m[1] - 10.0).abs() < 1e-6);
    assert!((beyond.loss_db() - sphere.loss_db()).abs() < 1e-6);
    assert!(beyond.loss_db() > 40.0);
}

/// Deygout's three edges overestimate, one edge alone underestimates: Bullington's is between on two equal hills.
#[test]
fn two_hills_are_between_one_edge_and_the_sum_of_both() {
    let hills =
        |at_m: f64| if (at_m - 4000.0).abs() < 60.0 || (at_m - 8000.0).abs() < 60.0 { 220.0 } else { 0.0 };
    let cut = section(ground(12_000.0, hills), [30.0, 30.0], 866.0);
    let lambda_m = cut.wavelength_m;
    let one_db = knife_edge::loss_db(nu(190.0, (4000.0, 8000.0), lambda_m));
    // Deygout: the main edge, and the other over the line from the main edge to the far end.
    let other_m = 220.0 - (220.0 + (30.0 - 220.0) * 0.5);
    let deygout_db = one_db + knife_edge::loss_db(nu(other_m, (4000.0, 4000.0), lambda_m));
    let got_db = cut.loss_db();
    assert!(one_db + 1.0 < got_db && got_db < deygout_db + 3.0, "{one_db} {got_db} {deygout_db}");
}

#[test]
fn nothing_between_the_antennas_takes_nothing() {
    for ground_m in [vec![], vec![(0.0, 5.0)], vec![(0.0, 5.0), (100.0, 5.0)]] {
        let cut = section(ground_m, [10.0, 10.0], 866.0);
        assert!(cut.loss_db().abs() < f64::EPSILON && cut.obstacle().is_none());
    }
}

fn hilly() -> impl Strategy<Value = (Vec<(f64, f64)>, [f64; 2])> {
    let walk = vec(-40.0..40.0_f64, 8..120);
    (walk, 30.0..150.0_f64, 2.0..150.0_f64, 2.0..150.0_f64).prop_map(|(steps, step_m, from, to)| {
        let mut height_m = 300.0;
        let ground_m: Vec<(f64, f64)> = (0_u32..)
            .zip(steps)
            .map(|(index, step)| {
                height_m += step;
                (f64::from(index) * step_m, height_m)
            })
            .collect();
        let antennas_m = [ground_m[0].1 + from, ground_m[ground_m.len() - 1].1 + to];
        (ground_m, antennas_m)
    })
}

proptest! {
    #[test]
    fn the_way_back_takes_the_same((ground_m, antennas_m) in hilly(), frequency_mhz in 150.0..2500.0) {
        let there = section(ground_m.clone(), antennas_m, frequency_mhz);
        let length_m = there.distance_m();
        let turned = ground_m.iter().rev().map(|(at_m, height_m)| (length_m - at_m, *height_m)).collect();
        let back = section(turned, [antennas_m[1], antennas_m[0]], frequency_mhz);
        prop_assert!((there.loss_db() - back.loss_db()).abs() < 1e-6, "{} {}", there.loss_db(), back.loss_db());
        prop_assert!(there.loss_db() >= 0.0 && there.loss_db() < 300.0);
    }

    #[test]
    fn a_higher_edge_takes_no_less((ground_m, antennas_m) in hilly(), which in any::<prop::sample::Index>(), more_m in 0.0..300.0) {
        let low = section(ground_m, antennas_m, 866.0);
        let mut high = low.clone();
        let inner = 1 + which.index(low.ground_m.len() - 2);
        high.ground_m[inner].1 += more_m;
        prop_assert!(high.bullington_db() >= low.bullington_db() - 1e-9);
    }

    /// Where 0.56 of the first zone is free of ground and earth everywhere, edges take nothing.
    #[test]
    fn a_clear_zone_takes_nothing((ground_m, antennas_m) in hilly()) {
        let mut cut = section(ground_m, antennas_m, 866.0);
        let lift_m = cut.ground_m.iter().fold(0.0_f64, |lift, (at_m, ground_m)| {
            let zone_m = (cut.wavelength_m * at_m * (cut.distance_m() - at_m) / cut.distance_m()).sqrt();
            lift.max(ground_m + cut.bulge_m(*at_m) + 0.56 * zone_m - cut.line_m(*at_m))
        });
        cut.antennas_m = cut.antennas_m.map(|height_m| height_m + lift_m);
        prop_assert!(cut.bullington_db().abs() < 1e-9);
    }
}
