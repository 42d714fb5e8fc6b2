//! S15, spoofed satellites: somebody plays satellite to one anchor, and its pulse ramps off to 10 us, three kilometres of light. The
//! anchor is honest and does not know. What it times is untrue and none of it may condemn anybody: each place is what most anchors
//! agree on.

use ether::Clock;

use super::{
    PlaysAlong,
    cast::{Cast, Fate, Lie, Member, Sheet},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "spoofed-clock",
    row: "S15",
    keys: 1,
    fate: Fate::InVain,
    cast: |scene| {
        let clock = Clock::Pulled { bias_ns: 15.0, jitter_ns: 20.0, rate_ns_s: RATE_NS_S, most_ns: MOST_NS };
        let place = scene.sites[0].place;
        let member = Member { anchor: true, clock: Some(clock), ..Member::at(place).lying_about(Lie::Times) };
        let others = (0..scene.honest.len()).filter(|index| !scene.anchors.contains(index));
        Ok(Cast { members: vec![member], victims: others.collect() })
    },
    mind: |_| Box::new(PlaysAlong),
};

/// How fast its time is pulled away, and how far. Slowly enough that no receiver notices: half a minute.
const RATE_NS_S: f64 = 330.0;
const MOST_NS: f64 = 10_000.0;
