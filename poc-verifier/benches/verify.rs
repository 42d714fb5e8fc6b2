//! What it costs to verify a report, with and without samples, beside one secp256k1 verification in the same run.
//!
//! `cargo bench -p poc-verifier` prints the times, and the ratios at the end. "A report" is its reveal from the wire: envelope, signature, decoding,
//! the commitment's digest, every check of the edge. "With samples" adds the showing: envelope, signature, 8.6 kB of samples under two Merkle paths, the
//! frame measured again.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use geo_index::{Place, geodesy::light_delay_ns};
use identity::{Context, Hash, MerklePath, OneWayChain, PublicKey, Signature, merkle_root};
use num_complex::Complex32;
use poc_verifier::{
    Asked, Audit, BeaconPlan, Chain, Edge, Known, Message, Outcome, Party, PlaceVerdict, Protocol, Region,
    Sealed, Standing,
    checks::guard_noise::{Fingerprint, Guard, GuardMemory, Likeness, memory::KEPT},
    judgement::judge_edge,
    messages::{Hop, Report, Reveal, ShortId, Showing},
    protocol::PAYLOAD_BYTES,
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use secp256k1::SecretKey;
use witness::{Capture, Depth, HeardFrame, Receiver, ReceiverConfig, Snippet, modulate};

const WINDOW: u64 = 7;
const BENCH: Context = Context::new("earshot 2026 verifier's bench");
/// Samples before the frame, and the frame's amplitude over the noise's standard deviation a component.
const BEFORE: usize = 5000;
const AMPLITUDE: f32 = 3.0;

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_secret_bytes([byte; 32]).expect("small numbers are secrets")
}

fn party(byte: u8, lng_deg: f64) -> Party {
    Party {
        key: PublicKey::of(&secret(byte)),
        owner: PublicKey::of(&secret(byte + 100)),
        place: Place::from_degrees(38.7253, lng_deg, 120.0).expect("Lisbon is on earth"),
        gain_ddbi: 20,
        eirp_ddbm: 140,
        follows_pps: true,
        known: Known::Genesis,
        chain: Chain { link: Hash::default(), index: 0, first_window: 0 },
    }
}

/// Everything that a verifier has of one audited edge.
struct Case {
    protocol: Protocol,
    beaconer: Party,
    witness: Party,
    plan: BeaconPlan,
    audit: Audit,
    reveal: Vec<u8>,
    showing: Vec<u8>,
}

impl Case {
    fn new() -> Self {
        let protocol = Protocol { audit_one_in: 1, ..Protocol::new(Region::EU868, 12) };
        let (beaconer, witness) = (party(1, -9.15), party(2, -9.12));
        let link = OneWayChain::new([3; 32], 10).link(5).expect("ten links");
        let plan = BeaconPlan::derive(&protocol, &beaconer.key, &link, &Hash::new([4; 32]));
        let beacon = ShortId::of(&beaconer.key);
        let audit =
            Audit::draw(&protocol, WINDOW, &beaconer.key, &Hash::new([5; 32])).expect("all are audited");
        let mut hops: Vec<Hop> =
            (0..plan.hops.len()).map(|hop| heard(&plan, hop, &beaconer, &witness)).collect();
        let report = Report { window: WINDOW, beacon, hops: hops.clone() };
        let asked = audit.frame_of(&report).expect("eight hops");
        let frame = recorded(&protocol, &hops[asked].payload);
        hops[asked].snr_cdb = (frame.measurements.snr_db.value * 100.0) as i32;
        hops[asked].cfo_mhz = (frame.measurements.cfo_hz.value * 1e3) as i64;
        let capture = &frame.evidence.as_ref().expect("evidence is on").capture;
        let leaves = vec![*capture.root().bytes(); hops.len()];
        let report = Report { hops, ..report }.encode();
        let reveal = Reveal { report, salt: [6; 32], samples_root: merkle_root(&leaves) };
        let drawn = audit.segment_of(capture.segments().len()).expect("a frame has segments");
        let showing = Showing {
            window: WINDOW,
            beacon,
            capture: capture.root(),
            path: MerklePath::of(&leaves, asked).expect("one of them"),
            samples_per_chip: 2,
            first_sample_e6: (frame.stated().expect("evidence is on").first_sample * 1e6) as i64,
            guard: capture.exhibit(0).expect("a guard"),
            segment: capture.exhibit(drawn).expect("a segment"),
        };
        let secret = secret(2);
        let (reveal, showing) = (Sealed::seal(&reveal, &secret), Sealed::seal(&showing, &secret));
        Self { protocol, beaconer, witness, plan, audit, reveal: reveal.encode(), showing: showing.encode() }
    }

    /// From the bytes to the verdict.
    fn verify(&self, with_samples: bool) -> Outcome {
        let reveal = Sealed::<Reveal>::decode(&self.reveal).expect("sealed above");
        let opened = reveal.message().expect("encoded above");
        black_box(opened.digest(&reveal.signer()));
        let report = opened.read().expect("encoded above");
        let showing = with_samples.then(|| Sealed::<Showing>::decode(&self.showing).expect("sealed above"));
        let known = PlaceVerdict::by_genesis();
        let asked = showing.as_ref().map(|showing| Asked {
            audit: &self.audit,
            samples_root: opened.samples_root,
            showing: Some(showing),
        });
        let edge = Edge {
            protocol: &self.protocol,
            beaconer: &self.beaconer,
            witness: &self.witness,
            drawn: true,
            plan: Some(&self.plan),
            standing: Standing::Committed,
            report: &report,
            window_start_ns: 0,
            beaconer_place: &known,
            witness_place: &known,
            asked,
            answer_late_ns: None,
            clock_late_ns: None,
            back: Vec::new(),
            recorded_in: None,
            terrain: None,
        };
        judge_edge(&edge).outcome
    }
}

/// A hop as an honest radio in the open measures it.
fn heard(plan: &BeaconPlan, hop: usize, beaconer: &Party, witness: &Party) -> Hop {
    let plan = &plan.hops[hop];
    let rssi_cdbm = -9500 - 100 * i32::from(plan.power_dither_db);
    let flight_ns = light_delay_ns(beaconer.place, witness.place) as i64;
    Hop {
        payload: plan.payload.to_vec(),
        channel_hz: plan.channel_hz,
        rssi_cdbm,
        noise_floor_cdbm: -11_200,
        snr_cdb: rssi_cdbm + 11_200,
        cfo_mhz: i64::from(plan.frequency_dither_hz) * 1000,
        cfo_sigma_mhz: 700,
        sfo_ppb: 0,
        sfo_sigma_ppb: 900,
        arrival_ns: plan.start_ns + flight_ns + 14_144_000,
        arrival_ps: 250,
        arrival_sigma_ps: 30_000,
        phase_mdeg: 1,
    }
}

/// The frame in noise, received.
fn recorded(protocol: &Protocol, payload: &[u8]) -> HeardFrame {
    assert_eq!(payload.len(), PAYLOAD_BYTES);
    let format = protocol.region.frame();
    let mut samples = vec![Complex32::ZERO; BEFORE];
    let chirps = modulate(format, payload, 2).expect("a beacon's payload");
    samples.extend(chirps.iter().map(|sample| sample * AMPLITUDE));
    samples.extend([Complex32::ZERO; 2000]);
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut normal = || -> f32 { StandardNormal.sample(&mut rng) };
    for sample in &mut samples {
        *sample += Complex32::new(normal(), normal());
    }
    let rate_hz = 2.0 * f64::from(format.bandwidth.hz());
    let config = ReceiverConfig {
        spreading_factors: vec![format.sf],
        evidence: true,
        ..ReceiverConfig::new(rate_hz, format.bandwidth)
    };
    let mut frames = Vec::new();
    let mut receiver = Receiver::new(&config).expect("the region's own frame");
    receiver.push(&samples, &mut frames);
    receiver.finish(&mut frames);
    frames.into_iter().next().expect("the frame is 9 dB over the noise of its band")
}

/// Noise before a frame, as shown.
fn shown_guard(seed: u64) -> Snippet {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f32 { StandardNormal.sample(&mut rng) };
    let samples: Vec<Complex32> =
        (0..Capture::GUARD_SAMPLES).map(|_| Complex32::new(normal(), normal())).collect();
    Snippet::of(&samples, 0, Depth::Four).expect("as long as a guard")
}

fn guard(shown: &Snippet) -> Guard {
    Guard::of(shown, 4200.0, 2, 250e3).expect("noise")
}

/// What an epoch asks of every guard that is shown, beside the edge's own checks: made ready, held against four others of its round, and against
/// a week's.
fn guards(criterion: &mut Criterion) {
    let shown = [1, 2].map(shown_guard);
    let [one, other] = [&shown[0], &shown[1]].map(guard);
    criterion.bench_function("a guard whitened", |bencher| bencher.iter(|| guard(black_box(&shown[0]))));
    criterion.bench_function("a guard held against another", |bencher| {
        bencher.iter(|| Likeness::of(black_box(&one), &other, 100.0, 1e3));
    });
    let mut memory = GuardMemory::default();
    for seed in 0..KEPT as u64 {
        let key = PublicKey::of(&secret((seed % 200) as u8 + 1));
        memory.remember(key, seed, Fingerprint::of(&guard(&shown_guard(100 + seed))));
    }
    let key = PublicKey::of(&secret(1));
    criterion.bench_function("a guard held against a full memory", |bencher| {
        bencher.iter(|| memory.recall(&key, u64::MAX, &Fingerprint::of_every_carrier(black_box(&one))));
    });
}

/// Mean time of a call.
fn time(mut call: impl FnMut()) -> Duration {
    let (begun, mut calls) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(1) {
        call();
        calls += 1;
    }
    begun.elapsed() / calls
}

fn verify(criterion: &mut Criterion) {
    let case = Case::new();
    assert_eq!((case.verify(false), case.verify(true)), (Outcome::Accepted, Outcome::Accepted));
    let digest = Hash::of(BENCH, &[b"a digest"]);
    let (key, signature) = (PublicKey::of(&secret(2)), Signature::sign(&digest, &secret(2)));
    let signature = || key.verify(black_box(&digest), black_box(&signature)).expect("signed above");
    criterion.bench_function("one secp256k1 verification", |bencher| bencher.iter(signature));
    criterion.bench_function("a report", |bencher| bencher.iter(|| case.verify(false)));
    criterion.bench_function("a report with samples", |bencher| bencher.iter(|| case.verify(true)));
    let [alone, report, samples] = [
        time(signature),
        time(|| {
            black_box(case.verify(false));
        }),
        time(|| {
            black_box(case.verify(true));
        }),
    ];
    let over = |duration: Duration| duration.as_secs_f64() / alone.as_secs_f64();
    println!(
        "a report costs {:.2} x one verification ({alone:?}), with samples {:.2} x (two signatures and {} bytes)",
        over(report),
        over(samples),
        case.showing.len()
    );
}

criterion_group!(benches, verify, guards);
criterion_main!(benches);
