//! S14, framers: three anchors, named in genesis, who want one honest hotspot gone. They agree on a place 5 km from where it stands, and
//! shift the arrivals of its beacons and answers in their reports to what they would have been from there; everything else they say is
//! true. The other anchors' times agree on where it is, and blame takes more than half of those who tested it.

use geo_index::{
    Place,
    geodesy::{destination, geodesic_m, light_delay_ns},
};
use hotspot_agent::HeardBeacon;
use poc_verifier::messages::ShortId;

use super::{
    Villain, Whispers, Window,
    cast::{Briefing, Cast, Fate, Lie, Member, Scene, Sheet},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "framers",
    row: "S14",
    keys: KEYS,
    fate: Fate::InVain,
    cast: |scene| {
        let member = |site: &crate::city::Site| Member {
            anchor: true,
            ..Member::at(site.place).lying_about(Lie::VictimsTimes)
        };
        let members = scene.sites[..KEYS].iter().map(member).collect();
        Ok(Cast { members, victims: victim(scene).into_iter().collect() })
    },
    mind: |briefing| Box::new(Framer::new(briefing)),
};

const KEYS: usize = 3;
/// From the victim to where they say that it is, metres.
const FRAMED_M: f64 = 5000.0;
const AZIMUTH_DEG: f64 = 20.0;

/// The honest hotspot nearest to the middle that is no anchor: whom most can hear.
fn victim(scene: &Scene) -> Option<usize> {
    let able = (0..scene.honest.len()).filter(|index| !scene.anchors.contains(index));
    let off = |index: &usize| geodesic_m(scene.honest[*index].place, scene.centre);
    able.min_by(|a, b| off(a).total_cmp(&off(b)))
}

struct Framer {
    /// The victim, and by how much its arrivals are shifted, ns.
    victim: Option<(ShortId, i64)>,
}

impl Framer {
    fn new(briefing: &Briefing) -> Self {
        let shift_ns = |place: Place| {
            let framed = destination(place, AZIMUTH_DEG, FRAMED_M).ok()?;
            Some(light_delay_ns(framed, briefing.place) - light_delay_ns(place, briefing.place))
        };
        let victim = briefing.victims.first();
        let victim =
            victim.and_then(|(key, place)| Some((ShortId::of(key), shift_ns(*place)?.round() as i64)));
        Self { victim }
    }
}

impl Villain for Framer {
    fn testify(
        &mut self,
        _window: &Window,
        mut heard: Vec<HeardBeacon>,
        _whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        if let Some((victim, shift_ns)) = self.victim {
            for hop in heard.iter_mut().filter(|beacon| beacon.beacon == victim).flat_map(|of| &mut of.hops) {
                hop.arrival_ns += shift_ns;
            }
        }
        heard
    }
}
