//! Decoded nibbles to payload bytes.

use super::{crc::payload_crc, whitening};
use crate::Header;

/// Payload bytes, dewhitened, with the verdict of their CRC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodedPayload {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// `None` when the frame carries no CRC, or one that is undefined (a single byte).
    pub(crate) crc_ok: Option<bool>,
}

/// Puts the nibbles after the header (if any) together as payload and CRC.
pub(crate) fn assemble(nibbles: &[u8], header: Header) -> DecodedPayload {
    let length = usize::from(header.payload_bytes);
    let mut bytes: Vec<u8> = nibbles.chunks_exact(2).map(|pair| pair[0] | pair[1] << 4).collect();
    let crc = (bytes.len() >= length + 2).then(|| u16::from_le_bytes([bytes[length], bytes[length + 1]]));
    bytes.truncate(length);
    whitening::whiten(&mut bytes);
    let crc_ok = if header.crc { payload_crc(&bytes).map(|computed| Some(computed) == crc) } else { None };
    DecodedPayload { bytes, crc_ok }
}
