//! What is kept of the samples of a frame that was followed to its end.

use super::{follower::Followed, history::History};
use crate::{Capture, Evidence, SpreadingFactor, StatedPayload};

/// Samples before a frame's first that the history must still hold: the guard, its gap, and what the arrival
/// may yet move.
pub(super) const GUARD_REACH: i64 = (Capture::GUARD_SAMPLES + 2 * Capture::GUARD_GAP_SAMPLES) as i64;

/// Guard and frame from the history; `ratio` = caller's samples a working sample. `None` only for a frame
/// longer than any.
pub(super) fn keep(frame: &Followed, history: &History, sf: SpreadingFactor, ratio: f64) -> Option<Evidence> {
    let path = frame.sync.tracker.path;
    let first_chip = -(frame.sync.preamble_symbols as f64 + 2.0) * sf.chips() as f64;
    let first = path.sample_of_chip(first_chip).floor() as i64;
    let last = frame.last_sample(sf).ceil() as i64;
    let guard_end = first - Capture::GUARD_GAP_SAMPLES as i64;
    let guard = history.present(guard_end - Capture::GUARD_SAMPLES as i64, guard_end);
    let payload = StatedPayload {
        early: frame.grid.early,
        turn_rad: frame.grid.phase,
        incoherent: !frame.sync.tracker.coherent,
    };
    Some(Evidence {
        capture: Capture::of(guard, history.present(first, last)).ok()?,
        samples_per_chip: path.rate as u8,
        ratio,
        begins: 0,
        centre_hz: 0.0,
        payload,
    })
}
