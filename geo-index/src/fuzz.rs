//! Fuzz bodies: each takes any bytes and must return. The tests replay them over mutated seeds; a coverage-guided fuzzer
//! can call the very same functions.

/// The topology reader and everything that is built from what it read.
pub(crate) fn topojson(bytes: &[u8]) {
    if let Ok(basemap) = crate::basemap::Basemap::read(bytes) {
        for tile in [(0, 0, 0), (1, 1, 0), (5, 16, 15), (12, 2048, 2047)] {
            let tile = crate::mercator::TileId::new(tile.0, tile.1, tile.2).expect("these tiles exist");
            let _ = crate::tile::basemap_tile(&basemap, tile);
        }
    }
}

/// The polygon reader and the cells of what it read.
pub(crate) fn polygon(bytes: &[u8]) {
    if let Ok(area) = crate::polygon::Polygons::from_geojson(bytes) {
        let _ = area.cells(crate::Resolution::Eight);
    }
}

/// A cell's name.
pub(crate) fn cell(bytes: &[u8]) {
    let _ = std::str::from_utf8(bytes).map(str::parse::<crate::Cell>);
}

/// The reader of ASCII grids, and the ground that it gives.
pub(crate) fn ascii_grid(bytes: &[u8]) {
    if let Ok(grid) = crate::terrain::read_asc(bytes) {
        let frame = *grid.frame();
        assert!(frame.rows * frame.cols == grid.heights());
        for (lat_deg, lng_deg) in
            [(frame.north_deg, frame.west_deg), (frame.south_deg(), frame.east_deg()), (f64::NAN, 0.0)]
        {
            let _ = grid.height_m(lat_deg, lng_deg);
        }
    }
}

/// The name of an SRTM tile, and its size.
pub(crate) fn tile_name(bytes: &[u8]) {
    let name = String::from_utf8_lossy(bytes);
    assert!(crate::terrain::read_hgt(&name, bytes).is_err(), "{} bytes are no tile", bytes.len());
}

/// Runs a body over every prefix of the seed and over a thousand mutations of it.
pub(crate) fn replay(seed: &[u8], body: fn(&[u8])) {
    for end in 0..seed.len() {
        body(&seed[..end]);
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: usize| {
        // xorshift64, Marsaglia 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for _ in 0..1_000 {
        let mut bytes = seed.to_vec();
        for _ in 0..=draw(4) {
            mutate(&mut bytes, &mut draw);
        }
        body(&bytes);
    }
}

fn mutate(bytes: &mut Vec<u8>, draw: &mut impl FnMut(usize) -> usize) {
    const WORDS: [&[u8]; 9] =
        [b"-1", b"null", b"1e308", b"9223372036854775807", b"[", b"]", b"180", b"-90", b"0.0000001"];
    let at = draw(bytes.len());
    match draw(5) {
        0 if !bytes.is_empty() => bytes[at] = draw(256) as u8,
        1 if !bytes.is_empty() => bytes[at] ^= 1 << draw(8),
        2 => drop(bytes.drain(at..(at + draw(20)).min(bytes.len()))),
        3 => drop(bytes.splice(at..at, WORDS[draw(WORDS.len())].iter().copied())),
        _ => {
            let piece = bytes[at..(at + draw(40)).min(bytes.len())].to_vec();
            drop(bytes.splice(at..at, piece));
        }
    }
}
