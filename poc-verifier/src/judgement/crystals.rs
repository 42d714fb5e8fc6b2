//! Keys of one oscillator: one witness, not two.
//!
//! What the carriers of earlier epochs' beacons say ([`crate::nodes::oscillators`]) holds in this one. Who shares an oscillator with another key
//! counts as the other's owner's from now on, wherever independence is asked for; a beacon of the one that the other heard covers nothing that is proven,
//! since a radio always hears itself; and both are told. Nobody is rejected.

use std::{borrow::Cow, collections::BTreeMap};

use identity::PublicKey;

use super::{
    Epoch, Planned, RoundJudgement,
    arrivals::committed,
    history::{RECEIVERS_MAX, Sent},
};
use crate::{
    edge::HeardHop,
    finding::{CheckName, Finding},
    nodes::oscillators::{self, Together},
    party::Party,
    protocol::HOPS_MIN,
    robust::median,
};

/// The carrier that offsets are stated at, Hz: hops are on different ones, and an oscillator is off by parts of each.
const REFERENCE_HZ: f64 = 868e6;

/// Keys with others on their oscillator.
pub(super) struct Crystals {
    /// Of each key the least of its group; only of groups.
    groups: BTreeMap<PublicKey, PublicKey>,
    /// Of each key the pair that says so most clearly.
    told: BTreeMap<PublicKey, (PublicKey, Together)>,
}

impl Crystals {
    /// What the history says.
    pub(super) fn of(epoch: &Epoch) -> Self {
        let carriers = epoch.history.carriers(epoch.parties);
        // Satellites make all clocks alike.
        let disciplined: Vec<bool> = epoch.parties.values().map(|party| party.follows_pps).collect();
        let mut judged = oscillators::judge(&disciplined, &carriers);
        judged.retain(|pair| pair.score > oscillators::FLAGGED);
        let keys: Vec<PublicKey> = epoch.parties.keys().copied().collect();
        let groups = oscillators::groups(keys.len(), &judged);
        let mut told = BTreeMap::<PublicKey, (PublicKey, Together)>::new();
        for pair in judged {
            let (one, other) = (keys[pair.keys.0], keys[pair.keys.1]);
            for (key, with) in [(one, other), (other, one)] {
                let known = told.entry(key).or_insert((with, pair));
                if pair.score > known.1.score {
                    *known = (with, pair);
                }
            }
        }
        let grouped = keys.iter().zip(groups).filter(|(key, _)| told.contains_key(*key));
        Self { groups: grouped.map(|(key, group)| (*key, keys[group])).collect(), told }
    }

    /// Everybody, with one owner a group.
    pub(super) fn under_one_owner<'a>(
        &self,
        parties: &'a BTreeMap<PublicKey, Party>,
    ) -> Cow<'a, BTreeMap<PublicKey, Party>> {
        let mut parties = Cow::Borrowed(parties);
        for (key, group) in &self.groups {
            let owner = parties.get(group).map(|party| party.owner);
            if let (Some(owner), Some(party)) = (owner, parties.to_mut().get_mut(key)) {
                party.owner = owner;
            }
        }
        parties
    }

    /// Everybody who is to be told, with whom, and what.
    pub(super) fn told(&self) -> impl Iterator<Item = (&PublicKey, &PublicKey, &Together)> {
        self.told.iter().map(|(key, (with, together))| (key, with, together))
    }

    /// What one key of a group heard of another covers nothing that is proven.
    pub(super) fn hold_against(&self, rounds: &mut [RoundJudgement]) {
        for round in rounds {
            let Some(group) = self.groups.get(&round.beaconer) else { continue };
            let within = |edge: &&mut super::EdgeJudgement| self.groups.get(&edge.witness) == Some(group);
            for edge in round.edges.iter_mut().filter(within) {
                let (_, told) = &self.told[&round.beaconer];
                edge.add(finding(told));
            }
        }
    }
}

fn finding(told: &Together) -> Finding {
    let explanation = "Beaconer and witness have drifted as one for days: one oscillator is behind both, and a radio always hears itself.";
    let numbers = (told.score, oscillators::FLAGGED, "log-likelihood ratio");
    Finding::unproven(CheckName::Oscillator, numbers, explanation.into())
}

/// The carriers of an epoch's beacons as everybody measured them who has another owner.
pub(super) fn sent(epoch: &Epoch, rounds: &[Planned]) -> Vec<(PublicKey, Sent)> {
    let sent = |planned: &Planned| {
        let plan = planned.plan.as_ref()?;
        let said = committed(epoch, planned).filter(|(party, _)| party.owner != planned.beaconer.owner);
        let mut heard: Vec<_> = said
            .filter_map(|(party, said)| {
                let (offset_hz, sigma_hz) = carrier(&HeardHop::of(plan, &said.report))?;
                Some((party.key, offset_hz, sigma_hz))
            })
            .collect();
        heard.sort_by_key(|(receiver, _, _)| *receiver);
        heard.truncate(RECEIVERS_MAX);
        Some((planned.beaconer.key, Sent { at_ns: planned.round.window_start_ns, heard }))
    };
    rounds.iter().filter_map(sent).filter(|(_, sent)| !sent.heard.is_empty()).collect()
}

/// A beacon's carrier above nominal, dithers taken off, and its standard error, Hz at [`REFERENCE_HZ`].
fn carrier(heard: &[HeardHop]) -> Option<(f64, f64)> {
    let parts = |hz: f64, hop: &HeardHop| hz / hop.carrier_hz() * REFERENCE_HZ;
    let offsets: Vec<f64> = heard.iter().map(|hop| parts(hop.cfo_hz(), hop)).collect();
    let sigmas: Vec<f64> = heard.iter().map(|hop| parts(hop.cfo_sigma_hz(), hop)).collect();
    let sigma_hz = median(&sigmas)? / (heard.len() as f64).sqrt();
    let offset_hz = median(&offsets)?;
    (heard.len() >= HOPS_MIN).then_some((offset_hz, sigma_hz))
}

#[cfg(test)]
mod crystals_tests;
