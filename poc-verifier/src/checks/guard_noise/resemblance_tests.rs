//! Many comparisons of one pair, at the level of their statistics.

use super::*;
use crate::{
    checks::guard_noise::{NEAR_HYPOTHESES, score_of},
    testing::Dice,
};

/// How a copy is made.
#[derive(Clone, Copy)]
struct Copied {
    noncentrality: f64,
    wanders: bool,
}

/// One comparison: twenty independent cells, of which one is the copy's.
fn comparison(copied: Option<Copied>, dice: &mut Dice) -> Correlation {
    let chance = |dice: &mut Dice| -dice.between(1e-12, 1.0).ln();
    let mut cells = [0.0_f32; CELLS];
    for cell in &mut cells[..20] {
        *cell = chance(dice) as f32;
    }
    if let Some(copied) = copied {
        let cell = if copied.wanders { dice.below(20) as usize } else { 7 };
        let sigma = 0.5_f64.sqrt();
        let real = copied.noncentrality.sqrt() + dice.normal(sigma);
        cells[cell] = (real.powi(2) + dice.normal(sigma).powi(2)) as f32;
    }
    let statistic = f64::from(cells.iter().copied().fold(0.0, f32::max));
    let score = score_of(statistic, NEAR_HYPOTHESES);
    Correlation { statistic, hypotheses: NEAR_HYPOTHESES, score, lag: 0.0, shift_hz: 0.0, cells }
}

fn of_many(comparisons: usize, copied: Option<Copied>, dice: &mut Dice) -> f64 {
    let mut resemblance = Resemblance::default();
    for _ in 0..comparisons {
        resemblance.add(&comparison(copied, dice));
    }
    assert_eq!(resemblance.compared() as usize, comparisons);
    resemblance.score().expect("compared")
}

/// A likelihood ratio exceeds e^s by chance with probability e^-s at most.
#[test]
fn honest_pairs_score_high_no_oftener_than_a_likelihood_ratio_may() {
    let mut dice = Dice::new(71);
    for comparisons in [1, 3, 20, 60] {
        let pairs = 20_000;
        let mut scores: Vec<f64> = (0..pairs).map(|_| of_many(comparisons, None, &mut dice)).collect();
        scores.sort_by(f64::total_cmp);
        println!(
            "{comparisons} comparisons: median {:.2}, largest of {pairs} {:.2}",
            scores[pairs / 2],
            scores[pairs - 1]
        );
        for score in [0.0, 2.0, 4.0] {
            let beyond = scores.iter().filter(|own| **own > score).count() as f64;
            let bound = pairs as f64 * f64::exp(-score);
            assert!(beyond <= bound + 3.0 * bound.sqrt(), "{comparisons}, {score}: {beyond}");
        }
    }
}

#[test]
fn a_days_guards_tell_what_one_does_not() {
    let mut dice = Dice::new(72);
    for (own_noise_db, wanders, comparisons, least) in [
        (12.0, false, 5, 0.80),
        (12.0, false, 20, 0.999),
        (12.0, true, 20, 0.98),
        (15.0, false, 20, 0.60),
        (15.0, true, 20, 0.0),
    ] {
        let noncentrality = 2000.0 / (1.0 + 10_f64.powf(0.1 * own_noise_db)).powi(2);
        let days = 2000;
        let copied = Some(Copied { noncentrality, wanders });
        let told = (0..days).filter(|_| of_many(comparisons, copied, &mut dice) > 6.0).count();
        println!("own noise {own_noise_db} dB, {comparisons} guards, wanders {wanders}: {told} of {days}");
        assert!(told as f64 >= least * f64::from(days), "{own_noise_db}, {comparisons}, {wanders}: {told}");
    }
}

#[test]
fn one_guard_however_alike_is_one_guard() {
    let mut dice = Dice::new(73);
    let mut resemblance = Resemblance::default();
    for _ in 0..30 {
        resemblance.add(&comparison(None, &mut dice));
    }
    let before = resemblance.score().unwrap();
    resemblance.add(&comparison(Some(Copied { noncentrality: 1e9, wanders: false }), &mut dice));
    let by = resemblance.score().unwrap() - before;
    assert!(by < 15.0, "{by}");
    assert!(Resemblance::default().score().is_none());
}
