//! S13: does a hotspot radiate what it states?
//!
//! Of every link a model of the path, calibrated at the sites, says what should arrive. With residuals `r_i` of `n` links, each of spread `s`
//! and at an antenna that itself differs from what its owner stated by `a`,
//!
//! ```text
//! delta = mean of r_i, each cut to 2.5 s about the median         sigma^2 = s^2 / n + a^2
//! score = max over d of ln N(delta; d, sigma) - ln N(delta; 0, sigma) = (delta / sigma)^2 / 2          0 below 3 dB
//! ```
//! The claimant's own antenna is one draw for all its links: its spread does not fall with their number. That is why
//! 3 dB can hardly be told, and 10 dB can (notes/physics.md section 6, S13). Against its own history the antenna falls out, and 4 dB is a lot.

use crate::robust::median;

/// Spread of a site-calibrated model over links, dB, and of antennas against their data sheets, dB.
pub const LINK_DB: f64 = 3.0;
const ANTENNA_DB: f64 = 2.0;
/// Spread of a day's mean against the days before, dB.
const DAY_TO_DAY_DB: f64 = 0.7;
/// How many spreads a residual may count.
const CUT: f64 = 2.5;
/// A lie smaller than this is none: cables and weather do as much, dB.
const LEAST_DB: f64 = 3.0;
/// Links needed.
const LINKS_MIN: usize = 6;

/// How far radiated power is from the stated one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Radiated {
    /// Mean over links, dB above the stated.
    pub over_db: f64,
    /// Its standard error, dB.
    pub sigma_db: f64,
    /// Log-likelihood ratio of a lie over none.
    pub score: f64,
}

/// From residuals of received levels against the model, dB, one a link; `None` of too few.
pub fn radiated(residuals_db: &[f64]) -> Option<Radiated> {
    let over_db = cut_mean(residuals_db, LINK_DB).filter(|_| residuals_db.len() >= LINKS_MIN)?;
    let sigma_db = (LINK_DB.powi(2) / residuals_db.len() as f64 + ANTENNA_DB.powi(2)).sqrt();
    let told = scored(over_db, sigma_db);
    Some(if over_db.abs() < LEAST_DB { Radiated { score: 0.0, ..told } } else { told })
}

/// The change of a day's mean against the mean of earlier days, dB.
pub fn changed(today_db: f64, before_db: &[f64]) -> Option<Radiated> {
    let before = cut_mean(before_db, DAY_TO_DAY_DB)?;
    let sigma_db = DAY_TO_DAY_DB * (1.0 + 1.0 / before_db.len() as f64).sqrt();
    Some(scored(today_db - before, sigma_db))
}

fn scored(over_db: f64, sigma_db: f64) -> Radiated {
    Radiated { over_db, sigma_db, score: 0.5 * (over_db / sigma_db).powi(2) }
}

/// Mean of values of this spread, each cut about their median.
fn cut_mean(values: &[f64], spread: f64) -> Option<f64> {
    let middle = median(values)?;
    let cut = values.iter().map(|value| value.clamp(middle - CUT * spread, middle + CUT * spread));
    Some(cut.sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Dice;

    const TRIALS: u64 = 20_000;

    /// Residuals of so many links: model, receivers' antennas, and its own.
    fn residuals(dice: &mut Dice, links: usize, over_db: f64) -> Vec<f64> {
        let own = over_db + dice.normal(1.5);
        (0..links).map(|_| own + dice.normal(LINK_DB)).collect()
    }

    /// Share of days beyond the score that one honest day in a thousand exceeds.
    fn detected(links: usize, over_db: f64) -> f64 {
        let scores = |over_db: f64, from: u64| {
            let score =
                |seed| radiated(&residuals(&mut Dice::new(from + seed), links, over_db)).unwrap().score;
            let mut scores: Vec<f64> = (0..TRIALS).map(score).collect();
            scores.sort_by(f64::total_cmp);
            scores
        };
        let threshold = scores(0.0, 0)[(TRIALS - TRIALS / 1000) as usize];
        let beyond = scores(over_db, TRIALS).into_iter().filter(|score| *score > threshold);
        beyond.count() as f64 / TRIALS as f64
    }

    #[test]
    fn ten_decibels_are_told_and_three_hardly() {
        for (links, over_db, least, most) in [
            (30, 10.0, 0.94, 1.0),
            (30, 6.0, 0.34, 0.95),
            (30, 3.0, 0.0, 0.2),
            (10, 10.0, 0.8, 1.0),
            (30, -10.0, 0.94, 1.0),
        ] {
            let share = detected(links, over_db);
            println!("{links} links, {over_db} dB: {share:.3} of {TRIALS} at 0.1 % of honest days");
            assert!(share >= least && share <= most, "{links} links, {over_db} dB: {share}");
        }
    }

    #[test]
    fn a_change_of_four_decibels_is_told_against_its_own_days() {
        let mut dice = Dice::new(5);
        let (mut wronged, mut caught) = (0, 0);
        for _ in 0..TRIALS {
            let before: Vec<f64> = (0..30).map(|_| 1.7 + dice.normal(DAY_TO_DAY_DB)).collect();
            let score = |today| changed(today, &before).unwrap().score > 6.0;
            wronged += u64::from(score(1.7 + dice.normal(DAY_TO_DAY_DB)));
            caught += u64::from(score(5.7 + dice.normal(DAY_TO_DAY_DB)));
        }
        assert!(wronged <= TRIALS / 1000 && caught >= TRIALS * 98 / 100, "{wronged} {caught}");
    }

    #[test]
    fn one_wild_link_or_too_few_say_nothing() {
        assert_eq!(radiated(&[30.0; 5]), None);
        let mut wild = vec![0.0; 12];
        wild[3] = 60.0;
        assert!(radiated(&wild).unwrap().score <= 0.0);
        assert_eq!(changed(3.0, &[]), None);
    }
}
