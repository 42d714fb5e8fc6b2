//! S11: whoever hears it hears a beacon of another window, seconds to days old, through a second radio.

use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame},
    Villain,
};

/// Offset of the replaying radio, parts of one.
const SECOND_RADIO: f64 = 1e-6;

/// S11.
pub struct Replayer;

impl Villain for Replayer {
    fn forge(&self, mut heard: Hop, frame: &Frame, dice: &mut Dice) -> Hop {
        let another_window = dice.hash();
        for (byte, old) in heard.payload.iter_mut().skip(5).zip(another_window.bytes()) {
            *byte = *old;
        }
        heard.cfo_mhz += (SECOND_RADIO * f64::from(frame.plan.channel_hz) * 1e3) as i64;
        heard
    }
}
