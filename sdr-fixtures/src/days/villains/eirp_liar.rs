//! S13: radiates more or less than it states, by an amplifier or an antenna that it does not tell of.

use super::Villain;

/// S13.
pub struct EirpLiar {
    /// Radiated over stated, dB.
    pub over_db: f64,
}

impl Villain for EirpLiar {
    fn radiates_db(&self) -> f64 {
        self.over_db
    }
}
