//! When somebody is known to have sent in a window: whoever listens to noise then hears no noise.

use super::{Epoch, Planned};
use crate::{
    answer::{ANSWER_HOPS, frame_start_ns, turnaround_ns},
    protocol::PAYLOAD_BYTES,
};

/// Longest flight, longest echo, and what clocks that follow PPS err, ns.
const MARGIN_NS: i64 = 1_000_000;

/// Every opened beacon's and answer's frames of a window.
pub(super) struct OnAir(Vec<Sent>);

/// A frame.
struct Sent {
    channel_hz: u32,
    /// In the window's time.
    from_ns: i64,
    until_ns: i64,
}

impl OnAir {
    /// What was sent in a window, as far as it was opened.
    pub(super) fn of(epoch: &Epoch, rounds: &[Planned], window: u64) -> Self {
        let airtime_ns = epoch.protocol.region.frame().airtime_us(PAYLOAD_BYTES) as i64 * 1000;
        let mut sent = Vec::new();
        for planned in rounds.iter().filter(|planned| planned.round.window == window) {
            let hops = planned.plan.iter().flat_map(|plan| &plan.hops);
            sent.extend(hops.map(|hop| Sent {
                channel_hz: hop.channel_hz,
                from_ns: hop.start_ns,
                until_ns: hop.start_ns + airtime_ns,
            }));
            for (challenge, answer) in &planned.answers {
                let Some(challenge) = rounds.get(*challenge).and_then(|round| round.plan.as_ref()) else {
                    continue;
                };
                // Which hop it heard moves an answer by no more than the dithers do.
                let starts = challenge
                    .hops
                    .iter()
                    .enumerate()
                    .map(|(number, hop)| hop.start_ns + turnaround_ns(epoch.protocol, number));
                let (first_ns, last_ns) = starts
                    .fold((i64::MAX, i64::MIN), |(first, last), start| (first.min(start), last.max(start)));
                sent.extend((0..ANSWER_HOPS).map(|frame| Sent {
                    channel_hz: answer.channels_hz()[frame],
                    from_ns: first_ns + frame_start_ns(epoch.protocol, frame),
                    until_ns: last_ns + frame_start_ns(epoch.protocol, frame) + airtime_ns,
                }));
            }
        }
        Self(sent)
    }

    /// Whether a frame reaches into a stretch of the window, in a band about a channel; the one that the stretch waits for does not.
    pub(super) fn reaches(
        &self,
        epoch: &Epoch,
        (channel_hz, band_hz): (u32, f64),
        (from_ns, until_ns): (i64, i64),
    ) -> bool {
        let chirp_hz = f64::from(epoch.protocol.region.bandwidth.hz());
        self.0.iter().any(|sent| {
            let awaited = (sent.channel_hz, sent.from_ns) == (channel_hz, until_ns);
            !awaited
                && f64::from(sent.channel_hz.abs_diff(channel_hz)) < 0.5 * (band_hz + chirp_hz)
                && sent.from_ns < until_ns + MARGIN_NS
                && sent.until_ns > from_ns - MARGIN_NS
        })
    }
}
