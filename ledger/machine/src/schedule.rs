//! A value with at most one successor that takes effect at the start of a later epoch.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::time::Epoch;

/// What holds now and what will hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Scheduled<T> {
    /// What holds, if anything does yet.
    pub now: Option<T>,
    /// What will hold from the start of that epoch.
    pub next: Option<(Epoch, T)>,
}

impl<T> Scheduled<T> {
    /// Nothing yet.
    pub const fn empty() -> Self {
        Self { now: None, next: None }
    }

    /// This, from the beginning.
    pub const fn from_start(value: T) -> Self {
        Self { now: Some(value), next: None }
    }

    /// Plans `value` for the start of `epoch`, in place of what was planned before.
    pub(crate) fn plan(&mut self, epoch: Epoch, value: T) {
        self.next = Some((epoch, value));
    }

    /// Whether a successor is due at `epoch`.
    pub fn is_due(&self, epoch: Epoch) -> bool {
        self.next.as_ref().is_some_and(|(from, _)| *from <= epoch)
    }

    /// Lets the successor take over when it is due; says whether it did.
    pub(crate) fn turn(&mut self, epoch: Epoch) -> bool {
        let due = self.is_due(epoch);
        if due {
            self.now = self.next.take().map(|(_, value)| value);
        }
        due
    }
}
