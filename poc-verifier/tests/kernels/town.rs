//! A town's epoch as it is published: the signal is made here, without a receiver, and reports say what is in the samples.

use std::collections::BTreeMap;

use geo_index::{Place, geodesy::destination};
use identity::{Hash, MerklePath, OneWayChain, PublicKey, merkle_root};
use num_complex::{Complex32, Complex64};
use poc_verifier::{
    Audit, BeaconPlan, Bundle, Chain, Known, Party, Protocol, Randomness, Region, Round, Sealed, WindowBook,
    Witnessed,
    messages::{Commitment, Hop, Opening, Report, Reveal, ShortId, Showing},
    plan::is_drawn,
    protocol::PAYLOAD_BYTES,
};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use secp256k1::SecretKey;
use witness::{Capture, frame_chirps, modulate};

/// Hotspots of a town; the first ones beacon, and each is witnessed by all others.
pub(crate) const PARTIES: usize = 13;
const BEACONERS: usize = 3;
const START_MS: u64 = 1_790_000_000_000;
/// Where the frame begins in what was kept.
const BEFORE: usize = Capture::GUARD_SAMPLES + Capture::GUARD_GAP_SAMPLES;
/// Kept samples a chip, and a second.
const RATIO: usize = 2;
const RATE_HZ: f64 = 500_000.0;
/// Noise power of a kept sample; full scale is 1.
const NOISE: f64 = 1e-4;
const NOISE_FLOOR_CDBM: i32 = -11_200;
/// Of the parties: two that are one receiver, and those that edit levels, edit carriers, or hear what was sent on late.
const CLONES: [usize; 2] = [7, 8];
const LEVEL_EDITOR: usize = 9;
const CARRIER_EDITOR: usize = 10;
const LATE: usize = 11;

struct Dice(ChaCha8Rng);

impl Dice {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    fn noise(&mut self, count: usize, power: f64) -> Vec<Complex32> {
        let sigma = (0.5 * power).sqrt();
        (0..count)
            .map(|_| Complex32::new((self.normal() * sigma) as f32, (self.normal() * sigma) as f32))
            .collect()
    }

    fn hash(&mut self) -> Hash {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        Hash::new(bytes)
    }
}

fn secret(number: usize) -> SecretKey {
    SecretKey::from_secret_bytes([number as u8 + 1; 32]).unwrap()
}

/// A town's epoch, as it is published.
pub(crate) struct Town {
    protocol: Protocol,
    parties: BTreeMap<PublicKey, Party>,
    keys: Vec<PublicKey>,
    chains: Vec<OneWayChain>,
    dice: Dice,
}

impl Town {
    pub(crate) fn new(seed: u64) -> Self {
        let protocol = Protocol { audit_one_in: 1, ..Protocol::new(Region::EU868, 12) };
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        let middle = Place::from_degrees(38.7253, -9.15, 120.0).unwrap();
        let chains: Vec<_> = (0..PARTIES).map(|_| OneWayChain::new(*dice.hash().bytes(), 40)).collect();
        let keys: Vec<_> = (0..PARTIES).map(|number| PublicKey::of(&secret(number))).collect();
        let parties = keys.iter().zip(&chains).enumerate().map(|(number, (key, chain))| {
            let azimuth_deg = 137.5 * number as f64;
            let party = Party {
                key: *key,
                owner: PublicKey::of(&secret(100 + number)),
                place: destination(middle, azimuth_deg, 600.0 + 150.0 * number as f64).unwrap(),
                gain_ddbi: 20,
                eirp_ddbm: 140,
                follows_pps: true,
                known: Known::Genesis,
                chain: Chain { link: chain.head(), index: 0, first_window: 5 },
            };
            (*key, party)
        });
        Self { protocol, parties: parties.collect(), keys, chains, dice }
    }

    /// The bundle of one beaconer's round in the period of windows 12 to 23.
    fn bundle(&mut self, beaconer: usize, randomness: Randomness) -> Bundle {
        let (protocol, key) = (self.protocol, self.keys[beaconer]);
        let beacon = ShortId::of(&key);
        let window = (12..24).find(|window| is_drawn(&protocol, *window, &randomness, &key)).unwrap();
        let link = self.chains[beaconer].link(window - 5 + 1).unwrap();
        let plan = BeaconPlan::derive(&protocol, &key, &link, &randomness.window);
        let fresh = self.dice.hash();
        let audit = Audit::draw(&protocol, window, &key, &fresh).unwrap();
        let times = protocol.timetable;
        let mut book = WindowBook::new(window, times);
        let shared = self.dice.noise(BEFORE, NOISE);
        let told: Vec<_> = (0..PARTIES)
            .filter(|number| *number != beaconer)
            .map(|number| self.testimony((number, beaconer), (window, &plan, &audit), &shared))
            .collect();
        for (number, reveal, _) in &told {
            let digest = reveal.digest(&self.keys[*number]);
            let commitment = Sealed::seal(&Commitment { window, beacon, digest }, &secret(*number));
            book.commit(commitment, times.commitments_until_ms).unwrap();
        }
        book.close(&secret(99));
        book.open(Sealed::seal(&Opening { window, link }, &secret(beaconer)), times.reveals_until_ms)
            .unwrap();
        for (number, reveal, _) in &told {
            book.reveal(Sealed::seal(reveal, &secret(*number)), times.reveals_until_ms).unwrap();
        }
        for (number, _, showing) in &told {
            book.show(Sealed::seal(showing, &secret(*number)), times.showings_until_ms).unwrap();
        }
        let witnesses = book.testimonies().into_iter().map(|said| Witnessed {
            party: self.parties[&said.witness],
            commitments: said.commitments,
            paths: said.paths,
            reveal: said.reveal,
            showing: said.showing,
        });
        Bundle {
            protocol,
            window,
            window_start_ms: START_MS,
            randomness,
            beaconer: self.parties[&key],
            opening: book.opening(&key).cloned(),
            closed_set: book.closed_set().cloned(),
            fresh: Some(fresh),
            witnesses: witnesses.collect(),
        }
    }

    /// What a witness reveals and shows.
    fn testimony(
        &mut self,
        (number, beaconer): (usize, usize),
        (window, plan, audit): (u64, &BeaconPlan, &Audit),
        shared: &[Complex32],
    ) -> (usize, Reveal, Showing) {
        let snr_db = self.dice.between(-6.0, 25.0);
        let offset_hz = self.dice.between(-2000.0, 2000.0);
        let places = [number, beaconer].map(|number| self.parties[&self.keys[number]].place);
        let flight_ns = geo_index::geodesy::slant_range_m(places[0], places[1]) / 0.299_702_547;
        let hops = plan.hops.iter().map(|hop| self.heard(hop, snr_db, offset_hz, flight_ns)).collect();
        let beacon = ShortId::of(&self.keys[beaconer]);
        let mut report = Report { window, beacon, hops };
        let asked = audit.frame_of(&report).unwrap();
        let capture = self.capture(number, &report.hops[asked], shared);
        match number {
            LEVEL_EDITOR => report.hops[asked].snr_cdb += self.dice.between(-2500.0, 2500.0) as i32,
            CARRIER_EDITOR => report.hops[asked].cfo_mhz += self.dice.between(-300e3, 300e3) as i64,
            _ => {}
        }
        let leaves = vec![*capture.root().bytes(); report.hops.len()];
        let drawn = audit.segment_of(capture.segments().len()).unwrap();
        let showing = Showing {
            window,
            beacon,
            capture: capture.root(),
            path: MerklePath::of(&leaves, asked).unwrap(),
            samples_per_chip: RATIO as u8,
            first_sample_e6: BEFORE as i64 * 1_000_000,
            guard: capture.exhibit(0).unwrap(),
            segment: capture.exhibit(drawn).unwrap(),
        };
        let salt = *self.dice.hash().bytes();
        (
            number,
            Reveal {
                report: poc_verifier::Message::encode(&report),
                salt,
                samples_root: merkle_root(&leaves),
            },
            showing,
        )
    }

    /// A frame as it is reported.
    fn heard(
        &mut self,
        hop: &poc_verifier::plan::HopPlan,
        snr_db: f64,
        offset_hz: f64,
        flight_ns: f64,
    ) -> Hop {
        let snr_db = snr_db - f64::from(hop.power_dither_db) + self.dice.normal();
        let snr_cdb = (snr_db * 100.0).round() as i32;
        let half_frame_ns = Region::EU868.frame().airtime_us(PAYLOAD_BYTES) as i64 * 500;
        let late_ns = flight_ns + 30.0 * self.dice.normal();
        let cfo_hz = offset_hz + f64::from(hop.frequency_dither_hz) + self.dice.normal();
        Hop {
            payload: hop.payload.to_vec(),
            channel_hz: hop.channel_hz,
            rssi_cdbm: NOISE_FLOOR_CDBM + snr_cdb,
            noise_floor_cdbm: NOISE_FLOOR_CDBM,
            snr_cdb,
            cfo_mhz: (cfo_hz * 1e3) as i64,
            cfo_sigma_mhz: 700,
            sfo_ppb: (offset_hz / f64::from(hop.channel_hz) * 1e9) as i32,
            sfo_sigma_ppb: 900,
            arrival_ns: START_MS as i64 * 1_000_000 + hop.start_ns + half_frame_ns + late_ns as i64,
            arrival_ps: 250,
            arrival_sigma_ps: 30_000,
            phase_mdeg: 1,
        }
    }

    /// What is kept of a frame: noise, its own or with a share of the one receiver's, and the frame with an echo.
    fn capture(&mut self, number: usize, hop: &Hop, shared: &[Complex32]) -> Capture {
        let format = Region::EU868.frame();
        let mut frame = modulate(format, &hop.payload, RATIO as u32).unwrap();
        if number == LATE {
            let chips = format.sf.chips();
            let lead = frame_chirps(format, &[]).iter().map(|chirp| chirp.chips).sum::<usize>();
            let unknown = self.dice.between(0.0, 0.2) * chips as f64;
            for symbol in frame[RATIO * lead..].chunks_mut(RATIO * chips) {
                symbol[..RATIO * unknown as usize].fill(Complex32::ZERO);
            }
        }
        // In half of the sampled band there is half of the noise.
        let amplitude = (0.5 * NOISE * 10_f64.powf(f64::from(hop.snr_cdb) / 1000.0)).sqrt();
        let echo = Complex64::from_polar(self.dice.between(0.0, 0.5), self.dice.between(0.0, 6.0));
        let level = amplitude / (1.0 + echo.norm_sqr()).sqrt();
        let turn = std::f64::consts::TAU * hop.cfo_mhz as f64 * 1e-3 / RATE_HZ;
        let mut kept = self.dice.noise(BEFORE + frame.len(), NOISE);
        if CLONES.contains(&number) {
            let own = 10_f64.powf(self.dice.between(-20.0, 18.0) / 20.0) as f32;
            let scale = 1.0 / (1.0 + own * own).sqrt();
            for (sample, one) in kept.iter_mut().zip(shared) {
                *sample = (*sample * own + one) * scale;
            }
        }
        for (index, sample) in kept[BEFORE..].iter_mut().enumerate() {
            let at = |index: usize| Complex64::new(f64::from(frame[index].re), f64::from(frame[index].im));
            let late = index.checked_sub(1).map_or(Complex64::ZERO, at);
            let heard = (at(index) + echo * late) * level * Complex64::from_polar(1.0, turn * index as f64);
            *sample += Complex32::new(heard.re as f32, heard.im as f32);
        }
        let (guard, frame) = (&kept[..Capture::GUARD_SAMPLES], &kept[BEFORE..]);
        Capture::of((0, guard), (BEFORE as i64, frame)).unwrap()
    }

    /// The epoch, published and read back.
    pub(crate) fn published(mut self) -> (Protocol, BTreeMap<PublicKey, Party>, Vec<Round>) {
        let randomness = Randomness { period: self.dice.hash(), window: self.dice.hash() };
        let rounds = (0..BEACONERS).map(|beaconer| {
            let bytes = self.bundle(beaconer, randomness).encode();
            Bundle::decode(&bytes).unwrap().round().unwrap()
        });
        let rounds = rounds.collect();
        (self.protocol, self.parties, rounds)
    }
}
