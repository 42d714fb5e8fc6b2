//! When anchors heard a hotspot transmit: its beacons, by PPS; its answers, as differences to the beacon that they answer.

use geo_index::geodesy::light_delay_ns;

use super::{Epoch, Planned};
use crate::{
    answer::{ANSWER_HOPS, Answer, frame_start_ns, turnaround_ns},
    edge::{HeardHop, Standing},
    messages::Hop,
    party::Party,
    place::{Arrival, Timed, fadings},
    protocol::{HOPS_MIN, PAYLOAD_BYTES},
    robust::median,
    round::Testimony,
};

/// Frames of an answer that must have been heard.
const ANSWER_HOPS_MIN: usize = ANSWER_HOPS / 2;
/// Oscillators of challenger and claimant move the frames apart by up to 4 ppm of a third of a second; that not everybody hears the same
/// ones leaves a part of it.
const RATES_NS: f64 = 150.0;

/// Arrivals of every beacon and every answer of a party, one list each.
pub(super) fn of_party<'a>(
    epoch: &Epoch<'a>,
    party: &Party,
    rounds: &'a [Planned<'a>],
) -> Vec<Vec<Arrival<'a>>> {
    let own = || rounds.iter().filter(|planned| planned.beaconer.key == party.key);
    let answers = own().flat_map(|planned| planned.answers.iter().map(move |answer| (planned, answer)));
    let answers = answers.filter_map(|(planned, (challenger, answer))| {
        let challenge = rounds.get(*challenger).filter(|challenge| challenge.beaconer.is_anchor())?;
        Some(of_answer(epoch, planned, answer, challenge))
    });
    // Of lists with as many anchors the last counts: precise clocks before differences.
    answers.chain(own().map(|planned| of_beacon(epoch, planned))).collect()
}

/// What everybody says whose word counts, with who says it.
pub(super) fn committed<'a>(
    epoch: &Epoch<'a>,
    planned: &'a Planned<'a>,
) -> impl Iterator<Item = (&'a Party, &'a Testimony)> {
    let parties = epoch.parties;
    let said = planned.round.testimonies.iter().filter(|said| said.standing == Standing::Committed);
    said.filter_map(move |said| Some((parties.get(&said.witness)?, said)))
}

fn heard<'a>(planned: &'a Planned, said: &'a Testimony) -> Vec<HeardHop<'a>> {
    planned.plan.as_ref().map_or_else(Vec::new, |plan| HeardHop::of(plan, &said.report))
}

fn of_beacon<'a>(epoch: &Epoch<'a>, planned: &'a Planned<'a>) -> Vec<Arrival<'a>> {
    let heard_by: Vec<(&Party, Vec<HeardHop>)> =
        committed(epoch, planned).map(|(anchor, said)| (anchor, heard(planned, said))).collect();
    let fadings = fadings(&levels(planned, heard_by.iter().map(|(_, heard)| &heard[..])));
    let arrivals = heard_by.into_iter().zip(fadings).map(|((anchor, heard), fading)| {
        let delays: Vec<f64> = heard.iter().map(|hop| hop.delay_ns(planned.round.window_start_ns)).collect();
        let (delay_ns, sigma_ns) = middle(&delays, heard.iter().map(HeardHop::arrival_sigma_ns), HOPS_MIN)?;
        Some(Arrival { anchor, delay_ns, sigma_ns, hops: heard.len(), timed: Timed::ByPps, fading })
    });
    arrivals.flatten().collect()
}

/// Levels by the number of the hop, dB, the known power steps undone.
fn levels<'a>(
    planned: &Planned,
    heard_by: impl Iterator<Item = &'a [HeardHop<'a>]>,
) -> Vec<Vec<(usize, f64)>> {
    let number = |hop: &HeardHop| planned.plan.as_ref().and_then(|plan| plan.hop_of(&hop.hop.payload));
    let level = |hop: &HeardHop| Some((number(hop)?, hop.rssi_dbm() + f64::from(hop.plan.power_dither_db)));
    heard_by.map(|heard| heard.iter().filter_map(level).collect()).collect()
}

fn of_answer<'a>(
    epoch: &Epoch<'a>,
    answered: &'a Planned<'a>,
    answer: &Answer,
    challenge: &'a Planned<'a>,
) -> Vec<Arrival<'a>> {
    let challenges: Vec<(&Party, &Testimony)> = committed(epoch, challenge).collect();
    let arrivals = committed(epoch, answered).map(|(anchor, said)| {
        let (_, beacon) = challenges.iter().find(|(other, _)| other.key == anchor.key)?;
        let heard = heard(challenge, beacon);
        let clock = Clock::of(&heard, challenge.round.window_start_ns)?;
        let challenged: Vec<f64> =
            heard.iter().map(|hop| clock.since_start_ns(hop.hop) - hop.plan.start_ns as f64).collect();
        let frames: Vec<(&Hop, i64)> = frames(epoch, answer, said);
        let answered: Vec<f64> =
            frames.iter().map(|(hop, start_ns)| clock.since_start_ns(hop) - *start_ns as f64).collect();
        let sigmas = frames.iter().map(|(hop, _)| f64::from(hop.arrival_sigma_ps) * 1e-3);
        let (from_ns, from_sigma_ns) =
            middle(&challenged, heard.iter().map(HeardHop::arrival_sigma_ns), HOPS_MIN)?;
        let (to_ns, to_sigma_ns) = middle(&answered, sigmas, ANSWER_HOPS_MIN)?;
        Some(Arrival {
            anchor,
            delay_ns: to_ns - from_ns + light_delay_ns(challenge.beaconer.place, anchor.place),
            sigma_ns: from_sigma_ns.hypot(to_sigma_ns).hypot(RATES_NS),
            hops: frames.len(),
            timed: Timed::ByDifference,
            fading: None,
        })
    });
    arrivals.flatten().collect()
}

/// By how much a witness's answer to a round's beacon came back to its beaconer later than light and the turnaround take, ns.
pub(super) fn answer_late_ns(
    epoch: &Epoch,
    rounds: &[Planned],
    challenge: usize,
    witness: &Party,
) -> Option<f64> {
    let (window, beaconer) = (rounds[challenge].round.window, rounds[challenge].beaconer);
    let plan = rounds[challenge].plan.as_ref()?;
    let answered =
        rounds.iter().find(|other| other.round.window == window && other.beaconer.key == witness.key)?;
    let (_, answer) = answered.answers.iter().find(|(number, _)| *number == challenge)?;
    let (_, said) = committed(epoch, answered).find(|(listener, _)| listener.key == beaconer.key)?;
    let half_frame_ns = epoch.protocol.region.frame().airtime_us(PAYLOAD_BYTES) as f64 * 500.0;
    let flight_ns = light_delay_ns(beaconer.place, witness.place);
    let late_ns = frames(epoch, answer, said).into_iter().map(|(hop, frame_start_ns)| {
        let answered = usize::from(hop.payload[5]);
        let sent_ns = plan.hops[answered].start_ns + turnaround_ns(epoch.protocol, answered) + frame_start_ns;
        let since_ns = (hop.arrival_ns - rounds[challenge].round.window_start_ns - sent_ns) as f64;
        since_ns + f64::from(hop.arrival_ps) * 1e-3 - half_frame_ns - 2.0 * flight_ns
    });
    median(&late_ns.collect::<Vec<_>>())
}

/// Frames of the answer, each once, with their nominal starts.
fn frames<'a>(epoch: &Epoch, answer: &Answer, said: &'a Testimony) -> Vec<(&'a Hop, i64)> {
    let mut seen = [false; ANSWER_HOPS];
    let mut frames = Vec::new();
    for hop in &said.report.hops {
        if let Some(frame) = answer.frame_of(&hop.payload)
            && !std::mem::replace(&mut seen[frame], true)
        {
            frames.push((hop, frame_start_ns(epoch.protocol, frame)));
        }
    }
    frames
}

/// A free-running clock, its rate taken out as far as the challenger's carrier tells it.
struct Clock {
    start_ns: i64,
    fast: f64,
}

impl Clock {
    fn of(challenge: &[HeardHop], start_ns: i64) -> Option<Self> {
        // A crystal that is fast makes both the clock fast and the carriers of others look low.
        let fast: Vec<f64> = challenge.iter().map(|hop| -hop.cfo_hz() / hop.carrier_hz()).collect();
        Some(Self { start_ns, fast: median(&fast)? })
    }

    fn since_start_ns(&self, hop: &Hop) -> f64 {
        let counted = (hop.arrival_ns - self.start_ns) as f64 + f64::from(hop.arrival_ps) * 1e-3;
        counted * (1.0 - self.fast)
    }
}

/// Median of so many times at least, and its standard error: 1.25 times as wide as a mean's.
fn middle(times_ns: &[f64], sigmas_ns: impl Iterator<Item = f64>, least: usize) -> Option<(f64, f64)> {
    let sigmas: Vec<f64> = sigmas_ns.collect();
    let sigma_ns = 1.25 * median(&sigmas)? / (times_ns.len() as f64).sqrt();
    (times_ns.len() >= least).then_some((median(times_ns)?, sigma_ns))
}

#[cfg(test)]
mod arrivals_tests;
