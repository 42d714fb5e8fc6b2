//! The Hamming code of a nibble at rates 4/5 to 4/8.
//!
//! Data bits d0 to d3 are sent first (d0 = least significant), then as many of p0 to p3 as the rate has:
//!
//! ```text
//! p0 = d0^d1^d2   p1 = d1^d2^d3   p2 = d0^d1^d3   p3 = d0^d2^d3      4/5 alone: d0^d1^d2^d3
//! ```
//! Decoding is soft at every rate: the word of greatest likelihood among sixteen, and the runner-up's distance.

use crate::CodingRate;

/// Code word of a nibble; bit `i` is the `i`-th bit sent.
pub(crate) const fn encode(nibble: u8, rate: CodingRate) -> u8 {
    let d = [nibble & 1, (nibble >> 1) & 1, (nibble >> 2) & 1, (nibble >> 3) & 1];
    let parity = match rate {
        CodingRate::Cr45 => d[0] ^ d[1] ^ d[2] ^ d[3],
        _ => {
            (d[0] ^ d[1] ^ d[2])
                | (d[1] ^ d[2] ^ d[3]) << 1
                | (d[0] ^ d[1] ^ d[3]) << 2
                | (d[0] ^ d[2] ^ d[3]) << 3
        }
    };
    let mask = (1 << rate.parity_bits()) - 1;
    (nibble & 15) | (parity & mask) << 4
}

/// The nibble that a soft decision chose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SoftWord {
    /// The likeliest nibble.
    pub(crate) nibble: u8,
    /// The second likeliest.
    pub(crate) runner_up: u8,
    /// Log-likelihood by which the first leads the second.
    pub(crate) margin: f32,
}

/// Maximum-likelihood nibble from the log-likelihood ratios ln P(bit = 1) / P(bit = 0) of its code word, in sent order.
pub(crate) fn decode_soft(llrs: &[f32], rate: CodingRate) -> SoftWord {
    debug_assert_eq!(llrs.len(), rate.codeword_bits());
    let mut best = SoftWord { nibble: 0, runner_up: 0, margin: f32::INFINITY };
    let mut best_score = f32::NEG_INFINITY;
    let mut second_score = f32::NEG_INFINITY;
    for nibble in 0..16 {
        let score = score(encode(nibble, rate), llrs);
        if score > best_score {
            (best.runner_up, second_score) = (best.nibble, best_score);
            (best.nibble, best_score) = (nibble, score);
        } else if score > second_score {
            (best.runner_up, second_score) = (nibble, score);
        }
    }
    best.margin = best_score - second_score;
    best
}

fn score(word: u8, llrs: &[f32]) -> f32 {
    llrs.iter().enumerate().map(|(i, llr)| if word >> i & 1 == 1 { *llr } else { 0.0 }).sum()
}
