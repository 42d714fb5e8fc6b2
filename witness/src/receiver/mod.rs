//! The receiver: a stream of samples in, frames with their measurements out.
//!
//! ```text
//! samples -> resampler -> history (1 or 2 samples a chip) -> half band -> grid (1 sample a chip) -> search, one per SF
//!                            |                                                                       | candidates
//!                            +-------------------- chips at the transmitter's instants <--- synchroniser -> follower -> measure
//! ```
//! Listening costs one transform a symbol and spreading factor; everything below the search runs only while there is a candidate.
//! All work happens on whole quanta of the working stream, so that any chunking of the input gives the same frames.

mod cancel;
mod channel;
mod chips;
mod correlate;
mod demodulator;
mod finite;
mod first_path;
mod follower;
mod history;
mod keep;
mod kernel;
mod lane;
mod least_squares;
mod levels;
mod measure;
mod moving_sum;
mod pattern;
mod preamble;
mod replica;
mod resampler;
mod response;
mod search;
mod sfd_search;
mod streams;
mod synchroniser;
mod tables;
mod timeline;
mod tracker;
mod trajectory;

use num_complex::Complex32;

pub use self::response::ChannelResponse;
pub(crate) use self::{
    channel::{Channel, ChannelConfig},
    finite::silence_not_finite,
    first_path::{FirstPath, FrameView},
    follower::PayloadGrid,
    history::History,
    kernel::Kernel,
    least_squares::{Matrix, Normal, Run, Vector, invert, multiply, sandwich},
    pattern::correct_about,
    replica::{Chirps, Taper},
    streams::WorkingStream,
    tables::Tables,
    timeline::{SHORT_GAP_SYMBOLS, Timeline},
    trajectory::{EPS, NU, TAU, Trajectory},
};
use self::{
    finite::all_finite,
    resampler::{Halving, Resampler},
    streams::FilledAsItComes,
};
use crate::{Bandwidth, Header, HeardFrame, OVERSAMPLING_MAX, SpreadingFactor};

/// Working-rate samples processed at a time.
const QUANTUM: i64 = 1024;
/// Sample rate relative to the nearest exact multiple that still counts as exact.
const RATE_TOLERANCE: f64 = 1e-9;

/// What a receiver listens for, in one channel whose centre is the stream's centre.
#[derive(Clone, Debug)]
pub struct ReceiverConfig {
    /// Rate of the samples that will be pushed, Hz: 1 to 32 times the bandwidth.
    pub sample_rate_hz: f64,
    /// Chirp bandwidth.
    pub bandwidth: Bandwidth,
    /// Spreading factors listened for, all at once.
    pub spreading_factors: Vec<SpreadingFactor>,
    /// Carrier frequency, Hz, when known: ties the first guess of the sample-clock offset to the carrier offset.
    pub carrier_hz: Option<f64>,
    /// Largest carrier offset searched, Hz.
    pub cfo_max_hz: f64,
    /// What every frame is, where no header says it.
    pub implicit_header: Option<Header>,
    /// Whether the samples of every frame are kept: [`HeardFrame::evidence`].
    pub evidence: bool,
}

impl ReceiverConfig {
    /// Carrier offset searched by default: two crystals of 20 ppm at 868 MHz, with room.
    pub const CFO_MAX_HZ: f64 = 50_000.0;

    /// Every spreading factor, explicit headers.
    pub fn new(sample_rate_hz: f64, bandwidth: Bandwidth) -> Self {
        Self {
            sample_rate_hz,
            bandwidth,
            spreading_factors: SpreadingFactor::ALL.to_vec(),
            carrier_hz: None,
            cfo_max_hz: Self::CFO_MAX_HZ,
            implicit_header: None,
            evidence: false,
        }
    }
}

/// Why a receiver cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ReceiverError {
    /// Not a number, or out of range.
    #[error(
        "sample rate {sample_rate_hz} Hz is not 1 to {OVERSAMPLING_MAX} times the bandwidth of {bandwidth_hz} Hz"
    )]
    SampleRate {
        /// As asked.
        sample_rate_hz: f64,
        /// As asked.
        bandwidth_hz: u32,
    },
    /// Nothing to listen for.
    #[error("no spreading factor to listen for")]
    NoSpreadingFactor,
    /// Not a number, or negative.
    #[error("carrier offset range {0} Hz is not a positive number")]
    CarrierRange(f64),
}

/// Counts of what a receiver saw, for metrics and for judging its thresholds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiverCounts {
    /// Preamble candidates of the search.
    pub candidates: u64,
    /// Candidates at which an SFD was found.
    pub synchronised: u64,
    /// Headers whose checksum held, or that the listener knew.
    pub headers: u64,
    /// Synchronised, but the header's checksum or the payload's level said no.
    pub lost: u64,
    /// Frames handed out.
    pub frames: u64,
    /// Samples that were not finite numbers and were taken for zero.
    pub not_finite: u64,
}

/// Receives frames from a stream of complex samples.
pub struct Receiver {
    resampler: Resampler,
    /// To one sample a chip, where the working rate is two.
    halving: Option<Halving>,
    channel: Channel,
    /// Caller's samples a working sample.
    ratio: f64,
    timeline: Timeline,
    /// Caller's samples of a gap that is only silence.
    short_gap: u64,
    /// Samples pushed, at the caller's rate.
    pushed: u64,
    /// Working-rate samples that were halved.
    halved: i64,
    clean: Vec<Complex32>,
    half: Vec<Complex32>,
}

impl Receiver {
    /// Builds a receiver.
    ///
    /// # Errors
    /// [`ReceiverError`] when a number of the configuration is out of range.
    pub fn new(config: &ReceiverConfig) -> Result<Self, ReceiverError> {
        let oversampling = config.checked_oversampling()?;
        let samples_per_chip = if oversampling <= 1.0 + RATE_TOLERANCE { 1 } else { 2 };
        let ratio = oversampling / samples_per_chip as f64;
        let slowest = config.spreading_factors.iter().map(|sf| sf.chips()).max().unwrap_or(0);
        let channel = ChannelConfig {
            bandwidth: config.bandwidth,
            spreading_factors: &config.spreading_factors,
            carrier_hz: config.carrier_hz,
            cfo_max_hz: config.cfo_max_hz,
            implicit_header: config.implicit_header,
            evidence: config.evidence,
            samples_per_chip,
            ratio,
            on_demand: false,
        };
        Ok(Self {
            resampler: Resampler::new(ratio),
            halving: (samples_per_chip == 2).then(|| Halving::new(Halving::SHARP)),
            channel: Channel::new(&channel, &mut Tables::new()),
            ratio,
            timeline: Timeline::new(config.sample_rate_hz),
            short_gap: (slowest as f64 * oversampling) as u64 * SHORT_GAP_SYMBOLS,
            pushed: 0,
            halved: 0,
            clean: Vec::new(),
            half: Vec::new(),
        })
    }

    /// Takes samples (full scale is magnitude 1) and appends the frames that they completed.
    pub fn push(&mut self, samples: &[Complex32], frames: &mut Vec<HeardFrame>) {
        self.pushed += samples.len() as u64;
        if all_finite(samples) {
            self.resampler.process(samples, &mut self.channel.streams.working);
        } else {
            self.clean.clear();
            self.clean.extend_from_slice(samples);
            self.channel.counts.not_finite += silence_not_finite(&mut self.clean);
            self.resampler.process(&self.clean, &mut self.channel.streams.working);
        }
        self.halve();
        let first = frames.len();
        self.channel.advance(&mut FilledAsItComes, frames);
        frames[first..].iter_mut().for_each(|frame| self.timeline.place(frame));
    }

    /// Samples were dropped: the next one pushed stands this many later. A gap of up to a symbol of the slowest spreading factor is
    /// silence in the stream; a longer one ends it, and frames that span it are lost. Times count the gap, however long.
    pub fn skip(&mut self, samples: u64, frames: &mut Vec<HeardFrame>) {
        if samples <= self.short_gap {
            self.push(&vec![Complex32::ZERO; samples as usize], frames);
            return;
        }
        let pushed = self.pushed;
        self.finish(frames);
        let mut timeline = self.timeline;
        self.restart();
        timeline.begin_again(pushed, samples);
        self.timeline = timeline;
    }

    /// The stream has ended: completes the frames whose last chip is in it.
    pub fn finish(&mut self, frames: &mut Vec<HeardFrame>) {
        // The resampler still holds back what its kernel looks ahead.
        self.channel.end_at((self.pushed as f64 / self.ratio).ceil() as i64);
        let wanted = self.channel.streams.working.end() + self.channel.lookahead();
        while self.channel.streams.working.end() < wanted {
            self.push(&[Complex32::ZERO; QUANTUM as usize], frames);
        }
    }

    /// Starts a new stream: the next sample is sample 0, and nothing heard before is followed any more. Counts go on.
    pub fn restart(&mut self) {
        self.resampler.restart();
        self.halving.iter_mut().for_each(Halving::restart);
        self.channel.restart();
        self.timeline.restart();
        (self.pushed, self.halved) = (0, 0);
    }

    /// What happened so far.
    pub fn counts(&self) -> ReceiverCounts {
        self.channel.counts
    }

    fn halve(&mut self) {
        let (Some(halving), Some(grid)) = (&mut self.halving, &mut self.channel.streams.grid) else { return };
        let fresh = (self.channel.streams.working.end() - self.halved) as usize;
        if let Some(fresh) = self.channel.streams.working.slice(self.halved, fresh) {
            self.half.clear();
            halving.process(fresh, &mut self.half);
            grid.extend(&self.half);
            self.halved += fresh.len() as i64;
        }
    }
}

impl ReceiverConfig {
    /// Caller's samples a chip.
    fn checked_oversampling(&self) -> Result<f64, ReceiverError> {
        let oversampling = self.sample_rate_hz / f64::from(self.bandwidth.hz());
        if !(oversampling >= 1.0 - RATE_TOLERANCE
            && oversampling <= f64::from(OVERSAMPLING_MAX) + RATE_TOLERANCE)
        {
            return Err(ReceiverError::SampleRate {
                sample_rate_hz: self.sample_rate_hz,
                bandwidth_hz: self.bandwidth.hz(),
            });
        }
        if self.spreading_factors.is_empty() {
            return Err(ReceiverError::NoSpreadingFactor);
        }
        if !(self.cfo_max_hz >= 0.0 && self.cfo_max_hz.is_finite()) {
            return Err(ReceiverError::CarrierRange(self.cfo_max_hz));
        }
        Ok(oversampling)
    }
}
