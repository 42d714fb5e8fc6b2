//! A city without precise clocks: one hotspot beacons, another answers, the rest time both with crystals of their own.

use std::collections::BTreeMap;

use geo_index::{Place, geodesy::light_delay_ns};
use identity::{Hash, PublicKey};

use crate::{
    BeaconPlan, CheckName, Epoch, History, Known, Outcome, Party, PlaceVerdict, Protocol, Randomness, Round,
    Standing, Testimony,
    answer::{ANSWER_AFTER_MS, AnswerPlan, frame_start_ns, turnaround_ns},
    judge,
    messages::{Hop, Report, ShortId},
    plan::is_drawn,
    protocol::{HOPS, PAYLOAD_BYTES},
    testing::{Dice, away, hop, key, lisbon, party, protocol},
};

const CHALLENGER: u64 = 0;
const CLAIMANT: u64 = 1;
const ANCHORS: std::ops::Range<u64> = 2..12;
const START_NS: i64 = 1_000_000_000_000;

/// A radio with one crystal.
struct Radio {
    place: Place,
    fast: f64,
    offset_ns: f64,
}

impl Radio {
    /// What its clock shows at a time of nobody's, ns after the window's start.
    fn shows_ns(&self, time_ns: f64) -> f64 {
        self.offset_ns + time_ns * (1.0 + self.fast)
    }

    /// When its clock shows this.
    fn when_ns(&self, shown_ns: f64) -> f64 {
        (shown_ns - self.offset_ns) / (1.0 + self.fast)
    }
}

/// A frame that one radio sent and another timed.
fn timed(
    payload: &[u8],
    channel_hz: u32,
    dither_hz: f64,
    sent_ns: f64,
    (from, to): (&Radio, &Radio),
    dice: &mut Dice,
) -> Hop {
    let middle_ns = protocol().region.frame().airtime_us(PAYLOAD_BYTES) as f64 * 500.0;
    let arrived_ns = sent_ns + light_delay_ns(from.place, to.place) + middle_ns / (1.0 + from.fast);
    let shown_ns = to.shows_ns(arrived_ns) + dice.normal(50.0);
    let cfo_hz = (from.fast - to.fast) * f64::from(channel_hz) + dither_hz + dice.normal(2.0);
    Hop {
        payload: payload.to_vec(),
        channel_hz,
        cfo_mhz: (cfo_hz * 1e3) as i64,
        sfo_ppb: ((from.fast - to.fast) * 1e9) as i32,
        arrival_ns: START_NS + shown_ns.floor() as i64,
        arrival_ps: (shown_ns.rem_euclid(1.0) * 999.0) as u32,
        ..hop()
    }
}

struct City {
    protocol: Protocol,
    parties: BTreeMap<PublicKey, Party>,
    rounds: Vec<Round>,
}

impl City {
    /// The claimant says that it stands where it does, or `lie_m` away.
    fn new(seed: u64, lie_m: f64, pps: bool) -> Self {
        let mut dice = Dice::new(seed);
        let protocol = Protocol { answer_one_in: 1, ..protocol() };
        let truth = away(lisbon(), 77.0, 3000.0);
        let mut radio = |place| Radio { place, fast: dice.normal(1.5e-6), offset_ns: dice.normal(2e7) };
        let mut radios = BTreeMap::from([(CHALLENGER, radio(lisbon())), (CLAIMANT, radio(truth))]);
        for number in ANCHORS {
            let there = away(lisbon(), 36.0 * number as f64, 2500.0 + 400.0 * (number % 4) as f64);
            radios.insert(number, radio(there));
        }
        let asserted = away(truth, 200.0, lie_m);
        let places = radios.iter().map(|(number, radio)| (*number, radio.place));
        let parties = places.map(|(number, place)| {
            let place = if number == CLAIMANT { asserted } else { place };
            let known = if number == CLAIMANT { Known::No } else { Known::Genesis };
            (key(number), Party { follows_pps: pps, known, ..party(number, place) })
        });
        let parties: BTreeMap<PublicKey, Party> = parties.collect();
        let (window, randomness, beaconer_link, link) = draw(&protocol, &parties, &mut dice);
        let plan = BeaconPlan::derive(&protocol, &key(CHALLENGER), &beaconer_link, &randomness.window);
        let heard = (2, &plan.hops[2].payload[..]);
        let answer = AnswerPlan::derive(&protocol, &key(CLAIMANT), &link, &randomness.window, heard);
        let answer_ns = plan.hops[7].start_ns as f64 + (40 + ANSWER_AFTER_MS) as f64 * 1e6 + dice.normal(3e6);
        let mut rounds = [(CHALLENGER, beaconer_link), (CLAIMANT, link)].map(|(number, link)| Round {
            window,
            window_start_ns: START_NS,
            randomness,
            beaconer: key(number),
            link: Some(link),
            opening: None,
            closed_set: None,
            fresh: None,
            testimonies: Vec::new(),
        });
        for number in ANCHORS {
            let (anchor, beaconer, claimant) = (&radios[&number], &radios[&CHALLENGER], &radios[&CLAIMANT]);
            // Everybody misses another frame.
            let beacon = (0..HOPS).filter(|hop| *hop != number as usize % HOPS).map(|hop| {
                let hop = &plan.hops[hop];
                let sent_ns = beaconer.when_ns(hop.start_ns as f64);
                let dither_hz = f64::from(hop.frequency_dither_hz);
                timed(&hop.payload, hop.channel_hz, dither_hz, sent_ns, (beaconer, anchor), &mut dice)
            });
            let beacon: Vec<Hop> = beacon.collect();
            let answered = (0..4).filter(|frame| *frame != number as usize % 5).map(|frame| {
                let sent_ns = claimant.when_ns(answer_ns + frame_start_ns(&protocol, frame) as f64);
                let (payload, channel_hz) = (&answer.payloads[frame], answer.channels_hz[frame]);
                timed(payload, channel_hz, 0.0, sent_ns, (claimant, anchor), &mut dice)
            });
            let answered: Vec<Hop> = answered.collect();
            for (round, hops) in rounds.iter_mut().zip([beacon, answered]) {
                round.testimonies.push(testimony(number, round.beaconer, window, hops));
            }
        }
        Self { protocol, parties, rounds: rounds.to_vec() }
    }

    fn place(&self, rounds: &[Round]) -> PlaceVerdict {
        self.judged(rounds).places[&key(CLAIMANT)].clone()
    }

    fn judged(&self, rounds: &[Round]) -> crate::EpochJudgement {
        judge(&Epoch {
            protocol: &self.protocol,
            parties: &self.parties,
            history: &History::default(),
            rounds,
            terrain: None,
        })
    }
}

fn testimony(witness: u64, beaconer: PublicKey, window: u64, hops: Vec<Hop>) -> Testimony {
    let beacon = ShortId::of(&beaconer);
    Testimony {
        witness: key(witness),
        beacon,
        standing: Standing::Committed,
        report: Report { window, beacon, hops },
        samples_root: None,
        commitments: Vec::new(),
        paths: Vec::new(),
        reveal: None,
        showing: None,
    }
}

/// A window in which the challenger beacons and the claimant is asked to answer it.
fn draw(
    protocol: &Protocol,
    parties: &BTreeMap<PublicKey, Party>,
    dice: &mut Dice,
) -> (u64, Randomness, Hash, Hash) {
    loop {
        let randomness = Randomness { period: dice.hash(), window: dice.hash() };
        let window = dice.below(12);
        let drawn = |key: &&PublicKey| is_drawn(protocol, window, &randomness, key);
        let drawn: Vec<PublicKey> = parties.keys().filter(drawn).copied().collect();
        // With one in one every other hotspot is asked.
        if drawn.contains(&key(CHALLENGER)) && !drawn.contains(&key(CLAIMANT)) {
            return (window, randomness, dice.hash(), dice.hash());
        }
    }
}

#[test]
fn an_answer_proves_a_place_without_any_precise_clock() {
    for seed in 0..40 {
        let city = City::new(seed, 0.0, false);
        let place = city.place(&city.rounds);
        assert_eq!((place.outcome, place.anchors), (Outcome::Accepted, 10), "seed {seed}: {place:?}");
        assert!(place.offset_m < 300.0, "seed {seed}: {place:?}");
        // Answers are no coverage, and nobody is blamed for having heard one.
        let judged = city.judged(&city.rounds);
        assert_eq!((judged.rounds[0].edges.len(), judged.rounds[1].edges.len()), (10, 0));
    }
}

#[test]
fn an_answer_gives_a_false_place_away() {
    for seed in 0..40 {
        let city = City::new(seed, 4000.0, false);
        let place = city.place(&city.rounds);
        assert_eq!(place.outcome, Outcome::Rejected, "seed {seed}: {place:?}");
        assert!((place.offset_m - 4000.0).abs() < 400.0, "seed {seed}: {place:?}");
    }
}

/// Without clocks and without an answer nothing is known, and that is nobody's fault.
#[test]
fn nothing_is_known_without_the_challenge_or_its_opening() {
    let city = City::new(1, 4000.0, false);
    let unheard = [city.rounds[1].clone()];
    assert_eq!(city.place(&unheard).outcome, Outcome::Unproven, "nobody reported the challenge");
    for silent in 0..2 {
        let mut rounds = city.rounds.clone();
        rounds[silent].link = None;
        assert_eq!(city.place(&rounds).outcome, Outcome::Unproven, "round {silent} was never opened");
        assert_eq!(city.judged(&rounds).rounds[1].edges, [], "and no witness pays for that");
    }
    let mute = Protocol { region: crate::Region { ranging: false, ..city.protocol.region }, ..city.protocol };
    assert_eq!(City { protocol: mute, ..city }.place(&[]).outcome, Outcome::Unproven);
}

/// Anchors with precise clocks are not timed by differences: their clocks' rates were taken out already.
#[test]
fn precise_clocks_take_no_part_in_differences() {
    let city = City::new(2, 0.0, true);
    assert_eq!(city.place(&city.rounds).anchors, 0);
}

/// A claimant that answers for a radio elsewhere, over a network: its answer comes late, and the edge by which it heard the beacon is rejected.
#[test]
fn an_answer_over_a_network_is_a_relays() {
    for (late_ns, rejected) in [(0.0, false), (20_000.0, false), (1e6, true), (30e6, true)] {
        let mut city = City::new(5, 0.0, true);
        let (beaconer, claimant) = (key(CHALLENGER), key(CLAIMANT));
        let plan = BeaconPlan::derive(
            &city.protocol,
            &beaconer,
            &city.rounds[0].link.unwrap(),
            &city.rounds[0].randomness.window,
        );
        let heard = (2, &plan.hops[2].payload[..]);
        let answer = AnswerPlan::derive(
            &city.protocol,
            &claimant,
            &city.rounds[1].link.unwrap(),
            &city.rounds[1].randomness.window,
            heard,
        );
        let still = |place| Radio { place, fast: 0.0, offset_ns: 0.0 };
        let (from, to) = (still(city.parties[&claimant].place), still(city.parties[&beaconer].place));
        let mut dice = Dice::new(6);
        // What the claimant says it heard, and when the challenger heard the answer.
        let beacon = plan.hops.iter().map(|hop| {
            timed(
                &hop.payload,
                hop.channel_hz,
                f64::from(hop.frequency_dither_hz),
                hop.start_ns as f64,
                (&to, &from),
                &mut dice,
            )
        });
        let beacon: Vec<Hop> = beacon.collect();
        let start_ns = (plan.hops[2].start_ns + turnaround_ns(&city.protocol, 2)) as f64
            + light_delay_ns(from.place, to.place)
            + late_ns;
        let frames = (0..4).map(|frame| {
            let sent_ns = start_ns + frame_start_ns(&city.protocol, frame) as f64;
            timed(&answer.payloads[frame], answer.channels_hz[frame], 0.0, sent_ns, (&from, &to), &mut dice)
        });
        let frames: Vec<Hop> = frames.collect();
        let window = city.rounds[0].window;
        city.rounds[0].testimonies.push(testimony(CLAIMANT, beaconer, window, beacon));
        city.rounds[1].testimonies.push(testimony(CHALLENGER, claimant, window, frames));
        let judged = city.judged(&city.rounds);
        let edge = judged.rounds[0].edges.iter().find(|edge| edge.witness == claimant).unwrap();
        let relay = edge.findings.iter().find(|finding| finding.check == CheckName::Relay).unwrap();
        assert!((relay.measured - late_ns * 1e-3).abs() < 1.0, "{relay:?}");
        assert_eq!(relay.outcome == Outcome::Rejected, rejected, "{relay:?}");
    }
}

/// Somebody who invents frames of an answer has an edge, and it is rejected.
#[test]
fn an_invented_answer_is_not_one() {
    let mut city = City::new(3, 0.0, false);
    for hop in &mut city.rounds[1].testimonies[0].report.hops {
        hop.payload[10] ^= 1;
    }
    let judged = city.judged(&city.rounds);
    let edges = &judged.rounds[1].edges;
    assert_eq!((edges.len(), edges[0].outcome), (1, Outcome::Rejected));
}

/// Noise passes the CRC of a frame now and then: beside three frames of the answer nobody is accused for it.
#[test]
fn a_misread_frame_beside_an_answer_is_no_claim() {
    let mut city = City::new(3, 0.0, false);
    for said in &mut city.rounds[1].testimonies {
        said.report.hops[0].payload[10] ^= 1;
    }
    let judged = city.judged(&city.rounds);
    assert!(judged.rounds[1].edges.is_empty(), "{:?}", judged.rounds[1].edges);
}

/// Every judged round holds carriers against sample clocks.
#[test]
fn carriers_without_their_clocks_are_rejected_in_a_judged_round() {
    let mut city = City::new(4, 0.0, false);
    let by_clock = |city: &City| {
        let judged = city.judged(&city.rounds);
        let findings = judged.rounds[0].edges.iter().flat_map(|edge| edge.findings.clone());
        findings.filter(|finding| finding.unit == "ppm" && finding.outcome == Outcome::Rejected).count()
    };
    assert_eq!(by_clock(&city), 0);
    for hop in city.rounds[0].testimonies.iter_mut().flat_map(|said| &mut said.report.hops) {
        hop.cfo_mhz += i64::from(hop.channel_hz) * 30 / 1000;
    }
    assert_eq!(by_clock(&city), 10);
}
