//! S9: an honest witness hears a beacon that was recorded far away, sent over a network, and sent again near it by a second radio. Every dither
//! arrives, since all of it is late together. The edge is impossible; the witness is not to blame.

use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame},
    Villain,
};

/// S9, by how long the network takes.
pub struct Wormhole {
    /// Latency from and to, ms.
    pub latency_ms: (f64, f64),
}

/// Offset of the second radio, parts of one.
const SECOND_RADIO: (f64, f64) = (0.2e-6, 1e-6);

impl Wormhole {
    /// One recording has one latency and one radio: both follow from the payload of its first frame.
    fn of(&self, heard: &Hop) -> (f64, f64) {
        let share = |byte: usize| f64::from(heard.payload[byte]) / 255.0;
        let between = |(low, high): (f64, f64), share: f64| low + (high - low) * share;
        (between(self.latency_ms, share(0)), between(SECOND_RADIO, share(1)))
    }
}

impl Villain for Wormhole {
    /// It re-emits one neighbour's beacons; the others' are heard as they are.
    fn touches(&self, link: usize) -> bool {
        link == 0
    }

    fn forge(&self, mut heard: Hop, frame: &Frame, _dice: &mut Dice) -> Hop {
        // The short id, the same in every frame of a beacon.
        let (latency_ms, offset) = self.of(&heard);
        heard.arrival_ns += (latency_ms * 1e6) as i64;
        heard.cfo_mhz += (offset * f64::from(frame.plan.channel_hz) * 1e3) as i64;
        heard
    }
}
