//! A real elevation model: the Jacksboro fault in Tennessee (USGS, three arc seconds, 29 by 30 km), as matplotlib ships it.
//!
//! `EARSHOT_DEM=FILE` says where `jacksboro_fault_dem.npz` is and demands it. Without, it is looked for where Debian's
//! `python-matplotlib-data` puts it, and the tests over it are skipped when it is not there. Nothing of it is in this repository.

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use geo_index::{
    Terrain,
    terrain::{Frame, Grid},
};

const DEMANDED: &str = "EARSHOT_DEM";
const DEBIAN: &str = "/usr/share/matplotlib/mpl-data/sample_data/jacksboro_fault_dem.npz";
/// The geoid under eastern Tennessee, metres above the ellipsoid (EGM96).
pub(crate) const GEOID_M: f64 = -31.0;

/// The ground there as the model has it, and as one with a quarter of its resolution would; `None`, and a loud word, when the file is not there and nobody demands it.
pub(crate) fn terrains() -> Option<(Terrain, Terrain)> {
    let file = match std::env::var_os(DEMANDED) {
        Some(file) => PathBuf::from(file),
        None if Path::new(DEBIAN).exists() => DEBIAN.into(),
        None => {
            let told = format!(
                "SKIPPED, NOTHING WAS TESTED: {DEBIAN} is not there (package python-matplotlib-data)"
            );
            // Not by `eprintln!`, which the harness swallows.
            let _ = writeln!(std::io::stderr(), "{told}");
            return None;
        }
    };
    let mut archive =
        zip::ZipArchive::new(File::open(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
            .unwrap();
    let mut array = |name: &str, kind: &str| {
        let mut bytes = Vec::new();
        archive.by_name(&format!("{name}.npy")).unwrap().read_to_end(&mut bytes).unwrap();
        unpacked(&bytes, kind)
    };
    let heights = array("elevation", "'<i2', 'fortran_order': False, 'shape': (344, 403)");
    let heights = heights.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]));
    let mut number = |name: &str| {
        f64::from_le_bytes(array(name, "'<f8', 'fortran_order': False, 'shape': ()").try_into().unwrap())
    };
    // Its "ymin" is the edge of the first row, the northern one; edges, not middles, of cells.
    let (step, north_deg, west_deg) = (number("dx"), number("ymin"), number("xmin"));
    let frame = Frame {
        north_deg: north_deg - 0.5 * step,
        west_deg: west_deg + 0.5 * step,
        lat_step_deg: step,
        lng_step_deg: step,
        rows: 344,
        cols: 403,
    };
    assert!((frame.south_deg() - 0.5 * step - number("ymax")).abs() < 1e-9, "rows from north to south");
    assert!((frame.east_deg() + 0.5 * step - number("xmax")).abs() < 1e-9, "columns from west to east");
    let heights: Vec<Option<f64>> = heights.map(|height_m| Some(f64::from(height_m))).collect();
    // Every fourth node of every fourth row.
    let coarse = Frame { lat_step_deg: 4.0 * step, lng_step_deg: 4.0 * step, rows: 86, cols: 101, ..frame };
    let fewer = (0..86 * 101).map(|index| heights[index / 101 * 4 * 403 + index % 101 * 4]);
    let of = |grid| Terrain::new(GEOID_M, vec![grid]).unwrap();
    Some((of(Grid::new(frame, heights.iter().copied()).unwrap()), of(Grid::new(coarse, fewer).unwrap())))
}

/// The data of a NumPy array (format 1.0) of this kind.
fn unpacked(bytes: &[u8], kind: &str) -> Vec<u8> {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let data = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..data]).unwrap();
    assert!(header.starts_with(&format!("{{'descr': {kind}")), "{header}");
    bytes[data..].to_vec()
}
