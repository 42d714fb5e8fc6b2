//! How strong a frame is within its payload symbols: eighth by eighth, against the replica with its echoes.
//!
//! ```text
//! S = sum over the part of conj(m_n) y_n        E = sum of |m_n|^2        left = sum of |y_n - m_n|^2
//! ```
//! with the samples `y` and the model `m`: the stated replica through the short filter that was fitted to all samples shown, so that a
//! channel that is uneven over the bandwidth is in `m` already. Where the frame is as strong in a part as on average, `S / E` is 1 up to
//! noise of variance `noise / E`.

use std::ops::Range;

use num_complex::Complex64;

use super::{StatedFrame, subtraction::Modelled};
use crate::{frame::sfd_chips, receiver::Trajectory};

/// One part of one symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SymbolPart {
    /// Samples, despread by the model.
    pub sum: Complex64,
    /// What the sum is where the samples are the model.
    pub energy: f64,
    /// Energy that the model leaves.
    pub left: f64,
    /// Samples of the part.
    pub samples: usize,
}

/// One payload symbol all of whose samples were shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SymbolParts {
    /// Number of the symbol in the payload.
    pub symbol: usize,
    /// Its eighths, in order.
    pub parts: [SymbolPart; SymbolParts::COUNT],
}

impl SymbolParts {
    /// Parts of a symbol.
    pub const COUNT: usize = 8;

    /// Every payload symbol that lies in what was modelled.
    pub(super) fn of(stated: &StatedFrame, path: &Trajectory, modelled: &Modelled) -> Vec<Self> {
        let chips = stated.sf.chips() as f64;
        let early = if stated.payload.early { 1.0 } else { 0.0 };
        let first_chip = |symbol: usize| sfd_chips(stated.sf) as f64 + symbol as f64 * chips - early;
        let bound = |chip: f64| path.sample_of_chip(chip).ceil() as i64;
        let symbols = 0..stated.symbols.len();
        let measured = symbols.filter_map(|symbol| {
            let starts: [i64; Self::COUNT + 1] = std::array::from_fn(|part| {
                bound(first_chip(symbol) + part as f64 * chips / Self::COUNT as f64)
            });
            let mut parts = [SymbolPart::default(); Self::COUNT];
            for (part, ends) in parts.iter_mut().zip(starts.windows(2)) {
                *part = SymbolPart::of(modelled, ends[0]..ends[1])?;
            }
            Some(Self { symbol, parts })
        });
        measured.collect()
    }
}

impl SymbolPart {
    /// `None` where not all samples were modelled.
    fn of(modelled: &Modelled, stretch: Range<i64>) -> Option<Self> {
        let (received, model) = modelled.stretch(stretch)?;
        let mut part = Self { samples: model.len(), ..Self::default() };
        for (y, m) in received.iter().zip(model) {
            part.sum += m.conj() * y;
            part.energy += m.norm_sqr();
            part.left += (y - m).norm_sqr();
        }
        Some(part)
    }
}
