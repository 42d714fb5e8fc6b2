//! The engine: who decides which block is next.
//!
//! [`LedgerEngine`] is what the rest of the house sees of it. [`Local`] is one validator that needs nobody's consent; its
//! randomness is trusted, and its status says so. Several validators will be another implementation of the same trait.
//!
//! Everything here is synchronous and has no clock: whoever drives the engine says what time it is.
//!
//! *Not here*: rules (the machine's), files (the store's), network.

mod local;
mod pool;

use std::sync::Arc;

use ledger_machine::{
    BlockError, Effect, Epoch, GenesisError, Hash, Height, KeyError, Millis, PublicKey, SignedTransaction,
    State, TransactionError,
};
pub use local::Local;

use crate::{evidence::EdgeEvidence, store::StoreError};

/// Why a transaction may not even wait.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// It is for another ledger.
    #[error("it is for ledger {actual}, this is {expected}")]
    Network {
        /// This ledger.
        expected: Hash,
        /// The transaction's.
        actual: Hash,
    },
    /// Its nonce was used.
    #[error("nonce {nonce} was used; the signer's next is {next}")]
    Old {
        /// The signer's next.
        next: u64,
        /// The transaction's.
        nonce: u64,
    },
    /// Its signature does not hold.
    #[error(transparent)]
    Key(KeyError),
    /// Its signer has as many waiting as it may have.
    #[error("{signer} may have {limit} transactions waiting")]
    TooMany {
        /// The signer.
        signer: PublicKey,
        /// The limit.
        limit: u64,
    },
    /// Too much waits already.
    #[error("too many transactions wait; try again after the next block")]
    Full,
}

/// Why no block was made. What waits goes on waiting.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The genesis is none.
    #[error("genesis: {0}")]
    Genesis(#[from] GenesisError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The block would not follow.
    #[error("next block: {0}")]
    Block(#[from] BlockError),
    /// The key is no validator's of this ledger.
    #[error("{0} is no validator of this ledger")]
    NotAValidator(PublicKey),
    /// The registered chain is not the one of this key.
    #[error("the registered chain {0} was not made from this validator's key")]
    OtherChain(u32),
    /// No link is left, and the next chain is not in force.
    #[error("the validator's chain is used up and its next is not in force")]
    ChainUsedUp,
}

/// How far the public randomness is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Randomness {
    /// One validator opens its own chain: it knows what comes.
    TrustedOneValidator,
}

impl std::fmt::Display for Randomness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TrustedOneValidator => f.write_str("trusted: one validator"),
        }
    }
}

/// Where the engine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineStatus {
    /// Genesis hash.
    pub network: Hash,
    /// The last block's number.
    pub height: Height,
    /// Its hash.
    pub head: Hash,
    /// Its time.
    pub time: Millis,
    /// The current epoch.
    pub epoch: Epoch,
    /// Transactions that wait.
    pub waiting: usize,
    /// Validators of the ledger.
    pub validators: usize,
    /// How far the public randomness is to be believed.
    pub randomness: Randomness,
    /// Links left in the validator's chain.
    pub links_left: u64,
}

/// A block that counts, with what it did.
#[derive(Clone, Debug)]
pub struct CommittedBlock {
    /// Its number.
    pub height: Height,
    /// Its hash.
    pub hash: Hash,
    /// The epoch to which it belonged.
    pub epoch: Epoch,
    /// Its time.
    pub time: Millis,
    /// Public randomness `R_h`.
    pub randomness: Hash,
    /// How many transactions it has.
    pub transactions: usize,
    /// What was left out for good, and why.
    pub dropped: Vec<(SignedTransaction, TransactionError)>,
    /// What it did, in order.
    pub effects: Vec<Effect>,
    /// The state after it. Cheap to clone.
    pub state: State,
    /// Evidence that was kept with it.
    pub evidence: Vec<EdgeEvidence>,
}

/// Called once for every block, in order, by the thread that committed it and after it was stored. It must not commit.
pub type OnCommitted = Box<dyn Fn(&Arc<CommittedBlock>) + Send + Sync>;

/// Decides which block is next.
pub trait LedgerEngine: Send + Sync {
    /// Lets a transaction wait for a block. Submitting one twice is the same as once.
    ///
    /// # Errors
    /// When it can never count, or too much waits.
    fn submit(&self, transaction: SignedTransaction) -> Result<Hash, SubmitError>;

    /// Adds a listener for committed blocks.
    fn on_committed(&self, listener: OnCommitted);

    /// Where the engine stands.
    fn status(&self) -> EngineStatus;
}
