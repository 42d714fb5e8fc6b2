//! Sums of products and turning carriers, written in lanes so that they vectorise: what trying hypotheses mostly is.

use std::f64::consts::TAU as TURN;

use multiversion::multiversion;
use num_complex::{Complex32, Complex64};

/// Values a step.
const LANES: usize = 8;

/// Sum of `a b`, as far as the shorter goes.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(super) fn correlate(a: &[Complex32], b: &[Complex32]) -> Complex32 {
    let (mut re, mut im) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let (a, b) = (&a[..a.len().min(b.len())], &b[..a.len().min(b.len())]);
    let (blocks, others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: Complex32 = blocks.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in blocks.zip(others) {
        for lane in 0..LANES {
            re[lane] += a[lane].re * b[lane].re - a[lane].im * b[lane].im;
            im[lane] += a[lane].re * b[lane].im + a[lane].im * b[lane].re;
        }
    }
    rest + Complex32::new(re.iter().sum(), im.iter().sum())
}

/// Multiplies value `n` by `exp(-j (2 pi nu n + phase))`, `nu` in cycles a value: to 1e-4 over 4096 values.
pub(super) fn turn_back(values: &mut [Complex32], nu: f64, phase: f64) {
    let first = std::array::from_fn(|lane| single(-TURN * (nu * lane as f64).fract() - phase));
    turn(values, first, single(-TURN * (nu * LANES as f64).fract()));
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn turn(values: &mut [Complex32], first: [Complex32; LANES], step: Complex32) {
    let (mut re, mut im) = (first.map(|turn| turn.re), first.map(|turn| turn.im));
    for block in values.chunks_mut(LANES) {
        for (lane, value) in block.iter_mut().enumerate() {
            let own = *value;
            value.re = own.re * re[lane] - own.im * im[lane];
            value.im = own.re * im[lane] + own.im * re[lane];
        }
        for lane in 0..LANES {
            let (old_re, old_im) = (re[lane], im[lane]);
            re[lane] = old_re * step.re - old_im * step.im;
            im[lane] = old_re * step.im + old_im * step.re;
        }
    }
}

/// The carrier among `-steps..=steps` steps, in cycles a chip, with which sums at these chips add up to most, and the energy then.
pub(super) fn likeliest_carrier(sums: &[(Complex64, f64)], step: f64, steps: i32) -> (f64, f64) {
    let turn = |chip: f64, nu: f64| Complex64::from_polar(1.0, -TURN * nu * chip);
    let first = -f64::from(steps) * step;
    let mut turned: Vec<(Complex64, Complex64)> =
        sums.iter().map(|(sum, chip)| (sum * turn(*chip, first), turn(*chip, step))).collect();
    let mut best = (0.0, 0.0);
    for index in -steps..=steps {
        let energy = turned.iter().map(|(sum, _)| sum).sum::<Complex64>().norm_sqr();
        if energy > best.1 {
            best = (f64::from(index) * step, energy);
        }
        for (sum, step) in &mut turned {
            *sum *= *step;
        }
    }
    best
}

fn single(angle: f64) -> Complex32 {
    let turn = Complex64::from_polar(1.0, angle);
    Complex32::new(turn.re as f32, turn.im as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_is_turned_back_and_summed() {
        for (count, nu, phase) in [(4096, 0.123_456, 0.4), (133, -0.49, -2.0), (7, 0.01, 0.0)] {
            let wave = |n: usize| single(TURN * (nu * n as f64).fract() + phase);
            let mut values: Vec<Complex32> = (0..count).map(wave).collect();
            let twice = correlate(&values, &values.iter().map(Complex32::conj).collect::<Vec<_>>());
            assert!((twice - Complex32::new(count as f32, 0.0)).norm() < 1e-3 * count as f32);
            turn_back(&mut values, nu, phase);
            assert!(values.iter().all(|value| (value - Complex32::ONE).norm() < 1e-4), "{count}");
        }
    }
}
