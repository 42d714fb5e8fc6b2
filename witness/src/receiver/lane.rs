//! One spreading factor of one channel: search, synchronise, follow, measure.

use num_complex::Complex32;

use super::{
    ReceiverCounts,
    chips::ChipReader,
    demodulator::Demodulator,
    follower::{Followed, Follower, Progress},
    measure::{Timebase, measure},
    search::{Candidate, Search, WINDOWS},
    sfd_search::LOOKAHEAD,
    streams::Streams,
    synchroniser::{Attempt, CarrierRange, Samples, Synchronised, Synchroniser, preamble_symbols_max},
};
use crate::{Bandwidth, CrcStatus, Header, HeardFrame, SpreadingFactor, coding::assemble, low_data_rate};

/// Candidates and frames followed at once; more is a jammer's doing.
const FOLLOWERS_MAX: usize = 16;
/// Frames remembered after their end; a second candidate of their preamble is not a second frame.
const FINISHED_MAX: usize = 4;

/// One spreading factor.
pub(super) struct Lane {
    pub(super) sf: SpreadingFactor,
    search: Search,
    synchroniser: Synchroniser,
    demodulator: Demodulator,
    candidates: Vec<Candidate>,
    followers: Vec<Follower>,
    finished: Vec<Synchronised>,
    found: Vec<Candidate>,
    window: Vec<Complex32>,
}

/// What a lane works with.
pub(super) struct Context<'a> {
    pub(super) streams: &'a mut Streams,
    pub(super) reader: &'a mut ChipReader,
    pub(super) coarse: &'a mut ChipReader,
    pub(super) time: Timebase,
    pub(super) samples_per_chip: i64,
    /// Working-rate samples that may be looked at.
    pub(super) end: i64,
    /// Where the stream ended.
    pub(super) last_sample: i64,
    pub(super) implicit_header: Option<Header>,
    pub(super) bandwidth: Bandwidth,
    pub(super) counts: &'a mut ReceiverCounts,
}

impl Lane {
    pub(super) fn new(sf: SpreadingFactor, range: CarrierRange, chip_rate_hz: f64) -> Self {
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

    pub(super) fn restart(&mut self) {
        self.search.restart();
        self.candidates.clear();
        self.followers.clear();
        self.finished.clear();
    }

    /// Everything after the search, on the working stream.
    pub(super) fn work(&mut self, context: &mut Context, frames: &mut Vec<HeardFrame>) {
        self.synchronise(context);
        self.follow(context, frames);
    }

    /// Searches what has come, at one sample a chip.
    pub(super) fn search(&mut self, context: &mut Context) {
        let grid = context.streams.grid();
        let chips = self.search.chips() as i64;
        while (self.search.next_window() + 1) * chips * context.samples_per_chip <= context.end {
            let from = self.search.next_window() * chips;
            if let Some(window) = grid.slice(from, chips as usize) {
                self.search.push(window, &mut self.found);
            } else {
                grid.copy(from, &mut self.window);
                self.search.push(&self.window, &mut self.found);
            }
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
                    grid: context.streams.grid(),
                    history: &context.streams.working,
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
                &context.streams.working,
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
        let measurements = measure(
            &mut followed,
            &context.streams.working,
            context.reader,
            &self.demodulator,
            context.time,
        )?;
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

    /// Chips from the first symbol that a candidate may make a lane look at to the newest sample then.
    pub(super) fn lookback_chips(sf: SpreadingFactor) -> i64 {
        // A candidate is handed over two windows after its last.
        (WINDOWS as i64 + preamble_symbols_max(sf) as i64 + 8) * sf.chips() as i64
    }

    /// Oldest working-rate sample that a candidate or a frame still needs.
    pub(super) fn oldest_looked_at(&self, samples_per_chip: i64) -> Option<i64> {
        let candidates = self.candidates.iter().map(|candidate| candidate.window);
        let candidates = candidates.map(|window| self.first_possible(window) * samples_per_chip);
        self.followers.iter().map(Follower::oldest_sample).chain(candidates).min()
    }

    /// Oldest working-rate sample that the next candidate may need.
    pub(super) fn oldest_possible(&self, samples_per_chip: i64) -> i64 {
        self.first_possible(self.search.next_window() - 2) * samples_per_chip
    }

    /// Oldest chip of the search grid that a candidate may need.
    pub(super) fn oldest_searched(&self) -> i64 {
        let windows = self.candidates.iter().map(|candidate| candidate.window);
        let oldest = windows.chain([self.search.next_window() - 2]).min().unwrap_or(0);
        (oldest - WINDOWS as i64 - 2) * self.search.chips() as i64
    }

    /// First chip of the longest preamble that a candidate of this window may have, and of what is looked at before it.
    fn first_possible(&self, window: i64) -> i64 {
        let symbols = WINDOWS as i64 + preamble_symbols_max(self.sf) as i64 + 4;
        (window - symbols) * self.search.chips() as i64
    }
}
