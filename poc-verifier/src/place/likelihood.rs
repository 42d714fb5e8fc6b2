//! How likely are these arrival times, if the transmitter stood there?

use geo_index::{
    Place, Tangent,
    geodesy::{LIGHT_M_PER_NS, destination},
};

use super::{Arrival, Fading};
use crate::robust::median;

/// Satellite clocks of an anchor, ns (notes/physics.md 6: 30 ns).
const CLOCK_NS: f64 = 30.0;
/// Echoes that shift an arrival either way, ns, after the median over eight channels.
const ECHO_NS: f64 = 60.0;
/// Mean lateness where the straight line is blocked, ns.
const LATE_NS: f64 = 400.0;
/// Share of blocked lines when nothing is known of them, and bounds on what fading may tell.
const BLOCKED: f64 = 0.37;
const BLOCKED_RANGE: (f64, f64) = (0.02, 0.98);
/// Of blocked lines so many are late.
const BLOCKED_LATE: f64 = 0.95;
/// Fading from channel to channel where the line is free and where it is blocked, dB (notes/physics.md 3f).
const FREE_DB: f64 = 2.0;
const BLOCKED_DB: f64 = 4.5;
/// Share of arrivals that are anything at all.
const ANYTHING: f64 = 0.05;
/// Width over which "anything at all" is spread, ns: 30 km of light.
const ANYTHING_NS: f64 = 100_000.0;
/// Standard errors from which the Gaussian's density, e^-50, is none beside "anything at all".
const NOTHING_SIGMAS: f64 = 10.0;
/// Moments of transmission that are looked at closely.
const MOMENTS: usize = 4;
/// Standard errors within which a time fits.
const FIT_SIGMAS: f64 = 4.0;

/// A likelihood over places, in metres east and north of the asserted one.
pub(super) struct Likelihood {
    asserted: Place,
    tangent: Tangent,
    stations: Vec<Station>,
}

struct Station {
    ecef_m: [f64; 3],
    east_north_m: [f64; 2],
    delay_ns: f64,
    sigma_ns: f64,
    /// Share of such arrivals that are late by echoes.
    late: f64,
}

impl Likelihood {
    pub(super) fn new(asserted: Place, arrivals: &[Arrival]) -> Self {
        let tangent = Tangent::at(asserted);
        let stations = arrivals
            .iter()
            .map(|arrival| {
                let [east, north, _] = tangent.east_north_up_m(arrival.anchor.place);
                Station {
                    ecef_m: arrival.anchor.place.ecef_m(),
                    east_north_m: [east, north],
                    delay_ns: arrival.delay_ns,
                    sigma_ns: arrival.sigma_ns.hypot(CLOCK_NS).hypot(ECHO_NS),
                    late: BLOCKED_LATE * blocked(arrival.fading),
                }
            })
            .collect();
        Self { asserted, tangent, stations }
    }

    pub(super) fn anchors(&self) -> usize {
        self.stations.len()
    }

    /// Anchors on the plane, metres east and north of the asserted place, and their arrivals in metres of light.
    pub(super) fn on_plane(&self) -> Vec<([f64; 2], f64)> {
        self.stations
            .iter()
            .map(|station| (station.east_north_m, station.delay_ns * LIGHT_M_PER_NS))
            .collect()
    }

    /// Log-likelihood at a place, the moment of transmission chosen for it.
    pub(super) fn at(&self, east_north_m: [f64; 2]) -> f64 {
        let leads = self.leads(east_north_m);
        self.sum(&leads, self.moment(&leads))
    }

    /// Anchors whose time fits a transmitter at this place.
    pub(super) fn fitting(&self, east_north_m: [f64; 2]) -> usize {
        let leads = self.leads(east_north_m);
        let moment = self.moment(&leads);
        let fits = |(lead, station): &(&f64, &Station)| {
            let error = *lead - moment;
            error > -FIT_SIGMAS * station.sigma_ns && error < FIT_SIGMAS * station.sigma_ns + 3.0 * LATE_NS
        };
        leads.iter().zip(&self.stations).filter(fits).count()
    }

    /// Range residuals, median and greatest, metres.
    pub(super) fn residuals_m(&self, east_north_m: [f64; 2]) -> (f64, f64) {
        let leads = self.leads(east_north_m);
        let moment = self.moment(&leads);
        let sizes: Vec<f64> = leads.iter().map(|lead| (lead - moment).abs() * LIGHT_M_PER_NS).collect();
        (median(&sizes).unwrap_or(0.0), sizes.iter().copied().fold(0.0, f64::max))
    }

    /// The place itself, at the asserted height.
    pub(super) fn place_of(&self, [east, north]: [f64; 2]) -> Option<Place> {
        destination(self.asserted, east.atan2(north).to_degrees(), east.hypot(north)).ok()
    }

    /// Arrivals less flight: all equal, but for errors, when the transmitter is there.
    pub(super) fn leads(&self, [east, north]: [f64; 2]) -> Vec<f64> {
        let from = self.tangent.ecef_m([east, north, 0.0]);
        let lead = |station: &Station| station.delay_ns - distance(from, station.ecef_m) / LIGHT_M_PER_NS;
        self.stations.iter().map(lead).collect()
    }

    /// Standard error of each arrival, and by how much its range grows per metre east and north.
    pub(super) fn directions(&self, [east, north]: [f64; 2]) -> Vec<(f64, [f64; 2])> {
        const STEP_M: f64 = 1.0;
        let range = |east: f64, north: f64, station: &Station| {
            distance(self.tangent.ecef_m([east, north, 0.0]), station.ecef_m)
        };
        let slope = |station: &Station| {
            let here = range(east, north, station);
            [range(east + STEP_M, north, station) - here, range(east, north + STEP_M, station) - here]
        };
        self.stations.iter().map(|station| (station.sigma_ns, slope(station))).collect()
    }

    /// The likeliest moment: one of the leads, moved to the middle of those that fit it.
    pub(super) fn moment(&self, leads: &[f64]) -> f64 {
        let mut tried: Vec<(u32, f64)> = leads.iter().map(|lead| (self.about(leads, *lead), *lead)).collect();
        tried.sort_by_key(|(explained, _)| std::cmp::Reverse(*explained));
        let tried = tried.into_iter().take(MOMENTS).map(|(_, lead)| (self.sum(leads, lead), lead));
        let Some((_, best)) = tried.max_by(|a, b| a.0.total_cmp(&b.0)) else { return 0.0 };
        let (mut weights, mut sum) = (0.0, 0.0);
        for (lead, station) in leads.iter().zip(&self.stations) {
            if (lead - best).abs() < 3.0 * station.sigma_ns {
                let weight = station.sigma_ns.powi(-2);
                weights += weight;
                sum += weight * lead;
            }
        }
        let middle = sum / weights.max(1e-12);
        if self.sum(leads, middle) > self.sum(leads, best) { middle } else { best }
    }

    /// How well a moment explains the leads, roughly and without a single exponential: which moments are worth a look.
    fn about(&self, leads: &[f64], moment: f64) -> u32 {
        // Log-likelihoods over "anything at all", rounded.
        let one = |(lead, station): (&f64, &Station)| match lead - moment {
            error_ns if error_ns.abs() < 2.0 * station.sigma_ns => 8,
            error_ns if error_ns > 0.0 && error_ns < LATE_NS => 6,
            error_ns if error_ns > 0.0 && error_ns < 4.0 * LATE_NS => 4,
            error_ns if error_ns.abs() < 4.0 * station.sigma_ns => 3,
            _ => 0,
        };
        leads.iter().zip(&self.stations).map(one).sum()
    }

    /// What each anchor's time says for one place over another.
    pub(super) fn ratios(&self, place: [f64; 2], other: [f64; 2]) -> Vec<f64> {
        let densities = |place: [f64; 2]| {
            let leads = self.leads(place);
            let moment = self.moment(&leads);
            let density = |(lead, station): (f64, &Station)| station.density(lead - moment);
            leads.into_iter().zip(&self.stations).map(density).collect::<Vec<f64>>()
        };
        densities(place).into_iter().zip(densities(other)).map(|(one, other)| (one / other).ln()).collect()
    }

    /// Log-likelihood; one logarithm for as many densities as do not underflow together.
    fn sum(&self, leads: &[f64], moment: f64) -> f64 {
        let group = |(leads, stations): (&[f64], &[Station])| {
            let density = |(lead, station): (&f64, &Station)| station.density(lead - moment);
            leads.iter().zip(stations).map(density).product::<f64>().ln()
        };
        leads.chunks(TOGETHER).zip(self.stations.chunks(TOGETHER)).map(group).sum()
    }
}

/// Densities are at least 5e-7 per nanosecond: of so many the product is a number.
const TOGETHER: usize = 16;

impl Station {
    /// Density of an arrival error, per nanosecond: clean, late by echoes, or anything.
    fn density(&self, error_ns: f64) -> f64 {
        let sigma_ns = self.sigma_ns;
        let sigmas = error_ns / sigma_ns;
        // Beyond these nothing is left of it; most trials are of far places.
        let gauss = if sigmas.abs() > NOTHING_SIGMAS { 0.0 } else { (-0.5 * sigmas * sigmas).exp() };
        let clean = gauss / (sigma_ns * std::f64::consts::TAU.sqrt());
        // Exponential when late, Gaussian when early, continuous at zero.
        let late = if error_ns > 0.0 { (-error_ns / LATE_NS).exp() } else { gauss };
        let late = late / (LATE_NS + sigma_ns * (0.5 * std::f64::consts::PI).sqrt());
        (1.0 - ANYTHING) * ((1.0 - self.late) * clean + self.late * late) + ANYTHING / ANYTHING_NS
    }
}

/// How likely a line is blocked, by how much levels differ from channel to channel.
///
/// Of `n` Gaussian levels of sample variance `v` the Bayes factor is `(f/b)^(n-1) exp((n-1) v (1/f^2 - 1/b^2) / 2)`.
fn blocked(fading: Option<Fading>) -> f64 {
    let prior = (BLOCKED / (1.0 - BLOCKED)).ln();
    let told = fading.map_or(0.0, |Fading { variance_db2, channels }| {
        let free = (channels.max(1) - 1) as f64;
        free * ((FREE_DB / BLOCKED_DB).ln() + 0.5 * variance_db2 * (FREE_DB.powi(-2) - BLOCKED_DB.powi(-2)))
    });
    (1.0 / (1.0 + (-prior - told).exp())).clamp(BLOCKED_RANGE.0, BLOCKED_RANGE.1)
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}
