//! What one hotspot's day has shown, anchor by anchor.
//!
//! Reports are added up by the anchor whose beacon they tell of. A hypothesis of reports may accuse only by the rule of nodes: at least [`ANCHORS_BLAME`]
//! anchors tested it, and of at least [`AGREE_BLAME`] of them, more than half, the sums speak for the cheat. Whoever adds reports sees to it that the
//! anchors are independent of each other and of the hotspot.

use std::collections::BTreeMap;

use identity::PublicKey;

use super::{DAY_SCORE_MAX, Hypothesis};
use crate::{
    checks::relay::is_late,
    finding::{Finding, Outcome},
    place::{AGREE_BLAME, ANCHORS_BLAME, PlaceVerdict},
};

/// What one check of one report may say at most, either way.
const REPORT_SCORE: (f64, f64) = (-2.0, 6.0);
const COUNT: usize = Hypothesis::ALL.len();

/// A day while it is written.
#[derive(Clone, Debug, Default)]
pub struct DayBook {
    /// Sums of each anchor's reports; none of what they did not test.
    anchors: BTreeMap<PublicKey, [Option<f64>; COUNT]>,
    place: Option<f64>,
    clone: Option<f64>,
    placed: bool,
}

impl DayBook {
    /// Adds what the checks said of one report of this anchor's beacon. Those that could not tell say nothing, and a report of a beacon that was late
    /// is not its witness's doing.
    pub fn add_report(&mut self, anchor: PublicKey, findings: &[Finding]) {
        if is_late(findings) {
            return;
        }
        let sums = self.anchors.entry(anchor).or_default();
        for (sum, hypothesis) in sums.iter_mut().zip(Hypothesis::ALL) {
            let disturbed =
                |finding: &&Finding| hypothesis.checks().contains(&finding.check) && finding.tells();
            for finding in findings.iter().filter(disturbed) {
                *sum = Some(sum.unwrap_or(0.0) + finding.score.clamp(REPORT_SCORE.0, REPORT_SCORE.1));
            }
        }
    }

    /// Adds the day's place. Too few anchors, or anchors that do not agree, say nothing against it.
    pub fn add_place(&mut self, place: &PlaceVerdict) {
        let may_accuse = place.anchors >= ANCHORS_BLAME
            && place.agreeing >= AGREE_BLAME
            && 2 * place.agreeing > place.anchors;
        self.placed |= place.outcome == Outcome::Accepted;
        if may_accuse {
            self.place = Some(self.place.map_or(place.votes, |known| known.max(place.votes)));
        }
    }

    /// Adds how like another key's its guards have been, [`crate::checks::guard_noise::Resemblance`]: the worst pair counts, less the logarithm of the
    /// number of pairs, for having looked for it.
    pub fn add_resemblances(&mut self, scores: &[f64]) {
        let worst = scores.iter().copied().max_by(f64::total_cmp);
        self.clone = worst.map(|worst| worst - (scores.len() as f64).ln());
    }

    /// The day.
    pub fn evidence(&self) -> DayEvidence {
        let mut day = DayEvidence { placed: self.placed, ..DayEvidence::default() };
        for (index, hypothesis) in Hypothesis::ALL.into_iter().enumerate() {
            (day.sums[index], day.accuses[index]) = match hypothesis {
                Hypothesis::Place => (self.place, true),
                Hypothesis::Clone => (self.clone, true),
                _ => self.reported(index),
            };
        }
        day
    }

    /// The sum of all anchors' sums, and whether enough tested it, and agree, to accuse. Where enough tested it and most of them speak for the hotspot,
    /// what the others say is theirs; half against half tells nothing.
    fn reported(&self, index: usize) -> (Option<f64>, bool) {
        let tested: Vec<f64> = self.anchors.values().filter_map(|sums| sums[index]).collect();
        let agreeing = tested.iter().filter(|sum| **sum > 0.0).count();
        let enough = tested.len() >= ANCHORS_BLAME;
        let sum = tested.iter().sum::<f64>();
        let sum = if enough && 2 * agreeing < tested.len() { sum.min(0.0) } else { sum };
        let accuses = enough && agreeing >= AGREE_BLAME && 2 * agreeing > tested.len();
        ((!tested.is_empty()).then_some(sum), accuses)
    }
}

/// What a hotspot's day has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DayEvidence {
    sums: [Option<f64>; COUNT],
    accuses: [bool; COUNT],
    placed: bool,
}

impl DayEvidence {
    /// The day's score; `None` when nothing tested this hypothesis.
    pub fn score(&self, hypothesis: Hypothesis) -> Option<f64> {
        self.uncut(hypothesis).map(|sum| sum.min(DAY_SCORE_MAX))
    }

    /// The same without the cut at [`DAY_SCORE_MAX`]: how far a cheat is from a threshold, not whether.
    pub fn uncut(&self, hypothesis: Hypothesis) -> Option<f64> {
        self.sums[hypothesis as usize]
    }

    /// Whether enough tested it, and agree, for this hypothesis to accuse.
    pub fn accuses(&self, hypothesis: Hypothesis) -> bool {
        self.accuses[hypothesis as usize]
    }

    /// Whether the place was proven.
    pub fn is_placed(&self) -> bool {
        self.placed
    }
}
