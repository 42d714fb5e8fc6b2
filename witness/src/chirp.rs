//! Chirps: the waveform of one symbol.
//!
//! An up-chirp of shift `s` starts at `-BW/2 + s BW/N`, rises by `BW` over its `N` chips and wraps once at the upper edge. Its
//! phase in cycles, at `t` chips from its start, is
//!
//! ```text
//! phi(t) = t^2 / (2N) + (s/N - 1/2) t   - t where t >= N - s
//! ```
//! It starts at phase 0 and ends after a whole number of cycles, so that a frame is phase-continuous. A down-chirp is the
//! complex conjugate of the unshifted up-chirp.

use num_complex::Complex32;

use crate::{FrameFormat, SpreadingFactor, SyncWord};

/// Which way a chirp sweeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// Rising, shifted by 0 to `N - 1` chips.
    Up(u16),
    /// Falling, never shifted.
    Down,
}

/// One chirp of a frame, whole or, for the end of the SFD, its first quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chirp {
    /// Direction and shift.
    pub sweep: Sweep,
    /// Length: `N`, or `N/4` for the quarter down-chirp.
    pub chips: usize,
}

impl Chirp {
    /// A whole up-chirp of the given shift.
    pub const fn up(sf: SpreadingFactor, shift: u16) -> Self {
        Self { sweep: Sweep::Up(shift), chips: sf.chips() }
    }

    /// Phase in cycles, `t_chips` after the start, 0 to `N`.
    pub fn phase_cycles(self, sf: SpreadingFactor, t_chips: f64) -> f64 {
        let n = sf.chips() as f64;
        let base = (t_chips / (2.0 * n) - 0.5) * t_chips;
        match self.sweep {
            Sweep::Down => -base,
            Sweep::Up(shift) => {
                let shift = f64::from(shift);
                let wrapped = if t_chips >= n - shift { t_chips } else { 0.0 };
                base + shift / n * t_chips - wrapped
            }
        }
    }

    /// Instantaneous frequency in cycles a chip, -0.5 to 0.5, `t_chips` after the start.
    pub fn frequency(self, sf: SpreadingFactor, t_chips: f64) -> f64 {
        let n = sf.chips() as f64;
        let base = t_chips / n - 0.5;
        match self.sweep {
            Sweep::Down => -base,
            Sweep::Up(shift) => {
                let wrapped = if t_chips >= n - f64::from(shift) { 1.0 } else { 0.0 };
                base + f64::from(shift) / n - wrapped
            }
        }
    }
}

/// The sync word's two chirps, then the SFD, then what SF5 and SF6 add.
pub fn sync_and_sfd(sf: SpreadingFactor, sync_word: SyncWord) -> Vec<Chirp> {
    let mut chirps: Vec<Chirp> = sync_word.symbols(sf).iter().map(|&shift| Chirp::up(sf, shift)).collect();
    let chips = sf.chips();
    chirps.extend([chips, chips, chips / 4].map(|chips| Chirp { sweep: Sweep::Down, chips }));
    if sf.is_short() {
        chirps.extend([Chirp::up(sf, 0); 2]);
    }
    chirps
}

/// Every chirp of a frame with these payload symbols, in the order sent.
pub fn frame_chirps(format: FrameFormat, symbols: &[u16]) -> Vec<Chirp> {
    let preamble = std::iter::repeat_n(Chirp::up(format.sf, 0), usize::from(format.preamble_symbols));
    let payload = symbols.iter().map(|&shift| Chirp::up(format.sf, shift));
    preamble.chain(sync_and_sfd(format.sf, format.sync_word)).chain(payload).collect()
}

/// The unshifted up-chirp at one sample a chip.
pub(crate) fn base_upchirp(sf: SpreadingFactor) -> Vec<Complex32> {
    let chirp = Chirp::up(sf, 0);
    (0..sf.chips()).map(|chip| phasor(chirp.phase_cycles(sf, chip as f64))).collect()
}

/// `exp(j 2 pi cycles)`.
pub(crate) fn phasor(cycles: f64) -> Complex32 {
    let (sin, cos) = (std::f64::consts::TAU * cycles.fract()).sin_cos();
    Complex32::new(cos as f32, sin as f32)
}
