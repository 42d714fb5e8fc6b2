//! Everything that a hotspot keeps of one frame's samples, cut into segments under one Merkle root.
//!
//! | segment | samples | bits |
//! |---|---|---|
//! | 0 | the guard: up to 4096, ending 32 before the frame; possibly none | 4 |
//! | 1, 2, ... | the frame from its first sample on, 2048 each, the last one fewer | 8 |
//!
//! A segment is a [`Snippet`], quantised once; its bytes are a leaf of the tree. What a report shows are two
//! of these leaves, so there is no second rounding that would have to be believed. A verifier who draws
//! segment numbers after the root was committed sees whether the rest existed.

use identity::{Hash, MerklePath, merkle_root};
use num_complex::Complex32;

use super::{
    Exhibit,
    snippet::{Depth, Snippet, SnippetError},
};

/// A kept capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    segments: Vec<Snippet>,
}

/// Samples that make no capture.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CaptureError {
    /// No sample of the frame, or more than any frame has.
    #[error("{0} samples; a frame has 1 to {max}", max = Capture::FRAME_SAMPLES_MAX)]
    FrameSamples(usize),
    /// A stretch that no snippet can hold.
    #[error(transparent)]
    Snippet(#[from] SnippetError),
}

impl Capture {
    /// Samples of the guard, where the stream has as many before the frame.
    pub const GUARD_SAMPLES: usize = 4096;
    /// Samples between the guard and the frame: what leaks out of the frame through the receiver's filters is
    /// not in the guard.
    pub const GUARD_GAP_SAMPLES: usize = 32;
    /// Samples of a segment of the frame.
    pub const SEGMENT_SAMPLES: usize = 2048;
    /// Most segments: the longest frame, 255 bytes at SF12 and two samples a chip, has fewer than 2000.
    pub const SEGMENTS_MAX: usize = 4096;
    /// Most samples of a frame.
    pub const FRAME_SAMPLES_MAX: usize = (Self::SEGMENTS_MAX - 1) * Self::SEGMENT_SAMPLES;

    /// Quantises a guard and a frame, each with the position of its first sample in their stream.
    ///
    /// # Errors
    /// [`CaptureError`] when the frame has no sample or too many, the guard more than 4096, or a position is
    /// none.
    pub fn of(guard: (i64, &[Complex32]), frame: (i64, &[Complex32])) -> Result<Self, CaptureError> {
        let (guard_position, guard) = guard;
        let (frame_position, frame) = frame;
        if frame.is_empty() || frame.len() > Self::FRAME_SAMPLES_MAX {
            return Err(CaptureError::FrameSamples(frame.len()));
        }
        let mut segments = vec![Snippet::of(guard, guard_position, Depth::Four)?];
        for (index, samples) in frame.chunks(Self::SEGMENT_SAMPLES).enumerate() {
            let position = frame_position.saturating_add((index * Self::SEGMENT_SAMPLES) as i64);
            segments.push(Snippet::of(samples, position, Depth::Eight)?);
        }
        Ok(Self { segments })
    }

    /// All segments, the guard first.
    pub fn segments(&self) -> &[Snippet] {
        &self.segments
    }

    /// The segment that holds this position of the stream, if it is the frame's.
    pub fn segment_at(&self, position: i64) -> Option<usize> {
        let since = usize::try_from(position.checked_sub(self.segments[1].position())?).ok()?;
        let index = 1 + since / Self::SEGMENT_SAMPLES;
        (since % Self::SEGMENT_SAMPLES < self.segments.get(index)?.len()).then_some(index)
    }

    /// What a hotspot commits to.
    pub fn root(&self) -> Hash {
        merkle_root(&self.segments)
    }

    /// A segment with the path that shows it is under the root; `None` when there is no such segment.
    pub fn exhibit(&self, segment: usize) -> Option<Exhibit> {
        let path = MerklePath::of(&self.segments, segment)?;
        Some(Exhibit { snippet: self.segments[segment].clone(), path })
    }
}

#[cfg(test)]
mod capture_tests;
