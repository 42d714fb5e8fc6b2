//! `hotspot decode`: what LoRa frames are in these recordings?

mod ears;
mod frame_report;
mod gaps;
mod plan;

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use earshot_sigmf::Recording;
use indicatif::{ProgressBar, ProgressStyle};
use witness::{Bandwidth, CodingRate, CrcStatus, Header, HeardFrame, SpreadingFactor};

use self::{
    ears::{Ears, Heard, Wanted},
    frame_report::FrameReport,
    gaps::Gaps,
};

/// Samples read at a time.
const CHUNK: usize = 1 << 16;
/// Recordings longer than this show how far it is, where somebody looks.
const LONG_SAMPLES: u64 = 4 << 20;

/// Options of `hotspot decode`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hotspot decode capture.sigmf-meta                     every spreading factor and every bandwidth that fits
  hotspot decode --json --sf 7 *.sigmf-meta             one JSON object a frame
  hotspot decode --json wide.sigmf-meta                 from 1 MS/s on also every channel of the region's plan that is in the band
  hotspot decode --json --channels-hz 868100000,868300000,868500000 wide.sigmf-meta
                                                        three channels of a wideband recording, all at once
  hotspot decode --sf 9 --implicit 16:1:crc a.sigmf     16 bytes at 4/5 with a CRC, no header on air

Prints one line a frame, in the order of arrival. Where captures tell of dropped samples (core:global_index), times count them. Exit code 0, also without frames; 2 when a recording is broken (what could be
decoded of it is printed first).")]
pub(crate) struct Decode {
    /// One JSON object a frame on standard output, and nothing else
    #[arg(long)]
    json: bool,
    /// Spreading factor, 5 to 12, or all
    #[arg(long, value_name = "N", default_value = "all")]
    sf: SpreadingFactors,
    /// Chirp bandwidth: 125000, 250000 or 500000 [default: every one that fits the sample rate]
    #[arg(long, value_name = "B", value_parser = parse_bandwidth)]
    bandwidth_hz: Option<Bandwidth>,
    /// Channel centres, Hz, anywhere in a wideband recording [default: the recording's own centre and, from 1 MS/s on, the region's
    /// plan inside the band]
    #[arg(long, value_name = "F1,F2,...", value_delimiter = ',')]
    channels_hz: Vec<f64>,
    /// Frames have no header: LEN payload bytes, code rate CR (1 to 4 for 4/5 to 4/8), with or without CRC
    #[arg(long, value_name = "LEN:CR:crc|nocrc", value_parser = parse_implicit)]
    implicit: Option<Header>,
    /// Recordings: .sigmf-meta, .sigmf-data or .sigmf
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Clone)]
struct SpreadingFactors(Vec<SpreadingFactor>);

impl FromStr for SpreadingFactors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(SpreadingFactor::ALL.to_vec()));
        }
        let number: u32 = text.parse().map_err(|_| format!("{text:?} is neither a number nor \"all\""))?;
        Ok(Self(vec![SpreadingFactor::new(number).map_err(|error| error.to_string())?]))
    }
}

pub(crate) fn parse_bandwidth(text: &str) -> Result<Bandwidth, String> {
    let hz = text.parse().map_err(|_| format!("{text:?} is not a number of Hz"))?;
    Bandwidth::from_hz(hz).map_err(|error| error.to_string())
}

fn parse_implicit(text: &str) -> Result<Header, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [length, rate, crc] = parts[..] else { return Err("expected LEN:CR:crc or LEN:CR:nocrc".into()) };
    let payload_bytes = length.parse().map_err(|_| format!("length {length:?} is not in 1 to 255"))?;
    let rate = rate.parse().map_err(|_| format!("code rate {rate:?} is not in 1 to 4"))?;
    let coding_rate = CodingRate::from_parity_bits(rate).map_err(|error| error.to_string())?;
    let crc = match crc {
        "crc" => true,
        "nocrc" => false,
        other => return Err(format!("{other:?} is neither \"crc\" nor \"nocrc\"")),
    };
    if payload_bytes == 0 {
        return Err("length 0 is not in 1 to 255".into());
    }
    Ok(Header { payload_bytes, coding_rate, crc })
}

impl Decode {
    pub(crate) fn run(&self) -> Result<()> {
        let mut faults = Vec::new();
        for file in &self.files {
            self.decode_file(file, &mut faults)?;
        }
        let Some(last) = faults.pop() else { return Ok(()) };
        for fault in faults {
            eprintln!("hotspot: {fault:#}");
        }
        Err(last)
    }

    /// What is wrong with a recording is put aside, so that the next one is decoded all the same; only standard output ends it all.
    fn decode_file(&self, file: &Path, faults: &mut Vec<anyhow::Error>) -> Result<()> {
        let recordings = match earshot_sigmf::open(file) {
            Ok(recordings) => recordings,
            Err(fault) => {
                faults.push(fault.into());
                return Ok(());
            }
        };
        for mut recording in recordings {
            let mut frames = Vec::new();
            let mut gaps = Gaps::new(recording.metadata.gaps());
            faults.extend(self.receive(&mut recording, &mut gaps, &mut frames).err());
            without_echoes(&mut frames);
            let start = |heard: &Heard| heard.frame.measurements.sample_start;
            frames.sort_by(|a, b| start(a).total_cmp(&start(b)));
            self.print(&frames, &gaps, &recording)?;
        }
        Ok(())
    }

    /// Runs every receiver over the recording; frames heard before a fault are kept.
    fn receive(&self, recording: &mut Recording, gaps: &mut Gaps, heard: &mut Vec<Heard>) -> Result<()> {
        let wanted = Wanted {
            spreading_factors: &self.sf.0,
            bandwidth: self.bandwidth_hz,
            implicit: self.implicit,
            channels_hz: &self.channels_hz,
        };
        let mut ears = Ears::new(&wanted, recording)?;
        let progress = progress(recording);
        let mut samples = Vec::new();
        let read = loop {
            match recording.read(CHUNK, &mut samples) {
                Ok(()) if samples.is_empty() => break Ok(()),
                Ok(()) => {}
                Err(fault) => break Err(fault),
            }
            gaps.push(&samples, &mut ears, heard);
            progress.inc(samples.len() as u64);
        };
        ears.finish(heard);
        progress.finish_and_clear();
        read?;
        let not_finite = ears.not_finite();
        if not_finite > 0 {
            bail!(
                "{}: {not_finite} samples are not finite numbers; they were taken for silence",
                recording.path.display()
            );
        }
        Ok(())
    }

    fn print(&self, heard: &[Heard], gaps: &Gaps, recording: &Recording) -> Result<()> {
        let name = (self.files.len() > 1).then(|| recording.path.display().to_string());
        let mut out = std::io::stdout().lock();
        for heard in heard {
            let report = FrameReport::new(heard, gaps, name.clone());
            if self.json {
                serde_json::to_writer(&mut out, &report)
                    .map_err(std::io::Error::from)
                    .context("standard output")?;
                writeln!(out).context("standard output")?;
            } else {
                writeln!(out, "{report}").context("standard output")?;
            }
        }
        out.flush().context("standard output")
    }
}

/// A frame of four times the bandwidth and two spreading factors more sweeps at the same rate: a receiver of the one may take the
/// other's chirps for its own. Of two frames at the same time, one that no CRC vouches for gives way to one that it does.
fn without_echoes(heard: &mut Vec<Heard>) {
    let slope = |frame: &HeardFrame| f64::from(frame.bandwidth.hz()).powi(2) / frame.sf.chips() as f64;
    let sure: Vec<(f64, f64, f64, Bandwidth)> = heard
        .iter()
        .map(|heard| &heard.frame)
        .filter(|frame| frame.crc == CrcStatus::Ok)
        .map(|frame| (slope(frame), starts_ns(frame), ends_ns(frame), frame.bandwidth))
        .collect();
    heard.retain(|Heard { frame, .. }| {
        frame.crc == CrcStatus::Ok
            || !sure.iter().any(|(sure_slope, start, end, bandwidth)| {
                let same_slope = (slope(frame) / sure_slope - 1.0).abs() < 1e-6;
                same_slope
                    && frame.bandwidth != *bandwidth
                    && starts_ns(frame) < *end
                    && ends_ns(frame) > *start
            })
    });
}

fn starts_ns(frame: &HeardFrame) -> f64 {
    frame.measurements.arrival.ns as f64
}

fn ends_ns(frame: &HeardFrame) -> f64 {
    2.0 * frame.measurements.middle.ns as f64 - starts_ns(frame)
}

fn progress(recording: &Recording) -> ProgressBar {
    let length = recording.sample_count();
    if length < LONG_SAMPLES || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {percent}% of {msg}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(recording.path.display().to_string())
}
