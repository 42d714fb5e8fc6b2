//! Does the path fade alike both ways?
//!
//! What a path does to a channel it does in either direction. Between two ends that heard each other's beacons, levels over the channels
//! heard both ways, the known power steps undone and each way's mean taken out, are two measurements of one pattern. With sample
//! variance `s^2` of both together and measurement error `m`,
//!
//! ```text
//! rho  = max(0, 1 - m^2 / s^2)                                          m = 1.4 dB
//! l(a,b) = ln t5(b; s) - ln t5(b - rho a; s sqrt(1 - rho^2))            the pattern of another path, over the same
//! score  = sum over channels of (l(a, b) + l(b, a)) / 2, each cut to -2 ... +6
//! ```
//! Gains, powers and cables fall out with the means. Somebody to whom every secret of a beacon was leaked, but who was not on the path,
//! cannot know the pattern: only the beaconer's own report of the other direction has it. Source: notes/physics.md 3f (Abdelghany et al. on LoRa). Where
//! the line is free and hardly fades the pattern is within the errors, `rho` is near zero, and nothing is said.
//!
//! What this does not tell: two ends that collude and make up both reports.

use crate::{
    edge::Examined,
    finding::{CheckName, Finding},
    robust::ln_t5,
};

/// Error of one level, dB.
const MEASUREMENT_DB: f64 = 1.4;
/// What one channel may say at least and at most.
const CHANNEL_SCORE: (f64, f64) = (-2.0, 6.0);
/// Channels that must have been heard both ways.
const CHANNELS_MIN: usize = 4;
/// Most that a pattern may be said to explain of another.
const RHO_MAX: f64 = 0.99;

/// A level on a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The channel, Hz.
    pub channel_hz: u32,
    /// Received level, the known power step undone, dB of anything.
    pub level_db: f64,
}

/// What two ends heard of each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exchange {
    /// One way.
    pub out: Vec<Level>,
    /// The other.
    pub back: Vec<Level>,
}

/// What exchanges say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Log-likelihood ratio of another path over the same one.
    pub score: f64,
    /// Correlation of the patterns.
    pub correlation: f64,
    /// Channels compared.
    pub channels: usize,
}

/// Compares both ways; `None` where too few channels were heard both ways, or their levels do not differ.
pub fn likeness(exchanges: &[Exchange]) -> Option<Likeness> {
    let pairs: Vec<(f64, f64)> = exchanges.iter().flat_map(Exchange::centred).collect();
    let sum = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let (out, back) = (sum(|(a, _)| a * a), sum(|(_, b)| b * b));
    if !(out > 0.0 && back > 0.0) {
        return None;
    }
    let variance = 0.5 * (out + back) / pairs.len() as f64;
    let rho = (1.0 - MEASUREMENT_DB.powi(2) / variance).clamp(0.0, RHO_MAX);
    let (another, same) = (variance.sqrt(), (variance * (1.0 - rho * rho)).sqrt());
    let ratio = |a: f64, b: f64| ln_t5(b, another) - ln_t5(b - rho * a, same);
    let channel =
        |(a, b): &(f64, f64)| (0.5 * (ratio(*a, *b) + ratio(*b, *a))).clamp(CHANNEL_SCORE.0, CHANNEL_SCORE.1);
    Some(Likeness {
        score: pairs.iter().map(channel).sum(),
        correlation: sum(|(a, b)| a * b) / (out * back).sqrt(),
        channels: pairs.len(),
    })
}

impl Exchange {
    /// Levels of the channels heard both ways, less each way's mean; none when they are too few.
    fn centred(&self) -> Vec<(f64, f64)> {
        let both = self.out.iter().filter_map(|out| {
            let back = self.back.iter().find(|back| back.channel_hz == out.channel_hz)?;
            Some((out.level_db, back.level_db))
        });
        let both: Vec<(f64, f64)> = both.collect();
        if both.len() < CHANNELS_MIN {
            return Vec::new();
        }
        let count = both.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| both.iter().map(of).sum::<f64>() / count;
        let (out, back) = (mean(|(a, _)| *a), mean(|(_, b)| *b));
        both.iter().map(|(a, b)| (a - out, b - back)).collect()
    }
}

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    finding(edge.heard().iter().map(crate::edge::HeardHop::level).collect(), edge.back.clone())
}

/// What both directions of one path say.
pub(crate) fn finding(out: Vec<Level>, back: Vec<Level>) -> Option<Finding> {
    let likeness = likeness(&[Exchange { out, back }])?;
    let explanation = format!(
        "Over {} channels heard both ways the levels have a correlation of {:.2}; one path fades alike in both directions.",
        likeness.channels, likeness.correlation
    );
    let numbers = (likeness.correlation, 1.0, "correlation");
    Some(Finding::by_score(CheckName::Reciprocity, likeness.score, numbers, explanation))
}

#[cfg(test)]
#[path = "reciprocity_tests.rs"]
mod reciprocity_tests;
