//! How far a fingerprint reaches, and that honest ones are of nobody else's.

use num_complex::{Complex32, Complex64};

use super::{
    super::{
        guard_noise_tests::{RATE_HZ, coloured, guard, guard_if_noise, moved, plus},
        memory::score_of,
        structure::holds_burst,
    },
    *,
};
use crate::{finding::SCORE_REJECT, testing::Dice};

/// Looks of a showing whose key has shown two, among some others.
const LOOKS: f64 = 100.0;

/// Best agreement of a guard with an earlier one, whatever its carrier.
fn best(earlier: &Guard, later: &Guard) -> f64 {
    let earlier = Fingerprint::of(earlier);
    let agreements = Fingerprint::of_every_carrier(later).into_iter();
    agreements.map(|print| print.agreement(&earlier).unwrap()).fold(f64::NEG_INFINITY, f64::max)
}

fn is_told(agreement: f64) -> bool {
    score_of(agreement, LOOKS) >= SCORE_REJECT
}

/// Share told of recordings used again with so much noise of its own in the later showing, or in both, moved in time and carrier or not.
fn told(own_noise_db: f64, in_both: bool, is_moved: bool) -> usize {
    let amplitude = 10_f64.powf(own_noise_db / 20.0);
    (0..100)
        .filter(|seed| {
            let mut dice = Dice::new(*seed);
            let recording = coloured(&mut dice, 0.6);
            let first = if in_both {
                plus(&recording, &coloured(&mut dice, 0.6), amplitude)
            } else {
                recording.clone()
            };
            let by = |dice: &mut Dice, most: f64| if is_moved { dice.between(-most, most) } else { 0.0 };
            let again = moved(&recording, by(&mut dice, 8.0), by(&mut dice, 500.0));
            let again = plus(&again, &coloured(&mut dice, 0.6), amplitude);
            is_told(best(&guard(&first, 0.0), &guard(&again, 0.0)))
        })
        .count()
}

#[test]
fn recordings_used_again_are_told() {
    for (own_noise_db, least) in [
        (-200.0, [100, 100, 100, 100]),
        (-10.0, [100, 100, 100, 100]),
        (-6.0, [100, 100, 100, 100]),
        (-3.0, [100, 100, 100, 100]),
        (0.0, [100, 100, 0, 0]),
        (3.0, [60, 40, 0, 0]),
        (6.0, [0, 0, 0, 0]),
    ] {
        let [later, later_moved, both, both_moved] =
            [(false, false), (false, true), (true, false), (true, true)]
                .map(|(in_both, is_moved)| told(own_noise_db, in_both, is_moved));
        println!(
            "own noise {own_noise_db} dB: in the later {later} %, moved {later_moved} %; in both {both} %, moved {both_moved} %"
        );
        for (told, least) in [later, later_moved, both, both_moved].into_iter().zip(least) {
            assert!(told >= least, "{own_noise_db} dB: {told} of 100, at least {least} wanted");
        }
    }
}

#[test]
fn honest_noise_is_like_no_other() {
    let mut dice = Dice::new(77);
    let prints: Vec<Fingerprint> =
        (0..640).map(|_| Fingerprint::of(&guard(&coloured(&mut dice, 0.6), 0.0))).collect();
    let pairs = (0..prints.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
    let agreements: Vec<f64> =
        pairs.map(|(one, other)| prints[one].agreement(&prints[other]).unwrap()).collect();
    let count = agreements.len() as f64;
    let mean = agreements.iter().sum::<f64>() / count;
    let variance = agreements.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count;
    let most = agreements.iter().copied().fold(0.0, f64::max);
    println!("{count} honest pairs: mean {mean:.3}, variance {variance:.3}, most {most:.2} standard errors");
    assert!(mean.abs() < 0.2 && variance < 1.2, "{mean}, {variance}");
    assert!(score_of(most, 1.0) < SCORE_REJECT);
}

/// What one place hears every day: a steady carrier, a comb of them, short pulses, hum; about as strong as a guard may have them and still be noise.
#[test]
fn what_a_place_always_hears_is_no_recording() {
    let carrier = |n: usize, hz: f64| {
        let phasor = Complex64::from_polar(1.0, std::f64::consts::TAU * hz / RATE_HZ * n as f64);
        Complex32::new(phasor.re as f32, phasor.im as f32)
    };
    let steady = |n: usize| carrier(n, 31_300.0) * 0.2;
    let comb = |n: usize| {
        (-12..=12)
            .map(|line| carrier(n + 40 * (line * line) as usize, 8_000.0 * f64::from(line)))
            .sum::<Complex32>()
            * 0.06
    };
    let pulses = |n: usize| if n % 500 < 5 { carrier(n, 12_345.0) * 0.5 } else { Complex32::ZERO };
    let heard: [(&str, &dyn Fn(usize) -> Complex32); 3] =
        [("a carrier", &steady), ("a comb", &comb), ("pulses", &pulses)];
    for (name, heard) in heard {
        let mut dice = Dice::new(9);
        let mut of_place = || {
            let own = coloured(&mut dice, 0.6);
            let disturbed: Vec<Complex32> =
                own.iter().enumerate().map(|(n, sample)| sample + heard(n)).collect();
            guard(&disturbed, 0.0)
        };
        let most = (0..60).map(|_| best(&of_place(), &of_place())).fold(0.0, f64::max);
        println!("{name}: at most {most:.2} standard errors");
        assert!(score_of(most, LOOKS) < SCORE_REJECT, "{name}: {most}");
    }
    // Hum turns all noise up and down and makes none alike.
    let mut dice = Dice::new(10);
    let mut of_place = || {
        let own = coloured(&mut dice, 0.6);
        let gain = |n: usize| 1.0 + 0.05 * (std::f64::consts::TAU * 100.0 / RATE_HZ * n as f64).sin();
        let disturbed: Vec<Complex32> =
            own.iter().enumerate().map(|(n, sample)| sample * gain(n) as f32).collect();
        guard(&disturbed, 0.0)
    };
    let most = (0..60).map(|_| best(&of_place(), &of_place())).fold(0.0, f64::max);
    assert!(score_of(most, LOOKS) < SCORE_REJECT, "hum: {most}");
}

/// A neighbour's sensor whose preamble fills the guard, whenever it is heard: where it makes guards alike, it is seen.
#[test]
fn a_sensor_heard_again_is_no_recording() {
    let mut dice = Dice::new(11);
    let chirp = |n: usize| {
        let chips = (n % 1024) as f64 / 2.0;
        let cycles = 0.5 * chips * chips / 512.0 - 0.5 * chips;
        let phasor = Complex64::from_polar(1.0, std::f64::consts::TAU * cycles.fract());
        Complex32::new(phasor.re as f32, phasor.im as f32)
    };
    for amplitude in [0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.8, 1.5] {
        let (mut compared, mut alike) = (0, 0);
        for _ in 0..40 {
            let [one, other] = [(); 2].map(|()| {
                let (own, late) = (coloured(&mut dice, 0.6), dice.below(1024) as usize);
                let heard = own.iter().enumerate().map(|(n, sample)| sample + chirp(n + late) * amplitude);
                guard_if_noise(&heard.collect::<Vec<_>>(), 0.0)
            });
            if let (Some(one), Some(other)) = (one, other) {
                compared += 1;
                if is_told(best(&one, &other)) {
                    alike += 1;
                    assert!(holds_burst(&other), "a preamble of amplitude {amplitude}");
                }
            }
        }
        println!(
            "a preamble of amplitude {amplitude}: {compared} of 40 pairs pass for noise, {alike} are alike"
        );
        assert!(compared > 0 || amplitude > 0.5);
    }
    let bursts = (0..100).filter(|_| holds_burst(&guard(&coloured(&mut dice, 0.6), 0.0))).count();
    println!("{bursts} of 100 guards of noise are taken for bursts");
    assert!(bursts < 5, "{bursts}");
}
