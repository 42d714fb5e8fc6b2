//! Where a stream stands in the caller's count of samples, when some were dropped.
//!
//! A receiver counts from the first sample after a long gap; what it hears is told in the caller's count.

use crate::{HeardFrame, TimeOfArrival};

/// A long gap ends the stream; a short one is silence in it. Symbols of the slowest spreading factor.
pub(crate) const SHORT_GAP_SYMBOLS: u64 = 1;

/// Where the stream's sample 0 stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline {
    rate_hz: f64,
    begins: u64,
}

impl Timeline {
    /// A stream that begins at sample 0 of so many a second.
    pub(crate) fn new(rate_hz: f64) -> Self {
        Self { rate_hz, begins: 0 }
    }

    /// The stream ended after this many samples, and another begins so many later.
    pub(crate) fn begin_again(&mut self, after: u64, later: u64) {
        self.begins = self.begins.saturating_add(after).saturating_add(later);
    }

    /// Caller's samples before sample 0.
    pub(crate) fn begins(&self) -> u64 {
        self.begins
    }

    /// Back to sample 0.
    pub(crate) fn restart(&mut self) {
        self.begins = 0;
    }

    /// Tells a frame in the caller's count.
    pub(crate) fn place(&self, frame: &mut HeardFrame) {
        if self.begins == 0 {
            return;
        }
        let begins = TimeOfArrival::from_sample(self.begins as f64, self.rate_hz);
        let measured = &mut frame.measurements;
        measured.sample_start += self.begins as f64;
        for time in [&mut measured.arrival, &mut measured.middle] {
            *time = time.after(begins);
        }
        if let Some(evidence) = &mut frame.evidence {
            evidence.begins = self.begins;
        }
    }
}
