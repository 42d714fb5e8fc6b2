//! The ground: an elevation model, and the profile of a path over it.
//!
//! | noun | file | noun | file |
//! |---|---|---|---|
//! | a grid of heights | `grid` | SRTM tiles | `hgt` |
//! | the ground under a path | `profile` | ESRI ASCII grids | `asc` |
//! | a folder of tiles | `folder` | what is no terrain | `error` |
//!
//! **Geoid and ellipsoid.** Elevation models give heights above the geoid ("the sea"); a [`Place`] has its height above the ellipsoid. The
//! two differ by up to 106 m, and over a hundred kilometres by hardly more than some metres. So a terrain has one stated number, the
//! geoid's height above the ellipsoid there (Lisbon 53 m, Tennessee -31 m; EGM96), which is added to every height that comes out.
//!
//! **Unknown is not zero.** Outside the grids, and where a model has no data, the answer is `None`; one such point makes a whole profile
//! `None`.
//!
//! **Named.** What is judged over a terrain depends on it, so a terrain has a [digest](Terrain::digest).

mod asc;
mod error;
mod folder;
mod grid;
mod hgt;
mod profile;

pub use asc::read as read_asc;
pub use error::TerrainError;
pub use folder::TerrainFolder;
pub use grid::{Frame, GRID_HEIGHTS_MAX, Grid};
pub use hgt::read as read_hgt;
pub use profile::{PATH_M_MAX, Profile};

use crate::Place;

/// Most heights in memory, of two bytes each: twenty tiles of one arc second, or 180 of three.
pub const HEIGHTS_MAX: usize = 260 << 20;

/// An elevation model in memory.
#[derive(Clone, Debug)]
pub struct Terrain {
    geoid_m: f64,
    grids: Vec<Grid>,
    digest: [u8; 32],
}

impl Terrain {
    /// A terrain of grids; where they overlap, the first that knows the ground counts. `geoid_m` is the geoid's height above the
    /// ellipsoid.
    ///
    /// # Errors
    /// [`TerrainError`] when the grids have more heights than are kept, or the geoid lies nowhere like that.
    pub fn new(geoid_m: f64, grids: Vec<Grid>) -> Result<Self, TerrainError> {
        let geoid_m = folder::geoid_checked(geoid_m)?;
        let digest = digest_of(geoid_m, grids.iter().map(Grid::digest));
        let mut terrain = Self { geoid_m, grids: Vec::new(), digest };
        for grid in grids {
            terrain.keep(grid)?;
        }
        Ok(terrain)
    }

    fn keep(&mut self, grid: Grid) -> Result<(), TerrainError> {
        let count = self.grids.iter().map(Grid::heights).sum::<usize>() + grid.heights();
        if count > HEIGHTS_MAX {
            return Err(TerrainError::TooMany { what: "heights", count, max: HEIGHTS_MAX });
        }
        self.grids.push(grid);
        Ok(())
    }

    /// The geoid's height above the ellipsoid, metres.
    pub fn geoid_m(&self) -> f64 {
        self.geoid_m
    }

    /// BLAKE3 over the geoid's height and every grid, in their order.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Ground at a place, metres above the ellipsoid; `None` where it is not known. The place's own height does not count.
    pub fn ground_m(&self, place: Place) -> Option<f64> {
        Some(self.ground_at(place.lat_deg(), place.lng_deg())?.0)
    }

    /// The ground along the geodesic between two places, as dense as the denser of the grids under its ends; `None` where some of it is
    /// not known, and for paths that are longer than [`PATH_M_MAX`] or shorter than a metre.
    pub fn profile(&self, from: Place, to: Place) -> Option<Profile> {
        let step_m = |place: Place| Some(self.ground_at(place.lat_deg(), place.lng_deg())?.1.step_m());
        let step_m = step_m(from)?.min(step_m(to)?);
        Profile::draw((from, to), step_m, |lat_deg, lng_deg| Some(self.ground_at(lat_deg, lng_deg)?.0))
    }

    /// Ground above the ellipsoid, and the grid that knows it.
    fn ground_at(&self, lat_deg: f64, lng_deg: f64) -> Option<(f64, &Grid)> {
        self.grids.iter().find_map(|grid| Some((grid.height_m(lat_deg, lng_deg)? + self.geoid_m, grid)))
    }
}

fn digest_of(geoid_m: f64, grids: impl Iterator<Item = [u8; 32]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("earshot 2026 terrain");
    hasher.update(&geoid_m.to_le_bytes());
    for grid in grids {
        hasher.update(&grid);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod terrain_tests;
