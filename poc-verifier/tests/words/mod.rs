//! Words of the proof protocol for the tests outside: generated messages of every kind, and a whole round that was played by the book.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;

use geo_index::{
    Place,
    geodesy::{destination, light_delay_ns},
};
use identity::{Context, Hash, MerklePath, OneWayChain, PublicKey};
use num_complex::Complex32;
use poc_verifier::Message;
use poc_verifier::{
    BeaconPlan, Bundle, Chain, Epoch, EpochJudgement, History, Known, Party, Protocol, Randomness, Region,
    Round, Sealed, WindowBook, Witnessed, judge,
    messages::{ClosedSet, Commitment, Hop, Opening, Report, Reveal, ShortId, Showing},
    plan::is_drawn,
    protocol::{HOPS, PAYLOAD_BYTES},
};
use proptest::{collection::vec, prelude::*};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use secp256k1::SecretKey;
use witness::Capture;

const TEST: Context = Context::new("earshot 2026 verifier's tests");

/// Secret number `number`.
pub(crate) fn secret(number: u64) -> SecretKey {
    SecretKey::from_secret_bytes(*Hash::of(TEST, &[&number.to_le_bytes()]).bytes()).unwrap()
}

pub(crate) fn protocol() -> Protocol {
    Protocol::new(Region::EU868, 12)
}

pub(crate) fn any_hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash::new)
}

pub(crate) fn any_short_id() -> impl Strategy<Value = ShortId> {
    any::<[u8; 4]>().prop_map(ShortId)
}

/// A number of the range, its ends more often than their share.
fn number(low: i64, high: i64) -> impl Strategy<Value = i64> {
    prop_oneof![4 => low..=high, 1 => Just(low), 1 => Just(high)]
}

pub(crate) fn any_hop() -> impl Strategy<Value = Hop> {
    let payload = vec(any::<u8>(), 1..=32);
    let levels = (number(-30_000, 10_000), number(-30_000, 10_000), number(-10_000, 20_000));
    let carrier = (number(-1_000_000_000, 1_000_000_000), number(0, 1_000_000_000));
    let clock = (number(-1_000_000, 1_000_000), number(0, 1_000_000));
    let arrival = (number(0, 4_000_000_000_000_000_000), number(0, 999), number(0, 1_000_000_000));
    let channel_and_phase = (any::<u32>(), number(0, 359_999));
    (payload, levels, carrier, clock, arrival, channel_and_phase).prop_map(
        |(payload, levels, carrier, clock, arrival, (channel_hz, phase))| Hop {
            payload,
            channel_hz,
            rssi_cdbm: levels.0 as i32,
            noise_floor_cdbm: levels.1 as i32,
            snr_cdb: levels.2 as i32,
            cfo_mhz: carrier.0,
            cfo_sigma_mhz: carrier.1 as u32,
            sfo_ppb: clock.0 as i32,
            sfo_sigma_ppb: clock.1 as u32,
            arrival_ns: arrival.0,
            arrival_ps: arrival.1 as u32,
            arrival_sigma_ps: arrival.2 as u32,
            phase_mdeg: phase as u32,
        },
    )
}

pub(crate) fn any_commitment() -> impl Strategy<Value = Commitment> {
    (any::<u64>(), any_short_id(), any_hash()).prop_map(|(window, beacon, digest)| Commitment {
        window,
        beacon,
        digest,
    })
}

pub(crate) fn any_opening() -> impl Strategy<Value = Opening> {
    (any::<u64>(), any_hash()).prop_map(|(window, link)| Opening { window, link })
}

pub(crate) fn any_closed_set() -> impl Strategy<Value = ClosedSet> {
    (any::<u64>(), any::<u32>(), any_hash()).prop_map(|(window, commitments, root)| ClosedSet {
        window,
        commitments,
        root,
    })
}

pub(crate) fn any_report() -> impl Strategy<Value = Report> {
    (any::<u64>(), any_short_id(), vec(any_hop(), 0..=Report::HOPS_MAX))
        .prop_map(|(window, beacon, hops)| Report { window, beacon, hops })
}

pub(crate) fn any_reveal() -> impl Strategy<Value = Reveal> {
    (any_report(), any::<[u8; 32]>(), any_hash()).prop_map(|(report, salt, samples_root)| Reveal {
        report: report.encode(),
        salt,
        samples_root,
    })
}

/// Exhibits of a capture of noise, under a root among others.
pub(crate) fn any_showing() -> impl Strategy<Value = Showing> {
    let when = (any::<u64>(), any_short_id());
    let capture = (any::<u64>(), 0..=4096_usize, 1..=6000_usize, any::<prop::sample::Index>());
    (when, capture, vec(any_hash(), 1..=8), 1..=2_u8, number(-1_000_000_000, 1_000_000_000)).prop_map(
        |((window, beacon), (seed, guard, frame, drawn), mut roots, samples_per_chip, first_sample_e6)| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut part = || (rng.next_u64() >> 40) as f32 / (1 << 24) as f32 - 0.5;
            let mut noise =
                |count| -> Vec<_> { (0..count).map(|_| Complex32::new(part(), part())).collect() };
            let capture = Capture::of((0, &noise(guard)), (5000, &noise(frame))).unwrap();
            let index = drawn.index(roots.len());
            roots[index] = capture.root();
            let leaves: Vec<[u8; 32]> = roots.iter().map(|root| *root.bytes()).collect();
            let segment = 1 + drawn.index(capture.segments().len() - 1);
            Showing {
                window,
                beacon,
                capture: capture.root(),
                path: MerklePath::of(&leaves, index).unwrap(),
                samples_per_chip,
                first_sample_e6,
                guard: capture.exhibit(0).unwrap(),
                segment: capture.exhibit(segment).unwrap(),
            }
        },
    )
}

pub(crate) fn any_party() -> impl Strategy<Value = Party> {
    let place =
        (number(-900_000_000, 900_000_000), number(-1_800_000_000, 1_799_999_999), number(-10_000, 200_000));
    let radio = (number(-200, 400), number(-500, 600), any::<bool>(), 0..4_usize);
    let chain = (any_hash(), any::<u64>(), any::<u64>());
    (0..50_u64, 0..50_u64, place, radio, chain).prop_map(
        |(key, owner, place, radio, (link, index, first_window))| Party {
            key: PublicKey::of(&secret(key)),
            owner: PublicKey::of(&secret(100 + owner)),
            place: Place::from_integers(place.0 as i32, place.1 as i32, place.2 as i32).unwrap(),
            gain_ddbi: radio.0 as i32,
            eirp_ddbm: radio.1 as i32,
            follows_pps: radio.2,
            known: [
                Known::No,
                Known::Genesis,
                Known::ProvenEpochsAgo(1),
                Known::ProvenEpochsAgo(u64::MAX - 1),
            ][radio.3],
            chain: Chain { link, index, first_window },
        },
    )
}

pub(crate) fn sealed<M: Message + std::fmt::Debug>(
    message: impl Strategy<Value = M>,
) -> impl Strategy<Value = Sealed<M>> {
    (message, 0..20_u64).prop_map(|(message, signer)| Sealed::seal(&message, &secret(signer)))
}

pub(crate) fn any_path() -> impl Strategy<Value = MerklePath> {
    (1..=u32::MAX, any::<prop::sample::Index>(), vec(any_hash(), 0..=32)).prop_map(
        |(leaves, index, neighbours)| MerklePath {
            index: index.index(leaves as usize),
            leaves: leaves as usize,
            neighbours,
        },
    )
}

pub(crate) fn any_bundle() -> impl Strategy<Value = Bundle> {
    let (reveal, showing) = (prop::option::of(sealed(any_reveal())), prop::option::of(sealed(any_showing())));
    let committed = vec((sealed(any_commitment()), any_path()), 0..=2);
    let witnessed =
        (any_party(), committed, reveal, showing).prop_map(|(party, committed, reveal, showing)| {
            let (commitments, paths) = committed.into_iter().unzip();
            Witnessed { party, commitments, paths, reveal, showing }
        });
    let when = (any::<u64>(), 0..4_000_000_000_000_u64, any_hash(), any_hash());
    let opening = prop::option::of(sealed(any_opening()));
    let closed_set = prop::option::of(sealed(any_closed_set()));
    let hashes = (prop::option::of(any_hash()), prop::option::of(any_hash()));
    let region = prop::sample::select(Region::ALL.to_vec());
    (when, any_party(), opening, closed_set, (hashes, region, vec(witnessed, 0..4))).prop_map(
        |(
            (window, window_start_ms, period, window_hash),
            beaconer,
            opening,
            closed_set,
            ((fresh, terrain), region, witnesses),
        )| {
            Bundle {
                protocol: Protocol { terrain, region, ..protocol() },
                window,
                window_start_ms,
                randomness: Randomness { period, window: window_hash },
                beaconer,
                opening,
                closed_set,
                fresh,
                witnesses,
            }
        },
    )
}

/// What a witness of the played round does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conduct {
    Honest,
    Withholds,
    Equivocates,
    ShowsAnother,
    CommitsToNothing,
    Guesses,
    Deaf,
}

/// A round that was played by the book, with everything that is published of it.
pub(crate) struct Played {
    pub(crate) protocol: Protocol,
    pub(crate) parties: BTreeMap<PublicKey, Party>,
    pub(crate) round: Round,
    pub(crate) bundle: Bundle,
}

const WINDOW_START_MS: u64 = 1_790_000_000_000;

/// A beaconer in Lisbon, and about it one anchor for each conduct, every one of which has satellite time.
pub(crate) fn play(seed: u64, conducts: &[Conduct]) -> Played {
    let protocol = protocol();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut chain_seed, mut period, mut window_hash) = ([0; 32], [0; 32], [0; 32]);
    for bytes in [&mut chain_seed, &mut period, &mut window_hash] {
        rng.fill_bytes(bytes);
    }
    let mut chain = OneWayChain::new(chain_seed, 30);
    let randomness = Randomness { period: Hash::new(period), window: Hash::new(window_hash) };
    let middle = Place::from_degrees(38.7253, -9.15, 120.0).unwrap();
    let beaconer = party(0, middle, &chain);
    let window = (12..24).find(|window| is_drawn(&protocol, *window, &randomness, &beaconer.key)).unwrap();
    let link = chain.link(beaconer.chain.index_of(window).unwrap()).unwrap();
    let plan = BeaconPlan::derive(&protocol, &beaconer.key, &link, &randomness.window);
    let beacon = ShortId::of(&beaconer.key);
    let mut book = WindowBook::new(window, protocol.timetable);
    let mut parties = BTreeMap::from([(beaconer.key, beaconer)]);
    let mut reveals = Vec::new();
    for (index, conduct) in conducts.iter().enumerate() {
        let azimuth_deg = 360.0 * index as f64 / conducts.len() as f64;
        let place = destination(middle, azimuth_deg, 2000.0 + 300.0 * index as f64).unwrap();
        let witness = party(1 + index as u64, place, &chain);
        parties.insert(witness.key, witness);
        let own = secret(1 + index as u64);
        let mut hops = hops(&plan, light_delay_ns(middle, place), &mut rng);
        match conduct {
            Conduct::Guesses => hops.iter_mut().for_each(|hop| hop.payload[10] ^= 1),
            Conduct::Deaf => hops.clear(),
            _ => {}
        }
        let report = Report { window, beacon, hops }.encode();
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let mut reveal = Reveal { report, salt, samples_root: Hash::new([7; 32]) };
        let commit = |reveal: &Reveal| {
            Sealed::seal(&Commitment { window, beacon, digest: reveal.digest(&witness.key) }, &own)
        };
        if *conduct != Conduct::CommitsToNothing {
            book.commit(commit(&reveal), 3000).unwrap();
        }
        if matches!(conduct, Conduct::Equivocates | Conduct::ShowsAnother) {
            let other = Reveal { salt: [1; 32], ..reveal.clone() };
            if *conduct == Conduct::Equivocates {
                book.commit(commit(&other), 3000).unwrap();
            }
            reveal = other;
        }
        if *conduct != Conduct::Withholds {
            reveals.push(Sealed::seal(&reveal, &own));
        }
    }
    book.close(&secret(99));
    book.open(Sealed::seal(&Opening { window, link }, &secret(0)), 4000).unwrap();
    for reveal in reveals {
        book.reveal(reveal, 4000).unwrap();
    }
    let round = Round {
        window,
        window_start_ns: WINDOW_START_MS as i64 * 1_000_000,
        randomness,
        beaconer: beaconer.key,
        link: Some(link).filter(|link| beaconer.chain.opens(window, link)),
        opening: book.opening(&beaconer.key).cloned(),
        closed_set: book.closed_set().cloned(),
        fresh: None,
        testimonies: book.testimonies(),
    };
    let witnesses = round.testimonies.iter().map(|said| Witnessed {
        party: parties[&said.witness],
        commitments: said.commitments.clone(),
        paths: said.paths.clone(),
        reveal: said.reveal.clone(),
        showing: said.showing.clone(),
    });
    let bundle = Bundle {
        protocol,
        window,
        window_start_ms: WINDOW_START_MS,
        randomness,
        beaconer,
        opening: round.opening.clone(),
        closed_set: round.closed_set.clone(),
        fresh: round.fresh,
        witnesses: witnesses.collect(),
    };
    Played { protocol, parties, round, bundle }
}

fn party(number: u64, place: Place, chain: &OneWayChain) -> Party {
    Party {
        key: PublicKey::of(&secret(number)),
        owner: PublicKey::of(&secret(200 + number)),
        place,
        gain_ddbi: 20,
        eirp_ddbm: 140,
        follows_pps: true,
        known: if number > 0 { Known::Genesis } else { Known::No },
        chain: Chain { link: chain.head(), index: 0, first_window: 5 },
    }
}

/// What a radio in the open measures of a beacon.
fn hops(plan: &BeaconPlan, flight_ns: f64, rng: &mut ChaCha8Rng) -> Vec<Hop> {
    let mut plus_minus = |bound: i64| (rng.next_u64() % (2 * bound as u64 + 1)) as i64 - bound;
    let offset_ppm = plus_minus(3) as f64;
    // An arrival is the frame's middle.
    let half_frame_ns = protocol().region.frame().airtime_us(PAYLOAD_BYTES) as i64 * 500;
    (0..HOPS)
        .map(|hop| {
            let plan = plan.hops[hop];
            let rssi_cdbm = -9500 - 100 * i32::from(plan.power_dither_db) + plus_minus(300) as i32;
            let cfo_hz = offset_ppm * 1e-6 * f64::from(plan.channel_hz) + f64::from(plan.frequency_dither_hz);
            Hop {
                payload: plan.payload.to_vec(),
                channel_hz: plan.channel_hz,
                rssi_cdbm,
                noise_floor_cdbm: -11_200,
                snr_cdb: rssi_cdbm + 11_200,
                cfo_mhz: (cfo_hz * 1e3) as i64 + plus_minus(2000),
                cfo_sigma_mhz: 700,
                sfo_ppb: (offset_ppm * 1e3) as i32,
                sfo_sigma_ppb: 900,
                arrival_ns: WINDOW_START_MS as i64 * 1_000_000
                    + plan.start_ns
                    + half_frame_ns
                    + flight_ns as i64
                    + plus_minus(60),
                arrival_ps: 250,
                arrival_sigma_ps: 30_000,
                phase_mdeg: 1,
            }
        })
        .collect()
}

/// Judges a round by itself.
pub(crate) fn judged(
    protocol: &Protocol,
    parties: &BTreeMap<PublicKey, Party>,
    round: &Round,
) -> EpochJudgement {
    judge(&Epoch {
        protocol,
        parties,
        history: &History::default(),
        rounds: std::slice::from_ref(round),
        terrain: None,
    })
}
