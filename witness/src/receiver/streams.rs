//! The samples of one channel, at the two rates that a receiver looks at.

use super::history::History;

/// A channel's samples.
#[derive(Debug)]
pub(crate) struct Streams {
    /// The working rate, one or two samples a chip: what synchronisation, decisions and measurements are made on.
    pub(crate) working: History,
    /// One sample a chip, for the search; none when the working rate is that already.
    pub(crate) grid: Option<History>,
}

impl Streams {
    /// Empty ones of 1 or 2 samples a chip.
    pub(super) fn new(samples_per_chip: i64) -> Self {
        Self { working: History::default(), grid: (samples_per_chip == 2).then(History::default) }
    }

    /// What the search looks at.
    pub(super) fn grid(&self) -> &History {
        self.grid.as_ref().unwrap_or(&self.working)
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
