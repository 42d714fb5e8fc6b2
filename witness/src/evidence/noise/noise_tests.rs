#![allow(clippy::unwrap_used, reason = "a test may panic")]

use num_complex::Complex32;

use super::{LAGS, Noise, Statistic, digamma, trigamma};
use crate::evidence::testing::white_noise;

type Look = fn(&Noise) -> Statistic;

/// Mean and standard deviation of normalised errors over seeds.
fn calibration(statistic: impl Fn(&Noise) -> Statistic, samples: usize) -> (f64, f64) {
    const SEEDS: u64 = 600;
    let errors =
        (0..SEEDS).map(|seed| statistic(&Noise::of(&white_noise(samples, seed), 0, 0.0).unwrap()).sigmas());
    let (sum, squares) = errors.fold((0.0, 0.0), |(sum, squares), z| (sum + z, squares + z * z));
    let mean = sum / SEEDS as f64;
    (mean, (squares / SEEDS as f64 - mean * mean).sqrt())
}

#[test]
fn expectations_and_errors_are_those_of_white_noise() {
    let power: Look = |noise| Statistic { value: noise.power, expected: 1.0, sigma: noise.power_sigma() };
    let statistics: [(&str, Look); 4] = [
        ("power", power),
        ("colour", |noise| noise.colour),
        ("kurtosis", |noise| noise.kurtosis),
        ("flatness", |noise| noise.flatness),
    ];
    for samples in [512, 2048, 4096] {
        for (name, statistic) in statistics {
            let (mean, deviation) = calibration(statistic, samples);
            println!("{name} of {samples}: mean {mean:+.3} deviation {deviation:.3} sigma");
            assert!(mean.abs() < 0.17, "{name} of {samples}: mean {mean}");
            assert!((0.88..1.15).contains(&deviation), "{name} of {samples}: deviation {deviation}");
        }
    }
}

#[test]
fn what_is_not_white_noise_is_told() {
    let white = white_noise(2048, 3);
    let smooth: Vec<Complex32> = white.windows(2).map(|pair| pair[0] + pair[1] * 0.15).collect();
    let noise = Noise::of(&smooth, 0, 0.0).unwrap();
    assert!(noise.colour.sigmas() > 8.0 && noise.autocorrelation[0].re > 0.1, "{noise:?}");
    let alternating: Vec<Complex32> = white
        .iter()
        .zip(0..)
        .map(|(sample, n)| if n % 64 < 32 { sample * 1.3 } else { sample * 0.7 })
        .collect();
    assert!(Noise::of(&alternating, 0, 0.0).unwrap().kurtosis.sigmas() > 5.0);
    let tone: Vec<Complex32> = white
        .iter()
        .zip(0..)
        .map(|(sample, n)| sample + Complex32::from_polar(0.3, 0.4 * n as f32))
        .collect();
    assert!(Noise::of(&tone, 0, 0.0).unwrap().flatness.sigmas() < -8.0);
    let envelope = vec![Complex32::ONE; 2048];
    assert!(Noise::of(&envelope, 0, 0.0).unwrap().kurtosis.sigmas() < -20.0);
}

#[test]
fn two_stretches_of_one_coloured_noise_are_alike() {
    let coloured = |seed: u64, samples: usize| -> Noise {
        let white = white_noise(samples + 1, seed);
        let smooth: Vec<Complex32> = white.windows(2).map(|pair| pair[0] - pair[1] * 0.1).collect();
        Noise::of(&smooth, 0, 0.0).unwrap()
    };
    let (mut power, mut colour, mut spectrum) = (0.0, 0.0, 0.0);
    for seed in 0..200 {
        let beside = coloured(2 * seed, 2048).beside(&coloured(2 * seed + 1, 4096)).unwrap();
        power += beside.power.sigmas().powi(2) / 200.0;
        colour += beside.colour.value / 200.0;
        spectrum += beside.spectrum.value / 200.0;
    }
    println!("power {power:.2} of 1, colour {colour:.2} of {LAGS}, spectrum {spectrum:.1} of 63");
    assert!((0.7..1.35).contains(&power));
    assert!((colour - LAGS as f64).abs() < 0.6);
    assert!((spectrum - 63.0).abs() < 3.2);
    let white = white_noise(2048, 1);
    assert!(Noise::of(&white, 0, 0.0).unwrap().beside(&coloured(3, 4096)).unwrap().colour.sigmas() > 4.0);
    let spur: Vec<Complex32> = white
        .iter()
        .zip(0..)
        .map(|(sample, n)| sample + Complex32::from_polar(0.2, 0.4 * n as f32))
        .collect();
    assert!(Noise::of(&spur, 0, 0.0).unwrap().beside(&coloured(3, 4096)).unwrap().spectrum.sigmas() > 4.0);
}

#[test]
fn too_little_is_no_noise() {
    assert_eq!(Noise::of(&white_noise(127, 1), 0, 0.0), None);
    assert_eq!(Noise::of(&white_noise(128, 1), 128, 0.0), None);
    assert_eq!(Noise::of(&[Complex32::ZERO; 500], 0, 0.0), None);
    let silent = Noise::of(&white_noise(500, 1), 0, 2.0).unwrap();
    assert_eq!((silent.power, silent.beside(&silent)), (0.0, None));
}

#[test]
fn polygamma_of_whole_numbers() {
    // Abramowitz and Stegun, table 6.1 and 6.4.
    assert!((digamma(1) + 0.577_215_664_9).abs() < 1e-9 && (digamma(10) - 2.251_752_589_1).abs() < 1e-9);
    assert!((trigamma(1) - 1.644_934_066_8).abs() < 1e-9 && (trigamma(10) - 0.105_166_335_7).abs() < 1e-9);
}
