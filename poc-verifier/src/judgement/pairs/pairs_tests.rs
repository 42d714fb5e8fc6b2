//! A round in which some keys are one receiver.

use std::collections::BTreeMap;

use identity::{Hash, MerklePath, PublicKey, merkle_root};
use num_complex::Complex32;
use witness::{Capture, modulate};

use super::*;
use crate::{
    BeaconPlan, CheckName, Epoch, EpochJudgement, Finding, History, Known, Protocol, Randomness, Round,
    Standing,
    audit::Audit,
    judge,
    messages::{Report, ShortId, Showing},
    plan::is_drawn,
    sealed::Sealed,
    testing::{Dice, away, hop, lisbon, party, protocol, secret},
};

const BEACONER: u64 = 0;
/// Beacons in the same window.
const ALSO_DRAWN: u64 = 6;
const START_NS: i64 = 1_000_000_000_000;
/// Samples from the first kept one to the frame's first chip.
const BEFORE: usize = Capture::GUARD_SAMPLES + Capture::GUARD_GAP_SAMPLES;
const AMPLITUDE: f32 = 4.0;

/// Six witnesses, of whom number 1 and 2 are the same receiver; `nearest_m` between them as they say.
struct World {
    protocol: Protocol,
    parties: BTreeMap<PublicKey, crate::Party>,
    round: Round,
    plan: BeaconPlan,
}

impl World {
    fn new(seed: u64, clones: bool, nearest_m: f64) -> Self {
        Self::with_recording(seed, clones, nearest_m, None)
    }

    /// Number 1 has no noise of its own but a recording.
    fn with_recording(seed: u64, clones: bool, nearest_m: f64, recording: Option<u64>) -> Self {
        let mut dice = Dice::new(seed);
        let protocol = Protocol { audit_one_in: 1, ..protocol() };
        let place = |number: u64| match number {
            BEACONER => lisbon(),
            1 => away(lisbon(), 10.0, 2000.0),
            2 => away(away(lisbon(), 10.0, 2000.0), 0.0, nearest_m),
            _ => away(lisbon(), 60.0 * number as f64, 1500.0 + 100.0 * number as f64),
        };
        let parties = (0..=6).map(|number| {
            let key = PublicKey::of(&secret(number));
            (key, crate::Party { key, known: Known::Genesis, ..party(number, place(number)) })
        });
        let parties: BTreeMap<_, _> = parties.collect();
        let beaconer = PublicKey::of(&secret(BEACONER));
        let (window, randomness) = loop {
            let randomness = Randomness { period: dice.hash(), window: dice.hash() };
            let window = dice.below(12);
            let drawn = |key| is_drawn(&protocol, window, &randomness, key);
            if drawn(&beaconer) && drawn(&PublicKey::of(&secret(ALSO_DRAWN))) {
                break (window, randomness);
            }
        };
        let (link, fresh) = (dice.hash(), dice.hash());
        let plan = BeaconPlan::derive(&protocol, &beaconer, &link, &randomness.window);
        let audit = Audit::draw(&protocol, window, &beaconer, &fresh).expect("all are audited");
        let mut round = Round {
            window,
            window_start_ns: START_NS,
            randomness,
            beaconer,
            link: Some(link),
            opening: None,
            closed_set: None,
            fresh: Some(fresh),
            testimonies: Vec::new(),
        };
        let hops: Vec<Hop> = plan.hops.iter().map(heard).collect();
        let beacon = ShortId::of(&beaconer);
        let report = Report { window, beacon, hops };
        let asked = audit.frame_of(&report).expect("eight hops");
        let frame = modulate(protocol.region.frame(), &report.hops[asked].payload, 2).unwrap();
        let clean = noise(&mut dice, BEFORE + frame.len());
        for number in 1..=6 {
            let own = match recording.filter(|_| number == 1) {
                Some(recording) => noise(&mut Dice::new(recording), BEFORE + frame.len()),
                None => noise(&mut dice, BEFORE + frame.len()),
            };
            let mut samples = if clones && number <= 2 { sum(&clean, &own) } else { own };
            for (sample, chirp) in samples[BEFORE..].iter_mut().zip(&frame) {
                *sample += chirp * AMPLITUDE;
            }
            let capture =
                Capture::of((0, &samples[..Capture::GUARD_SAMPLES]), (BEFORE as i64, &samples[BEFORE..]));
            let power = if clones && number <= 2 { 2.0 } else { 1.0 };
            let testimony = testimony(number, &audit, &report, asked, &capture.unwrap(), power);
            round.testimonies.push(testimony);
        }
        Self { protocol, parties, round, plan }
    }

    fn judged(&self, rounds: &[Round], history: &History) -> EpochJudgement {
        let (protocol, parties) = (&self.protocol, &self.parties);
        judge(&Epoch { protocol, parties, history, rounds, terrain: None })
    }

    /// What the check says of each witness; `None` where it is silent.
    fn findings(&self, rounds: &[Round]) -> Vec<Option<Finding>> {
        self.findings_after(rounds, &History::default())
    }

    fn findings_after(&self, rounds: &[Round], history: &History) -> Vec<Option<Finding>> {
        let judged = self.judged(rounds, history);
        let of = |number: u64| {
            let edges = &judged.rounds[0].edges;
            let edge = edges.iter().find(|edge| edge.witness == PublicKey::of(&secret(number)))?;
            let samples = edge.findings.iter().find(|finding| finding.check == CheckName::Samples);
            assert!(samples.is_some_and(|finding| finding.score < 5.0), "{number}: {samples:?}");
            let order: Vec<_> = edge.findings.iter().map(|finding| finding.check).collect();
            let listed = CheckName::ALL.into_iter().filter(|check| order.contains(check));
            assert_eq!(order, listed.collect::<Vec<_>>());
            edge.findings.iter().find(|finding| finding.check == CheckName::GuardNoise).cloned()
        };
        (1..=6).map(of).collect()
    }
}

fn noise(dice: &mut Dice, count: usize) -> Vec<Complex32> {
    let sigma = 0.5_f64.sqrt();
    (0..count).map(|_| Complex32::new(dice.normal(sigma) as f32, dice.normal(sigma) as f32)).collect()
}

fn sum(a: &[Complex32], b: &[Complex32]) -> Vec<Complex32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn heard(plan: &crate::plan::HopPlan) -> Hop {
    Hop {
        payload: plan.payload.to_vec(),
        channel_hz: plan.channel_hz,
        cfo_mhz: 0,
        arrival_ns: START_NS + plan.start_ns + 14_144_000,
        ..hop()
    }
}

/// Shows what it kept, under the root that it committed to. Of two samples a chip half the noise is in the band.
fn testimony(
    number: u64,
    audit: &Audit,
    report: &Report,
    asked: usize,
    capture: &Capture,
    power: f64,
) -> Testimony {
    let leaves = vec![*capture.root().bytes(); report.hops.len()];
    let snr_db = 10.0 * (2.0 * f64::from(AMPLITUDE).powi(2) / power).log10();
    let mut report = report.clone();
    report.hops[asked].snr_cdb = (snr_db * 100.0) as i32;
    let drawn = audit.segment_of(capture.segments().len()).unwrap();
    let showing = Showing {
        window: report.window,
        beacon: report.beacon,
        capture: capture.root(),
        path: MerklePath::of(&leaves, asked).unwrap(),
        samples_per_chip: 2,
        first_sample_e6: BEFORE as i64 * 1_000_000,
        guard: capture.exhibit(0).unwrap(),
        segment: capture.exhibit(drawn).unwrap(),
    };
    Testimony {
        witness: PublicKey::of(&secret(number)),
        beacon: report.beacon,
        standing: Standing::Committed,
        report,
        samples_root: Some(merkle_root(&leaves)),
        commitments: Vec::new(),
        paths: Vec::new(),
        reveal: None,
        showing: Some(Sealed::seal(&showing, &secret(number))),
    }
}

fn outcomes(findings: &[Option<Finding>]) -> Vec<Option<Outcome>> {
    findings.iter().map(|finding| finding.as_ref().map(|finding| finding.outcome)).collect()
}

const ACCEPTED: Option<Outcome> = Some(Outcome::Accepted);
const REJECTED: Option<Outcome> = Some(Outcome::Rejected);

#[test]
fn both_edges_of_one_receiver_are_rejected() {
    let mut world = World::new(1, true, 900.0);
    let findings = world.findings(std::slice::from_ref(&world.round));
    assert_eq!(outcomes(&findings), [REJECTED, REJECTED, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]);
    let other = PublicKey::of(&secret(2)).to_string();
    assert!(findings[0].as_ref().unwrap().explanation.contains(&other), "{findings:?}");
    // The order in which they speak does not matter.
    world.round.testimonies.reverse();
    assert_eq!(world.findings(std::slice::from_ref(&world.round)), findings);
}

#[test]
fn honest_witnesses_are_accepted() {
    for seed in 0..8 {
        let world = World::new(seed, false, 900.0);
        assert_eq!(
            outcomes(&world.findings(std::slice::from_ref(&world.round))),
            [ACCEPTED; 6],
            "seed {seed}"
        );
    }
}

/// Noise that was shown in an earlier epoch comes back, from its own key.
#[test]
fn a_recording_used_again_is_told_and_the_first_time_it_was_not() {
    let rounds = |world: &World| std::slice::from_ref(&world.round).to_vec();
    let of_window = |wanted: std::ops::Range<u64>| {
        let worlds = (0..).map(|seed| World::with_recording(seed, false, 900.0, Some(4321)));
        worlds.into_iter().find(|world| wanted.contains(&world.round.window)).expect("windows are drawn")
    };
    let (early, late) = (of_window(0..6), of_window(6..12));
    assert_eq!(outcomes(&early.findings(&rounds(&early))), [ACCEPTED; 6]);
    let mut history = History::default();
    history.remember(&early.judged(&rounds(&early), &history));
    let findings = late.findings_after(&rounds(&late), &history);
    assert_eq!(outcomes(&findings), [REJECTED, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]);
    let said = &findings[0].as_ref().unwrap().explanation;
    assert!(said.contains(&format!("window {}", early.round.window)), "{said}");
    // Who has nothing earlier to be like is like nobody.
    assert_eq!(outcomes(&late.findings(&rounds(&late))), [ACCEPTED; 6]);
}

/// Somebody signs another's samples; where both got them nobody can tell.
#[test]
fn a_copied_showing_is_told() {
    let mut world = World::new(2, false, 900.0);
    let copied = world.round.testimonies[4].clone();
    let showing = copied.showing.as_ref().unwrap().message().unwrap();
    let thief = world.round.testimonies[2].witness;
    let showing = Some(Sealed::seal(&showing, &secret(3)));
    world.round.testimonies[2] = Testimony { witness: thief, showing, ..copied };
    let findings = world.findings(std::slice::from_ref(&world.round));
    assert_eq!(outcomes(&findings), [ACCEPTED, ACCEPTED, REJECTED, ACCEPTED, REJECTED, ACCEPTED]);
}

/// Two receivers on one roof share its power line; that alone convicts nobody.
#[test]
fn neighbours_on_one_roof_are_not_compared() {
    let world = World::new(3, true, 30.0);
    assert_eq!(outcomes(&world.findings(std::slice::from_ref(&world.round))), [ACCEPTED; 6]);
}

#[test]
fn guards_in_which_somebody_sent_are_left_out() {
    let world = World::new(4, true, 900.0);
    let audited = world
        .round
        .fresh
        .and_then(|fresh| Audit::draw(&world.protocol, world.round.window, &world.round.beaconer, &fresh));
    let hop = audited.and_then(|audit| audit.frame_of(&world.round.testimonies[0].report)).unwrap();
    let guarded = &world.plan.hops[hop];
    // Some other hotspot's beacon of the window has a frame in it.
    let mut dice = Dice::new(5);
    let hits = |plan: &BeaconPlan| {
        plan.hops.iter().any(|own| {
            let since_ns = guarded.start_ns - own.start_ns;
            own.channel_hz == guarded.channel_hz && (1_000_000..27_000_000).contains(&since_ns)
        })
    };
    let beaconer = PublicKey::of(&secret(ALSO_DRAWN));
    let link = (0..100_000).map(|_| dice.hash()).find(|link| {
        hits(&BeaconPlan::derive(&world.protocol, &beaconer, link, &world.round.randomness.window))
    });
    assert!(link.is_some(), "one in some hundred does");
    let other = Round { beaconer, link, testimonies: Vec::new(), ..world.round.clone() };
    assert_eq!(outcomes(&world.findings(&[world.round.clone(), other.clone()])), [None; 6]);
    // Nobody knows of what was never opened.
    let unopened = Round { link: None, ..other };
    let findings = world.findings(&[world.round.clone(), unopened]);
    assert_eq!(outcomes(&findings)[..2], [REJECTED; 2]);
}

#[test]
fn many_witnesses_cost_no_more_each() {
    let world = World::new(1, false, 900.0);
    let party = &world.parties[&world.round.beaconer];
    let planned = |fresh: Option<Hash>| Round { fresh, ..world.round.clone() };
    let drawn = |round: &Round, count| {
        let planned =
            Planned { round, beaconer: party, drawn: true, plan: None, audit: None, answers: Vec::new() };
        pairs(&planned, count)
    };
    let first = planned(Some(Hash::new([1; 32])));
    for count in 0..9 {
        assert_eq!(drawn(&first, count).len(), count * count.saturating_sub(1) / 2);
    }
    let (some, others) = (drawn(&first, 60), drawn(&planned(Some(Hash::new([2; 32]))), 60));
    for pairs in [&some, &others] {
        let mut known: Vec<_> = pairs.clone();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), 240);
        assert!(known.iter().all(|(one, other)| one < other && *other < 60));
    }
    assert_ne!(some, others, "fresh randomness draws them");
}
