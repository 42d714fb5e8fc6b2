#![allow(clippy::unwrap_used, reason = "a test may panic")]

use num_complex::{Complex32, Complex64};

use super::{Depth, HEADER_BYTES, Snippet, SnippetError};
use crate::evidence::testing::white_noise;

/// The layout, byte by byte, as another language would write it.
#[test]
fn bytes_are_as_the_layout_says() {
    // Power 2 * 16: a component has sigma 4, full scale is 16.
    let samples = [Complex32::new(4.0, -4.0), Complex32::new(-4.0, 4.0)];
    let four = Snippet::of(&samples, -2, Depth::Four).unwrap();
    // Step 2: 4 lies at the foot of level 2, -4 at the foot of level -2.
    let head =
        [b'i', b'q', b'1', 4, 2, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x40];
    assert_eq!(four.as_bytes(), [&head[..], &[0xe2, 0x2e]].concat());
    assert_eq!(four.samples(), [Complex32::new(5.0, -3.0), Complex32::new(-3.0, 5.0)]);
    // Step 1/8: levels 32 and -32.
    let eight = Snippet::of(&samples, 3, Depth::Eight).unwrap();
    assert_eq!(eight.as_bytes()[3..5], [8, 2]);
    assert_eq!(eight.as_bytes()[16..], [0, 0, 0, 0x3e, 32, 0xe0, 0xe0, 32]);
}

#[test]
fn a_sample_comes_back_within_half_a_step() {
    for (depth, scale) in [(Depth::Four, 1e-6), (Depth::Eight, 1.0), (Depth::Eight, 1e4)] {
        let samples: Vec<Complex32> = white_noise(2048, 1).iter().map(|sample| sample * scale).collect();
        let snippet = Snippet::of(&samples, 77, depth).unwrap();
        assert_eq!((snippet.len(), snippet.position()), (2048, 77));
        assert_eq!(Snippet::from_bytes(snippet.as_bytes()).unwrap(), snippet);
        // One in 16,000 lies beyond four sigma and is clipped.
        let half = snippet.step() * 0.500_1;
        let missed = snippet.samples().into_iter().zip(&samples).filter(|(out, sample)| {
            let error = out - **sample;
            error.re.abs() > half || error.im.abs() > half
        });
        assert!(missed.count() <= 3);
    }
}

/// notes/physics.md 3d: two clones of one noise, own noise 5 dB over it on each; what 4 bits cost the clone
/// statistic N rho^2. Rounding adds 1/48 of the power to each, so theory says (48/49)^2 = 0.960; the note's
/// simulation found 0.94.
#[test]
fn four_bits_cost_the_clone_test_what_theory_says() {
    let (mut whole, mut rounded) = (0.0, 0.0);
    for seed in 0..300 {
        let common = white_noise(4096, 3 * seed);
        let own = 10_f32.powf(5.0 / 20.0);
        let clones = [1, 2].map(|k| -> Vec<Complex32> {
            let other = white_noise(4096, 3 * seed + k);
            common.iter().zip(other).map(|(shared, other)| (shared + other * own) * 3e-4).collect()
        });
        whole += coherence(&clones[0], &clones[1]);
        let quantised = clones.map(|clone| Snippet::of(&clone, 0, Depth::Four).unwrap().samples());
        rounded += coherence(&quantised[0], &quantised[1]);
    }
    let factor = rounded / whole;
    println!("4 bits keep {factor:.4} of N rho^2 (theory 0.9600)");
    assert!((factor - 0.96).abs() < 0.004, "{factor}");
}

fn coherence(a: &[Complex32], b: &[Complex32]) -> f64 {
    let energy = |samples: &[Complex32]| -> f64 { samples.iter().map(|s| f64::from(s.norm_sqr())).sum() };
    let cross: Complex32 = a.iter().zip(b).map(|(a, b)| a * b.conj()).sum();
    Complex64::new(f64::from(cross.re), f64::from(cross.im)).norm_sqr() / (energy(a) * energy(b))
}

#[test]
fn rounding_adds_the_power_that_it_says() {
    for depth in [Depth::Four, Depth::Eight] {
        let samples = white_noise(2048, 5);
        let snippet = Snippet::of(&samples, 0, depth).unwrap();
        let pairs = snippet.samples().into_iter().zip(samples);
        let added = pairs.map(|(out, sample)| f64::from((out - sample).norm_sqr())).sum::<f64>() / 2048.0;
        assert!((added / snippet.rounding_power() - 1.0).abs() < 0.05, "{depth:?} {added}");
    }
}

#[test]
fn hostile_samples_are_quantised_all_the_same() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, 1e-42, 0.0, -0.0];
    for part in odd {
        for samples in [vec![Complex32::new(part, 1.0); 9], vec![Complex32::new(part, part); 9], vec![]] {
            for depth in [Depth::Four, Depth::Eight] {
                let snippet = Snippet::of(&samples, 0, depth).unwrap();
                crate::fuzz::snippet(snippet.as_bytes());
                assert_eq!(snippet.len(), samples.len());
            }
        }
    }
}

#[test]
fn limits_come_before_parsing() {
    let long = vec![Complex32::ONE; 4097];
    assert_eq!(Snippet::of(&long, 0, Depth::Four), Err(SnippetError::TooLong(4097)));
    assert_eq!(Snippet::of(&long[..2049], 0, Depth::Eight), Err(SnippetError::TooLong(4098)));
    assert_eq!(Snippet::of(&[], i64::MIN, Depth::Four), Err(SnippetError::Position(i64::MIN)));
    assert_eq!(Snippet::from_bytes(&vec![0; 1 << 20]), Err(SnippetError::TooLong((1 << 20) - HEADER_BYTES)));

    let good = Snippet::of(&long[..10], 5, Depth::Eight).unwrap().as_bytes().to_vec();
    let spoilt = |at: usize, with: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        Snippet::from_bytes(&bytes)
    };
    assert!(Snippet::from_bytes(&good).is_ok());
    for length in 0..good.len() {
        assert!(matches!(Snippet::from_bytes(&good[..length]), Err(SnippetError::Length { .. })));
    }
    assert_eq!(spoilt(2, b"2"), Err(SnippetError::Magic));
    assert_eq!(spoilt(3, &[16]), Err(SnippetError::Depth(16)));
    assert!(matches!(spoilt(3, &[4]), Err(SnippetError::Length { wanted: 30, .. })));
    assert!(matches!(spoilt(4, &[0xff; 4]), Err(SnippetError::Length { .. })));
    assert_eq!(spoilt(8, &i64::MAX.to_le_bytes()), Err(SnippetError::Position(i64::MAX)));
    for step in [0.0, -1.0, f32::INFINITY, f32::MIN_POSITIVE, 1e30] {
        assert_eq!(spoilt(16, &step.to_le_bytes()), Err(SnippetError::Step(step)));
    }
    assert!(matches!(spoilt(16, &f32::NAN.to_le_bytes()), Err(SnippetError::Step(_))));
}
