//! From payload bytes to symbol values and back: whitening, header, CRC, Hamming code, interleaver, Gray mapping.
//!
//! Transmit order: whiten the bytes, split them into nibbles (low first), lead with the 5 header nibbles, append the 4 CRC
//! nibbles, give every nibble its Hamming code word, interleave block by block, map Gray to chirp shifts. Nothing here
//! knows of samples.

mod crc;
mod encode;
mod gray;
mod hamming;
mod header;
mod interleaver;
mod list;
mod payload;
mod whitening;

pub use encode::{EncodeError, encode};
pub use header::{Header, InvalidHeader};

pub(crate) use encode::{block_symbols, symbols};
pub(crate) use gray::{bits_of_symbol, shifts, symbol_of_shift};
pub(crate) use hamming::{SoftWord, decode_soft};
pub(crate) use interleaver::codeword_bit;
pub(crate) use list::repaired;
pub(crate) use payload::{DecodedPayload, assemble};

#[cfg(test)]
mod coding_tests;
