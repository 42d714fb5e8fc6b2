//! The ground under the geodesic between two places.

use crate::{
    Place,
    geodesy::{azimuth_deg, destination, geodesic_m},
};

/// Longest path that a profile is drawn of, metres: beyond it hardly anything is heard along the ground.
pub const PATH_M_MAX: f64 = 150_000.0;
/// Most steps of a profile; longer paths have wider ones.
const STEPS_MAX: usize = 5_000;
/// Fewest: bilinear ground between the nodes of a coarse grid is looked at, too.
const STEPS_MIN: usize = 8;
/// Between points of the geodesic at most this far apart, latitude and longitude are interpolated: at 60 degrees of latitude the line is
/// 0.14 m off then.
const LEG_M: f64 = 2_000.0;

/// Heights of the ground at equal steps along the geodesic, both ends included.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Length along the ellipsoid, metres.
    pub distance_m: f64,
    /// Ground above the ellipsoid, metres; never fewer than three.
    pub ground_m: Vec<f64>,
}

impl Profile {
    /// Draws a profile with about a point every `step_m`; `None` when the places are one, the path is longer than [`PATH_M_MAX`], or the
    /// ground is not known somewhere on it.
    pub(super) fn draw(
        (from, to): (Place, Place),
        step_m: f64,
        mut ground_m: impl FnMut(f64, f64) -> Option<f64>,
    ) -> Option<Self> {
        let distance_m = geodesic_m(from, to);
        if !(1.0..=PATH_M_MAX).contains(&distance_m) {
            return None;
        }
        let steps = ((distance_m / step_m).ceil() as usize).clamp(STEPS_MIN, STEPS_MAX);
        let corners = corners(from, to, distance_m)?;
        let legs = corners.len() - 1;
        let heights = (0..=steps).map(|step| {
            let along = step as f64 / steps as f64 * legs as f64;
            let leg = (along as usize).min(legs - 1);
            let ((lat, lng), (next_lat, next_lng)) = (corners[leg], corners[leg + 1]);
            let part = along - leg as f64;
            let lng_deg = lng + part * half_turns(next_lng - lng);
            ground_m(lat + part * (next_lat - lat), half_turns(lng_deg))
        });
        Some(Self { distance_m, ground_m: heights.collect::<Option<_>>()? })
    }

    /// Distance between its points, metres.
    pub fn step_m(&self) -> f64 {
        self.distance_m / (self.ground_m.len() - 1) as f64
    }

    /// Distance from the start and ground, metres both, of every point.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let last = (self.ground_m.len() - 1) as f64;
        self.ground_m
            .iter()
            .enumerate()
            .map(move |(index, ground_m)| (self.distance_m * index as f64 / last, *ground_m))
    }
}

/// Latitude and longitude, degrees, at equal legs along the geodesic.
fn corners(from: Place, to: Place, distance_m: f64) -> Option<Vec<(f64, f64)>> {
    let legs = (distance_m / LEG_M).ceil().max(1.0) as usize;
    let azimuth_deg = azimuth_deg(from, to);
    let between = (1..legs).map(|leg| {
        let at = destination(from, azimuth_deg, distance_m * leg as f64 / legs as f64).ok()?;
        Some((at.lat_deg(), at.lng_deg()))
    });
    let ends = [from, to].map(|end| Some((end.lat_deg(), end.lng_deg())));
    std::iter::once(ends[0]).chain(between).chain([ends[1]]).collect()
}

/// The same angle between -180 and 180 degrees.
fn half_turns(deg: f64) -> f64 {
    (deg + 180.0).rem_euclid(360.0) - 180.0
}
