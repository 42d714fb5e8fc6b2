//! What a link's ways do to a spectrum.
//!
//! ```text
//! H(f) = sum_k g_k exp(-j 2 pi (f_carrier + f) tau_k)
//! ```
//! By recurrence over the bins: every way is a phasor that turns by the same angle from bin to bin.

use std::f64::consts::TAU;

use num_complex::{Complex32, Complex64};

use crate::Echo;

/// Ways that are turned side by side.
const LANES: usize = 4;

/// A link's ways as they are seen around one carrier.
pub(crate) struct Response<'a> {
    echoes: &'a [Echo],
    rate_hz: f64,
    carrier_hz: f64,
}

/// [`LANES`] ways: their gains at the current bin, and how they turn to the next.
#[derive(Clone, Copy)]
struct Ways {
    re: [f64; LANES],
    im: [f64; LANES],
    turn_re: [f64; LANES],
    turn_im: [f64; LANES],
}

impl<'a> Response<'a> {
    pub(crate) fn new(echoes: &'a [Echo], rate_hz: f64, carrier_hz: f64) -> Self {
        Self { echoes, rate_hz, carrier_hz }
    }

    /// Multiplies a spectrum, bin 0 at the carrier, by the response and by `scale`.
    pub(crate) fn apply(&self, spectrum: &mut [Complex32], scale: f64) {
        let step_hz = self.rate_hz / spectrum.len() as f64;
        let negative = spectrum.len() / 2;
        let (upper, lower) = spectrum.split_at_mut(spectrum.len() - negative);
        self.along(self.carrier_hz - 0.5 * self.rate_hz, step_hz, scale, lower);
        self.along(self.carrier_hz, step_hz, scale, upper);
    }

    /// The same for bins that follow each other from `lowest_hz`.
    fn along(&self, lowest_hz: f64, step_hz: f64, scale: f64, bins: &mut [Complex32]) {
        let mut ways: Vec<Ways> =
            self.echoes.chunks(LANES).map(|echoes| Ways::new(echoes, lowest_hz, step_hz, scale)).collect();
        for bin in bins {
            let (mut re, mut im) = ([0.0; LANES], [0.0; LANES]);
            for ways in &mut ways {
                ways.next(&mut re, &mut im);
            }
            *bin *= Complex32::new(re.iter().sum::<f64>() as f32, im.iter().sum::<f64>() as f32);
        }
    }
}

impl Ways {
    fn new(echoes: &[Echo], lowest_hz: f64, step_hz: f64, scale: f64) -> Self {
        let mut ways =
            Self { re: [0.0; LANES], im: [0.0; LANES], turn_re: [0.0; LANES], turn_im: [0.0; LANES] };
        for (lane, echo) in echoes.iter().enumerate() {
            let turned = |hz: f64| Complex64::from_polar(1.0, -TAU * (hz * echo.excess_s).fract());
            let (now, turn) = (echo.gain * scale * turned(lowest_hz), turned(step_hz));
            (ways.re[lane], ways.im[lane]) = (now.re, now.im);
            (ways.turn_re[lane], ways.turn_im[lane]) = (turn.re, turn.im);
        }
        ways
    }

    /// Adds the ways at this bin, and turns them to the next.
    fn next(&mut self, re: &mut [f64; LANES], im: &mut [f64; LANES]) {
        for lane in 0..LANES {
            let (now_re, now_im) = (self.re[lane], self.im[lane]);
            re[lane] += now_re;
            im[lane] += now_im;
            self.re[lane] = now_re * self.turn_re[lane] - now_im * self.turn_im[lane];
            self.im[lane] = now_re * self.turn_im[lane] + now_im * self.turn_re[lane];
        }
    }
}
