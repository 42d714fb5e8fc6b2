//! The shape of a frame on air: preamble, sync word, start-of-frame delimiter, payload symbols.
//!
//! ```text
//! preamble: P up-chirps | sync word: 2 | SFD: 2.25 down-chirps | (SF5, SF6: 2 empty up-chirps) | n payload symbols
//! n = 8 + max(ceil((2 L + 4 crc + 5 explicit - r0) / r), 0) * (CR + 4)
//! ```
//! with `L` payload bytes, `r0` code words in block 0 and `r` in every later block: the datasheet's air time formula
//! (SX1276 4.1.1.7, SX126x 6.1.4), written as the blocks that it counts.

use crate::{Bandwidth, CodingRate, SpreadingFactor};

/// Sync word 0xXY, sent as two up-chirps of value 8X and 8Y. 0x12 is private, 0x34 LoRaWAN public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SyncWord(pub u8);

impl SyncWord {
    /// Private networks, and Earshot's beacons.
    pub const PRIVATE: Self = Self(0x12);
    /// LoRaWAN public networks.
    pub const PUBLIC: Self = Self(0x34);

    /// The two symbol values; at SF5 and SF6 a nibble wraps, as it does on a chip.
    pub const fn symbols(self, sf: SpreadingFactor) -> [u16; 2] {
        let mask = (sf.chips() - 1) as u16;
        [((self.0 >> 4) as u16 * 8) & mask, ((self.0 & 15) as u16 * 8) & mask]
    }
}

/// What both ends must agree on besides spreading factor and bandwidth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PayloadFormat {
    /// Code rate of every block but the first.
    pub coding_rate: CodingRate,
    /// Whether a 16-bit CRC follows the payload.
    pub crc: bool,
    /// Whether a header with length, code rate and CRC flag leads block 0.
    pub explicit_header: bool,
}

/// Everything that fixes a frame's waveform except its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameFormat {
    /// Spreading factor.
    pub sf: SpreadingFactor,
    /// Chirp bandwidth.
    pub bandwidth: Bandwidth,
    /// Header, code rate and CRC.
    pub payload: PayloadFormat,
    /// Sync word.
    pub sync_word: SyncWord,
    /// Preamble up-chirps before the sync word: 8 by default, 12 advised at SF5 and SF6.
    pub preamble_symbols: u16,
}

impl FrameFormat {
    /// Explicit header, CRC, private sync word, and the usual preamble for the spreading factor.
    pub const fn new(sf: SpreadingFactor, bandwidth: Bandwidth, coding_rate: CodingRate) -> Self {
        let payload = PayloadFormat { coding_rate, crc: true, explicit_header: true };
        let preamble_symbols = default_preamble_symbols(sf);
        Self { sf, bandwidth, payload, sync_word: SyncWord::PRIVATE, preamble_symbols }
    }

    /// The blocks that a payload of this many bytes is coded into.
    pub const fn blocks(&self, payload_bytes: usize) -> Blocks {
        Blocks::new(self.sf, self.bandwidth, self.payload, payload_bytes)
    }

    /// Chips from the first preamble chip to the end of the frame; exact, since a quarter symbol is whole chips.
    pub const fn chips(&self, payload_bytes: usize) -> usize {
        self.sf.chips() * (self.preamble_symbols as usize)
            + header_chips(self.sf)
            + self.sf.chips() * self.blocks(payload_bytes).symbols()
    }

    /// Time on air in microseconds, exact for every bandwidth.
    pub const fn airtime_us(&self, payload_bytes: usize) -> u64 {
        self.chips(payload_bytes) as u64 * (1_000_000 / self.bandwidth.hz() as u64)
    }
}

/// Preamble length that chips use unless told otherwise.
pub const fn default_preamble_symbols(sf: SpreadingFactor) -> u16 {
    if sf.is_short() { 12 } else { 8 }
}

/// Chips between the preamble and the first payload symbol: sync word, SFD and, at SF5 and SF6, two empty up-chirps.
pub const fn header_chips(sf: SpreadingFactor) -> usize {
    2 * sf.chips() + sfd_chips(sf)
}

/// Chips between the first chip of the SFD and the first payload symbol.
pub const fn sfd_chips(sf: SpreadingFactor) -> usize {
    let empty = if sf.is_short() { 2 } else { 0 };
    (2 + empty) * sf.chips() + sf.chips() / 4
}

/// Low data rate optimisation: on when a symbol is longer than 16 ms. Both ends apply the rule; no header says it.
pub const fn low_data_rate(sf: SpreadingFactor, bandwidth: Bandwidth) -> bool {
    sf.chips() as u64 * 1000 > 16 * bandwidth.hz() as u64
}

/// Rows (code words) and columns (symbols) of one interleaver block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Code words.
    pub rows: usize,
    /// Code rate of those words.
    pub coding_rate: CodingRate,
    /// Whether the symbols carry two bits fewer than the spreading factor.
    pub reduced: bool,
}

/// How a payload is divided into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    first: Block,
    later: Block,
    later_count: usize,
}

impl Blocks {
    /// Counts the blocks for `payload_bytes` bytes.
    pub const fn new(
        sf: SpreadingFactor,
        bandwidth: Bandwidth,
        format: PayloadFormat,
        payload_bytes: usize,
    ) -> Self {
        let (first, later) = (Block::first(sf), Block::later(sf, bandwidth, format.coding_rate));
        let nibbles =
            2 * payload_bytes + if format.crc { 4 } else { 0 } + if format.explicit_header { 5 } else { 0 };
        let later_count = nibbles.saturating_sub(first.rows).div_ceil(later.rows);
        Self { first, later, later_count }
    }

    /// Number of blocks, at least 1.
    pub const fn count(&self) -> usize {
        1 + self.later_count
    }

    /// Payload symbols in all.
    pub const fn symbols(&self) -> usize {
        self.first.symbols() + self.later_count * self.later.symbols()
    }

    /// Nibbles in all, padding included.
    pub const fn nibbles(&self) -> usize {
        self.first.rows + self.later_count * self.later.rows
    }

    /// The blocks in the order they are sent.
    pub fn iter(self) -> impl Iterator<Item = Block> {
        std::iter::once(self.first).chain(std::iter::repeat_n(self.later, self.later_count))
    }
}

impl Block {
    /// Block 0: always rate 4/8; two bits a symbol fewer from SF7 on.
    pub const fn first(sf: SpreadingFactor) -> Self {
        let reduced = !sf.is_short();
        Self { rows: rows(sf, reduced), coding_rate: CodingRate::Cr48, reduced }
    }

    /// Every other block.
    pub const fn later(sf: SpreadingFactor, bandwidth: Bandwidth, coding_rate: CodingRate) -> Self {
        let reduced = low_data_rate(sf, bandwidth);
        Self { rows: rows(sf, reduced), coding_rate, reduced }
    }

    /// Symbols of the block.
    pub const fn symbols(&self) -> usize {
        self.coding_rate.codeword_bits()
    }
}

const fn rows(sf: SpreadingFactor, reduced: bool) -> usize {
    if reduced { sf.bits() - 2 } else { sf.bits() }
}
