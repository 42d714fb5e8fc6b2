//! What both directions of a path have said of each other, exchange by exchange.
//!
//! One exchange hardly tells who was told everything secret from who heard it: both directions of a path that fades little are alike whatever one invents.
//! Ten tell (notes/physics.md section 6, S3). Of a pair's scores, latest last,
//!
//! ```text
//! C_0 = 0      C_n = max(0, C_(n-1) + s_n)          doubted from 5 on
//! ```
//! so that nobody buys credit by hearing honestly first. Two honest ends may be unlike in the same way every day, by a filter say: so this doubts the pair's
//! edges, which are then not paid, and rejects nothing.

use identity::PublicKey;

use super::latest::Latest;

/// Exchanges of a pair that are remembered, the latest.
const EXCHANGES_MAX: usize = 64;

/// Two keys, the lesser first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::judgement) struct Pair(PublicKey, PublicKey);

impl Pair {
    pub(in crate::judgement) fn of(one: PublicKey, other: PublicKey) -> Self {
        Self(one.min(other), one.max(other))
    }
}

/// Scores of the exchanges of every pair.
pub(super) type Exchanges = Latest<Pair, f64, EXCHANGES_MAX>;

impl Exchanges {
    /// What a pair's exchanges came to so far, and how many there were.
    pub(super) fn sum(&self, pair: Pair) -> (f64, usize) {
        self.of(&pair).fold((0.0, 0), |(sum, count), score| ((sum + score).max(0.0), count + 1))
    }
}
