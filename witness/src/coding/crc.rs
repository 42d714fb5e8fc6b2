//! Payload CRC: CCITT 0x1021 from 0 over all but the last two bytes, XORed with those two bytes.

/// CRC of a payload of at least two bytes; `None` for a shorter one, for which the rule is undefined.
pub(crate) fn payload_crc(payload: &[u8]) -> Option<u16> {
    let (body, tail) = payload.split_last_chunk::<2>()?;
    Some(body.iter().fold(0, |crc, &byte| step(crc, byte)) ^ u16::from_be_bytes(*tail))
}

fn step(crc: u16, byte: u8) -> u16 {
    (0..8).fold(
        crc ^ (u16::from(byte) << 8),
        |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        },
    )
}
