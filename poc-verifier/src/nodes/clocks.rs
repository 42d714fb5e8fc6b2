//! S15: whose precise clock is off?
//!
//! Anchors `j` that follow PPS hear each other's beacons `i`, and both ends' places are known. With clocks that are
//! fast by `b`, and echoes `m_ij = m_ji`, which are late and stay what they are,
//!
//! ```text
//! late_ij = b_j - b_i + m_ij + error                          one anchor has one clock, to send by and to hear by
//! b_j     = median over i of (b_i + (late_ij - late_ji) / 2)    taken in turns, for every j
//! ```
//! The gauge is that the median of all clocks is right. An echo is the same in both directions and falls out of a pair's difference; where only one
//! direction was heard its lateness stays in. Against the anchor's own earlier days what stays falls out altogether.
//!
//! A clock that is found off accuses nobody: its owner is told, and its times are not used to place others.

use std::collections::BTreeMap;

use super::offsets::Differences;
use crate::robust::{ln_t5, median};

/// Error of a precise clock and a median arrival together, ns; echoes' spread, ns, that is left of a link after the median.
const CLOCK_NS: f64 = 40.0;
const ECHO_NS: f64 = 50.0;
/// Flagged above this: fewer than one right clock in ten thousand (`poc-trial --attack s15-clock`).
pub const FLAGGED: f64 = 0.0;
/// Links that an anchor must have.
const LINKS_MIN: usize = 4;
/// By how much clocks are off that are off, ns: a spoofer's ramp.
const OFF_NS: f64 = 20_000.0;

/// One anchor's beacons as another timed them, median over a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lateness {
    /// Number of the sender.
    pub sender: usize,
    /// Number of the receiver.
    pub receiver: usize,
    /// Arrival later than light takes, by the receiver's clock, ns.
    pub late_ns: f64,
}

/// What is known of one anchor's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockVerdict {
    /// By how much it is fast, ns.
    pub off_ns: f64,
    /// Links behind it.
    pub links: usize,
    /// Log-likelihood ratio of being off over being right.
    pub score: f64,
}

/// Clocks of so many anchors from what they timed of each other; `None` for those with too few links.
pub fn judge(anchors: usize, timed: &[Lateness]) -> Vec<Option<ClockVerdict>> {
    Differences::between(anchors, pairs(timed)).said().iter().map(|said| verdict(said)).collect()
}

/// The same against what an anchor's clock showed on earlier days: what never changes is its site, not its clock.
pub fn changed(today: ClockVerdict, before_ns: &[f64]) -> ClockVerdict {
    let usual = median(before_ns).unwrap_or(0.0);
    let off_ns = today.off_ns - usual;
    ClockVerdict { off_ns, score: score(off_ns, CLOCK_NS), ..today }
}

/// Half the difference of a pair's two directions: by how much the first is fast against the second; of one direction its lateness.
fn pairs(timed: &[Lateness]) -> Vec<(usize, usize, f64)> {
    let late: BTreeMap<(usize, usize), f64> =
        timed.iter().map(|late| ((late.sender, late.receiver), late.late_ns)).collect();
    let mut pairs = Vec::new();
    for ((sender, receiver), late_ns) in &late {
        // A pair heard both ways is met twice.
        let by = match late.get(&(*receiver, *sender)) {
            Some(_) if receiver > sender => continue,
            Some(back_ns) => 0.5 * (late_ns - back_ns),
            None => *late_ns,
        };
        pairs.extend([(*receiver, *sender, by), (*sender, *receiver, -by)]);
    }
    pairs
}

fn verdict(said_ns: &[f64]) -> Option<ClockVerdict> {
    let links = said_ns.len();
    let off_ns = median(said_ns).filter(|_| links >= LINKS_MIN)?;
    let sigma_ns = CLOCK_NS.hypot(1.25 * ECHO_NS / (links as f64).sqrt());
    Some(ClockVerdict { off_ns, links, score: score(off_ns, sigma_ns) })
}

fn score(off_ns: f64, sigma_ns: f64) -> f64 {
    -(2.0 * OFF_NS).ln() - ln_t5(off_ns, sigma_ns)
}

#[cfg(test)]
#[path = "clocks_tests.rs"]
mod clocks_tests;
