//! What villains do in a window besides what agents do: send again, make something of what was heard, copy.

use std::collections::BTreeSet;

use geo_index::Place;
use hotspot_agent::HeardBeacon;
use identity::PublicKey;
use poc_verifier::{
    Sealed, WindowBook, answer,
    messages::{Hop, Report, Reveal, ShortId},
    protocol::HOPS_MIN,
};

use super::{
    World,
    air::{Stretches, send},
};
use crate::{
    roster::Role,
    tally::{Airborne, Helped},
    villains::{Villainy, Whispers, Window},
};

/// Two readings of one frame are no farther apart, ns.
const SAME_NS: u64 = 100_000;

impl World {
    /// Beacons that somebody sends again from elsewhere while the window runs: whose, and by whom.
    pub(super) fn reemit(
        &mut self,
        drawn: &[(PublicKey, Place)],
        stretches: &mut Stretches,
    ) -> Vec<(ShortId, Villainy)> {
        let (number, era) = (self.window, self.era());
        let start_ns = self.window_start_ms(number) as i64 * 1_000_000;
        let mut sent_again = Vec::new();
        for hotspot in &mut self.hotspots {
            let villainy = hotspot.villainy();
            let (Some(second), Some(mind), Some(villainy)) = (hotspot.second, &mut hotspot.mind, villainy)
            else {
                continue;
            };
            let window =
                Window { number, start_ns, protocol: &self.protocol, drawn, own_place: hotspot.asserted };
            if let Some(again) = mind.reemit(&window) {
                for transmission in &again.sent {
                    stretches.shared.push(send(&mut self.ether, era, second, transmission));
                }
                sent_again.push((again.of, villainy));
            }
        }
        sent_again
    }

    /// Joins what was heard later to what was heard before. Frames in a stretch that was listened to twice count once; edges that owe
    /// frames to somebody who sent them again are forged.
    pub(super) fn join(
        &self,
        heard: &mut [Vec<HeardBeacon>],
        later: Vec<Vec<HeardBeacon>>,
        sent_again: &[(ShortId, Villainy)],
    ) -> Airborne {
        let mut airborne = Airborne::new();
        for ((hotspot, heard), mut later) in self.hotspots.iter().zip(heard).zip(later) {
            for more in &mut later {
                let known = heard.iter().find(|known| known.beacon == more.beacon);
                drop_known(more, known);
                let forger = sent_again.iter().find(|(of, _)| *of == more.beacon);
                let Some((_, villainy)) = forger.filter(|_| adds_frames(more, known)) else { continue };
                let beaconer = self.hotspots.iter().find(|other| ShortId::of(&other.key) == more.beacon);
                if let Some(beaconer) = beaconer {
                    let part = Helped { by: *villainy, owes_it: frames(known).len() < HOPS_MIN };
                    airborne.insert((self.window, beaconer.key, hotspot.key), part);
                }
            }
            later.retain(|more| !more.hops.is_empty());
            HeardBeacon::join(heard, later);
        }
        airborne
    }

    /// What villains make of what was heard.
    pub(super) fn testify(&mut self, drawn: &[(PublicKey, Place)], heard: &mut [Vec<HeardBeacon>]) {
        let (protocol, number) = (&self.protocol, self.window);
        let start_ns = self.window_start_ms(number) as i64 * 1_000_000;
        let window = |own_place| Window { number, start_ns, protocol, drawn, own_place };
        // The leaker's friend is the honest hotspot with the best ears of the window.
        let leaked = heard.iter().zip(&self.hotspots).filter(|(_, hotspot)| hotspot.role == Role::Honest);
        let leaked = leaked
            .map(|(heard, _)| heard)
            .max_by_key(|heard| heard.iter().map(|beacon| beacon.hops.len()).sum::<usize>());
        let leaked = leaked.cloned().unwrap_or_default();
        let mut first_key = Vec::new();
        for (hotspot, heard) in self.hotspots.iter_mut().zip(heard) {
            let Some(villainy) = hotspot.villainy() else { continue };
            // A villain's keys stand in a row, the first one first.
            if hotspot.part.member == 0 {
                first_key = if villainy.keys() > 1 { heard.clone() } else { Vec::new() };
            }
            if let Some(mind) = &mut hotspot.mind {
                let whispers = Whispers { friend: &leaked, first_key: &first_key };
                *heard = mind.testify(&window(hotspot.asserted), std::mem::take(heard), &whispers);
            }
        }
    }

    /// What villains make of what others revealed: they learn from it, and reveal what they never committed to.
    pub(super) fn reveal_late(
        &mut self,
        book: &mut WindowBook,
        drawn: &[(PublicKey, Place)],
        revealed: &[&Sealed<Reveal>],
    ) {
        let (protocol, number) = (&self.protocol, self.window);
        let until_ms = protocol.timetable.reveals_until_ms;
        let start_ns = self.window_start_ms(number) as i64 * 1_000_000;
        let mut reports: Option<Vec<(PublicKey, Report)>> = None;
        for hotspot in &mut self.hotspots {
            let Some(mind) = hotspot.mind.as_mut().filter(|mind| mind.reads_reveals()) else { continue };
            let reports =
                reports.get_or_insert_with(|| revealed.iter().filter_map(|seal| read(seal)).collect());
            let window = Window { number, start_ns, protocol, drawn, own_place: hotspot.asserted };
            let copied = mind.reveal_late(&window, reports);
            for pledge in hotspot.agent.pledge(number, &copied) {
                let arrived = Sealed::decode(&pledge.reveal.encode());
                let _ = arrived.map_err(Into::into).and_then(|sealed| book.reveal(sealed, until_ms));
            }
        }
    }
}

fn read(sealed: &Sealed<Reveal>) -> Option<(PublicKey, Report)> {
    Some((sealed.signer(), sealed.message().ok()?.read().ok()?))
}

/// Payloads of frames of the beacon itself, answers apart.
fn frames(beacon: Option<&HeardBeacon>) -> BTreeSet<&[u8]> {
    let payloads = beacon.into_iter().flat_map(|beacon| &beacon.hops).map(|hop| &hop.payload[..]);
    payloads.filter(|payload| !answer::is_marked(payload)).collect()
}

/// Whether there are frames of the beacon now that were not heard before.
fn adds_frames(more: &HeardBeacon, known: Option<&HeardBeacon>) -> bool {
    !frames(Some(more)).is_subset(&frames(known))
}

/// Leaves out frames that were heard before, in a stretch that was listened to twice.
fn drop_known(more: &mut HeardBeacon, known: Option<&HeardBeacon>) {
    let Some(known) = known else { return };
    let is_new: Vec<bool> = more
        .hops
        .iter()
        .map(|hop| {
            let same = |other: &Hop| {
                other.payload == hop.payload && other.arrival_ns.abs_diff(hop.arrival_ns) < SAME_NS
            };
            !known.hops.iter().any(same)
        })
        .collect();
    let mut new = is_new.iter();
    more.hops.retain(|_| new.next().copied().unwrap_or(true));
    let mut new = is_new.iter();
    more.kept.retain(|_| new.next().copied().unwrap_or(true));
}
