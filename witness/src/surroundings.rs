//! What is known of radio paths before one is measured: four kinds, from streets without sight to open country.
//!
//! A direct path with a share `kappa` of the mean power, and echoes after it that fade away exponentially with a delay spread `tau`,
//! itself log-normal (Greenstein et al., A new path-gain/delay-spread propagation model, 1997; notes/physics.md section 2 at 1 km).

/// Delay spreads considered, ns.
pub(crate) const SPREADS_NS: [f64; 10] =
    [35.0, 70.0, 140.0, 280.0, 400.0, 560.0, 800.0, 1600.0, 3200.0, 6400.0];
/// All kinds, each as likely.
pub(crate) const KINDS: [Kind; 4] = [
    Kind { direct: 0.01, spread_median_ns: 500.0 },
    Kind { direct: 0.5, spread_median_ns: 400.0 },
    Kind { direct: 0.8, spread_median_ns: 300.0 },
    Kind { direct: 0.909, spread_median_ns: 100.0 },
];
/// Standard deviation of the spread's logarithm: 4 dB.
const SPREAD_SIGMA_LN: f64 = 0.92;

/// A kind of path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// Share of the mean power that comes straight.
    pub(crate) direct: f64,
    spread_median_ns: f64,
}

impl Kind {
    /// Log-density of a delay spread, up to a constant.
    pub(crate) fn ln_prior(self, spread_ns: f64) -> f64 {
        let unusual = (spread_ns / self.spread_median_ns).ln() / SPREAD_SIGMA_LN;
        -0.5 * unusual * unusual
    }
}
