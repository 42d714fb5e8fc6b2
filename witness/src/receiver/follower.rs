//! Follows one frame from its SFD to its last symbol, block by block: demodulate, decode, re-encode, track.
//!
//! Block 0 is demodulated without phases; its header must check. From then on the carrier phase that the tracker predicts counts as
//! evidence. Chips are said to send an SFD shorter by one chip (notes/lora-phy.md section 7); their payload chirps then start one
//! chip early, which shows as a phase that turns with the symbol's value, and is followed. If the phases follow neither way, they
//! are not used.

use std::ops::Range;

use num_complex::Complex32;

use super::{
    chips::ChipReader,
    demodulator::{Demodulator, PhasePrior},
    history::History,
    synchroniser::Synchronised,
};
use crate::{
    Bandwidth, Block, Chirp, Header, PayloadFormat, SpreadingFactor,
    coding::{
        DecodedPayload, SoftWord, assemble, block_symbols, codeword_bit, decode_soft, repaired, symbols,
    },
    frame::{Blocks, sfd_chips},
};

/// Mean phase agreement above which phases are trusted: as sent, or after removing the turn of an early payload.
const COHERENT: f32 = 0.6;
const COHERENT_EARLY: f32 = 0.75;
/// A payload whose chirps carry less than this share of the preamble's amplitude is not this preamble's.
const AMPLITUDE_SHARE: f64 = 0.4;

/// Where the payload's chirps stand relative to the grid of the SFD.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PayloadGrid {
    /// One chip early, as chips send it.
    pub(crate) early: bool,
    /// Carrier phase step between SFD and payload, radians.
    pub(crate) phase: f64,
}

/// A frame whose payload is complete.
pub(crate) struct Followed {
    pub(crate) sync: Synchronised,
    pub(crate) header: Header,
    pub(crate) explicit_header: bool,
    pub(crate) words: Vec<SoftWord>,
    /// As the words' nibbles would be sent.
    pub(crate) symbols: Vec<u16>,
    pub(crate) grid: PayloadGrid,
}

impl Followed {
    /// Words of the header, of which there are none where the listener knows it.
    pub(crate) fn header_words(&self) -> usize {
        if self.explicit_header { Header::NIBBLES } else { 0 }
    }

    /// The payload, with its CRC's verdict. Where the CRC fails, the next likeliest words are tried, and the symbols follow.
    pub(crate) fn decode(&mut self, sf: SpreadingFactor, bandwidth: Bandwidth) -> DecodedPayload {
        let nibbles: Vec<u8> = self.words.iter().map(|word| word.nibble).collect();
        let payload = assemble(&nibbles[self.header_words()..], self.header);
        if payload.crc_ok != Some(false) {
            return payload;
        }
        let Some(nibbles) = repaired(&self.words, self.header_words(), self.header) else { return payload };
        let blocks = self.blocks_of(sf, bandwidth, usize::from(self.header.payload_bytes));
        self.symbols = symbols(&nibbles, blocks, sf);
        assemble(&nibbles[self.header_words()..], self.header)
    }

    fn blocks_of(&self, sf: SpreadingFactor, bandwidth: Bandwidth, bytes: usize) -> Blocks {
        let Header { coding_rate, crc, .. } = self.header;
        let format = PayloadFormat { coding_rate, crc, explicit_header: self.explicit_header };
        Blocks::new(sf, bandwidth, format, bytes)
    }

    /// Working-rate sample of the first preamble chip.
    pub(crate) fn first_sample(&self, sf: SpreadingFactor) -> f64 {
        let symbols = self.sync.preamble_symbols as f64 + 2.0;
        self.sync.tracker.path.sample_of_chip(-symbols * sf.chips() as f64)
    }

    /// Working-rate samples that it covers.
    pub(crate) fn samples(&self, sf: SpreadingFactor) -> Range<i64> {
        self.first_sample(sf) as i64..self.last_sample(sf) as i64
    }

    /// Working-rate sample at which the last payload chip ends.
    pub(crate) fn last_sample(&self, sf: SpreadingFactor) -> f64 {
        self.sync.tracker.path.sample_of_chip((sfd_chips(sf) + self.symbols.len() * sf.chips()) as f64)
    }
}

/// How far a follower came.
pub(crate) enum Progress {
    /// Wait for more samples.
    Waiting,
    /// The header is none, or the payload is not of this preamble.
    Lost,
    /// The samples led away from the preamble: they were none.
    Astray,
    /// The last symbol is in.
    Complete,
}

/// Follows one frame.
pub(crate) struct Follower {
    pub(crate) frame: Followed,
    /// Whether another frame covered it that has been taken out since.
    pub(crate) covered: bool,
    bandwidth: Bandwidth,
    pub(crate) header_known: bool,
    /// Where the preamble put the anchor.
    anchor_sample: f64,
    block: usize,
    dechirped: Vec<Vec<Complex32>>,
    /// Sums of despread payload amplitude and of the preamble's, to compare.
    heard_amplitude: f64,
}

impl Follower {
    pub(crate) fn new(
        sync: Synchronised,
        implicit: Option<Header>,
        bandwidth: Bandwidth,
        chips: usize,
    ) -> Self {
        let unknown = Header { payload_bytes: 1, coding_rate: crate::CodingRate::Cr48, crc: false };
        let anchor_sample = sync.tracker.path.anchor_sample;
        let frame = Followed {
            sync,
            header: implicit.unwrap_or(unknown),
            explicit_header: implicit.is_none(),
            words: Vec::new(),
            symbols: Vec::new(),
            grid: PayloadGrid::default(),
        };
        let dechirped = vec![vec![Complex32::ZERO; chips]; 8];
        Self {
            frame,
            covered: false,
            bandwidth,
            header_known: implicit.is_some(),
            anchor_sample,
            block: 0,
            dechirped,
            heard_amplitude: 0.0,
        }
    }

    /// First working-rate sample that the frame still needs.
    pub(crate) fn oldest_sample(&self) -> i64 {
        let chips = self.dechirped[0].len() as f64;
        let first = -(self.frame.sync.preamble_symbols as f64 + 4.0) * chips;
        self.frame.sync.tracker.path.sample_of_chip(first) as i64
    }

    /// Takes as many blocks as the history holds.
    pub(crate) fn advance(
        &mut self,
        history: &History,
        end: i64,
        reader: &mut ChipReader,
        demodulator: &mut Demodulator,
    ) -> Progress {
        loop {
            let chips = demodulator.sf().chips();
            if !self.is_on_path(chips) {
                return Progress::Astray;
            }
            let Some(block) = self.next_block(demodulator) else { return self.verdict() };
            let end_chip = self.first_chip(demodulator) + (block.symbols() * chips) as f64;
            let end_sample =
                self.frame.sync.tracker.path.sample_of_chip(end_chip) as i64 + reader.reach() as i64;
            if end < end_sample {
                return Progress::Waiting;
            }
            if !self.take_block(block, history, reader, demodulator) {
                return Progress::Lost;
            }
        }
    }

    /// Whether the path is still that of the preamble: a clock that is off moves it by a few chips.
    fn is_on_path(&self, chips: usize) -> bool {
        let path = self.frame.sync.tracker.path;
        let moved = (path.anchor_sample - self.anchor_sample) / path.rate;
        path.is_path() && moved.abs() < chips as f64
    }

    fn next_block(&self, demodulator: &Demodulator) -> Option<Block> {
        self.blocks(demodulator).iter().nth(self.block)
    }

    fn blocks(&self, demodulator: &Demodulator) -> Blocks {
        // Before the header is read, one block is all that is known to come.
        let bytes = if self.header_known { usize::from(self.frame.header.payload_bytes) } else { 0 };
        self.frame.blocks_of(demodulator.sf(), self.bandwidth, bytes)
    }

    /// First chip of the next block, counted from the anchor.
    fn first_chip(&self, demodulator: &Demodulator) -> f64 {
        let sf = demodulator.sf();
        (sfd_chips(sf) + self.frame.symbols.len() * sf.chips()) as f64
    }

    fn take_block(
        &mut self,
        block: Block,
        history: &History,
        reader: &mut ChipReader,
        demodulator: &mut Demodulator,
    ) -> bool {
        let first_chip = self.first_chip(demodulator);
        let words = self.demodulate(block, first_chip, history, reader, demodulator);
        let rate = block.coding_rate;
        let words: Vec<SoftWord> =
            words.chunks_exact(rate.codeword_bits()).map(|llrs| decode_soft(llrs, rate)).collect();
        let nibbles: Vec<u8> = words.iter().map(|word| word.nibble).collect();
        let symbols = block_symbols(&nibbles, block, demodulator.sf());
        self.frame.words.extend(words);
        if self.block == 0 && !self.read_header(demodulator) {
            return false;
        }
        self.track(&symbols, first_chip, demodulator);
        self.frame.symbols.extend(symbols);
        self.block += 1;
        true
    }

    /// Bit log-likelihood ratios of the block, word after word.
    fn demodulate(
        &mut self,
        block: Block,
        first_chip: f64,
        history: &History,
        reader: &mut ChipReader,
        demodulator: &mut Demodulator,
    ) -> Vec<f32> {
        let chips = demodulator.sf().chips();
        let width = block.coding_rate.codeword_bits();
        let mut words = vec![0.0; block.rows * width];
        let mut ratios = [0.0; 12];
        for symbol in 0..block.symbols() {
            let at = first_chip + (symbol * chips) as f64;
            let out = &mut self.dechirped[symbol];
            read_payload(self.frame.grid, &self.frame.sync, at, history, reader, demodulator, out);
            demodulator.transform(out);
            let tracker = &self.frame.sync.tracker;
            let prior = if self.block > 0 && tracker.coherent {
                PhasePrior { variance: tracker.phase_variance(at + chips as f64 / 2.0) }
            } else {
                PhasePrior::NONE
            };
            let likelihoods = demodulator.likelihoods(block.reduced, tracker.amplitude, tracker.noise, prior);
            Demodulator::bit_ratios(likelihoods, &mut ratios[..block.rows]);
            for (bit, ratio) in ratios[..block.rows].iter().enumerate() {
                words[codeword_bit(symbol, bit, block.rows) * width + symbol] = *ratio;
            }
        }
        words
    }

    fn read_header(&mut self, demodulator: &Demodulator) -> bool {
        if !self.frame.explicit_header {
            return true;
        }
        let nibbles: [u8; Header::NIBBLES] = std::array::from_fn(|k| self.frame.words[k].nibble);
        debug_assert!(Block::first(demodulator.sf()).rows >= Header::NIBBLES);
        let Ok(header) = Header::from_nibbles(nibbles) else { return false };
        self.frame.header = header;
        self.header_known = true;
        true
    }

    /// Despreads the decided symbols and lets the tracker learn from them.
    fn track(&mut self, symbols: &[u16], first_chip: f64, demodulator: &Demodulator) {
        let sf = demodulator.sf();
        let chips = sf.chips();
        for (&shift, chips) in symbols.iter().zip(&mut self.dechirped) {
            demodulator.despread(Chirp::up(sf, shift), chips);
        }
        if self.block == 0 {
            self.judge_phases(symbols, chips);
        }
        let tracker = &mut self.frame.sync.tracker;
        tracker.predict(first_chip + (symbols.len() * chips) as f64 / 2.0);
        let mut sums = tracker.sums();
        for ((symbol, &shift), despread) in symbols.iter().enumerate().zip(&self.dechirped) {
            let at = first_chip + (symbol * chips) as f64;
            demodulator.add_to(&mut sums, Chirp::up(sf, shift), at, despread);
        }
        self.heard_amplitude += sums.coherent.re / chips as f64;
        tracker.update(&sums);
    }

    fn judge_phases(&mut self, symbols: &[u16], chips: usize) {
        let sums: Vec<Complex32> =
            self.dechirped.iter().take(symbols.len()).map(|chips| chips.iter().sum()).collect();
        let total: f32 = sums.iter().map(|sum| sum.norm()).sum();
        let as_sent: f32 = sums.iter().map(|sum| sum.re).sum();
        let early: Complex32 = sums
            .iter()
            .zip(symbols)
            .map(|(sum, &shift)| sum * crate::chirp::phasor(-f64::from(shift) / chips as f64))
            .sum();
        if as_sent >= COHERENT * total {
            return;
        }
        if early.norm() >= COHERENT_EARLY * total {
            // Read a chip too late, a chirp shows half a cycle and half a bin less than its own phase.
            let phase = f64::from(early.arg()) + std::f64::consts::PI * (1.0 + 1.0 / chips as f64);
            self.frame.grid = PayloadGrid { early: true, phase };
            let turn = early.conj() / early.norm();
            for (&shift, chips_of_symbol) in symbols.iter().zip(&mut self.dechirped) {
                let turn = turn * crate::chirp::phasor(-f64::from(shift) / chips as f64);
                for chip in chips_of_symbol {
                    *chip *= turn;
                }
            }
        } else {
            self.frame.sync.tracker.coherent = false;
        }
    }

    fn verdict(&self) -> Progress {
        let expected = self.frame.sync.tracker.amplitude * self.frame.symbols.len() as f64;
        if self.heard_amplitude < AMPLITUDE_SHARE * expected { Progress::Lost } else { Progress::Complete }
    }
}

/// Dechirped chips of a payload symbol, carrier phase removed, wherever its transmitter starts the payload.
pub(crate) fn read_payload(
    grid: PayloadGrid,
    sync: &Synchronised,
    first_chip: f64,
    history: &History,
    reader: &mut ChipReader,
    demodulator: &Demodulator,
    out: &mut [Complex32],
) {
    let mut path = sync.tracker.path;
    path.theta += grid.phase;
    if grid.early {
        demodulator.dechirp(reader, history, &path, first_chip - 1.0, out);
        demodulator.turn(out, 1);
    } else {
        demodulator.dechirp(reader, history, &path, first_chip, out);
    }
}
