//! S4, naive spoofer: an honest radio in the middle of the city whose owner asserts a place 15 km off, where it would be alone. It edits
//! nothing. Anchors time its beacons, and their differences place it where it is.

use geo_index::{Place, PlaceError, geodesy::destination};
use poc_verifier::CheckName;

use super::Villain;

pub(super) const NAME: &str = "naive-spoofer";
pub(super) const CAUGHT_BY: CheckName = CheckName::Place;

/// How far off, metres, and in which direction: inland, to the north-west.
const AWAY_M: f64 = 15_000.0;
const AZIMUTH_DEG: f64 = 315.0;

pub(super) struct NaiveSpoofer;

/// Truly in the middle; by its own word far out.
pub(super) fn places(centre: Place) -> Result<(Place, Place), PlaceError> {
    let asserted = destination(centre, AZIMUTH_DEG, AWAY_M)?.with_height_m(centre.height_m())?;
    Ok((centre, asserted))
}

impl Villain for NaiveSpoofer {}
