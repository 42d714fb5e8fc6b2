//! What each transaction does.
//!
//! Every function checks everything first and changes afterwards: a refused transaction leaves no trace, so a proposer
//! can try one after the other on the same state. (A test refuses thousands and compares hashes.)
//!
//! | file | transactions |
//! |---|---|
//! | `accounts` | transfers, burning, bounties |
//! | `hotspots` | registration, places, chain heads |
//! | `validators` | votes on price and parameters |
//! | `rounds` | verdicts |
//! | `close` | the end of an epoch |

mod accounts;
mod close;
mod hotspots;
mod rounds;
mod validators;

use crate::{
    Hash, KeyError, PublicKey,
    cell::Cell8,
    chain::ChainError,
    effect::Effect,
    money::{Ear, MoneyError},
    parameters::ParameterError,
    state::{State, Validator},
    time::{Epoch, Millis, Window},
    transaction::{Body, SignedTransaction},
};

/// Why a transaction is not valid here and now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// It is for another ledger.
    #[error("it is for ledger {actual}, this is {expected}")]
    Network {
        /// This ledger.
        expected: Hash,
        /// The transaction's.
        actual: Hash,
    },
    /// A signature does not hold.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Another nonce is next: lower ones were used.
    #[error("nonce {actual}; the signer's next is {expected}")]
    Nonce {
        /// The next.
        expected: u64,
        /// The transaction's.
        actual: u64,
    },
    /// The signer has no account.
    #[error("{0} has no account")]
    UnknownSigner(PublicKey),
    /// Only validators may ask for this.
    #[error("{0} is no validator")]
    NotAValidator(PublicKey),
    /// Only the block's proposer may ask for this.
    #[error("{0} did not propose this block")]
    NotTheProposer(PublicKey),
    /// No such hotspot.
    #[error("hotspot {0} is not registered")]
    UnknownHotspot(PublicKey),
    /// The hotspot belongs to somebody already.
    #[error("hotspot {0} is registered already")]
    Registered(PublicKey),
    /// Only the hotspot's owner may ask for this.
    #[error("hotspot {hotspot} does not belong to {signer}")]
    NotTheOwner {
        /// The hotspot.
        hotspot: PublicKey,
        /// Who asked.
        signer: PublicKey,
    },
    /// Not enough money, or too much.
    #[error("balance: {0}")]
    Money(#[from] MoneyError),
    /// Too little to buy anything.
    #[error("{0} buys no credit")]
    NoCredit(Ear),
    /// A bounty below the smallest.
    #[error("a bounty of {amount}; the smallest is {min}")]
    SmallBounty {
        /// The offer.
        amount: Ear,
        /// The smallest.
        min: Ear,
    },
    /// Instalments outside their range, or of less than one unit.
    #[error("{0} instalments are not possible")]
    Instalments(u32),
    /// The cell has as many bounties as it may have.
    #[error("cell {0} has the most bounties that a cell may have")]
    CellFull(Cell8),
    /// A parameter's value outside its bounds.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The epoch to be closed is not the current one.
    #[error("epoch {stated} is not the current epoch {current}")]
    OtherEpoch {
        /// The current one.
        current: Epoch,
        /// The stated one.
        stated: Epoch,
    },
    /// The epoch is not over.
    #[error("epoch {epoch} can be closed from {ends} on")]
    EpochOpen {
        /// The epoch.
        epoch: Epoch,
        /// When it can be closed.
        ends: Millis,
    },
    /// The window is not of the current epoch.
    #[error("window {window} is of epoch {epoch}, the current one is {current}")]
    OtherWindow {
        /// The stated window.
        window: Window,
        /// Its epoch.
        epoch: Epoch,
        /// The current epoch.
        current: Epoch,
    },
    /// The window is not over.
    #[error("window {window} ends at {ends}")]
    WindowOpen {
        /// The window.
        window: Window,
        /// When it ends.
        ends: Millis,
    },
    /// The quorum decided already.
    #[error("the round of {beaconer} in window {window} is decided")]
    Decided {
        /// The window.
        window: Window,
        /// The beaconer.
        beaconer: PublicKey,
    },
    /// The validator judged this round already.
    #[error("{0} judged this round already")]
    Voted(PublicKey),
    /// More rounds than are held at once.
    #[error("the epoch has the most rounds that are held at once")]
    TooManyRounds,
    /// A party of the round has no place.
    #[error("hotspot {0} has asserted no place")]
    NoPlace(PublicKey),
    /// A party's stated cell is not the one of its place.
    #[error("hotspot {hotspot} stands in cell {registered}, not in {stated}")]
    OtherCell {
        /// The party.
        hotspot: PublicKey,
        /// The cell of its place.
        registered: Cell8,
        /// The stated one.
        stated: Cell8,
    },
    /// A party's stated site is of another owner, or not the lowest key.
    #[error("{site} is not the site of hotspot {hotspot}")]
    Site {
        /// The party.
        hotspot: PublicKey,
        /// The stated site.
        site: PublicKey,
    },
    /// The beaconer has no chain in force.
    #[error("hotspot {0} has no chain in force")]
    NoChain(PublicKey),
    /// The opened link is not the beaconer's.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The opened link served another round.
    #[error("link {index} served the round of window {window}")]
    LinkUsed {
        /// Its index.
        index: u64,
        /// The other round's window.
        window: Window,
    },
    /// The block has no room for it.
    #[error("the block is full")]
    BlockFull,
}

impl TransactionError {
    /// Whether the same transaction may be valid later.
    pub const fn is_early(&self) -> bool {
        match self {
            Self::Nonce { expected, actual } => *actual > *expected,
            Self::OtherWindow { epoch, current, .. } => epoch.number() > current.number(),
            Self::OtherEpoch { current, stated } => stated.number() > current.number(),
            Self::EpochOpen { .. } | Self::WindowOpen { .. } | Self::BlockFull => true,
            _ => false,
        }
    }
}

type Executed = Result<(), TransactionError>;

/// What a transaction sees of its block.
pub(crate) struct Call<'a> {
    pub(crate) proposer: PublicKey,
    pub(crate) time: Millis,
    pub(crate) effects: &'a mut Vec<Effect>,
}

impl Call<'_> {
    /// Does what `signed` asks for, or nothing.
    pub(crate) fn execute(&mut self, state: &mut State, signed: &SignedTransaction) -> Executed {
        check_signer(state, signed)?;
        let signer = signed.signer();
        match &signed.transaction().body {
            Body::RegisterHotspot(register) => hotspots::register(self, state, signer, register),
            Body::AssertPlace { hotspot, place } => {
                hotspots::assert_place(self, state, signer, *hotspot, *place)
            }
            Body::SetChainHead { hotspot, head } => hotspots::set_head(state, signer, *hotspot, *head),
            Body::SetValidatorChainHead { head } => validators::set_head(state, signer, *head),
            Body::Transfer { to, amount } => accounts::transfer(state, signer, *to, *amount),
            Body::BurnForCredits { amount } => accounts::burn(self, state, signer, *amount),
            Body::FundCell { cell, amount, epochs } => {
                accounts::fund_cell(state, signer, *cell, *amount, *epochs)
            }
            Body::PriceVote { price } => validators::vote_price(state, signer, *price),
            Body::SubmitVerdicts(verdict) => rounds::submit(self, state, signer, verdict),
            Body::ProposeParameter { parameter, value } => {
                validators::vote_parameter(self, state, signer, *parameter, *value)
            }
            Body::CloseEpoch { epoch } => close::close(self, state, signer, *epoch),
        }?;
        state.accounts.change().entry(signer).or_default().nonce += 1;
        Ok(())
    }
}

fn check_signer(state: &State, signed: &SignedTransaction) -> Executed {
    let transaction = signed.transaction();
    if transaction.network != state.network {
        return Err(TransactionError::Network { expected: state.network, actual: transaction.network });
    }
    let account = state.accounts.get(&signed.signer());
    if account.is_none() && !matches!(transaction.body, Body::RegisterHotspot(_)) {
        return Err(TransactionError::UnknownSigner(signed.signer()));
    }
    let expected = account.map_or(0, |account| account.nonce);
    if transaction.nonce != expected {
        return Err(TransactionError::Nonce { expected, actual: transaction.nonce });
    }
    Ok(signed.verify()?)
}

fn validator(state: &State, key: PublicKey) -> Result<&Validator, TransactionError> {
    state.validators.get(&key).ok_or(TransactionError::NotAValidator(key))
}
