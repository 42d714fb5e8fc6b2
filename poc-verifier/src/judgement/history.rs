//! What a verifier remembers of closed epochs.
//!
//! It is made of judged epochs only, and forgets an epoch as a whole: whoever judges the published bundles of the last [`EPOCHS_REMEMBERED`]
//! epochs in their order remembers the same, and comes to the same verdicts in the next; but for what of the first of them hung on epochs before, an
//! owner that two keys of one oscillator had in common, say. Of every epoch it keeps payloads (a recording is told by the
//! window it was made in), every witness's day (days are added to days, [`Cusum`]), carriers (one oscillator behind two keys shows over days,
//! [`crate::nodes::oscillators`]), what both directions of a path said of each other, and fingerprints of the guards that were shown (recorded noise comes back, [`GuardMemory`]). Bounded, whatever is published.

mod carriers;
mod exchanges;
mod latest;
mod payloads;

use std::collections::{BTreeMap, VecDeque};

use identity::PublicKey;

pub use self::payloads::ROUNDS_REMEMBERED;
use self::{carriers::Carriers, exchanges::Exchanges, payloads::Payloads};
pub(super) use self::{
    carriers::{RECEIVERS_MAX, Sent},
    exchanges::Pair,
};
use super::EpochJudgement;
use crate::{
    Cusum, Outcome,
    checks::guard_noise::{Fingerprint, GuardMemory},
    hypothesis::{Calibration, DayEvidence, Hypothesis},
    messages::Report,
    nodes::oscillators::Carrier,
    party::Party,
    plan::BeaconPlan,
};

/// Epochs that are remembered. A sum that grows for longer than a month is of no use to anybody.
pub const EPOCHS_REMEMBERED: usize = 30;

/// What earlier epochs have left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    payloads: Payloads,
    carriers: Carriers,
    guards: GuardMemory,
    exchanges: Exchanges,
    /// Days of every epoch, oldest first.
    days: VecDeque<BTreeMap<PublicKey, DayEvidence>>,
}

/// What an epoch leaves besides its verdicts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lasting {
    /// Opened beacons and their windows.
    pub(super) plans: Vec<(u64, BeaconPlan)>,
    /// Their carriers.
    pub(super) sent: Vec<(PublicKey, Sent)>,
    /// Guards that were shown, whose, and in which window.
    pub(super) guards: Vec<(PublicKey, u64, Fingerprint)>,
    /// What exchanges of two keys said.
    pub(super) exchanges: Vec<(Pair, f64)>,
}

/// What days say together and no single one does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Together {
    pub(super) hypothesis: Hypothesis,
    /// Sum over days, and what honest ones keep under.
    pub(super) sum: f64,
    pub(super) limit: f64,
    pub(super) days: usize,
}

impl History {
    /// Remembers a judged epoch; the oldest is forgotten when there are more than [`EPOCHS_REMEMBERED`].
    pub fn remember(&mut self, judgement: &EpochJudgement) {
        self.payloads.begin_epoch();
        self.carriers.begin_epoch();
        self.guards.begin_epoch();
        self.exchanges.begin_epoch();
        for (window, plan) in &judgement.lasting.plans {
            self.payloads.remember(*window, plan);
        }
        for (sender, sent) in &judgement.lasting.sent {
            self.carriers.remember(*sender, sent.clone());
        }
        for (key, window, print) in &judgement.lasting.guards {
            self.guards.remember(*key, *window, print.clone());
        }
        for (pair, score) in &judgement.lasting.exchanges {
            self.exchanges.remember(*pair, *score);
        }
        self.days.push_back(judgement.days.clone());
        if self.days.len() > EPOCHS_REMEMBERED {
            self.days.pop_front();
        }
    }

    /// The window in which a report's payloads were sent, if they were.
    pub(super) fn recorded_in(&self, report: &Report) -> Option<u64> {
        self.payloads.recorded_in(report)
    }

    /// What a pair's exchanges came to so far, and how many there were.
    pub(super) fn exchanged(&self, pair: Pair) -> (f64, usize) {
        self.exchanges.sum(pair)
    }

    /// Guards that were shown.
    pub(super) fn guards(&self) -> &GuardMemory {
        &self.guards
    }

    /// Carriers of everybody's beacons, by the numbers of these parties.
    pub(super) fn carriers(&self, parties: &BTreeMap<PublicKey, Party>) -> Vec<Carrier> {
        self.carriers.by_number(parties)
    }

    /// What a witness's remembered days and this one say together, where that is more than honest ones do.
    pub(super) fn together(
        &self,
        witness: &PublicKey,
        today: &DayEvidence,
        calibration: &Calibration,
    ) -> Option<Together> {
        let days = || self.days.iter().filter_map(|days| days.get(witness)).chain([today]);
        // Sums are calibrated on drawn days: where those are not like the air's, they are no measure.
        let calibrated = Hypothesis::ALL.into_iter().filter(|hypothesis| hypothesis.least() <= 0.0);
        calibrated.into_iter().find_map(|hypothesis| {
            let limit = calibration.threshold(hypothesis)?.cusum?.limit;
            let mut cusum = Cusum::default();
            let said = days().map(|day| cusum.add(hypothesis, day, calibration)).last()?;
            let together = Together { hypothesis, sum: cusum.sum(), limit, days: days().count() };
            (said == Outcome::Rejected).then_some(together)
        })
    }
}

#[cfg(test)]
mod history_tests;
