//! One segment of a capture, shown: the snippet, and the path that ties it to the root.
//!
//! ```text
//! offset  bytes
//!      0      4  segment number, unsigned
//!      4      4  segments of the capture, unsigned
//!      8      1  neighbours on the path, k
//!      9   32 k  their hashes, from the leaf up
//! 9 + 32 k    n  the snippet
//! ```
//! Leaf and nodes are those of [`identity::MerklePath`]: BLAKE3 in derive-key mode, a context each for leaf,
//! node and root.

use identity::{Hash, MerklePath};

use super::{
    Capture,
    snippet::{Depth, Snippet, SnippetError},
};

/// Bytes before the path.
const HEADER_BYTES: usize = 9;
const HASH_BYTES: usize = 32;
/// Levels of the highest tree.
const NEIGHBOURS_MAX: usize = Capture::SEGMENTS_MAX.ilog2() as usize;

/// A segment and its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// The samples.
    pub snippet: Snippet,
    /// Where they stand in the capture.
    pub path: MerklePath,
}

/// Bytes that are no exhibit.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ExhibitError {
    /// Longer than any, or shorter than its header says.
    #[error("{0} bytes are no exhibit")]
    Length(usize),
    /// No such segment in a capture of so many, or more than a capture can have.
    #[error("segment {segment} of {segments}; a capture has 2 to {max}", max = Capture::SEGMENTS_MAX)]
    Segment {
        /// As said.
        segment: u32,
        /// As said.
        segments: u32,
    },
    /// More than any path has.
    #[error("{0} neighbours; a path has at most {NEIGHBOURS_MAX}")]
    Neighbours(u8),
    /// The samples' part.
    #[error(transparent)]
    Snippet(#[from] SnippetError),
}

/// Why an exhibit is not what was committed to. This convicts: whoever signed the root signed other samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    /// Another root, or a path that fits no tree.
    #[error("the samples are not under the committed root")]
    Root,
    /// Guard and frame segments have depths and lengths of their own.
    #[error("segment {segment} of {segments} is not as a capture is cut")]
    Cut {
        /// Its number.
        segment: usize,
        /// Segments of the capture.
        segments: usize,
    },
}

impl Exhibit {
    /// Most bytes.
    pub const BYTES_MAX: usize = HEADER_BYTES + NEIGHBOURS_MAX * HASH_BYTES + Snippet::BYTES_MAX;

    /// Checks that the samples are under a root, and cut as [`Capture`] cuts.
    ///
    /// # Errors
    /// [`NotShown`].
    pub fn verify(&self, root: &Hash) -> Result<(), NotShown> {
        if self.path.leaves > Capture::SEGMENTS_MAX || self.path.root(self.snippet.as_bytes()) != Some(*root)
        {
            return Err(NotShown::Root);
        }
        let (segment, segments) = (self.path.index, self.path.leaves);
        let length = self.snippet.len();
        let cut = match (segment, self.snippet.depth()) {
            (0, Depth::Four) => segments >= 2 && length <= Capture::GUARD_SAMPLES,
            (0, Depth::Eight) | (_, Depth::Four) => false,
            (_, Depth::Eight) if segment + 1 == segments => (1..=Capture::SEGMENT_SAMPLES).contains(&length),
            (_, Depth::Eight) => length == Capture::SEGMENT_SAMPLES,
        };
        if cut { Ok(()) } else { Err(NotShown::Cut { segment, segments }) }
    }

    /// The bytes, as the layout says.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES_MAX);
        bytes.extend((self.path.index as u32).to_le_bytes());
        bytes.extend((self.path.leaves as u32).to_le_bytes());
        bytes.push(self.path.neighbours.len() as u8);
        bytes.extend(self.path.neighbours.iter().flat_map(Hash::bytes));
        bytes.extend(self.snippet.as_bytes());
        bytes
    }

    /// Reads an exhibit; nothing is believed of it until [`Self::verify`].
    ///
    /// # Errors
    /// [`ExhibitError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ExhibitError> {
        let length = ExhibitError::Length(bytes.len());
        if bytes.len() > Self::BYTES_MAX {
            return Err(length);
        }
        let (&[a, b, c, d, e, f, g, h, neighbours], rest) =
            bytes.split_first_chunk::<HEADER_BYTES>().ok_or(length)?;
        let (segment, segments) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        if segment >= segments || !(2..=Capture::SEGMENTS_MAX).contains(&(segments as usize)) {
            return Err(ExhibitError::Segment { segment, segments });
        }
        if usize::from(neighbours) > NEIGHBOURS_MAX {
            return Err(ExhibitError::Neighbours(neighbours));
        }
        let (hashes, snippet) = rest.split_at_checked(usize::from(neighbours) * HASH_BYTES).ok_or(length)?;
        let neighbours = hashes.as_chunks::<HASH_BYTES>().0.iter().map(|&hash| Hash::new(hash)).collect();
        let path = MerklePath { index: segment as usize, leaves: segments as usize, neighbours };
        Ok(Self { snippet: Snippet::from_bytes(snippet)?, path })
    }
}

#[cfg(test)]
mod exhibit_tests;
