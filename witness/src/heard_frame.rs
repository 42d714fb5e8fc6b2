//! A frame that was heard.

use crate::{Bandwidth, CodingRate, Evidence, Measurements, SpreadingFactor, SyncWord};

/// What the CRC said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcStatus {
    /// It matched.
    Ok,
    /// It did not.
    Bad,
    /// The frame carries none (or one that is undefined, over a single byte).
    None,
}

/// A decoded frame with its measurements.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardFrame {
    /// Payload, 1 to 255 bytes.
    pub payload: Vec<u8>,
    /// Verdict of the CRC.
    pub crc: CrcStatus,
    /// Spreading factor.
    pub sf: SpreadingFactor,
    /// Bandwidth.
    pub bandwidth: Bandwidth,
    /// Code rate of the payload.
    pub coding_rate: CodingRate,
    /// Whether a header on air said so, or the listener knew.
    pub explicit_header: bool,
    /// Sync word; at SF5 and SF6 only the low bits of each nibble are on air.
    pub sync_word: SyncWord,
    /// Whether the low data rate rule applied.
    pub low_data_rate: bool,
    /// Up-chirps of the preamble.
    pub preamble_symbols: usize,
    /// Symbol values as re-encoded from the decision: the replica that the measurements were taken with.
    pub symbols: Vec<u16>,
    /// Time, frequency, level.
    pub measurements: Measurements,
    /// Its samples, where the receiver was told to keep them.
    pub evidence: Option<Evidence>,
}
