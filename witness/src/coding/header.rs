//! The explicit header: five nibbles with length, code rate, CRC flag and a 5-bit checksum.

use crate::CodingRate;

/// What an explicit header says, or what both ends agreed on in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Payload bytes, CRC not counted; 1 to 255.
    pub payload_bytes: u8,
    /// Code rate of the blocks after the first.
    pub coding_rate: CodingRate,
    /// Whether a CRC follows the payload.
    pub crc: bool,
}

/// The five nibbles are not a header. Noise passes the checksum once in 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHeader {
    /// The checksum differs.
    #[error("header checksum is {found:#04x}, computed {computed:#04x}")]
    Checksum {
        /// In the header.
        found: u8,
        /// Over the header.
        computed: u8,
    },
    /// Code rate 0, 5, 6 or 7.
    #[error("header says code rate {0}")]
    CodingRate(u8),
    /// An empty payload.
    #[error("header says an empty payload")]
    Empty,
}

impl Header {
    /// Number of nibbles on air.
    pub(crate) const NIBBLES: usize = 5;

    /// The nibbles in the order sent.
    pub(crate) fn to_nibbles(self) -> [u8; Self::NIBBLES] {
        let fields = self.fields();
        let checksum = checksum(fields);
        [fields[0], fields[1], fields[2], checksum >> 4, checksum & 15]
    }

    /// Reads five nibbles.
    pub(crate) fn from_nibbles(nibbles: [u8; Self::NIBBLES]) -> Result<Self, InvalidHeader> {
        let found = (nibbles[3] << 4) | nibbles[4];
        let computed = checksum([nibbles[0], nibbles[1], nibbles[2]]);
        if found != computed {
            return Err(InvalidHeader::Checksum { found, computed });
        }
        let coding_rate = CodingRate::from_parity_bits(u32::from(nibbles[2] >> 1))
            .map_err(|_| InvalidHeader::CodingRate(nibbles[2] >> 1))?;
        match (nibbles[0] << 4) | nibbles[1] {
            0 => Err(InvalidHeader::Empty),
            payload_bytes => Ok(Self { payload_bytes, coding_rate, crc: nibbles[2] & 1 == 1 }),
        }
    }

    fn fields(self) -> [u8; 3] {
        let rate = self.coding_rate.parity_bits() as u8;
        [self.payload_bytes >> 4, self.payload_bytes & 15, (rate << 1) | u8::from(self.crc)]
    }
}

/// Each checksum bit is the parity of some of the 12 field bits, counted from the most significant of the first nibble.
fn checksum(fields: [u8; 3]) -> u8 {
    const TERMS: [&[usize]; 5] =
        [&[0, 1, 2, 3], &[0, 4, 5, 6, 11], &[1, 4, 7, 8, 10], &[2, 5, 7, 9, 10, 11], &[3, 6, 8, 9, 10, 11]];
    let bit = |index: usize| fields[index / 4] >> (3 - index % 4) & 1;
    TERMS.iter().fold(0, |sum, terms| sum << 1 | terms.iter().fold(0, |parity, &term| parity ^ bit(term)))
}
