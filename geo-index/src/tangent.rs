//! The plane that touches the ellipsoid at a place: east, north, up in metres.
//!
//! For whoever solves for a position (arrival differences against an asserted place): walk in metres here, turn each
//! candidate into earth-centred coordinates once, and compare with [`Place::ecef_m`] of the anchors. Being linear, it is
//! exact as a coordinate change; it is not the ground, which falls away below it by d^2 / 2R (7.8 m at 10 km).

use crate::Place;

/// An orthonormal frame at a place: origin in earth-centred coordinates and three unit vectors.
#[derive(Clone, Copy, Debug)]
pub struct Tangent {
    origin_m: [f64; 3],
    axes: [[f64; 3]; 3],
}

impl Tangent {
    /// The frame that touches at `origin`, heights counted from `origin` itself.
    pub fn at(origin: Place) -> Self {
        let (sin_lat, cos_lat) = origin.lat_deg().to_radians().sin_cos();
        let (sin_lng, cos_lng) = origin.lng_deg().to_radians().sin_cos();
        Self {
            origin_m: origin.ecef_m(),
            axes: [
                [-sin_lng, cos_lng, 0.0],
                [-sin_lat * cos_lng, -sin_lat * sin_lng, cos_lat],
                [cos_lat * cos_lng, cos_lat * sin_lng, sin_lat],
            ],
        }
    }

    /// East, north and up of a place as seen from the origin, in metres.
    pub fn east_north_up_m(&self, place: Place) -> [f64; 3] {
        let there = place.ecef_m();
        let offset = [0, 1, 2].map(|i| there[i] - self.origin_m[i]);
        self.axes.map(|axis| axis[0] * offset[0] + axis[1] * offset[1] + axis[2] * offset[2])
    }

    /// Earth-centred coordinates of a point given by east, north and up of the origin, all in metres.
    pub fn ecef_m(&self, east_north_up_m: [f64; 3]) -> [f64; 3] {
        let [east, north, up] = self.axes;
        let [e, n, u] = east_north_up_m;
        [0, 1, 2].map(|i| self.origin_m[i] + east[i] * e + north[i] * n + up[i] * u)
    }
}

#[cfg(test)]
#[path = "tangent_tests.rs"]
mod tangent_tests;
