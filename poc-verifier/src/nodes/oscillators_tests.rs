use proptest::prelude::*;

use super::*;
use crate::testing::Dice;

const RECEIVERS: usize = 8;
const FIRST_RECEIVER: usize = 2;

/// A crystal over days: slow waves of any phase, nothing like the model's process; part of it may follow the town's one temperature.
struct Crystal {
    constant_hz: f64,
    waves: Vec<(f64, f64, f64)>,
}

impl Crystal {
    /// `weather`: share of its drift's variance that is the town's temperature times a coefficient of its own.
    fn new(dice: &mut Dice, drift_hz: f64, weather: f64) -> Self {
        let mut waves: Vec<_> = (0..6)
            .map(|_| {
                let period_h = 5.0 * 8.0_f64.powf(dice.between(0.0, 1.0));
                (drift_hz * ((1.0 - weather) / 3.0).sqrt(), period_h, dice.between(0.0, 6.3))
            })
            .collect();
        waves.push((dice.normal(drift_hz * (2.0 * weather).sqrt()), 24.0, 0.0));
        Self { constant_hz: dice.normal(800.0), waves }
    }

    fn at(&self, hours: f64) -> f64 {
        let wave = |(hz, period_h, phase): &(f64, f64, f64)| {
            hz * (std::f64::consts::TAU * hours / period_h + phase).cos()
        };
        self.constant_hz + self.waves.iter().map(wave).sum::<f64>()
    }
}

/// What a trial draws.
#[derive(Clone, Copy)]
struct Drawn {
    /// Beacons of each key a day, and days.
    a_day: usize,
    days: usize,
    /// Standard deviation of keys' and of receivers' drift.
    drift_hz: f64,
    receiver_hz: f64,
    weather: f64,
    /// Both keys are heard at the same times.
    at_once: bool,
}

impl Drawn {
    const DAY: Self =
        Self { a_day: 6, days: 1, drift_hz: 10.0, receiver_hz: 0.0, weather: 0.0, at_once: false };

    /// Two keys' beacons, the second one's carrier moved by a constant where both are of one crystal.
    fn carriers(self, dice: &mut Dice, shared: bool) -> Vec<Carrier> {
        let keys = [0, 1].map(|_| Crystal::new(dice, self.drift_hz, self.weather));
        let receivers: Vec<_> =
            (0..RECEIVERS).map(|_| Crystal::new(dice, self.receiver_hz, self.weather)).collect();
        let mut carriers = Vec::new();
        let beacons = self.a_day * self.days;
        let times: Vec<f64> =
            (0..2 * beacons).map(|_| 24.0 * self.days as f64 * dice.between(0.0, 1.0)).collect();
        for (sender, at_h) in (0..2 * beacons).map(|beacon| {
            let sender = beacon / beacons;
            (sender, times[if self.at_once { beacon % beacons } else { beacon }])
        }) {
            let own = &keys[if shared { 0 } else { sender }];
            let sent_hz = own.at(at_h) + 300.0 * sender as f64 + dice.normal(0.3);
            for (receiver, crystal) in receivers.iter().enumerate() {
                if dice.between(0.0, 1.0) < 0.7 {
                    let sigma_hz = dice.between(0.4, 1.5);
                    let offset_hz = sent_hz - crystal.at(at_h) + dice.normal(sigma_hz);
                    carriers.push(Carrier {
                        sender,
                        receiver: FIRST_RECEIVER + receiver,
                        at_h,
                        offset_hz,
                        sigma_hz,
                    });
                }
            }
        }
        carriers
    }

    fn scores(self, shared: bool, trials: u64, from: u64) -> Vec<f64> {
        let score = |seed| {
            let carriers = self.carriers(&mut Dice::new(from + seed), shared);
            judge(&[false; 2], &carriers).first().map_or(f64::NEG_INFINITY, |pair| pair.score)
        };
        let mut scores: Vec<f64> = (0..trials).map(score).collect();
        scores.sort_by(f64::total_cmp);
        scores
    }
}

fn over(scores: &[f64], threshold: f64) -> usize {
    scores.len() - scores.partition_point(|score| *score <= threshold)
}

/// Upper end of a 95 % interval of a share, Wilson's.
fn at_most(hits: usize, trials: usize) -> f64 {
    let (trials, share, z) = (trials as f64, hits as f64 / trials as f64, 1.645_f64);
    let middle = share + z * z / (2.0 * trials);
    let half = z * (share * (1.0 - share) / trials + (z / (2.0 * trials)).powi(2)).sqrt();
    (middle + half) / (1.0 + z * z / trials)
}

#[test]
fn honest_pairs_are_hardly_flagged() {
    for (name, drawn, trials, most) in [
        ("three a day", Drawn { a_day: 3, ..Drawn::DAY }, 4000, 0.003),
        ("six a day", Drawn::DAY, 4000, 0.003),
        ("at the same times", Drawn { at_once: true, ..Drawn::DAY }, 4000, 0.003),
        ("3 Hz", Drawn { drift_hz: 3.0, ..Drawn::DAY }, 4000, 0.003),
        ("30 Hz", Drawn { drift_hz: 30.0, ..Drawn::DAY }, 4000, 0.003),
        ("that stand still", Drawn { drift_hz: 0.05, ..Drawn::DAY }, 4000, 0.003),
        ("by receivers that drift, too", Drawn { receiver_hz: 10.0, ..Drawn::DAY }, 4000, 0.003),
        ("a third of it weather", Drawn { weather: 0.33, ..Drawn::DAY }, 4000, 0.003),
        ("all of it weather", Drawn { weather: 1.0, ..Drawn::DAY }, 4000, 1.0),
        ("a week", Drawn { days: 7, ..Drawn::DAY }, 100, 0.0),
        ("a week by receivers that drift", Drawn { days: 7, receiver_hz: 10.0, ..Drawn::DAY }, 100, 0.02),
        ("a week, a third weather", Drawn { days: 7, weather: 0.33, ..Drawn::DAY }, 100, 0.02),
        ("a week, all weather", Drawn { days: 7, weather: 1.0, ..Drawn::DAY }, 100, 1.0),
    ] {
        let flagged = over(&drawn.scores(false, trials, 10_000_000), FLAGGED);
        println!(
            "honest pairs, {name}: {flagged} of {trials} flagged, at most {:.5}",
            at_most(flagged, trials as usize)
        );
        assert!(flagged as f64 <= most * trials as f64, "{name}: {flagged}");
    }
}

#[test]
fn one_oscillator_is_told() {
    // Least shares: flagged, and beyond the score of one honest pair in a hundred.
    for (at_once, drift_hz, a_day, days, note, least) in [
        (true, 10.0, 3, 1, ", note: 99/51", [0.0, 0.55]),
        (true, 10.0, 6, 1, ", note: 100/100", [0.5, 0.98]),
        (true, 3.0, 6, 1, ", note: 81/29", [0.0, 0.7]),
        (false, 10.0, 3, 1, "", [0.0, 0.02]),
        (false, 10.0, 6, 1, "", [0.0, 0.3]),
        (false, 3.0, 6, 1, "", [0.0, 0.15]),
        (false, 10.0, 20, 1, "", [0.9, 0.98]),
        (false, 3.0, 20, 1, "", [0.5, 0.9]),
        (false, 10.0, 3, 7, "", [0.25, 0.0]),
        (false, 3.0, 6, 7, "", [0.9, 0.0]),
        (false, 10.0, 6, 7, "", [0.9, 0.0]),
    ] {
        let drawn = Drawn { a_day, days, drift_hz, at_once, ..Drawn::DAY };
        let trials = if days == 1 && a_day < 10 { 2000 } else { 100 };
        let honest = drawn.scores(false, trials, 20_000_000);
        let shared = drawn.scores(true, trials, 30_000_000);
        let share = |threshold: f64| over(&shared, threshold) as f64 / trials as f64;
        let beyond = |of: f64| share(honest[((1.0 - of) * trials as f64) as usize - 1]);
        let (flagged, percent) = (share(FLAGGED), 100.0 * beyond(0.01));
        let permille = if trials >= 1000 { format!("{:.0}", 100.0 * beyond(0.001)) } else { "-".into() };
        println!(
            "{} times, {drift_hz} Hz, {a_day} a day, {days} days: {flagged:.2} flagged; {percent:.0}/{permille} % at 1/0.1 % of honest pairs{note}",
            if at_once { "same" } else { "drawn" },
        );
        assert!(flagged >= least[0] && percent >= 100.0 * least[1], "{drift_hz} Hz, {a_day}, {days}");
    }
}

proptest! {
    /// What a receiver's own oscillator is off by, and what a key's carrier is shifted by, changes nothing.
    #[test]
    fn offsets_change_nothing(
        off in prop::collection::vec(-5000.0_f64..5000.0, RECEIVERS),
        shift_hz in -5000.0_f64..5000.0,
        seed in 0_u64..1000,
    ) {
        let mut carriers = Drawn::DAY.carriers(&mut Dice::new(seed), seed % 2 == 0);
        let before = judge(&[false; 2], &carriers);
        for carrier in &mut carriers {
            carrier.offset_hz += shift_hz * carrier.sender as f64 - off[carrier.receiver - FIRST_RECEIVER];
        }
        let after = judge(&[false; 2], &carriers);
        prop_assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            prop_assert!((before.score - after.score).abs() < 1e-5, "{:?} {:?}", before, after);
        }
    }
}

#[test]
fn two_liars_among_eight_receivers_make_nobody_one() {
    let drawn = Drawn { at_once: true, ..Drawn::DAY };
    let trials = 500;
    let flagged = (0..trials).filter(|seed| {
        let mut carriers = drawn.carriers(&mut Dice::new(40_000_000 + seed), false);
        // They report the first key's carrier for both.
        let first: BTreeMap<_, _> = carriers
            .iter()
            .filter(|carrier| carrier.sender == 0)
            .map(|carrier| ((carrier.receiver, ordered(carrier.at_h)), carrier.offset_hz))
            .collect();
        for carrier in carriers.iter_mut().filter(|carrier| carrier.receiver < FIRST_RECEIVER + 2) {
            if let Some(offset_hz) = first.get(&(carrier.receiver, ordered(carrier.at_h))) {
                carrier.offset_hz = *offset_hz;
            }
        }
        judge(&[false; 2], &carriers)[0].score > FLAGGED
    });
    let flagged = flagged.count();
    println!("{flagged} of {trials} honest pairs flagged by two liars among eight");
    assert!(flagged <= 5, "{flagged}");
}

#[test]
fn keys_of_one_oscillator_count_as_one() {
    let pair = |one, other, score| Together { keys: (one, other), beacons: (6, 6), drift_hz: 1.0, score };
    let judged = [pair(0, 1, 1.0), pair(2, 4, 20.0), pair(1, 4, 12.0), pair(3, 9, 50.0)];
    assert_eq!(groups(5, &judged), [0, 1, 1, 3, 1]);
}

#[test]
fn disciplined_seldom_and_strange_ones_are_not_judged() {
    let carriers = Drawn::DAY.carriers(&mut Dice::new(1), true);
    assert_eq!(judge(&[false; 2], &carriers).len(), 1);
    assert_eq!(judge(&[false, true], &carriers), []);
    assert_eq!(judge(&[false], &carriers), []);
    let few = Drawn { a_day: 2, ..Drawn::DAY }.carriers(&mut Dice::new(1), true);
    assert_eq!(judge(&[false; 2], &few), []);
    let strange = carriers.iter().map(|carrier| Carrier { offset_hz: f64::NAN, ..*carrier });
    assert_eq!(judge(&[false; 2], &strange.collect::<Vec<_>>()), []);
}
