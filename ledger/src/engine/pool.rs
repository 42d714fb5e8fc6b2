//! Transactions that wait for a block, within bounds.

use std::collections::{BTreeMap, VecDeque};

use ledger_machine::{Hash, PublicKey, SignedTransaction, State, Wire};

use super::SubmitError;

/// The most transactions that wait.
pub(super) const MAX_WAITING: usize = 10_000;
/// The most bytes that wait.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The most transactions of one signer that wait.
const MAX_OF_SIGNER: u64 = 1024;
/// Blocks after which one that is still too early is forgotten.
const PATIENCE: u64 = 64;

struct Waiting {
    transaction: SignedTransaction,
    hash: Hash,
    size: usize,
    since: u64,
}

/// First come, first served.
#[derive(Default)]
pub(super) struct Pool {
    queue: VecDeque<Waiting>,
    bytes: usize,
    of_signer: BTreeMap<PublicKey, u64>,
}

impl Pool {
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Checks what can be checked now; the signature last, because it costs most.
    pub(super) fn add(&mut self, state: &State, transaction: SignedTransaction) -> Result<Hash, SubmitError> {
        let signer = transaction.signer();
        let stated = transaction.transaction();
        if stated.network != state.network() {
            return Err(SubmitError::Network { expected: state.network(), actual: stated.network });
        }
        let next = state.accounts().get(&signer).map_or(0, |account| account.nonce);
        if stated.nonce < next {
            return Err(SubmitError::Old { next, nonce: stated.nonce });
        }
        if stated.nonce - next >= MAX_OF_SIGNER || self.waiting_of(&signer) >= MAX_OF_SIGNER {
            return Err(SubmitError::TooMany { signer, limit: MAX_OF_SIGNER });
        }
        let size = transaction.encode().len();
        if self.queue.len() >= MAX_WAITING || self.bytes + size > MAX_BYTES {
            return Err(SubmitError::Full);
        }
        let hash = transaction.hash();
        if self.queue.iter().any(|waiting| waiting.hash == hash) {
            return Ok(hash);
        }
        transaction.verify().map_err(SubmitError::Key)?;
        self.push(Waiting { transaction, hash, size, since: state.tip().height.number() });
        Ok(hash)
    }

    /// How many of `signer` wait.
    pub(super) fn waiting_of(&self, signer: &PublicKey) -> u64 {
        self.of_signer.get(signer).copied().unwrap_or(0)
    }

    /// Everything that waits, in order.
    pub(super) fn all(&self) -> Vec<SignedTransaction> {
        self.queue.iter().map(|waiting| waiting.transaction.clone()).collect()
    }

    /// Keeps only what is named, and of that only what has not waited too long.
    pub(super) fn keep(&mut self, early: &[Hash], height: u64) {
        let queue = std::mem::take(self).queue;
        for waiting in queue {
            if early.contains(&waiting.hash) && height.saturating_sub(waiting.since) < PATIENCE {
                self.push(waiting);
            }
        }
    }

    fn push(&mut self, waiting: Waiting) {
        self.bytes += waiting.size;
        *self.of_signer.entry(waiting.transaction.signer()).or_default() += 1;
        self.queue.push_back(waiting);
    }
}
