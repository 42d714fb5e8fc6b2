//! S7 and S12: what it reports was received by somebody else's antenna, or by one that several keys share; numbers jittered, delayed by fractions of
//! a sample, shifted in frequency, and noise of its own added.

use super::Villain;

/// How a copy was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copy {
    /// Noise that each key added over what the antenna heard, dB; minus infinity for none.
    pub own_noise_db: f64,
    /// Whether it is moved in time and frequency otherwise every time.
    pub wanders: bool,
}

/// S7, S12.
pub struct Copier(pub Copy);

impl Villain for Copier {
    fn copy(&self) -> Option<Copy> {
        Some(self.0)
    }
}
