//! Many days: thresholds from honest ones, rates from held-back ones.

use poc_verifier::{
    Cusum, Outcome,
    hypothesis::{Calibration, CusumLimits, DayEvidence, Honest, Hypothesis, Threshold, judge_day},
};
use rayon::prelude::*;

use super::{Dice, Purpose, Site, score_day, villains::Villain};

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
    /// Anchors within 3 km.
    pub anchors: usize,
}

impl Draw {
    /// So many owners' days, each owner's together; `done` is told of each owner.
    pub fn owners(
        &self,
        owners: u64,
        days: u64,
        villain: Option<&dyn Villain>,
        done: &(dyn Fn() + Sync),
    ) -> Vec<Vec<DayEvidence>> {
        let owner = |owner: u64| {
            let site = Site::draw(self.purpose, self.seed, owner, self.anchors);
            let day = |day| score_day(&site, villain, &mut Dice::new(self.purpose, self.seed, owner, day));
            let scored = (1..=days).map(day).collect();
            done();
            scored
        };
        (0..owners).into_par_iter().map(owner).collect()
    }
}

/// Thresholds of honest owners' days. A quantile that fewer than one day lies beyond is not measured, and gets no entry.
pub fn calibrate(owners: &[Vec<DayEvidence>], seed: u64, date: String, command: String) -> Calibration {
    let thresholds = Hypothesis::ALL.into_iter().filter_map(|hypothesis| fit(owners, hypothesis)).collect();
    Calibration { date, command, seed, thresholds }
}

fn fit(owners: &[Vec<DayEvidence>], hypothesis: Hypothesis) -> Option<Threshold> {
    let scores = sorted(owners.iter().flatten().filter_map(|day| day.score(hypothesis)).collect());
    let quantile = 1.0 - hypothesis.weight() * 1e-3;
    let threshold = quantile_of(&scores, quantile)?;
    let at = |share| quantile_of(&scores, share);
    let honest = Honest { median: at(0.5)?, p99: at(0.99)?, p999: at(0.999)?, max: scores.last().copied()? };
    let cusum = hypothesis.accumulates().then(|| cusum(owners, hypothesis, honest.p99, quantile)).flatten();
    let (hypothesis, days) = (hypothesis.as_str().into(), scores.len() as u64);
    Some(Threshold { hypothesis, days, quantile, threshold, honest, cusum })
}

/// The sum's limit: the same quantile of honest sums, each owner's from its first day on.
fn cusum(
    owners: &[Vec<DayEvidence>],
    hypothesis: Hypothesis,
    reference: f64,
    quantile: f64,
) -> Option<CusumLimits> {
    let sums = owners.iter().flat_map(|days| {
        let mut cusum = Cusum::default();
        let limits = CusumLimits { reference, limit: 1.0 };
        days.iter()
            .filter_map(|day| day.score(hypothesis))
            .map(|score| cusum.step(score, limits))
            .collect::<Vec<_>>()
    });
    let limit = quantile_of(&sorted(sums.collect()), quantile)?;
    Some(CusumLimits { reference, limit }).filter(|limits| limits.limit > 0.0)
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Days.
    pub days: u64,
    /// Of them rejected.
    pub rejected: u64,
    /// Of them without an answer.
    pub unproven: u64,
    /// Owners.
    pub owners: u64,
    /// Of them rejected on more than two days in thirty.
    pub condemned: u64,
}

impl Count {
    /// Counts judged days.
    pub fn of(owners: &[Vec<DayEvidence>], calibration: &Calibration) -> Self {
        let mut count = Self { owners: owners.len() as u64, ..Self::default() };
        for days in owners {
            let outcomes: Vec<Outcome> = days.iter().map(|day| judge_day(day, calibration).outcome).collect();
            let number = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
            count.days += days.len() as u64;
            count.rejected += number(Outcome::Rejected) as u64;
            count.unproven += number(Outcome::Unproven) as u64;
            count.condemned += u64::from(number(Outcome::Rejected) > REJECTED_DAYS_MAX);
        }
        count
    }
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod trial_tests;
