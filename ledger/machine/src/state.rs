//! All that the ledger knows, in sorted sections.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    Hash, PublicKey,
    cell::Cell8,
    chain::ChainPosition,
    context,
    money::{Credits, Ear, Price},
    parameters::{Parameter, Parameters},
    place::{ClockClass, Place},
    schedule::Scheduled,
    settle::Carries,
    supply::Supply,
    table::Table,
    time::{Calendar, Epoch, Height, Millis, Window},
    verdict::RoundVerdict,
};

/// Somebody's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// EAR.
    pub balance: Ear,
    /// Data credits.
    pub credits: Credits,
    /// How many transactions it signed: the nonce of its next.
    pub nonce: u64,
}

/// A registered hotspot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Hotspot {
    /// Whose account its rewards go to.
    pub owner: PublicKey,
    /// When it was registered.
    pub registered: Epoch,
    /// What its clock follows.
    pub clock: ClockClass,
    /// Named in genesis as an anchor, and not moved since.
    pub anchor: bool,
    /// Where it says that it stands.
    pub place: Scheduled<Place>,
    /// Its one-way chain.
    pub chain: Scheduled<ChainPosition>,
    /// Draws that it let pass, as verdicts stated.
    pub skipped_draws: u64,
}

/// Money put aside for whoever covers a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Bounty {
    /// Who put it aside.
    pub funder: PublicKey,
    /// What has not been paid yet.
    pub left: Ear,
    /// In how many instalments it will be: at least 1.
    pub instalments_left: u32,
    /// From this epoch on, what is left goes back.
    pub expires: Epoch,
}

/// A reward cell's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CellLife {
    /// The first epoch in which somebody covered it.
    pub first_covered: Option<Epoch>,
    /// The last epoch in which data was used in it or a bounty paid for it.
    pub last_used: Option<Epoch>,
    /// Its bounties, oldest first.
    pub bounties: Vec<Bounty>,
}

/// A keeper of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Validator {
    /// Its voting power, at least 1.
    pub power: u64,
    /// The account that it is paid to.
    pub payout: PublicKey,
    /// The one-way chain whose links feed the public randomness.
    pub chain: Scheduled<ChainPosition>,
}

/// Names a round: one beaconer, one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct RoundKey {
    /// The beaconer.
    pub beaconer: PublicKey,
    /// The window.
    pub window: Window,
}

/// A round of the current epoch.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Round {
    /// Verdicts by validator; no two thirds agree yet.
    Open(BTreeMap<PublicKey, RoundVerdict>),
    /// What the quorum decided.
    Decided(RoundVerdict),
}

/// Where the ledger stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tip {
    /// The last block's number; 0 is genesis.
    pub height: Height,
    /// Its time.
    pub time: Millis,
    /// The current epoch.
    pub epoch: Epoch,
    /// Public randomness `R_h`.
    pub randomness: Hash,
    /// The epoch's price.
    pub price: Price,
}

/// A checkpoint that is no state.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Not the bytes of a state.
    #[error("not a state: {0}")]
    Malformed(#[from] std::io::Error),
    /// Understood, but not in its canonical form.
    #[error("not the canonical bytes of a state")]
    NotCanonical,
}

/// The whole state. Clones share what they do not change.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct State {
    /// Genesis hash; not part of the state's hash, which it is made of.
    pub(crate) network: Hash,
    /// Hash of the last block (genesis: of the genesis); not part of the state's hash, which the block contains.
    pub(crate) head: Hash,
    pub(crate) calendar: Calendar,
    pub(crate) tip: Tip,
    pub(crate) parameters: Parameters,
    pub(crate) supply: Supply,
    pub(crate) carries: Carries,
    pub(crate) accounts: Table<PublicKey, Account>,
    pub(crate) hotspots: Table<PublicKey, Hotspot>,
    pub(crate) cells: Table<Cell8, CellLife>,
    pub(crate) validators: Table<PublicKey, Validator>,
    /// Blocks by validator in the current epoch.
    pub(crate) proposed: Table<PublicKey, u64>,
    pub(crate) rounds: Table<RoundKey, Round>,
    pub(crate) price_votes: Table<PublicKey, Price>,
    pub(crate) parameter_votes: Table<(Parameter, PublicKey), u64>,
    pub(crate) pending: Table<(Epoch, Parameter), u64>,
}

impl State {
    /// Genesis hash: names the ledger.
    pub const fn network(&self) -> Hash {
        self.network
    }

    /// Hash of the last block.
    pub const fn head(&self) -> Hash {
        self.head
    }

    /// When windows and epochs begin.
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Where the ledger stands.
    pub const fn tip(&self) -> &Tip {
        &self.tip
    }

    /// The numbers in force.
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Accounts by key.
    pub const fn accounts(&self) -> &Table<PublicKey, Account> {
        &self.accounts
    }

    /// Hotspots by key.
    pub const fn hotspots(&self) -> &Table<PublicKey, Hotspot> {
        &self.hotspots
    }

    /// Reward cells that were ever covered or funded.
    pub const fn cells(&self) -> &Table<Cell8, CellLife> {
        &self.cells
    }

    /// Validators by key.
    pub const fn validators(&self) -> &Table<PublicKey, Validator> {
        &self.validators
    }

    /// Rounds of the current epoch.
    pub const fn rounds(&self) -> &Table<RoundKey, Round> {
        &self.rounds
    }

    /// Decided changes of parameters that wait for their epoch.
    pub const fn pending_parameters(&self) -> &Table<(Epoch, Parameter), u64> {
        &self.pending
    }

    /// The state's hash: over the hashes of its sections, in a fixed order.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let scalars =
            borsh::to_vec(&(&self.calendar, &self.tip, &self.parameters, &self.supply, &self.carries))
                .expect("writing into memory cannot fail");
        let sections = [
            Hash::of(context::SECTION, &[&scalars]),
            self.accounts.hash(),
            self.hotspots.hash(),
            self.cells.hash(),
            self.validators.hash(),
            self.proposed.hash(),
            self.rounds.hash(),
            self.price_votes.hash(),
            self.parameter_votes.hash(),
            self.pending.hash(),
        ];
        let parts: Vec<&[u8]> = sections.iter().map(|hash| hash.bytes().as_slice()).collect();
        Hash::of(context::STATE, &parts)
    }

    /// The canonical bytes: a checkpoint.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing into memory cannot fail")
    }

    /// A state from its canonical bytes. Whether it is the right one, its hash and a signed header say.
    ///
    /// # Errors
    /// When the bytes are not canonical ones of a state; hostile bytes never panic.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let state: Self = borsh::from_slice(bytes)?;
        if state.to_bytes() == bytes { Ok(state) } else { Err(StateError::NotCanonical) }
    }

    /// The power of all validators.
    pub fn power(&self) -> u128 {
        self.validators.values().map(|validator| u128::from(validator.power)).sum()
    }

    /// Whether `power` is more than two thirds of all.
    pub(crate) fn is_quorum(&self, power: u128) -> bool {
        3 * power > 2 * self.power()
    }
}
