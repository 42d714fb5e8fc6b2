//! Where a frame's chips are in the sample stream, and how its carrier turns: the four numbers that synchronisation is about.
//!
//! With the anchor at the first chip of the SFD, chip `n` of the transmitter stands at sample
//!
//! ```text
//! p(n) = anchor + n R / (1 + eps)
//! ```
//! and there its carrier has turned by `theta + 2 pi nu (p(n) - anchor) / R`, on top of the chirp's own phase. `R` is samples a
//! chip of the receiver, `nu` the carrier offset in cycles a chip, `eps` the clock offset (positive when the transmitter is fast).
//!
//! Small errors show as a phase error of the despread chip, linear in them:
//!
//! ```text
//! e(n) = d_theta + 2 pi n d_nu - 2 pi f(n) d_tau + 2 pi f(n) n d_eps
//! ```
//! with `f(n)` the chirp's instantaneous frequency in cycles a chip. Least squares over that line is maximum likelihood.

/// Carrier and clock of one frame as its receiver sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Trajectory {
    /// Working-rate sample (fractional) of the first SFD chip.
    pub(crate) anchor_sample: f64,
    /// Working-rate samples a chip of the receiver's own clock.
    pub(crate) rate: f64,
    /// Carrier offset, cycles a chip.
    pub(crate) nu: f64,
    /// Clock offset, dimensionless.
    pub(crate) eps: f64,
    /// Carrier phase at the anchor, radians.
    pub(crate) theta: f64,
}

/// Number of parameters: phase, carrier, time, clock.
pub(crate) const PARAMETERS: usize = 4;
/// Index of the time parameter, in chips.
pub(crate) const TAU: usize = 2;
/// Index of the clock parameter.
pub(crate) const EPS: usize = 3;
/// Index of the carrier parameter, in cycles a chip.
pub(crate) const NU: usize = 1;

/// Largest step of the clock that samples of a transmitter ask for; a crystal's whole offset is a tenth of it.
const CLOCK_STEP_MAX: f64 = 1e-3;
/// The same of the time, chips: a carrier's length and a clock step make no more.
const TIME_STEP_MAX_CHIPS: f64 = 1e5;

impl Trajectory {
    /// Whether this is a path that can be followed. Samples as no receiver has them (1e30, where squares overflow) lead to others.
    pub(crate) fn is_path(&self) -> bool {
        [self.anchor_sample, self.nu, self.eps, self.theta].iter().all(|value| value.is_finite())
            && self.eps.abs() < 0.1
    }

    /// Samples between two chips of the transmitter.
    pub(crate) fn samples_per_chip(&self) -> f64 {
        self.rate / (1.0 + self.eps)
    }

    /// Where chip `n`, counted from the anchor, is.
    pub(crate) fn sample_of_chip(&self, chip: f64) -> f64 {
        self.anchor_sample + chip * self.samples_per_chip()
    }

    /// The same path, counted from chip `chip` of the old anchor.
    pub(crate) fn counted_from(&self, chip: f64) -> Self {
        let anchor_sample = self.sample_of_chip(chip);
        let turned =
            std::f64::consts::TAU * self.cfo_cycles_per_sample() * (anchor_sample - self.anchor_sample);
        Self { anchor_sample, theta: self.theta + turned, ..*self }
    }

    /// Carrier offset in cycles a working-rate sample.
    pub(crate) fn cfo_cycles_per_sample(&self) -> f64 {
        self.nu / self.rate
    }

    /// Moves every parameter by a least-squares step about the anchor. Moving the anchor leaves the carrier where it is in the
    /// receiver's time, so the phase that is counted from the anchor moves along. A step that no transmitter's samples ask for leaves no
    /// path: nothing is read along it.
    pub(crate) fn correct(&mut self, step: [f64; PARAMETERS]) {
        if !(step[EPS].abs() <= CLOCK_STEP_MAX && step[TAU].abs() <= TIME_STEP_MAX_CHIPS) {
            self.anchor_sample = f64::NAN;
        }
        self.theta += step[0] + std::f64::consts::TAU * self.nu * step[TAU];
        self.nu += step[NU];
        self.anchor_sample += step[TAU] * self.rate;
        self.eps += step[EPS];
    }
}
