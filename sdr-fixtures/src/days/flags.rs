//! Statistics of a node that flag and reject nobody, on drawn days: threshold from honest days of one stream, rates from others.

use poc_verifier::nodes::{
    amplifier::{self, Arriving},
    clocks::{self, Lateness},
    eirp,
    ghost::{self, Listening},
};
use rayon::prelude::*;

use super::{Dice, Purpose};

/// Share of honest days that a flag may cost.
pub const HONEST_SHARE: f64 = 1e-3;
/// Anchors of a town whose clocks are compared.
const TOWN: usize = 9;
/// Own antenna against its data sheet, and a day's mean against the days before, dB.
const ANTENNA_DB: f64 = 2.0;
const DAY_DB: f64 = 0.7;
/// Share of difficult sites.
const DIFFICULT: f64 = 0.05;

/// What is flagged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flag {
    /// S13: radiates so much more than stated, dB, told over so many links.
    Eirp {
        /// dB.
        over_db: f64,
        /// Links.
        links: usize,
    },
    /// S13: radiates so much more than on earlier days, dB.
    EirpChange {
        /// dB.
        over_db: f64,
    },
    /// S13: the same, told by anchors that it hears and that hear it.
    Amplifier {
        /// dB.
        over_db: f64,
        /// Anchors.
        anchors: usize,
    },
    /// S8: without a radio, so many transmissions due at each of eight anchors.
    Ghost {
        /// Beacons and answers.
        due: u64,
    },
    /// S15: a satellite clock that is off, ns.
    Clock {
        /// ns.
        off_ns: f64,
    },
}

/// What many days came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flagged {
    /// Score from which on a day is flagged.
    pub threshold: f64,
    /// Honest days, held back, and of them flagged.
    pub honest: (u64, u64),
    /// Cheating days, and of them flagged.
    pub cheats: (u64, u64),
}

impl Flag {
    /// Draws so many days of each kind.
    pub fn trial(self, days: u64, seed: u64) -> Flagged {
        let scores = |purpose, cheats: bool| -> Vec<f64> {
            let score = |day| self.score(cheats, &mut Dice::new(purpose, seed, day, u64::from(cheats)));
            let mut scores: Vec<f64> = (0..days).into_par_iter().filter_map(score).collect();
            scores.sort_by(f64::total_cmp);
            scores
        };
        let fitted = scores(Purpose::Fit, false);
        let beyond = (HONEST_SHARE * fitted.len() as f64) as usize;
        let threshold = fitted.len().checked_sub(1 + beyond).map_or(f64::INFINITY, |index| fitted[index]);
        let count = |scores: Vec<f64>| {
            let flagged = scores.iter().filter(|score| **score > threshold).count();
            (scores.len() as u64, flagged as u64)
        };
        Flagged {
            threshold,
            honest: count(scores(Purpose::Report, false)),
            cheats: count(scores(Purpose::Report, true)),
        }
    }

    fn score(self, cheats: bool, dice: &mut Dice) -> Option<f64> {
        let if_cheats = |value: f64| if cheats { value } else { 0.0 };
        match self {
            Self::Eirp { over_db, links } => {
                let own_db = if_cheats(over_db) + dice.normal(ANTENNA_DB);
                let residuals: Vec<f64> = (0..links).map(|_| own_db + dice.normal(eirp::LINK_DB)).collect();
                Some(eirp::radiated(&residuals)?.score)
            }
            Self::EirpChange { over_db } => {
                let before: Vec<f64> = (0..30).map(|_| dice.normal(DAY_DB)).collect();
                Some(eirp::changed(if_cheats(over_db) + dice.normal(DAY_DB), &before)?.score)
            }
            Self::Amplifier { over_db, anchors } => both_ways(if_cheats(over_db), anchors, dice),
            Self::Ghost { due } => ghost::score(&listening(due, !cheats, dice)),
            Self::Clock { off_ns } => {
                clocks::judge(TOWN, &town(if_cheats(off_ns), dice))[0].map(|clock| clock.score)
            }
        }
    }
}

/// Anchors that hear each other both ways over paths that take anything, and one more hotspot, its score.
fn both_ways(over_db: f64, anchors: usize, dice: &mut Dice) -> Option<f64> {
    let mut off_db: Vec<f64> = (0..=anchors).map(|_| dice.normal(amplifier::STATED_DB)).collect();
    off_db[anchors] += over_db;
    let mut arriving = Vec::new();
    for (one, other) in (0..=anchors).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let path_db = -dice.between(90.0, 130.0);
        let error_db = dice.normal(amplifier::PAIR_DB);
        for (sender, receiver, error_db) in [(one, other, error_db), (other, one, 0.0)] {
            let gain_db = path_db + 0.5 * (off_db[sender] - off_db[receiver]) + error_db;
            arriving.push(Arriving { sender, receiver, gain_db });
        }
    }
    let known: Vec<bool> = (0..=anchors).map(|number| number < anchors).collect();
    amplifier::judge(&known, &arriving).pop()?.map(|radiated| radiated.score)
}

/// Eight anchors, each of which hears with a probability of its own, Beta(3, 2), told by forty beacons of others.
fn listening(due: u64, honest: bool, dice: &mut Dice) -> Vec<Listening> {
    let deaf = if dice.happens(DIFFICULT) { 0.5 } else { 1.0 };
    (0..8)
        .map(|_| {
            let mut uniform: [f64; 4] = std::array::from_fn(|_| dice.between(0.0, 1.0));
            uniform.sort_by(f64::total_cmp);
            let hears = uniform[2];
            let mut of = |count: u64, share: f64| (0..count).filter(|_| dice.happens(share)).count() as u64;
            let record = (of(40, hears), 40);
            Listening { record, due, heard: if honest { of(due, deaf * hears) } else { 0 } }
        })
        .collect()
}

/// Anchors that hear each other both ways; the first clock is off.
fn town(off_ns: f64, dice: &mut Dice) -> Vec<Lateness> {
    let clocks: Vec<f64> =
        (0..TOWN).map(|anchor| dice.normal(30.0) + if anchor == 0 { off_ns } else { 0.0 }).collect();
    let pairs = (0..TOWN).flat_map(|one| (0..one).map(move |other| (one, other)));
    let mut timed = Vec::new();
    for (one, other) in pairs {
        let echo_ns = if dice.happens(0.35) { dice.exponential(280.0) } else { dice.normal(40.0) };
        for (sender, receiver) in [(one, other), (other, one)] {
            let late_ns = echo_ns + clocks[receiver] - clocks[sender] + dice.normal(40.0);
            timed.push(Lateness { sender, receiver, late_ns });
        }
    }
    timed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_cost_what_they_may_and_find_what_they_should() {
        for (flag, least) in [
            (Flag::Eirp { over_db: 10.0, links: 30 }, 0.9),
            (Flag::Amplifier { over_db: 10.0, anchors: 10 }, 0.6),
            (Flag::Ghost { due: 4 }, 0.95),
            (Flag::Clock { off_ns: 1000.0 }, 0.99),
        ] {
            let Flagged { honest, cheats, .. } = flag.trial(4000, 3);
            assert!(honest.1 <= 16, "{flag:?}: {honest:?}");
            assert!(cheats.1 as f64 >= least * cheats.0 as f64, "{flag:?}: {cheats:?}");
        }
    }
}
