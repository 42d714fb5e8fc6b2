//! Honest receivers, clones, and neighbours who hear the same burst.

use num_complex::{Complex32, Complex64};
use proptest::prelude::*;
use rustfft::FftDirection;
use witness::{
    Bandwidth, CodingRate, Depth, FrameFormat, PayloadFormat, Snippet, SpreadingFactor, SyncWord, modulate,
};

use super::{guard::transform, *};
use crate::testing::Dice;

const CHIP_RATE_HZ: f64 = 250e3;
pub(super) const RATE_HZ: f64 = 2.0 * CHIP_RATE_HZ;
const SAMPLES: usize = 4096;
/// Room around a guard for delays.
const ROOM: usize = 512;
/// Samples from the guard's end to the frame.
const GAP: f64 = 32.4;

fn white(dice: &mut Dice) -> Vec<Complex32> {
    let sigma = 0.5_f64.sqrt();
    (0..SAMPLES + 2 * ROOM)
        .map(|_| Complex32::new(dice.normal(sigma) as f32, dice.normal(sigma) as f32))
        .collect()
}

/// Noise as a decimator leaves it: its stopband 40 dB down, its passband rippling by 1 dB.
pub(super) fn coloured(dice: &mut Dice, pass: f64) -> Vec<Complex32> {
    let mut samples = white(dice);
    let size = samples.len();
    transform(&mut samples, FftDirection::Forward);
    for (bin, value) in samples.iter_mut().enumerate() {
        let cycles = bin as f64 / size as f64;
        let frequency = cycles.min(1.0 - cycles);
        let ripple = 1.0 + 0.1 * (40.0 * frequency).cos();
        let gain = if frequency < 0.5 * pass { ripple } else { 0.01 };
        *value *= (gain / size as f64) as f32;
    }
    transform(&mut samples, FftDirection::Inverse);
    samples
}

/// Samples late by any fraction, and on another carrier.
pub(super) fn moved(samples: &[Complex32], late: f64, shift_hz: f64) -> Vec<Complex32> {
    let size = samples.len();
    let mut spectrum = samples.to_vec();
    transform(&mut spectrum, FftDirection::Forward);
    for (bin, value) in spectrum.iter_mut().enumerate() {
        let signed = if bin > size / 2 { bin as f64 - size as f64 } else { bin as f64 };
        let turns = -signed * late / size as f64;
        *value *= turned(turns) / size as f32;
    }
    transform(&mut spectrum, FftDirection::Inverse);
    let shifted = spectrum.iter().enumerate().map(|(n, value)| value * turned(shift_hz / RATE_HZ * n as f64));
    shifted.collect()
}

fn turned(turns: f64) -> Complex32 {
    let phasor = Complex64::from_polar(1.0, std::f64::consts::TAU * turns.fract());
    Complex32::new(phasor.re as f32, phasor.im as f32)
}

pub(super) fn plus(a: &[Complex32], b: &[Complex32], amplitude: f64) -> Vec<Complex32> {
    a.iter().zip(b).map(|(a, b)| a + b * amplitude as f32).collect()
}

/// Quantised, committed to, shown, whitened. The frame begins `GAP + late` samples after the guard.
pub(super) fn guard(samples: &[Complex32], late: f64) -> Guard {
    guard_if_noise(samples, late).expect("noise of 4096 samples")
}

/// The same of what may be no noise.
pub(super) fn guard_if_noise(samples: &[Complex32], late: f64) -> Option<Guard> {
    let shown = Snippet::of(&samples[ROOM..ROOM + SAMPLES], 900, Depth::Four).unwrap();
    Guard::of(&shown, 900.0 + SAMPLES as f64 + GAP + late, 2, CHIP_RATE_HZ)
}

fn likeness(one: &Guard, other: &Guard, cfo_hz: f64) -> Likeness {
    Likeness::of(one, other, cfo_hz, 0.0).expect("both are long")
}

fn convicts(likeness: &Likeness) -> bool {
    matches!(likeness, Likeness::Noise(correlation) if correlation.score >= SCORE_REJECT)
}

/// One capture behind two keys, each with its own delay, carrier and noise `own_db` above the capture's; none at all for `None`.
fn cloned(dice: &mut Dice, capture: &[Complex32], own_db: Option<f64>) -> (Guard, f64) {
    let (late, shift_hz) = (dice.between(-2.0, 2.0), dice.between(-2000.0, 2000.0));
    let copy = moved(capture, late, shift_hz);
    let own = own_db.map_or(0.0, |db| 10_f64.powf(0.05 * db));
    (guard(&plus(&copy, &white(dice), own), late), shift_hz)
}

/// Share of honest pairs above every score is at most e^-score: ten is one in twenty thousand.
#[test]
fn honest_pairs_are_no_more_alike_than_chance() {
    let mut dice = Dice::new(31);
    let guards: Vec<(Guard, f64)> = (0..150)
        .map(|number| {
            let samples = match number % 3 {
                0 => white(&mut dice),
                1 => coloured(&mut dice, 0.8),
                _ => coloured(&mut dice, 0.55),
            };
            let (late, cfo_hz) = (dice.between(-0.5, 0.5), dice.between(-1700.0, 1700.0));
            (guard(&samples, late), cfo_hz)
        })
        .collect();
    let mut scores = Vec::new();
    let mut near = Vec::new();
    for (number, (one, one_hz)) in guards.iter().enumerate() {
        for (other, other_hz) in &guards[..number] {
            let found = likeness(one, other, one_hz - other_hz);
            scores.push(found.correlation().score);
            if found.correlation().hypotheses < FAR_HYPOTHESES {
                near.push(found.correlation().statistic);
            }
        }
    }
    scores.sort_by(f64::total_cmp);
    let pairs = scores.len() as f64;
    let beyond = |score: f64| scores.iter().filter(|own| **own > score).count() as f64 / pairs;
    println!("{pairs} honest pairs: largest score {:.2}", scores[scores.len() - 1]);
    for score in [-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0] {
        println!("  score > {score:4.1}: {:.5}; bound {:.5}", beyond(score), f64::min(1.0, (-score).exp()));
    }
    for x in [6.0, 8.0, 10.0] {
        let share = near.iter().filter(|own| **own > x).count() as f64 / pairs;
        println!("  near statistic > {x}: {share:.5}, {:.1} hypotheses", share * f64::exp(x));
    }
    for score in [0.0, 1.0, 2.0] {
        let bound = f64::exp(-score);
        assert!(beyond(score) <= bound + 3.0 * (bound / pairs).sqrt(), "{score}: {}", beyond(score));
    }
    assert!(scores[scores.len() - 1] < SCORE_REJECT);
}

#[test]
fn clones_are_told_by_their_noise() {
    let mut dice = Dice::new(32);
    let trials = 150;
    let mut told = Vec::new();
    for own_db in [None, Some(0.0), Some(6.0), Some(9.0), Some(12.0), Some(15.0)] {
        let (mut convicted, mut bursts, mut statistics) = (0, 0, Vec::new());
        for _ in 0..trials {
            let capture = white(&mut dice);
            let (one, one_hz) = cloned(&mut dice, &capture, own_db);
            let (other, other_hz) = cloned(&mut dice, &capture, own_db);
            let found = likeness(&one, &other, one_hz - other_hz);
            convicted += usize::from(convicts(&found));
            bursts += usize::from(matches!(found, Likeness::Burst(_)));
            statistics.push(found.correlation().statistic);
        }
        statistics.sort_by(f64::total_cmp);
        println!(
            "own noise {own_db:?} dB: {convicted} of {trials} convicted, {bursts} taken for a burst, median N rho^2 {:.1}",
            statistics[trials / 2]
        );
        told.push(convicted);
    }
    let [none, zero, six, nine, twelve, _] = told[..] else { panic!("six levels") };
    assert!(none >= trials * 97 / 100 && zero >= trials * 97 / 100 && six >= trials * 97 / 100);
    assert!(nine >= trials * 95 / 100, "{nine}");
    assert!(twelve >= trials * 10 / 100, "{twelve}");
}

/// A guard that was cut elsewhere from the capture than it says.
#[test]
fn clones_are_told_at_any_lag() {
    let mut dice = Dice::new(33);
    for late in [7.0, -150.0, 400.0] {
        let capture = white(&mut dice);
        let one = guard(&capture, 0.0);
        let other = guard(&plus(&moved(&capture, late, 0.0), &white(&mut dice), 1.0), 0.0);
        assert!(convicts(&likeness(&one, &other, 800.0)), "{late}");
        assert!(convicts(&likeness(&other, &one, -800.0)), "{late}, swapped");
        // Numbers moved, samples not: near, with the arrivals' difference.
        let said_ns = late / RATE_HZ * 1e9;
        assert!(convicts(&Likeness::of(&one, &other, 0.0, said_ns).unwrap()), "{late}, said");
    }
}

/// One of two clones keeps one sample a chip.
#[test]
fn clones_are_told_across_rates() {
    let mut dice = Dice::new(34);
    let capture = white(&mut dice);
    let one = guard(&capture, 0.0);
    let band: Vec<Complex32> = moved(&capture, 0.0, 0.0);
    let mut spectrum = band;
    let size = spectrum.len();
    transform(&mut spectrum, FftDirection::Forward);
    let half: Vec<Complex32> = (0..size / 2)
        .map(|bin| spectrum[if bin < size / 4 { bin } else { bin + size / 2 }] / size as f32)
        .collect();
    let mut slow = half;
    transform(&mut slow, FftDirection::Inverse);
    let taken = &slow[ROOM / 2..ROOM / 2 + SAMPLES / 2];
    let shown = Snippet::of(taken, 50, Depth::Four).unwrap();
    let first_sample = 50.0 + f64::midpoint(SAMPLES as f64, GAP);
    let other = Guard::of(&shown, first_sample, 1, CHIP_RATE_HZ).unwrap();
    assert!(convicts(&likeness(&one, &other, 0.0)));
    assert!(convicts(&likeness(&other, &one, 0.0)));
}

fn lora(sf: u32, bandwidth: Bandwidth, per_chip: u8, dice: &mut Dice) -> Vec<Complex32> {
    let format = FrameFormat {
        sf: SpreadingFactor::new(sf).unwrap(),
        bandwidth,
        payload: PayloadFormat { coding_rate: CodingRate::Cr45, crc: true, explicit_header: true },
        sync_word: SyncWord::PRIVATE,
        preamble_symbols: 8,
    };
    let payload: [u8; 120] = dice.bytes();
    let samples = modulate(format, &payload, per_chip.into()).unwrap();
    let from = dice.below((samples.len() - SAMPLES - 2 * ROOM) as u64) as usize;
    samples[from..from + SAMPLES + 2 * ROOM].to_vec()
}

fn carrier(dice: &mut Dice) -> Vec<Complex32> {
    let hz = dice.between(-2e5, 2e5);
    (0..SAMPLES + 2 * ROOM).map(|n| turned(hz / RATE_HZ * n as f64)).collect()
}

/// 50 kbit/s, as meters send.
fn keyed(dice: &mut Dice) -> Vec<Complex32> {
    let mut turns = 0.0;
    let mut deviation = 0.0;
    (0..SAMPLES + 2 * ROOM)
        .map(|n| {
            if n % 10 == 0 {
                deviation = if dice.below(2) == 0 { 25e3 } else { -25e3 };
            }
            turns += (deviation + 6e4) / RATE_HZ;
            turned(turns)
        })
        .collect()
}

/// A tenth of the guard is somebody's burst of noise.
fn short(dice: &mut Dice) -> Vec<Complex32> {
    let mut samples = white(dice);
    let from = ROOM + dice.below(3500) as usize;
    for (index, sample) in samples.iter_mut().enumerate() {
        *sample *= if (from..from + 400).contains(&index) { 3.0 } else { 0.0 };
    }
    samples
}

/// Both hear the same burst at the same level, whatever it is: nobody is convicted.
#[test]
fn a_burst_that_both_heard_convicts_nobody() {
    type Source = fn(&mut Dice) -> Vec<Complex32>;
    let sources: [(&str, Source); 8] = [
        ("SF5/500k", |dice| lora(5, Bandwidth::Khz500, 1, dice)),
        ("SF7/125k", |dice| lora(7, Bandwidth::Khz125, 4, dice)),
        ("SF7/250k", |dice| lora(7, Bandwidth::Khz250, 2, dice)),
        ("SF9/125k", |dice| lora(9, Bandwidth::Khz125, 4, dice)),
        ("SF12/125k", |dice| lora(12, Bandwidth::Khz125, 4, dice)),
        ("carrier", carrier),
        ("50 kbit/s", keyed),
        ("short", short),
    ];
    let mut dice = Dice::new(35);
    let mut convicted = Vec::new();
    for (name, source) in sources {
        for level_db in [-15.0, -12.0, -10.0, -8.0, -6.0, -3.0, 0.0, 5.0] {
            let (mut wrong, mut bursts, mut silent) = (0, 0, 0);
            for _ in 0..10 {
                let burst = source(&mut dice);
                let amplitude = 10_f64.powf(0.05 * level_db);
                let mut heard = |late: f64, shift_hz: f64| {
                    let samples = plus(&white(&mut dice), &moved(&burst, late, shift_hz), amplitude);
                    let shown = Snippet::of(&samples[ROOM..ROOM + SAMPLES], 0, Depth::Four).unwrap();
                    Guard::of(&shown, SAMPLES as f64 + GAP, 2, CHIP_RATE_HZ)
                };
                let (one, other) = (heard(0.0, 0.0), heard(0.4, 700.0));
                let found = one.zip(other).map(|(one, other)| likeness(&one, &other, -700.0));
                match found {
                    None => silent += 1,
                    Some(Likeness::Burst(_)) => bursts += 1,
                    Some(found) => wrong += usize::from(convicts(&found)),
                }
            }
            println!(
                "{name:10} {level_db:5} dB: {wrong} convicted, {bursts} bursts, {silent} not compared, of 25"
            );
            convicted.push((name, level_db, wrong));
        }
    }
    let wrong: usize = convicted.iter().map(|(.., wrong)| wrong).sum();
    assert_eq!(wrong, 0, "{convicted:?}");
}

#[test]
fn what_is_no_noise_is_not_compared() {
    let mut dice = Dice::new(36);
    let short: Vec<Complex32> = white(&mut dice)[..1000].to_vec();
    let shown = Snippet::of(&short, 0, Depth::Four).unwrap();
    assert_eq!(Guard::of(&shown, 1000.0, 2, CHIP_RATE_HZ), None);
    let silence = Snippet::of(&vec![Complex32::ZERO; SAMPLES], 0, Depth::Four).unwrap();
    assert_eq!(Guard::of(&silence, 4128.0, 2, CHIP_RATE_HZ), None);
    let loud = plus(&white(&mut dice), &carrier(&mut dice), 5.0);
    let shown = Snippet::of(&loud[..SAMPLES], 0, Depth::Four).unwrap();
    assert_eq!(Guard::of(&shown, 4128.0, 2, CHIP_RATE_HZ), None);
}

#[test]
fn the_score_is_a_likelihood_ratio() {
    // Integrated over honest statistics, a ratio of densities gives one.
    let step = 1e-3;
    let mass: f64 = (0..400_000)
        .map(|number| (f64::from(number) + 0.5) * step)
        .map(|x| (score_of(x, 1.0) - x / HONEST_SCALE).exp() / HONEST_SCALE * step)
        .sum();
    assert!((mass - 1.0).abs() < 1e-3, "{mass}");
    let at = rejecting_statistic(NEAR_HYPOTHESES);
    assert!((score_of(at, NEAR_HYPOTHESES) - SCORE_REJECT).abs() < 1e-9);
    println!(
        "near guards reject from N rho^2 = {at:.1}, far ones from {:.1}",
        rejecting_statistic(FAR_HYPOTHESES)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever numbers come with guards, comparing them ends, and swapping the two says the same.
    #[test]
    fn any_numbers_are_compared(
        seed in 0_u64..1000,
        count in 0_usize..=SAMPLES,
        position in -(1_i64 << 53)..(1_i64 << 53),
        first in -1e11_f64..1e11,
        cfo_hz in -1e6_f64..1e6,
        arrival_ns in -4e18_f64..4e18,
    ) {
        let mut dice = Dice::new(seed);
        let one = guard(&white(&mut dice), 0.0);
        let samples = white(&mut dice);
        let shown = Snippet::of(&samples[..count], position, Depth::Four).unwrap();
        if let Some(other) = Guard::of(&shown, first, 2, CHIP_RATE_HZ) {
            let there = Likeness::of(&one, &other, cfo_hz, arrival_ns);
            let back = Likeness::of(&other, &one, -cfo_hz, -arrival_ns);
            if let (Some(there), Some(back)) = (there, back) {
                prop_assert!(there.correlation().score.is_finite());
                prop_assert!((there.correlation().score - back.correlation().score).abs() < 3.0);
            }
        }
    }
}
