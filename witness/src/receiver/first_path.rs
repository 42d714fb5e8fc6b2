//! When the first path arrived, and how sure that is: the one estimate that is limited by echoes and not by noise.
//!
//! A chip of 2 to 8 microseconds does not resolve echoes of 0.1 to 1 microsecond. They shift the strongest path that the fit sees
//! late by the mean excess delay, and scatter it, most where they cancel each other. What can still be told of them is in the shape
//! of the response `H(f)` over the band ([`super::response`]). With a direct path at `t0`, echoes that fade away exponentially with
//! `tau` after it, and `kappa` of the mean power `P` in the direct path, the response is Gaussian (Bello 1963; Greenstein et al. 1997
//! for `tau`):
//!
//! ```text
//! E[H(f) H*(f')] = P (kappa + (1 - kappa) / (1 + 2 pi j (f - f') tau)) exp(-2 pi j (f - f') t0)  + noise
//! ```
//! The likelihood of `t0` is a trigonometric polynomial `Q(t0)` for every `(tau, kappa, P)`; each gives a normal distribution around
//! its maximum (Laplace's method). Their mixture, weighed by likelihood and by what is known of such paths beforehand, gives mean
//! and standard error. A flat response is of few echoes and keeps the strongest path's time; one that slopes is corrected and
//! doubted. Of several frames over one path, on different carriers, `Q` is the sum: a composite likelihood, which takes them for
//! independent and is therefore believed less (Varin, Reid and Firth, An overview of composite likelihood methods, 2011).

use std::f64::consts::TAU as TURN;

use num_complex::Complex64;

use super::response::{BINS, ChannelResponse};
use crate::surroundings::{KINDS, SPREADS_NS};

/// Mean power over the power that this frame came with: it may be above it, and far below in a fade.
const FADES: [f64; 6] = [0.3, 0.6, 1.2, 2.4, 7.0, 40.0];
/// Power of the likelihood that counts. A few real echoes are no Gaussian process; taken at its word the likelihood is five times too
/// sure in a street, so half of it is believed (Holmes and Walker, Assigning a value to a power likelihood, 2017).
const TRUST: f64 = 0.5;
/// How far a further frame over the same path is no news: carriers of one band fade alike.
const ALIKE: f64 = 0.2;
/// Where the maximum is looked for, in spreads before the strongest path, and steps towards it.
const STARTS: [f64; 8] = [-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0];
const STEPS: usize = 8;

/// Arrival of the first path, relative to the strongest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FirstPath {
    /// Chips after the strongest; usually negative.
    pub(crate) delay_chips: f64,
    /// Standard error, chips.
    pub(crate) sigma_chips: f64,
}

type Square = [[Complex64; BINS]; BINS];

/// What one hypothesis says.
#[derive(Clone, Copy)]
struct Say {
    ln_weight: f64,
    delay: f64,
    variance: f64,
}

/// A frame's response relative to the instant that all frames share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameView {
    pub(crate) response: ChannelResponse,
    /// How far it is believed, 0 to 1.
    pub(crate) share: f64,
}

impl FirstPath {
    /// Where the response says nothing: anywhere within a chip of the strongest.
    pub(crate) const UNKNOWN: Self = Self { delay_chips: 0.0, sigma_chips: 1.0 };

    /// From frames of this chip rate over one path. `None` of none.
    pub(crate) fn of(frames: &[FrameView], chip_rate_hz: f64) -> Option<Self> {
        let count: f64 = frames.iter().map(|frame| frame.share).sum();
        let power = frames.iter().map(|frame| frame.share * frame.response.power()).sum::<f64>() / count;
        let trust = TRUST / (1.0 + ALIKE * (count - 1.0).max(0.0));
        let mut says = Vec::with_capacity(SPREADS_NS.len() * KINDS.len() * FADES.len());
        for spread_ns in SPREADS_NS {
            let spread = spread_ns * 1e-9 * chip_rate_hz;
            for kind in KINDS {
                for fade in FADES {
                    let say = hypothesis(frames, spread, kind.direct, fade * power, trust);
                    says.extend(
                        say.map(|say| Say { ln_weight: say.ln_weight + kind.ln_prior(spread_ns), ..say }),
                    );
                }
            }
        }
        mixture(&says)
    }
}

/// Mean of all that is said, and how sure it is.
fn mixture(says: &[Say]) -> Option<FirstPath> {
    let most = says.iter().map(|say| say.ln_weight).fold(f64::NEG_INFINITY, f64::max);
    let (mut weight, mut mean, mut square) = (0.0, 0.0, 0.0);
    for say in says {
        let own = (say.ln_weight - most).exp();
        weight += own;
        mean += own * say.delay;
        square += own * (say.variance + say.delay * say.delay);
    }
    let (mean, square) = (mean / weight, square / weight);
    // The correction is a model's: it is doubted by its own size, which makes this the root of the mean square about zero.
    let sigma_chips = square.sqrt();
    (mean.is_finite() && sigma_chips.is_finite()).then_some(FirstPath { delay_chips: mean, sigma_chips })
}

/// The distribution of `t0` with everything else given; `None` where it has no maximum nearby.
fn hypothesis(frames: &[FrameView], spread: f64, direct: f64, power: f64, trust: f64) -> Option<Say> {
    // Q(t) = sum_k c_k exp(2 pi j k t / BINS), k the distance of two parts; c of -k is the conjugate.
    let mut coefficients = [Complex64::ZERO; BINS];
    let mut ln_determinants = 0.0;
    for FrameView { response, share } in frames {
        let (inverse, ln_determinant) = invert(&covariance(response, spread, direct, power))?;
        ln_determinants += share * ln_determinant;
        for (row, values) in inverse.iter().enumerate() {
            for (column, value) in values.iter().enumerate().skip(row) {
                let product = response.gains[row].conj() * value * response.gains[column] * share;
                coefficients[column - row] += product * if column == row { 1.0 } else { 2.0 };
            }
        }
    }
    let value = |delay: f64| polynomial(&coefficients, delay)[0];
    let starts = STARTS.map(|start| -start * spread);
    let mut delay = starts.into_iter().min_by(|a, b| value(*a).total_cmp(&value(*b)))?;
    for _ in 0..STEPS {
        let [_, slope, curvature] = polynomial(&coefficients, delay);
        // Where it is not convex, downhill.
        let step = if curvature > 0.0 { slope / curvature } else { slope.signum() };
        delay -= step.clamp(-0.5, 0.5);
    }
    let [value, _, curvature] = polynomial(&coefficients, delay);
    if curvature <= 0.0 {
        return None;
    }
    // Minus log-likelihood is Q; the curvature of a normal distribution's is one over its variance.
    let value = trust * (-value - ln_determinants);
    Some(Say { ln_weight: value - 0.5 * curvature.ln(), delay, variance: 1.0 / (trust * curvature) })
}

/// Q and its first two derivatives.
fn polynomial(coefficients: &[Complex64; BINS], delay: f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    let step = Complex64::from_polar(1.0, TURN * delay / BINS as f64);
    let mut turn = Complex64::ONE;
    for (k, coefficient) in coefficients.iter().enumerate() {
        let rate = TURN * k as f64 / BINS as f64;
        let term = coefficient * turn;
        turn *= step;
        sums[0] += term.re;
        sums[1] -= rate * term.im;
        sums[2] -= rate * rate * term.re;
    }
    sums
}

/// Covariance of the response when the first path stands where the strongest does.
fn covariance(response: &ChannelResponse, spread: f64, direct: f64, power: f64) -> Square {
    let mut covariance = [[Complex64::ZERO; BINS]; BINS];
    for (row, values) in covariance.iter_mut().enumerate() {
        for (column, value) in values.iter_mut().enumerate() {
            let apart = (row as f64 - column as f64) / BINS as f64;
            *value = power * (direct + (1.0 - direct) / Complex64::new(1.0, TURN * apart * spread));
        }
        values[row] += response.variances[row];
    }
    covariance
}

/// Inverse and logarithm of the determinant of a Hermitian positive definite matrix, by Gauss-Jordan in place.
fn invert(matrix: &Square) -> Option<(Square, f64)> {
    let mut work = *matrix;
    let mut ln_determinant = 0.0;
    for pivot in 0..BINS {
        let diagonal = work[pivot][pivot].re;
        if diagonal.is_nan() || diagonal <= 0.0 {
            return None;
        }
        ln_determinant += diagonal.ln();
        work[pivot][pivot] = Complex64::ONE;
        work[pivot].iter_mut().for_each(|value| *value /= diagonal);
        let row = work[pivot];
        for (other, values) in work.iter_mut().enumerate() {
            if other != pivot {
                let factor = std::mem::take(&mut values[pivot]);
                values.iter_mut().zip(row).for_each(|(value, own)| *value -= factor * own);
            }
        }
    }
    Some((work, ln_determinant))
}
