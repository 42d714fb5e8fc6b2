//! What is no elevation model.

use thiserror::Error;

/// Why bytes, numbers or a folder are no terrain.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TerrainError {
    /// A file longer than any tile.
    #[error("{bytes} bytes of elevation, at most {max} are read")]
    TooLong {
        /// How many there are.
        bytes: u64,
        /// How many are read.
        max: u64,
    },
    /// More of something than is kept.
    #[error("{count} {what}, at most {max} are kept")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many are kept.
        max: usize,
    },
    /// A number that a grid on Earth does not have.
    #[error("{field} is {value}, not within {min} to {max}")]
    OutOfRange {
        /// Which number.
        field: &'static str,
        /// What was given.
        value: f64,
        /// Least allowed.
        min: f64,
        /// Most allowed.
        max: f64,
    },
    /// A grid with too few or too many heights for its rows and columns.
    #[error("{actual} heights, but rows and columns make {expected}")]
    Heights {
        /// How many there are.
        actual: usize,
        /// How many there should be.
        expected: usize,
    },
    /// An SRTM tile is named by its south-western corner.
    #[error("{0:?} is no name of a tile: N38W010.hgt is one")]
    Name(String),
    /// An SRTM tile has 1201 or 3601 heights a side.
    #[error("{0} bytes are no SRTM tile of 1201 or 3601 heights a side")]
    Size(usize),
    /// A line of an ASCII grid that says something else.
    #[error("line {line}: {text:?} is no {wanted}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// How it begins.
        text: String,
        /// What should be there.
        wanted: &'static str,
    },
    /// A file of a folder, and what is wrong with it.
    #[error("{file}: {error}")]
    File {
        /// Its name.
        file: String,
        /// What is wrong.
        error: Box<TerrainError>,
    },
    /// A tile that is not what it was when the folder was opened.
    #[error("it has changed since the folder was opened")]
    Changed,
    /// A folder that does not say how high the geoid lies.
    #[error("one number is missing: the geoid's height above the ellipsoid there, in metres (Lisbon: 53)")]
    Geoid,
    /// The operating system's word.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A number within its range; what is not finite is within none.
pub(super) fn within(field: &'static str, value: f64, min: f64, max: f64) -> Result<f64, TerrainError> {
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(TerrainError::OutOfRange { field, value, min, max })
    }
}
