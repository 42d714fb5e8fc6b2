//! Chirp bandwidth.

/// The bandwidth a chirp sweeps; its reciprocal is the chip time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bandwidth {
    /// 125 kHz, 8 us a chip.
    Khz125,
    /// 250 kHz, 4 us a chip.
    Khz250,
    /// 500 kHz, 2 us a chip.
    Khz500,
}

/// The number is not a bandwidth that the modem speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bandwidth {0} Hz is not one of 125000, 250000, 500000")]
pub struct InvalidBandwidth(pub u32);

impl Bandwidth {
    /// All three, narrowest first.
    pub const ALL: [Self; 3] = [Self::Khz125, Self::Khz250, Self::Khz500];

    /// From Hz.
    ///
    /// # Errors
    /// [`InvalidBandwidth`] for anything but 125,000, 250,000 and 500,000.
    pub const fn from_hz(hz: u32) -> Result<Self, InvalidBandwidth> {
        match hz {
            125_000 => Ok(Self::Khz125),
            250_000 => Ok(Self::Khz250),
            500_000 => Ok(Self::Khz500),
            other => Err(InvalidBandwidth(other)),
        }
    }

    /// In Hz; also the chip rate.
    pub const fn hz(self) -> u32 {
        match self {
            Self::Khz125 => 125_000,
            Self::Khz250 => 250_000,
            Self::Khz500 => 500_000,
        }
    }
}
