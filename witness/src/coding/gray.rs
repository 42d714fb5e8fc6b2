//! Gray mapping between the bits of a symbol and the shift of its chirp.
//!
//! `shift = G^-1(bits) + 1 mod N`, where `G^-1` turns Gray into binary. A reduced-rate symbol carries `SF - 2` bits on every
//! fourth shift: `4 G^-1(bits) + 1`. The `+ 1` is how gr-lora_sdr writes what chips do with an SFD shorter by one chip.

use crate::SpreadingFactor;

/// Gray to binary of a word of any width up to 16 bits.
pub(crate) const fn from_gray(gray: u16) -> u16 {
    let mut binary = gray;
    let mut step = 1;
    while step < 16 {
        binary ^= binary >> step;
        step *= 2;
    }
    binary
}

/// Binary to Gray.
pub(crate) const fn to_gray(binary: u16) -> u16 {
    binary ^ (binary >> 1)
}

/// Chirp shift of a symbol that carries these bits.
pub(crate) const fn shift_of_bits(bits: u16, sf: SpreadingFactor, reduced: bool) -> u16 {
    symbol_of_shift(from_gray(bits), sf, reduced)
}

/// Chirp shift of the `index`-th point of the constellation.
pub(crate) const fn symbol_of_shift(index: u16, sf: SpreadingFactor, reduced: bool) -> u16 {
    let spread = if reduced { index << 2 } else { index };
    (spread + 1) & (sf.chips() as u16 - 1)
}

/// Bits that the `index`-th point of the constellation carries.
pub(crate) const fn bits_of_symbol(index: u16) -> u16 {
    to_gray(index)
}

/// Points of the constellation.
pub(crate) const fn shifts(sf: SpreadingFactor, reduced: bool) -> usize {
    if reduced { sf.chips() >> 2 } else { sf.chips() }
}
