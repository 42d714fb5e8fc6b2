//! What an epoch says of hotspots as a whole that is no crime of one edge: who radiates other than it states, whose precise clock is off, whom
//! nobody hears, whose oscillator is another key's, too.
//!
//! Flags reject nobody ([`crate::nodes`] says why), and each has a consequence that its owner can undo. What a flagged transmitter covers is
//! unproven until it states what it radiates. A clock that is off places nobody until it is right: who is told its time by somebody else does
//! not know. Silence has none: what nobody hears is not paid for anyway.

use std::collections::{BTreeMap, BTreeSet};

use geo_index::geodesy::{geodesic_m, light_delay_ns};
use identity::PublicKey;

use super::{Epoch, Planned, RoundJudgement, arrivals::committed, crystals::Crystals};
use crate::{
    checks::relay::late_ns,
    edge::HeardHop,
    finding::{CheckName, Finding},
    nodes::{
        amplifier::{self, Arriving},
        clocks::{self, ClockVerdict, Lateness},
        eirp::Radiated,
        ghost::{self, Listening},
        oscillators::Together,
    },
    party::Party,
    protocol::HOPS_MIN,
    robust::median,
};

/// Beacons of others from at least as far that say how well an anchor hears.
const RECORD_MIN: u64 = 5;

/// What is to be said of a hotspot.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Of what.
    pub about: About,
    /// What was measured, in `unit`.
    pub measured: f64,
    /// Unit.
    pub unit: &'static str,
    /// Log-likelihood ratio against an honest epoch.
    pub score: f64,
    /// One sentence for the owner.
    pub explanation: String,
}

/// What a flag is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// Radiated power against the stated.
    Power,
    /// A precise clock.
    Clock,
    /// Nobody hears it.
    Silence,
    /// An oscillator that is another key's, too.
    Oscillator,
}

impl About {
    /// As programs read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Clock => "clock",
            Self::Silence => "silence",
            Self::Oscillator => "oscillator",
        }
    }
}

/// Flags by hotspot.
pub(super) type Flags = BTreeMap<PublicKey, Vec<Flag>>;

/// One beacon as one other hotspot heard it.
struct Heard<'a> {
    sender: &'a Party,
    receiver: &'a Party,
    /// Over the stated EIRP and gain, median over the hops, dB.
    gain_db: f64,
    /// Later than light takes, by the receiver's clock, ns.
    late_ns: f64,
}

/// Every beacon of an epoch as everybody heard it who has another owner, and heard enough of it.
pub(super) struct Everything<'a>(Vec<Heard<'a>>);

impl<'a> Everything<'a> {
    pub(super) fn of(epoch: &Epoch<'a>, rounds: &'a [Planned<'a>]) -> Self {
        let heard = rounds.iter().flat_map(|planned| {
            let said = committed(epoch, planned).filter(|(party, _)| party.owner != planned.beaconer.owner);
            said.filter_map(|(party, said)| {
                let heard = HeardHop::of(planned.plan.as_ref()?, &said.report);
                Heard::of(epoch, planned, party, &heard)
            })
        });
        Self(heard.collect())
    }

    /// Medians over a pair's beacons, by the numbers of both.
    fn by_pair(
        &self,
        numbers: &BTreeMap<PublicKey, usize>,
        value: fn(&Heard) -> f64,
    ) -> Vec<((usize, usize), f64)> {
        let mut values = BTreeMap::<(usize, usize), Vec<f64>>::new();
        for heard in &self.0 {
            let both = (numbers.get(&heard.sender.key), numbers.get(&heard.receiver.key));
            if let (Some(sender), Some(receiver)) = both {
                values.entry((*sender, *receiver)).or_default().push(value(heard));
            }
        }
        values.into_iter().filter_map(|(pair, values)| Some((pair, median(&values)?))).collect()
    }
}

impl<'a> Heard<'a> {
    fn of(epoch: &Epoch, planned: &Planned<'a>, receiver: &'a Party, heard: &[HeardHop]) -> Option<Self> {
        let sender = planned.beaconer;
        let stated_db = sender.eirp_dbm() + receiver.gain_dbi();
        let gains_db: Vec<f64> = heard.iter().map(|hop| hop.level().level_db - stated_db).collect();
        let gain_db = median(&gains_db).filter(|_| heard.len() >= HOPS_MIN)?;
        let light_ns = light_delay_ns(sender.place, receiver.place);
        let late_ns = late_ns(epoch.protocol, light_ns, heard, planned.round.window_start_ns)?;
        Some(Self { sender, receiver, gain_db, late_ns })
    }
}

fn numbered<'a>(parties: impl Iterator<Item = &'a Party>) -> BTreeMap<PublicKey, usize> {
    parties.enumerate().map(|(number, party)| (party.key, number)).collect()
}

/// Precise clocks of anchors that are off.
pub(super) fn clocks_off(epoch: &Epoch, heard: &Everything) -> BTreeMap<PublicKey, ClockVerdict> {
    let precise = epoch.parties.values().filter(|party| party.is_anchor() && party.follows_pps);
    let numbers = numbered(precise);
    let timed = heard.by_pair(&numbers, |heard| heard.late_ns).into_iter();
    let timed: Vec<Lateness> =
        timed.map(|((sender, receiver), late_ns)| Lateness { sender, receiver, late_ns }).collect();
    // Numbers go up with keys.
    let judged = clocks::judge(numbers.len(), &timed);
    let judged = numbers.into_keys().zip(judged);
    let off = judged.filter_map(|(key, clock)| Some((key, clock?)));
    off.filter(|(_, clock)| clock.score > clocks::FLAGGED).collect()
}

/// Every flag of an epoch.
pub(super) fn all(
    epoch: &Epoch,
    rounds: &[Planned],
    heard: &Everything,
    (clocks_off, crystals): (&BTreeMap<PublicKey, ClockVerdict>, &Crystals),
) -> Flags {
    let mut flags = Flags::new();
    let clocks = clocks_off.iter().map(|(key, clock)| (*key, of_clock(clock)));
    let drifting = crystals.told().map(|(key, with, together)| (*key, of_oscillator(with, together)));
    let others = amplified(epoch, heard).into_iter().chain(silent(epoch, rounds, heard));
    for (key, flag) in clocks.chain(drifting).chain(others) {
        flags.entry(key).or_default().push(flag);
    }
    flags
}

fn of_clock(clock: &ClockVerdict) -> Flag {
    let explanation = format!(
        "Its precise clock is {:.2} us {}, by {} other anchors' clocks: what it times places nobody until it is right.",
        clock.off_ns.abs() * 1e-3,
        if clock.off_ns > 0.0 { "fast" } else { "slow" },
        clock.links
    );
    Flag { about: About::Clock, measured: clock.off_ns, unit: "ns", score: clock.score, explanation }
}

fn of_oscillator(with: &PublicKey, together: &Together) -> Flag {
    let Together { drift_hz, score, beacons, .. } = *together;
    let explanation = format!(
        "Its carrier has drifted by {drift_hz:.1} Hz exactly as that of {with}, over {} beacons of each: one oscillator is behind both keys. They count as one witness, and prove nothing of each other.",
        beacons.0.min(beacons.1)
    );
    Flag { about: About::Oscillator, measured: drift_hz, unit: "Hz", score, explanation }
}

/// Who radiates more or less than it states.
fn amplified(epoch: &Epoch, heard: &Everything) -> Vec<(PublicKey, Flag)> {
    let numbers = numbered(epoch.parties.values());
    let anchors: Vec<bool> = epoch.parties.values().map(Party::is_anchor).collect();
    let arriving = heard.by_pair(&numbers, |heard| heard.gain_db).into_iter();
    let arriving: Vec<Arriving> =
        arriving.map(|((sender, receiver), gain_db)| Arriving { sender, receiver, gain_db }).collect();
    let judged = epoch.parties.keys().zip(amplifier::judge(&anchors, &arriving));
    let over = judged.filter_map(|(key, radiated)| Some((*key, radiated?)));
    over.filter(|(_, radiated)| radiated.score > amplifier::FLAGGED)
        .map(|(key, radiated)| (key, of_power(&radiated)))
        .collect()
}

fn of_power(radiated: &Radiated) -> Flag {
    let explanation = format!(
        "It radiates about {:.0} dB {} than it states, by how its beacons arrive beside those of the anchors that hear it and that it hears: state what it radiates.",
        radiated.over_db.abs(),
        if radiated.over_db > 0.0 { "more" } else { "less" }
    );
    Flag { about: About::Power, measured: radiated.over_db, unit: "dB", score: radiated.score, explanation }
}

/// Whom no anchor heard that hears others from as far.
fn silent(epoch: &Epoch, rounds: &[Planned], heard: &Everything) -> Vec<(PublicKey, Flag)> {
    let mut due = BTreeMap::<PublicKey, u64>::new();
    for planned in rounds.iter().filter(|planned| planned.plan.is_some()) {
        *due.entry(planned.beaconer.key).or_default() += 1;
    }
    let by_anchor = |heard: &&Heard| heard.receiver.is_anchor();
    let mut heard_of = BTreeMap::<(PublicKey, PublicKey), u64>::new();
    for heard in heard.0.iter().filter(by_anchor) {
        *heard_of.entry((heard.sender.key, heard.receiver.key)).or_default() += 1;
    }
    let anybody: BTreeSet<PublicKey> = heard_of.keys().map(|(sender, _)| *sender).collect();
    let unheard = due.keys().filter(|key| !anybody.contains(*key)).filter_map(|key| epoch.parties.get(key));
    unheard.filter_map(|party| Some((party.key, of_silence(epoch, party, &due, &heard_of)?))).collect()
}

fn of_silence(
    epoch: &Epoch,
    party: &Party,
    due: &BTreeMap<PublicKey, u64>,
    heard_of: &BTreeMap<(PublicKey, PublicKey), u64>,
) -> Option<Flag> {
    let own = due[&party.key];
    let anchors = epoch.parties.values().filter(|anchor| anchor.is_anchor() && anchor.owner != party.owner);
    let listening = anchors.filter_map(|anchor| {
        let distance_m = geodesic_m(anchor.place, party.place);
        let from_as_far = due.iter().filter(|(key, _)| {
            let other = epoch.parties.get(key).filter(|other| other.owner != anchor.owner);
            other.is_some_and(|other| geodesic_m(anchor.place, other.place) >= distance_m)
        });
        let record =
            from_as_far.filter(|(key, _)| **key != party.key).fold((0, 0), |(heard, of), (key, beacons)| {
                (heard + heard_of.get(&(*key, anchor.key)).copied().unwrap_or(0), of + beacons)
            });
        (record.1 >= RECORD_MIN).then_some(Listening { record, due: own, heard: 0 })
    });
    let listening: Vec<Listening> = listening.collect();
    let score = ghost::score(&listening).filter(|score| *score > ghost::FLAGGED)?;
    let beacons = if own == 1 { "its beacon".into() } else { format!("any of its {own} beacons") };
    let explanation = format!(
        "None of {} anchors that hear others from as far heard {beacons}: is its antenna connected?",
        listening.len()
    );
    Some(Flag { about: About::Silence, measured: own as f64, unit: "beacons", score, explanation })
}

/// What a flagged transmitter covers is not proven.
pub(super) fn hold_against(rounds: &mut [RoundJudgement], flags: &Flags) {
    for round in rounds {
        let power = flags.get(&round.beaconer).into_iter().flatten();
        for flag in power.filter(|flag| flag.about == About::Power) {
            for edge in &mut round.edges {
                edge.add(of_beaconer(flag));
            }
        }
    }
}

fn of_beaconer(flag: &Flag) -> Finding {
    let explanation = format!("The beaconer: {}", flag.explanation.replacen("It ", "it ", 1));
    Finding::unproven(CheckName::Eirp, (flag.measured, 0.0, flag.unit), explanation)
}

#[cfg(test)]
mod flags_tests;
