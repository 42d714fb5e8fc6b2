use super::*;
use crate::{
    finding::Finding,
    party::Party,
    place::PlaceVerdict,
    testing::{away, lisbon, party, secret},
};
use identity::PublicKey;

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

fn anchor(number: u64) -> PublicKey {
    PublicKey::of(&secret(number))
}

/// A day with one report of each of so many anchors.
fn day_of(anchors: u64, findings: &[Finding]) -> DayEvidence {
    let mut book = DayBook::default();
    for number in 0..anchors {
        book.add_report(anchor(number), findings);
    }
    book.evidence()
}

#[test]
fn credit_on_clean_checks_does_not_pay_for_an_impossible_one() {
    let findings = [
        finding(CheckName::Frequency, -16.0),
        finding(CheckName::TimeDither, -16.0),
        finding(CheckName::NoiseFloor, 30.0),
    ];
    let day = day_of(20, &findings);
    let verdict = judge_day(&day, &calibration(&[(Hypothesis::Blind, 3.0), (Hypothesis::Floor, 3.0)]));
    assert_eq!(verdict.outcome, Outcome::Rejected);
    let worst = verdict.worst.unwrap();
    assert_eq!((worst.hypothesis, worst.score), (Hypothesis::Floor, DAY_SCORE_MAX));
    assert_eq!(day.score(Hypothesis::Blind), Some(-80.0));
}

#[test]
fn one_report_is_cut_and_what_was_not_tested_or_calibrated_says_nothing() {
    let nothing = DayEvidence::default();
    assert_eq!(judge_day(&nothing, &calibration(&[(Hypothesis::Blind, 3.0)])).outcome, Outcome::Unproven);
    let day = day_of(6, &[finding(CheckName::LinkBudget, 30.0)]);
    assert_eq!(day.score(Hypothesis::Power), Some(36.0));
    assert_eq!(judge_day(&day, &calibration(&[(Hypothesis::Blind, 3.0)])).outcome, Outcome::Unproven);
    assert_eq!(judge_day(&day, &calibration(&[(Hypothesis::Power, 37.0)])).outcome, Outcome::Unproven);
    assert_eq!(judge_day(&day, &calibration(&[(Hypothesis::Power, 35.0)])).outcome, Outcome::Rejected);
}

/// However much few anchors' beacons speak against it.
#[test]
fn reports_accuse_only_by_six_anchors_and_four() {
    for (tested, against, outcome) in [
        (5, 5, Outcome::Unproven),
        (6, 3, Outcome::Unproven),
        (6, 4, Outcome::Rejected),
        (10, 5, Outcome::Unproven),
        (10, 6, Outcome::Rejected),
    ] {
        let mut book = DayBook::default();
        for number in 0..tested {
            let score = if number < against { 6.0 } else { -1.0 };
            for _ in 0..10 {
                book.add_report(anchor(number), &[finding(CheckName::Frequency, score)]);
            }
        }
        let verdict = judge_day(&book.evidence(), &calibration(&[(Hypothesis::Blind, 3.0)]));
        assert_eq!(verdict.outcome, outcome, "{tested} {against}");
    }
}

#[test]
fn a_place_accuses_only_by_six_anchors_and_four() {
    for (anchors, agreeing, accuses) in [(5, 5, false), (6, 3, false), (6, 4, true), (10, 5, false)] {
        let outcome = Outcome::Unproven;
        let place = PlaceVerdict { outcome, anchors, agreeing, votes: 50.0, ..PlaceVerdict::by_genesis() };
        let mut book = DayBook::default();
        book.add_place(&place);
        assert_eq!(book.evidence().score(Hypothesis::Place).is_some(), accuses, "{anchors} {agreeing}");
    }
}

#[test]
fn the_worst_of_many_pairs_pays_for_having_been_looked_for() {
    let mut book = DayBook::default();
    book.add_resemblances(&[]);
    assert_eq!(book.evidence().score(Hypothesis::Clone), None);
    book.add_resemblances(&[-3.0, 12.0, 1.0]);
    let score = book.evidence().score(Hypothesis::Clone).unwrap();
    assert!((score - (12.0 - 3.0_f64.ln())).abs() < 1e-12);
}

#[test]
fn silence_is_neither_rejected_nor_accepted() {
    let thresholds = calibration(&[(Hypothesis::Blind, -18.0), (Hypothesis::Place, 8.0)]);
    let mut book = DayBook::default();
    book.add_report(anchor(1), &[finding(CheckName::Frequency, -16.0)]);
    assert_eq!(judge_day(&book.evidence(), &thresholds).outcome, Outcome::Unproven);
    book.add_place(&PlaceVerdict { anchors: 10, agreeing: 9, ..PlaceVerdict::by_genesis() });
    assert_eq!(judge_day(&book.evidence(), &thresholds).outcome, Outcome::Accepted);
}

/// Between zero and the threshold nothing is paid, and nobody is accused.
#[test]
fn a_day_that_a_cheat_explains_better_is_doubted_before_it_is_rejected() {
    let thresholds = calibration(&[(Hypothesis::Blind, -18.0), (Hypothesis::Clone, 5.0)]);
    // No sooner than what honest guards have in common in air full of villains, whatever was fitted on drawn ones.
    for (score, outcome) in [(-1.0, Outcome::Accepted), (6.0, Outcome::Unproven), (26.0, Outcome::Rejected)] {
        let mut book = DayBook::default();
        book.add_report(anchor(1), &[finding(CheckName::Frequency, -16.0)]);
        book.add_place(&PlaceVerdict { anchors: 10, agreeing: 9, ..PlaceVerdict::by_genesis() });
        book.add_resemblances(&[score]);
        assert_eq!(judge_day(&book.evidence(), &thresholds).outcome, outcome, "{score}");
    }
}

/// Echoes that a street has in common: drawn days have not shown them, simulated air has.
#[test]
fn a_place_is_given_up_no_sooner_in_a_day_than_in_an_epoch() {
    let thresholds = calibration(&[(Hypothesis::Place, 9.0)]);
    for (votes, outcome) in [(24.0, Outcome::Unproven), (26.0, Outcome::Rejected)] {
        let mut book = DayBook::default();
        book.add_place(&PlaceVerdict { anchors: 8, agreeing: 6, votes, ..PlaceVerdict::by_genesis() });
        assert_eq!(judge_day(&book.evidence(), &thresholds).outcome, outcome, "{votes}");
    }
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
