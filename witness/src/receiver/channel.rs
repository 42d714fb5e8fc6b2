//! One channel: its stream at the working rate and at one sample a chip, and a lane for every spreading factor.
//!
//! Whoever owns a channel fills the stream that the search looks at and then lets it advance. The working stream is filled as it comes, or
//! only while a candidate or a frame is looked at: noise is then never seen at more than one sample a chip. All work happens on whole
//! quanta, so that any chunking of the input gives the same frames.

use super::{
    QUANTUM, ReceiverCounts,
    cancel::{COVERED_SYMBOLS, Cancelled},
    chips::ChipReader,
    keep::GUARD_REACH,
    lane::{Context, KNOWN_AFTER_SYMBOLS, Lane},
    measure::Timebase,
    streams::{Streams, WorkingStream},
    synchroniser::CarrierRange,
    tables::{Tables, Workspace},
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
    /// Whether the samples of every frame are kept.
    pub(crate) evidence: bool,
    /// 1 or 2.
    pub(crate) samples_per_chip: i64,
    /// Caller's samples a working sample.
    pub(crate) ratio: f64,
    /// Whether the working stream is there only while somebody looks at it.
    pub(crate) on_demand: bool,
}

/// A channel and everything that is being heard in it.
pub(crate) struct Channel {
    pub(crate) streams: Streams,
    pub(crate) counts: ReceiverCounts,
    lanes: Vec<Lane>,
    reader: ChipReader,
    coarse: ChipReader,
    workspace: Workspace,
    time: Timebase,
    samples_per_chip: i64,
    done: i64,
    /// End of the stream, once it is known.
    last_sample: i64,
    implicit_header: Option<Header>,
    evidence: bool,
    bandwidth: Bandwidth,
    on_demand: bool,
}

impl Channel {
    /// What channels with the same tables share is there once.
    pub(crate) fn new(config: &ChannelConfig, tables: &mut Tables) -> Self {
        let chip_rate_hz = f64::from(config.bandwidth.hz());
        let range = CarrierRange {
            nu_max: config.cfo_max_hz / chip_rate_hz,
            clock_per_nu: config.carrier_hz.map_or(0.0, |carrier| chip_rate_hz / carrier),
        };
        let samples_per_chip = config.samples_per_chip as usize;
        let lanes = config.spreading_factors.iter();
        let lanes = lanes.map(|&sf| Lane::new(tables.of(sf), range, chip_rate_hz));
        Self {
            streams: Streams::new(config.samples_per_chip),
            counts: ReceiverCounts::default(),
            lanes: lanes.collect(),
            workspace: Workspace::default(),
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
            evidence: config.evidence,
            bandwidth: config.bandwidth,
            on_demand: config.on_demand,
        }
    }

    /// Working-rate samples after the end of the stream that let every frame in it complete.
    pub(crate) fn lookahead(&self) -> i64 {
        let slowest = self.lanes.iter().map(|lane| lane.sf.chips()).max().unwrap_or(0) as i64;
        (KNOWN_AFTER_SYMBOLS + 2) * slowest * self.samples_per_chip + 2 * QUANTUM
    }

    /// Chips before the newest that a candidate of this spreading factor makes the working stream go back.
    pub(crate) fn lookback_chips(spreading_factors: &[SpreadingFactor], evidence: bool) -> i64 {
        let slowest = spreading_factors.iter().map(|&sf| Lane::lookback_chips(sf)).max().unwrap_or(0);
        // At one sample a chip the guard is as many chips as samples; at two, half.
        slowest + QUANTUM + if evidence { GUARD_REACH } else { 0 }
    }

    /// The stream ends at this working-rate sample.
    pub(crate) fn end_at(&mut self, last_sample: i64) {
        self.last_sample = last_sample;
    }

    /// Starts a new stream. Counts go on.
    pub(crate) fn restart(&mut self) {
        self.streams.restart();
        self.lanes.iter_mut().for_each(Lane::restart);
        (self.done, self.last_sample) = (0, i64::MAX);
    }

    /// Works on all whole quanta that are there; appends the frames that they completed.
    pub(crate) fn advance(&mut self, source: &mut impl WorkingStream, frames: &mut Vec<HeardFrame>) {
        while self.there() >= self.done + QUANTUM {
            self.done += QUANTUM;
            self.step(source, frames);
        }
    }

    /// Working-rate samples that have come.
    fn there(&self) -> i64 {
        let working = self.streams.working.end();
        match &self.streams.grid {
            Some(grid) if self.on_demand => grid.end() * self.samples_per_chip,
            Some(grid) => working.min(grid.end() * self.samples_per_chip),
            None => working,
        }
    }

    fn step(&mut self, source: &mut impl WorkingStream, frames: &mut Vec<HeardFrame>) {
        // What a frame covered is heard once that frame is taken out; every round takes one out.
        loop {
            let cancelled = self.listen(source, frames);
            if cancelled.is_empty() {
                break;
            }
            for cancelled in cancelled {
                self.hear_again(&cancelled);
            }
        }
        self.forget();
    }

    /// Searches what is new and works on what was found. Returns the frames that were taken out of the stream.
    fn listen(&mut self, source: &mut impl WorkingStream, frames: &mut Vec<HeardFrame>) -> Vec<Cancelled> {
        let guard = self.guard_reach();
        let mut context = Context {
            streams: &mut self.streams,
            reader: &mut self.reader,
            coarse: &mut self.coarse,
            workspace: &mut self.workspace,
            time: self.time,
            samples_per_chip: self.samples_per_chip,
            end: self.done,
            last_sample: self.last_sample,
            implicit_header: self.implicit_header,
            evidence: self.evidence,
            bandwidth: self.bandwidth,
            counts: &mut self.counts,
            cancelled: Vec::new(),
        };
        for lane in &mut self.lanes {
            lane.search(&mut context);
        }
        let wanted = self.lanes.iter().filter_map(|lane| lane.oldest_looked_at(self.samples_per_chip)).min();
        if let Some(wanted) = wanted {
            source.fill(&mut context.streams.working, wanted - guard);
            for lane in &mut self.lanes {
                lane.work(&mut context, frames);
            }
        }
        context.cancelled
    }

    /// Lets the lanes search again where a frame was taken out.
    fn hear_again(&mut self, cancelled: &Cancelled) {
        let covered = || self.lanes.iter().filter(|lane| cancelled.covered(lane.sf));
        let chips = covered().map(|lane| lane.sf.chips()).max().unwrap_or(0) as i64;
        let kept_back = covered().flat_map(Lane::kept_back);
        let first = kept_back.chain([cancelled.samples.start]).min().unwrap_or(cancelled.samples.start);
        let from = first / self.samples_per_chip - COVERED_SYMBOLS * chips;
        self.streams.renew_grid(from..self.streams.grid().end());
        let from = from.max(self.streams.grid().start());
        for lane in self.lanes.iter_mut().filter(|lane| cancelled.covered(lane.sf)) {
            lane.search_again(from);
        }
    }

    /// Working-rate samples that are kept before the oldest that is looked at.
    fn guard_reach(&self) -> i64 {
        if self.evidence { GUARD_REACH } else { 0 }
    }

    fn forget(&mut self) {
        let looked_at =
            self.lanes.iter().filter_map(|lane| lane.oldest_looked_at(self.samples_per_chip)).min();
        let searched = self.lanes.iter().map(Lane::oldest_searched).min().unwrap_or(self.done);
        if let Some(grid) = &mut self.streams.grid {
            grid.forget_before(searched);
        }
        if !self.on_demand {
            let possible = self.lanes.iter().map(|lane| lane.oldest_possible(self.samples_per_chip)).min();
            let oldest = looked_at.into_iter().chain(possible).min().unwrap_or(self.done);
            self.streams.working.forget_before(oldest - self.guard_reach());
        } else if let Some(oldest) = looked_at {
            self.streams.working.forget_before(oldest - self.guard_reach());
        } else {
            self.streams.working.restart_at(self.done);
        }
    }
}
