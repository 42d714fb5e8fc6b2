//! S3: has no radio on the path. A colluding beaconer leaks payload, every dither and the moments; only how the path fades from channel to
//! channel nobody can leak who was not on it.

use poc_verifier::messages::Hop;

use super::{
    super::{Dice, Frame},
    Villain, plausible,
};

/// S3.
pub struct LeakedNonces {
    /// Fading that it writes, dB: 4.5 as of a blocked path, 2 as of a free one.
    pub fading_db: f64,
}

impl Villain for LeakedNonces {
    fn forge(&self, heard: Hop, frame: &Frame, dice: &mut Dice) -> Hop {
        plausible(heard, frame, self.fading_db, dice)
    }
}
