//! Whitening: XOR with an 8-bit shift register, one state a byte, polynomial `x^8 + x^6 + x^5 + x^4 + 1`, seed 0xFF.

/// The whitening sequence, 255 bytes before it repeats.
pub(crate) fn sequence() -> impl Iterator<Item = u8> {
    std::iter::successors(Some(0xFF_u8), |&state| Some(next(state)))
}

/// Whitens or, since XOR undoes itself, dewhitens in place.
pub(crate) fn whiten(bytes: &mut [u8]) {
    for (byte, white) in bytes.iter_mut().zip(sequence()) {
        *byte ^= white;
    }
}

fn next(state: u8) -> u8 {
    let feedback = (state >> 7) ^ (state >> 5) ^ (state >> 4) ^ (state >> 3);
    (state << 1) | (feedback & 1)
}
