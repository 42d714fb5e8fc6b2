use super::*;
use crate::{finding::SCORE_REJECT, testing::Dice};

const TRIALS: u64 = 20_000;

/// An exchange over eight channels, honest or of two paths.
fn exchange(dice: &mut Dice, fading_db: f64, honest: bool) -> Exchange {
    let mut exchange = Exchange::default();
    for channel_hz in 0..8 {
        let out = dice.normal(fading_db);
        let back = if honest { out } else { dice.normal(fading_db) };
        let level = |level_db: f64, error: f64| Level { channel_hz, level_db: level_db + error };
        exchange.out.push(level(out, dice.normal(1.0)));
        exchange.back.push(level(7.0 + back, dice.normal(1.0)));
    }
    exchange
}

fn share_rejected(fading_db: f64, exchanges: u64, honest: bool) -> f64 {
    let rejected = (0..TRIALS).filter(|seed| {
        let mut dice = Dice::new(*seed);
        let exchanges: Vec<_> = (0..exchanges).map(|_| exchange(&mut dice, fading_db, honest)).collect();
        likeness(&exchanges).unwrap().score >= SCORE_REJECT
    });
    rejected.count() as f64 / TRIALS as f64
}

#[test]
fn one_path_is_one_path() {
    for fading_db in [0.5, 1.5, 2.0, 4.5, 8.0] {
        for exchanges in [1, 3, 10] {
            let share = share_rejected(fading_db, exchanges, true);
            assert!(share <= 1.0 / TRIALS as f64, "{fading_db} dB, {exchanges}: {share}");
        }
    }
}

#[test]
fn two_paths_are_told_where_they_fade() {
    // At the reject threshold of a single edge, which is far beyond one honest edge in a thousand.
    for (fading_db, exchanges, least) in [(4.5, 1, 0.33), (4.5, 3, 0.85), (2.0, 10, 0.1)] {
        let share = share_rejected(fading_db, exchanges, false);
        println!("fading {fading_db} dB, {exchanges} exchanges: {share:.3} rejected");
        assert!(share >= least, "{fading_db} dB, {exchanges}: {share}");
    }
}

#[test]
fn gains_fall_out_and_directions_do_not_matter() {
    let mut dice = Dice::new(7);
    let one = exchange(&mut dice, 4.5, false);
    let shifted = |levels: &[Level], by: f64| {
        levels.iter().map(|level| Level { level_db: level.level_db + by, ..*level }).collect()
    };
    let louder = Exchange { out: shifted(&one.out, 20.0), back: shifted(&one.back, -3.0) };
    let turned = Exchange { out: one.back.clone(), back: one.out.clone() };
    let plain = likeness(std::slice::from_ref(&one)).unwrap();
    for other in [louder, turned] {
        let other = likeness(&[other]).unwrap();
        assert!((other.score - plain.score).abs() < 1e-9 && other.channels == plain.channels);
    }
}

#[test]
fn too_little_says_nothing() {
    let mut dice = Dice::new(8);
    let mut few = exchange(&mut dice, 4.5, true);
    few.back.truncate(3);
    assert_eq!(likeness(&[few]), None);
    assert_eq!(likeness(&[]), None);
    let flat = vec![Level { channel_hz: 1, level_db: -80.0 }; 8];
    assert_eq!(likeness(&[Exchange { out: flat.clone(), back: flat }]), None);
}
