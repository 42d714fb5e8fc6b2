//! Diagonal interleaver: which bit of which code word a symbol's bit is.
//!
//! With `r` code words in the block, symbol `i` carries bit `i` of every word; its `j`-th bit, most significant first, is
//! that of word `(i - j - 1) mod r`. An error of one symbol therefore touches every word once.

/// Index of the code word that bit `j` (most significant first) of symbol `i` belongs to.
pub(crate) const fn codeword_bit(symbol: usize, bit: usize, rows: usize) -> usize {
    (symbol + 2 * rows - bit - 1) % rows
}
