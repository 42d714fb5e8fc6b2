//! A point on or above the WGS-84 ellipsoid, in integers.
//!
//! Integers, because a place is signed, hashed and compared: the same place must be the same bytes on every machine.
//! The steps are far below what radio can resolve: 1e-7 degree is at most 11.2 mm (0.04 ns of light), 1 dm of height
//! is 0.33 ns.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// WGS-84 semi-major axis, metres (NIMA TR8350.2, table 3.1).
pub(crate) const SEMI_MAJOR_M: f64 = 6_378_137.0;
/// WGS-84 flattening (NIMA TR8350.2, table 3.1).
pub(crate) const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared, e^2 = f (2 - f).
pub(crate) const ECCENTRICITY_SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);

const E7: f64 = 1e7;
const LAT_E7_MAX: i32 = 900_000_000;
const HALF_TURN_E7: i32 = 1_800_000_000;
const HEIGHT_DM_MIN: i32 = -10_000;
const HEIGHT_DM_MAX: i32 = 200_000;

/// A WGS-84 point: latitude and longitude in 1e-7 degree, height above the *ellipsoid* in decimetres.
///
/// Ranges: latitude -90..=90 degrees, longitude -180..180 degrees (180 is stored as -180, so that one meridian has one
/// name), height -1,000..=20,000 m. A map's height above sea level differs from this one by the geoid, up to 106 m.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Place {
    lat_e7: i32,
    lng_e7: i32,
    height_dm: i32,
}

/// The serialized form, validated on the way in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    lat_e7: i32,
    lng_e7: i32,
    height_dm: i32,
}

/// Why numbers are no place.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// A coordinate is NaN or infinite.
    #[error("{field} is {value}, not a finite number")]
    NotFinite {
        /// Name of the coordinate.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A coordinate lies outside its range.
    #[error("{field} {value} is outside {min}..={max}")]
    OutOfRange {
        /// Name of the coordinate.
        field: &'static str,
        /// What was given.
        value: f64,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
    },
}

impl Place {
    /// A place from degrees and metres above the ellipsoid, rounded to the nearest step.
    ///
    /// # Errors
    /// [`PlaceError`] when a value is not finite or outside the ranges of [`Place`].
    pub fn from_degrees(lat_deg: f64, lng_deg: f64, height_m: f64) -> Result<Self, PlaceError> {
        let lat_deg = checked("latitude", lat_deg, -90.0, 90.0)?;
        let lng_deg = checked("longitude", lng_deg, -180.0, 180.0)?;
        let height_m =
            checked("height", height_m, f64::from(HEIGHT_DM_MIN) / 10.0, f64::from(HEIGHT_DM_MAX) / 10.0)?;
        Ok(Self {
            lat_e7: (lat_deg * E7).round() as i32,
            lng_e7: canonical_lng((lng_deg * E7).round() as i32),
            height_dm: (height_m * 10.0).round() as i32,
        })
    }

    /// A place from its own integer units: 1e-7 degree, 1e-7 degree, decimetres above the ellipsoid.
    ///
    /// # Errors
    /// [`PlaceError::OutOfRange`] outside the ranges of [`Place`].
    pub fn from_integers(lat_e7: i32, lng_e7: i32, height_dm: i32) -> Result<Self, PlaceError> {
        checked_integer("latitude_e7", lat_e7, -LAT_E7_MAX, LAT_E7_MAX)?;
        checked_integer("longitude_e7", lng_e7, -HALF_TURN_E7, HALF_TURN_E7)?;
        checked_integer("height_dm", height_dm, HEIGHT_DM_MIN, HEIGHT_DM_MAX)?;
        Ok(Self { lat_e7, lng_e7: canonical_lng(lng_e7), height_dm })
    }

    /// The same ground position at another height above the ellipsoid, in metres.
    ///
    /// # Errors
    /// [`PlaceError`] when the height is not finite or outside -1,000..=20,000 m.
    pub fn with_height_m(self, height_m: f64) -> Result<Self, PlaceError> {
        Self::from_degrees(self.lat_deg(), self.lng_deg(), height_m)
    }

    /// Latitude in 1e-7 degree, north positive.
    pub fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude in 1e-7 degree, east positive, -180..180 degrees.
    pub fn lng_e7(self) -> i32 {
        self.lng_e7
    }

    /// Height above the ellipsoid in decimetres.
    pub fn height_dm(self) -> i32 {
        self.height_dm
    }

    /// Geodetic latitude in degrees, north positive.
    pub fn lat_deg(self) -> f64 {
        f64::from(self.lat_e7) / E7
    }

    /// Longitude in degrees, east positive, -180..180.
    pub fn lng_deg(self) -> f64 {
        f64::from(self.lng_e7) / E7
    }

    /// Height above the ellipsoid in metres.
    pub fn height_m(self) -> f64 {
        f64::from(self.height_dm) / 10.0
    }

    /// Earth-centred, earth-fixed coordinates in metres: x through 0 N 0 E, y through 0 N 90 E, z through the north pole.
    ///
    /// N = a / sqrt(1 - e^2 sin^2 lat); x = (N + h) cos lat cos lng; y = (N + h) cos lat sin lng;
    /// z = (N (1 - e^2) + h) sin lat (NIMA TR8350.2, 4.3).
    pub fn ecef_m(self) -> [f64; 3] {
        let (sin_lat, cos_lat) = self.lat_deg().to_radians().sin_cos();
        let (sin_lng, cos_lng) = self.lng_deg().to_radians().sin_cos();
        let normal_m = SEMI_MAJOR_M / (1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat).sqrt();
        let across_m = (normal_m + self.height_m()) * cos_lat;
        let up_m = (normal_m * (1.0 - ECCENTRICITY_SQUARED) + self.height_m()) * sin_lat;
        [across_m * cos_lng, across_m * sin_lng, up_m]
    }
}

impl TryFrom<Fields> for Place {
    type Error = PlaceError;

    fn try_from(fields: Fields) -> Result<Self, PlaceError> {
        Self::from_integers(fields.lat_e7, fields.lng_e7, fields.height_dm)
    }
}

impl From<Place> for Fields {
    fn from(place: Place) -> Self {
        Self { lat_e7: place.lat_e7, lng_e7: place.lng_e7, height_dm: place.height_dm }
    }
}

/// The antimeridian has one name: -180.
fn canonical_lng(lng_e7: i32) -> i32 {
    if lng_e7 == HALF_TURN_E7 { -HALF_TURN_E7 } else { lng_e7 }
}

fn checked(field: &'static str, value: f64, min: f64, max: f64) -> Result<f64, PlaceError> {
    if !value.is_finite() {
        return Err(PlaceError::NotFinite { field, value });
    }
    if !(min..=max).contains(&value) {
        return Err(PlaceError::OutOfRange { field, value, min, max });
    }
    Ok(value)
}

fn checked_integer(field: &'static str, value: i32, min: i32, max: i32) -> Result<f64, PlaceError> {
    checked(field, f64::from(value), f64::from(min), f64::from(max))
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod place_tests;
