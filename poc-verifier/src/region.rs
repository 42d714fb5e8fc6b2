//! Region rows: what the law of a place lets a beacon be, and what a beacon of this protocol can prove there.
//!
//! A row is data: channels, bandwidth, spreading factor, power, share of time, and the limits that decide whether a beacon may be sent at
//! all ([`Law`]). Whether it carries a beacon follows from the data ([`Region::carries`]); a row that does not is not bent: its rounds are
//! *unproven*, and nobody may send in it.
//!
//! ```text
//! edges    band.low <= centre - bandwidth / 2 - dither - drift,   centre + bandwidth / 2 + dither + drift <= band.high
//! slot     frame + listening + max(pause, nothing) + 2 time dithers <= slot        frame <= longest transmission
//! share    (beacon + answer) / period <= duty cycle
//! proof    eight channels over 1.6 MHz or more, chirps of 250 kHz or more: what honest echoes were calibrated for
//! ```
//! Sources stand in each row. A clause that nobody here has read is said to be open, and such a row carries nothing. Rows are limits to
//! hold a transmitter to, not legal advice: an SDR is not type-approved equipment anywhere.

mod rows;

use witness::{
    Bandwidth, CodingRate, FrameFormat, PayloadFormat, SpreadingFactor, SyncWord, default_preamble_symbols,
};

use crate::protocol::{FREQUENCY_DITHER_HZ, HOPS, PAYLOAD_BYTES, TIME_DITHER_NS, Timetable};

/// Hops must span as much, Hz: over less, fading is alike on all of them, and an echo's error does not average out (notes/physics.md 2).
const SPAN_MIN_HZ: u32 = 1_600_000;
/// The narrowest chirp whose echoes the honest models of place and arrival were calibrated for, Hz.
const BANDWIDTH_MIN_HZ: u32 = 250_000;
/// The worst oscillator that a beacon is planned for, parts in a million of its carrier.
const DRIFT_PPM: u64 = 2;

/// One channel plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Name of the plan.
    pub name: &'static str,
    /// Channel centres that beacons hop over, Hz; where the law gives fewer than eight, some stand twice.
    pub channels_hz: [u32; HOPS],
    /// Spreading factor and bandwidth of a beacon frame.
    pub sf: SpreadingFactor,
    /// See [`Self::sf`].
    pub bandwidth: Bandwidth,
    /// Greatest radiated power, tenths of dBm EIRP.
    pub eirp_max_ddbm: i32,
    /// Share of time that one may send, parts in 10,000.
    pub duty_cycle_e4: u32,
    /// Whether answers may be sent: a second transmission that somebody else's beacon triggers. Where not, places without precise
    /// clocks stay unproven.
    pub ranging: bool,
    /// What else decides whether a beacon may be sent.
    pub law: Law,
    /// Where the numbers come from.
    pub source: &'static str,
}

/// What a law says about one transmission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Law {
    /// Lowest and highest frequency of everything that is sent, Hz.
    pub band_hz: (u32, u32),
    /// Narrowest and widest emission, Hz.
    pub bandwidth_hz: (u32, u32),
    /// Longest transmission, microseconds.
    pub frame_max_us: u64,
    /// Silence after a transmission, microseconds.
    pub pause_us: u64,
    /// How the channel must be listened to before each transmission.
    pub listen: Option<Listen>,
    /// Why a transmission of ours is not clearly within the law, whatever its numbers.
    pub open: Option<&'static str>,
}

/// Listening before talking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// For so long, microseconds.
    pub us: u64,
    /// The channel is free below this, dBm.
    pub free_below_dbm: i32,
}

/// Why a region carries no beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarriesNone {
    /// A clause is missing, or asks for what a beacon is not.
    #[error("{0}")]
    Open(&'static str),
    /// The law's chirps are too wide or too narrow.
    #[error("chirps of {hz} Hz, where {min} to {max} Hz are allowed")]
    Bandwidth {
        /// The row's.
        hz: u32,
        /// The law's.
        min: u32,
        /// The law's.
        max: u32,
    },
    /// A chirp reaches over the band's edge.
    #[error("a chirp about {0} Hz, its dither and its oscillator's error leave the band")]
    Band(u32),
    /// A frame is longer than any transmission may be.
    #[error("a frame of {frame_us} us, where {max_us} us are allowed")]
    Frame {
        /// The frame.
        frame_us: u64,
        /// The law.
        max_us: u64,
    },
    /// Frame, pause and listening do not fit from one hop to the next.
    #[error("{needed_us} us from one frame to the next by law, where a slot has {slot_us} us")]
    Slot {
        /// Frame, pause or listening, and dithers.
        needed_us: u64,
        /// From hop to hop.
        slot_us: u64,
    },
    /// Too few channels.
    #[error("{0} channels, where eight are hopped over")]
    Channels(usize),
    /// Too narrow a band.
    #[error("hops span {0} Hz, less than echoes average out over")]
    Span(u32),
    /// Chirps narrower than what honest errors were calibrated for.
    #[error("chirps of {0} Hz, narrower than what honest errors were calibrated for")]
    Narrow(u32),
}

impl Region {
    /// Every row.
    pub const ALL: [Self; 10] = rows::ALL;
    /// Europe, band L.
    pub const EU868: Self = rows::EU868;
    /// The United States.
    pub const US915: Self = rows::US915;

    /// The plan of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.name == name)
    }

    /// Shape of a beacon frame.
    pub fn frame(&self) -> FrameFormat {
        FrameFormat {
            sf: self.sf,
            bandwidth: self.bandwidth,
            payload: PayloadFormat { coding_rate: CodingRate::Cr45, crc: true, explicit_header: true },
            sync_word: SyncWord::PRIVATE,
            preamble_symbols: default_preamble_symbols(self.sf),
        }
    }

    /// Time on air of a whole beacon, microseconds.
    pub fn beacon_airtime_us(&self) -> u64 {
        HOPS as u64 * self.frame().airtime_us(PAYLOAD_BYTES)
    }

    /// Different channels among the eight.
    pub fn channels(&self) -> usize {
        let distinct = |index: &usize| !self.channels_hz[..*index].contains(&self.channels_hz[*index]);
        (0..HOPS).filter(distinct).count()
    }

    /// From the lowest channel's centre to the highest's, Hz.
    pub fn span_hz(&self) -> u32 {
        let lowest = self.channels_hz.iter().min().copied().unwrap_or_default();
        self.channels_hz.iter().max().copied().unwrap_or_default() - lowest
    }

    /// Whether a beacon of this protocol is lawful here and proves what the checks take it to prove.
    ///
    /// # Errors
    /// [`CarriesNone`]: the first thing that is in the way. Rounds of such a region are unproven.
    pub fn carries(&self, times: &Timetable) -> Result<(), CarriesNone> {
        let law = &self.law;
        law.open.map_or(Ok(()), |why| Err(CarriesNone::Open(why)))?;
        let (hz, (min, max)) = (self.bandwidth.hz(), law.bandwidth_hz);
        within(min <= hz && hz <= max, CarriesNone::Bandwidth { hz, min, max })?;
        for channel_hz in self.channels_hz {
            within(self.in_band(channel_hz), CarriesNone::Band(channel_hz))?;
        }
        let (frame_us, max_us) = (self.frame().airtime_us(PAYLOAD_BYTES), law.frame_max_us);
        within(frame_us <= max_us, CarriesNone::Frame { frame_us, max_us })?;
        let (needed_us, slot_us) = (frame_us + self.between_us(), times.hop_spacing_ms * 1000);
        within(needed_us <= slot_us, CarriesNone::Slot { needed_us, slot_us })?;
        within(self.channels() == HOPS, CarriesNone::Channels(self.channels()))?;
        within(self.span_hz() >= SPAN_MIN_HZ, CarriesNone::Span(self.span_hz()))?;
        within(hz >= BANDWIDTH_MIN_HZ, CarriesNone::Narrow(hz))
    }

    /// What must lie between two frames, microseconds: the law's pause, the listening within it or after it, and the time dithers.
    fn between_us(&self) -> u64 {
        let listen_us = self.law.listen.map_or(0, |listen| listen.us);
        // While one may not send one may listen already.
        let dithers_us = 2 * u64::from(TIME_DITHER_NS.unsigned_abs()) / 1000;
        self.law.pause_us.max(listen_us) + dithers_us
    }

    /// Whether everything that is sent about a channel's centre stays in the band.
    fn in_band(&self, channel_hz: u32) -> bool {
        let drift_hz = u64::from(channel_hz) * DRIFT_PPM / 1_000_000;
        let reach_hz =
            u64::from(self.bandwidth.hz() / 2) + u64::from(FREQUENCY_DITHER_HZ.unsigned_abs()) + drift_hz;
        let (low, high) = self.law.band_hz;
        u64::from(low) + reach_hz <= u64::from(channel_hz)
            && u64::from(channel_hz) + reach_hz <= u64::from(high)
    }
}

fn within(holds: bool, otherwise: CarriesNone) -> Result<(), CarriesNone> {
    if holds { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod region_tests;
