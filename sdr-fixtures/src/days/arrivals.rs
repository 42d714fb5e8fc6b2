//! When anchors heard a hotspot's own beacon.

use geo_index::{Place, geodesy::light_delay_ns};
use poc_verifier::{
    PlaceVerdict,
    place::{self, Arrival, Timed, fadings},
    protocol::HOPS,
};

use super::{Dice, Site, villains::Villain};

/// Clocks of anchors, and the estimator's error of a median over eight hops, ns.
const CLOCK_NS: f64 = 30.0;
const ESTIMATE_NS: f64 = 20.0;

/// What the anchors that heard its own beacon say of where it stands.
pub(super) fn judge_place(
    site: &Site,
    stands: Place,
    villain: Option<&dyn Villain>,
    dice: &mut Dice,
) -> PlaceVerdict {
    let mut arrivals = heard(site, stands, villain, dice);
    if let Some(villain) = villain {
        villain.shift(site.party.place, stands, &mut arrivals, dice);
    }
    place::judge(&site.party, &[arrivals])
}

fn heard<'a>(
    site: &'a Site,
    stands: Place,
    villain: Option<&dyn Villain>,
    dice: &mut Dice,
) -> Vec<Arrival<'a>> {
    let deaf = if site.difficult { 0.5 } else { 0.0 };
    let silent = villain.is_some_and(|villain| !villain.transmits());
    let (mut arrivals, mut levels_db) = (Vec::new(), Vec::new());
    for link in &site.links {
        if silent || dice.happens(deaf) {
            continue;
        }
        let error_ns = dice.normal(CLOCK_NS) + dice.normal(ESTIMATE_NS * site.worse()) + link.late_ns;
        let delay_ns = light_delay_ns(stands, link.anchor.place) + error_ns;
        arrivals.push(Arrival {
            anchor: &link.anchor,
            delay_ns,
            sigma_ns: ESTIMATE_NS,
            hops: 8,
            timed: Timed::ByPps,
            fading: None,
        });
        let fading_db = link.fading_db(site);
        levels_db.push((0..HOPS).map(|hop| (hop, dice.normal(fading_db))).collect());
    }
    for (arrival, fading) in arrivals.iter_mut().zip(fadings(&levels_db)) {
        arrival.fading = fading;
    }
    arrivals
}
