//! Payload to symbol values.

use super::{
    crc::payload_crc, gray::shift_of_bits, hamming, header::Header, interleaver::codeword_bit, whitening,
};
use crate::{Block, FrameFormat, SpreadingFactor, frame::Blocks};

/// Why a payload cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Nothing to send.
    #[error("the payload is empty; a frame carries 1 to 255 bytes")]
    Empty,
    /// Too long for the 8-bit length.
    #[error("the payload has {0} bytes; a frame carries 1 to 255")]
    TooLong(usize),
    /// The CRC rule takes the last two bytes apart, so it is undefined for one.
    #[error("a CRC needs at least 2 payload bytes")]
    CrcOfOneByte,
}

/// Symbol values (chirp shifts, 0 to `2^sf - 1`) of the payload part of a frame.
///
/// # Errors
/// [`EncodeError`] when the payload has no frame.
pub fn encode(format: FrameFormat, payload: &[u8]) -> Result<Vec<u16>, EncodeError> {
    let nibbles = nibbles(format, payload)?;
    Ok(symbols(&nibbles, format.blocks(payload.len()), format.sf))
}

/// The symbols that nibbles are sent as, block after block; the last block is filled up with zeros.
pub(crate) fn symbols(nibbles: &[u8], blocks: Blocks, sf: SpreadingFactor) -> Vec<u16> {
    let mut rest = nibbles.iter().copied().chain(std::iter::repeat(0));
    let block = |block: Block| {
        let nibbles: Vec<u8> = rest.by_ref().take(block.rows).collect();
        block_symbols(&nibbles, block, sf)
    };
    blocks.iter().flat_map(block).collect()
}

/// The symbols of one block of nibbles.
pub(crate) fn block_symbols(nibbles: &[u8], block: Block, sf: SpreadingFactor) -> Vec<u16> {
    let words: Vec<u8> = nibbles.iter().map(|nibble| hamming::encode(*nibble, block.coding_rate)).collect();
    interleave(&words, block, sf)
}

pub(super) fn nibbles(format: FrameFormat, payload: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let length = match payload.len() {
        0 => return Err(EncodeError::Empty),
        length => u8::try_from(length).map_err(|_| EncodeError::TooLong(length))?,
    };
    let header =
        Header { payload_bytes: length, coding_rate: format.payload.coding_rate, crc: format.payload.crc };
    let mut nibbles = Vec::with_capacity(2 * payload.len() + Header::NIBBLES + 4);
    if format.payload.explicit_header {
        nibbles.extend(header.to_nibbles());
    }
    let mut white = payload.to_vec();
    whitening::whiten(&mut white);
    nibbles.extend(white.iter().copied().flat_map(split));
    if format.payload.crc {
        let crc = payload_crc(payload).ok_or(EncodeError::CrcOfOneByte)?;
        nibbles.extend(crc.to_le_bytes().into_iter().flat_map(split));
    }
    Ok(nibbles)
}

fn split(byte: u8) -> [u8; 2] {
    [byte & 15, byte >> 4]
}

/// Symbol values of one block of code words.
fn interleave(words: &[u8], block: Block, sf: SpreadingFactor) -> Vec<u16> {
    (0..block.symbols())
        .map(|symbol| {
            let bits = (0..block.rows).fold(0, |bits, j| {
                bits << 1 | u16::from(words[codeword_bit(symbol, j, block.rows)] >> symbol & 1)
            });
            shift_of_bits(bits, sf, block.reduced)
        })
        .collect()
}
