//! A frame that was heard.

use crate::{
    Bandwidth, CodingRate, Estimate, Evidence, Measurements, SpreadingFactor, SyncWord,
    receiver::{FirstPath, FrameView},
};

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

impl HeardFrame {
    /// How much later than [`Measurements::middle`], which is of the strongest path, the same middle arrived by the first, ns; usually
    /// negative. Corrected for the echoes that the response over the band shows, as far as it shows them; the standard error
    /// includes echoes, those of the other times are of noise alone.
    pub fn first_path_ns(&self) -> Estimate {
        let chip_rate_hz = f64::from(self.bandwidth.hz());
        let view = FrameView { response: self.measurements.response, share: 1.0 };
        let path = FirstPath::of(&[view], chip_rate_hz).unwrap_or(FirstPath::UNKNOWN);
        let ns = 1e9 / chip_rate_hz;
        Estimate { value: path.delay_chips * ns, sigma: path.sigma_chips * ns }
    }
}
