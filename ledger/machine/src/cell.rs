//! H3 cells as integers: validity, resolution and parents, without geometry.
//!
//! Bit layout of an index (H3 core library, "H3 index representations"): bit 63 is 0, bits 59-62 hold mode 1 (cell),
//! bits 56-58 are 0, bits 52-55 the resolution, bits 45-51 the base cell (0-121), then 15 digits of three bits, the
//! coarsest first. Digits up to the resolution are 0-6, the rest 7. Below one of the twelve pentagons the first
//! non-zero digit is never 1 (the deleted K subsequence).

use std::io::{Error, ErrorKind, Read, Result as IoResult};

use borsh::{BorshDeserialize, BorshSerialize};

const PENTAGONS: [u64; 12] = [4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117];
const BASE_CELLS: u64 = 122;
const UNUSED: u64 = 7;
const DIGITS: u32 = 15;

/// An integer that is no cell, or none of the resolution asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// The bits are not those of an H3 cell.
    #[error("{0:016x} is not an H3 cell")]
    NotACell(u64),
    /// A cell, but of another resolution.
    #[error("cell {cell:016x} is of resolution {actual}, not {expected}")]
    Resolution {
        /// The index.
        cell: u64,
        /// What was asked for.
        expected: u8,
        /// What it has.
        actual: u8,
    },
}

/// A valid H3 cell of resolution `RESOLUTION` (0-15).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Cell<const RESOLUTION: u8>(u64);

/// A reward cell: H3 resolution 8, about 0.7 square kilometres.
pub type Cell8 = Cell<8>;
/// A place: H3 resolution 12, about 300 square metres.
pub type Cell12 = Cell<12>;

impl<const RESOLUTION: u8> Cell<RESOLUTION> {
    /// A cell from its index.
    ///
    /// # Errors
    /// When the integer is no cell, or of another resolution.
    pub fn new(index: u64) -> Result<Self, CellError> {
        let actual = resolution_of(index).ok_or(CellError::NotACell(index))?;
        if actual == RESOLUTION {
            Ok(Self(index))
        } else {
            Err(CellError::Resolution { cell: index, expected: RESOLUTION, actual })
        }
    }

    /// The H3 index.
    pub const fn index(self) -> u64 {
        self.0
    }
}

impl Cell12 {
    /// The reward cell that this place lies in.
    #[must_use]
    pub fn parent8(self) -> Cell8 {
        let unused = (1_u64 << (3 * (DIGITS - 8))) - 1;
        Cell((self.0 & !(0xf << 52)) | (8 << 52) | unused)
    }
}

fn digit(index: u64, resolution: u32) -> u64 {
    (index >> (3 * (DIGITS - resolution))) & 7
}

/// The resolution of a valid cell index, or none for other integers.
fn resolution_of(index: u64) -> Option<u8> {
    let base = (index >> 45) & 0x7f;
    if index >> 59 != 1 || (index >> 56) & 7 != 0 || base >= BASE_CELLS {
        return None;
    }
    let resolution = u8::try_from((index >> 52) & 0xf).ok()?;
    let depth = u32::from(resolution);
    let used = (1..=depth).all(|level| digit(index, level) != UNUSED);
    let unused = (depth + 1..=DIGITS).all(|level| digit(index, level) == UNUSED);
    let first = (1..=depth).map(|level| digit(index, level)).find(|digit| *digit != 0);
    let deleted = PENTAGONS.contains(&base) && first == Some(1);
    (used && unused && !deleted).then_some(resolution)
}

impl<const RESOLUTION: u8> BorshDeserialize for Cell<RESOLUTION> {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let index = u64::deserialize_reader(reader)?;
        Self::new(index).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }
}

impl<const RESOLUTION: u8> std::fmt::Display for Cell<RESOLUTION> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl<const RESOLUTION: u8> std::fmt::Debug for Cell<RESOLUTION> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[path = "cell_tests.rs"]
mod cell_tests;
