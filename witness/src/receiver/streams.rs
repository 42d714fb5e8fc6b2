//! The samples of one channel, at the two rates that a receiver looks at.

use std::ops::Range;

use num_complex::Complex32;

use super::{history::History, kernel::Taps, resampler::Halving};

/// A channel's samples.
#[derive(Debug)]
pub(crate) struct Streams {
    /// The working rate, one or two samples a chip: what synchronisation, decisions and measurements are made on.
    pub(crate) working: History,
    /// One sample a chip, for the search; none when the working rate is that already.
    pub(crate) grid: Option<History>,
    /// From the working rate to the grid, where a part of it must be made anew.
    halving: Taps,
}

impl Streams {
    /// Empty ones of 1 or 2 samples a chip.
    pub(super) fn new(samples_per_chip: i64) -> Self {
        Self {
            working: History::default(),
            grid: (samples_per_chip == 2).then(History::default),
            halving: Halving::filter(Halving::SHARP),
        }
    }

    /// What the search looks at.
    pub(super) fn grid(&self) -> &History {
        self.grid.as_ref().unwrap_or(&self.working)
    }

    /// Makes these chips of the grid anew from the working stream, as far as that reaches.
    pub(super) fn renew_grid(&mut self, chips: Range<i64>) {
        let Some(grid) = &mut self.grid else { return };
        let lead = self.halving.len() as i64 / 2 - 1;
        // Nothing came before sample 0.
        let first = if self.working.start() <= 0 { 0 } else { (self.working.start() + lead + 1) / 2 };
        let last = (self.working.end() - lead - 2) / 2;
        let chips = chips.start.max(first)..chips.end.min(last).min(grid.end());
        let mut window = vec![Complex32::ZERO; self.halving.len()];
        let renewed: Vec<Complex32> = chips
            .clone()
            .map(|chip| {
                self.working.copy(2 * chip - lead, &mut window);
                self.halving.dot(&window)
            })
            .collect();
        grid.replace(chips.start, &renewed);
    }

    /// Forgets everything; the next sample is sample 0.
    pub(super) fn restart(&mut self) {
        self.working.restart_at(0);
        if let Some(grid) = &mut self.grid {
            grid.restart_at(0);
        }
    }
}

/// Where the working stream of a channel comes from, when a lane wants to look at it.
pub(crate) trait WorkingStream {
    /// Sees to it that the history holds everything from `from` (or from the oldest that there is) to the newest sample.
    fn fill(&mut self, history: &mut History, from: i64);
}

/// The owner of the channel fills the working stream as it comes.
pub(crate) struct FilledAsItComes;

impl WorkingStream for FilledAsItComes {
    fn fill(&mut self, _history: &mut History, _from: i64) {}
}
