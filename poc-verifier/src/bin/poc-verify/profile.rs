//! `poc-verify profile`: what the ground between two places takes, without any bundle.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use geo_index::{Place, TerrainFolder};
use poc_verifier::obstruction::Obstruction;

use crate::explain::{Area, Svg, draw_profile};

/// Size of the drawing.
const SIZE: (f64, f64) = (980.0, 360.0);

/// A place as written on the command line: latitude, longitude, height above the ellipsoid.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    place: Place,
    written: String,
}

impl std::str::FromStr for Spot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<f64> = text
            .split(',')
            .map(|number| number.trim().parse().map_err(|_| format!("{number:?} is no number")))
            .collect::<Result<_, _>>()?;
        let [lat_deg, lng_deg, height_m] = numbers[..] else {
            return Err("LATITUDE,LONGITUDE,HEIGHT are three numbers with commas between".into());
        };
        let place = Place::from_degrees(lat_deg, lng_deg, height_m).map_err(|error| error.to_string())?;
        Ok(Self { place, written: text.to_owned() })
    }
}

/// Prints the loss, and draws the cut.
pub(crate) fn write(
    folder: &Path,
    [from, to]: [&Spot; 2],
    carrier_hz: f64,
    out: Option<&Path>,
) -> Result<()> {
    ensure!(
        (1e8..=6e9).contains(&carrier_hz),
        "a carrier of {} MHz is not between 100 and 6000",
        carrier_hz * 1e-6
    );
    let terrain = TerrainFolder::open(folder).and_then(|tiles| tiles.under([(from.place, to.place)]));
    let terrain = terrain.with_context(|| folder.display().to_string())?;
    let ground = Obstruction::between(&terrain, from.place, to.place, carrier_hz)
        .context("the ground between is not known, or the places are one, or more than 150 km apart")?;
    let hill = ground.hill;
    println!(
        "{:.2} km, {:.1} dB beyond free space; most in the way at {:.2} km: {:.0} m {} the line",
        ground.section.distance_m() * 1e-3,
        ground.loss_db,
        hill.distance_m * 1e-3,
        hill.above_m.abs(),
        if hill.above_m < 0.0 { "below" } else { "above" }
    );
    let Some(out) = out else { return Ok(()) };
    let mut svg = Svg::new(SIZE.0, SIZE.1);
    let area = Area { left: 24.0, top: 20.0, width: SIZE.0 - 48.0, height: SIZE.1 - 40.0 };
    draw_profile(&mut svg, area, &ground, [&from.written, &to.written]);
    fs::write(out, svg.finish()).with_context(|| out.display().to_string())
}
