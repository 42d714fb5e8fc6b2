//! What a gateway hears in noise: nothing, and what that costs in memory.
//!
//!     cargo run --release -p witness --example silence -- --hours 24 [--seed 1] [--json]
//!
//! Eight channels of 125 kHz, SF5 to SF12 in each, in two million samples a second of white Gaussian noise. Prints how far noise came on its
//! way to a frame: candidates of the search, start-of-frame delimiters found, headers whose checksum held, frames with a bad CRC or
//! none, and frames with a good one, of which there must not be any; and the memory at the start, in the middle and at the end.

use std::{error::Error, fs};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use num_complex::Complex32;
use rand::{SeedableRng, rngs::SmallRng};
use rand_distr::{Distribution, StandardNormal};
use witness::{Bandwidth, CrcStatus, Gateway, GatewayChannel, GatewayConfig, GatewayFrame, SpreadingFactor};

/// Listens to noise.
#[derive(Parser)]
struct Arguments {
    /// Hours of air.
    #[arg(long, default_value_t = 24.0)]
    hours: f64,
    /// Of the noise.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One line of JSON instead of a table.
    #[arg(long)]
    json: bool,
}

const RATE_HZ: u32 = 2_000_000;
const CENTRE_HZ: f64 = 867.7e6;
/// Samples made and pushed at once: a hundredth of a second, less than a cache.
const CHUNK: usize = 20_000;

/// Frames by what their CRC said.
#[derive(Default)]
struct Frames {
    good: u64,
    bad: u64,
    none: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let mut gateway = gateway()?;
    let mut noise = SmallRng::seed_from_u64(arguments.seed);
    let mut samples = vec![Complex32::ZERO; CHUNK];
    let (mut heard, mut frames) = (Vec::new(), Frames::default());
    let chunks = (arguments.hours * 3600.0 * f64::from(RATE_HZ) / CHUNK as f64) as u64;
    let mut memory = Vec::new();
    let progress = ProgressBar::new(chunks);
    progress
        .set_style(ProgressStyle::with_template("{percent} % of the air, {elapsed} of about {duration}")?);
    // Buffers have grown to their size after ten seconds.
    let looks = [chunks.min(10 * u64::from(RATE_HZ) / CHUNK as u64), chunks / 2, chunks];
    for chunk in 1..=chunks {
        for sample in &mut samples {
            *sample = Complex32::new(StandardNormal.sample(&mut noise), StandardNormal.sample(&mut noise));
        }
        gateway.push(&samples, &mut heard);
        heard.drain(..).for_each(|frame| frames.count(&frame));
        if looks.contains(&chunk) {
            memory.push(resident_mib()?);
        }
        if chunk % 100 == 0 {
            progress.set_position(chunk);
        }
    }
    gateway.finish(&mut heard);
    heard.drain(..).for_each(|frame| frames.count(&frame));
    progress.finish_and_clear();
    print(&arguments, &gateway, &frames, &memory);
    Ok(())
}

fn gateway() -> Result<Gateway, Box<dyn Error>> {
    let channels = (0..8).map(|index| GatewayChannel {
        centre_hz: 867.0e6 + 200e3 * f64::from(index),
        bandwidth: Bandwidth::Khz125,
        spreading_factors: SpreadingFactor::ALL.to_vec(),
    });
    Ok(Gateway::new(&GatewayConfig::new(RATE_HZ, CENTRE_HZ, channels.collect()))?)
}

impl Frames {
    fn count(&mut self, heard: &GatewayFrame) {
        match heard.frame.crc {
            CrcStatus::Ok => self.good += 1,
            CrcStatus::Bad => self.bad += 1,
            CrcStatus::None => self.none += 1,
        }
    }
}

/// Memory of this process that is in RAM, from `/proc/self/status` (proc(5)).
fn resident_mib() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}

fn print(arguments: &Arguments, gateway: &Gateway, frames: &Frames, memory: &[f64]) {
    let (hours, seed, counts) = (arguments.hours, arguments.seed, gateway.counts());
    let (candidates, synchronised, headers) = (counts.candidates, counts.synchronised, counts.headers);
    let Frames { good, bad, none } = frames;
    if arguments.json {
        println!(
            "{{\"hours\":{hours},\"seed\":{seed},\"candidates\":{candidates},\"synchronised\":{synchronised},\
             \"headers\":{headers},\"bad_crc\":{bad},\"no_crc\":{none},\"good_crc\":{good},\
             \"resident_mib\":{memory:.1?}}}"
        );
        return;
    }
    println!("{hours} h of noise, 8 channels, SF5-12, seed {seed}");
    println!("candidates    {candidates:>10}");
    println!("synchronised  {synchronised:>10}");
    println!("headers       {headers:>10}");
    println!("frames        {good:>10} with a good CRC, {bad} with a bad one, {none} without");
    println!("resident MiB  {memory:>10.1?} at the start, in the middle, at the end");
}
