#![allow(clippy::float_cmp, reason = "heights at nodes are exact")]

use std::{fs, path::Path};

use proptest::prelude::*;

use super::*;
use crate::{
    fuzz,
    geodesy::{destination, geodesic_m},
};

/// Four columns, three rows; the cell in the last corner is not known.
pub(crate) const SMALL: &str = "ncols 4\nnrows 3\nxllcorner -9.25\nyllcorner 38.5\ncellsize 0.25\nNODATA_value -9999\n\
    10 20 30 40\n50 60 70 80\r\n90 100 110.5 -9999\n";

fn at(lat_deg: f64, lng_deg: f64) -> Place {
    Place::from_degrees(lat_deg, lng_deg, 0.0).unwrap()
}

fn small() -> Grid {
    read_asc(SMALL.as_bytes()).unwrap()
}

/// An SRTM tile by a function of row and column.
fn tile(side: usize, height: impl Fn(usize, usize) -> i16) -> Vec<u8> {
    (0..side * side).flat_map(|index| height(index / side, index % side).to_be_bytes()).collect()
}

/// Slopes that bilinear interpolation keeps: metres by row and column.
fn slope(row: usize, col: usize) -> i16 {
    (row + 2 * col) as i16
}

#[test]
fn an_ascii_grid_has_its_heights_in_the_middle_of_its_cells() {
    let grid = small();
    let frame = grid.frame();
    assert_eq!((frame.north_deg, frame.south_deg()), (39.125, 38.625));
    assert_eq!((frame.west_deg, frame.east_deg()), (-9.125, -8.375));
    for (lat, lng, wanted) in [
        (39.125, -9.125, Some(10.0)),
        (38.875, -8.625, Some(70.0)),
        (38.625, -8.625, Some(110.5)),
        // Half way between four, and between two on a row whose other neighbour is not known.
        (39.0, -9.0, Some(35.0)),
        (38.625, -8.75, Some(105.25)),
        // A cell reaches half a step beyond its middle, and no farther.
        (39.24, -9.24, Some(10.0)),
        (39.26, -9.0, None),
        (39.0, -9.26, None),
        // Not known at one of the corners.
        (38.7, -8.5, None),
        (38.625, -8.375, None),
    ] {
        assert_eq!(grid.height_m(lat, lng), wanted, "{lat} {lng}");
    }
}

#[test]
fn an_ascii_grid_by_centres_is_the_same_ground() {
    let by_centres = SMALL
        .replace("xllcorner -9.25", "XLLCENTER -9.125")
        .replace("yllcorner 38.5", "yllcenter 38.625")
        .replace("cellsize 0.25", "dx 0.25\ndy 0.25");
    let grid = read_asc(by_centres.as_bytes()).unwrap();
    assert_eq!(grid, small());
    assert_eq!(grid.digest(), small().digest());
    let higher = SMALL.replace("110.5", "111");
    assert_ne!(read_asc(higher.as_bytes()).unwrap().digest(), grid.digest());
}

#[test]
fn ascii_grids_are_refused_with_the_line() {
    let broken = |from: &str, to: &str| read_asc(SMALL.replace(from, to).as_bytes()).unwrap_err().to_string();
    assert_eq!(broken("50", "5o"), "line 8: \"5o\" is no height");
    let long = read_asc(format!("{SMALL}1\n").as_bytes()).unwrap_err().to_string();
    assert_eq!(long, "line 10: \"1\" is no end of the grid");
    assert_eq!(broken("100 ", ""), "11 heights, but rows and columns make 12");
    assert_eq!(broken("ncols 4", "ncols 4.5"), "line 1: \"ncols 4.5\" is no number of rows or columns");
    assert_eq!(broken("ncols 4", "columns 4"), "line 1: \"columns 4\" is no word of a header");
    assert_eq!(broken("ncols 4\n", ""), "line 1: \"\" is no complete header");
    assert_eq!(
        broken("xllcorner -9.25", "xllcorner 486000"),
        "western edge is 486000.125, not within -180 to 180"
    );
    assert_eq!(broken(" 30", " 30000"), "ground is 30000, not within -500 to 9000");
    assert_eq!(broken("ncols 4", "ncols 9999999"), "heights of a grid is 29999997, not within 4 to 16777216");
    assert_eq!(broken("nrows 3", "nrows 1"), "rows of heights is 1, not within 2 to 16777216");
}

#[test]
fn a_tile_is_placed_by_its_name() {
    let grid = read_hgt("N38W010.hgt", &tile(1201, slope)).unwrap();
    let frame = grid.frame();
    assert_eq!((frame.north_deg, frame.west_deg), (39.0, -10.0));
    assert!((frame.south_deg() - 38.0).abs() < 1e-12 && (frame.east_deg() + 9.0).abs() < 1e-12);
    // Row 300 and column 900 of 1200.
    assert!((grid.height_m(38.75, -9.25).unwrap() - 2100.0).abs() < 1e-6);
    // Heights are big-endian: little-endian ones would be no ground, or another.
    let south = read_hgt("s01e007.HGT", &tile(1201, |row, _| row as i16)).unwrap();
    assert!((south.height_m(-0.5, 7.5).unwrap() - 600.0).abs() < 1e-6);
    assert!((grid.step_m() - 92.7).abs() < 0.1);
    let fine = read_hgt("N38W010.hgt", &tile(3601, |_, _| 7)).unwrap();
    assert!((fine.step_m() - 30.9).abs() < 0.1);
}

#[test]
fn voids_are_unknown_and_not_zero() {
    let holes = tile(1201, |row, col| if (row, col) == (600, 600) { i16::MIN } else { 0 });
    let terrain = Terrain::new(53.0, vec![read_hgt("N38W010.hgt", &holes).unwrap()]).unwrap();
    assert_eq!(terrain.ground_m(at(38.4995, -9.5)), None);
    assert_eq!(terrain.ground_m(at(38.49, -9.5)), Some(53.0));
    assert_eq!(terrain.profile(at(38.4, -9.5), at(38.6, -9.5)), None, "the path crosses the hole");
    assert!(terrain.profile(at(38.4, -9.51), at(38.6, -9.51)).is_some());
    assert_eq!(terrain.profile(at(38.9, -9.5), at(39.1, -9.5)), None, "the path leaves the model");
    assert_eq!(terrain.ground_m(at(0.0, 0.0)), None);
}

#[test]
fn tiles_are_refused_with_a_reason() {
    let of = |name: &str, bytes: &[u8]| read_hgt(name, bytes).unwrap_err().to_string();
    let sea = tile(1201, |_, _| 0);
    for name in [
        "",
        "N38W010",
        "N38W010.asc",
        "N38W10.hgt",
        "X38W010.hgt",
        "N90W010.hgt",
        "N38W181.hgt",
        "N3éW01.hgt",
        "N+8W010.hgt",
    ] {
        assert_eq!(of(name, &sea), format!("{name:?} is no name of a tile: N38W010.hgt is one"));
    }
    assert_eq!(of("N38W010.hgt", &sea[1..]), "2884801 bytes are no SRTM tile of 1201 or 3601 heights a side");
    assert_eq!(of("N38W010.hgt", &tile(1201, |_, _| 12_000)), "ground is 12000, not within -500 to 9000");
}

#[test]
fn grids_with_impossible_frames_are_refused() {
    let frame = *small().frame();
    for broken in [
        Frame { north_deg: 91.0, ..frame },
        Frame { west_deg: f64::NAN, ..frame },
        Frame { lat_step_deg: 0.0, ..frame },
        Frame { lng_step_deg: -0.1, ..frame },
        Frame { rows: usize::MAX, cols: 2, ..frame },
        Frame { rows: 2, cols: 2, lat_step_deg: 1.0, north_deg: -89.5, ..frame },
    ] {
        assert!(Grid::new(broken, (0..12).map(|_| Some(0.0))).is_err(), "{broken:?}");
    }
    assert!(Grid::new(frame, std::iter::repeat(Some(0.0))).is_err(), "endless heights end");
    assert!(Terrain::new(200.0, vec![small()]).is_err());
}

#[test]
fn a_profile_walks_the_geodesic() {
    let terrain = Terrain::new(53.0, vec![read_hgt("N38W010.hgt", &tile(1201, slope)).unwrap()]).unwrap();
    let (from, to) = (at(38.2, -9.8), at(38.7, -9.3));
    let profile = terrain.profile(from, to).unwrap();
    assert!((profile.distance_m - geodesic_m(from, to)).abs() < 1e-6);
    assert!(profile.step_m() < 93.0 && profile.step_m() > 90.0, "{}", profile.step_m());
    let azimuth = crate::geodesy::azimuth_deg(from, to);
    for (distance_m, ground_m) in profile.points() {
        let there = destination(from, azimuth, distance_m).unwrap();
        // Ground rises by 1 m a row to the south and by 2 m a column to the east: a metre is off by decimetres of walking.
        assert!((ground_m - terrain.ground_m(there).unwrap()).abs() < 0.01, "at {distance_m} m");
    }
    let back = terrain.profile(to, from).unwrap();
    for (there, back) in profile.ground_m.iter().zip(back.ground_m.iter().rev()) {
        assert!((there - back).abs() < 0.01);
    }
    assert_eq!(terrain.profile(from, from), None);
    // Antennas' heights are not the ground's.
    let high = from.with_height_m(900.0).unwrap();
    assert_eq!(terrain.profile(high, to), Some(profile));
}

#[test]
fn a_profile_crosses_from_tile_to_tile_and_the_antimeridian() {
    let flat = |name: &str, height| read_hgt(name, &tile(1201, move |_, _| height)).unwrap();
    let terrain = Terrain::new(0.0, vec![flat("N10E179.hgt", 100), flat("N10W180.hgt", 200)]).unwrap();
    let profile = terrain.profile(at(10.5, 179.9), at(10.5, -179.9)).unwrap();
    let middle = profile.ground_m.len() / 2;
    let all = |part: &[f64], wanted: f64| part.iter().all(|ground_m| (ground_m - wanted).abs() < 1e-9);
    assert!(all(&profile.ground_m[..middle - 1], 100.0) && all(&profile.ground_m[middle + 2..], 200.0));
}

fn written(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn a_folder_gives_what_lies_under_the_paths_and_names_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let missing = TerrainFolder::open(path).unwrap_err().to_string();
    assert!(missing.starts_with("geoid.txt: one number is missing"), "{missing}");
    written(path, "geoid.txt", "53.0\n");
    written(path, "N38W010.hgt", tile(1201, slope));
    written(path, "N38W009.hgt", tile(1201, |_, _| 5));
    written(path, "small.asc", SMALL.replace("38.5", "60.5"));
    written(path, "README.txt", "nothing to do with it");
    let opened = TerrainFolder::open(path).unwrap();
    let terrain = opened.under([(at(38.2, -9.5), at(38.3, -9.4))]).unwrap();
    assert_eq!(terrain.grids.len(), 1);
    assert_eq!(terrain.digest(), opened.digest(), "the whole folder is named");
    assert_eq!(terrain.ground_m(at(38.5, -9.5)), Some(53.0 + 1800.0));
    let both = opened.under([(at(38.2, -9.5), at(38.3, -8.5)), (at(0.0, 0.0), at(0.0, 0.1))]).unwrap();
    assert_eq!(both.grids.len(), 2);
    assert!(opened.under([]).unwrap().grids.is_empty());

    let higher = tile(1201, |row, col| slope(row, col) + 1);
    written(path, "N38W010.hgt", &higher);
    let changed = opened.under([(at(38.2, -9.5), at(38.3, -9.4))]).unwrap_err().to_string();
    assert_eq!(changed, "N38W010.hgt: it has changed since the folder was opened");
    assert_ne!(TerrainFolder::open(path).unwrap().digest(), opened.digest());
    written(path, "N38W010.hgt", &higher[2..]);
    let cut = TerrainFolder::open(path).unwrap_err().to_string();
    assert!(cut.starts_with("N38W010.hgt: 2884800 bytes are no SRTM tile"), "{cut}");
    written(path, "geoid.txt", "nearly 53");
    assert!(TerrainFolder::open(path).unwrap_err().to_string().starts_with("geoid.txt: one number"));
}

#[test]
fn hostile_tiles_never_panic() {
    fuzz::replay(SMALL.as_bytes(), fuzz::ascii_grid);
    fuzz::replay(b"N38W010.hgt", fuzz::tile_name);
}

proptest! {
    /// Between nodes the ground is between its corners, and the geoid is added once.
    #[test]
    fn interpolation_stays_between_its_corners(lat in 38.7..39.1, lng in -9.1..-8.7, geoid in -100.0..80.0) {
        let terrain = Terrain::new(geoid, vec![small()]).unwrap();
        let ground_m = terrain.ground_m(at(lat, lng)).unwrap() - geoid;
        prop_assert!((10.0..=110.5).contains(&(ground_m + 1e-9)), "{ground_m}");
    }
}
