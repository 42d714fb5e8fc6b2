//! S8, synthetic clique: four keys without a radio, asserted about the middle of the city, among anchors. A simulator sends their
//! beacons to each other: every one is witnessed by all others with perfect data, samples, echoes and answers included. Nobody outside
//! hears any of it, so no anchor places them and the graph's gate stays shut: unproven, and unpaid. Nothing accuses them; an honest
//! hotspot in the desert looks the same.

use geo_index::geodesy::destination;

use super::{
    PlaysAlong,
    cast::{Air, Cast, Fate, Member, Sheet},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "synthetic-clique",
    row: "S8",
    keys: KEYS,
    fate: Fate::Unpaid,
    cast: |scene| {
        let member = |key: usize| {
            let azimuth_deg = 360.0 / KEYS as f64 * key as f64;
            let place =
                destination(scene.centre, azimuth_deg, APART_M)?.with_height_m(scene.centre.height_m())?;
            Ok(Member::at(place).asserting(place).sending(Air::Simulated).hearing(Air::Simulated))
        };
        Ok(Cast { members: (0..KEYS).map(member).collect::<Result<_, _>>()?, victims: Vec::new() })
    },
    mind: |_| Box::new(PlaysAlong),
};

const KEYS: usize = 4;
/// From the middle to each, metres.
const APART_M: f64 = 900.0;
