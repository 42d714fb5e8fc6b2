//! One spreading factor of one channel: search, synchronise, follow, measure.

use std::{ops::Range, sync::Arc};

use num_complex::Complex32;

use super::{
    ReceiverCounts,
    cancel::{COVERED_SYMBOLS, Cancelled, may_cover, take_out},
    chips::ChipReader,
    demodulator::Demodulator,
    follower::{Followed, Follower, Progress},
    keep::keep,
    measure::{Timebase, measure},
    search::{Candidate, Search, WINDOWS},
    sfd_search::LOOKAHEAD,
    streams::Streams,
    synchroniser::{Attempt, CarrierRange, Samples, Synchronised, Synchroniser, preamble_symbols_max},
    tables::{Table, Workspace},
};
use crate::{Bandwidth, CrcStatus, Header, HeardFrame, Measurements, SpreadingFactor, low_data_rate};

/// Candidates and frames followed at once; more is a jammer's doing.
const FOLLOWERS_MAX: usize = 16;
/// Frames remembered after their end; a second candidate of their preamble is not a second frame.
const FINISHED_MAX: usize = 8;

/// Symbols after its beginning by which a frame is followed: its preamble, as many windows more as make a candidate, what is looked at
/// behind that.
pub(super) const KNOWN_AFTER_SYMBOLS: i64 = WINDOWS as i64 + LOOKAHEAD + 5;

/// One spreading factor.
pub(super) struct Lane {
    pub(super) sf: SpreadingFactor,
    search: Search,
    synchroniser: Synchroniser,
    demodulator: Demodulator,
    candidates: Vec<Candidate>,
    followers: Vec<Follower>,
    finished: Vec<Finished>,
    found: Vec<Candidate>,
    window: Vec<Complex32>,
}

/// A frame that ended, and whether it was whole.
struct Finished {
    sync: Synchronised,
    /// What it carries; empty when that was not read.
    payload: Vec<u8>,
    whole: bool,
    /// Whether it was taken out of the stream.
    cancelled: bool,
    /// Whether another frame covered it that has been taken out since.
    covered: bool,
    /// Its working-rate samples.
    samples: Range<i64>,
    /// Working-rate sample by which another that began before its end would be known; until then it may be heard again.
    known_by: Option<i64>,
    /// What was heard of it, kept back while a frame that covers it may yet be taken away.
    kept_back: Option<HeardFrame>,
}

impl Finished {
    /// Whether a preamble is this frame's, or what is left of it.
    fn explains(&self, found: &Synchronised, chips: usize) -> bool {
        (self.whole || !self.covered) && self.is_of(found, chips)
    }

    /// Whether a frame that ended is this one, or the same read again from what is left of it.
    fn is(&self, sync: &Synchronised, payload: Option<&[u8]>, chips: usize) -> bool {
        let again = payload == Some(&self.payload) && self.sync.is_near(sync, chips);
        again || self.is_of(sync, chips)
    }

    fn is_of(&self, found: &Synchronised, chips: usize) -> bool {
        if !self.cancelled {
            return self.sync.is_same(found, chips);
        }
        let covered = self.samples.contains(&(found.tracker.path.anchor_sample as i64));
        found.is_trace_of(&self.sync, chips) || (covered && found.is_beyond_range_of(&self.sync))
    }
}

fn hand_over(frame: Option<HeardFrame>, counts: &mut ReceiverCounts, frames: &mut Vec<HeardFrame>) {
    counts.frames += u64::from(frame.is_some());
    frames.extend(frame);
}

/// What a lane works with.
pub(super) struct Context<'a> {
    pub(super) streams: &'a mut Streams,
    pub(super) reader: &'a mut ChipReader,
    pub(super) coarse: &'a mut ChipReader,
    pub(super) workspace: &'a mut Workspace,
    pub(super) time: Timebase,
    pub(super) samples_per_chip: i64,
    /// Working-rate samples that may be looked at.
    pub(super) end: i64,
    /// Where the stream ended.
    pub(super) last_sample: i64,
    pub(super) implicit_header: Option<Header>,
    pub(super) evidence: bool,
    pub(super) bandwidth: Bandwidth,
    pub(super) counts: &'a mut ReceiverCounts,
    /// Frames taken out of the stream.
    pub(super) cancelled: Vec<Cancelled>,
}

impl Lane {
    pub(super) fn new(table: Arc<Table>, range: CarrierRange, chip_rate_hz: f64) -> Self {
        let sf = table.sf;
        Self {
            sf,
            search: Search::new(Arc::clone(&table)),
            synchroniser: Synchroniser::new(sf, range, chip_rate_hz),
            demodulator: Demodulator::new(table),
            candidates: Vec::new(),
            followers: Vec::new(),
            finished: Vec::with_capacity(FINISHED_MAX),
            found: Vec::new(),
            window: vec![Complex32::ZERO; sf.chips()],
        }
    }

    pub(super) fn restart(&mut self) {
        self.search.restart_at(0);
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
                self.search.push(window, context.workspace, &mut self.found);
            } else {
                grid.copy(from, &mut self.window);
                self.search.push(&self.window, context.workspace, &mut self.found);
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
                Attempt::Later(later) => {
                    let taken_over = |other: &Candidate| candidate.is_taken_over_by(other, chips as usize);
                    if !self.candidates.iter().any(taken_over) {
                        self.candidates.push(later);
                    }
                }
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
        let outdone = |follower: &Follower| {
            let other = &follower.frame.sync;
            other.is_same(&found, chips) && (follower.covered || other.energy < found.energy)
        };
        self.followers.retain(|follower| !outdone(follower));
        let followed = self.followers.iter().any(|follower| follower.frame.sync.is_same(&found, chips));
        let known = followed || self.finished.iter().any(|finished| finished.explains(&found, chips));
        if self.followers.len() < FOLLOWERS_MAX && !known {
            self.followers.push(Follower::new(found, context.implicit_header, context.bandwidth, chips));
        }
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
                    let follower = self.followers.remove(index);
                    // A header that was read is of a frame; what came over it may yet be taken away.
                    if follower.header_known {
                        context.counts.headers += 1;
                        self.finish(&follower.frame, None, context, frames);
                    }
                }
                Progress::Astray => {
                    context.counts.lost += 1;
                    self.followers.remove(index);
                }
                Progress::Complete => {
                    context.counts.headers += 1;
                    let followed = self.followers.remove(index).frame;
                    self.end(followed, context, frames);
                }
            }
        }
        if self.followers.is_empty() && self.candidates.is_empty() && context.cancelled.is_empty() {
            let known = |finished: &&mut Finished| finished.known_by.is_some_and(|by| by <= context.end);
            for finished in self.finished.iter_mut().filter(known) {
                finished.known_by = None;
                hand_over(finished.kept_back.take(), context.counts, frames);
            }
        }
    }

    /// A frame has ended: it is handed over and taken out, or kept back while another may cover it.
    fn end(&mut self, mut followed: Followed, context: &mut Context, frames: &mut Vec<HeardFrame>) {
        if let Some(frame) = self.complete(&mut followed, context) {
            self.finish(&followed, Some(frame), context, frames);
        }
    }

    fn finish(
        &mut self,
        followed: &Followed,
        frame: Option<HeardFrame>,
        context: &mut Context,
        frames: &mut Vec<HeardFrame>,
    ) {
        let whole = frame.as_ref().is_some_and(|frame| frame.crc != CrcStatus::Bad);
        let chips = self.sf.chips();
        let payload = frame.as_ref().map(|frame| frame.payload.as_slice());
        let is = |finished: &Finished| finished.is(&followed.sync, payload, chips);
        if let Some(index) = self.finished.iter().position(is) {
            if !whole || self.finished[index].whole {
                return;
            }
            self.finished.remove(index);
        }
        if self.finished.len() == FINISHED_MAX {
            let oldest = self.finished.remove(0);
            hand_over(oldest.kept_back, context.counts, frames);
        }
        let mut finished = Finished {
            sync: followed.sync.clone(),
            payload: frame.as_ref().map_or_else(Vec::new, |frame| frame.payload.clone()),
            whole,
            cancelled: false,
            covered: false,
            samples: followed.samples(self.sf),
            known_by: None,
            kept_back: None,
        };
        if whole {
            finished.cancelled = frame.as_ref().is_some_and(|frame| self.cancel(followed, frame, context));
            hand_over(frame, context.counts, frames);
        } else {
            let known_after = KNOWN_AFTER_SYMBOLS * chips as i64 * context.samples_per_chip;
            finished.known_by = Some(context.end + known_after);
            finished.kept_back = frame;
        }
        self.finished.push(finished);
    }

    /// Takes a frame that is surely right out of the stream, if something that it covers could be heard.
    fn cancel(&self, followed: &Followed, frame: &HeardFrame, context: &mut Context) -> bool {
        let snr_db = frame.measurements.snr_db.value;
        if frame.crc != CrcStatus::Ok || !may_cover(self.sf, snr_db) {
            return false;
        }
        let cancelled = take_out(followed, self.sf, snr_db, &mut context.streams.working);
        context.cancelled.extend(cancelled.clone());
        cancelled.is_some()
    }

    /// Searches again from a chip of the grid on: a frame was taken out that covered others.
    pub(super) fn search_again(&mut self, from_chip: i64) {
        let window = from_chip.div_euclid(self.search.chips() as i64) + 1;
        if window < self.search.next_window() {
            self.search.restart_at(window);
            self.candidates.retain(|candidate| candidate.window < window);
        }
        for follower in &mut self.followers {
            follower.covered = true;
        }
        for finished in &mut self.finished {
            finished.covered = true;
        }
    }

    /// First working-rate samples of the frames that may be heard again.
    pub(super) fn kept_back(&self) -> impl Iterator<Item = i64> {
        let kept_back = self.finished.iter().filter(|finished| finished.known_by.is_some());
        kept_back.map(|finished| finished.samples.start)
    }

    fn complete(&self, followed: &mut Followed, context: &mut Context) -> Option<HeardFrame> {
        if followed.last_sample(self.sf) > context.last_sample as f64 + context.samples_per_chip as f64 {
            return None;
        }
        let payload = followed.decode(self.sf, context.bandwidth);
        let measurements =
            measure(followed, &context.streams.working, context.reader, &self.demodulator, context.time)
                .filter(Measurements::is_finite)?;
        let kept =
            context.evidence.then(|| keep(followed, &context.streams.working, self.sf, context.time.ratio));
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
            symbols: followed.symbols.clone(),
            measurements,
            evidence: kept.flatten(),
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
        // What another frame covered must still be there when that is taken out.
        let before = COVERED_SYMBOLS * self.search.chips() as i64 * samples_per_chip;
        let followed = self.followers.iter().map(Follower::oldest_sample).chain(self.kept_back());
        followed.map(|oldest| oldest - before).chain(candidates).min()
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
