//! The draw: who beacons in a window, and with which secrets.
//!
//! Windows come in periods; every hotspot is drawn once a period. Public randomness `P` of the period's first window says in which
//! window. The beaconer's link `x` of its own one-way chain together with public randomness `R` of that window decides everything else:
//! the moment, the order of the channels, each hop's payload and dithers. Until `x` is opened nobody else can know them, and once
//! it is, everybody can.
//!
//! ```text
//! window  = period's first + first 64 bits of BLAKE3("draw", P, key) * period_windows / 2^64
//! stream  = BLAKE3-XOF("plan", x, R, key)
//! payload = short id | hop | 15 bytes of BLAKE3("payload", x, R, hop)
//! ```
//! Every number is taken from the stream by multiply-and-shift on 64 bits, integers only.

use identity::{Context, Hash, PublicKey};

use crate::{
    messages::ShortId,
    protocol::{FREQUENCY_DITHER_HZ, HOPS, PAYLOAD_BYTES, POWER_DITHERS_DB, Protocol, TIME_DITHER_NS},
};

const DRAW: Context = Context::new("earshot 2026 draw");
const PLAN: &str = "earshot 2026 beacon plan";
const PAYLOAD: Context = Context::new("earshot 2026 beacon payload");

/// Public randomness that a window's beacons are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Randomness {
    /// Of the first window of the period: decides who is drawn when.
    pub period: Hash,
    /// Of the window itself: decides, with the beaconer's link, the beacon.
    pub window: Hash,
}

/// Whether a hotspot is drawn in a window.
pub fn is_drawn(protocol: &Protocol, window: u64, randomness: &Randomness, key: &PublicKey) -> bool {
    let hash = Hash::of(DRAW, &[randomness.period.bytes(), key.bytes()]);
    let [a, b, c, d, e, f, g, h, ..] = *hash.bytes();
    let drawn = scaled(u64::from_le_bytes([a, b, c, d, e, f, g, h]), protocol.period_windows);
    window % protocol.period_windows == drawn
}

/// 0 to `bound - 1` from 64 uniform bits; even to within 2^-40 for every bound used here.
pub(crate) fn scaled(bits: u64, bound: u64) -> u64 {
    ((u128::from(bits) * u128::from(bound)) >> 64) as u64
}

/// One frame of a beacon, as decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HopPlan {
    /// Channel centre, Hz.
    pub channel_hz: u32,
    /// Payload.
    pub payload: [u8; PAYLOAD_BYTES],
    /// Added to the carrier, Hz.
    pub frequency_dither_hz: i32,
    /// Taken from the power, dB.
    pub power_dither_db: u8,
    /// Start of the frame, nanoseconds from the window's start, dither included.
    pub start_ns: i64,
}

/// A beacon, as decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeaconPlan {
    /// The frames, in the order sent.
    pub hops: [HopPlan; HOPS],
}

impl BeaconPlan {
    /// What link `link` and the window's randomness decide for this key.
    pub fn derive(protocol: &Protocol, key: &PublicKey, link: &Hash, randomness: &Hash) -> Self {
        let mut stream = Stream::new(PLAN, &[link.bytes(), randomness.bytes(), key.bytes()]);
        let times = protocol.timetable;
        let first_us = times.beacons_from_ms * 1000
            + stream.below((times.beacons_until_ms - times.beacons_from_ms) * 1000 + 1);
        let channels = stream.shuffled(protocol.region.channels_hz);
        let short_id = ShortId::of(key);
        let hops = std::array::from_fn(|hop| {
            let dither_ns = stream.symmetric(TIME_DITHER_NS);
            let nominal_us = first_us + hop as u64 * times.hop_spacing_ms * 1000;
            HopPlan {
                channel_hz: channels[hop],
                payload: payload(short_id, hop as u8, link, randomness),
                frequency_dither_hz: stream.symmetric(FREQUENCY_DITHER_HZ),
                power_dither_db: POWER_DITHERS_DB[stream.below(POWER_DITHERS_DB.len() as u64) as usize],
                start_ns: nominal_us as i64 * 1000 + i64::from(dither_ns),
            }
        });
        Self { hops }
    }

    /// Which hop has this payload.
    pub fn hop_of(&self, payload: &[u8]) -> Option<usize> {
        self.hops.iter().position(|hop| hop.payload == payload)
    }
}

fn payload(short_id: ShortId, hop: u8, link: &Hash, randomness: &Hash) -> [u8; PAYLOAD_BYTES] {
    let hash = Hash::of(PAYLOAD, &[link.bytes(), randomness.bytes(), &[hop]]);
    let mut bytes = [0; PAYLOAD_BYTES];
    bytes[..4].copy_from_slice(&short_id.0);
    bytes[4] = hop;
    bytes[5..].copy_from_slice(&hash.bytes()[..PAYLOAD_BYTES - 5]);
    bytes
}

/// Numbers from a hash.
pub(crate) struct Stream(blake3::OutputReader);

impl Stream {
    /// What these parts, each of fixed length, decide in a context.
    pub(crate) fn new(context: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize_xof())
    }

    /// 64 uniform bits.
    pub(crate) fn bits(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// 0 to `bound - 1`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        scaled(self.bits(), bound)
    }

    /// `-bound` to `bound`.
    fn symmetric(&mut self, bound: i32) -> i32 {
        self.below(2 * u64::from(bound.unsigned_abs()) + 1) as i32 - bound
    }

    /// Fisher and Yates.
    pub(crate) fn shuffled<const N: usize>(&mut self, mut values: [u32; N]) -> [u32; N] {
        for last in (1..N).rev() {
            values.swap(last, self.below(last as u64 + 1) as usize);
        }
        values
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
