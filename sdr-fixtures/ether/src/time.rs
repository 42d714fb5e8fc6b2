//! True time: what no radio knows.

use std::ops::{Add, Sub};

/// An instant of the simulated world in picoseconds (0.3 mm of light), good for 106 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrueTime(i64);

impl TrueTime {
    /// From picoseconds.
    pub const fn from_ps(ps: i64) -> Self {
        Self(ps)
    }

    /// From milliseconds.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms * 1_000_000_000)
    }

    /// From seconds, to the nearest picosecond.
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * 1e12).round() as i64)
    }

    /// In picoseconds.
    pub const fn as_ps(self) -> i64 {
        self.0
    }

    /// In seconds; exact to a picosecond within an hour of zero.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 * 1e-12
    }
}

impl Add for TrueTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for TrueTime {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
