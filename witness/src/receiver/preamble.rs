//! The preamble counted again, on the finished path.
//!
//! Before the payload is read the path is known from a few chirps, and a chirp at the preamble's far end is easily taken for noise, or
//! noise for a chirp. With the whole frame's path, amplitude `A` and noise `sigma^2` a sample, a stretch of `n` samples whose
//! correlation with an up-chirp is `C` is worth
//!
//! ```text
//! ln p(chirp) / p(noise) = 2 A Re C / sigma^2 - n A^2 / sigma^2
//! ```
//! and with an unknown phase of its own `ln I0(2 A |C| / sigma^2)` in place of the first term; the count of greatest sum wins.

use num_complex::Complex64;

use super::{
    demodulator::{Demodulator, ln_bessel_i0},
    follower::Followed,
    history::History,
    least_squares::Normal,
    pattern::UPS,
    replica::leading_up_chirp,
    synchroniser::{USUAL_LENGTH_BONUS, preamble_symbols_max},
};
use crate::default_preamble_symbols;

/// Symbols by which the first count may be wrong; the history holds no more.
const WRONG_MAX: usize = 2;

/// Likeliest number of up-chirps near the one that was counted before.
pub(crate) fn recount(
    frame: &Followed,
    sums: &Normal,
    free_phase: bool,
    history: &History,
    demodulator: &Demodulator,
) -> usize {
    let counted = frame.sync.preamble_symbols;
    let usual = usize::from(default_preamble_symbols(demodulator.sf()));
    let bonus = |count: usize| if count == usual { USUAL_LENGTH_BONUS } else { 0.0 };
    let fewest = counted.saturating_sub(WRONG_MAX).max(UPS);
    let most_counted = (counted + WRONG_MAX).min(preamble_symbols_max(demodulator.sf()));
    let (mut total, mut most, mut best) = (0.0, bonus(fewest), fewest);
    for count in fewest + 1..=most_counted {
        total += worth(frame, count, sums, free_phase, history, demodulator);
        if total + bonus(count) > most {
            (most, best) = (total + bonus(count), count);
        }
    }
    best
}

/// Log-likelihood ratio that the `count`-th up-chirp before the sync word is there.
fn worth(
    frame: &Followed,
    count: usize,
    sums: &Normal,
    free_phase: bool,
    history: &History,
    demodulator: &Demodulator,
) -> f64 {
    let mut correlation = Complex64::ZERO;
    let sf = demodulator.sf();
    leading_up_chirp(count, sf).visit(sf, history, &frame.sync.tracker.path, |block| {
        for sample in block {
            correlation += sample.received * sample.conjugate;
        }
    });
    // Of a chirp that began before the stream, what is missing speaks against it.
    let samples = sf.chips() as f64 * frame.sync.tracker.path.samples_per_chip();
    let (amplitude, noise) = (sums.amplitude(), sums.noise());
    let weight = 2.0 * amplitude / noise;
    let agreement = if free_phase {
        f64::from(ln_bessel_i0((weight * correlation.norm()) as f32))
    } else {
        weight * correlation.re
    };
    agreement - samples * amplitude.powi(2) / noise
}
