//! The wideband stream as transforms of overlapping blocks: one transform for all channels, and the newest ones kept, so that a channel
//! can be cut out of the past.
//!
//! Block `b` holds the input samples `b hop - lead .. b hop - lead + F`, `hop = 7/8 F`, `lead = F/16`; the stream is silent before sample 0.

use std::{collections::VecDeque, sync::Arc};

use num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::receiver::silence_not_finite;

/// Share of a block that overlaps the next, and of that the part before the samples that count.
pub(super) const OVERLAP: usize = 8;
pub(super) const LEAD: usize = 16;

/// Transforms the stream, block by block.
pub(super) struct Spectra {
    forward: Arc<dyn Fft<f32>>,
    scratch: Vec<Complex32>,
    size: usize,
    /// Input that no finished block has used up.
    pending: Vec<Complex32>,
    /// The newest blocks' spectra, oldest first.
    kept: VecDeque<Vec<Complex32>>,
    kept_max: usize,
    /// Blocks finished since the stream began.
    blocks: u64,
    /// Caller's samples before the stream began: more than none after a gap.
    origin: u64,
    /// Samples that were no numbers and were taken for zero.
    pub(super) not_finite: u64,
}

impl Spectra {
    /// Blocks of `size` samples, of which the newest `kept_max` stay.
    pub(super) fn new(size: usize, kept_max: usize, planner: &mut FftPlanner<f32>) -> Self {
        let forward = planner.plan_fft_forward(size);
        Self {
            scratch: vec![Complex32::ZERO; forward.get_inplace_scratch_len()],
            forward,
            size,
            pending: vec![Complex32::ZERO; size / LEAD],
            kept: VecDeque::new(),
            kept_max: kept_max.max(1),
            blocks: 0,
            origin: 0,
            not_finite: 0,
        }
    }

    /// Samples a block.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Starts a new stream after so many of the caller's samples. Counts go on.
    pub(super) fn restart_after(&mut self, origin: u64) {
        self.origin = origin;
        self.kept.clear();
        self.pending.clear();
        self.pending.resize(self.size / LEAD, Complex32::ZERO);
        self.blocks = 0;
    }

    /// Samples from block to block.
    pub(super) fn hop(&self) -> usize {
        Self::hop_of(self.size)
    }

    /// The same, for blocks of `size`.
    pub(super) fn hop_of(size: usize) -> usize {
        size - size / OVERLAP
    }

    /// Index after the newest block.
    pub(super) fn end(&self) -> u64 {
        self.blocks
    }

    /// Index of the oldest block that is still there.
    pub(super) fn first(&self) -> u64 {
        self.blocks - self.kept.len() as u64
    }

    /// The transform of a block that is still there.
    pub(super) fn get(&self, block: u64) -> Option<&[Complex32]> {
        let index = usize::try_from(block.checked_sub(self.first())?).ok()?;
        self.kept.get(index).map(Vec::as_slice)
    }

    /// First input sample of a block in the caller's count, in which carriers' phases go on over a gap.
    pub(super) fn begins(&self, block: u64) -> i128 {
        i128::from(self.origin) + i128::from(block * self.hop() as u64) - (self.size / LEAD) as i128
    }

    /// Transforms as many whole blocks as there are and shows itself after each.
    pub(super) fn push(&mut self, mut input: &[Complex32], mut then: impl FnMut(&Self)) {
        loop {
            let missing = self.size - self.pending.len();
            let Some((first, _)) = input.split_at_checked(missing) else { break };
            let mut block = self.slot();
            block.extend_from_slice(&self.pending);
            block.extend_from_slice(first);
            self.not_finite += silence_not_finite(&mut block);
            // What overlaps the next block stays.
            self.pending.clear();
            self.pending.extend_from_slice(&block[self.hop()..]);
            input = &input[missing..];
            self.transform(block);
            then(self);
        }
        self.pending.extend_from_slice(input);
    }

    /// Room for a block: that of the oldest, when there are enough.
    fn slot(&mut self) -> Vec<Complex32> {
        let oldest = if self.kept.len() < self.kept_max { None } else { self.kept.pop_front() };
        let mut slot = oldest.unwrap_or_else(|| Vec::with_capacity(self.size));
        slot.clear();
        slot
    }

    fn transform(&mut self, mut block: Vec<Complex32>) {
        self.forward.process_with_scratch(&mut block, &mut self.scratch);
        self.kept.push_back(block);
        self.blocks += 1;
    }
}
