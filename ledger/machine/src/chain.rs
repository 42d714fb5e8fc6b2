//! How far somebody's one-way chain has been opened.
//!
//! The head `x_0` is public. Opening `x_1`, `x_2`, ... reveals one secret after the other; because an opened link opens
//! everything before it, a draw that its owner kept shut can never be hidden for good. The chain itself is [`identity`]'s.

use borsh::{BorshDeserialize, BorshSerialize};
use identity::chain_walk;

use crate::{Hash, time::Epoch};

/// The most steps that one opening may be away from the last: bounds the work that a transaction causes.
pub const MAX_STEPS: u64 = 1 << 17;

/// Why a link was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// It lies at or before what was already settled.
    #[error("link {index} was settled; the chain stands at {settled}")]
    Settled {
        /// The stated index.
        index: u64,
        /// The last settled index.
        settled: u64,
    },
    /// Too far from the last opened link.
    #[error("link {index} is {steps} steps from the last opened one; at most {MAX_STEPS} are followed")]
    TooFar {
        /// The stated index.
        index: u64,
        /// Its distance.
        steps: u64,
    },
    /// Hashing it does not lead to the registered head.
    #[error("link {index} does not lead to the registered head")]
    NotOfThisChain {
        /// The stated index.
        index: u64,
    },
}

/// How far somebody's registered chain has been opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChainPosition {
    /// The furthest opened link; the head when none was opened.
    pub tip: Hash,
    /// Its index; 0 is the head.
    pub index: u64,
    /// Links up to this index belong to closed epochs and open nothing any more.
    pub settled: u64,
    /// Which of its owner's chains this is, from 0.
    pub number: u32,
    /// The epoch from which it counts.
    pub since: Epoch,
}

impl ChainPosition {
    pub(crate) const fn new(head: Hash, number: u32, since: Epoch) -> Self {
        Self { tip: head, index: 0, settled: 0, number, since }
    }

    /// Whether `link` is link `index` of this chain and not yet settled.
    ///
    /// # Errors
    /// Says why not.
    pub fn check(&self, link: Hash, index: u64) -> Result<(), ChainError> {
        if index <= self.settled {
            return Err(ChainError::Settled { index, settled: self.settled });
        }
        let steps = index.abs_diff(self.index);
        if steps > MAX_STEPS {
            return Err(ChainError::TooFar { index, steps });
        }
        let (later, earlier) = if index > self.index { (link, self.tip) } else { (self.tip, link) };
        if chain_walk(later, steps) == earlier { Ok(()) } else { Err(ChainError::NotOfThisChain { index }) }
    }

    /// Moves the tip when the link lies beyond it. Call after [`ChainPosition::check`].
    pub(crate) fn open(&mut self, link: Hash, index: u64) {
        if index > self.index {
            self.tip = link;
            self.index = index;
        }
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod chain_tests;
