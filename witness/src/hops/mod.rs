//! A beacon's hops taken together: one arrival, one carrier, one clock, from frames on different carriers.
//!
//! What limits a single frame is echoes, and they interfere differently on every carrier.
//!
//! 1. **Arrival.** Given the power `P_k` that a hop came with, echoes of spread `tau` scatter its delay by `tau sqrt(P / 2 P_k)` (the
//!    derivative of a Gaussian process given its value: Rice 1948): so hops count by power, and those that fit nothing count little
//!    ([`robust_mean`]). The mean is late by the echoes' mean delay, about as much as hops of mean power scatter.
//! 2. **First path.** The likelihood of [`crate::HeardFrame::first_path_ns`] with one path for all hops: their powers, delays and the
//!    shapes of their responses tell together how long the echoes last, and with it what the mean delay is. Hops of one band fade
//!    alike, so eight are not trusted eight times as much.
//! 3. **Carrier and clock.** `cfo_k = eps f_k` of one pair of oscillators, and sample clocks of the same pair, unless somebody
//!    resampled: so both are given, each by itself.

mod robust_mean;

use self::robust_mean::{RobustMean, Value};
use crate::{
    Bandwidth, ChannelResponse, Estimate,
    receiver::{FirstPath, FrameView},
};

/// How far an oscillator wanders between hops, Hz: what is left of a warm crystal and its Doppler (notes/physics.md section 1).
const WANDER_HZ: f64 = 2.0;
/// Scatter of arrivals to begin with, ns, where a hop came with the mean power: that of a suburb. How much the hops really scatter
/// scales the result's standard error.
const SCATTER_NS: f64 = 150.0;

/// What was measured of one hop, with everything that its transmitter announced taken out: planned start, frequency and power dither.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hop {
    /// Carrier frequency, Hz.
    pub carrier_hz: f64,
    /// Arrival of the middle, ns after any common origin; standard error of noise alone.
    pub arrival_ns: Estimate,
    /// Response of the channel, where it is known.
    pub response: Option<ChannelResponse>,
    /// Power, dB above anything common.
    pub power_db: f64,
    /// Carrier offset, Hz.
    pub cfo_hz: Estimate,
    /// Sample-clock offset, parts per million.
    pub sfo_ppm: Estimate,
}

/// A beacon's hops taken together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CombinedHops {
    /// Arrival by the strongest paths, ns, weighed by power; later than the first path by the echoes' mean delay. Standard error
    /// with that delay, as far as the hops' scatter tells it.
    pub arrival_ns: Estimate,
    /// Arrival of the first path, ns, where a response is known; standard error with all that echoes do.
    pub first_path_ns: Option<Estimate>,
    /// Carrier offset over carrier frequency, parts per million.
    pub carrier_ppm: Estimate,
    /// Sample-clock offset, parts per million.
    pub clock_ppm: Estimate,
    /// Hops that were taken.
    pub hops: usize,
}

/// Takes hops of one bandwidth together; those with a number that is none, or a standard error that is not positive, are left out.
/// `None` when no hop is left.
pub fn combine_hops(bandwidth: Bandwidth, hops: &[Hop]) -> Option<CombinedHops> {
    let hops: Vec<Hop> = hops.iter().copied().filter(Hop::is_sound).collect();
    let arrivals = arrivals(&hops)?;
    let carrier = hops.iter().map(|hop| Value {
        value: hop.cfo_hz.value / hop.carrier_hz * 1e6,
        sigma: hop.cfo_hz.sigma.hypot(WANDER_HZ) / hop.carrier_hz * 1e6,
    });
    let clock = hops.iter().map(|hop| Value { value: hop.sfo_ppm.value, sigma: hop.sfo_ppm.sigma });
    Some(CombinedHops {
        arrival_ns: Estimate {
            // The mean is late by about as much as single hops scatter.
            sigma: arrivals.mean.sigma.hypot(arrivals.scatter * SCATTER_NS),
            ..arrivals.mean
        },
        first_path_ns: first_path(bandwidth, &hops, &arrivals),
        carrier_ppm: RobustMean::of(&carrier.collect::<Vec<_>>())?.mean,
        clock_ppm: RobustMean::of(&clock.collect::<Vec<_>>())?.mean,
        hops: hops.len(),
    })
}

/// Step 1.
fn arrivals(hops: &[Hop]) -> Option<RobustMean> {
    let power = |hop: &Hop| 10_f64.powf(hop.power_db / 10.0);
    let mean_power = hops.iter().map(power).sum::<f64>() / hops.len() as f64;
    let value = |hop: &Hop| Value {
        value: hop.arrival_ns.value,
        sigma: (SCATTER_NS * (0.5 * mean_power / power(hop)).sqrt()).hypot(hop.arrival_ns.sigma),
    };
    RobustMean::of(&hops.iter().map(value).collect::<Vec<_>>())
}

/// Step 2.
fn first_path(bandwidth: Bandwidth, hops: &[Hop], arrivals: &RobustMean) -> Option<Estimate> {
    let chips_to_ns = 1e9 / f64::from(bandwidth.hz());
    let origin_ns = arrivals.mean.value;
    let view = |(hop, share): (&Hop, &f64)| {
        let late_chips = (hop.arrival_ns.value - origin_ns) / chips_to_ns;
        hop.response.map(|response| FrameView { response: response.delayed(late_chips), share: *share })
    };
    let views: Vec<FrameView> = hops.iter().zip(&arrivals.shares).filter_map(view).collect();
    let first = FirstPath::of(&views, f64::from(bandwidth.hz()))?;
    Some(Estimate {
        value: origin_ns + first.delay_chips * chips_to_ns,
        sigma: first.sigma_chips * chips_to_ns,
    })
}

impl Hop {
    /// Whether every number is one, and standard errors are positive.
    fn is_sound(&self) -> bool {
        let estimates = [self.arrival_ns, self.cfo_hz, self.sfo_ppm];
        let sound = |estimate: Estimate| {
            estimate.value.is_finite() && estimate.sigma.is_finite() && estimate.sigma > 0.0
        };
        estimates.into_iter().all(sound)
            && self.response.is_none_or(|response| response.is_sound())
            && self.power_db.is_finite()
            && self.carrier_hz.is_finite()
            && self.carrier_hz > 0.0
    }
}
