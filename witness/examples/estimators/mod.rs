//! Estimators beside the Cramer-Rao bound, and beside the errors that they state.

mod echoes;
mod plot;

use std::{error::Error, fs, path::Path};

use witness::{Bandwidth, CodingRate, CrcStatus, FrameFormat, SpreadingFactor, encode};

use crate::{
    air,
    errors::{Ear, Errors, QUANTITIES, Tally},
};

pub(crate) use echoes::study as study_echoes;

/// Of the RMS errors, in the order of [`QUANTITIES`].
const UNITS: [&str; 6] = ["ns", "ns", "Hz", "ppm", "relative", "rad"];
/// Payload bytes.
const BYTES: usize = 16;

/// A receiver, a spreading factor, and the SNRs at which it is tried: from the decoding threshold to +15 dB, and +30 dB for those who look
/// for what a transmitter leaves.
struct Case {
    ear: Ear,
    sf: u32,
    /// Share of the frames asked for: a long frame says as much as many short ones, and costs as much.
    share: f64,
    snr_db: [f64; 6],
}

const SF7_DB: [f64; 6] = [-9.4, -6.0, 0.0, 7.0, 15.0, 30.0];
const SF9_DB: [f64; 6] = [-14.9, -10.0, -4.0, 5.0, 15.0, 30.0];
const SF12_DB: [f64; 6] = [-23.2, -18.0, -10.0, 0.0, 15.0, 30.0];

const CASES: [Case; 7] = [
    Case { ear: Ear::Direct(2.0), sf: 7, share: 1.0, snr_db: SF7_DB },
    Case { ear: Ear::Direct(1.0), sf: 7, share: 1.0, snr_db: SF7_DB },
    Case { ear: Ear::Direct(4.0), sf: 7, share: 0.5, snr_db: SF7_DB },
    Case { ear: Ear::Wideband, sf: 7, share: 0.5, snr_db: SF7_DB },
    Case { ear: Ear::Direct(2.0), sf: 9, share: 0.5, snr_db: SF9_DB },
    Case { ear: Ear::Wideband, sf: 9, share: 0.25, snr_db: SF9_DB },
    Case { ear: Ear::Direct(2.0), sf: 12, share: 0.125, snr_db: SF12_DB },
];

/// One receiver at one SNR.
struct Point {
    name: String,
    snr_db: f64,
    seed: u64,
    tally: Tally,
}

/// Measures, prints, and writes `estimators.csv` and `.svg`.
pub(crate) fn study(out: &Path, frames: usize, seed: u64) -> Result<(), Box<dyn Error>> {
    println!("\nRMS error over the Cramer-Rao bound / variance of the error over its stated standard error");
    println!(
        "{:<14} {:>6} {:>6}  {}",
        "",
        "SNR dB",
        "frames",
        QUANTITIES.map(|name| format!("{name:>13}")).join("")
    );
    let mut points = Vec::new();
    for (number, case) in CASES.iter().enumerate() {
        for (index, snr_db) in case.snr_db.into_iter().enumerate() {
            let seed = seed + 100 * number as u64 + index as u64;
            let tally = measure(case, snr_db, (frames as f64 * case.share).ceil() as usize, seed)?;
            let point = Point { name: format!("SF{} {}", case.sf, case.ear.name()), snr_db, seed, tally };
            println!("{}", point.line());
            points.push(point);
        }
    }
    fs::write(out.join("estimators.csv"), csv(&points))?;
    plot::draw(&points, &out.join("estimators.svg"))
}

fn measure(case: &Case, snr_db: f64, frames: usize, seed: u64) -> Result<Tally, Box<dyn Error>> {
    let sf = SpreadingFactor::new(case.sf)?;
    let format = FrameFormat::new(sf, Bandwidth::Khz125, CodingRate::Cr45);
    let mut hear = case.ear.listen(format);
    let mut rng = air::generator(seed);
    let mut tally = Tally::default();
    let chips = (format.chips(BYTES) + 26 * sf.chips()) as f64 + 4096.0;
    for _ in 0..frames {
        let payload: Vec<u8> = (0..BYTES).map(|_| air::uniform(&mut rng, 0.0, 256.0) as u8).collect();
        let lead = 10.0 * sf.chips() as f64;
        let link = air::Link::random(case.ear.oversampling(format), snr_db, 20.0, lead, &mut rng);
        let on_air = air::Link { cfo_hz: link.cfo_hz + case.ear.offset_hz(), ..link };
        let samples = air::receive(format, &payload, on_air, chips, &mut rng);
        tally.sent += 1;
        let heard = hear(&samples);
        if let Some(frame) = heard.iter().find(|frame| frame.crc == CrcStatus::Ok && frame.payload == payload)
        {
            let counted = frame.preamble_symbols == usize::from(format.preamble_symbols);
            tally.add(&Errors::of(&frame.measurements, format, &encode(format, &payload)?, link), counted);
        }
    }
    Ok(tally)
}

impl Point {
    fn row(&self, quantity: usize) -> String {
        let Self { name, snr_db, seed, tally } = self;
        let (ratio, low, high) = tally.ratio(quantity);
        let (variance, reach) =
            (tally.normalised[quantity].mean(), 1.96 * tally.normalised[quantity].sigma());
        format!(
            "{name},{snr_db:.1},{seed},{},{},{},{},{},{:.6e},{ratio:.4},{low:.4},{high:.4},{variance:.4},{:.4},{:.4}",
            tally.sent,
            tally.heard,
            tally.miscounted,
            QUANTITIES[quantity],
            UNITS[quantity],
            tally.errors[quantity].mean().sqrt(),
            variance - reach,
            variance + reach,
        )
    }

    fn line(&self) -> String {
        let cells = (0..QUANTITIES.len()).map(|quantity| {
            let normalised = self.tally.normalised[quantity].mean();
            format!("  {:>5.3}/{normalised:>5.3}", self.tally.ratio(quantity).0)
        });
        let cells: String = cells.collect();
        format!("{:<14} {:>6.1} {:>6} {cells}", self.name, self.snr_db, self.tally.heard)
    }
}

fn csv(points: &[Point]) -> String {
    let head = "receiver,snr_db,seed,sent,heard,miscounted_preambles,quantity,unit,rms_error,ratio_to_bound,ratio_low_95,\
                ratio_high_95,normalised_variance,normalised_low_95,normalised_high_95";
    let rows = points.iter().flat_map(|point| (0..QUANTITIES.len()).map(|quantity| point.row(quantity)));
    std::iter::once(head.to_string()).chain(rows).map(|row| row + "\n").collect()
}
