//! One channel: its stream at the working rate and at one sample a chip, and a lane for every spreading factor.
//!
//! Whoever owns a channel fills both streams and then lets it advance. All work happens on whole quanta, so that any chunking of the
//! input gives the same frames.

use super::{
    QUANTUM, ReceiverCounts,
    chips::ChipReader,
    history::History,
    lane::{Context, Lane},
    measure::Timebase,
    sfd_search::LOOKAHEAD,
    synchroniser::CarrierRange,
};
use crate::{Bandwidth, Header, HeardFrame, SpreadingFactor};

/// What a channel listens for.
#[derive(Clone, Debug)]
pub(crate) struct ChannelConfig<'a> {
    pub(crate) bandwidth: Bandwidth,
    pub(crate) spreading_factors: &'a [SpreadingFactor],
    pub(crate) carrier_hz: Option<f64>,
    pub(crate) cfo_max_hz: f64,
    pub(crate) implicit_header: Option<Header>,
    /// 1 or 2.
    pub(crate) samples_per_chip: i64,
    /// Caller's samples a working sample.
    pub(crate) ratio: f64,
}

/// A channel and everything that is being heard in it.
pub(crate) struct Channel {
    /// The stream at the working rate.
    pub(crate) history: History,
    /// One sample a chip, for the search; none when the history itself has one sample a chip.
    pub(crate) grid: Option<History>,
    pub(crate) counts: ReceiverCounts,
    lanes: Vec<Lane>,
    reader: ChipReader,
    coarse: ChipReader,
    time: Timebase,
    samples_per_chip: i64,
    done: i64,
    /// End of the stream, once it is known.
    last_sample: i64,
    implicit_header: Option<Header>,
    bandwidth: Bandwidth,
}

impl Channel {
    pub(crate) fn new(config: &ChannelConfig) -> Self {
        let chip_rate_hz = f64::from(config.bandwidth.hz());
        let range = CarrierRange {
            nu_max: config.cfo_max_hz / chip_rate_hz,
            clock_per_nu: config.carrier_hz.map_or(0.0, |carrier| chip_rate_hz / carrier),
        };
        let samples_per_chip = config.samples_per_chip as usize;
        Self {
            history: History::default(),
            grid: (samples_per_chip == 2).then(History::default),
            counts: ReceiverCounts::default(),
            lanes: config.spreading_factors.iter().map(|&sf| Lane::new(sf, range, chip_rate_hz)).collect(),
            reader: ChipReader::fine(samples_per_chip),
            coarse: ChipReader::coarse(samples_per_chip),
            time: Timebase {
                rate_hz: chip_rate_hz * samples_per_chip as f64,
                chip_rate_hz,
                ratio: config.ratio,
            },
            samples_per_chip: config.samples_per_chip,
            done: 0,
            last_sample: i64::MAX,
            implicit_header: config.implicit_header,
            bandwidth: config.bandwidth,
        }
    }

    /// Working-rate samples after the end of the stream that let every frame in it complete.
    pub(crate) fn lookahead(&self) -> i64 {
        let slowest = self.lanes.iter().map(|lane| lane.sf.chips()).max().unwrap_or(0) as i64;
        (LOOKAHEAD + 4) * slowest * self.samples_per_chip + 2 * QUANTUM
    }

    /// The stream ends at this working-rate sample.
    pub(crate) fn end_at(&mut self, last_sample: i64) {
        self.last_sample = last_sample;
    }

    /// Starts a new stream. Counts go on.
    pub(crate) fn restart(&mut self) {
        self.history.restart();
        if let Some(grid) = &mut self.grid {
            grid.restart();
        }
        self.lanes.iter_mut().for_each(Lane::restart);
        (self.done, self.last_sample) = (0, i64::MAX);
    }

    /// Works on all whole quanta that both streams have; appends the frames that they completed.
    pub(crate) fn advance(&mut self, frames: &mut Vec<HeardFrame>) {
        let there = |channel: &Self| match &channel.grid {
            Some(grid) => channel.history.end().min(grid.end() * channel.samples_per_chip),
            None => channel.history.end(),
        };
        while there(self) >= self.done + QUANTUM {
            self.done += QUANTUM;
            self.step(frames);
        }
    }

    fn step(&mut self, frames: &mut Vec<HeardFrame>) {
        let mut context = Context {
            grid: self.grid.as_ref().unwrap_or(&self.history),
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
        let oldest = self.lanes.iter().map(|lane| lane.oldest_sample(self.samples_per_chip)).min();
        let oldest = oldest.unwrap_or(self.done);
        self.history.forget_before(oldest);
        if let Some(grid) = &mut self.grid {
            grid.forget_before(oldest / self.samples_per_chip);
        }
    }
}
