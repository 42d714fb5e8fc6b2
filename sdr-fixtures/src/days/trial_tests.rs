use super::*;
use crate::days::villains::{ExpertSpoof, LeakedPayload};

fn draw(purpose: Purpose) -> Draw {
    Draw { purpose, seed: 5, around: Around::suburb(10) }
}

#[test]
fn fitting_and_reporting_share_no_day() {
    let scores = |purpose| draw(purpose).owners(2, 3, None, &|| ());
    assert_eq!(scores(Purpose::Fit), scores(Purpose::Fit));
    assert_ne!(scores(Purpose::Fit), scores(Purpose::Report));
}

#[test]
fn a_quantile_that_nothing_lies_beyond_is_not_measured() {
    let values: Vec<f64> = (0..1000).map(f64::from).collect();
    assert_eq!(quantile_of(&values, 0.99), Some(989.0));
    assert_eq!(quantile_of(&values, 0.9998), None);
}

#[test]
fn honest_scores_are_low_and_cheats_are_high() {
    let median = |villain: Option<&dyn Villain>, hypothesis| {
        let owners = draw(Purpose::Report).owners(20, 2, villain, &|| ());
        let scores =
            sorted(owners.iter().flatten().filter_map(|day| day.evidence.score(hypothesis)).collect());
        quantile_of(&scores, 0.5).unwrap()
    };
    assert!(median(None, Hypothesis::Blind) < -20.0);
    assert!(median(Some(&LeakedPayload), Hypothesis::Blind) > 50.0);
    assert!(median(None, Hypothesis::Place) < 10.0);
    assert!(median(Some(&ExpertSpoof { metres: 3000.0 }), Hypothesis::Place) > 25.0);
}
