use super::*;
use crate::testing::Dice;

const TRIALS: u64 = 4000;

/// Hotspots in earshot of each other behind walls of any kind; the last is no anchor and radiates so much more than it states.
fn town(dice: &mut Dice, anchors: usize, over_db: f64) -> (Vec<bool>, Vec<Arriving>) {
    let mut off: Vec<f64> = (0..=anchors).map(|_| dice.normal(STATED_DB)).collect();
    off[anchors] += over_db;
    let mut arriving = Vec::new();
    for (one, other) in (0..=anchors).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let path_db = -dice.between(90.0, 130.0);
        for (sender, receiver) in [(one, other), (other, one)] {
            // Whose receiver reads high and whose power is high is one number: only their difference is seen.
            let gain_db = path_db + 0.5 * (off[sender] - off[receiver]) + dice.normal(1.0);
            arriving.push(Arriving { sender, receiver, gain_db });
        }
    }
    ((0..=anchors).map(|node| node < anchors).collect(), arriving)
}

fn flagged(anchors: usize, over_db: f64) -> f64 {
    let flagged = (0..TRIALS).filter(|seed| {
        let (anchors, arriving) = town(&mut Dice::new(*seed), anchors, over_db);
        judge(&anchors, &arriving).last().unwrap().unwrap().score > FLAGGED
    });
    flagged.count() as f64 / TRIALS as f64
}

#[test]
fn an_amplifier_is_told_whatever_the_walls() {
    for (anchors, over_db, least, most) in [
        (8, 0.0, 0.0, 0.003),
        (20, 0.0, 0.0, 0.003),
        (20, 3.0, 0.0, 0.2),
        (20, 6.0, 0.25, 0.7),
        (20, 10.0, 0.90, 1.0),
        (8, 10.0, 0.85, 1.0),
        (20, -10.0, 0.90, 1.0),
    ] {
        let share = flagged(anchors, over_db);
        println!("{anchors} anchors, {over_db} dB: {share:.4} of {TRIALS}");
        assert!(share >= least && share <= most, "{anchors} anchors, {over_db} dB: {share}");
    }
}

#[test]
fn a_misstated_gain_works_both_ways_and_is_not_told_here() {
    let (anchors, mut arriving) = town(&mut Dice::new(1), 12, 0.0);
    let before = judge(&anchors, &arriving);
    for heard in arriving.iter_mut().filter(|heard| heard.sender.max(heard.receiver) == 12) {
        heard.gain_db += 9.0;
    }
    for (before, after) in before.into_iter().zip(judge(&anchors, &arriving)) {
        assert!((before.unwrap().over_db - after.unwrap().over_db).abs() < 1e-9);
    }
}

#[test]
fn who_was_not_heard_both_ways_by_six_anchors_is_not_judged() {
    let (anchors, arriving) = town(&mut Dice::new(2), 5, 20.0);
    assert_eq!(judge(&anchors, &arriving).last().unwrap(), &None);
    let (anchors, mut arriving) = town(&mut Dice::new(2), 8, 20.0);
    arriving.retain(|heard| heard.receiver != 8 || heard.sender > 2);
    assert_eq!(judge(&anchors, &arriving).last().unwrap(), &None);
    // Of numbers that nobody has nothing is read.
    let nobody = Arriving { sender: 80, receiver: 3, gain_db: 0.0 };
    assert_eq!(judge(&anchors[..2], &[nobody]), [None, None]);
}

#[test]
fn three_liars_among_eight_do_not_make_an_amplifier() {
    let (anchors, mut arriving) = town(&mut Dice::new(3), 8, 0.0);
    for heard in arriving.iter_mut().filter(|heard| heard.sender == 8 && heard.receiver < 3) {
        heard.gain_db += 40.0;
    }
    assert!(judge(&anchors, &arriving)[8].unwrap().score < FLAGGED);
}
