//! `hotspot encode`: a frame of ours, for any other receiver to try.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use earshot_sigmf::{Annotation, Metadata, RecordingWriter, SampleFormat};
use witness::{
    Bandwidth, CodingRate, FrameFormat, PayloadFormat, SpreadingFactor, SyncWord, default_preamble_symbols,
    modulate,
};

use crate::decode::parse_bandwidth;

/// Options of `hotspot encode`.
#[derive(Args)]
#[command(after_help = "\
Example:
  hotspot encode --payload-hex 48656c6c6f --sf 7 --oversampling 4 --out hello.sigmf-data
  hotspot decode hello.sigmf-data

Writes the frame alone, from its first preamble chip to its last payload chip, at amplitude 1, and hello.sigmf-meta beside it.")]
pub(crate) struct Encode {
    /// Payload, 1 to 255 bytes in hexadecimal (at least 2 with a CRC)
    #[arg(long, value_name = "HEX")]
    payload_hex: String,
    /// Spreading factor, 5 to 12
    #[arg(long, value_name = "N", value_parser = parse_sf)]
    sf: SpreadingFactor,
    /// Chirp bandwidth: 125000, 250000 or 500000
    #[arg(long, value_name = "B", default_value = "125000", value_parser = parse_bandwidth)]
    bandwidth_hz: Bandwidth,
    /// Code rate: 1 to 4 for 4/5 to 4/8
    #[arg(long, value_name = "1-4", default_value = "1", value_parser = parse_coding_rate)]
    cr: CodingRate,
    /// Without a header on air; the receiver must know length, code rate and CRC
    #[arg(long)]
    implicit: bool,
    /// Without a payload CRC
    #[arg(long)]
    no_crc: bool,
    /// Sync word, 0x12 for private networks, 0x34 for LoRaWAN
    #[arg(long, value_name = "BYTE", default_value = "0x12", value_parser = parse_sync_word)]
    sync_word: SyncWord,
    /// Preamble up-chirps before the sync word [default: 8, and 12 at SF5 and SF6]
    #[arg(long, value_name = "SYMBOLS")]
    preamble: Option<u16>,
    /// Samples a chip, 1 to 32
    #[arg(long, value_name = "K", default_value = "1")]
    oversampling: u32,
    /// The recording to write
    #[arg(long, value_name = "FILE.sigmf-data")]
    out: PathBuf,
}

fn parse_sf(text: &str) -> Result<SpreadingFactor, String> {
    let number = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    SpreadingFactor::new(number).map_err(|error| error.to_string())
}

fn parse_coding_rate(text: &str) -> Result<CodingRate, String> {
    let number = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    CodingRate::from_parity_bits(number).map_err(|error| error.to_string())
}

fn parse_sync_word(text: &str) -> Result<SyncWord, String> {
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u8::from_str_radix(hex, 16),
        None => text.parse(),
    };
    number.map(SyncWord).map_err(|_| format!("{text:?} is not a byte, such as 0x12"))
}

impl Encode {
    pub(crate) fn run(&self) -> Result<()> {
        if self.out.extension().is_none_or(|kind| kind != "sigmf-data") {
            bail!("--out {}: the name should end in .sigmf-data", self.out.display());
        }
        let payload = hex::decode(&self.payload_hex).context("--payload-hex")?;
        let format = self.format();
        let samples = modulate(format, &payload, self.oversampling).context("cannot send this")?;
        let rate_hz = self.bandwidth_hz.hz() * self.oversampling;
        let mut metadata = Metadata::new(SampleFormat::Cf32Le, f64::from(rate_hz), None);
        metadata.recorder = Some(format!("earshot hotspot {}", env!("CARGO_PKG_VERSION")));
        metadata.annotations.push(Annotation {
            sample_start: 0,
            sample_count: Some(samples.len() as u64),
            label: Some(format!("LoRa {} {} kHz", self.sf, self.bandwidth_hz.hz() / 1000)),
            comment: Some(self.payload_hex.clone()),
        });
        let mut writer = RecordingWriter::create(&self.out, metadata)?;
        writer.write(&samples)?;
        writer.finish()?;
        eprintln!(
            "wrote {}: {} samples at {rate_hz} a second, {:.3} ms of air",
            self.out.display(),
            samples.len(),
            format.airtime_us(payload.len()) as f64 * 1e-3,
        );
        Ok(())
    }

    fn format(&self) -> FrameFormat {
        FrameFormat {
            sf: self.sf,
            bandwidth: self.bandwidth_hz,
            payload: PayloadFormat {
                coding_rate: self.cr,
                crc: !self.no_crc,
                explicit_header: !self.implicit,
            },
            sync_word: self.sync_word,
            preamble_symbols: self.preamble.unwrap_or_else(|| default_preamble_symbols(self.sf)),
        }
    }
}
