//! Is the noise before a frame the witness's own? Clones told by their guards.
//!
//! In an audited round everybody shows the same frame's guard ([`crate::audit`]): noise that two receivers cannot have in common. One capture
//! behind two keys has it twice, with whatever delay, carrier shift and noise of its own each key was given. Of two whitened guards `n1`, `n2`,
//! the second moved by a lag and a carrier offset:
//!
//! ```text
//! x = N |<n1, n2>|^2 / (|n1|^2 |n2|^2)          N: complex numbers that really are independent in the stretch that both cover
//! honest: Exp(1), of K hypotheses the largest     clone with own noise X dB above the capture's: noncentral, mean 1 + N / (1 + 10^(X/10))^2
//! score = x (1/h - 1/(1 + L)) - ln((1 + L) / h) - ln K
//! ```
//! That is the likelihood ratio for a noncentrality drawn from an exponential of mean `L`, over a scale `h` a little above 1 that honest pairs are
//! granted; closed because an exponential mixture of noncentral chi-squares is an exponential. Lags near the one that the frames' arrivals
//! name, and carriers near none and near the difference of the frames', are few hypotheses; every other lag is a dearer one
//! ([`correlation`]). Guards are looked at where both showed samples that were committed to.
//!
//! Neighbours hear the same bursts, and then share more than chance. So guards in which somebody is known to have sent are left out; whitening
//! takes narrow carriers down; guards that are not noise by their amplitudes are not compared; and what two guards share must be spread over time
//! and frequency as noise is and hold no chirp ([`structure`]), else nothing is proven. Co-sited receivers hear the same
//! power line: pairs asserted nearer than 50 m are not compared.
//!
//! Who copied from whom nobody can tell, so both edges are rejected. Source: notes/physics.md 3d and 8.3.

pub mod correlation;
pub mod fingerprint;
pub mod guard;
pub mod memory;
pub mod resemblance;
pub mod structure;

use identity::PublicKey;

pub use self::{
    correlation::{CELLS, Correlation, FAR_HYPOTHESES, NEAR_HYPOTHESES, correlate},
    fingerprint::Fingerprint,
    guard::Guard,
    memory::{GuardMemory, Reuse},
    resemblance::{Resemblance, STEADY_HYPOTHESES},
};
use crate::finding::{CheckName, Finding, SCORE_REJECT};

/// Mean noncentrality of clones, a priori: own noise of 10 dB and 4096 samples.
const CLONE_MEAN: f64 = 40.0;
/// What honest statistics may be larger than theory has them: spectra are estimated, filters ring.
const HONEST_SCALE: f64 = 1.1;
/// Receivers that say to stand nearer than this share man-made noise, metres.
pub(crate) const APART_M: f64 = 50.0;

/// Log-likelihood ratio of a clone over honesty for the largest statistic `N rho^2` of so many equally likely hypotheses.
pub fn score_of(statistic: f64, hypotheses: f64) -> f64 {
    statistic * gain() - prior() - hypotheses.ln()
}

/// The statistic at which [`score_of`] rejects.
fn rejecting_statistic(hypotheses: f64) -> f64 {
    (SCORE_REJECT + prior() + hypotheses.ln()) / gain()
}

fn gain() -> f64 {
    1.0 / HONEST_SCALE - 1.0 / (1.0 + CLONE_MEAN)
}

fn prior() -> f64 {
    ((1.0 + CLONE_MEAN) / HONEST_SCALE).ln()
}

/// What a pair of guards says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Likeness {
    /// As alike as so much of one thing; perhaps no more than chance.
    Noise(Correlation),
    /// They share what is not noise, a burst that both heard.
    Burst(Correlation),
}

impl Likeness {
    /// Compares two guards of one frame whose carriers were reported `cfo_hz` apart, and whose arrivals `arrival_ns`; `None` when they
    /// cannot be compared.
    pub fn of(one: &Guard, other: &Guard, cfo_hz: f64, arrival_ns: f64) -> Option<Self> {
        let correlation = correlate(one, other, cfo_hz, arrival_ns)?;
        // Not only where it would convict: over a day what hardly tells adds up.
        let shares_burst = correlation.score > 0.0 && structure::is_structured(one, other, &correlation);
        Some(if shares_burst { Self::Burst(correlation) } else { Self::Noise(correlation) })
    }

    /// What was measured.
    pub fn correlation(&self) -> &Correlation {
        match self {
            Self::Noise(correlation) | Self::Burst(correlation) => correlation,
        }
    }

    /// What it says of either edge, with the other witness named.
    pub(crate) fn finding(&self, hop: usize, other: &PublicKey) -> Finding {
        let Correlation { statistic, score, hypotheses, .. } = *self.correlation();
        let numbers = (statistic, rejecting_statistic(hypotheses), "times chance");
        let frame = hop + 1;
        match self {
            Self::Burst(_) => {
                let explanation = format!(
                    "Before frame {frame} it and {other} heard the same burst; their noise cannot be compared."
                );
                Finding::unproven(CheckName::GuardNoise, numbers, explanation)
            }
            Self::Noise(_) if score >= SCORE_REJECT => {
                let explanation = format!(
                    "The noise before frame {frame} is the same as {other}'s, {statistic:.0} times as alike as chance makes it: \
                     one receiver is behind both. Nobody can tell who copied, so neither counts."
                );
                Finding::by_score(CheckName::GuardNoise, score, numbers, explanation)
            }
            Self::Noise(_) => {
                let explanation = format!("The noise before frame {frame} is no other witness's.");
                Finding::by_score(CheckName::GuardNoise, score, numbers, explanation)
            }
        }
    }
}

#[cfg(test)]
mod guard_noise_tests;
