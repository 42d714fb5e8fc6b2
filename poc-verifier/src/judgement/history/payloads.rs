//! Payloads of past beacons: a recording is told by the window it was made in.

use std::collections::{BTreeMap, VecDeque};

use super::EPOCHS_REMEMBERED;
use crate::{messages::Report, plan::BeaconPlan};

/// Recordings are looked for in at most this many earlier rounds, the latest.
pub const ROUNDS_REMEMBERED: usize = 4096;

/// Payloads, and their windows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Payloads {
    windows: BTreeMap<Vec<u8>, u64>,
    /// Rounds, oldest first, by epoch.
    rounds: VecDeque<(u64, Vec<Vec<u8>>)>,
    epoch: u64,
}

impl Payloads {
    /// What is remembered from now on is of a later epoch.
    pub(super) fn begin_epoch(&mut self) {
        self.epoch += 1;
        while self.rounds.front().is_some_and(|(epoch, _)| epoch + EPOCHS_REMEMBERED as u64 <= self.epoch) {
            self.forget_oldest();
        }
    }

    /// Remembers an opened beacon.
    pub(super) fn remember(&mut self, window: u64, plan: &BeaconPlan) {
        let new = plan.hops.iter().map(|hop| hop.payload.to_vec());
        let new: Vec<Vec<u8>> = new.filter(|payload| !self.windows.contains_key(payload)).collect();
        self.windows.extend(new.iter().cloned().map(|payload| (payload, window)));
        self.rounds.push_back((self.epoch, new));
        if self.rounds.len() > ROUNDS_REMEMBERED {
            self.forget_oldest();
        }
    }

    pub(super) fn recorded_in(&self, report: &Report) -> Option<u64> {
        report.hops.iter().find_map(|hop| self.windows.get(&hop.payload).copied())
    }

    fn forget_oldest(&mut self) {
        for payload in self.rounds.pop_front().into_iter().flat_map(|(_, payloads)| payloads) {
            self.windows.remove(&payload);
        }
    }
}
