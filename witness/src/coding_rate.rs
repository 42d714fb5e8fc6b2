//! Forward error correction rate.

/// Rate 4/5 to 4/8: four data bits in a code word of five to eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CodingRate {
    /// 4/5: one parity bit, detects.
    Cr45,
    /// 4/6.
    Cr46,
    /// 4/7: Hamming(7,4).
    Cr47,
    /// 4/8: extended Hamming(8,4).
    Cr48,
}

/// The number is not a coding rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("coding rate {0} is not in 1 to 4 (for 4/5 to 4/8)")]
pub struct InvalidCodingRate(pub u32);

impl CodingRate {
    /// All four, weakest first.
    pub const ALL: [Self; 4] = [Self::Cr45, Self::Cr46, Self::Cr47, Self::Cr48];

    /// From the number of parity bits, as in the explicit header.
    ///
    /// # Errors
    /// [`InvalidCodingRate`] outside of 1 to 4.
    pub const fn from_parity_bits(parity: u32) -> Result<Self, InvalidCodingRate> {
        match parity {
            1 => Ok(Self::Cr45),
            2 => Ok(Self::Cr46),
            3 => Ok(Self::Cr47),
            4 => Ok(Self::Cr48),
            other => Err(InvalidCodingRate(other)),
        }
    }

    /// Parity bits a code word, 1 to 4.
    pub const fn parity_bits(self) -> usize {
        match self {
            Self::Cr45 => 1,
            Self::Cr46 => 2,
            Self::Cr47 => 3,
            Self::Cr48 => 4,
        }
    }

    /// Bits a code word, 5 to 8; also the symbols of a block.
    pub const fn codeword_bits(self) -> usize {
        4 + self.parity_bits()
    }
}
