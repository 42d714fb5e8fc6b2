#![allow(clippy::unwrap_used, reason = "a test may panic")]

use num_complex::Complex32;
use rustfft::FftDirection;

use super::*;

/// Noise-like samples, without a generator.
fn samples(count: usize) -> Vec<Complex32> {
    let part = |index: usize| ((index * 2_654_435_761) % 1009) as f32 / 504.5 - 1.0;
    (0..count).map(|index| Complex32::new(part(index), part(index + 7))).collect()
}

fn transformed(kernels: Kernels, count: usize) -> Vec<Complex32> {
    let mut samples = samples(count);
    with_kernels(kernels, || plan(count, FftDirection::Forward).process(&mut samples));
    samples
}

#[test]
fn kernels_differ_in_the_last_bits_only() {
    for count in [64, 1024, 4096] {
        let (fastest, scalar) = (transformed(Kernels::Fastest, count), transformed(Kernels::Scalar, count));
        let power = scalar.iter().map(Complex32::norm_sqr).sum::<f32>() / count as f32;
        let apart = fastest.iter().zip(&scalar).map(|(a, b)| (a - b).norm_sqr()).sum::<f32>() / count as f32;
        assert!(apart < 1e-12 * power, "{count}: {apart} of {power}");
        // Without this the comparison would compare nothing on a machine that has faster ones.
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx") && std::arch::is_x86_feature_detected!("fma") {
            assert_ne!(fastest, scalar, "{count}");
        }
    }
}

#[test]
fn kernels_are_those_of_the_work() {
    with_kernels(Kernels::Scalar, || {
        assert_eq!(KERNELS.get(), Kernels::Scalar);
        with_kernels(Kernels::Fastest, || assert_eq!(KERNELS.get(), Kernels::Fastest));
        assert_eq!(KERNELS.get(), Kernels::Scalar);
    });
    let panicked = std::panic::catch_unwind(|| with_kernels(Kernels::Scalar, || panic!("work fails")));
    assert!(panicked.is_err());
    assert_eq!(KERNELS.get(), Kernels::Fastest);
}
