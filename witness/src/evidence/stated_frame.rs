//! A frame as its witness states it: every number that fixes the replica, in terms of the samples kept.

use num_complex::Complex64;

use crate::{
    Bandwidth, SpreadingFactor, SyncWord, default_preamble_symbols,
    frame::sfd_chips,
    receiver::{Chirps, PayloadGrid, Trajectory},
};

/// Most up-chirps that a receiver counts.
const PREAMBLE_SYMBOLS_MAX: usize = 64;
/// Most payload symbols: 255 bytes at rate 4/8 have 832 at SF5 with a margin for padding.
const SYMBOLS_MAX: usize = 1024;
/// Largest clock offset that can be stated, ppm.
const SFO_MAX_PPM: f64 = 1000.0;
/// Position beyond which a double counts less than a thousandth of a sample.
const POSITION_MAX: f64 = (1_u64 << 42) as f64;

/// What is stated of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedFrame {
    /// Spreading factor.
    pub sf: SpreadingFactor,
    /// Bandwidth.
    pub bandwidth: Bandwidth,
    /// Sync word.
    pub sync_word: SyncWord,
    /// Up-chirps of the preamble, at most 64.
    pub preamble_symbols: usize,
    /// Payload symbol values, each below `2^sf`.
    pub symbols: Vec<u16>,
    /// Kept samples a chip: 1 or 2.
    pub samples_per_chip: u8,
    /// Arrival of the first preamble chip, in kept samples.
    pub first_sample: f64,
    /// Carrier offset from the kept samples' centre, Hz.
    pub cfo_hz: f64,
    /// Clock offset, ppm.
    pub sfo_ppm: f64,
    /// Complex amplitude; its phase stands at the middle of the frame with a preamble of the usual length.
    pub gain: Complex64,
    /// How the payload follows the SFD.
    pub payload: StatedPayload,
}

/// How the payload's chirps stand relative to those before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StatedPayload {
    /// One chip early, as some chips send it.
    pub early: bool,
    /// Carrier phase step between SFD and payload, radians.
    pub turn_rad: f64,
    /// Whether the carrier's phase starts anew with every chirp. A seam that falls on a sample then shows in
    /// the kurtosis.
    pub incoherent: bool,
}

/// A statement that describes no frame.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum InvalidStatement {
    /// Too many symbols of one kind.
    #[error("{preamble} and {payload} symbols; at most {PREAMBLE_SYMBOLS_MAX} and {SYMBOLS_MAX} are heard")]
    Symbols {
        /// As stated.
        preamble: usize,
        /// As stated.
        payload: usize,
    },
    /// Not below `2^sf`.
    #[error("symbol {0} is not one of this spreading factor's")]
    Symbol(u16),
    /// Neither 1 nor 2.
    #[error("{0} samples a chip are neither 1 nor 2")]
    SamplesPerChip(u8),
    /// Not a number, or beyond what any receiver states.
    #[error("{name} of {value} is out of range")]
    Number {
        /// Which.
        name: &'static str,
        /// As stated.
        value: f64,
    },
}

impl StatedFrame {
    /// Checks every range, so that nothing stated can cost more than a frame does.
    pub(super) fn check(&self) -> Result<(), InvalidStatement> {
        let (preamble, payload) = (self.preamble_symbols, self.symbols.len());
        if preamble > PREAMBLE_SYMBOLS_MAX || payload > SYMBOLS_MAX {
            return Err(InvalidStatement::Symbols { preamble, payload });
        }
        if let Some(&symbol) = self.symbols.iter().find(|symbol| usize::from(**symbol) >= self.sf.chips()) {
            return Err(InvalidStatement::Symbol(symbol));
        }
        if !(1..=2).contains(&self.samples_per_chip) {
            return Err(InvalidStatement::SamplesPerChip(self.samples_per_chip));
        }
        let numbers = [
            ("first_sample", self.first_sample, POSITION_MAX),
            ("cfo_hz", self.cfo_hz, f64::from(self.bandwidth.hz())),
            ("sfo_ppm", self.sfo_ppm, SFO_MAX_PPM),
            ("gain", self.gain.re, f64::from(f32::MAX)),
            ("gain", self.gain.im, f64::from(f32::MAX)),
            ("turn_rad", self.payload.turn_rad, std::f64::consts::TAU),
        ];
        // What is not a number is within no limit.
        let within = |value: f64, limit: f64| value.abs() <= limit;
        if let Some((name, value, _)) = numbers.into_iter().find(|&(_, value, limit)| !within(value, limit)) {
            return Err(InvalidStatement::Number { name, value });
        }
        let amplitude = self.gain.norm();
        if amplitude > 0.0 {
            Ok(())
        } else {
            Err(InvalidStatement::Number { name: "gain", value: amplitude })
        }
    }

    /// Chirps of the frame.
    pub(super) fn chirps(&self) -> Chirps<'_> {
        Chirps {
            sf: self.sf,
            preamble_symbols: self.preamble_symbols,
            sync_word: self.sync_word,
            symbols: &self.symbols,
            grid: PayloadGrid { early: self.payload.early, phase: self.payload.turn_rad },
        }
    }

    /// Where the chips are in the kept samples; the inverse of how the receiver states a trajectory.
    pub(super) fn trajectory(&self) -> Trajectory {
        let chips = self.sf.chips() as f64;
        let (rate, eps) = (f64::from(self.samples_per_chip), self.sfo_ppm * 1e-6);
        let nu = self.cfo_hz / f64::from(self.bandwidth.hz());
        let lead_chips = (self.preamble_symbols as f64 + 2.0) * chips;
        let middle = self.middle_chip();
        Trajectory {
            anchor_sample: self.first_sample + lead_chips * rate / (1.0 + eps),
            rate,
            nu,
            eps,
            theta: self.gain.arg() - std::f64::consts::TAU * nu * middle / (1.0 + eps),
        }
    }

    /// Middle of the frame with a preamble of the usual length, chips from the SFD.
    fn middle_chip(&self) -> f64 {
        let chips = self.sf.chips() as f64;
        let first = -(f64::from(default_preamble_symbols(self.sf)) + 2.0) * chips;
        0.5 * (first + sfd_chips(self.sf) as f64 + self.symbols.len() as f64 * chips)
    }
}

#[cfg(test)]
mod stated_frame_tests;
