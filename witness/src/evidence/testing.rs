//! What the tests of this room share.

use num_complex::Complex32;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// White Gaussian noise of power 1.
pub(super) fn white_noise(samples: usize, seed: u64) -> Vec<Complex32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut part = || -> f32 { StandardNormal.sample(&mut rng) };
    (0..samples).map(|_| Complex32::new(part(), part()) * 0.5_f32.sqrt()).collect()
}
