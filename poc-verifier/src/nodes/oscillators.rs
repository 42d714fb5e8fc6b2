//! Is one oscillator behind two keys?
//!
//! Every crystal drifts in its own way by some hertz a day. Honest receivers `j` measure the carriers of key `a`'s beacons, secret dithers taken off; with
//! each receiver's own offset `g_j`,
//!
//! ```text
//! y_anj = x_an - g_j + error            x_an = median over j of (y_anj + g_j),  g_j = median over beacons of (x_an - y_anj), in turns
//! x_a   = constant_a + f_a(t) + c(t) + error         f: drift, Gaussian of covariance s^2 k(t - t'), k Matern 3/2 of length l; c: the town's
//! two oscillators: f_a and f_b independent, each of its own s        one: f_a = f_b
//! score = ln mean over (s, l) p(x_a, x_b | one)  -  ln mean over (s_a, s_b, l) p(x_a, x_b | two)
//! ```
//! Constants are nobody's secret and cheap to shift, so only what changes counts: of each key's offsets the differences to its first, whose
//! likelihood needs no constant. What all of a town's keys have in common, weather and the drift of the receivers, is `c` under both. Since how
//! much a crystal drifts is drawn from wide priors under both, two that hardly drift say nothing: they are alike because they stand still. Sites disciplined
//! by satellites are all alike and left out.
//!
//! It flags and rejects nobody: crystals that follow one temperature in the same way are one to it. Where all drift of a town is one day's wave, differing in
//! size only, 8 honest pairs of 100 are flagged in a week; where a third is, none of 100. But keys that it finds on one oscillator are one witness, not
//! two ([`groups`]). Heard at the same times it does what notes/physics.md has; at times drawn apart a crystal has moved on between them, and it takes six
//! beacons a day for a week, or twenty (answers are as good) for a day. Who gives each key a made-up drift of its own is not found. Figures:
//! `oscillators_tests.rs`. Source: notes/physics.md 3c; Rasmussen and Williams, Gaussian Processes for Machine Learning, equations 2.30 and 4.17.

use std::collections::{BTreeMap, BTreeSet};

use self::gaussian::{Covariance, ln_mean};
use super::offsets::Differences;
use crate::robust::median;

mod gaussian;

/// Flagged above this. The mean likelihood ratio over days of two oscillators is 1, so no more than `e^-9.2`, one pair in ten thousand, passes it if
/// the model of drift holds (Markov); how often crystals pass that are not the model's is in `oscillators_tests.rs`.
pub const FLAGGED: f64 = 9.2;
/// Beacons of a key, and receivers of a beacon, that are needed.
const BEACONS_MIN: usize = 3;
const RECEIVERS_MIN: usize = 3;
/// Beacons of a key that are looked at, the latest: a week of nine a day.
const BEACONS_MAX: usize = 64;
/// How far a warm crystal wanders within a beacon, Hz (notes/physics.md section 1).
const WANDER_HZ: f64 = 0.4;
/// Keys that moved less about their mean say nothing, Hz, root of the mean square.
const DRIFT_MIN_HZ: f64 = 1.0;
/// How far a town's weather and its receivers' drift move all its keys together, Hz.
const TOWN_HZ: f64 = 1.0;
/// Drifts, standard deviations in Hz, and their lengths in hours: equally likely before anything is known.
const DRIFTS_HZ: [f64; 5] = [0.4, 1.3, 4.0, 12.0, 36.0];
const LENGTHS_H: [f64; 3] = [2.0, 6.0, 18.0];
/// A median's standard error over a mean's.
const MEDIAN_OVER_MEAN: f64 = 1.25;

/// A beacon's carrier as one receiver measured it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carrier {
    /// Number of the sender.
    pub sender: usize,
    /// Number of the receiver.
    pub receiver: usize,
    /// When the beacon was sent, hours; the same for all of its receivers.
    pub at_h: f64,
    /// Carrier above the nominal one by the receiver's own oscillator, Hz; dithers taken off.
    pub offset_hz: f64,
    /// Its standard error, Hz.
    pub sigma_hz: f64,
}

/// What two keys' carriers say of each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Together {
    /// Numbers of the keys, in order.
    pub keys: (usize, usize),
    /// Beacons of each.
    pub beacons: (usize, usize),
    /// How far either moved about its mean, Hz, root of the mean square.
    pub drift_hz: f64,
    /// Log-likelihood ratio of one oscillator over two.
    pub score: f64,
}

/// A beacon's carrier by everybody's receivers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Beacon {
    at_h: f64,
    offset_hz: f64,
    variance: f64,
}

/// Every pair of those keys that were heard often enough, drift at all, have receivers in common and are not `disciplined` by satellites.
pub fn judge(disciplined: &[bool], carriers: &[Carrier]) -> Vec<Together> {
    let beacons = beacons(disciplined, carriers);
    let mut pairs = Vec::new();
    let receivers = receivers_of(carriers);
    let drifts = |beacons: &[Beacon]| spread_hz(beacons) > DRIFT_MIN_HZ;
    let near = |one, other| receivers[one].intersection(&receivers[other]).count() >= RECEIVERS_MIN;
    for (one, first) in beacons.iter().filter(|(_, beacons)| drifts(beacons)) {
        let others = beacons.range(one + 1..).filter(|(other, beacons)| near(one, *other) && drifts(beacons));
        for (other, second) in others {
            pairs.push(Together {
                keys: (*one, *other),
                beacons: (first.len(), second.len()),
                drift_hz: spread_hz(first).max(spread_hz(second)),
                score: score(first, second),
            });
        }
    }
    pairs
}

/// Who heard each sender.
fn receivers_of(carriers: &[Carrier]) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut receivers = BTreeMap::<usize, BTreeSet<usize>>::new();
    for carrier in carriers {
        receivers.entry(carrier.sender).or_default().insert(carrier.receiver);
    }
    receivers
}

/// Which keys count as one: of each the smallest number among those that it is on one oscillator with, itself included, over others if need be.
pub fn groups(keys: usize, judged: &[Together]) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..keys).collect();
    for pair in judged.iter().filter(|pair| pair.score > FLAGGED) {
        let (Some(&one), Some(&other)) = (groups.get(pair.keys.0), groups.get(pair.keys.1)) else { continue };
        for group in groups.iter_mut().filter(|group| **group == one.max(other)) {
            *group = one.min(other);
        }
    }
    groups
}

/// The beacons of each key that has enough of them, in order of time, by receivers whose offsets are taken out.
fn beacons(disciplined: &[bool], carriers: &[Carrier]) -> BTreeMap<usize, Vec<Beacon>> {
    let mut heard = BTreeMap::<(usize, u64), Vec<&Carrier>>::new();
    let told = carriers.iter().filter(|carrier| {
        let numbers = [carrier.offset_hz, carrier.sigma_hz, carrier.at_h];
        carrier.sender != carrier.receiver
            && disciplined.get(carrier.sender) == Some(&false)
            && numbers.iter().all(|number| number.is_finite())
            && carrier.sigma_hz > 0.0
    });
    for carrier in told {
        heard.entry((carrier.sender, ordered(carrier.at_h))).or_default().push(carrier);
    }
    heard.retain(|_, told| told.len() >= RECEIVERS_MIN);
    let receivers = receivers(&heard);
    let mut beacons = BTreeMap::<usize, Vec<Beacon>>::new();
    for ((sender, _), told) in &heard {
        beacons.entry(*sender).or_default().extend(Beacon::of(told, &receivers));
    }
    beacons.retain(|_, beacons| beacons.len() >= BEACONS_MIN);
    for beacons in beacons.values_mut() {
        beacons.drain(..beacons.len().saturating_sub(BEACONS_MAX));
    }
    beacons
}

/// Receivers' own offsets, Hz: what each has less than others of the same beacons.
fn receivers(heard: &BTreeMap<(usize, u64), Vec<&Carrier>>) -> BTreeMap<usize, f64> {
    let mut numbers = BTreeMap::new();
    for carrier in heard.values().flatten() {
        let next = numbers.len();
        numbers.entry(carrier.receiver).or_insert(next);
    }
    let mut apart = BTreeMap::<(usize, usize), Vec<f64>>::new();
    for told in heard.values() {
        for one in told {
            for other in told.iter().filter(|other| other.receiver != one.receiver) {
                let pair = (numbers[&one.receiver], numbers[&other.receiver]);
                apart.entry(pair).or_default().push(other.offset_hz - one.offset_hz);
            }
        }
    }
    let apart: Vec<(usize, usize, f64)> =
        apart.into_iter().filter_map(|((one, other), by)| Some((one, other, median(&by)?))).collect();
    // Medians in turns come to rest where they happen to: from where no receiver's own offset matters they start.
    let roughly = along_pairs(numbers.len(), &apart);
    let left = apart.iter().map(|(one, other, by)| (*one, *other, by - roughly[*one] + roughly[*other]));
    let off = Differences::between(numbers.len(), left).solve();
    numbers.into_iter().map(|(receiver, number)| (receiver, roughly[number] + off[number])).collect()
}

/// What each node has more than the first that it hangs together with, from pair to pair.
fn along_pairs(nodes: usize, apart: &[(usize, usize, f64)]) -> Vec<f64> {
    let mut known: Vec<Option<f64>> = vec![None; nodes];
    for first in 0..nodes {
        known[first] = known[first].or(Some(0.0));
        let mut reached = usize::MAX;
        while reached > 0 {
            reached = 0;
            for (of, against, by) in apart {
                if let (None, Some(from)) = (known[*of], known[*against]) {
                    known[*of] = Some(from + by);
                    reached += 1;
                }
            }
        }
    }
    known.into_iter().flatten().collect()
}

impl Beacon {
    fn of(told: &[&Carrier], receivers: &BTreeMap<usize, f64>) -> Option<Self> {
        let offsets: Vec<f64> =
            told.iter().map(|carrier| carrier.offset_hz + receivers[&carrier.receiver]).collect();
        let sigmas: Vec<f64> = told.iter().map(|carrier| carrier.sigma_hz).collect();
        let error_hz = MEDIAN_OVER_MEAN * median(&sigmas)? / (told.len() as f64).sqrt();
        Some(Self {
            at_h: told.first()?.at_h,
            offset_hz: median(&offsets)?,
            variance: error_hz.powi(2) + WANDER_HZ.powi(2),
        })
    }
}

/// Log-likelihood ratio of one oscillator over two.
fn score(first: &[Beacon], second: &[Beacon]) -> f64 {
    let keys = [first, second];
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for length_h in LENGTHS_H {
        let covariance = Covariance::of(keys, length_h, TOWN_HZ);
        for drift_hz in DRIFTS_HZ {
            one.push(covariance.ln_density([drift_hz; 2], true));
            two.extend(DRIFTS_HZ.map(|other_hz| covariance.ln_density([drift_hz, other_hz], false)));
        }
    }
    ln_mean(&one) - ln_mean(&two)
}

fn spread_hz(beacons: &[Beacon]) -> f64 {
    let count = beacons.len() as f64;
    let mean = beacons.iter().map(|beacon| beacon.offset_hz).sum::<f64>() / count;
    (beacons.iter().map(|beacon| (beacon.offset_hz - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// Bits whose order is that of the numbers.
fn ordered(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

#[cfg(test)]
#[path = "oscillators_tests.rs"]
mod oscillators_tests;
