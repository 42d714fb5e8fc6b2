use super::*;
use crate::{
    party::Party,
    testing::{away, lisbon, party},
};

fn finding(check: CheckName, score: f64) -> Finding {
    Finding::by_score(check, score, (0.0, 0.0, ""), String::new())
}

fn calibration(thresholds: &[(Hypothesis, f64)]) -> Calibration {
    let honest = Honest { median: -40.0, p99: 0.0, p999: 1.0, max: 2.0 };
    let thresholds = thresholds
        .iter()
        .map(|(hypothesis, threshold)| Threshold {
            hypothesis: hypothesis.as_str().into(),
            days: 1000,
            quantile: 0.999,
            threshold: *threshold,
            honest,
            cusum: None,
        })
        .collect();
    Calibration { date: "today".into(), command: "none".into(), seed: 1, thresholds }
}

#[test]
fn the_published_calibration_is_one() {
    let published = Calibration::published();
    assert!(
        published.threshold(Hypothesis::Blind).is_some() && published.threshold(Hypothesis::Place).is_some()
    );
}

#[test]
fn credit_on_clean_checks_does_not_pay_for_an_impossible_one() {
    let mut day = DayEvidence::default();
    for _ in 0..20 {
        day.add_report(&[
            finding(CheckName::Frequency, -16.0),
            finding(CheckName::TimeDither, -16.0),
            finding(CheckName::NoiseFloor, 30.0),
        ]);
    }
    let verdict = judge_day(&day, &calibration(&[(Hypothesis::Blind, 3.0), (Hypothesis::Floor, 3.0)]));
    assert_eq!(verdict.outcome, Outcome::Rejected);
    let worst = verdict.worst.unwrap();
    assert_eq!((worst.hypothesis, worst.score), (Hypothesis::Floor, DAY_SCORE_MAX));
    assert_eq!(day.score(Hypothesis::Blind), Some(-80.0));
}

#[test]
fn one_report_is_cut_and_what_was_not_tested_or_calibrated_says_nothing() {
    let mut day = DayEvidence::default();
    assert_eq!(judge_day(&day, &calibration(&[(Hypothesis::Blind, 3.0)])).outcome, Outcome::Unproven);
    day.add_report(&[finding(CheckName::LinkBudget, 30.0)]);
    assert_eq!(day.score(Hypothesis::Power), Some(6.0));
    assert_eq!(judge_day(&day, &calibration(&[(Hypothesis::Blind, 3.0)])).outcome, Outcome::Unproven);
    assert_eq!(judge_day(&day, &calibration(&[(Hypothesis::Power, 7.0)])).outcome, Outcome::Unproven);
    assert_eq!(judge_day(&day, &calibration(&[(Hypothesis::Power, 5.0)])).outcome, Outcome::Rejected);
}

#[test]
fn a_place_accuses_only_by_six_anchors_and_four() {
    for (anchors, agreeing, accuses) in [(5, 5, false), (6, 3, false), (6, 4, true), (10, 5, false)] {
        let outcome = Outcome::Unproven;
        let place = PlaceVerdict { outcome, anchors, agreeing, votes: 50.0, ..PlaceVerdict::by_genesis() };
        let mut day = DayEvidence::default();
        day.add_place(&place);
        assert_eq!(day.score(Hypothesis::Place).is_some(), accuses, "{anchors} {agreeing}");
    }
}

#[test]
fn silence_is_neither_rejected_nor_accepted() {
    let thresholds = calibration(&[(Hypothesis::Blind, -18.0), (Hypothesis::Place, 8.0)]);
    let mut day = DayEvidence::default();
    day.add_report(&[finding(CheckName::Frequency, -16.0)]);
    assert_eq!(judge_day(&day, &thresholds).outcome, Outcome::Unproven);
    day.add_place(&PlaceVerdict { anchors: 10, agreeing: 9, votes: 1.0, ..PlaceVerdict::by_genesis() });
    assert_eq!(judge_day(&day, &thresholds).outcome, Outcome::Accepted);
}

fn anchors(count: u64) -> Vec<Party> {
    (0..count).map(|n| party(n, away(lisbon(), 36.0 * n as f64, 2000.0))).collect()
}

fn blamed(anchors: &[Party], rejecting: usize) -> Outcome {
    let outcome = |index| if index < rejecting { Outcome::Rejected } else { Outcome::Accepted };
    let edges: Vec<_> = anchors.iter().enumerate().map(|(index, anchor)| (anchor, outcome(index))).collect();
    blame(&party(99, lisbon()), &edges)
}

#[test]
fn three_liars_are_never_enough_and_a_majority_of_four_is() {
    assert_eq!(blamed(&anchors(6), 3), Outcome::Accepted);
    assert_eq!(blamed(&anchors(6), 4), Outcome::Rejected);
    assert_eq!(blamed(&anchors(10), 5), Outcome::Accepted);
    assert_eq!(blamed(&anchors(10), 6), Outcome::Rejected);
    assert_eq!(blamed(&anchors(5), 5), Outcome::Unproven);
}

#[test]
fn anchors_of_one_owner_or_one_site_count_once() {
    let mut owned = anchors(8);
    let owner = owned[0].owner;
    owned.iter_mut().take(4).for_each(|anchor| anchor.owner = owner);
    assert_eq!(blamed(&owned, 8), Outcome::Unproven);
    let mut sited = anchors(8);
    let place = sited[0].place;
    sited.iter_mut().take(4).for_each(|anchor| anchor.place = place);
    assert_eq!(blamed(&sited, 8), Outcome::Unproven);
}

#[test]
fn calibrations_have_limits() {
    let good = calibration(&[(Hypothesis::Blind, 3.0)]);
    let text = serde_json::to_string(&good).unwrap();
    assert_eq!(Calibration::parse(&text).unwrap(), good);
    assert!(Calibration::parse(&text.replace("blind", "bland")).is_err());
    assert!(Calibration::parse(&text.replace("0.999", "1.5")).is_err());
    assert!(Calibration::parse(&text.replace("\"threshold\":3.0", "\"threshold\":1e300")).is_err());
    assert!(Calibration::parse(&" ".repeat(CALIBRATION_BYTES_MAX + 1)).is_err());
    let twice = calibration(&[(Hypothesis::Blind, 3.0), (Hypothesis::Blind, 9.0)]);
    assert!(Calibration::parse(&serde_json::to_string(&twice).unwrap()).is_err());
}
