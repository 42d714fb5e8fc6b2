//! A stretch of a sample stream, addressed by absolute index.

use num_complex::Complex32;

/// Room that stays when everything is forgotten.
const KEPT_SAMPLES: usize = 1 << 12;

/// Samples `start .. end` of a stream. What lies outside reads as zero, so that a frame at the very beginning of a recording
/// needs no special case.
#[derive(Debug, Default)]
pub(crate) struct History {
    samples: Vec<Complex32>,
    start: i64,
}

impl History {
    /// A stretch that is there already.
    pub(crate) fn from_samples(start: i64, samples: Vec<Complex32>) -> Self {
        Self { samples, start }
    }

    /// Index after the newest sample.
    pub(crate) fn end(&self) -> i64 {
        self.start + self.samples.len() as i64
    }

    /// Index of the oldest sample.
    pub(crate) fn start(&self) -> i64 {
        self.start
    }

    /// Whether nothing is there.
    pub(crate) fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Forgets everything; the next sample is sample `index`. A long stretch's memory is given back.
    pub(crate) fn restart_at(&mut self, index: i64) {
        self.samples.clear();
        self.samples.shrink_to(KEPT_SAMPLES);
        self.start = index;
    }

    /// Puts samples before the oldest.
    pub(crate) fn prepend(&mut self, samples: &[Complex32]) {
        self.samples.splice(..0, samples.iter().copied());
        self.start -= samples.len() as i64;
    }

    /// Appends one sample.
    pub(crate) fn push(&mut self, sample: Complex32) {
        self.samples.push(sample);
    }

    /// Appends samples.
    pub(crate) fn extend(&mut self, samples: &[Complex32]) {
        self.samples.extend_from_slice(samples);
    }

    /// Drops everything before `index`. Memory moves only when at least half of the buffer goes, so a sample is moved once
    /// on average.
    pub(crate) fn forget_before(&mut self, index: i64) {
        let gone = usize::try_from(index - self.start).unwrap_or(0).min(self.samples.len());
        if gone > self.samples.len() / 2 {
            self.samples.drain(..gone);
            self.start += gone as i64;
        }
    }

    /// The samples `from .. from + length` where all are present.
    pub(crate) fn slice(&self, from: i64, length: usize) -> Option<&[Complex32]> {
        let from = usize::try_from(from - self.start).ok()?;
        self.samples.get(from..from.checked_add(length)?)
    }

    /// The same, to be changed.
    pub(crate) fn slice_mut(&mut self, from: i64, length: usize) -> Option<&mut [Complex32]> {
        let from = usize::try_from(from - self.start).ok()?;
        self.samples.get_mut(from..from.checked_add(length)?)
    }

    /// Puts samples in the place of those from `from` on; what comes before the oldest joins it.
    pub(crate) fn replace(&mut self, from: i64, samples: &[Complex32]) {
        let before = (self.start - from).clamp(0, samples.len() as i64) as usize;
        let (before, within) = samples.split_at(before);
        let first = from.max(self.start);
        if from + samples.len() as i64 >= self.start && from < self.start {
            self.prepend(before);
        }
        let length = within.len().min(usize::try_from(self.end() - first).unwrap_or(0));
        if let Some(own) = self.slice_mut(first, length) {
            own.copy_from_slice(&within[..length]);
        }
    }

    /// What is present of the samples `from .. to`, and where it begins.
    pub(crate) fn present(&self, from: i64, to: i64) -> (i64, &[Complex32]) {
        let last = to.clamp(self.start, self.end());
        let first = from.clamp(self.start, last);
        (first, &self.samples[(first - self.start) as usize..(last - self.start) as usize])
    }

    /// Copies `from .. from + out.len()`, zeros where there are no samples.
    pub(crate) fn copy(&self, from: i64, out: &mut [Complex32]) {
        out.fill(Complex32::ZERO);
        let first = from.max(self.start);
        let last = (from + out.len() as i64).min(self.end());
        if first < last {
            let source = (first - self.start) as usize..(last - self.start) as usize;
            let target = (first - from) as usize..(last - from) as usize;
            out[target].copy_from_slice(&self.samples[source]);
        }
    }
}
