//! One beacon of each region that carries beacons, end to end: agents, air, samples, commitments, audit, judgement, bundle and back.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as loudly as its tests")]

use std::collections::BTreeMap;

use ether::{Burst, Clock, Ether, FrontEnd, Node, NodeId, Oscillator, Surroundings, TrueTime, Tuning};
use geo_index::{Place, geodesy::destination};
use hotspot_agent::{Agent, CannotBeacon, Capture, Station, Transmission, beacon_rate_hz};
use identity::{Hash, OneWayChain, PublicKey};
use num_complex::Complex32;
use poc_verifier::{
    Audit, Bundle, Chain, CheckName, Epoch, History, Known, Outcome, Party, Protocol, Randomness, Region,
    Round, WindowBook, Witnessed, judge,
};
use secp256k1::SecretKey;

const RANDOMNESS: Randomness = Randomness { period: Hash::new([8; 32]), window: Hash::new([9; 32]) };
const WINDOW: u64 = 7;
/// Noise recorded before a frame, ms: the guard, and what the receiver's filters take.
const BEFORE_MS: i64 = 20;
const AFTER_MS: i64 = 2;
const FULL_SCALE_DBM: f64 = -40.0;

/// Every beacon is audited, and a hotspot is drawn in every window.
fn protocol(region: Region) -> Protocol {
    Protocol { audit_one_in: 1, ..Protocol::new(region, 1) }
}

fn secret(number: usize) -> SecretKey {
    SecretKey::from_secret_bytes([number as u8 + 1; 32]).unwrap()
}

fn station(number: usize, place: Place, region: Region) -> Station {
    Station {
        secret: secret(number),
        owner: PublicKey::of(&secret(number + 100)),
        place,
        gain_ddbi: 20,
        eirp_ddbm: region.eirp_max_ddbm.min(161),
        follows_pps: true,
        full_scale_dbm: FULL_SCALE_DBM,
        chain: OneWayChain::new([number as u8; 32], 100),
        chain_first_window: 5,
    }
}

fn node(number: usize, place: Place) -> Node {
    let spread = number as f64 - 2.0;
    Node {
        place,
        surroundings: Surroundings::Rural,
        antenna_gain_dbi: 2.0,
        oscillator: Oscillator { offset_ppm: 0.4 * spread, ..Oscillator::default() },
        clock: Clock::Pps { bias_ns: 5.0 * spread, jitter_ns: 10.0 },
        front_end: FrontEnd {
            noise_figure_db: 5.0,
            man_made_db: 3.0,
            full_scale_dbm: FULL_SCALE_DBM,
            bits: 14,
        },
    }
}

/// A beaconer and six anchors about it, each 1.2 km away or so.
struct Town {
    ether: Ether,
    nodes: Vec<NodeId>,
    agents: Vec<Agent>,
}

impl Town {
    fn new(region: Region) -> Self {
        let middle = Place::from_degrees(38.72, -9.15, 120.0).unwrap();
        let mut places = vec![middle];
        places.extend((0..6).map(|number| {
            let (azimuth_deg, distance_m) =
                (60.0 * f64::from(number) + 10.0, 1000.0 + 90.0 * f64::from(number));
            destination(middle, azimuth_deg, distance_m).unwrap()
        }));
        let mut ether = Ether::new(915);
        let nodes = places.iter().enumerate().map(|(number, place)| ether.add_node(node(number, *place)));
        let nodes = nodes.collect();
        let agents = places.iter().enumerate().map(|(number, place)| {
            Agent::new(station(number, *place, region), protocol(region)).expect("two samples a chip")
        });
        Self { agents: agents.collect(), nodes, ether }
    }

    fn send(&mut self, transmission: &Transmission) {
        self.ether.transmit(Burst {
            node: self.nodes[0],
            start: TrueTime::from_ps(transmission.start_ns * 1000),
            carrier_hz: transmission.carrier_hz,
            rate_hz: transmission.rate_hz,
            power_dbm: transmission.power_dbm,
            samples: transmission.samples.clone(),
        });
    }

    /// What a radio records of a stretch, as its own clock has it.
    fn listen(&mut self, number: usize, channel_hz: u32, from_ns: i64, length_ns: i64, rate_hz: f64) {
        let (node, from) = (self.nodes[number], TrueTime::from_ps(from_ns * 1000));
        let radio = self.ether.node(node);
        let error_ns = radio.clock.error_ns(from, &radio.oscillator, 915, node.index() as u64);
        let clock_error = radio.oscillator.error_at(from);
        let mut samples = vec![Complex32::ZERO; (length_ns as f64 * 1e-9 * rate_hz) as usize];
        let tuning = Tuning { centre_hz: f64::from(channel_hz), rate_hz };
        self.ether.listen(node, tuning, from).read(&self.ether, &mut samples);
        self.agents[number].listen(&Capture {
            channel_hz,
            start_ns: from_ns + error_ns.floor() as i64,
            start_fraction_ns: error_ns - error_ns.floor(),
            clock_error,
            samples: &samples,
        });
    }
}

fn party(agent: &Agent) -> Party {
    let station = agent.station();
    Party {
        key: agent.key(),
        owner: station.owner,
        place: station.place,
        gain_ddbi: station.gain_ddbi,
        eirp_ddbm: station.eirp_ddbm,
        follows_pps: true,
        known: Known::Genesis,
        chain: Chain { link: station.chain.head(), index: 0, first_window: station.chain_first_window },
    }
}

/// Plays the round of one beacon; what is published of it.
fn played(region: Region) -> (Bundle, Vec<(PublicKey, Outcome)>) {
    let protocol = protocol(region);
    let times = protocol.timetable;
    let mut town = Town::new(region);
    let beaconer = town.agents[0].key();
    let sent = town.agents[0].beacon(WINDOW, 0, &RANDOMNESS).expect("lawful");
    assert_eq!(sent.len(), 8, "{}", region.name);
    for transmission in &sent {
        assert!(transmission.power_dbm <= f64::from(region.eirp_max_ddbm) * 0.1);
        town.send(transmission);
    }
    let frame_ns = region.frame().airtime_us(20) as i64 * 1000;
    for transmission in &sent {
        let nearest = |channel: &u32| (f64::from(*channel) - transmission.carrier_hz).abs();
        let channel_hz =
            region.channels_hz.into_iter().min_by(|a, b| nearest(a).total_cmp(&nearest(b))).unwrap();
        for number in 1..town.agents.len() {
            let from_ns = transmission.start_ns - BEFORE_MS * 1_000_000;
            let length_ns = frame_ns + (BEFORE_MS + AFTER_MS) * 1_000_000;
            town.listen(number, channel_hz, from_ns, length_ns, beacon_rate_hz(&region));
        }
    }
    let heard: Vec<_> = town.agents.iter_mut().map(Agent::take_heard).collect();
    let mut book = WindowBook::new(WINDOW, times);
    let pledges: Vec<_> =
        town.agents.iter().zip(&heard).flat_map(|(agent, heard)| agent.pledge(WINDOW, heard)).collect();
    for pledge in &pledges {
        book.commit(pledge.commitment.clone(), times.commitments_until_ms).unwrap();
    }
    book.close(&secret(99));
    let opening = town.agents[0].opening(WINDOW).unwrap();
    let link = opening.message().unwrap().link;
    book.open(opening.clone(), times.reveals_until_ms).unwrap();
    for pledge in pledges {
        book.reveal(pledge.reveal, times.reveals_until_ms).unwrap();
    }
    let fresh = Hash::new([3; 32]);
    let audit = Audit::draw(&protocol, WINDOW, &beaconer, &fresh).expect("every beacon is audited");
    for (agent, heard) in town.agents.iter().zip(&heard) {
        for beacon in heard {
            book.show(agent.show(WINDOW, beacon, &audit).unwrap(), times.showings_until_ms).unwrap();
        }
    }
    let round = Round {
        window: WINDOW,
        window_start_ns: 0,
        randomness: RANDOMNESS,
        beaconer,
        link: Some(link),
        opening: Some(opening),
        closed_set: book.closed_set().cloned(),
        fresh: Some(fresh),
        testimonies: book.testimonies(),
    };
    let parties: BTreeMap<_, _> = town.agents.iter().map(|agent| (agent.key(), party(agent))).collect();
    let judged = outcomes(&protocol, &parties, &round);
    let witnesses = round.testimonies.iter().map(|said| Witnessed {
        party: parties[&said.witness],
        commitments: said.commitments.clone(),
        paths: said.paths.clone(),
        reveal: said.reveal.clone(),
        showing: said.showing.clone(),
    });
    let bundle = Bundle {
        protocol,
        window: WINDOW,
        window_start_ms: 0,
        randomness: RANDOMNESS,
        beaconer: parties[&beaconer],
        opening: round.opening.clone(),
        closed_set: round.closed_set.clone(),
        fresh: round.fresh,
        witnesses: witnesses.collect(),
    };
    (bundle, judged)
}

fn outcomes(
    protocol: &Protocol,
    parties: &BTreeMap<PublicKey, Party>,
    round: &Round,
) -> Vec<(PublicKey, Outcome)> {
    let history = History::default();
    let rounds = std::slice::from_ref(round);
    let judgement = judge(&Epoch { protocol, parties, history: &history, rounds, terrain: None });
    let edges = &judgement.rounds[0].edges;
    for edge in edges {
        println!(
            "{}: {} of 8 hops, {:.1} dB SNR, {:?}",
            protocol.region.name, edge.hops_heard, edge.snr_db, edge.outcome
        );
        let samples = edge.findings.iter().any(|finding| finding.check == CheckName::Samples);
        assert!(samples, "the samples were asked for, and looked at");
        for finding in edge.findings.iter().filter(|finding| finding.outcome != Outcome::Accepted) {
            println!("  {}: {}", finding.check.as_str(), finding.explanation);
        }
    }
    edges.iter().map(|edge| (edge.witness, edge.outcome)).collect()
}

#[test]
fn a_beacon_of_each_region_is_sent_heard_shown_and_accepted() {
    let times = protocol(Region::EU868).timetable;
    let sendable = |region: &Region| region.carries(&times).is_ok() && region.law.listen.is_none();
    let mut names = Vec::new();
    for region in Region::ALL.into_iter().filter(sendable) {
        let (bundle, judged) = played(region);
        assert_eq!(judged.len(), 6, "{}", region.name);
        assert!(
            judged.iter().all(|(_, outcome)| *outcome == Outcome::Accepted),
            "{}: {judged:?}",
            region.name
        );
        let again = Bundle::decode(&bundle.encode()).unwrap();
        assert_eq!(again, bundle);
        assert_eq!(again.protocol.region, region);
        names.push(region.name);
    }
    assert_eq!(names, ["EU868", "US915", "AU915", "AS923-2"]);
}

#[test]
fn nothing_is_sent_where_the_row_forbids_it() {
    let place = Place::from_degrees(35.0, 135.0, 50.0).unwrap();
    let refusal = |name: &str| {
        let region = Region::named(name).unwrap();
        Agent::new(station(1, place, region), protocol(region))
            .unwrap()
            .beacon(WINDOW, 0, &RANDOMNESS)
            .unwrap_err()
    };
    for name in ["AS923-1", "AS923-3", "AS923-4", "IN865", "KR920"] {
        assert!(matches!(refusal(name), CannotBeacon::Region { .. }), "{name}: {}", refusal(name));
    }
    assert_eq!(refusal("JP920"), CannotBeacon::Listening { region: "JP920", us: 128 });
}
