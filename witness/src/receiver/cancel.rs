//! Successive cancellation: a decoded frame is taken out of the samples, so that what it covered can be heard.
//!
//! Each chirp of the replica is subtracted at the receiver's own sample instants with the gain that its own samples have,
//!
//! ```text
//! g = sum y conj(x) / n        y -= g x
//! ```
//! so that a wandering carrier or a transmitter whose level sags leaves nothing. What a weaker frame has of itself along the replica, about
//! one part in the chips of a symbol, goes too. Echoes stay: a path 6 dB down hides what is 6 dB weaker than the frame.

use std::ops::Range;

use num_complex::{Complex32, Complex64};

use super::{follower::Followed, history::History, replica::placed};
use crate::SpreadingFactor;

/// SNR of the weakest frame of SF7 that can be heard, dB; every further spreading factor hears 2.5 dB less.
const LIMIT_SF7_DB: f64 = -9.5;
const STEP_DB: f64 = 2.5;
/// How far a frame stands out before it can decode while another of its own spreading factor covers it, dB.
const CAPTURE_DB: f64 = 6.0;
/// SNR from which a frame disturbs other spreading factors, dB.
const DISTURBS_OTHERS_DB: f64 = 15.0;
/// Symbols before a frame at which another may have begun that it covered.
pub(super) const COVERED_SYMBOLS: i64 = 16;

/// A frame that was taken out.
#[derive(Clone, Debug)]
pub(super) struct Cancelled {
    /// Where it was, in working-rate samples.
    pub(super) samples: Range<i64>,
    pub(super) sf: SpreadingFactor,
    snr_db: f64,
}

impl Cancelled {
    /// Whether a lane of this spreading factor may hear more now.
    pub(super) fn covered(&self, sf: SpreadingFactor) -> bool {
        sf == self.sf || self.snr_db >= DISTURBS_OTHERS_DB
    }
}

/// Whether there can be anything under a frame of this SNR.
pub(super) fn may_cover(sf: SpreadingFactor, snr_db: f64) -> bool {
    snr_db >= LIMIT_SF7_DB - STEP_DB * (sf.bits() as f64 - 7.0) + CAPTURE_DB
}

/// Takes a decoded frame out of the samples.
pub(super) fn take_out(
    frame: &Followed,
    sf: SpreadingFactor,
    snr_db: f64,
    working: &mut History,
) -> Option<Cancelled> {
    let path = frame.sync.tracker.path;
    let mut pieces: Vec<(i64, Vec<Complex64>)> = Vec::new();
    for placed in placed(frame, sf) {
        let (mut sum, mut samples) = (Complex64::ZERO, 0_usize);
        pieces.clear();
        placed.visit(sf, working, &path, |block| {
            let from = block.from;
            let replica = block.map(|sample| {
                sum += sample.received * sample.conjugate;
                sample.conjugate.conj()
            });
            let replica: Vec<Complex64> = replica.collect();
            samples += replica.len();
            pieces.push((from, replica));
        });
        let gain = sum / samples.max(1) as f64;
        for (from, replica) in &pieces {
            subtract(working.slice_mut(*from, replica.len()), replica, gain);
        }
    }
    let samples = frame.samples(sf);
    (samples.start < samples.end).then_some(Cancelled { samples, sf, snr_db })
}

fn subtract(samples: Option<&mut [Complex32]>, replica: &[Complex64], gain: Complex64) {
    for (sample, own) in samples.into_iter().flatten().zip(replica) {
        let own = own * gain;
        *sample -= Complex32::new(own.re as f32, own.im as f32);
    }
}
