//! Whose samples must be shown: drawn when nobody can change them any more.
//!
//! Randomness `F` that is made after the reveals decides, for every beacon, whether this round is one of the audited ones (one in
//! `audit_one_in`), which of the beacon's frames everybody must show, and which segment of it:
//!
//! ```text
//! stream  = BLAKE3-XOF("audit", F, window, beaconer)
//! audited = stream[0] * audit_one_in / 2^64 == 0
//! order   = shuffle(frames of the beacon)        the first of them that the report has
//! segment = 1 + stream[9] * (segments - 1) / 2^64
//! ```
//! All witnesses of a beacon show the same frame, so that the noise before it can be compared between them. What was drawn and is not shown
//! rejects the edge: else a forger would keep silent exactly when asked.

use identity::{Hash, PublicKey};

use crate::{
    messages::{Report, ShortId},
    plan::Stream,
    protocol::{HOPS, Protocol},
};

const AUDIT: &str = "earshot 2026 audit";

/// What must be shown of an audited beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    order: [u32; HOPS],
    segment: u64,
}

impl Audit {
    /// The draw; `None` when this beacon is not audited.
    pub fn draw(protocol: &Protocol, window: u64, beaconer: &PublicKey, fresh: &Hash) -> Option<Self> {
        let mut stream = Stream::new(AUDIT, &[fresh.bytes(), &window.to_le_bytes(), beaconer.bytes()]);
        let audited = stream.below(protocol.audit_one_in) == 0;
        let order = stream.shuffled(std::array::from_fn(|hop| hop as u32));
        audited.then(|| Self { order, segment: stream.bits() })
    }

    /// Which frame of a report must be shown; `None` of a report without any of this beacon's.
    pub fn frame_of(&self, report: &Report) -> Option<usize> {
        let frame_of = |hop: u32| {
            report.hops.iter().position(|heard| hop_number(report.beacon, &heard.payload) == Some(hop))
        };
        self.order.iter().find_map(|&hop| frame_of(hop))
    }

    /// Which segment of a capture cut into so many; the guard, number 0, is shown besides. `None` of a capture without a frame.
    pub fn segment_of(&self, segments: usize) -> Option<usize> {
        let frame_segments = (segments as u64).checked_sub(1).filter(|count| *count > 0)?;
        Some(1 + crate::plan::scaled(self.segment, frame_segments) as usize)
    }
}

/// Which frame of its beacon a payload says that it is.
fn hop_number(beacon: ShortId, payload: &[u8]) -> Option<u32> {
    let (id, rest) = payload.split_first_chunk::<4>()?;
    (*id == beacon.0).then(|| rest.first().copied().map(u32::from))?
}

#[cfg(test)]
mod audit_tests;
