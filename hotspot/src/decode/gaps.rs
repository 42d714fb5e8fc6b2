//! Samples that were dropped while a recording was made: its captures say where.

use earshot_sigmf::Gap;
use num_complex::Complex32;

use super::ears::{Ears, Heard};

/// The gaps of a recording, and how far it has been heard.
pub(super) struct Gaps {
    all: Vec<Gap>,
    /// Gaps passed.
    passed: usize,
    /// Samples of the recording heard.
    heard: u64,
}

impl Gaps {
    pub(super) fn new(all: Vec<Gap>) -> Self {
        Self { all, passed: 0, heard: 0 }
    }

    /// Lets the ears hear the next samples, each at its place in the stream.
    pub(super) fn push(&mut self, mut samples: &[Complex32], ears: &mut Ears, heard: &mut Vec<Heard>) {
        while let Some(gap) = self.all.get(self.passed) {
            let until = usize::try_from(gap.before - self.heard).unwrap_or(usize::MAX);
            let Some((before, after)) = samples.split_at_checked(until) else { break };
            ears.push(before, heard);
            ears.skip(gap.missing, heard);
            self.heard = gap.before;
            self.passed += 1;
            samples = after;
        }
        ears.push(samples, heard);
        self.heard += samples.len() as u64;
    }

    /// Sample of the recording that is this one of the stream.
    pub(super) fn recorded(&self, streamed: f64) -> f64 {
        let mut missing = 0.0;
        for gap in &self.all {
            if streamed < gap.before as f64 + missing {
                break;
            }
            missing += gap.missing as f64;
        }
        streamed - missing
    }
}
