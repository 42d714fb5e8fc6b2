//! Payload to samples.

use num_complex::Complex32;

use crate::{
    EncodeError, FrameFormat,
    chirp::{frame_chirps, phasor},
    encode,
};

/// Largest number of samples a chip, on transmit and receive.
pub const OVERSAMPLING_MAX: u32 = 32;

/// Why a frame cannot be modulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModulateError {
    /// The payload has no frame.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Samples a chip out of range.
    #[error("oversampling {0} is not in 1 to {OVERSAMPLING_MAX}")]
    Oversampling(u32),
    /// A preamble too short for any receiver.
    #[error("a preamble of {0} symbols is too short; at least {PREAMBLE_SYMBOLS_MIN} are needed")]
    Preamble(u16),
}

/// Shortest preamble that the receiver looks for.
pub const PREAMBLE_SYMBOLS_MIN: u16 = 6;

/// Complex baseband of a frame, amplitude 1, at `oversampling` samples a chip: [`FrameFormat::chips`] times as many samples.
///
/// # Errors
/// [`ModulateError`] when the payload has no frame or a number is out of range.
pub fn modulate(
    format: FrameFormat,
    payload: &[u8],
    oversampling: u32,
) -> Result<Vec<Complex32>, ModulateError> {
    if !(1..=OVERSAMPLING_MAX).contains(&oversampling) {
        return Err(ModulateError::Oversampling(oversampling));
    }
    if format.preamble_symbols < PREAMBLE_SYMBOLS_MIN {
        return Err(ModulateError::Preamble(format.preamble_symbols));
    }
    let symbols = encode(format, payload)?;
    Ok(modulate_symbols(format, &symbols, oversampling))
}

/// As [`modulate`], from symbol values; `oversampling` is at least 1.
pub(crate) fn modulate_symbols(format: FrameFormat, symbols: &[u16], oversampling: u32) -> Vec<Complex32> {
    let step = 1.0 / f64::from(oversampling);
    let samples = |chips: usize| chips * oversampling as usize;
    frame_chirps(format, symbols)
        .into_iter()
        .flat_map(|chirp| {
            (0..samples(chirp.chips)).map(move |n| phasor(chirp.phase_cycles(format.sf, n as f64 * step)))
        })
        .collect()
}
