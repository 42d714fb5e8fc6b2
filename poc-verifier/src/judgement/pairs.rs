//! Checks between two witnesses of one beacon, and of a witness's noise with what was shown before: they run over a round's edges when every edge
//! has been judged by itself.
//!
//! Pairs are as many as the square of the witnesses. Of more than four times as many pairs as witnesses the randomness that also drew the audit
//! says which are compared: so a report's cost does not depend on how many heard the beacon.

use std::collections::BTreeMap;

use geo_index::geodesy::geodesic_m;
use identity::PublicKey;
use witness::Capture;

use super::{EdgeJudgement, Epoch, Planned, on_air::OnAir};
use crate::{
    checks::guard_noise::{APART_M, Fingerprint, Guard, GuardMemory, Likeness, Resemblance, Reuse},
    finding::{CheckName, Finding, Outcome},
    messages::Hop,
    party::Party,
    plan::{BeaconPlan, Stream},
    round::Testimony,
};

const DRAW: &str = "earshot 2026 pairs of witnesses";
/// Pairs that are compared, a witness.
const PAIRS_A_WITNESS: usize = 4;

/// What one witness showed.
struct Shown<'a> {
    /// Index of its edge.
    edge: usize,
    party: &'a Party,
    /// Of the beacon's frames, the one shown.
    hop_number: usize,
    /// As reported.
    hop: &'a Hop,
    guard: Guard,
}

/// How alike the guards of every compared pair of keys have been, over an epoch; of each pair the lesser key first. And every guard that was shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Resemblances {
    pairs: BTreeMap<(PublicKey, PublicKey), Resemblance>,
    shown: GuardMemory,
}

impl Resemblances {
    fn add(&mut self, one: &PublicKey, other: &PublicKey, likeness: &Likeness) {
        // What is shared but no noise compares nothing.
        if let Likeness::Noise(correlation) = likeness {
            self.pairs.entry((*one, *other)).or_default().add(correlation);
        }
    }

    /// Scores of every pair of which this key is one.
    pub(super) fn of(&self, key: &PublicKey) -> Vec<f64> {
        let own = self.pairs.iter().filter(|((one, other), _)| one == key || other == key);
        own.filter_map(|(_, resemblance)| resemblance.score()).collect()
    }

    /// Where this noise was shown before, in this epoch or an earlier one; remembers it.
    fn recall(&mut self, epoch: &Epoch, key: PublicKey, window: u64, guard: &Guard) -> Option<Reuse> {
        let prints = Fingerprint::of_every_carrier(guard);
        let memories = [epoch.history.guards(), &self.shown];
        let known = memories.into_iter().filter_map(|memory| memory.recall(&key, window, &prints));
        let known = known.max_by(|a, b| a.score.total_cmp(&b.score));
        if let Some(print) = prints.into_iter().next() {
            self.shown.remember(key, window, print);
        }
        known
    }

    /// The guards that were shown, in that order; the latest, if they are more than anybody keeps.
    pub(super) fn guards(self) -> Vec<(PublicKey, u64, Fingerprint)> {
        self.shown.into_guards().collect()
    }
}

/// Compares the guards that a round's witnesses showed, and tells the edges, and `resemblances`.
pub(super) fn compare_guards(
    epoch: &Epoch,
    rounds: &[Planned],
    planned: &Planned,
    edges: &mut [EdgeJudgement],
    resemblances: &mut Resemblances,
) {
    let Some(plan) = planned.plan.as_ref().filter(|_| planned.audit.is_some()) else { return };
    let on_air = OnAir::of(epoch, rounds, planned.round.window);
    let said: BTreeMap<_, _> = planned.round.testimonies.iter().map(|said| (said.witness, said)).collect();
    let shown = edges.iter().enumerate().filter_map(|(index, edge)| {
        let believed = edge
            .findings
            .iter()
            .any(|finding| finding.check == CheckName::Samples && finding.outcome != Outcome::Rejected);
        let said = said.get(&edge.witness).filter(|_| believed)?;
        shown(epoch, (plan, &on_air), index, said)
    });
    let shown: Vec<Shown> = shown.collect();
    // The worst of every edge's pairs.
    let mut worst: BTreeMap<usize, (Likeness, &Shown, &Shown)> = BTreeMap::new();
    for (one, other) in pairs(planned, shown.len()) {
        // Edges stand in the order of keys, so the lesser is always the first.
        let (one, other) = (&shown[one], &shown[other]);
        if let Some(likeness) = likeness(one, other) {
            resemblances.add(&one.party.key, &other.party.key, &likeness);
            for (own, others) in [(one, other), (other, one)] {
                let known = worst.entry(own.edge).or_insert((likeness, own, others));
                if likeness.correlation().score > known.0.correlation().score {
                    *known = (likeness, own, others);
                }
            }
        }
    }
    let mut findings: BTreeMap<usize, Finding> = worst
        .into_iter()
        .map(|(edge, (likeness, own, others))| (edge, likeness.finding(own.hop_number, &others.party.key)))
        .collect();
    // Of two reasons the worse is told.
    for one in &shown {
        let window = planned.round.window;
        if let Some(reuse) = resemblances.recall(epoch, one.party.key, window, &one.guard) {
            let found = reuse.finding(one.hop_number, &one.guard);
            let known = findings.entry(one.edge).or_insert_with(|| found.clone());
            if found.score > known.score && found.outcome == Outcome::Rejected {
                *known = found;
            }
        }
    }
    for (edge, finding) in findings {
        edges[edge].add(finding);
    }
}

/// A witness's guard; `None` without one that is noise as far as anybody knows.
fn shown<'a>(
    epoch: &Epoch<'a>,
    (plan, on_air): (&BeaconPlan, &OnAir),
    edge: usize,
    said: &'a Testimony,
) -> Option<Shown<'a>> {
    let party = epoch.parties.get(&said.witness)?;
    let showing = said.showing.as_ref()?.message().ok()?;
    let hop = said.report.hops.get(showing.path.index)?;
    let hop_number = plan.hop_of(&hop.payload)?;
    let planned = &plan.hops[hop_number];
    let chip_rate_hz = f64::from(epoch.protocol.region.bandwidth.hz());
    let rate_hz = f64::from(showing.samples_per_chip) * chip_rate_hz;
    let length = (showing.guard.snippet.len() + Capture::GUARD_GAP_SAMPLES) as f64;
    let stretch_ns = (planned.start_ns - (length / rate_hz * 1e9) as i64, planned.start_ns);
    if on_air.reaches(epoch, (planned.channel_hz, rate_hz), stretch_ns) {
        return None;
    }
    let first_sample = showing.first_sample_e6 as f64 * 1e-6;
    let guard = Guard::of(&showing.guard.snippet, first_sample, showing.samples_per_chip, chip_rate_hz)?;
    Some(Shown { edge, party, hop_number, hop, guard })
}

/// Which pairs of so many are compared.
fn pairs(planned: &Planned, count: usize) -> Vec<(usize, usize)> {
    let mut pairs: Vec<_> = (0..count).flat_map(|one| (0..one).map(move |other| (other, one))).collect();
    let most = PAIRS_A_WITNESS * count;
    if let Some(fresh) = planned.round.fresh.filter(|_| pairs.len() > most) {
        let parts: [&[u8]; 3] =
            [fresh.bytes(), &planned.round.window.to_le_bytes(), planned.beaconer.key.bytes()];
        let mut stream = Stream::new(DRAW, &parts);
        for taken in 0..most {
            let rest = (pairs.len() - taken) as u64;
            pairs.swap(taken, taken + stream.below(rest) as usize);
        }
    }
    pairs.truncate(most);
    pairs
}

fn likeness(one: &Shown, other: &Shown) -> Option<Likeness> {
    let comparable =
        one.hop_number == other.hop_number && geodesic_m(one.party.place, other.party.place) >= APART_M;
    if !comparable {
        return None;
    }
    let cfo_hz = (one.hop.cfo_mhz - other.hop.cfo_mhz) as f64 * 1e-3;
    let arrival_ns = (one.hop.arrival_ns - other.hop.arrival_ns) as f64
        + (f64::from(one.hop.arrival_ps) - f64::from(other.hop.arrival_ps)) * 1e-3;
    Likeness::of(&one.guard, &other.guard, cfo_hz, arrival_ns)
}

#[cfg(test)]
mod pairs_tests;
