//! What this room's tests share: seeded deviates, parties, real ground to stand on.

use geo_index::{Place, geodesy::destination};
use identity::{Context, Hash, PublicKey};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use secp256k1::SecretKey;

use crate::{Chain, Known, Party, Protocol, Region, messages::Hop};

const TEST: Context = Context::new("earshot 2026 verifier's tests");

/// A seeded source of deviates.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform from `low` to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal of this standard deviation.
    pub(crate) fn normal(&mut self, sigma: f64) -> f64 {
        let deviate: f64 = StandardNormal.sample(&mut self.0);
        deviate * sigma
    }

    /// 0 to `bound - 1`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    pub(crate) fn hash(&mut self) -> Hash {
        Hash::new(self.bytes())
    }
}

/// Eight channels of Europe, a draw every twelve windows.
pub(crate) fn protocol() -> Protocol {
    Protocol::new(Region::EU868, 12)
}

/// A square of Lisbon, above its roofs: where the tests' radios stand about.
pub(crate) fn lisbon() -> Place {
    Place::from_degrees(38.7253, -9.15, 120.0).unwrap()
}

/// So many metres from a place, clockwise from north.
pub(crate) fn away(from: Place, azimuth_deg: f64, distance_m: f64) -> Place {
    destination(from, azimuth_deg, distance_m).unwrap()
}

/// Key number `number`; nobody's signature is asked of it.
pub(crate) fn key(number: u64) -> PublicKey {
    let hash = Hash::of(TEST, &[b"key", &number.to_le_bytes()]);
    let mut bytes = [2; 33];
    bytes[1..].copy_from_slice(hash.bytes());
    PublicKey::new(bytes).unwrap()
}

/// Secret number `number`, for whoever has to sign.
pub(crate) fn secret(number: u64) -> SecretKey {
    SecretKey::from_secret_bytes(*Hash::of(TEST, &[b"secret", &number.to_le_bytes()]).bytes()).unwrap()
}

/// An anchor with a precise clock, of an owner of its own.
pub(crate) fn party(number: u64, place: Place) -> Party {
    Party {
        key: key(number),
        owner: key(1_000_000 + number),
        place,
        gain_ddbi: 20,
        eirp_ddbm: 140,
        follows_pps: true,
        known: Known::Genesis,
        chain: Chain { link: Hash::default(), index: 0, first_window: 0 },
    }
}

/// A frame, measured; of no beacon in particular.
pub(crate) fn hop() -> Hop {
    Hop {
        payload: vec![1],
        channel_hz: 865_200_000,
        rssi_cdbm: -10_000,
        noise_floor_cdbm: -11_500,
        snr_cdb: 1500,
        cfo_mhz: 1_234_000,
        cfo_sigma_mhz: 700,
        sfo_ppb: 1400,
        sfo_sigma_ppb: 900,
        arrival_ns: 1,
        arrival_ps: 0,
        arrival_sigma_ps: 30_000,
        phase_mdeg: 0,
    }
}
