//! S1: a key without a radio. It knows who is drawn and writes valid formats; 120 bits of every payload it must guess.

use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame},
    Villain, plausible,
};

/// Fading that it writes, dB.
const FADING_DB: f64 = 4.0;
/// Short id and hop are public; the rest is a hash.
const PUBLIC_BYTES: usize = 5;

/// S1.
pub struct BlindForger;

impl Villain for BlindForger {
    fn forge(&self, heard: Hop, frame: &Frame, dice: &mut Dice) -> Hop {
        let mut forged = plausible(heard, frame, FADING_DB, dice);
        let guess = dice.hash();
        for (byte, guessed) in forged.payload.iter_mut().skip(PUBLIC_BYTES).zip(guess.bytes()) {
            *byte = *guessed;
        }
        forged
    }
}
