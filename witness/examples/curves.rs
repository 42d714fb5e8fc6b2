//! Frame errors over SNR, and estimators beside their bound.
//!
//!     cargo run --release -p witness --example curves -- --out target/curves [--frames 2000] [--seed 1]
//!         [--only frame-errors|estimators|first-path]
//!
//! 16-byte payload, explicit header, CRC, SNR in the bandwidth, two samples a chip; carrier offset uniform within 20 ppm at 868 MHz with
//! its clock offset, delay uniform over ten symbols, phase uniform. Writes `frame-errors.csv` and `.svg`,
//! `estimators.csv` and `.svg`, `first-path.csv`, and prints the table of wanted points. Intervals are at 95 %, of shares Wilson's.

#[path = "../tests/air/mod.rs"]
mod air;
#[path = "../tests/errors/mod.rs"]
mod errors;
#[path = "estimators/mod.rs"]
mod estimators;

use std::{error::Error, fs, path::PathBuf};

use clap::{Parser, ValueEnum};
use plotters::prelude::*;
use witness::{Bandwidth, CodingRate, CrcStatus, FrameFormat, Receiver, ReceiverConfig, SpreadingFactor};

/// Draws the receiver's curves.
#[derive(Parser)]
struct Arguments {
    /// Folder for CSV and SVG.
    #[arg(long)]
    out: PathBuf,
    /// Frames a point.
    #[arg(long, default_value_t = 2000)]
    frames: usize,
    /// Of the first frame; the others follow from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Nothing else.
    #[arg(long)]
    only: Option<Study>,
}

/// What can be drawn.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Study {
    /// Frame errors over SNR.
    FrameErrors,
    /// Estimators beside the Cramer-Rao bound.
    Estimators,
    /// First path among echoes, one hop and eight.
    FirstPath,
}

/// A curve, and the points that it must reach: 10 % and 1 % of frame errors at or below these SNRs, dB.
struct Curve {
    name: &'static str,
    sf: u32,
    coding_rate: CodingRate,
    ten_percent_db: f64,
    one_percent_db: f64,
}

const CURVES: [Curve; 5] = [
    Curve {
        name: "SF7 4/5",
        sf: 7,
        coding_rate: CodingRate::Cr45,
        ten_percent_db: -9.4,
        one_percent_db: -8.5,
    },
    Curve {
        name: "SF7 4/8",
        sf: 7,
        coding_rate: CodingRate::Cr48,
        ten_percent_db: -10.6,
        one_percent_db: -9.8,
    },
    Curve {
        name: "SF9 4/5",
        sf: 9,
        coding_rate: CodingRate::Cr45,
        ten_percent_db: -14.9,
        one_percent_db: -14.1,
    },
    Curve {
        name: "SF12 4/5",
        sf: 12,
        coding_rate: CodingRate::Cr45,
        ten_percent_db: -23.2,
        one_percent_db: -22.3,
    },
    Curve {
        name: "SF12 4/8",
        sf: 12,
        coding_rate: CodingRate::Cr48,
        ten_percent_db: -24.1,
        one_percent_db: -23.4,
    },
];

/// Payload bytes.
const BYTES: usize = 16;
/// SNRs drawn beside the two wanted ones, dB from the 1 % point.
const BESIDE_DB: [f64; 4] = [-2.0, 0.6, 3.0, 10.0];

/// One point of a curve.
struct Point {
    snr_db: f64,
    frames: usize,
    errors: usize,
}

impl Point {
    fn rate(&self) -> f64 {
        self.errors as f64 / self.frames as f64
    }

    fn interval(&self) -> (f64, f64) {
        const Z: f64 = 1.959_964;
        let (k, n) = (self.errors as f64, self.frames as f64);
        let reach = Z * (k * (n - k) / n + 0.25 * Z * Z).sqrt();
        let middle = k + 0.5 * Z * Z;
        (((middle - reach) / (n + Z * Z)).max(0.0), (middle + reach) / (n + Z * Z))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    fs::create_dir_all(&arguments.out)?;
    let wanted = |study| arguments.only.is_none_or(|only| only == study);
    if wanted(Study::FrameErrors) {
        study_frame_errors(&arguments)?;
    }
    if wanted(Study::Estimators) {
        estimators::study(&arguments.out, arguments.frames, arguments.seed)?;
    }
    if wanted(Study::FirstPath) {
        estimators::study_echoes(&arguments.out, arguments.frames.div_ceil(8), arguments.seed)?;
    }
    Ok(())
}

fn study_frame_errors(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut curves = Vec::new();
    println!("{:<9} {:>8} {:>8} {:>9} {:>8}  95 % interval", "", "SNR dB", "frames", "errors %", "wanted");
    for curve in &CURVES {
        let mut points = Vec::new();
        let wanted = [(curve.ten_percent_db, Some(10.0)), (curve.one_percent_db, Some(1.0))];
        let beside = BESIDE_DB.map(|more| (curve.one_percent_db + more, None));
        for (snr_db, limit) in wanted.into_iter().chain(beside) {
            // What nobody asked for is drawn from fewer.
            let frames = if limit.is_some() { arguments.frames } else { arguments.frames.div_ceil(8) };
            let point = measure(curve, snr_db, frames, arguments.seed)?;
            let (low, high) = point.interval();
            let limit = limit.map_or(String::new(), |limit: f64| format!("{limit:.0} %"));
            println!(
                "{:<9} {snr_db:>8.1} {:>8} {:>9.2} {limit:>8}  {:.2} to {:.2} %",
                curve.name,
                point.frames,
                100.0 * point.rate(),
                100.0 * low,
                100.0 * high
            );
            points.push(point);
        }
        points.sort_by(|a, b| a.snr_db.total_cmp(&b.snr_db));
        curves.push((curve, points));
    }
    fs::write(arguments.out.join("frame-errors.csv"), frame_errors(&curves, arguments.seed))?;
    draw(&curves, &arguments.out.join("frame-errors.svg"))
}

fn measure(curve: &Curve, snr_db: f64, frames: usize, seed: u64) -> Result<Point, Box<dyn Error>> {
    let sf = SpreadingFactor::new(curve.sf)?;
    let format = FrameFormat::new(sf, Bandwidth::Khz125, curve.coding_rate);
    let config = ReceiverConfig {
        spreading_factors: vec![sf],
        carrier_hz: Some(868e6),
        ..ReceiverConfig::new(250e3, Bandwidth::Khz125)
    };
    let mut receiver = Receiver::new(&config)?;
    let mut rng = air::generator(seed);
    let payload: Vec<u8> = (0..BYTES as u8).collect();
    let chips = (format.chips(BYTES) + 26 * sf.chips()) as f64 + 4096.0;
    let mut errors = 0;
    for _ in 0..frames {
        let link = air::Link::random(2.0, snr_db, 20.0, 10.0 * sf.chips() as f64, &mut rng);
        let samples = air::receive(format, &payload, link, chips, &mut rng);
        let mut heard = Vec::new();
        receiver.restart();
        receiver.push(&samples, &mut heard);
        receiver.finish(&mut heard);
        if !heard.iter().any(|frame| frame.crc == CrcStatus::Ok && frame.payload == payload) {
            errors += 1;
        }
    }
    Ok(Point { snr_db, frames, errors })
}

fn frame_errors(curves: &[(&Curve, Vec<Point>)], seed: u64) -> String {
    let rows = rows(curves, |curve, point| {
        let (low, high) = point.interval();
        let (frames, errors, rate) = (point.frames, point.errors, point.rate());
        format!("{},{:.2},{seed},{frames},{errors},{rate:.6},{low:.6},{high:.6}", curve.name, point.snr_db)
    });
    format!("curve,snr_db,seed,frames,errors,rate,low_95,high_95\n{rows}\n")
}

fn rows(curves: &[(&Curve, Vec<Point>)], row: impl Fn(&Curve, &Point) -> String) -> String {
    let points = curves.iter().flat_map(|(curve, points)| points.iter().map(move |point| (*curve, point)));
    points.map(|(curve, point)| row(curve, point)).collect::<Vec<_>>().join("\n")
}

fn draw(curves: &[(&Curve, Vec<Point>)], path: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (900, 560)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Frame errors, 16 bytes, explicit header", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(-27.0..-4.0, (1e-4..1.0).log_scale())?;
    chart.configure_mesh().x_desc("SNR in the bandwidth, dB").y_desc("share of frames lost").draw()?;
    for (index, (curve, points)) in curves.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let drawn = points.iter().filter(|point| point.errors > 0).map(|point| (point.snr_db, point.rate()));
        chart
            .draw_series(LineSeries::new(drawn, color.stroke_width(2)))?
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
        let wanted = [(curve.ten_percent_db, 0.1), (curve.one_percent_db, 0.01)];
        chart.draw_series(wanted.map(|at| Cross::new(at, 5, color.stroke_width(2))))?;
    }
    chart.configure_series_labels().border_style(BLACK).background_style(WHITE).draw()?;
    root.present()?;
    Ok(())
}
