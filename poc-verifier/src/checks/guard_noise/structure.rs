//! Is what two guards share noise, or a burst that both heard?
//!
//! A clone's noise is in both guards alike, at every time and every frequency. A burst has a beginning, a band, or a slope:
//!
//! ```text
//! H = sum_b 2 L |gamma_b - gamma|^2 / ((1 - |gamma|^2) (2 - |gamma|^2))      blocks of time, then of frequency; for noise Gamma(B - 1)
//! z = (sum over blocks of max |FFT(s exp(-j pi mu t^2))|^2 / (L P) - B sum 1/k) / sqrt(B sum 1/k^2)      k = 1 to L
//! ```
//! `gamma` is the coherence, `s` the sum of both guards with the phase in which they agree, so that what they share stands 3 dB above either alone.
//! The slopes `mu` are those of chirps of spreading factors 5 to 12 over 125, 250 and 500 kHz, both ways, and none: a carrier. A chirp that stands
//! at -12 dB in both makes `N rho^2 = 16`; a symbol of 2 ms then stands 21 dB above what noise shows.
//!
//! What fills the whole band for the whole guard and is no chirp passes for noise; nothing known sends that in these bands.

use num_complex::Complex32;
use rustfft::FftDirection;

use super::{
    correlation::Correlation,
    guard::{Guard, transform},
};

/// Blocks of time, or of frequency.
const BLOCKS: usize = 16;
/// Half a sample of lag, or half a bin of carrier, turn the coherence by this much a block at most; so fine are the turns tried.
const TURN_MAX_RAD: f32 = 0.25;
const TURN_STEPS: i32 = 40;
/// Of nearly equal guards only what is left of lag and carrier differs.
const SCATTER_MIN: f32 = 0.25;
/// Standard deviations beyond which blocks are uneven: one noise in a thousand is.
const UNEVEN_SIGMAS: f64 = 4.0;
/// The same of a chirp's maxima, of which many sets are tried: of many blocks they sum to something normal, one has an exponential tail.
const CHIRP_SIGMAS: f64 = 4.5;
const CHIRP_TAIL_SIGMAS: f64 = 3.0;
/// Doublings of the gentlest slope, 125 kHz over SF12.
const SLOPES: u32 = 12;
const GENTLEST_HZ_PER_S: f64 = 125e3 * 125e3 / 4096.0;
/// Bandwidths over which a slope sweeps, Hz; a symbol lasts as long as that takes.
const SWEEPS_HZ: [f64; 3] = [125e3, 250e3, 500e3];
/// Lengths over which a chirp or a carrier is followed.
const LENGTH_MIN: usize = 32;
const LENGTH_MAX: usize = 4096;

/// Whether what two guards share, laid as their likeliest hypothesis says, is something else than noise.
pub fn is_structured(one: &Guard, other: &Guard, found: &Correlation) -> bool {
    if one.samples_per_chip() != other.samples_per_chip() {
        return is_structured(&one.at_one_sample_a_chip(), &other.at_one_sample_a_chip(), found);
    }
    let (mut one_laid, mut other_laid) = laid(one, other, found);
    if one_laid.len() < BLOCKS * BLOCKS {
        return false;
    }
    let agree = coherence(&one_laid, &other_laid);
    let turn = agree / agree.norm().max(f32::MIN_POSITIVE);
    let sum: Vec<Complex32> = one_laid.iter().zip(&other_laid).map(|(a, b)| a + b * turn).collect();
    if is_uneven(&one_laid, &other_laid) || holds_chirp(&sum, one.rate_hz) {
        return true;
    }
    for laid in [&mut one_laid, &mut other_laid] {
        transform(laid, FftDirection::Forward);
        // From the lowest frequency on, so that neighbours stand together.
        let middle = laid.len() / 2;
        laid.rotate_left(middle);
    }
    is_uneven(&one_laid, &other_laid)
}

/// Whether a guard by itself holds a chirp or a carrier that stands out of its noise. Looked at in the chirps' band, which noise fills.
pub fn holds_burst(guard: &Guard) -> bool {
    let guard = guard.at_one_sample_a_chip();
    holds_chirp(&guard.samples, guard.rate_hz)
}

/// The samples of both that stand beside each other, the first's carrier on the second's; a whole number of blocks.
fn laid(one: &Guard, other: &Guard, found: &Correlation) -> (Vec<Complex32>, Vec<Complex32>) {
    let lag = found.lag.round() as i64;
    let first = (-lag).max(0) as usize;
    let end = (other.samples.len() as i64 - lag).min(one.samples.len() as i64).max(0) as usize;
    let length = end.saturating_sub(first) / BLOCKS * BLOCKS;
    let from = (first as i64 + lag) as usize;
    let cycles = found.shift_hz / one.rate_hz;
    let turned = one.samples[first..first + length].iter().enumerate().map(|(index, sample)| {
        let phase = -std::f64::consts::TAU * (cycles * index as f64).fract();
        sample * Complex32::from_polar(1.0, phase as f32)
    });
    (turned.collect(), other.samples[from..from + length].to_vec())
}

/// Complex coherence of two stretches; zero where one is silent.
fn coherence(a: &[Complex32], b: &[Complex32]) -> Complex32 {
    let energy = |values: &[Complex32]| values.iter().map(Complex32::norm_sqr).sum::<f32>();
    let sum: Complex32 = a.iter().zip(b).map(|(a, b)| a * b.conj()).sum();
    sum / (energy(a) * energy(b)).sqrt().max(f32::MIN_POSITIVE)
}

/// Whether the coherence is not the same in all blocks, but for a phase that turns steadily: what is left of lag or carrier. Blocks outside
/// of the band, where there is nothing, do not count.
fn is_uneven(a: &[Complex32], b: &[Complex32]) -> bool {
    let length = a.len() / BLOCKS;
    let energy = |values: &[Complex32]| values.iter().map(Complex32::norm_sqr).sum::<f32>();
    let (least_a, least_b) = (0.2 * energy(a) / BLOCKS as f32, 0.2 * energy(b) / BLOCKS as f32);
    let pairs = a.chunks_exact(length).zip(b.chunks_exact(length)).zip(0_u8..);
    let inside = pairs.filter(|((a, b), _)| energy(a) > least_a && energy(b) > least_b);
    let blocks: Vec<(f32, Complex32)> =
        inside.map(|((a, b), number)| (f32::from(number), coherence(a, b))).collect();
    let count = blocks.len() as f32;
    if blocks.len() < 2 {
        return true;
    }
    let mean_at = |turn: f32| {
        blocks
            .iter()
            .map(|(number, block)| block * Complex32::from_polar(1.0, -turn * number))
            .sum::<Complex32>()
            / count
    };
    let turns = (-TURN_STEPS..=TURN_STEPS).map(|step| TURN_MAX_RAD * step as f32 / TURN_STEPS as f32);
    let agreed = turns.map(|turn| mean_at(turn).norm_sqr()).fold(0.0, f32::max);
    let power: f32 = blocks.iter().map(|(_, block)| block.norm_sqr()).sum();
    // A coherence scatters by (1 - |gamma|^2)^2 / 2 L along itself, and by (1 - |gamma|^2) / 2 L across.
    let scatter = (0.5 * (1.0 - agreed) * (2.0 - agreed)).max(SCATTER_MIN);
    let apart = f64::from((power - count * agreed) / scatter);
    let freedoms = f64::from(count) - 1.0;
    apart * length as f64 > freedoms + UNEVEN_SIGMAS * freedoms.sqrt()
}

/// Whether some chirp or carrier stands out of a stretch.
fn holds_chirp(samples: &[Complex32], rate_hz: f64) -> bool {
    let stands_out = |straight: &[Complex32], length: usize| {
        // Symbols begin anywhere: of four ways to cut, one loses an eighth of each at most.
        let length = length.min(straight.len());
        let from = (0..4).map(|quarter| quarter * length / 4).filter(|from| from + length <= straight.len());
        from.into_iter().any(|from| {
            let blocks = ((straight.len() - from) / length) as f64;
            maxima_sigmas(&straight[from..], length) > CHIRP_SIGMAS + CHIRP_TAIL_SIGMAS / blocks.sqrt()
        })
    };
    let is_chirp = |slope: f64| {
        let straight = without_slope(samples, slope / rate_hz.powi(2));
        SWEEPS_HZ.into_iter().any(|sweep_hz| {
            let symbol = (sweep_hz / slope.abs() * rate_hz) as usize;
            stands_out(&straight, symbol.clamp(LENGTH_MIN, LENGTH_MAX))
        })
    };
    let mut slopes = (0..SLOPES).map(|doublings| GENTLEST_HZ_PER_S * f64::from(1_u32 << doublings));
    [256, LENGTH_MAX].into_iter().any(|length| stands_out(samples, length))
        || slopes.any(|slope| is_chirp(slope) || is_chirp(-slope))
}

/// The samples less a slope, cycles a sample and sample.
fn without_slope(samples: &[Complex32], slope: f64) -> Vec<Complex32> {
    let turned = samples.iter().enumerate().map(|(index, sample)| {
        let cycles = (0.5 * slope * (index as f64).powi(2)).fract();
        sample * Complex32::from_polar(1.0, (-std::f64::consts::TAU * cycles) as f32)
    });
    turned.collect()
}

/// How far the blocks' strongest bins stand above those of noise.
fn maxima_sigmas(samples: &[Complex32], length: usize) -> f64 {
    let power = samples.iter().map(Complex32::norm_sqr).sum::<f32>() / samples.len() as f32;
    let (mut sum, mut blocks) = (0.0, 0.0);
    for block in samples.chunks_exact(length) {
        let mut bins = block.to_vec();
        transform(&mut bins, FftDirection::Forward);
        let largest = bins.iter().map(Complex32::norm_sqr).fold(0.0, f32::max);
        sum += f64::from(largest / (length as f32 * power.max(f32::MIN_POSITIVE)));
        blocks += 1.0;
    }
    // The largest of L exponentials is the sum of L exponentials of means 1 to 1/L (Renyi).
    let (mean, variance) = (1..=length).fold((0.0, 0.0), |(mean, variance), k| {
        let step = 1.0 / k as f64;
        (mean + step, variance + step * step)
    });
    (sum - blocks * mean) / f64::sqrt(f64::max(blocks, 1.0) * variance)
}
