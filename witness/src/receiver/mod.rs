//! The receiver: a stream of samples in, frames with their measurements out.
//!
//! ```text
//! samples -> resampler -> history (1 or 2 samples a chip) -> half band -> grid (1 sample a chip) -> search, one per SF
//!                            |                                                                       | candidates
//!                            +-------------------- chips at the transmitter's instants <--- synchroniser -> follower -> measure
//! ```
//! Listening costs one transform a symbol and spreading factor; everything below the search runs only while there is a candidate.
//! All work happens on whole quanta of the working stream, so that any chunking of the input gives the same frames.

mod chips;
mod demodulator;
mod follower;
mod history;
mod kernel;
mod least_squares;
mod levels;
mod measure;
mod pattern;
mod replica;
mod resampler;
mod search;
mod sfd_search;
mod synchroniser;
mod tracker;
mod trajectory;

use num_complex::Complex32;

use self::{
    chips::ChipReader,
    demodulator::Demodulator,
    follower::{Followed, Follower, Progress},
    history::History,
    measure::{Timebase, measure},
    resampler::{Halving, Resampler},
    search::{Candidate, Search, WINDOWS},
    sfd_search::LOOKAHEAD,
    synchroniser::{Attempt, CarrierRange, PREAMBLE_SYMBOLS_MAX, Samples, Synchronised, Synchroniser},
};
use crate::{
    Bandwidth, CrcStatus, Header, HeardFrame, OVERSAMPLING_MAX, SpreadingFactor, coding::assemble,
    low_data_rate,
};

/// Working-rate samples processed at a time.
const QUANTUM: i64 = 1024;
/// Candidates and frames followed at once, a spreading factor; more is a jammer's doing.
const FOLLOWERS_MAX: usize = 16;
/// Frames remembered after their end, a spreading factor; a second candidate of their preamble is not a second frame.
const FINISHED_MAX: usize = 4;
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
    history: History,
    /// One sample a chip, for the search; the history itself when that has one sample a chip.
    grid: Option<(Halving, History)>,
    lanes: Vec<Lane>,
    reader: ChipReader,
    coarse: ChipReader,
    time: Timebase,
    samples_per_chip: i64,
    /// Samples pushed, at the caller's rate.
    pushed: u64,
    done: i64,
    /// End of the stream, once it is known.
    last_sample: i64,
    clean: Vec<Complex32>,
    half: Vec<Complex32>,
    counts: ReceiverCounts,
    implicit_header: Option<Header>,
    bandwidth: Bandwidth,
}

/// One spreading factor.
struct Lane {
    sf: SpreadingFactor,
    search: Search,
    synchroniser: Synchroniser,
    demodulator: Demodulator,
    candidates: Vec<Candidate>,
    followers: Vec<Follower>,
    finished: Vec<Synchronised>,
    found: Vec<Candidate>,
    window: Vec<Complex32>,
}

impl Receiver {
    /// Builds a receiver.
    ///
    /// # Errors
    /// [`ReceiverError`] when a number of the configuration is out of range.
    pub fn new(config: &ReceiverConfig) -> Result<Self, ReceiverError> {
        let chip_rate_hz = f64::from(config.bandwidth.hz());
        let oversampling = config.sample_rate_hz / chip_rate_hz;
        if !(oversampling >= 1.0 - RATE_TOLERANCE
            && oversampling <= f64::from(OVERSAMPLING_MAX) + RATE_TOLERANCE)
        {
            return Err(ReceiverError::SampleRate {
                sample_rate_hz: config.sample_rate_hz,
                bandwidth_hz: config.bandwidth.hz(),
            });
        }
        if config.spreading_factors.is_empty() {
            return Err(ReceiverError::NoSpreadingFactor);
        }
        if !(config.cfo_max_hz >= 0.0 && config.cfo_max_hz.is_finite()) {
            return Err(ReceiverError::CarrierRange(config.cfo_max_hz));
        }
        let samples_per_chip = if oversampling <= 1.0 + RATE_TOLERANCE { 1 } else { 2 };
        let ratio = oversampling / samples_per_chip as f64;
        let range = CarrierRange {
            nu_max: config.cfo_max_hz / chip_rate_hz,
            clock_per_nu: config.carrier_hz.map_or(0.0, |carrier| chip_rate_hz / carrier),
        };
        let lanes = config.spreading_factors.iter().map(|&sf| Lane::new(sf, range, chip_rate_hz)).collect();
        Ok(Self {
            resampler: Resampler::new(ratio),
            history: History::default(),
            grid: (samples_per_chip == 2).then(|| (Halving::new(Halving::SHARP), History::default())),
            lanes,
            reader: ChipReader::fine(samples_per_chip),
            coarse: ChipReader::coarse(samples_per_chip),
            time: Timebase { rate_hz: chip_rate_hz * samples_per_chip as f64, chip_rate_hz, ratio },
            samples_per_chip: samples_per_chip as i64,
            pushed: 0,
            done: 0,
            last_sample: i64::MAX,
            clean: Vec::new(),
            half: Vec::new(),
            counts: ReceiverCounts::default(),
            implicit_header: config.implicit_header,
            bandwidth: config.bandwidth,
        })
    }

    /// Takes samples (full scale is magnitude 1) and appends the frames that they completed.
    pub fn push(&mut self, samples: &[Complex32], frames: &mut Vec<HeardFrame>) {
        self.pushed += samples.len() as u64;
        let clean = self.sanitise(samples);
        self.resampler.process(&clean, &mut self.history);
        self.clean = clean;
        while self.history.end() >= self.done + QUANTUM {
            self.step(QUANTUM, frames);
        }
    }

    /// The stream has ended: completes the frames whose last chip is in it.
    pub fn finish(&mut self, frames: &mut Vec<HeardFrame>) {
        // The resampler still holds back what its kernel looks ahead.
        self.last_sample = (self.pushed as f64 / self.time.ratio).ceil() as i64;
        let slowest = self.lanes.iter().map(|lane| lane.sf.chips()).max().unwrap_or(0) as i64;
        let wanted = self.history.end() + (LOOKAHEAD + 4) * slowest * self.samples_per_chip + 2 * QUANTUM;
        while self.history.end() < wanted {
            self.push(&[Complex32::ZERO; QUANTUM as usize], frames);
        }
    }

    /// Starts a new stream: the next sample is sample 0, and nothing heard before is followed any more. Counts go on.
    pub fn restart(&mut self) {
        self.resampler.restart();
        self.history.restart();
        if let Some((halving, grid)) = &mut self.grid {
            halving.restart();
            grid.restart();
        }
        self.lanes.iter_mut().for_each(Lane::restart);
        (self.pushed, self.done, self.last_sample) = (0, 0, i64::MAX);
    }

    /// What happened so far.
    pub fn counts(&self) -> ReceiverCounts {
        self.counts
    }

    fn sanitise(&mut self, samples: &[Complex32]) -> Vec<Complex32> {
        let mut clean = std::mem::take(&mut self.clean);
        clean.clear();
        clean.extend(samples.iter().map(|sample| if sample.is_finite() { *sample } else { Complex32::ZERO }));
        self.counts.not_finite += samples.iter().filter(|sample| !sample.is_finite()).count() as u64;
        clean
    }

    fn step(&mut self, quantum: i64, frames: &mut Vec<HeardFrame>) {
        if let Some((halving, grid)) = &mut self.grid {
            let fresh = self
                .history
                .slice(self.done, quantum as usize)
                .expect("the caller checked the history's end");
            self.half.clear();
            halving.process(fresh, &mut self.half);
            grid.extend(&self.half);
        }
        self.done += quantum;
        let grid = self.grid.as_ref().map_or(&self.history, |(_, grid)| grid);
        let mut context = Context {
            grid,
            history: &self.history,
            reader: &mut self.reader,
            coarse: &mut self.coarse,
            time: self.time,
            samples_per_chip: self.samples_per_chip,
            end: self.done,
            last_sample: self.last_sample,
            implicit_header: self.implicit_header,
            bandwidth: self.bandwidth,
            counts: &mut self.counts,
        };
        for lane in &mut self.lanes {
            lane.step(&mut context, frames);
        }
        self.forget();
    }

    fn forget(&mut self) {
        let oldest = self
            .lanes
            .iter()
            .map(|lane| lane.oldest_sample(self.samples_per_chip))
            .min()
            .unwrap_or(self.done);
        self.history.forget_before(oldest);
        if let Some((_, grid)) = &mut self.grid {
            grid.forget_before(oldest / self.samples_per_chip);
        }
    }
}

/// What a lane works with.
struct Context<'a> {
    grid: &'a History,
    history: &'a History,
    reader: &'a mut ChipReader,
    coarse: &'a mut ChipReader,
    time: Timebase,
    samples_per_chip: i64,
    /// Working-rate samples that may be looked at.
    end: i64,
    /// Where the stream ended.
    last_sample: i64,
    implicit_header: Option<Header>,
    bandwidth: Bandwidth,
    counts: &'a mut ReceiverCounts,
}

impl Lane {
    fn new(sf: SpreadingFactor, range: CarrierRange, chip_rate_hz: f64) -> Self {
        Self {
            sf,
            search: Search::new(sf),
            synchroniser: Synchroniser::new(sf, range, chip_rate_hz),
            demodulator: Demodulator::new(sf),
            candidates: Vec::new(),
            followers: Vec::new(),
            finished: Vec::with_capacity(FINISHED_MAX),
            found: Vec::new(),
            window: vec![Complex32::ZERO; sf.chips()],
        }
    }

    fn restart(&mut self) {
        self.search.restart();
        self.candidates.clear();
        self.followers.clear();
        self.finished.clear();
    }

    fn step(&mut self, context: &mut Context, frames: &mut Vec<HeardFrame>) {
        self.search(context);
        self.synchronise(context);
        self.follow(context, frames);
    }

    fn search(&mut self, context: &mut Context) {
        let chips = self.search.chips() as i64;
        while (self.search.next_window() + 1) * chips * context.samples_per_chip <= context.end {
            context.grid.copy(self.search.next_window() * chips, &mut self.window);
            self.search.push(&self.window, &mut self.found);
        }
        for candidate in self.found.drain(..) {
            context.counts.candidates += 1;
            if self.candidates.len() < FOLLOWERS_MAX {
                self.candidates.push(candidate);
            }
        }
    }

    fn synchronise(&mut self, context: &mut Context) {
        let chips = self.search.chips() as i64;
        let reach = context.reader.reach() as i64;
        let end = context.end;
        let needed = |candidate: &Candidate| {
            (candidate.window + 1 + LOOKAHEAD) * chips * context.samples_per_chip + reach
        };
        while let Some(index) = self.candidates.iter().position(|candidate| needed(candidate) <= end) {
            let candidate = self.candidates.remove(index);
            let attempt = self.synchroniser.attempt(
                candidate,
                &mut Samples {
                    grid: context.grid,
                    history: context.history,
                    coarse: context.coarse,
                    fine: context.reader,
                    rate: context.samples_per_chip as f64,
                },
                &mut self.demodulator,
            );
            match attempt {
                Attempt::Nothing => {}
                Attempt::Later(later) => self.candidates.push(later),
                Attempt::Found(found) => {
                    context.counts.synchronised += 1;
                    self.take_up(*found, context);
                }
            }
        }
    }

    /// Starts to follow a frame, unless it is one that is or was just followed; of two readings of one preamble the stronger stays.
    fn take_up(&mut self, found: Synchronised, context: &Context) {
        let chips = self.sf.chips();
        let weaker = |other: &Synchronised| other.is_same(&found, chips) && other.energy < found.energy;
        self.followers.retain(|follower| !weaker(&follower.frame.sync));
        let mut known = self.followers.iter().map(|follower| &follower.frame.sync).chain(&self.finished);
        if self.followers.len() < FOLLOWERS_MAX && !known.any(|other| other.is_same(&found, chips)) {
            self.followers.push(Follower::new(found, context.implicit_header, context.bandwidth, chips));
        }
    }

    /// Remembers a frame until no candidate can be of its preamble any more.
    fn remember(&mut self, sync: Synchronised) {
        if self.finished.len() == FINISHED_MAX {
            self.finished.remove(0);
        }
        self.finished.push(sync);
    }

    fn follow(&mut self, context: &mut Context, frames: &mut Vec<HeardFrame>) {
        let mut index = 0;
        while index < self.followers.len() {
            match self.followers[index].advance(
                context.history,
                context.end,
                context.reader,
                &mut self.demodulator,
            ) {
                Progress::Waiting => index += 1,
                Progress::Lost => {
                    context.counts.lost += 1;
                    self.followers.remove(index);
                }
                Progress::Complete => {
                    let followed = self.followers.remove(index).frame;
                    self.remember(followed.sync.clone());
                    if let Some(frame) = self.complete(followed, context) {
                        context.counts.frames += 1;
                        frames.push(frame);
                    }
                }
            }
        }
    }

    fn complete(&self, mut followed: Followed, context: &mut Context) -> Option<HeardFrame> {
        if followed.last_sample(self.sf) > context.last_sample as f64 + context.samples_per_chip as f64 {
            return None;
        }
        let measurements =
            measure(&mut followed, context.history, context.reader, &self.demodulator, context.time)?;
        let header_nibbles = if followed.explicit_header { Header::NIBBLES } else { 0 };
        let payload = assemble(&followed.nibbles[header_nibbles..], followed.header);
        Some(HeardFrame {
            payload: payload.bytes,
            crc: payload.crc_ok.map_or(CrcStatus::None, |ok| if ok { CrcStatus::Ok } else { CrcStatus::Bad }),
            sf: self.sf,
            bandwidth: context.bandwidth,
            coding_rate: followed.header.coding_rate,
            explicit_header: followed.explicit_header,
            sync_word: followed.sync.sync_word,
            low_data_rate: low_data_rate(self.sf, context.bandwidth),
            preamble_symbols: followed.sync.preamble_symbols,
            symbols: followed.symbols,
            measurements,
        })
    }

    /// Oldest working-rate sample that this lane may still look at.
    fn oldest_sample(&self, samples_per_chip: i64) -> i64 {
        let chips = self.search.chips() as i64;
        let lookback = WINDOWS as i64 + PREAMBLE_SYMBOLS_MAX as i64 + 4;
        let oldest_window =
            self.candidates.iter().map(|candidate| candidate.window).chain([self.search.next_window()]).min();
        let search = (oldest_window.unwrap_or(0) - lookback) * chips * samples_per_chip;
        self.followers.iter().map(Follower::oldest_sample).chain([search]).min().unwrap_or(search)
    }
}
