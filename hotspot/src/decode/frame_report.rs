//! A heard frame as people and programs read it.

use std::fmt;

use serde::Serialize;
use witness::CrcStatus;

use super::{ears::Heard, gaps::Gaps};

/// One frame of `hotspot decode`; the field names are the JSON's.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FrameReport {
    /// The recording, where several were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Centre of the channel, where channels were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_hz: Option<f64>,
    payload_hex: String,
    sf: usize,
    bandwidth_hz: u32,
    /// 1 to 4 for 4/5 to 4/8.
    cr: usize,
    crc: &'static str,
    header: &'static str,
    sync_word: u8,
    ldro: bool,
    /// First preamble chip, nearest sample of the file.
    sample_start: i64,
    /// First preamble chip, from sample 0 of the file; what was dropped in between counts.
    time_of_arrival_ns: f64,
    snr_db: f64,
    rssi_dbfs: f64,
    cfo_hz: f64,
    sfo_ppm: f64,
}

impl FrameReport {
    pub(super) fn new(heard: &Heard, gaps: &Gaps, file: Option<String>) -> Self {
        let frame = &heard.frame;
        let measured = &frame.measurements;
        Self {
            file,
            channel_hz: heard.channel_hz,
            payload_hex: hex::encode(&frame.payload),
            sf: frame.sf.bits(),
            bandwidth_hz: frame.bandwidth.hz(),
            cr: frame.coding_rate.parity_bits(),
            crc: crc_name(frame.crc),
            header: if frame.explicit_header { "explicit" } else { "implicit" },
            sync_word: frame.sync_word.0,
            ldro: frame.low_data_rate,
            sample_start: gaps.recorded(measured.sample_start).round() as i64,
            time_of_arrival_ns: rounded(measured.arrival.ns as f64 + measured.arrival.fraction_ns, 1e3),
            snr_db: rounded(measured.snr_db.value, 1e3),
            rssi_dbfs: rounded(measured.rssi_dbfs.value, 1e3),
            cfo_hz: rounded(measured.cfo_hz.value, 1e3),
            sfo_ppm: rounded(measured.sfo_ppm.value, 1e4),
        }
    }
}

fn crc_name(crc: CrcStatus) -> &'static str {
    match crc {
        CrcStatus::Ok => "ok",
        CrcStatus::Bad => "bad",
        CrcStatus::None => "none",
    }
}

fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

impl fmt::Display for FrameReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some(channel_hz) = self.channel_hz {
            write!(f, "{:10.4} MHz  ", channel_hz * 1e-6)?;
        }
        write!(
            f,
            "{:13.6} s  SF{:<2} {:3} kHz 4/{}  crc {:4}  snr {:+6.1} dB  rssi {:+6.1} dBFS  cfo {:+9.1} Hz  sfo {:+7.2} ppm  \
             sync 0x{:02x}  {:3} bytes  {}",
            self.time_of_arrival_ns * 1e-9,
            self.sf,
            self.bandwidth_hz / 1000,
            self.cr + 4,
            self.crc,
            self.snr_db,
            self.rssi_dbfs,
            self.cfo_hz,
            self.sfo_ppm,
            self.sync_word,
            self.payload_hex.len() / 2,
            self.payload_hex,
        )
    }
}
