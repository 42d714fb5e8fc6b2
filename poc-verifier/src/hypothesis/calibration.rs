//! Thresholds are data: quantiles of honest days, with the run that they come from.
//!
//! `T_h` is the `(1 - w_h / 1000)` quantile of the honest days' scores (notes/physics.md section 4). A hypothesis that the run could not
//! measure has no entry, and then accuses nobody. What is not here: the run (`poc-trial --calibrate` in sdr-fixtures).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Hypothesis;

/// Most bytes that are parsed.
pub const CALIBRATION_BYTES_MAX: usize = 16 * 1024;
/// Scores beyond this are no day's.
const SCORE_LIMIT: f64 = 10_000.0;
const TEXT_BYTES_MAX: usize = 256;

/// A calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Day of the run, as its operator stated it.
    pub date: String,
    /// What was run.
    pub command: String,
    /// Its seed.
    pub seed: u64,
    /// What it found, a hypothesis each.
    pub thresholds: Vec<Threshold>,
}

/// One hypothesis's threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// [`Hypothesis::as_str`].
    pub hypothesis: String,
    /// Honest days behind it.
    pub days: u64,
    /// Which quantile of them the threshold is.
    pub quantile: f64,
    /// The day is rejected above this.
    pub threshold: f64,
    /// What honest days look like.
    pub honest: Honest,
    /// For hypotheses that accumulate.
    pub cusum: Option<CusumLimits>,
}

/// Quantiles of honest days' scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Honest {
    /// The middle one.
    pub median: f64,
    /// 99 % are below.
    pub p99: f64,
    /// 99.9 % are below.
    pub p999: f64,
    /// The worst.
    pub max: f64,
}

/// Numbers of [`crate::Cusum`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CusumLimits {
    /// Taken from every day's score.
    pub reference: f64,
    /// Rejected above this.
    pub limit: f64,
}

/// Why bytes are no calibration.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// More than [`CALIBRATION_BYTES_MAX`].
    #[error("calibration has {0} bytes, {CALIBRATION_BYTES_MAX} are allowed")]
    TooLong(usize),
    /// Not the format.
    #[error("calibration is not readable")]
    Format(#[from] serde_json::Error),
    /// A name that is no hypothesis's, or one that comes twice.
    #[error("calibration names the hypothesis {0:?}, which is unknown or comes twice")]
    Name(String),
    /// A number or text that no run writes.
    #[error("calibration: {0} is out of range")]
    Range(&'static str),
}

/// The published run's.
const PUBLISHED: &str = include_str!("../../calibration/parameter-level.json");

impl Calibration {
    /// The published calibration.
    pub fn published() -> Self {
        Self::parse(PUBLISHED).expect("the published calibration is one; a test reads it")
    }

    /// Reads a calibration.
    ///
    /// # Errors
    /// [`CalibrationError`] when it is none.
    pub fn parse(text: &str) -> Result<Self, CalibrationError> {
        if text.len() > CALIBRATION_BYTES_MAX {
            return Err(CalibrationError::TooLong(text.len()));
        }
        let calibration: Self = serde_json::from_str(text)?;
        if calibration.date.len().max(calibration.command.len()) > TEXT_BYTES_MAX {
            return Err(CalibrationError::Range("date or command"));
        }
        for (index, threshold) in calibration.thresholds.iter().enumerate() {
            let name = &threshold.hypothesis;
            let known = Hypothesis::ALL.iter().any(|hypothesis| hypothesis.as_str() == name);
            if !known || calibration.thresholds[..index].iter().any(|other| other.hypothesis == *name) {
                return Err(CalibrationError::Name(name.clone()));
            }
            threshold.validate()?;
        }
        Ok(calibration)
    }

    /// What it says of a hypothesis.
    pub fn threshold(&self, hypothesis: Hypothesis) -> Option<&Threshold> {
        self.thresholds.iter().find(|threshold| threshold.hypothesis == hypothesis.as_str())
    }

    /// The score above which a day is rejected: what was fitted, and no less than [`Hypothesis::least`].
    pub fn applied(&self, hypothesis: Hypothesis) -> Option<f64> {
        self.threshold(hypothesis).map(|fitted| fitted.threshold.max(hypothesis.least()))
    }
}

impl Threshold {
    fn validate(&self) -> Result<(), CalibrationError> {
        let Honest { median, p99, p999, max } = self.honest;
        let possible = |score: f64| score.abs() <= SCORE_LIMIT;
        if ![self.threshold, median, p99, p999, max].into_iter().all(possible) {
            return Err(CalibrationError::Range("score"));
        }
        if !(self.days > 0 && self.quantile > 0.5 && self.quantile < 1.0) {
            return Err(CalibrationError::Range("days or quantile"));
        }
        let sound =
            |cusum: CusumLimits| possible(cusum.reference) && possible(cusum.limit) && cusum.limit > 0.0;
        if !self.cusum.is_none_or(sound) {
            return Err(CalibrationError::Range("cusum"));
        }
        Ok(())
    }
}
