//! One hypothesis a cheat, the worst decides.
//!
//! Each hypothesis adds up only the checks that its cheat disturbs, over a hotspot's day (notes/physics.md section 4):
//!
//! ```text
//! l_c = clip(ln p(x | cheat) - ln p(x | honest), -2, +6)      S_h = min(60, sum over reports and its own checks of l_c)
//! rejected when any S_h > T_h
//! ```
//! Hypotheses are never added to each other: a cheat would buy credit on ten clean checks to pay for one impossible one. The thresholds
//! `T_h` are data ([`Calibration`]), quantiles of honest days. A place is evidence once a day, however many reports tell of it, and
//! accuses only by the rule of six anchors and four.
//!
//! What stays the same at an honest site from day to day (its antenna, an anchor's echoes, its own deafness) is no hypothesis: it would
//! condemn the same owner every day. Such statistics ([`crate::nodes`]) flag, and reject nobody.
//!
//! What is not here: the checks themselves, days added to days ([`crate::Cusum`]), who is to blame ([`blame`]). A hypothesis that nothing
//! tested in a day can neither accuse nor acquit.

mod blame;
mod calibration;
mod day;

use crate::{
    finding::{CheckName, Outcome},
    place::BLAME_SCORE,
};

pub use blame::{blame, independent};
pub use calibration::{CALIBRATION_BYTES_MAX, Calibration, CalibrationError, CusumLimits, Honest, Threshold};
pub use day::{DayBook, DayEvidence};

/// What one hypothesis of one day may come to.
pub const DAY_SCORE_MAX: f64 = 60.0;

/// A way to cheat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hypothesis {
    /// Reports without having heard.
    Blind,
    /// Reports without having heard, but everything secret was leaked to it: only the path is unknown.
    Leak,
    /// Stands elsewhere.
    Place,
    /// Several keys share one receiver.
    Clone,
    /// Levels that free space forbids.
    Power,
    /// Levels that do not belong together.
    Floor,
}

impl Hypothesis {
    /// Every hypothesis.
    pub const ALL: [Self; 6] = [Self::Blind, Self::Leak, Self::Place, Self::Clone, Self::Power, Self::Floor];

    /// As the calibration and statements write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blind => "blind",
            Self::Leak => "leak",
            Self::Place => "place",
            Self::Clone => "clone",
            Self::Power => "power",
            Self::Floor => "floor",
        }
    }

    /// What it does, as an owner is told.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Blind => "had not heard the beacons",
            Self::Leak => "had been told of the beacons but had not heard them",
            Self::Place => "stood elsewhere",
            Self::Clone => "shared its receiver with another key",
            Self::Power => "was closer or louder than it says",
            Self::Floor => "made its levels up",
        }
    }

    /// The checks of a report that this cheat disturbs. Place and clone have none: they are known of a day, not of a report.
    pub const fn checks(self) -> &'static [CheckName] {
        match self {
            Self::Blind => {
                &[CheckName::Freshness, CheckName::Frequency, CheckName::TimeDither, CheckName::PowerDither]
            }
            // Apart from the above: who was told the dithers gathers credit there, and would pay with it.
            Self::Leak => &[CheckName::Reciprocity],
            Self::Power => &[CheckName::LinkBudget],
            Self::Floor => &[CheckName::NoiseFloor],
            // Phases, which echoes keep as they are, would condemn two honest neighbours every day: they flag.
            Self::Place | Self::Clone => &[],
        }
    }

    /// Share of the honest-reject budget of one day in a thousand that this hypothesis may spend.
    pub const fn weight(self) -> f64 {
        match self {
            Self::Blind => 0.2,
            Self::Leak => 0.15,
            Self::Clone => 0.5,
            // Echoes are the same every day, and so would its victims be. A place that is doubted is unproven long before it is rejected.
            Self::Place | Self::Power | Self::Floor => 0.05,
        }
    }

    /// Least threshold. A score below zero speaks for honesty: with a threshold there, a hotspot that heard little would be rejected for silence.
    /// Drawn days, which thresholds are fitted on, give every anchor its own echoes; a street has them in common, and honest places in
    /// simulated air have come to 14 where drawn ones kept under 10. So a day gives a place up no sooner than an epoch does. Nor
    /// do drawn guards have bursts in common: in air full of villains honest ones have come to 20 in a day.
    pub const fn least(self) -> f64 {
        match self {
            Self::Place | Self::Clone => BLAME_SCORE,
            _ => 0.0,
        }
    }

    /// Whether days may be added up: not where honest errors are the same every day (echoes, deaf sites).
    pub const fn accumulates(self) -> bool {
        matches!(self, Self::Blind | Self::Clone)
    }
}

/// A judged day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayVerdict {
    /// Rejected by the worst; unproven where the place was not proven, or nothing told whether it hears.
    pub outcome: Outcome,
    /// The hypothesis that accuses, or is doubted, or is nearest to its threshold.
    pub worst: Option<Excess>,
}

/// How far above its threshold a hypothesis is; below zero under it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Excess {
    /// Which.
    pub hypothesis: Hypothesis,
    /// The day's score.
    pub score: f64,
    /// What honest days stay under.
    pub threshold: f64,
}

impl Excess {
    /// Score less threshold.
    pub fn by(&self) -> f64 {
        self.score - self.threshold
    }

    /// Whether the cheat explains the day better than honesty does.
    pub fn is_doubted(&self) -> bool {
        self.score > 0.0
    }
}

/// Judges a day. What was not tested, or has no threshold, does not accuse; a day whose place was not proven is unproven at best. So is one
/// that a cheat explains better than honesty, a score above zero, but not by the threshold, or with too few behind it
/// ([`DayEvidence::accuses`]): doubt is not paid, and not punished.
///
/// No threshold is below [`Hypothesis::least`], whatever was fitted.
pub fn judge_day(day: &DayEvidence, calibration: &Calibration) -> DayVerdict {
    let excesses = Hypothesis::ALL.into_iter().filter_map(|hypothesis| {
        Some(Excess {
            hypothesis,
            score: day.score(hypothesis)?,
            threshold: calibration.applied(hypothesis)?,
        })
    });
    // What may accuse comes first, then what is doubted: else a few liars' great excess would hide it.
    let accuses = |excess: &Excess| excess.by() > 0.0 && day.accuses(excess.hypothesis);
    let rank = |excess: &Excess| (accuses(excess), excess.is_doubted());
    let worst = excesses.max_by(|a, b| rank(a).cmp(&rank(b)).then(a.by().total_cmp(&b.by())));
    let heard = day.score(Hypothesis::Blind).is_some() && calibration.threshold(Hypothesis::Blind).is_some();
    let outcome = match worst {
        Some(worst) if accuses(&worst) => Outcome::Rejected,
        Some(worst) if !worst.is_doubted() && day.is_placed() && heard => Outcome::Accepted,
        _ => Outcome::Unproven,
    };
    DayVerdict { outcome, worst }
}

#[cfg(test)]
mod hypothesis_tests;
