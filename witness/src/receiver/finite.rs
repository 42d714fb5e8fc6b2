//! Samples that are no numbers: found at little cost, and taken for silence.

use multiversion::multiversion;
use num_complex::Complex32;

/// Whether every sample is a finite number.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(crate) fn all_finite(samples: &[Complex32]) -> bool {
    // Zero times a number is zero; a sum of such is zero or not a number.
    let parts: &[f32] = bytemuck::cast_slice(samples);
    let mut lanes = [0.0_f32; 32];
    let blocks = parts.chunks_exact(lanes.len());
    let rest: f32 = blocks.remainder().iter().map(|part| part * 0.0).sum();
    for block in blocks {
        for (lane, part) in lanes.iter_mut().zip(block) {
            *lane += part * 0.0;
        }
    }
    !(rest + lanes.iter().sum::<f32>()).is_nan()
}

/// Puts zeros for what is no finite number. Returns how many those were.
pub(crate) fn silence_not_finite(samples: &mut [Complex32]) -> u64 {
    if all_finite(samples) {
        return 0;
    }
    let mut silenced = 0;
    for sample in samples.iter_mut().filter(|sample| !sample.is_finite()) {
        *sample = Complex32::ZERO;
        silenced += 1;
    }
    silenced
}
