//! Do two witnesses' phases from hop to hop come out of one receiver?
//!
//! A frame's carrier phase is despread over some 7000 chips, so that noise which a clone adds hardly moves it: `sigma = 1 / sqrt(2 SNR chips)`.
//! Of two keys behind one receiver the phases differ, over a beacon's hops, by a constant, a delay and a carrier offset, whatever each key was given; of two
//! receivers by what their channels' echoes do to each carrier besides:
//!
//! ```text
//! d_i = c + a f_i + b t_i + r_i        c, a, b fitted to phases that wrap: the best of a grid, then least squares
//! s^2 = sum r_i^2 / (n - 3)            clone: sigma^2 chi^2 / (n - 3)        honest: ln s ~ t5(ln S, W)
//! score = ln p(s | clone) - ln p(s | honest)
//! ```
//! The honest spread is what the simulated air has (`ether`, rural to street canyon, 300 m to 8 km: medians 0.03 to 0.7 rad; test `honest_phases_scatter_as_stated`). Echoes
//! turn the phase smoothly over the 2.1 MHz of a beacon, and a straight line takes most of that: in open country a few hundredths of a radian are left, no more than a clone has.
//! So one beacon never convicts: the score ends near 4. It is for a day's sum over beacons of *different* hotspots: echoes stand still, and the
//! same beaconer's next one says the same again.
//!
//! Source: notes/physics.md 3d; Rician phases of K = 10 dB at best.

use crate::{edge::HeardHop, robust::ln_t5};

/// Fewest hops that both heard.
pub const HOPS_MIN: usize = 5;
/// Numbers that are fitted.
const FITTED: usize = 3;
/// Points of the grid along delay and along carrier offset, over one turn between neighbouring hops: four a lobe of eight hops.
const GRID: usize = 32;
/// Points of it that least squares start from.
const STARTS: usize = 24;
/// Least-squares steps after the grid.
const STEPS: usize = 4;
/// What arrival errors and rounding leave in a phase, radians.
const FLOOR_RAD: f64 = 0.01;
/// A report that states less noise than this is not believed to have none, nor more to have any phase.
const SIGMA_MAX_RAD: f64 = 0.3;
/// Honest residuals: the logarithm's middle and width.
const HONEST_MIDDLE_RAD: f64 = 0.2;
const HONEST_WIDTH: f64 = 1.2;

/// Phases of one hop at two witnesses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhasePair {
    /// Carrier frequency of the hop, Hz.
    pub carrier_hz: f64,
    /// When it was sent, seconds after anything common.
    pub time_s: f64,
    /// One witness's phase less the other's, radians.
    pub difference_rad: f64,
    /// Its standard error by noise, radians.
    pub sigma_rad: f64,
}

impl PhasePair {
    /// Hops that both witnesses heard; a frame has so many chips.
    pub fn of(one: &[HeardHop], other: &[HeardHop], chips: f64) -> Vec<Self> {
        let both = one.iter().filter_map(|own| {
            let theirs = other.iter().find(|theirs| theirs.plan == own.plan)?;
            let phase = |hop: &HeardHop| (f64::from(hop.hop.phase_mdeg) * 1e-3).to_radians();
            let variance = |hop: &HeardHop| 0.5 / (chips * 10_f64.powf(0.1 * hop.snr_db()));
            Some(Self {
                carrier_hz: own.carrier_hz(),
                time_s: own.plan.start_ns as f64 * 1e-9,
                difference_rad: phase(own) - phase(theirs),
                sigma_rad: (variance(own) + variance(theirs)).sqrt(),
            })
        });
        both.collect()
    }
}

/// Log-likelihood ratio of one receiver over two; `None` with fewer than five hops on carriers and at times of their own.
pub fn score(pairs: &[PhasePair]) -> Option<f64> {
    let residual_rad = residual_rad(pairs)?;
    let freedoms = (pairs.len() - FITTED) as f64;
    let variance = pairs.iter().map(|pair| pair.sigma_rad.clamp(0.0, SIGMA_MAX_RAD).powi(2)).sum::<f64>();
    let sigma_rad = (variance / pairs.len() as f64).sqrt().hypot(FLOOR_RAD);
    // Residuals that are better than any are as good as the best: both densities are of the logarithm.
    let over = (residual_rad / sigma_rad).max(0.3);
    let clone = ln_chi(over, freedoms);
    let honest = ln_t5((over * sigma_rad / HONEST_MIDDLE_RAD).ln(), HONEST_WIDTH);
    Some(clone - honest)
}

/// What is left of the phases without constant, delay and carrier offset: its root mean square a degree of freedom, radians.
pub fn residual_rad(pairs: &[PhasePair]) -> Option<f64> {
    let numbers = |pair: &PhasePair| [pair.carrier_hz, pair.time_s, pair.difference_rad, pair.sigma_rad];
    if pairs.len() < HOPS_MIN || !pairs.iter().flat_map(numbers).all(f64::is_finite) {
        return None;
    }
    let carriers = steps(pairs.iter().map(|pair| pair.carrier_hz))?;
    let times = steps(pairs.iter().map(|pair| pair.time_s))?;
    let turns: Vec<f64> = pairs.iter().map(|pair| pair.difference_rad / std::f64::consts::TAU).collect();
    let starts = coarse(&turns, &carriers, &times).into_iter();
    starts.map(|start| fine(&turns, &carriers, &times, start)).min_by(f64::total_cmp)
}

/// Values in units of their smallest difference, about their mean. `None` when two are the same, or so near that the others are out of reach.
fn steps(values: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
    let values: Vec<f64> = values.collect();
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let step = sorted.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let span = sorted[sorted.len() - 1] - sorted[0];
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (step > 0.0 && span / step < 1e3).then(|| values.iter().map(|value| (value - mean) / step).collect())
}

/// Turns a step of carrier, and a step of time, with which the phases agree best: lines a whole turn apart agree nearly as well, and which of them
/// leaves least only least squares tell.
fn coarse(turns: &[f64], carriers: &[f64], times: &[f64]) -> Vec<(f64, f64)> {
    let phasor = |turns: f64| num_complex::Complex64::from_polar(1.0, std::f64::consts::TAU * turns.fract());
    let row = |steps: &[f64], point: usize| -> Vec<_> {
        steps.iter().map(|step| phasor(-step * point as f64 / GRID as f64)).collect()
    };
    let along_time: Vec<Vec<_>> = (0..GRID).map(|point| row(times, point)).collect();
    let mut points = Vec::with_capacity(GRID * GRID);
    for delay in 0..GRID {
        let turned: Vec<_> =
            row(carriers, delay).iter().zip(turns).map(|(a, turns)| a * phasor(*turns)).collect();
        for (offset, row) in along_time.iter().enumerate() {
            let sum: num_complex::Complex64 = turned.iter().zip(row).map(|(a, b)| a * b).sum();
            points.push((sum.norm_sqr(), (delay as f64 / GRID as f64, offset as f64 / GRID as f64)));
        }
    }
    points.sort_by(|a, b| b.0.total_cmp(&a.0));
    points.into_iter().take(STARTS).map(|(_, start)| start).collect()
}

/// Least squares from there; what is left, radians.
fn fine(turns: &[f64], carriers: &[f64], times: &[f64], (delay, offset): (f64, f64)) -> f64 {
    let wrapped = |turns: f64| turns - turns.round();
    let left = |[constant, delay, offset]: [f64; FITTED]| -> Vec<f64> {
        let line = carriers.iter().zip(times).map(|(f, t)| constant + delay * f + offset * t);
        turns.iter().zip(line).map(|(turns, line)| wrapped(turns - line)).collect()
    };
    let sum: num_complex::Complex64 = left([0.0, delay, offset])
        .iter()
        .map(|turns| num_complex::Complex64::from_polar(1.0, std::f64::consts::TAU * turns))
        .sum();
    let mut at = [sum.arg() / std::f64::consts::TAU, delay, offset];
    for _ in 0..STEPS {
        let Some(step) = straight_line(&left(at), carriers, times) else { break };
        for (value, step) in at.iter_mut().zip(step) {
            *value += step;
        }
    }
    let squares: f64 = left(at).iter().map(|turns| turns.powi(2)).sum();
    std::f64::consts::TAU * (squares / (turns.len() - FITTED) as f64).sqrt()
}

/// Constant and slopes of a plane; the steps are about their means. `None` when the slopes cannot be told apart.
fn straight_line(values: &[f64], carriers: &[f64], times: &[f64]) -> Option<[f64; FITTED]> {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let (ff, ft, tt) = (dot(carriers, carriers), dot(carriers, times), dot(times, times));
    let (fv, tv) = (dot(carriers, values), dot(times, values));
    let determinant = ff * tt - ft * ft;
    let constant = values.iter().sum::<f64>() / values.len() as f64;
    (determinant > 1e-6 * ff * tt)
        .then(|| [constant, (tt * fv - ft * tv) / determinant, (ff * tv - ft * fv) / determinant])
}

/// Log-density of the logarithm of `x` when `x^2` is chi-square over its degrees of freedom.
fn ln_chi(x: f64, freedoms: f64) -> f64 {
    let half = 0.5 * freedoms;
    std::f64::consts::LN_2 + half * half.ln() - ln_gamma(half) + freedoms * x.ln() - half * x * x
}

/// Log-gamma of a multiple of a half, from 1/2 on.
fn ln_gamma(x: f64) -> f64 {
    let (mut value, mut below) =
        if x.fract() == 0.0 { (0.0, 1.0) } else { (0.5 * std::f64::consts::PI.ln(), 0.5) };
    while below < x {
        value += f64::ln(below);
        below += 1.0;
    }
    value
}

#[cfg(test)]
mod phase_tests;
