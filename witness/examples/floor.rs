//! No floor: well above the noise every frame is heard, whatever its clock, its timing, the sample rate and the gap to the next one.
//!
//!     cargo run --release -p witness --example floor -- --out target/floor [--frames 10000] [--sf 7,9,12]
//!     [--samples-per-chip 1,2,4,16] [--seed 1] [--snr-db 10]
//!
//! 16-byte payload, explicit header, CRC, 4/5. Frames follow each other with gaps of 1 to 12 symbols, each from another transmitter: its
//! carrier within 20 ppm at 868 MHz, its clock tied to it, or exact, or off by as much while the carrier is exact. Writes `floor.csv`,
//! a row for every spreading factor, sampling and kind of clock; says which frames were lost.

#[path = "../tests/air/mod.rs"]
mod air;

use std::{error::Error, fs, path::PathBuf};

use air::{Link, add_frame, add_noise, generator, uniform};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use num_complex::Complex32;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use witness::{
    Bandwidth, CodingRate, CrcStatus, FrameFormat, HeardFrame, Receiver, ReceiverConfig, SpreadingFactor,
};

/// Counts lost frames far above the decoding threshold.
#[derive(Parser)]
struct Arguments {
    /// Folder for the CSV.
    #[arg(long)]
    out: PathBuf,
    /// Frames a spreading factor, over all samplings and clocks.
    #[arg(long, default_value_t = 10_000)]
    frames: usize,
    /// Spreading factors.
    #[arg(long, value_delimiter = ',', default_values_t = [7, 9, 12])]
    sf: Vec<u32>,
    /// Samples a chip.
    #[arg(long, value_delimiter = ',', default_values_t = [1.0, 2.0, 4.0, 16.0])]
    samples_per_chip: Vec<f64>,
    /// Of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Signal over noise in the bandwidth, dB.
    #[arg(long, default_value_t = 10.0)]
    snr_db: f64,
}

const FRAMES_A_STREAM: usize = 5;
const PPM: f64 = 20.0;
const PPM_HZ: f64 = 868.0;

/// What a transmitter's crystal moves.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// Carrier and sample clock.
    Tied,
    /// The carrier alone.
    CarrierOnly,
    /// The sample clock alone.
    SamplesOnly,
}

/// A frame on air.
struct Sent {
    payload: [u8; 16],
    link: Link,
}

/// Where frames were sent, and how many were not heard.
struct Row {
    sf: u32,
    sampling: f64,
    clock: Clock,
    frames: usize,
    lost: usize,
    /// Frames with a good CRC that nobody sent.
    invented: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    fs::create_dir_all(&arguments.out)?;
    let clocks = [Clock::Tied, Clock::CarrierOnly, Clock::SamplesOnly];
    let combinations = arguments.samples_per_chip.len() * clocks.len();
    let streams = arguments.frames.div_ceil(combinations * FRAMES_A_STREAM);
    let progress = ProgressBar::new((arguments.sf.len() * combinations * streams) as u64);
    progress.set_style(ProgressStyle::with_template("{pos} of {len} streams, {elapsed}: {msg}")?);
    let mut rows = Vec::new();
    for &sf in &arguments.sf {
        for &sampling in &arguments.samples_per_chip {
            for clock in clocks {
                progress.set_message(format!("SF{sf}, {sampling} samples a chip, {clock:?}"));
                let mut row = Row { sf, sampling, clock, frames: 0, lost: 0, invented: 0 };
                run(&mut row, streams, &arguments, &progress)?;
                rows.push(row);
            }
        }
    }
    progress.finish_and_clear();
    report(&rows, &arguments)
}

fn run(
    row: &mut Row,
    streams: usize,
    arguments: &Arguments,
    progress: &ProgressBar,
) -> Result<(), Box<dyn Error>> {
    let sf = SpreadingFactor::new(row.sf)?;
    let format = FrameFormat::new(sf, Bandwidth::Khz125, CodingRate::Cr45);
    let config = ReceiverConfig {
        spreading_factors: vec![sf],
        carrier_hz: Some(868e6),
        ..ReceiverConfig::new(125e3 * row.sampling, Bandwidth::Khz125)
    };
    let mut receiver = Receiver::new(&config)?;
    let kind = row.clock as u64 + 4 * row.sampling as u64 + 1000 * u64::from(row.sf);
    for stream in 0..streams {
        let mut rng = generator(arguments.seed + 1_000_003 * kind + stream as u64);
        let (sent, samples) = stream_of(format, row, arguments.snr_db, &mut rng);
        let mut heard = Vec::new();
        receiver.restart();
        receiver.push(&samples, &mut heard);
        receiver.finish(&mut heard);
        row.frames += sent.len();
        for (index, sent) in sent.iter().enumerate().filter(|(_, sent)| !is_heard(sent, &heard)) {
            row.lost += 1;
            let Link { delay_chips, cfo_hz, sfo_ppm, .. } = sent.link;
            progress.suspend(|| {
                eprintln!(
                    "lost: SF{} at {} samples a chip, {:?}, stream {stream}, frame {index}: {cfo_hz:.1} Hz, \
                     {sfo_ppm:.2} ppm, at chip {delay_chips:.3}",
                    row.sf, row.sampling, row.clock
                );
            });
        }
        let known = |frame: &&HeardFrame| sent.iter().any(|sent| sent.payload[..] == frame.payload);
        let good = || heard.iter().filter(|frame| frame.crc == CrcStatus::Ok);
        row.invented += good().count() - good().filter(known).count();
        progress.inc(1);
    }
    Ok(())
}

fn is_heard(sent: &Sent, heard: &[HeardFrame]) -> bool {
    heard.iter().any(|frame| frame.crc == CrcStatus::Ok && frame.payload == sent.payload)
}

/// Frames one after the other, and the samples of it all.
fn stream_of(
    format: FrameFormat,
    row: &Row,
    snr_db: f64,
    rng: &mut ChaCha8Rng,
) -> (Vec<Sent>, Vec<Complex32>) {
    let symbol = format.sf.chips() as f64;
    let mut next = symbol * uniform(rng, 0.5, 4.0);
    let sent: Vec<Sent> = (0..FRAMES_A_STREAM)
        .map(|_| {
            let offset_ppm = uniform(rng, -PPM, PPM);
            let (carrier_ppm, sfo_ppm) = match row.clock {
                Clock::Tied => (offset_ppm, offset_ppm),
                Clock::CarrierOnly => (offset_ppm, 0.0),
                Clock::SamplesOnly => (0.0, offset_ppm),
            };
            let link = Link {
                delay_chips: next,
                cfo_hz: carrier_ppm * PPM_HZ,
                sfo_ppm,
                snr_db,
                phase_cycles: uniform(rng, 0.0, 1.0),
                ..Link::clean(row.sampling)
            };
            let mut payload = [0; 16];
            rng.fill_bytes(&mut payload);
            // The gap starts where this transmitter's own clock ends the frame; every third is one symbol exactly.
            let gap = if rng.next_u32().is_multiple_of(3) { 1.0 } else { uniform(rng, 1.0, 12.0) };
            next += format.chips(16) as f64 / (1.0 + sfo_ppm * 1e-6) + gap * symbol;
            Sent { payload, link }
        })
        .collect();
    let mut samples = vec![Complex32::ZERO; ((next + 2.0 * symbol) * row.sampling) as usize];
    for sent in &sent {
        add_frame(format, &sent.payload, sent.link, 1.0, &mut samples);
    }
    add_noise(Link { snr_db, ..Link::clean(row.sampling) }, &mut samples, rng);
    (sent, samples)
}

fn report(rows: &[Row], arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let lines = rows.iter().map(|row| {
        let Row { sf, sampling, clock, frames, lost, invented } = row;
        format!(
            "{sf},{sampling},{clock:?},{},{},{frames},{lost},{invented}",
            arguments.snr_db, arguments.seed
        )
    });
    let lines: Vec<String> = lines.collect();
    let head = "sf,samples_per_chip,clock,snr_db,seed,frames,lost,invented";
    fs::write(arguments.out.join("floor.csv"), format!("{head}\n{}\n", lines.join("\n")))?;
    for sf in &arguments.sf {
        let of = || rows.iter().filter(|row| row.sf == *sf);
        let sum = |count: fn(&Row) -> usize| of().map(count).sum::<usize>();
        println!(
            "SF{sf}: {} of {} frames lost at {} dB, {} invented",
            sum(|row| row.lost),
            sum(|row| row.frames),
            arguments.snr_db,
            sum(|row| row.invented)
        );
    }
    Ok(())
}
