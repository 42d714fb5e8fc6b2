//! Samples that a witness shows because randomness drawn after the reveals asks for them.

use identity::{Context, Hash, MerklePath};
use prost::Message as _;
use witness::Exhibit;

use super::{Report, ShortId};
use crate::{
    sealed::Message,
    wire::{self, DecodeError, proto},
};

/// Levels of the highest tree over a report's frames.
const PATH_MAX: usize = Report::HOPS_MAX.ilog2() as usize;
/// Arrivals in kept samples that can be stated, times 10^6: a capture of a day.
const FIRST_SAMPLE_MAX_E6: i64 = 100_000_000_000_000_000;

/// Guard and one segment of one frame, with the paths that show them to be under the root that was committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Showing {
    /// Window of the beacon.
    pub window: u64,
    /// Which beacon.
    pub beacon: ShortId,
    /// Root of the frame's capture.
    pub capture: Hash,
    /// Where that stands under the report's samples root; its index is the frame's in the report.
    pub path: MerklePath,
    /// Kept samples a chip: 1 or 2.
    pub samples_per_chip: u8,
    /// Arrival of the frame's first chip in kept samples, times 10^6.
    pub first_sample_e6: i64,
    /// Noise before the frame: segment 0 of the capture.
    pub guard: Exhibit,
    /// The segment that was drawn.
    pub segment: Exhibit,
}

impl Message for Showing {
    const KIND: &'static str = "showing";
    const CONTEXT: Context = Context::new("earshot 2026 showing");
    const BYTES_MAX: usize = 2 * Exhibit::BYTES_MAX + 512;

    fn encode(&self) -> Vec<u8> {
        proto::Showing {
            window: self.window,
            beacon: self.beacon.0.to_vec(),
            frame: self.path.index as u32,
            frames: self.path.leaves as u32,
            capture: self.capture.bytes().to_vec(),
            path: self.path.neighbours.iter().map(|hash| hash.bytes().to_vec()).collect(),
            samples_per_chip: u32::from(self.samples_per_chip),
            first_sample_e6: self.first_sample_e6,
            guard: self.guard.to_bytes(),
            segment: self.segment.to_bytes(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let raw: proto::Showing = wire::decode(Self::KIND, bytes, Self::BYTES_MAX)?;
        let frames = wire::in_range("frames", raw.frames, 1, Report::HOPS_MAX as u32)?;
        let frame = wire::in_range("frame", raw.frame, 0, frames - 1)?;
        wire::in_range("path", raw.path.len() as i64, 0, PATH_MAX as i64)?;
        let neighbours = raw.path.iter().map(|hash| Ok(Hash::new(wire::fixed("path", hash)?)));
        let neighbours = neighbours.collect::<Result<_, DecodeError>>()?;
        Ok(Self {
            window: raw.window,
            beacon: ShortId(wire::fixed("beacon", &raw.beacon)?),
            capture: Hash::new(wire::fixed("capture", &raw.capture)?),
            path: MerklePath { index: frame as usize, leaves: frames as usize, neighbours },
            samples_per_chip: wire::in_range("samples_per_chip", raw.samples_per_chip, 1, 2)? as u8,
            first_sample_e6: wire::in_range(
                "first_sample_e6",
                raw.first_sample_e6,
                -FIRST_SAMPLE_MAX_E6,
                FIRST_SAMPLE_MAX_E6,
            )?,
            guard: Exhibit::from_bytes(&raw.guard)?,
            segment: Exhibit::from_bytes(&raw.segment)?,
        })
    }
}
