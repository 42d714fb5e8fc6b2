//! Distances, directions and the time that light takes.
//!
//! Along the ground: the geodesic of the WGS-84 ellipsoid by C. F. F. Karney, "Algorithms for geodesics", J. Geodesy
//! 87 (2013) 43-55, doi:10.1007/s00190-012-0578-z; exact to nanometres, also for nearly antipodal points.
//!
//! Through the air: radio takes the straight line, and heights count (300 m of height difference at 1 km is 44 m of
//! extra path, 147 ns). [`slant_range_m`] is therefore the chord between the two points in earth-centred coordinates:
//!
//! ```text
//! slant = | ecef(a) - ecef(b) |
//! ```
//!
//! On the ellipsoid itself (h = 0) chord and geodesic s are related by chord = 2 R sin(s / 2R), R the radius of
//! curvature along the line, so s - chord = s^3 / 24 R^2: 1.0 mm at 10 km. At equal heights h the chord grows by the
//! factor (1 + h / R): 16 mm at 10 km and 10 m of height. Both are in [`slant_range_m`] by construction; nothing of it
//! is approximated. What is left out is the bending of the ray (4/3 earth): its path is longer than the chord by less
//! than 1 mm at 10 km.

use geo::{Bearing, Destination, Distance, Geodesic, Point};

use crate::{Place, PlaceError};

/// Metres that light travels in one nanosecond of air at sea level: c / 1.0003 (ITU-R P.453: N about 300). In vacuum
/// light would be 3 m ahead after 10 km.
pub const LIGHT_M_PER_NS: f64 = 0.299_792_458 / 1.000_3;

/// Shortest distance along the ellipsoid, in metres; heights do not count.
pub fn geodesic_m(a: Place, b: Place) -> f64 {
    Geodesic.distance(point(a), point(b))
}

/// Azimuth at `from` of the geodesic to `to`: degrees clockwise from north, 0..360. Equal places have azimuth 0 or 180.
pub fn azimuth_deg(from: Place, to: Place) -> f64 {
    Geodesic.bearing(point(from), point(to)).rem_euclid(360.0)
}

/// The place reached from `start` along the geodesic that leaves at `azimuth_deg` (clockwise from north) after
/// `distance_m` metres, at the height of `start`.
///
/// # Errors
/// [`PlaceError::NotFinite`] when the azimuth or the distance is NaN or infinite.
pub fn destination(start: Place, azimuth_deg: f64, distance_m: f64) -> Result<Place, PlaceError> {
    for (field, value) in [("azimuth", azimuth_deg), ("distance", distance_m)] {
        if !value.is_finite() {
            return Err(PlaceError::NotFinite { field, value });
        }
    }
    let end = Geodesic.destination(point(start), azimuth_deg, distance_m);
    Place::from_degrees(end.y(), end.x(), start.height_m())
}

/// Length in metres of the straight line between two places, heights included: the path of a radio signal.
pub fn slant_range_m(a: Place, b: Place) -> f64 {
    let ([ax, ay, az], [bx, by, bz]) = (a.ecef_m(), b.ecef_m());
    ((ax - bx).powi(2) + (ay - by).powi(2) + (az - bz).powi(2)).sqrt()
}

/// Nanoseconds that a radio signal needs from `a` to `b` through air: slant range / [`LIGHT_M_PER_NS`].
pub fn light_delay_ns(a: Place, b: Place) -> f64 {
    slant_range_m(a, b) / LIGHT_M_PER_NS
}

fn point(place: Place) -> Point<f64> {
    Point::new(place.lng_deg(), place.lat_deg())
}

#[cfg(test)]
#[path = "geodesy_tests.rs"]
mod geodesy_tests;
