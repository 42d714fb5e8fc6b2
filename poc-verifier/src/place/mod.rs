//! Where is a transmitter? Judged only by what others measured when it transmitted.
//!
//! Anchors whose clocks follow PPS time the same beacon. Its moment of transmission is unknown (a cheat would lie about it), so only the
//! differences of arrival count. With the asserted place `p`, the anchors' places `w_j` and arrival delays `t_j`,
//!
//! ```text
//! e_j(p, T) = t_j - |p - w_j| / c - T
//! L(p)      = max_T sum_j ln f(e_j)          score = max_p L(p) - L(asserted)
//! ```
//! Of an answer ([`crate::answer`]) the differences to the beacon that it answers count, each timed by one clock, so that clock may run
//! free: with the challenger's place `c`, `t_j = t_answer - t_challenge + |c - w_j| / c_light`, and `T` takes up the turnaround. Its rate is
//! known from the challenger's carrier offset, which crystals share with clocks, but for the challenger's own, which `T` takes up too.
//!
//! An echo is told by the fading that it makes: where levels differ much from channel to channel the line is likelier blocked, and the
//! arrival likelier late. `f` is heavy-tailed: mostly Gaussian of clock and estimator, often late by echoes, sometimes anything at all (a liar). See
//! notes/physics.md 3e for the statistic and what it can tell.
//!
//! A place is *proven* when at least [`ANCHORS_PROVE`] anchors support it and no place more than [`RESOLVE_M`] away is nearly as
//! likely. It is *disproven* only when at least [`ANCHORS_BLAME`] anchors heard it and [`AGREE_BLAME`] of them, more than half, agree on
//! another place. Everything else is *unproven*: no anchors, no clocks, a shape that cannot tell, costs nobody anything.

mod fading;
mod likelihood;
mod search;

use std::collections::BTreeMap;

use geo_index::{Place, geodesy::geodesic_m};
use identity::PublicKey;

pub use self::fading::{Fading, fadings};
use self::{
    likelihood::Likelihood,
    search::{Peaks, peaks},
};
use crate::{finding::Outcome, party::Party};

/// Anchors that prove a place.
pub const ANCHORS_PROVE: usize = 4;
/// Anchors that must have heard a transmitter before it can be blamed.
pub const ANCHORS_BLAME: usize = 6;
/// Anchors that must agree on another place, besides being more than half.
pub const AGREE_BLAME: usize = 4;
/// A proven place is proven to this distance.
pub const RESOLVE_M: f64 = 1500.0;
/// Log-likelihood that a place [`RESOLVE_M`] away must fall behind.
const RESOLVE_SCORE: f64 = 4.0;
/// Score up to which the asserted place is as good as any.
const SUPPORT_SCORE: f64 = 8.0;
/// Score from which it is given up.
pub const BLAME_SCORE: f64 = 25.0;
/// What one anchor may say for another place, at least and at most.
pub const VOTE: (f64, f64) = (-2.0, 6.0);
/// So many anchors may lie together: what the loudest of them say counts only when the others say it, too.
const LIARS: usize = 3;
/// Directions in which resolution is tried.
const DIRECTIONS: u32 = 12;

/// One beacon as one anchor timed it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Who timed it.
    pub anchor: &'a Party,
    /// Arrival after the planned start, nanoseconds: flight, and what is common to all.
    pub delay_ns: f64,
    /// Standard error without clocks and echoes, nanoseconds.
    pub sigma_ns: f64,
    /// Frames that it is the median of.
    pub hops: usize,
    /// How it was timed.
    pub timed: Timed,
    /// How its level changed from channel to channel, where that is known.
    pub fading: Option<Fading>,
}

/// What stands behind an arrival's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timed {
    /// The anchor's clock, which must follow PPS.
    ByPps,
    /// The difference of two arrivals at one free-running clock.
    ByDifference,
}

/// What is known of a hotspot's place.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceVerdict {
    /// Proven, disproven, or neither.
    pub outcome: Outcome,
    /// Independent anchors that timed the best beacon.
    pub anchors: usize,
    /// Those whose time fits the likeliest place.
    pub agreeing: usize,
    /// Distance from the asserted to the likeliest place, metres.
    pub offset_m: f64,
    /// Distance within which it would pass, metres.
    pub allowed_m: f64,
    /// Range residuals at the asserted place: median and greatest, metres.
    pub residual_m: (f64, f64),
    /// Log-likelihood of the likeliest place over the asserted one.
    pub score: f64,
    /// The same by vote: what each anchor says for the other place over the asserted one, cut to [`VOTE`] before it is added up. Liars who
    /// agree can say neither more nor less than as many honest ones. No more than all say uncut, and nothing against a place that is as
    /// likely as any: cut votes forget what speaks loudest for it.
    pub votes: f64,
    /// The likeliest place.
    pub likeliest: Option<Place>,
    /// One sentence for the owner.
    pub explanation: String,
}

impl PlaceVerdict {
    /// Named in genesis: where everything else is measured from.
    pub fn by_genesis() -> Self {
        Self { outcome: Outcome::Accepted, ..Self::unknown(0, "its place was named in genesis.".into()) }
    }

    /// Proven in an earlier epoch, within the time that counts.
    pub fn proven_before(epochs: u64) -> Self {
        let explanation = format!("its place was proven {epochs} epochs ago.");
        Self { outcome: Outcome::Accepted, ..Self::unknown(0, explanation) }
    }

    fn unknown(anchors: usize, explanation: String) -> Self {
        Self {
            outcome: Outcome::Unproven,
            anchors,
            agreeing: 0,
            offset_m: 0.0,
            allowed_m: RESOLVE_M,
            residual_m: (0.0, 0.0),
            score: 0.0,
            votes: 0.0,
            likeliest: None,
            explanation,
        }
    }
}

/// Judges where a hotspot is from its beacons, each with the arrivals at whoever timed it.
pub fn judge(claimant: &Party, beacons: &[Vec<Arrival>]) -> PlaceVerdict {
    let best = beacons
        .iter()
        .map(|arrivals| independent(claimant, arrivals))
        .max_by_key(Vec::len)
        .unwrap_or_default();
    if best.is_empty() {
        return PlaceVerdict::unknown(
            0,
            "no anchor with a precise clock heard it transmit, and none heard it answer.".into(),
        );
    }
    if best.len() < ANCHORS_PROVE {
        let explanation = format!("{} anchors timed its beacon; {ANCHORS_PROVE} are needed.", best.len());
        return PlaceVerdict::unknown(best.len(), explanation);
    }
    weigh(claimant, &Likelihood::new(claimant.place, &best))
}

/// Arrivals that may count: at anchors, timed by PPS or as differences, one an owner, none of the claimant's own.
fn independent<'a>(claimant: &Party, arrivals: &[Arrival<'a>]) -> Vec<Arrival<'a>> {
    let mut by_owner: BTreeMap<PublicKey, Arrival<'a>> = BTreeMap::new();
    for arrival in arrivals {
        let anchor = arrival.anchor;
        if !anchor.is_anchor()
            || anchor.follows_pps != (arrival.timed == Timed::ByPps)
            || anchor.owner == claimant.owner
            || anchor.key == claimant.key
        {
            continue;
        }
        let better = by_owner.get(&anchor.owner).is_none_or(|other| {
            (arrival.hops, std::cmp::Reverse(anchor.key)) > (other.hops, std::cmp::Reverse(other.anchor.key))
        });
        if better {
            by_owner.insert(anchor.owner, *arrival);
        }
    }
    by_owner.into_values().collect()
}

fn weigh(claimant: &Party, likelihood: &Likelihood) -> PlaceVerdict {
    let asserted = [0.0, 0.0];
    let here = likelihood.at(asserted);
    let Peaks { best, elsewhere } = peaks(likelihood, RESOLVE_M);
    let there = likelihood.at(best);
    let score = (there - here).max(0.0);
    let likeliest = likelihood.place_of(best);
    let offset_m = likeliest.map_or(0.0, |place| geodesic_m(claimant.place, place));
    let agreeing = likelihood.fitting(best);
    let anchors = likelihood.anchors();
    // Other places: just outside the resolution, and wherever else the times fit, a mirror image say.
    let rival = elsewhere.map_or(f64::NEG_INFINITY, |at| likelihood.at(at)).max(best_on_ring(likelihood));
    let resolved = here - rival >= RESOLVE_SCORE;
    let supported = score <= SUPPORT_SCORE && likelihood.fitting(asserted) >= ANCHORS_PROVE;
    let places = elsewhere.iter().chain([&best]).filter(|_| !supported);
    let votes = places.map(|at| votes(likelihood, *at).min(likelihood.at(*at) - here)).fold(0.0, f64::max);
    let blamed = anchors >= ANCHORS_BLAME
        && agreeing >= AGREE_BLAME
        && 2 * agreeing > anchors
        && score >= BLAME_SCORE
        && offset_m > RESOLVE_M;
    let (outcome, explanation) = if blamed {
        let text = format!(
            "{agreeing} of {anchors} anchors agree that its signal came from {:.1} km away from where it says it stands.",
            offset_m * 1e-3
        );
        (Outcome::Rejected, text)
    } else if supported && resolved {
        (
            Outcome::Accepted,
            format!("{anchors} anchors timed its beacon; the asserted place fits to {offset_m:.0} m."),
        )
    } else if !supported {
        let text = format!(
            "{anchors} anchors timed its beacon, but their times do not agree well enough to say from where."
        );
        (Outcome::Unproven, text)
    } else {
        let text = format!(
            "{anchors} anchors timed its beacon, but from where they stand they cannot tell places {RESOLVE_M:.0} m apart."
        );
        (Outcome::Unproven, text)
    };
    let residual_m = likelihood.residuals_m(asserted);
    PlaceVerdict {
        outcome,
        anchors,
        agreeing,
        offset_m,
        allowed_m: RESOLVE_M,
        residual_m,
        score,
        votes,
        likeliest,
        explanation,
    }
}

/// What anchors say together for a place over the asserted one; nothing where it is the loudest few that say it.
fn votes(likelihood: &Likelihood, place: [f64; 2]) -> f64 {
    let ratios = likelihood.ratios(place, [0.0, 0.0]).into_iter();
    let mut votes: Vec<f64> = ratios.map(|ratio| ratio.clamp(VOTE.0, VOTE.1)).collect();
    votes.sort_by(|a, b| b.total_cmp(a));
    let others: f64 = votes.iter().skip(LIARS).sum();
    if others > 0.0 { votes.iter().sum() } else { 0.0 }
}

fn best_on_ring(likelihood: &Likelihood) -> f64 {
    let ring = (0..DIRECTIONS).map(|k| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(k) / f64::from(DIRECTIONS)).sin_cos();
        likelihood.at([RESOLVE_M * cos, RESOLVE_M * sin])
    });
    ring.fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod place_tests;
