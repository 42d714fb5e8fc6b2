//! How alike two guards are, over the hypotheses of how one was made from the other.
//!
//! *Near*: the guards stand to their frames alike, to three quarters of a sample, in quarters; or, moved by the difference of the reported arrivals,
//! as somebody has them who moved the numbers and the samples by different ways. Carriers apart by nothing, or by as much as the frames', each to
//! half a bin. Sums of products at whole lags are interpolated between them (Lanczos), which the correlation of band-limited noise allows.
//!
//! *Far*: any other lag, by the inverse transform of the cross-spectrum, at the nearest whole bins of the two carriers: for guards cut elsewhere
//! from the capture than they say.

use num_complex::{Complex32, Complex64};
use rustfft::FftDirection;

use super::{
    guard::{Guard, transform},
    score_of,
};

/// Hypotheses among which the near one was found, counted by their honest tail and doubled: a clone is near in one of two cases.
pub const NEAR_HYPOTHESES: f64 = 40.0;
/// The same of the far one, for the longest guards.
pub const FAR_HYPOTHESES: f64 = 16_384.0;
/// Fewest samples that both must cover.
const OVERLAP_MIN: usize = 1024;
/// Products that are summed before a carrier is laid over them: at 4 kHz apart that loses 4 %.
const BLOCK: usize = 16;
/// Whole lags on each side of the expected one, and the interpolation's half width.
const LAGS: i64 = 4;
const HALF_WIDTH: f64 = 3.0;
/// Steps of a quarter of a sample on each side.
const QUARTERS: i64 = 3;
/// Near hypotheses of guards that stand to their frames alike: carriers, and quarters of a sample.
pub const CELLS: usize = 6 * (2 * QUARTERS as usize + 1);
/// Reported arrivals farther apart than this many samples are clocks', not delays.
const ARRIVAL_SAMPLES_MAX: f64 = 512.0;

/// The likeliest hypothesis of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// `N rho^2`.
    pub statistic: f64,
    /// Hypotheses among which it was found.
    pub hypotheses: f64,
    /// Log-likelihood ratio.
    pub score: f64,
    /// Samples of the second guard after the first's, where both are laid by their own numbers.
    pub lag: f64,
    /// Carrier of the first above the second's, Hz.
    pub shift_hz: f64,
    /// `N rho^2` of every near hypothesis of guards that stand to their frames alike, in one order for all comparisons; zeros when they do not cover each
    /// other there.
    pub cells: [f32; CELLS],
}

/// Compares two guards of one frame, whose reported carriers are `cfo_hz` and whose arrivals `arrival_ns` apart (first less second). `None` when
/// they have too little in common.
pub fn correlate(one: &Guard, other: &Guard, cfo_hz: f64, arrival_ns: f64) -> Option<Correlation> {
    if one.samples_per_chip() != other.samples_per_chip() {
        return correlate_alike(
            &one.at_one_sample_a_chip(),
            &other.at_one_sample_a_chip(),
            cfo_hz,
            arrival_ns,
        );
    }
    correlate_alike(one, other, cfo_hz, arrival_ns)
}

fn correlate_alike(one: &Guard, other: &Guard, cfo_hz: f64, arrival_ns: f64) -> Option<Correlation> {
    let late = arrival_ns * 1e-9 * one.rate_hz;
    let moved = (late.abs() > 1.0 && late.abs() < ARRIVAL_SAMPLES_MAX).then_some(late);
    let lag = one.since_frame - other.since_frame;
    let lags = [Some(lag), moved.map(|late| lag + late), moved.map(|late| lag - late)];
    let named = lags.iter().flatten().count() as f64;
    let alike = near(one, other, lag, cfo_hz, named);
    let cells = alike.map_or([0.0; CELLS], |alike| alike.cells);
    let near = lags[1..].iter().flatten().filter_map(|lag| near(one, other, *lag, cfo_hz, named));
    let likeliest = alike.into_iter().chain(near).chain(far(one, other, cfo_hz));
    let likeliest = likeliest.max_by(|a, b| a.score.total_cmp(&b.score))?;
    Some(Correlation { cells, ..likeliest })
}

/// The best near hypothesis about a lag.
fn near(one: &Guard, other: &Guard, lag: f64, cfo_hz: f64, named: f64) -> Option<Correlation> {
    let whole = lag.round();
    if whole.abs() > (one.samples.len() + other.samples.len()) as f64 {
        return None;
    }
    let products = Products::of(one, other, whole as i64)?;
    let freedoms = products.samples as f64 * one.shared_power(other);
    let bin_hz = one.rate_hz / one.samples.len() as f64;
    let carriers =
        [0.0, cfo_hz].into_iter().flat_map(|carrier| [-0.5, 0.0, 0.5].map(|bins| carrier + bins * bin_hz));
    let (mut best, mut cells) = ((0.0, 0.0, 0.0), [0.0; CELLS]);
    let mut cell = cells.iter_mut();
    for shift_hz in carriers {
        let sums = products.at_carrier(shift_hz / one.rate_hz);
        for (quarters, cell) in (-QUARTERS..=QUARTERS).zip(&mut cell) {
            let at = lag + 0.25 * quarters as f64;
            let statistic = interpolated(&sums, at - whole).norm_sqr() / freedoms;
            *cell = statistic as f32;
            if statistic > best.0 {
                best = (statistic, at, shift_hz);
            }
        }
    }
    let (statistic, lag, shift_hz) = best;
    let hypotheses = NEAR_HYPOTHESES * named;
    Some(Correlation { statistic, hypotheses, score: score_of(statistic, hypotheses), lag, shift_hz, cells })
}

/// Sums of products at whole lags, block by block.
struct Products {
    /// Products a lag.
    samples: usize,
    /// Index of the first in the first guard.
    first: usize,
    /// One row a lag.
    rows: Vec<Vec<Complex32>>,
}

impl Products {
    /// `None` when the guards do not overlap enough.
    fn of(one: &Guard, other: &Guard, lag: i64) -> Option<Self> {
        let first = (LAGS - lag).max(0) as usize;
        let end = (other.samples.len() as i64 - lag - LAGS).min(one.samples.len() as i64);
        let samples = usize::try_from(end).ok()?.checked_sub(first)? / BLOCK * BLOCK;
        if samples < OVERLAP_MIN {
            return None;
        }
        let taken = &one.samples[first..first + samples];
        let row = |lag: i64| {
            let from = (first as i64 + lag) as usize;
            sums(taken, &other.samples[from..from + samples])
        };
        Some(Self { samples, first, rows: (lag - LAGS..=lag + LAGS).map(row).collect() })
    }

    /// The sum at each lag with a carrier taken out.
    fn at_carrier(&self, cycles: f64) -> Vec<Complex64> {
        let turn = Complex64::from_polar(1.0, -std::f64::consts::TAU * cycles * BLOCK as f64);
        let mut phasor = Complex64::from_polar(1.0, -std::f64::consts::TAU * cycles * self.first as f64);
        let mut sums = vec![Complex64::ZERO; self.rows.len()];
        for block in 0..self.samples / BLOCK {
            for (sum, row) in sums.iter_mut().zip(&self.rows) {
                *sum += Complex64::new(f64::from(row[block].re), f64::from(row[block].im)) * phasor;
            }
            phasor *= turn;
        }
        sums
    }
}

/// Sums of `a conj(b)` over blocks.
fn sums(a: &[Complex32], b: &[Complex32]) -> Vec<Complex32> {
    let blocks = a.as_chunks::<BLOCK>().0.iter().zip(b.as_chunks::<BLOCK>().0);
    let sum = |(a, b): (&[Complex32; BLOCK], &[Complex32; BLOCK])| {
        let (mut re, mut im) = ([0.0_f32; 4], [0.0_f32; 4]);
        for (a, b) in a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0) {
            for lane in 0..4 {
                re[lane] += a[lane].re * b[lane].re + a[lane].im * b[lane].im;
                im[lane] += a[lane].im * b[lane].re - a[lane].re * b[lane].im;
            }
        }
        Complex32::new(re.iter().sum(), im.iter().sum())
    };
    blocks.map(sum).collect()
}

/// The correlation at a lag between the whole ones; of white noise a little less than theirs, of narrower noise as much.
fn interpolated(sums: &[Complex64], lag: f64) -> Complex64 {
    (-LAGS..=LAGS).zip(sums).map(|(whole, sum)| sum * lanczos(lag - whole as f64)).sum()
}

fn lanczos(x: f64) -> f64 {
    let sinc = |x: f64| {
        let angle = std::f64::consts::PI * x;
        if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle }
    };
    if x.abs() < HALF_WIDTH { sinc(x) * sinc(x / HALF_WIDTH) } else { 0.0 }
}

/// The best of all lags; only of guards of one length, as honest receivers keep them.
fn far(one: &Guard, other: &Guard, cfo_hz: f64) -> Option<Correlation> {
    let size = one.spectrum.len();
    if other.spectrum.len() != size {
        return None;
    }
    let bin_hz = one.rate_hz / size as f64;
    let carrier = (cfo_hz / bin_hz).round() as i64;
    let freedoms = size as f64 * one.shared_power(other);
    let carriers: &[i64] = if carrier == 0 { &[0] } else { &[0, carrier] };
    let best = carriers.iter().map(|&bins| {
        let shift = bins.rem_euclid(size as i64) as usize;
        let (head, tail) = other.spectrum.split_at(size - shift);
        let moved = tail.iter().chain(head);
        let mut cross: Vec<Complex32> =
            one.spectrum.iter().zip(moved).map(|(a, b)| a.conj() * b / size as f32).collect();
        transform(&mut cross, FftDirection::Inverse);
        let (lag, power) =
            cross.iter().map(Complex32::norm_sqr).enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let lag = if lag > size / 2 { lag as f64 - size as f64 } else { lag as f64 };
        Some((f64::from(power) / freedoms, lag, bins as f64 * bin_hz))
    });
    let (statistic, lag, shift_hz) = best.flatten().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let score = score_of(statistic, FAR_HYPOTHESES);
    Some(Correlation { statistic, hypotheses: FAR_HYPOTHESES, score, lag, shift_hz, cells: [0.0; CELLS] })
}
