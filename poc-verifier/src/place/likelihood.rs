//! How likely are these arrival times, if the transmitter stood there?

use geo_index::{
    Place, Tangent,
    geodesy::{LIGHT_M_PER_NS, destination},
};

use super::Arrival;
use crate::robust::median;

/// Satellite clocks of an anchor, ns (notes/physics.md 6: 30 ns).
const CLOCK_NS: f64 = 30.0;
/// Echoes that shift an arrival either way, ns, after the median over eight channels.
const ECHO_NS: f64 = 60.0;
/// Mean lateness where the straight line is blocked, ns.
const LATE_NS: f64 = 400.0;
/// Shares of arrivals that are clean, late, and anything at all.
const CLEAN: f64 = 0.60;
const LATE: f64 = 0.35;
const ANYTHING: f64 = 0.05;
/// Width over which "anything at all" is spread, ns: 30 km of light.
const ANYTHING_NS: f64 = 100_000.0;
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
        let best = leads.iter().copied().max_by(|a, b| self.sum(leads, *a).total_cmp(&self.sum(leads, *b)));
        let Some(best) = best else { return 0.0 };
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

    fn sum(&self, leads: &[f64], moment: f64) -> f64 {
        leads
            .iter()
            .zip(&self.stations)
            .map(|(lead, station)| density(lead - moment, station.sigma_ns).ln())
            .sum()
    }
}

/// Density of an arrival error, per nanosecond: clean, late by echoes, or anything.
fn density(error_ns: f64, sigma_ns: f64) -> f64 {
    let gauss = (-0.5 * (error_ns / sigma_ns).powi(2)).exp();
    let clean = gauss / (sigma_ns * std::f64::consts::TAU.sqrt());
    // Exponential when late, Gaussian when early, continuous at zero.
    let late = if error_ns > 0.0 { (-error_ns / LATE_NS).exp() } else { gauss };
    let late = late / (LATE_NS + sigma_ns * (0.5 * std::f64::consts::PI).sqrt());
    CLEAN * clean + LATE * late + ANYTHING / ANYTHING_NS
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}
