use super::*;
use crate::testing::Dice;

const TRIALS: u64 = 4000;
const ANCHORS: usize = 9;

/// Nine anchors that hear each other both ways, 35 % of the lines late by echoes; the first clock is off.
fn town(dice: &mut Dice, off_ns: f64) -> Vec<Lateness> {
    let clocks: Vec<f64> =
        (0..ANCHORS).map(|anchor| dice.normal(30.0) + if anchor == 0 { off_ns } else { 0.0 }).collect();
    let mut timed = Vec::new();
    for (one, other) in (0..ANCHORS).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let blocked = dice.between(0.0, 1.0) < 0.35;
        let echo_ns = if blocked { -280.0 * dice.between(1e-9, 1.0).ln() } else { dice.normal(40.0) };
        for (sender, receiver) in [(one, other), (other, one)] {
            let late_ns = echo_ns + clocks[receiver] - clocks[sender] + dice.normal(40.0);
            timed.push(Lateness { sender, receiver, late_ns });
        }
    }
    timed
}

fn flagged(off_ns: f64, threshold: f64) -> (u64, u64) {
    let (mut caught, mut wronged) = (0, 0);
    for seed in 0..TRIALS {
        let verdicts = judge(ANCHORS, &town(&mut Dice::new(seed), off_ns));
        let over = |verdict: &Option<ClockVerdict>| verdict.is_some_and(|verdict| verdict.score > threshold);
        caught += u64::from(over(&verdicts[0]));
        wronged += verdicts[1..].iter().filter(|verdict| over(verdict)).count() as u64;
    }
    (caught, wronged)
}

#[test]
fn a_microsecond_is_told_and_no_honest_clock_is_blamed() {
    let (honest, wronged) = flagged(0.0, FLAGGED);
    println!("right clocks flagged: {} of {}", honest + wronged, TRIALS * ANCHORS as u64);
    assert!(honest + wronged <= TRIALS * ANCHORS as u64 / 10_000, "{honest} {wronged}");
    for (off_ns, least) in [(300.0, 0.90), (1000.0, 0.999), (10_000.0, 0.999)] {
        let (caught, wronged) = flagged(off_ns, FLAGGED);
        println!("{off_ns} ns: {caught} of {TRIALS} flagged, {wronged} of the others");
        assert!(caught as f64 >= least * TRIALS as f64, "{off_ns} ns: {caught}");
        assert!(wronged <= TRIALS * ANCHORS as u64 / 1000, "{off_ns} ns: {wronged} of the others");
    }
}

#[test]
fn what_never_changes_is_the_site() {
    let today = ClockVerdict { off_ns: 350.0, links: 8, score: 3.0 };
    assert!(changed(today, &[340.0, 355.0, 348.0]).score < 0.0);
    assert!(changed(today, &[0.0, 5.0, -3.0]).score > 0.0);
}

#[test]
fn few_links_or_strange_numbers_say_nothing() {
    assert_eq!(judge(2, &[]), [None, None]);
    assert_eq!(judge(0, &[Lateness { sender: 0, receiver: 1, late_ns: 1.0 }]), []);
    let one = [Lateness { sender: 9, receiver: 1, late_ns: 1.0 }];
    assert_eq!(judge(3, &one), [None, None, None]);
}
