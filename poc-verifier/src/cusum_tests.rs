use super::*;
use crate::hypothesis::{DayBook, Honest, Threshold};

fn calibration(hypothesis: Hypothesis) -> Calibration {
    let honest = Honest { median: -3.0, p99: -1.0, p999: 0.0, max: 2.0 };
    let threshold = Threshold {
        hypothesis: hypothesis.as_str().into(),
        days: 1000,
        quantile: 0.999,
        threshold: 2.0,
        honest,
        cusum: Some(CusumLimits { reference: -1.0, limit: 5.0 }),
    };
    Calibration { date: "today".into(), command: "none".into(), seed: 1, thresholds: vec![threshold] }
}

#[test]
fn small_excesses_add_up_and_honest_days_never_do() {
    let limits = CusumLimits { reference: -1.0, limit: 5.0 };
    let (mut cheat, mut honest) = (Cusum::default(), Cusum::default());
    let first = (1..100).find(|_| cheat.step(1.0, limits) > limits.limit);
    assert_eq!(first, Some(3), "two a day over the reference pass five on the third day");
    assert!((0..1000).all(|_| honest.step(-1.5, limits) <= 0.0));
}

#[test]
fn static_hypotheses_are_not_added_up() {
    use crate::place::PlaceVerdict;
    let mut book = DayBook::default();
    book.add_place(&PlaceVerdict { anchors: 10, agreeing: 9, votes: 40.0, ..PlaceVerdict::by_genesis() });
    let day = book.evidence();
    assert_eq!(day.score(Hypothesis::Place), Some(40.0));
    let mut cusum = Cusum::default();
    let said: Vec<Outcome> =
        (0..30).map(|_| cusum.add(Hypothesis::Place, &day, &calibration(Hypothesis::Place))).collect();
    assert!(said.iter().all(|outcome| *outcome == Outcome::Unproven));
}
