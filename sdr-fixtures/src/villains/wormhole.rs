//! S9, wormhole: a radio on one side of the city records a beacon off the air, frame by frame; the network carries the samples to a
//! second radio, without a key, 30 m from an honest hotspot on the other side, which sends them again, 2 to 60 ms late, so softly that
//! nobody else hears it. The honest hotspot reports in good faith what it heard. The edge is impossible and must go; the hotspot did
//! nothing.

use std::collections::BTreeSet;

use ether::{Draw, Surroundings};
use geo_index::{
    Place, PlaceError,
    geodesy::{destination, geodesic_m},
};
use hotspot_agent::HeardBeacon;
use identity::PublicKey;
use poc_verifier::{
    CheckName,
    messages::{Report, ShortId},
    protocol::HOPS_MIN,
};

use super::{
    Recorded, Reemission, Villain, Window,
    cast::{Briefing, Cast, Fate, Lie, Member, Scene, Sheet},
    recording::Recording,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "wormhole",
    row: "S9",
    keys: 1,
    fate: Fate::Rejected(CheckName::Relay),
    cast: |scene| {
        let ear = scene.sites[0].place;
        let victim = victim(scene);
        let near = match victim {
            Some(victim) => beside(scene.honest[victim].place)?,
            None => ear,
        };
        let ppm = Draw::new(scene.seed, &[0x3042]).uniform(OFFSET_PPM.0, OFFSET_PPM.1);
        let member = Member { second: Some((near, ppm)), ..Member::at(ear).lying_about(Lie::None) };
        Ok(Cast { members: vec![member], victims: victim.into_iter().collect() })
    },
    mind: |briefing| Box::new(Wormhole::new(briefing)),
};

/// Latency of the network, ms, and how far the second crystal is off, ppm.
const LATENCY_MS: (f64, f64) = (2.0, 60.0);
const OFFSET_PPM: (f64, f64) = (0.2, 1.0);
/// From the victim to the second radio, metres, and what it sends with, dBm.
const BESIDE_M: f64 = 30.0;
const POWER_DBM: f64 = -40.0;
/// Beacons from nearer to the victim are not worth it: it hears them itself.
const WORTH_M: f64 = 4000.0;

/// How many kilometres a kilometre among houses is like.
const HOUSES: f64 = 2.0;

fn beside(victim: Place) -> Result<Place, PlaceError> {
    destination(victim, 90.0, BESIDE_M)?.with_height_m(victim.height_m())
}

/// The honest hotspot that hears least of the others, as far as a map tells; its clock follows PPS, and it is no anchor.
fn victim(scene: &Scene) -> Option<usize> {
    let able =
        (0..scene.honest.len()).filter(|index| !scene.anchors.contains(index) && scene.follow_pps[*index]);
    // Among houses a kilometre counts for more.
    let deaf = |index: &usize| {
        let site = &scene.honest[*index];
        let among_houses = if site.surroundings >= Surroundings::Urban { HOUSES } else { 1.0 };
        among_houses * geodesic_m(site.place, scene.centre)
    };
    able.max_by(|a, b| deaf(a).total_cmp(&deaf(b)))
}

struct Wormhole {
    seed: u64,
    victim: Option<(PublicKey, Place)>,
    /// Whom the victim is known to hear by itself: reports are public.
    heard_anyway: BTreeSet<ShortId>,
    pending: Option<Recording>,
    sent_again: Option<ShortId>,
}

impl Wormhole {
    fn new(briefing: &Briefing) -> Self {
        let victim = briefing.victims.first().copied();
        Self { seed: briefing.seed, victim, heard_anyway: BTreeSet::new(), pending: None, sent_again: None }
    }

    /// From the victim to whoever sent this, if it is too far to be heard, metres.
    fn worth_m(&self, window: &Window, beacon: &HeardBeacon) -> Option<f64> {
        let (_, place) = window.drawn.iter().find(|(key, _)| ShortId::of(key) == beacon.beacon)?;
        let far_m = geodesic_m(self.victim?.1, *place);
        (far_m > WORTH_M && !self.heard_anyway.contains(&beacon.beacon)).then_some(far_m)
    }
}

impl Villain for Wormhole {
    fn record(&mut self, window: &Window, captures: &[Recorded], heard: &[HeardBeacon]) {
        let mut worth: Vec<(f64, &HeardBeacon)> =
            heard.iter().filter_map(|beacon| Some((self.worth_m(window, beacon)?, beacon))).collect();
        worth.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.pending = worth.iter().find_map(|(_, beacon)| Recording::of(window, beacon, captures));
    }

    fn reemit(&mut self, window: &Window) -> Option<Reemission> {
        self.sent_again = None;
        let recording = self.pending.take().filter(|recording| recording.window == window.number)?;
        self.sent_again = Some(recording.of);
        let latency_ms = Draw::new(self.seed, &[0x3041, window.number]).uniform(LATENCY_MS.0, LATENCY_MS.1);
        Some(Reemission { of: recording.of, sent: recording.again((latency_ms * 1e6) as i64, POWER_DBM) })
    }

    fn reads_reveals(&self) -> bool {
        true
    }

    fn reveal_late(&mut self, _window: &Window, revealed: &[(PublicKey, Report)]) -> Vec<HeardBeacon> {
        let by_victim =
            revealed.iter().filter(|(witness, _)| self.victim.is_some_and(|(key, _)| key == *witness));
        let sent_again = self.sent_again;
        let heard = by_victim.map(|(_, report)| report).filter(|report| Some(report.beacon) != sent_again);
        self.heard_anyway
            .extend(heard.filter(|report| report.hops.len() >= HOPS_MIN).map(|report| report.beacon));
        Vec::new()
    }
}
