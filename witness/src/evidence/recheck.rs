//! A stated frame against shown samples: the measurements again, from the quantised integers.
//!
//! 1. Phase and carrier are fitted about the statement; time and clock stay as stated. Over the few
//!    milliseconds of a snippet an honest carrier may be some hertz off what it was on average, and that must
//!    not look like anything else.
//! 2. Arrival is fitted beside them where the samples can tell the three apart: not in a piece of one chirp,
//!    where a shift in time looks like one in frequency.
//! 3. The replica is taken out, and what is left is looked at beside the guard.
//! 4. Each payload symbol is held against the replica eighth by eighth ([`SymbolParts`]): whether it is there from its beginning on.
//!
//! Numbers come back, not verdicts. They are linear about the statement; of samples that it misses by far,
//! the level says so.

use super::{
    Beside, InvalidStatement, Noise, Snippet, StatedFrame, SymbolParts,
    subtraction::{Laid, Stage, TAPS},
};
use crate::{
    Estimate,
    receiver::{EPS, Matrix, NU, Normal, TAU, Trajectory, Vector, correct_about, invert, multiply},
};

/// Gauss-Newton passes at most.
const PASSES: usize = 3;
/// A step that turns no sample by more than this is none: of a frame at 20 dB it is a seventh of the standard error.
const SETTLED_RAD: f64 = 3e-4;
/// dB of a relative amplitude error.
const DB_PER_AMPLITUDE: f64 = 20.0 / std::f64::consts::LN_10;

/// What the samples say about a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Recheck {
    /// Samples of the frame among those shown.
    pub samples: usize,
    /// Measured amplitude over the stated, dB.
    pub level_db: Estimate,
    /// Measured carrier offset less the stated, Hz.
    pub cfo_hz: Estimate,
    /// Measured arrival less the stated, ns; `None` where the samples cannot tell it from the carrier.
    pub arrival_ns: Option<Estimate>,
    /// What is left with one complex gain.
    pub residual: Residual,
    /// What is left with the short filter, which takes echoes along.
    pub filtered: Residual,
    /// The guard as noise; `None` without one of enough samples.
    pub guard: Option<Noise>,
    /// Kept samples between the end of the guard and the stated arrival, where a guard was shown.
    pub guard_gap_samples: Option<f64>,
    /// How strong the frame is within each payload symbol that was shown whole.
    pub symbols: Vec<SymbolParts>,
}

/// What is left of the samples without the replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    /// As noise.
    pub noise: Noise,
    /// Beside the guard; `None` without a guard of enough samples.
    pub beside_guard: Option<Beside>,
}

/// Why samples cannot be looked at.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum RecheckError {
    /// The statement is none.
    #[error(transparent)]
    Statement(#[from] InvalidStatement),
    /// Too few samples of the frame as stated.
    #[error("{0} samples are of the frame; at least {min} are needed", min = Recheck::SAMPLES_MIN)]
    NotInFrame(usize),
    /// Nothing is left of the samples, to the last bit.
    #[error("no noise is left in the samples")]
    Silent,
}

impl Recheck {
    /// Samples of the frame that are needed.
    pub const SAMPLES_MIN: usize = 2 * Noise::SAMPLES_MIN;
}

/// Looks at samples of a frame, and at its guard where that is shown too.
///
/// # Errors
/// [`RecheckError`] when there is nothing to be measured, never because of what is measured.
pub fn recheck(
    stated: &StatedFrame,
    samples: &Snippet,
    guard: Option<&Snippet>,
) -> Result<Recheck, RecheckError> {
    stated.check()?;
    let stage = Stage::of(samples.position(), &samples.samples());
    let lay = |path: &Trajectory| Laid::of(stated.chirps(), stated.payload.incoherent, path, &stage);
    let first = lay(&stated.trajectory());
    let covered = first.covered();
    if covered < Recheck::SAMPLES_MIN {
        return Err(RecheckError::NotInFrame(covered));
    }
    let Fitted { path, laid, sums } = fit_carrier(stated.trajectory(), first, samples.len(), lay);
    let before = guard.and_then(|guard| Noise::of(&guard.samples(), 0, guard.rounding_power()));
    let left = |rest: &[_], fitted: usize| {
        let noise = Noise::of(rest, fitted + laid.turns(), samples.rounding_power())?;
        let beside_guard = before.as_ref().and_then(|guard| noise.beside(guard));
        Some(Residual { noise, beside_guard })
    };
    // Level, phase and carrier are three real numbers: two complex ones at most.
    let residual = left(&laid.less_gain(), 2).ok_or(RecheckError::Silent)?;
    let modelled = laid.with_echoes();
    let filtered = left(&modelled.left(), TAPS + 1).ok_or(RecheckError::Silent)?;
    let noise = filtered.noise.power;
    let chip_rate_hz = f64::from(stated.bandwidth.hz());
    let carrier = Fit::of(&sums, &[TAU, EPS]);
    let arrival = Fit::of(&sums, &[EPS]).map(|fit| fit.estimate(TAU, noise, &sums));
    Ok(Recheck {
        samples: covered,
        level_db: level_db(&sums, stated.gain.norm(), noise),
        cfo_hz: Estimate {
            value: (path.nu - stated.trajectory().nu) * chip_rate_hz,
            sigma: carrier.map_or(f64::INFINITY, |fit| fit.estimate(NU, noise, &sums).sigma) * chip_rate_hz,
        },
        arrival_ns: arrival.map(|chips| Estimate {
            value: chips.value / chip_rate_hz * 1e9,
            sigma: chips.sigma / chip_rate_hz * 1e9,
        }),
        residual,
        filtered,
        guard: before,
        guard_gap_samples: guard.map(|guard| gap(stated, guard)),
        symbols: SymbolParts::of(stated, &path, &modelled),
    })
}

/// The path with the samples' own phase and carrier, the replica laid along it, and its sums.
struct Fitted<'a> {
    path: Trajectory,
    laid: Laid<'a>,
    sums: Normal,
}

fn fit_carrier<'a>(
    mut path: Trajectory,
    first: Laid<'a>,
    samples: usize,
    lay: impl Fn(&Trajectory) -> Laid<'a>,
) -> Fitted<'a> {
    let about_stated = first.sums();
    let turn = about_stated.coherent.arg();
    path.theta += turn;
    let (mut laid, mut sums) = (first.turned(turn), about_stated.turned(turn));
    for _ in 0..PASSES {
        let Some(fit) = Fit::of(&sums, &[TAU, EPS]) else { break };
        let half_chips = 0.5 * samples as f64 / path.samples_per_chip();
        if fit.step[0].abs() + std::f64::consts::TAU * fit.step[NU].abs() * half_chips < SETTLED_RAD {
            break;
        }
        correct_about(&mut path, fit.step, laid.middle_chip);
        laid = lay(&path);
        sums = laid.sums();
    }
    Fitted { path, laid, sums }
}

/// A least-squares step with some parameters held where they are.
struct Fit {
    step: Vector,
    inverse: Matrix,
}

impl Fit {
    /// `None` when the samples cannot tell the free parameters apart, or show no signal.
    fn of(sums: &Normal, held: &[usize]) -> Option<Self> {
        let (mut gram, mut gradient) = (sums.gram, sums.gradient());
        for &parameter in held {
            gram[parameter] = Vector::default();
            for row in &mut gram {
                row[parameter] = 0.0;
            }
            gram[parameter][parameter] = 1.0;
            gradient[parameter] = 0.0;
        }
        let inverse = invert(&gram)?;
        let step = multiply(&inverse, &gradient).map(|value| value / sums.amplitude());
        step.iter().all(|value| value.is_finite()).then_some(Self { step, inverse })
    }

    /// A parameter's step and its standard error in noise of this power a sample.
    fn estimate(&self, parameter: usize, noise: f64, sums: &Normal) -> Estimate {
        let variance = self.inverse[parameter][parameter] * noise / (2.0 * sums.amplitude().powi(2));
        Estimate { value: self.step[parameter], sigma: variance.sqrt() }
    }
}

fn level_db(sums: &Normal, stated: f64, noise: f64) -> Estimate {
    let amplitude = sums.amplitude();
    let sigma = (noise / (2.0 * amplitude.powi(2) * sums.samples)).sqrt();
    Estimate { value: 20.0 * (amplitude / stated).log10(), sigma: DB_PER_AMPLITUDE * sigma }
}

fn gap(stated: &StatedFrame, guard: &Snippet) -> f64 {
    stated.first_sample - guard.position() as f64 - guard.len() as f64
}

#[cfg(test)]
mod recheck_tests;
