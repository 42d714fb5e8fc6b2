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

use std::collections::{BTreeMap, VecDeque};

use identity::PublicKey;

use super::EPOCHS_REMEMBERED;

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
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::judgement) struct Exchanges {
    scores: BTreeMap<Pair, VecDeque<(u64, f64)>>,
    epoch: u64,
}

impl Exchanges {
    /// What is remembered from now on is of a later epoch.
    pub(super) fn begin_epoch(&mut self) {
        self.epoch += 1;
        let oldest = (self.epoch + 1).saturating_sub(EPOCHS_REMEMBERED as u64);
        self.scores.retain(|_, scores| {
            scores.retain(|(epoch, _)| *epoch >= oldest);
            !scores.is_empty()
        });
    }

    /// Remembers what an exchange said.
    pub(super) fn remember(&mut self, pair: Pair, score: f64) {
        let scores = self.scores.entry(pair).or_default();
        scores.push_back((self.epoch, score));
        if scores.len() > EXCHANGES_MAX {
            scores.pop_front();
        }
    }

    /// What a pair's exchanges came to so far, and how many there were.
    pub(in crate::judgement) fn of(&self, pair: Pair) -> (f64, usize) {
        let scores = self.scores.get(&pair).into_iter().flatten();
        scores.fold((0.0, 0), |(sum, count), (_, score)| ((sum + score).max(0.0), count + 1))
    }
}
