//! Spreading factor: how many bits a chirp carries, and how many chips long it is.

/// Spreading factor 5 to 12: a symbol is one of `2^sf` cyclic shifts of a chirp of `2^sf` chips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpreadingFactor(u8);

/// The number is not a spreading factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("spreading factor {0} is not in 5 to 12")]
pub struct InvalidSpreadingFactor(pub u32);

impl SpreadingFactor {
    /// All eight, slowest last.
    pub const ALL: [Self; 8] = [Self(5), Self(6), Self(7), Self(8), Self(9), Self(10), Self(11), Self(12)];

    /// Checks the range 5 to 12.
    ///
    /// # Errors
    /// [`InvalidSpreadingFactor`] outside of it.
    pub const fn new(sf: u32) -> Result<Self, InvalidSpreadingFactor> {
        if sf >= 5 && sf <= 12 { Ok(Self(sf as u8)) } else { Err(InvalidSpreadingFactor(sf)) }
    }

    /// Bits a symbol, 5 to 12.
    pub const fn bits(self) -> usize {
        self.0 as usize
    }

    /// Chips a symbol: `2^sf`, 32 to 4096.
    pub const fn chips(self) -> usize {
        1 << self.0
    }

    /// SF5 and SF6 as the SX126x sends them: block 0 at full rows, and two empty up-chirps after the SFD.
    pub const fn is_short(self) -> bool {
        self.0 < 7
    }

    /// Smallest SNR in the bandwidth at which a chip decodes, in dB (SX1276 datasheet table 13; SF5 by the same 2.5 dB
    /// step). A report below it claims the impossible.
    pub fn decoding_limit_db(self) -> f64 {
        -7.5 - 2.5 * (f64::from(self.0) - 7.0)
    }
}

impl std::fmt::Display for SpreadingFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SF{}", self.0)
    }
}
