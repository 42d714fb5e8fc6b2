//! ESRI ASCII grids: a header of words and numbers, then rows of heights from north to south.
//!
//! ```text
//! ncols 4
//! nrows 3
//! xllcorner -9.25        (or xllcenter; degrees)
//! yllcorner 38.70        (or yllcenter)
//! cellsize 0.000833333   (or dx and dy)
//! NODATA_value -9999     (optional)
//! 12.5 13 14 -9999 ...
//! ```
//! A height stands for the middle of its cell. Only grids in degrees are read: a projected grid's corner is out of range.

use super::{Frame, Grid, TerrainError, grid::GRID_HEIGHTS_MAX};

/// Longest file that is read: every height with seven characters and a blank.
pub(super) const BYTES_MAX: u64 = 8 * GRID_HEIGHTS_MAX as u64;
/// Most lines of a header.
const HEADER_LINES: usize = 8;
/// What stands for nothing known unless the header says otherwise.
const NO_DATA: f64 = -9999.0;

/// What a header says.
#[derive(Default)]
struct Header {
    cols: Option<usize>,
    rows: Option<usize>,
    west: Option<f64>,
    south: Option<f64>,
    /// Whether west and south are a cell's corner.
    corner: (bool, bool),
    lng_step: Option<f64>,
    lat_step: Option<f64>,
    no_data: Option<f64>,
}

/// Reads a grid.
///
/// # Errors
/// [`TerrainError`] with the line when something else is written there, or when it is no grid on Earth.
pub fn read(bytes: &[u8]) -> Result<Grid, TerrainError> {
    if bytes.len() as u64 > BYTES_MAX {
        return Err(TerrainError::TooLong { bytes: bytes.len() as u64, max: BYTES_MAX });
    }
    let mut lines =
        bytes.split(|byte| *byte == b'\n').enumerate().map(|(index, line)| (index + 1, line)).peekable();
    let mut header = Header::default();
    for _ in 0..HEADER_LINES {
        let Some((number, line)) =
            lines.next_if(|(_, line)| line.trim_ascii_start().first().is_some_and(u8::is_ascii_alphabetic))
        else {
            break;
        };
        header.take(number, line)?;
    }
    let frame = header.frame()?;
    frame.check()?;
    let no_data = header.no_data.unwrap_or(NO_DATA);
    let mut heights = Vec::with_capacity(frame.rows * frame.cols);
    for (number, line) in lines {
        for word in line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
            if heights.len() == frame.rows * frame.cols {
                return Err(wrong(number, word, "end of the grid"));
            }
            let height_m = number_of(number, word, "height")?;
            // The header's very number stands for nothing known, however it is written.
            heights.push((height_m.to_bits() != no_data.to_bits()).then_some(height_m));
        }
    }
    Grid::new(frame, heights)
}

impl Header {
    fn take(&mut self, line: usize, text: &[u8]) -> Result<(), TerrainError> {
        let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (Some(name), Some(value), None) = (words.next(), words.next(), words.next()) else {
            return Err(wrong(line, text, "word and number"));
        };
        let value = number_of(line, value, "number")?;
        match &name.to_ascii_lowercase()[..] {
            b"ncols" => self.cols = Some(count(line, text, value)?),
            b"nrows" => self.rows = Some(count(line, text, value)?),
            b"xllcorner" => (self.west, self.corner.0) = (Some(value), true),
            b"xllcenter" => (self.west, self.corner.0) = (Some(value), false),
            b"yllcorner" => (self.south, self.corner.1) = (Some(value), true),
            b"yllcenter" => (self.south, self.corner.1) = (Some(value), false),
            b"cellsize" => (self.lng_step, self.lat_step) = (Some(value), Some(value)),
            b"dx" => self.lng_step = Some(value),
            b"dy" => self.lat_step = Some(value),
            b"nodata_value" => self.no_data = Some(value),
            _ => return Err(wrong(line, text, "word of a header")),
        }
        Ok(())
    }

    fn frame(&self) -> Result<Frame, TerrainError> {
        let all = (self.cols.zip(self.rows), self.west.zip(self.south), self.lng_step.zip(self.lat_step));
        let (Some((cols, rows)), Some((west, south)), Some((lng_step_deg, lat_step_deg))) = all else {
            return Err(wrong(1, b"", "complete header"));
        };
        let inward = |corner: bool| if corner { 0.5 } else { 0.0 };
        Ok(Frame {
            north_deg: south + lat_step_deg * (inward(self.corner.1) + rows as f64 - 1.0),
            west_deg: west + lng_step_deg * inward(self.corner.0),
            lat_step_deg,
            lng_step_deg,
            rows,
            cols,
        })
    }
}

fn count(line: usize, text: &[u8], value: f64) -> Result<usize, TerrainError> {
    let whole = value.fract().abs() < f64::EPSILON && (0.0..=GRID_HEIGHTS_MAX as f64).contains(&value);
    if whole { Ok(value as usize) } else { Err(wrong(line, text, "number of rows or columns")) }
}

fn number_of(line: usize, word: &[u8], wanted: &'static str) -> Result<f64, TerrainError> {
    let number = std::str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok());
    number.filter(|number| number.is_finite()).ok_or_else(|| wrong(line, word, wanted))
}

fn wrong(line: usize, text: &[u8], wanted: &'static str) -> TerrainError {
    TerrainError::Line { line, text: String::from_utf8_lossy(text).chars().take(40).collect(), wanted }
}
