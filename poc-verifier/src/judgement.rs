//! An epoch's rounds, judged: first where everybody is, then every edge.
//!
//! Places come first because an edge pays only when both ends' places are proven. Each is judged from what anchors measured of that
//! party's own beacons in the epoch, but not by anchors whose clocks are off; nobody's own measurement ever places that party. When every edge has been judged by itself, every witness's
//! epoch is judged as a whole.

mod arrivals;
mod crystals;
mod day;
mod flags;
mod free_clock;
mod history;
mod on_air;
mod pairs;
mod reciprocal;

use std::collections::BTreeMap;

use geo_index::Terrain;
use identity::{Hash, PublicKey};

use self::{
    crystals::Crystals, flags::Everything, free_clock::FreeClocks, history::Pair, pairs::Resemblances,
};
pub use self::{
    flags::{About, Flag},
    history::{EPOCHS_REMEMBERED, History, Lasting, ROUNDS_REMEMBERED},
};
use crate::{
    answer::{self, Answer},
    audit::Audit,
    checks,
    edge::{Asked, Edge, Examined},
    finding::{CheckName, Finding, Outcome, decide},
    hypothesis::DayEvidence,
    messages::{ClosedSet, Hop, Opening, Report, ShortId},
    nodes::clocks::ClockVerdict,
    party::{Known, Party},
    place::{self, PlaceVerdict},
    plan::{BeaconPlan, Randomness, is_drawn},
    protocol::Protocol,
    robust::median_of,
    round::Testimony,
    sealed::Sealed,
};

/// One beaconer's round in one window, with everything said of it.
#[derive(Clone, Debug)]
pub struct Round {
    /// Window.
    pub window: u64,
    /// Network time at which it began, ns.
    pub window_start_ns: i64,
    /// Its public randomness.
    pub randomness: Randomness,
    /// Who beaconed, or is said to have.
    pub beaconer: PublicKey,
    /// The opened link, if it is the chain's.
    pub link: Option<Hash>,
    /// For the bundle: the signed opening.
    pub opening: Option<Sealed<Opening>>,
    /// For the bundle: the signed closed set.
    pub closed_set: Option<Sealed<ClosedSet>>,
    /// Public randomness drawn after the reveals, for the audit.
    pub fresh: Option<Hash>,
    /// What witnesses say.
    pub testimonies: Vec<Testimony>,
}

/// An epoch to judge.
#[derive(Clone, Copy)]
pub struct Epoch<'a> {
    /// The protocol's numbers.
    pub protocol: &'a Protocol,
    /// Every registered hotspot.
    pub parties: &'a BTreeMap<PublicKey, Party>,
    /// What earlier epochs have left.
    pub history: &'a History,
    /// The rounds.
    pub rounds: &'a [Round],
    /// The ground; none when nothing is known of it.
    pub terrain: Option<&'a Terrain>,
}

/// A judged edge.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeJudgement {
    /// Who heard.
    pub witness: PublicKey,
    /// The verdict.
    pub outcome: Outcome,
    /// Index into `findings` of the one that decided; none when accepted.
    pub decided_by: Option<usize>,
    /// What every check said.
    pub findings: Vec<Finding>,
    /// Frames heard that are of the beacon.
    pub hops_heard: usize,
    /// Frames reported at all.
    pub hops_reported: usize,
    /// Median SNR of what was reported, dB.
    pub snr_db: f64,
    /// Median received power of what was reported, dBm.
    pub rssi_dbm: f64,
    /// Distance between the asserted places, metres.
    pub distance_m: f64,
}

/// A judged round.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundJudgement {
    /// Window.
    pub window: u64,
    /// Who beaconed.
    pub beaconer: PublicKey,
    /// Whether it was drawn.
    pub drawn: bool,
    /// The opened link.
    pub link: Option<Hash>,
    /// Edges, by witness.
    pub edges: Vec<EdgeJudgement>,
}

/// A judged epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochJudgement {
    /// Every registered hotspot's place.
    pub places: BTreeMap<PublicKey, PlaceVerdict>,
    /// The rounds, in the order given.
    pub rounds: Vec<RoundJudgement>,
    /// Every witness's day, for the hypotheses.
    pub days: BTreeMap<PublicKey, DayEvidence>,
    /// What is to be said of hotspots that is no verdict.
    pub flags: BTreeMap<PublicKey, Vec<Flag>>,
    /// What [`History::remember`] keeps of it besides.
    pub lasting: Lasting,
}

/// A round with what its opening decided.
struct Planned<'a> {
    round: &'a Round,
    beaconer: &'a Party,
    drawn: bool,
    plan: Option<BeaconPlan>,
    audit: Option<Audit>,
    /// Which of the rounds it was asked to answer, and its answer; once both are open.
    answers: Vec<(usize, Answer)>,
}

/// Judges an epoch. Rounds of unknown beaconers and testimonies of unknown witnesses are left out: they have no place to be at.
pub fn judge(epoch: &Epoch) -> EpochJudgement {
    let crystals = Crystals::of(epoch);
    let parties = crystals.under_one_owner(epoch.parties);
    let epoch = &Epoch { parties: &parties, ..*epoch };
    let mut planned: Vec<Planned> = epoch.rounds.iter().filter_map(|round| planned(epoch, round)).collect();
    find_answers(epoch, &mut planned);
    let heard = Everything::of(epoch, &planned);
    let clocks_off = flags::clocks_off(epoch, &heard);
    let place = |party: &Party| (party.key, place_of(epoch, party, &planned, &clocks_off));
    let places: BTreeMap<PublicKey, PlaceVerdict> = epoch.parties.values().map(place).collect();
    let clocks = FreeClocks::of(epoch, &planned);
    let mut resemblances = Resemblances::default();
    let mut rounds: Vec<RoundJudgement> = (0..planned.len())
        .map(|number| judge_round(epoch, &planned, number, (&places, &clocks), &mut resemblances))
        .collect();
    let exchanges = reciprocal::hold_against(epoch.history, &planned, &mut rounds);
    let days = day::days(epoch, &rounds, &places, &resemblances);
    day::hold_against(epoch, &mut rounds, &days);
    let flags = flags::all(epoch, &planned, &heard, (&clocks_off, &crystals));
    flags::hold_against(&mut rounds, &flags);
    crystals.hold_against(&mut rounds);
    for (planned, round) in planned.iter().zip(&mut rounds) {
        checks::graph::gate(planned.beaconer, epoch.parties, &mut round.edges);
    }
    let lasting = lasting(epoch, &planned, resemblances, exchanges);
    EpochJudgement { places, rounds, days, flags, lasting }
}

fn lasting(
    epoch: &Epoch,
    planned: &[Planned],
    resemblances: Resemblances,
    exchanges: Vec<(Pair, f64)>,
) -> Lasting {
    let plans = planned.iter().filter_map(|planned| Some((planned.round.window, planned.plan?)));
    let sent = crystals::sent(epoch, planned);
    Lasting { plans: plans.collect(), sent, guards: resemblances.guards(), exchanges }
}

fn planned<'a>(epoch: &Epoch<'a>, round: &'a Round) -> Option<Planned<'a>> {
    let beaconer = epoch.parties.get(&round.beaconer)?;
    let drawn = is_drawn(epoch.protocol, round.window, &round.randomness, &round.beaconer);
    let link = round.link.filter(|_| drawn);
    let plan =
        link.map(|link| BeaconPlan::derive(epoch.protocol, &round.beaconer, &link, &round.randomness.window));
    // Nobody is asked for samples of a beacon that was not to be.
    let fresh = round.fresh.filter(|_| drawn);
    let audit = fresh.and_then(|fresh| Audit::draw(epoch.protocol, round.window, &round.beaconer, &fresh));
    Some(Planned { round, beaconer, drawn, plan, audit, answers: Vec::new() })
}

/// Finds the answers of every round's hotspot to the others of its window.
fn find_answers(epoch: &Epoch, rounds: &mut [Planned]) {
    let asks = |challenge: &Planned, round: &Round| {
        let (randomness, beacon) = (&round.randomness.window, ShortId::of(&challenge.round.beaconer));
        challenge.round.window == round.window
            && answer::is_asked(epoch.protocol, randomness, beacon, &round.beaconer)
    };
    for index in 0..rounds.len() {
        let round = rounds[index].round;
        let Some(link) = round.link else { continue };
        let answers = rounds.iter().enumerate().filter(|(_, challenge)| asks(challenge, round));
        let answers = answers.filter_map(|(number, challenge)| {
            let (plan, randomness) = (challenge.plan.as_ref()?, &round.randomness.window);
            Some((number, Answer::to(epoch.protocol, &round.beaconer, &link, randomness, plan)))
        });
        rounds[index].answers = answers.collect();
    }
}

/// Whether a report tells of nothing but answers: they are no claim of coverage. One whose every answer is known to be another has none; beside
/// a known one a frame that noise passed off is forgiven.
fn only_answers(planned: &Planned, report: &Report) -> bool {
    let known = |hop: &Hop| planned.answers.iter().any(|(_, answer)| answer.frame_of(&hop.payload).is_some());
    !report.hops.is_empty()
        && report.hops.iter().all(|hop| answer::is_marked(&hop.payload))
        && (planned.answers.is_empty() || report.hops.iter().any(known))
}

fn place_of(
    epoch: &Epoch,
    party: &Party,
    rounds: &[Planned],
    clocks_off: &BTreeMap<PublicKey, ClockVerdict>,
) -> PlaceVerdict {
    if party.known == Known::Genesis {
        return PlaceVerdict::by_genesis();
    }
    let mut beacons = arrivals::of_party(epoch, party, rounds);
    for arrivals in &mut beacons {
        arrivals.retain(|arrival| !clocks_off.contains_key(&arrival.anchor.key));
    }
    let judged = place::judge(party, &beacons);
    match party.known {
        Known::ProvenEpochsAgo(epochs) if judged.outcome == Outcome::Unproven => {
            PlaceVerdict::proven_before(epochs)
        }
        _ => judged,
    }
}

fn edge<'a>(
    epoch: &'a Epoch,
    planned: &'a Planned,
    witness: &'a Party,
    said: &'a Testimony,
    (beaconer_place, witness_place): (&'a PlaceVerdict, &'a PlaceVerdict),
) -> Edge<'a> {
    Edge {
        protocol: epoch.protocol,
        beaconer: planned.beaconer,
        witness,
        drawn: planned.drawn,
        plan: planned.plan.as_ref(),
        standing: said.standing,
        report: &said.report,
        window_start_ns: planned.round.window_start_ns,
        beaconer_place,
        witness_place,
        asked: planned.audit.as_ref().zip(said.samples_root).map(|(audit, samples_root)| Asked {
            audit,
            samples_root,
            showing: said.showing.as_ref(),
        }),
        answer_late_ns: None,
        clock_late_ns: None,
        back: Vec::new(),
        recorded_in: epoch.history.recorded_in(&said.report),
        terrain: epoch.terrain,
    }
}

fn judge_round(
    epoch: &Epoch,
    rounds: &[Planned],
    number: usize,
    (places, clocks): (&BTreeMap<PublicKey, PlaceVerdict>, &FreeClocks),
    resemblances: &mut Resemblances,
) -> RoundJudgement {
    let planned = &rounds[number];
    let mut edges: Vec<EdgeJudgement> = planned
        .round
        .testimonies
        .iter()
        .filter(|said| {
            said.beacon == ShortId::of(&planned.round.beaconer)
                && said.witness != planned.round.beaconer
                && !only_answers(planned, &said.report)
        })
        .filter_map(|said| {
            let witness = epoch.parties.get(&said.witness)?;
            let both = (places.get(&planned.beaconer.key)?, places.get(&witness.key)?);
            let answer_late_ns = arrivals::answer_late_ns(epoch, rounds, number, witness);
            let clock_late_ns = clocks.offset_ns(&witness.key, number);
            let edge = edge(epoch, planned, witness, said, both);
            let edge = Edge { answer_late_ns, clock_late_ns, ..edge };
            let mut judged = judge_edge(&edge);
            checks::frequency::clock::hold_against(&edge, &mut judged);
            Some(judged)
        })
        .collect();
    edges.sort_by_key(|edge| edge.witness);
    pairs::compare_guards(epoch, rounds, planned, &mut edges, resemblances);
    RoundJudgement {
        window: planned.round.window,
        beaconer: planned.beaconer.key,
        drawn: planned.drawn,
        link: planned.round.link,
        edges,
    }
}

/// Judges one edge by itself.
pub fn judge_edge(edge: &Edge) -> EdgeJudgement {
    let examined = Examined::of(edge);
    let findings = checks::examine(&examined);
    let reported = &edge.report.hops;
    let of_reported = |value: fn(&crate::messages::Hop) -> i32| {
        median_of(reported.iter().map(|hop| f64::from(value(hop)) * 0.01)).unwrap_or(0.0)
    };
    let mut judged = EdgeJudgement {
        witness: edge.witness.key,
        outcome: Outcome::Unproven,
        decided_by: None,
        hops_heard: examined.heard().len(),
        hops_reported: reported.len(),
        snr_db: of_reported(|hop| hop.snr_cdb),
        rssi_dbm: of_reported(|hop| hop.rssi_cdbm),
        distance_m: examined.distance_m(),
        findings,
    };
    judged.decide();
    judged
}

impl EdgeJudgement {
    /// Adds what a check between edges found, where it is listed, and decides again.
    pub(crate) fn add(&mut self, finding: Finding) {
        let rank = |check| CheckName::ALL.iter().position(|listed| *listed == check);
        let before = self.findings.iter().take_while(|known| rank(known.check) <= rank(finding.check));
        self.findings.insert(before.count(), finding);
        self.decide();
    }

    /// The verdict, from everything that was found.
    pub(crate) fn decide(&mut self) {
        let (outcome, deciding) = decide(&self.findings);
        let index =
            |deciding: &Finding| self.findings.iter().position(|finding| std::ptr::eq(finding, deciding));
        (self.outcome, self.decided_by) = (outcome, deciding.and_then(index));
    }
}
