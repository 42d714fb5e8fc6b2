//! The samples behind what was said: kept, committed to, shown in part, looked at again.
//!
//! ```text
//! witness:  history -> Capture: guard at 4 bits, frame at 8, cut into segments -> root, committed to
//!           segment 0 and one more -> Exhibit: snippet and path, 4 KiB each -> shown when a verifier asks
//! verifier: Exhibit under the root? -> Noise of the guard
//!           recheck: the replica as stated, subtracted at the samples' own instants -> level, carrier and
//!           arrival as the samples have them; what is left, beside the guard
//! ```
//! Everything kept is quantised once: what is committed to, shown and looked at are the same integers. What a
//! check makes of the numbers is not here, nor is the comparison of two witnesses' guards (both are
//! poc-verifier's), nor when anything must be shown.
//!
//! Sources: notes/physics.md sections 0 (subtract at native timing) and 3d.

mod capture;
mod exhibit;
mod noise;
mod recheck;
mod snippet;
mod stated_frame;
mod subtraction;
mod symbol_parts;
#[cfg(test)]
mod testing;

pub use capture::{Capture, CaptureError};
pub use exhibit::{Exhibit, ExhibitError, NotShown};
pub use noise::{Beside, Noise, Statistic};
pub use recheck::{Recheck, RecheckError, Residual, recheck};
pub use snippet::{Depth, Snippet, SnippetError};
pub use stated_frame::{InvalidStatement, StatedFrame, StatedPayload};
pub use symbol_parts::{SymbolPart, SymbolParts};

use crate::HeardFrame;

/// What a receiver keeps of a frame besides its measurements.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The samples at the receiver's working rate, as the frame was heard in them: stronger frames that
    /// covered it were taken out before.
    pub capture: Capture,
    /// Kept samples a chip: 1 or 2.
    pub samples_per_chip: u8,
    /// Samples of the stream, as the caller brought it, a kept sample.
    pub ratio: f64,
    /// Sample of the caller's stream at which the kept samples' own count begins: 0 until samples were dropped.
    pub begins: u64,
    /// Where the kept samples' centre lies, relative to what the frame's carrier offset is told against, Hz.
    pub centre_hz: f64,
    /// How the payload follows the SFD.
    pub payload: StatedPayload,
}

impl HeardFrame {
    /// The frame in terms of the samples kept of it; `None` when none were.
    pub fn stated(&self) -> Option<StatedFrame> {
        let evidence = self.evidence.as_ref()?;
        let measured = &self.measurements;
        Some(StatedFrame {
            sf: self.sf,
            bandwidth: self.bandwidth,
            sync_word: self.sync_word,
            preamble_symbols: self.preamble_symbols,
            symbols: self.symbols.clone(),
            samples_per_chip: evidence.samples_per_chip,
            first_sample: (measured.sample_start - evidence.begins as f64) / evidence.ratio,
            cfo_hz: measured.cfo_hz.value - evidence.centre_hz,
            sfo_ppm: measured.sfo_ppm.value,
            gain: measured.gain_tuned(-evidence.centre_hz),
            payload: evidence.payload,
        })
    }
}
