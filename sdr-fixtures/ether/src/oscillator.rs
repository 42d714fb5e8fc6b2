//! A radio's one crystal: carrier and sample clock err together.

use crate::TrueTime;

/// Relative frequency error of a crystal over time: a fixed offset and a slow swing with temperature.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Oscillator {
    /// Offset, parts per million; positive when the crystal is fast.
    pub offset_ppm: f64,
    /// Amplitude of the swing, ppm.
    pub swing_ppm: f64,
    /// Period of the swing, seconds; 0 for none.
    pub swing_period_s: f64,
    /// Phase of the swing at time zero, cycles.
    pub swing_phase_cycles: f64,
}

impl Oscillator {
    /// What a clock that counts this crystal's cycles has gained since time zero, ns: the integral of the error.
    pub fn gained_ns(&self, time: TrueTime) -> f64 {
        let seconds = time.as_seconds();
        let turned = |cycles: f64| (std::f64::consts::TAU * cycles).cos();
        let swing_ppm_s = if self.swing_period_s > 0.0 {
            let (from, to) =
                (self.swing_phase_cycles, seconds / self.swing_period_s + self.swing_phase_cycles);
            self.swing_ppm * self.swing_period_s / std::f64::consts::TAU * (turned(from) - turned(to))
        } else {
            0.0
        };
        (self.offset_ppm * seconds + swing_ppm_s) * 1e3
    }

    /// Relative error (dimensionless) at a time; a burst or a stream takes it at its start and keeps it.
    pub fn error_at(&self, time: TrueTime) -> f64 {
        let swing = if self.swing_period_s > 0.0 {
            let cycles = time.as_seconds() / self.swing_period_s + self.swing_phase_cycles;
            self.swing_ppm * (std::f64::consts::TAU * cycles).sin()
        } else {
            0.0
        };
        (self.offset_ppm + swing) * 1e-6
    }
}
