//! One spreading factor of one channel: search, synchronise, follow, measure.

use num_complex::Complex32;

use super::{
    ReceiverCounts,
    chips::ChipReader,
    demodulator::Demodulator,
    follower::{Followed, Follower, Progress},
    history::History,
    measure::{Timebase, measure},
    search::{Candidate, Search, WINDOWS},
    sfd_search::LOOKAHEAD,
    synchroniser::{Attempt, CarrierRange, PREAMBLE_SYMBOLS_MAX, Samples, Synchronised, Synchroniser},
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
    pub(super) grid: &'a History,
    pub(super) history: &'a History,
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

    pub(super) fn step(&mut self, context: &mut Context, frames: &mut Vec<HeardFrame>) {
        self.search(context);
        self.synchronise(context);
        self.follow(context, frames);
    }

    fn search(&mut self, context: &mut Context) {
        let chips = self.search.chips() as i64;
        while (self.search.next_window() + 1) * chips * context.samples_per_chip <= context.end {
            let from = self.search.next_window() * chips;
            if let Some(window) = context.grid.slice(from, chips as usize) {
                self.search.push(window, &mut self.found);
            } else {
                context.grid.copy(from, &mut self.window);
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
    pub(super) fn oldest_sample(&self, samples_per_chip: i64) -> i64 {
        let chips = self.search.chips() as i64;
        let lookback = WINDOWS as i64 + PREAMBLE_SYMBOLS_MAX as i64 + 4;
        let oldest_window =
            self.candidates.iter().map(|candidate| candidate.window).chain([self.search.next_window()]).min();
        let search = (oldest_window.unwrap_or(0) - lookback) * chips * samples_per_chip;
        self.followers.iter().map(Follower::oldest_sample).chain([search]).min().unwrap_or(search)
    }
}
