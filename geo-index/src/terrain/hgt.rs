//! SRTM tiles: one degree by one degree, named by their south-western corner.
//!
//! `N38W010.hgt` is rows of big-endian 16-bit metres above the geoid (EGM96), from north to south and from west to east, with nothing
//! before or after; 1201 a side at three arc seconds, 3601 at one; neighbours share their edges; -32768 where nothing is known (USGS,
//! SRTM Topography, SRTM_Topo.pdf, sections 2.1 and 2.2).

use super::{Frame, Grid, TerrainError};

/// Heights a side.
const SIDES: [usize; 2] = [1201, 3601];
const VOID: i16 = i16::MIN;

/// Reads a tile by its file name, without folders, and its bytes.
///
/// # Errors
/// [`TerrainError`] when the name is no corner, the bytes are no tile, or a height is no ground.
pub fn read(name: &str, bytes: &[u8]) -> Result<Grid, TerrainError> {
    let frame = frame(name, bytes.len())?;
    let heights = bytes.chunks_exact(2).map(|pair| match i16::from_be_bytes([pair[0], pair[1]]) {
        VOID => None,
        height => Some(f64::from(height)),
    });
    Grid::new(frame, heights)
}

fn frame(name: &str, bytes: usize) -> Result<Frame, TerrainError> {
    let (south, west) = corner(name).ok_or_else(|| TerrainError::Name(name.chars().take(40).collect()))?;
    let side = SIDES.into_iter().find(|side| side * side * 2 == bytes).ok_or(TerrainError::Size(bytes))?;
    let step_deg = 1.0 / (side - 1) as f64;
    Ok(Frame {
        north_deg: f64::from(south + 1),
        west_deg: f64::from(west),
        lat_step_deg: step_deg,
        lng_step_deg: step_deg,
        rows: side,
        cols: side,
    })
}

/// Latitude and longitude of the corner, whole degrees.
fn corner(name: &str) -> Option<(i32, i32)> {
    let (stem, extension) = name.split_once('.')?;
    if !extension.eq_ignore_ascii_case("hgt") || stem.len() != 7 || !stem.is_ascii() {
        return None;
    }
    let (lat, lng) = stem.split_at(3);
    let south = signed(lat, *b"NS").filter(|south| (-90..90).contains(south))?;
    let west = signed(lng, *b"EW").filter(|west| (-180..180).contains(west))?;
    Some((south, west))
}

fn signed(text: &str, letters: [u8; 2]) -> Option<i32> {
    let (letter, digits) = text.split_at(1);
    let number: i32 =
        digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    match letter.as_bytes()[0].to_ascii_uppercase() {
        letter if letter == letters[0] => Some(number),
        letter if letter == letters[1] => Some(-number),
        _ => None,
    }
}
