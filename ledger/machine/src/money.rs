//! Money: integers whose `+`, `-` and `*` may answer "no".
//!
//! `a + b` is a `Result`: a sum that does not fit is a value to be handled, never a wrap and never a panic. Products
//! go through 128 bits, and [`Ear::portion`] rounds down, so that parts never add up to more than the whole.

use std::ops::{Add, Mul, Sub};

use borsh::{BorshDeserialize, BorshSerialize};

/// An operation on money whose result does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{left} {operation} {right} is out of range")]
pub struct MoneyError {
    /// `+`, `-`, `*` or `at`.
    pub operation: &'static str,
    /// Left operand, in the smallest unit.
    pub left: u64,
    /// Right operand.
    pub right: u64,
}

fn checked(operation: &'static str, left: u64, right: u64, result: Option<u64>) -> Result<u64, MoneyError> {
    result.ok_or(MoneyError { operation, left, right })
}

macro_rules! money {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
        )]
        pub struct $name(u64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// So many of the smallest unit.
            pub const fn new(units: u64) -> Self {
                Self(units)
            }

            /// How many of the smallest unit.
            pub const fn units(self) -> u64 {
                self.0
            }

            /// Whether this is nothing.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The sum of many amounts.
            ///
            /// # Errors
            /// When the sum does not fit.
            pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
                amounts.into_iter().try_fold(Self::ZERO, |sum, amount| sum + amount)
            }

            /// What remains, or nothing.
            #[must_use]
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl Add for $name {
            type Output = Result<Self, MoneyError>;
            fn add(self, other: Self) -> Self::Output {
                checked("+", self.0, other.0, self.0.checked_add(other.0)).map(Self)
            }
        }

        impl Sub for $name {
            type Output = Result<Self, MoneyError>;
            fn sub(self, other: Self) -> Self::Output {
                checked("-", self.0, other.0, self.0.checked_sub(other.0)).map(Self)
            }
        }

        impl Mul<u64> for $name {
            type Output = Result<Self, MoneyError>;
            fn mul(self, factor: u64) -> Self::Output {
                checked("*", self.0, factor, self.0.checked_mul(factor)).map(Self)
            }
        }
    };
}

money! {
    /// EAR, in units of 10^-8.
    Ear
}

money! {
    /// Data credits (DC), in units of 10^-5 USD: bought by burning EAR, spent on data, never transferable.
    Credits
}

impl Ear {
    /// `floor(self * part / whole)`, through 128 bits.
    ///
    /// # Panics
    /// When `part` exceeds `whole` or `whole` is zero: a portion is never more than the thing.
    #[must_use]
    pub fn portion(self, part: u64, whole: u128) -> Self {
        assert!(whole > 0 && u128::from(part) <= whole, "a portion of {part} in {whole}");
        let product = u128::from(self.0) * u128::from(part);
        Self(u64::try_from(product / whole).expect("part <= whole, so the quotient is at most self"))
    }

    /// `self * per_mille / 1000`, rounded down.
    ///
    /// # Panics
    /// When `per_mille` exceeds 1000.
    #[must_use]
    pub fn per_mille(self, per_mille: u64) -> Self {
        self.portion(per_mille, 1000)
    }
}

impl std::fmt::Display for Ear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:08} EAR", self.0 / 100_000_000, self.0 % 100_000_000)
    }
}

impl std::fmt::Display for Credits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} DC", self.0)
    }
}

/// What one EAR costs, in 10^-8 USD: 1 to 10^16 (100 million USD).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Price(u64);

/// 10^-8 EAR times 10^-8 USD in one 10^-5 USD.
const UNITS_PER_CREDIT: u128 = 100_000_000_000;

impl Price {
    /// The dearest price that a vote may name.
    pub const MAX: u64 = 10_000_000_000_000_000;

    /// A price, when it is within 1 and [`Price::MAX`].
    pub const fn new(units: u64) -> Option<Self> {
        if units >= 1 && units <= Self::MAX { Some(Self(units)) } else { None }
    }

    /// 10^-8 USD for one EAR.
    pub const fn units(self) -> u64 {
        self.0
    }

    /// The credits that burning `ear` buys, rounded down.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn credits(self, ear: Ear) -> Result<Credits, MoneyError> {
        let credits = u128::from(ear.0) * u128::from(self.0) / UNITS_PER_CREDIT;
        checked("at", ear.0, self.0, u64::try_from(credits).ok()).map(Credits)
    }

    /// The EAR that `credits` cost at this price, rounded down; the largest amount when it would not fit.
    #[must_use]
    pub fn value(self, credits: Credits) -> Ear {
        let ear = u128::from(credits.0) * UNITS_PER_CREDIT / u128::from(self.0);
        Ear(u64::try_from(ear).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
#[path = "money_tests.rs"]
mod money_tests;
