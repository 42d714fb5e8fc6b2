//! The answer: a hotspot that heard a beacon says so by radio, and thereby shows where it is.
//!
//! Public randomness `R` of a window asks one hotspot in `answer_one_in` to answer a beacon. If it hears that it sends four frames, [`ANSWER_AFTER_MS`] after the beacon's last, whose payload only somebody can make
//! who knows its link `x` and heard the challenge:
//!
//! ```text
//! asked   = BLAKE3-XOF("answer", R, short id of the beaconer, key)[0] * answer_one_in / 2^64 == 0
//! payload = short id | 0x80 + frame | challenge's hop | 14 bytes of BLAKE3("answer payload", x, R, challenge's payload, frame)
//! ```
//! Whoever hears beacon and answer times both with one clock. That clock's offset falls out of the difference, and when the answer was sent
//! is a number that all listeners share: so answers place a hotspot between anchors *without* precise clocks, and replying
//! early buys nothing ([`crate::place`]). Channels follow from the link. Answers carry no dithers; they prove a place, no coverage.
//!
//! Source: notes/physics.md sections 0 (verifiable multilateration; Capkun and Hubaux 2005) and 3e.

use identity::{Context, Hash, PublicKey};

use crate::{
    messages::ShortId,
    plan::{BeaconPlan, Stream},
    protocol::{HOPS, PAYLOAD_BYTES, Protocol},
};

/// Frames of an answer.
pub const ANSWER_HOPS: usize = 4;
/// From the nominal end of the challenge's eight slots to the first frame of the answer, ms.
pub const ANSWER_AFTER_MS: u64 = 60;
/// Marks a payload as an answer's.
const MARK: u8 = 0x80;

const ASK: &str = "earshot 2026 answer";
const CHANNELS: &str = "earshot 2026 answer channels";
const PAYLOAD: Context = Context::new("earshot 2026 answer payload");

/// Whether a window's randomness asks a hotspot to answer a beacon.
pub fn is_asked(protocol: &Protocol, randomness: &Hash, beacon: ShortId, key: &PublicKey) -> bool {
    let mut stream = Stream::new(ASK, &[randomness.bytes(), &beacon.0, key.bytes()]);
    protocol.region.ranging && beacon != ShortId::of(key) && stream.below(protocol.answer_one_in) == 0
}

/// Whether a payload says of itself that it is an answer's.
pub fn is_marked(payload: &[u8]) -> bool {
    payload.len() == PAYLOAD_BYTES && payload[4] & MARK != 0
}

/// An answer, as decided by whoever answers, its link, and the hop of the challenge that it heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerPlan {
    /// Channels of the frames, Hz.
    pub channels_hz: [u32; ANSWER_HOPS],
    /// Their payloads.
    pub payloads: [[u8; PAYLOAD_BYTES]; ANSWER_HOPS],
}

impl AnswerPlan {
    /// What a link decides once hop number `hop` of the challenge was heard.
    pub fn derive(
        protocol: &Protocol,
        key: &PublicKey,
        link: &Hash,
        randomness: &Hash,
        (hop, challenge): (u8, &[u8]),
    ) -> Self {
        let mut stream = Stream::new(CHANNELS, &[link.bytes(), randomness.bytes()]);
        let [a, b, c, d, ..] = stream.shuffled(protocol.region.channels_hz);
        let payload = |frame: usize| {
            let parts: [&[u8]; 4] = [link.bytes(), randomness.bytes(), challenge, &[frame as u8]];
            let hash = Hash::of(PAYLOAD, &parts);
            let mut bytes = [0; PAYLOAD_BYTES];
            bytes[..4].copy_from_slice(&ShortId::of(key).0);
            (bytes[4], bytes[5]) = (MARK | frame as u8, hop);
            bytes[6..].copy_from_slice(&hash.bytes()[..PAYLOAD_BYTES - 6]);
            bytes
        };
        Self { channels_hz: [a, b, c, d], payloads: std::array::from_fn(payload) }
    }
}

/// An answer whose link is open: tells its frames from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    plans: [AnswerPlan; HOPS],
}

impl Answer {
    /// Every answer that this link makes of this challenge.
    pub fn to(
        protocol: &Protocol,
        key: &PublicKey,
        link: &Hash,
        randomness: &Hash,
        challenge: &BeaconPlan,
    ) -> Self {
        let plan = |hop: usize| {
            let heard = (hop as u8, &challenge.hops[hop].payload[..]);
            AnswerPlan::derive(protocol, key, link, randomness, heard)
        };
        Self { plans: std::array::from_fn(plan) }
    }

    /// Channels of the frames, Hz: they do not depend on the hop that was heard.
    pub fn channels_hz(&self) -> [u32; ANSWER_HOPS] {
        self.plans[0].channels_hz
    }

    /// Which frame of the answer has this payload.
    pub fn frame_of(&self, payload: &[u8]) -> Option<usize> {
        let plan = self.plans.get(usize::from(*payload.get(5)?))?;
        plan.payloads.iter().position(|own| own == payload)
    }
}

/// From the start of a challenge's hop, as it arrives, to the start of the answer, ns.
pub fn turnaround_ns(protocol: &Protocol, hop: usize) -> i64 {
    let slots_ms = HOPS.saturating_sub(hop) as u64 * protocol.timetable.hop_spacing_ms;
    ((slots_ms + ANSWER_AFTER_MS) * 1_000_000) as i64
}

/// Nominal start of a frame after the first one's, ns.
pub fn frame_start_ns(protocol: &Protocol, frame: usize) -> i64 {
    (frame as u64 * protocol.timetable.hop_spacing_ms * 1_000_000) as i64
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod answer_tests;
