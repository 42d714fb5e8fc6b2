//! One block onto one state.
//!
//! `apply` works on a copy (which shares everything that it does not change), so a block that fails anywhere changes
//! nothing. `propose` does the same without a header to compare with, and leaves out what is not valid.

use secp256k1::SecretKey;

use crate::{
    Hash, KeyError, PublicKey,
    block::{Block, Header, MAX_TRANSACTIONS},
    chain::ChainError,
    context,
    effect::Effect,
    execute::{Call, TransactionError},
    state::State,
    time::{Epoch, Height, Millis},
    transaction::SignedTransaction,
    wire::Wire,
};

/// Why a block does not follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Another height is next.
    #[error("block {actual} where block {expected} is next")]
    Height {
        /// The next.
        expected: Height,
        /// The block's.
        actual: Height,
    },
    /// It follows another block.
    #[error("it follows {actual} instead of {expected}")]
    Previous {
        /// The last block here.
        expected: Hash,
        /// The block's predecessor.
        actual: Hash,
    },
    /// It is of another epoch.
    #[error("it is of epoch {actual} instead of {expected}")]
    Epoch {
        /// The current one.
        expected: Epoch,
        /// The block's.
        actual: Epoch,
    },
    /// It is older than its predecessor.
    #[error("its time {actual} is before its predecessor's {previous}")]
    Time {
        /// The predecessor's.
        previous: Millis,
        /// The block's.
        actual: Millis,
    },
    /// Its proposer is no validator.
    #[error("{0} is no validator")]
    Proposer(PublicKey),
    /// The proposer's link is not the next of its chain.
    #[error("the proposer's link: {0}")]
    Link(#[from] ChainError),
    /// The header's signature does not hold.
    #[error(transparent)]
    Signature(#[from] KeyError),
    /// The header commits to other transactions.
    #[error("its transactions are not those of its header")]
    Transactions,
    /// More transactions than a block may have.
    #[error("{0} transactions; at most {MAX_TRANSACTIONS} are allowed")]
    TooMany(usize),
    /// A transaction is not valid, and so neither is the block.
    #[error("transaction {index}: {error}")]
    Transaction {
        /// Its position.
        index: usize,
        /// Why.
        error: TransactionError,
    },
    /// The state after it is another than its header says.
    #[error("the state after it is {actual} instead of {expected}")]
    State {
        /// The header's.
        expected: Hash,
        /// The computed one.
        actual: Hash,
    },
}

/// A block's result.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The state after it.
    pub state: State,
    /// What happened, in order.
    pub effects: Vec<Effect>,
}

/// What a proposer wants to make a block of.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who proposes.
    pub proposer: PublicKey,
    /// The block's time.
    pub time: Millis,
    /// The next link of its chain.
    pub link: Hash,
    /// What to put in, in this order.
    pub transactions: Vec<SignedTransaction>,
}

/// A block to be signed, and its result.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The header.
    pub header: Header,
    /// The valid transactions.
    pub transactions: Vec<SignedTransaction>,
    /// What was left out, and why. [`TransactionError::is_early`] tells which may be tried again.
    pub dropped: Vec<(SignedTransaction, TransactionError)>,
    /// What it does.
    pub applied: Applied,
}

impl Proposal {
    /// The block, signed by its proposer.
    #[must_use]
    pub fn sign(self, secret: &SecretKey) -> (Block, Applied) {
        (Block::sign(self.header, self.transactions, secret), self.applied)
    }
}

impl State {
    /// The state and effects after `block`; this state stays as it is.
    ///
    /// # Errors
    /// When the block does not follow or anything in it is not valid.
    ///
    /// # Panics
    /// When conservation is violated, which is a programmer's error.
    pub fn apply(&self, block: &Block) -> Result<Applied, BlockError> {
        let header = &block.header;
        self.check_header(block)?;
        let mut effects = Vec::new();
        let mut state = self.opened(header.proposer, header.time, header.link)?;
        for (index, transaction) in block.transactions.iter().enumerate() {
            Call { proposer: header.proposer, time: header.time, effects: &mut effects }
                .execute(&mut state, transaction)
                .map_err(|error| BlockError::Transaction { index, error })?;
        }
        state.assert_conserved();
        let actual = state.hash();
        if actual != header.state {
            return Err(BlockError::State { expected: header.state, actual });
        }
        state.head = header.hash();
        Ok(Applied { state, effects })
    }

    /// Makes the next block of what is valid in `draft`.
    ///
    /// # Errors
    /// When the proposer, the time or the link is not the next one's.
    ///
    /// # Panics
    /// When conservation is violated, which is a programmer's error.
    pub fn propose(&self, draft: Draft) -> Result<Proposal, BlockError> {
        let mut state = self.opened(draft.proposer, draft.time, draft.link)?;
        let mut effects = Vec::new();
        let mut transactions = Vec::new();
        let mut dropped = Vec::new();
        let mut room = Block::LIMIT - Header::LIMIT - 128;
        for transaction in draft.transactions {
            let size = transaction.encode().len() + 8;
            if size > room || transactions.len() == MAX_TRANSACTIONS {
                dropped.push((transaction, TransactionError::BlockFull));
                continue;
            }
            let mut call = Call { proposer: draft.proposer, time: draft.time, effects: &mut effects };
            match call.execute(&mut state, &transaction) {
                Ok(()) => {
                    room -= size;
                    transactions.push(transaction);
                }
                Err(error) => dropped.push((transaction, error)),
            }
        }
        state.assert_conserved();
        let header = Header {
            height: state.tip.height,
            previous: self.head,
            proposer: draft.proposer,
            epoch: self.tip.epoch,
            time: draft.time,
            link: draft.link,
            transactions: Block::transactions_hash(&transactions),
            state: state.hash(),
        };
        state.head = header.hash();
        Ok(Proposal { header, transactions, dropped, applied: Applied { state, effects } })
    }

    fn check_header(&self, block: &Block) -> Result<(), BlockError> {
        let header = &block.header;
        let expected = self.tip.height.later(1);
        if header.height != expected {
            return Err(BlockError::Height { expected, actual: header.height });
        }
        if header.previous != self.head {
            return Err(BlockError::Previous { expected: self.head, actual: header.previous });
        }
        if header.epoch != self.tip.epoch {
            return Err(BlockError::Epoch { expected: self.tip.epoch, actual: header.epoch });
        }
        if block.transactions.len() > MAX_TRANSACTIONS {
            return Err(BlockError::TooMany(block.transactions.len()));
        }
        if header.transactions != Block::transactions_hash(&block.transactions) {
            return Err(BlockError::Transactions);
        }
        Ok(block.verify()?)
    }

    /// The state at the beginning of the next block: `R_h = BLAKE3(R_h-1 || link)`.
    fn opened(&self, proposer: PublicKey, time: Millis, link: Hash) -> Result<Self, BlockError> {
        if time < self.tip.time {
            return Err(BlockError::Time { previous: self.tip.time, actual: time });
        }
        let validator = self.validators.get(&proposer).ok_or(BlockError::Proposer(proposer))?;
        let chain = validator.chain.now.expect("validators have a chain from genesis on");
        let index = chain.index + 1;
        chain.check(link, index)?;

        let mut state = self.clone();
        state.tip.height = self.tip.height.later(1);
        state.tip.time = time;
        state.tip.randomness = Hash::of(context::RANDOMNESS, &[self.tip.randomness.bytes(), link.bytes()]);
        let validator = state.validators.change().get_mut(&proposer).expect("found above");
        validator.chain.now.as_mut().expect("found above").open(link, index);
        *state.proposed.change().entry(proposer).or_default() += 1;
        Ok(state)
    }
}
