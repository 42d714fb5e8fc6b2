//! Many days: thresholds from honest ones, rates from held-back ones.

use poc_verifier::{
    Cusum, Outcome,
    finding::SCORE_REJECT,
    hypothesis::{Calibration, CusumLimits, DayVerdict, Honest, Hypothesis, Threshold, judge_day},
};
use rayon::prelude::*;
use serde::Serialize;

use super::{Around, Day, Dice, Purpose, Site, score_day, villains::Villain};

/// Days of each owner: what stays at a site stays for so long.
pub const DAYS_PER_OWNER: u64 = 30;
/// Days within these of which an owner may be rejected.
const REJECTED_DAYS_MAX: usize = 2;

/// Where days are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// Fitting or reporting.
    pub purpose: Purpose,
    /// Seed.
    pub seed: u64,
    /// Anchors about, and what is between.
    pub around: Around,
}

impl Draw {
    /// So many owners' days, each owner's together; `done` is told of each owner.
    pub fn owners(
        &self,
        owners: u64,
        days: u64,
        villain: Option<&dyn Villain>,
        done: &(dyn Fn() + Sync),
    ) -> Vec<Vec<Day>> {
        let owner = |owner: u64| {
            let site = Site::draw(self.purpose, self.seed, owner, self.around);
            let day = |day| score_day(&site, villain, &mut Dice::new(self.purpose, self.seed, owner, day));
            let scored = (1..=days).map(day).collect();
            done();
            scored
        };
        (0..owners).into_par_iter().map(owner).collect()
    }
}

/// Thresholds of honest owners' days. A quantile that fewer than one day lies beyond is not measured, and gets no entry.
pub fn calibrate(owners: &[Vec<Day>], seed: u64, date: String, command: String) -> Calibration {
    let thresholds = Hypothesis::ALL.into_iter().filter_map(|hypothesis| fit(owners, hypothesis)).collect();
    Calibration { date, command, seed, thresholds }
}

fn fit(owners: &[Vec<Day>], hypothesis: Hypothesis) -> Option<Threshold> {
    let scores = sorted(owners.iter().flatten().filter_map(|day| day.evidence.score(hypothesis)).collect());
    let quantile = 1.0 - hypothesis.weight() * 1e-3;
    let threshold = quantile_of(&scores, quantile)?;
    let at = |share| quantile_of(&scores, share);
    let honest = Honest { median: at(0.5)?, p99: at(0.99)?, p999: at(0.999)?, max: scores.last().copied()? };
    let cusum = hypothesis.accumulates().then(|| cusum(owners, hypothesis, honest.p99, quantile)).flatten();
    let (hypothesis, days) = (hypothesis.as_str().into(), scores.len() as u64);
    Some(Threshold { hypothesis, days, quantile, threshold, honest, cusum })
}

/// The sum's limit: the same quantile of honest sums, each owner's from its first day on, and no less than what rejects an edge.
///
/// The reference is not below zero: a day on which little was heard scores near zero, and must not add up to guilt.
fn cusum(owners: &[Vec<Day>], hypothesis: Hypothesis, p99: f64, quantile: f64) -> Option<CusumLimits> {
    let reference = p99.max(0.0);
    let sums = owners.iter().flat_map(|days| {
        let mut cusum = Cusum::default();
        let limits = CusumLimits { reference, limit: 1.0 };
        days.iter()
            .filter_map(|day| day.evidence.score(hypothesis))
            .map(|score| cusum.step(score, limits))
            .collect::<Vec<_>>()
    });
    let limit = quantile_of(&sorted(sums.collect()), quantile)?.max(SCORE_REJECT);
    Some(CusumLimits { reference, limit })
}

fn sorted(mut scores: Vec<f64>) -> Vec<f64> {
    scores.sort_by(f64::total_cmp);
    scores
}

/// The quantile of sorted values; `None` when less than one of them lies beyond it.
fn quantile_of(sorted: &[f64], share: f64) -> Option<f64> {
    let beyond = ((1.0 - share) * sorted.len() as f64 + 1e-9).floor() as usize;
    if beyond == 0 { None } else { sorted.get(sorted.len() - 1 - beyond).copied() }
}

/// What days came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Days.
    pub days: u64,
    /// Of them rejected.
    pub rejected: u64,
    /// Of them by what their reports say, neither by the place nor by anybody's guards.
    pub rejected_by_reports: u64,
    /// Of them without an answer: not paid, not blamed.
    pub unproven: u64,
    /// Reports judged one by one.
    pub reports: u64,
    /// Of them accepted for themselves, whatever the day says.
    pub reports_paid: u64,
    /// Owners.
    pub owners: u64,
    /// Of them rejected on more than two days in thirty.
    pub condemned: u64,
    /// Of them rejected at all, by a day or by days added up.
    pub caught: u64,
}

impl Count {
    /// Counts judged days.
    pub fn of(owners: &[Vec<Day>], calibration: &Calibration) -> Self {
        let mut count = Self { owners: owners.len() as u64, ..Self::default() };
        for days in owners {
            let verdicts: Vec<DayVerdict> =
                days.iter().map(|day| judge_day(&day.evidence, calibration)).collect();
            let number =
                |wanted: Outcome| verdicts.iter().filter(|verdict| verdict.outcome == wanted).count();
            count.days += days.len() as u64;
            count.rejected += number(Outcome::Rejected) as u64;
            let by_reports = |verdict: &&DayVerdict| {
                verdict.outcome == Outcome::Rejected
                    && verdict.worst.is_some_and(|worst| !worst.hypothesis.checks().is_empty())
            };
            count.rejected_by_reports += verdicts.iter().filter(by_reports).count() as u64;
            count.unproven += number(Outcome::Unproven) as u64;
            count.reports += days.iter().map(|day| day.reports).sum::<u64>();
            count.reports_paid += days.iter().map(|day| day.paid).sum::<u64>();
            count.caught += u64::from(number(Outcome::Rejected) > 0 || adds_up(days, calibration));
            count.condemned += u64::from(number(Outcome::Rejected) > REJECTED_DAYS_MAX);
        }
        count
    }

    /// Days that were paid.
    pub fn accepted(&self) -> u64 {
        self.days - self.rejected - self.unproven
    }
}

/// Whether some hypothesis of one owner's days adds up to a rejection.
fn adds_up(days: &[Day], calibration: &Calibration) -> bool {
    Hypothesis::ALL.into_iter().any(|hypothesis| {
        let mut cusum = Cusum::default();
        days.iter().any(|day| cusum.add(hypothesis, &day.evidence, calibration) == Outcome::Rejected)
    })
}

/// How far a cheat's days lie over the threshold that catches it, in their own standard deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Margin {
    /// The hypothesis that most days fail by.
    pub hypothesis: &'static str,
    /// (mean score - threshold) / standard deviation.
    pub sigmas: f64,
}

impl Margin {
    /// `None` when no day is rejected, or all score alike.
    pub fn of(owners: &[Vec<Day>], calibration: &Calibration) -> Option<Self> {
        let hypothesis = deciding(owners, calibration)?;
        let threshold = calibration.applied(hypothesis)?;
        let scores: Vec<f64> =
            owners.iter().flatten().filter_map(|day| day.evidence.uncut(hypothesis)).collect();
        let count = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / count;
        let variance = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let sigmas = (mean - threshold) / variance.sqrt();
        sigmas.is_finite().then_some(Self { hypothesis: hypothesis.as_str(), sigmas })
    }
}

/// The hypothesis that rejects most of these days.
fn deciding(owners: &[Vec<Day>], calibration: &Calibration) -> Option<Hypothesis> {
    let mut by = std::collections::BTreeMap::<Hypothesis, u64>::new();
    for day in owners.iter().flatten() {
        let verdict = judge_day(&day.evidence, calibration);
        if let (Outcome::Rejected, Some(worst)) = (verdict.outcome, verdict.worst) {
            *by.entry(worst.hypothesis).or_default() += 1;
        }
    }
    by.into_iter().max_by_key(|(_, days)| *days).map(|(hypothesis, _)| hypothesis)
}

/// Days by how far the worst hypothesis lies over its threshold, for a ROC curve; unproven days have no place in one.
pub fn excesses(owners: &[Vec<Day>], calibration: &Calibration) -> Vec<f64> {
    let judged = owners.iter().flatten().map(|day| judge_day(&day.evidence, calibration));
    let told = judged.filter(|verdict| verdict.outcome != Outcome::Unproven);
    sorted(told.filter_map(|verdict| Some(verdict.worst?.by())).collect())
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod trial_tests;
