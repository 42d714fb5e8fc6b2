//! A folder of tiles: `*.hgt`, `*.asc`, and `geoid.txt`, which says how high the geoid lies above the ellipsoid there.
//!
//! Opening reads every tile once, one at a time, and keeps its frame and its name (a hash); heights are read again, and kept, only of
//! tiles that lie under a path in question. So a folder may hold a continent, and a verdict names all of it all the same. Of tiles that
//! overlap, the first by file name counts.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use super::{Frame, Grid, PATH_M_MAX, Terrain, TerrainError, asc, digest_of, error::within, hgt};
use crate::{Place, geodesy::geodesic_m};

/// Most files of a folder.
const FILES_MAX: usize = 8192;
/// Where the geoid's height is written.
const GEOID_FILE: &str = "geoid.txt";
/// Paths bend out of the box of their ends by less than this, degrees.
const BEND_DEG: f64 = 0.02;

/// A folder of tiles, opened.
#[derive(Clone, Debug)]
pub struct TerrainFolder {
    tiles: Vec<Tile>,
    geoid_m: f64,
    digest: [u8; 32],
}

/// What is known of a tile that is not in memory.
#[derive(Clone, Debug)]
struct Tile {
    file: PathBuf,
    frame: Frame,
    digest: [u8; 32],
}

impl TerrainFolder {
    /// Opens a folder, reading every tile in it once.
    ///
    /// # Errors
    /// [`TerrainError`] with the file's name when a tile or `geoid.txt` cannot be read or is none.
    pub fn open(folder: &Path) -> Result<Self, TerrainError> {
        let files = files(folder)?;
        let geoid_m = named(&folder.join(GEOID_FILE), geoid)?;
        let mut tiles = Vec::new();
        for file in files {
            let grid = named(&file, read)?;
            tiles.push(Tile { frame: *grid.frame(), digest: grid.digest(), file });
        }
        let digest = digest_of(geoid_m, tiles.iter().map(|tile| tile.digest));
        Ok(Self { tiles, geoid_m, digest })
    }

    /// BLAKE3 over the geoid and every tile.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The terrain under these paths. Its digest is the folder's.
    ///
    /// # Errors
    /// [`TerrainError`] when a tile has changed since, or the paths need more heights than are kept.
    pub fn under(&self, paths: impl IntoIterator<Item = (Place, Place)>) -> Result<Terrain, TerrainError> {
        let mut wanted = vec![false; self.tiles.len()];
        for (from, to) in paths {
            if geodesic_m(from, to) <= PATH_M_MAX {
                for (wanted, tile) in wanted.iter_mut().zip(&self.tiles) {
                    *wanted |= is_under(&tile.frame, from, to);
                }
            }
        }
        let mut terrain = Terrain::new(self.geoid_m, Vec::new())?;
        for (_, tile) in wanted.iter().zip(&self.tiles).filter(|(wanted, _)| **wanted) {
            let grid = named(&tile.file, read)?;
            if grid.digest() != tile.digest {
                return Err(in_file(&tile.file, TerrainError::Changed));
            }
            terrain.keep(grid)?;
        }
        terrain.digest = self.digest;
        Ok(terrain)
    }
}

/// The folder's tiles, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, TerrainError> {
    let mut files = Vec::new();
    for (count, entry) in fs::read_dir(folder)?.enumerate() {
        if count == FILES_MAX {
            return Err(TerrainError::TooMany { what: "files", count: count + 1, max: FILES_MAX });
        }
        let file = entry?.path();
        if ["hgt", "asc"].iter().any(|wanted| is_a(&file, wanted)) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn is_a(file: &Path, wanted: &str) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

fn read(file: &Path) -> Result<Grid, TerrainError> {
    let bytes = bytes(file, asc::BYTES_MAX)?;
    if is_a(file, "asc") {
        return asc::read(&bytes);
    }
    hgt::read(&file.file_name().unwrap_or_default().to_string_lossy(), &bytes)
}

fn geoid(file: &Path) -> Result<f64, TerrainError> {
    let text = match bytes(file, 64) {
        Err(TerrainError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(TerrainError::Geoid)
        }
        other => other,
    }?;
    let number = String::from_utf8(text).ok().and_then(|text| text.trim().parse().ok());
    number.ok_or(TerrainError::Geoid)
}

fn bytes(file: &Path, max: u64) -> Result<Vec<u8>, TerrainError> {
    let mut bytes = Vec::new();
    File::open(file)?.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(TerrainError::TooLong { bytes: bytes.len() as u64, max });
    }
    Ok(bytes)
}

fn named<T>(file: &Path, read: impl Fn(&Path) -> Result<T, TerrainError>) -> Result<T, TerrainError> {
    read(file).map_err(|error| in_file(file, error))
}

fn in_file(file: &Path, error: TerrainError) -> TerrainError {
    let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    TerrainError::File { file, error: Box::new(error) }
}

/// Whether a path may pass over a grid, by boxes: sometimes yes where the answer is no.
fn is_under(frame: &Frame, from: Place, to: Place) -> bool {
    let (south, north) = (from.lat_deg().min(to.lat_deg()), from.lat_deg().max(to.lat_deg()));
    // The shorter way round: east may be beyond 180 degrees.
    let (mut west, mut east) = (from.lng_deg().min(to.lng_deg()), from.lng_deg().max(to.lng_deg()));
    if east - west > 180.0 {
        (west, east) = (east, west + 360.0);
    }
    let overlaps = |low: f64, high: f64, (from, to): (f64, f64), step: f64| {
        low - step <= to + BEND_DEG && high + step >= from - BEND_DEG
    };
    overlaps(frame.south_deg(), frame.north_deg, (south, north), frame.lat_step_deg)
        && [-360.0, 0.0, 360.0].iter().any(|turn| {
            overlaps(frame.west_deg + turn, frame.east_deg() + turn, (west, east), frame.lng_step_deg)
        })
}

/// The geoid's height over the ellipsoid is somewhere between these, metres (EGM96: -107 to 86).
pub(super) fn geoid_checked(geoid_m: f64) -> Result<f64, TerrainError> {
    within("geoid above the ellipsoid", geoid_m, -110.0, 90.0)
}
