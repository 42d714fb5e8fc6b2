//! S4, naive spoofer: an honest radio in the middle of the city whose owner asserts a place 15 km off, where it would be alone. It edits
//! nothing. Anchors time its beacons, and their differences place it where it is.

use geo_index::geodesy::destination;
use poc_verifier::CheckName;

use super::{
    PlaysAlong,
    cast::{Cast, Fate, Member, Sheet},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "naive-spoofer",
    row: "S4",
    keys: 1,
    fate: Fate::Rejected(CheckName::Place),
    cast: |scene| {
        let centre = scene.centre;
        let asserted = destination(centre, AZIMUTH_DEG, AWAY_M)?.with_height_m(centre.height_m())?;
        Ok(Cast::one(Member::at(centre).asserting(asserted)))
    },
    mind: |_| Box::new(PlaysAlong),
};

/// How far off, metres, and in which direction: inland, to the north-west.
const AWAY_M: f64 = 15_000.0;
const AZIMUTH_DEG: f64 = 315.0;
