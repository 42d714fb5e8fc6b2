//! The replicated state machine: who owns what, decided by integers alone.
//!
//! A [`State`] and a [`Block`] go in, a new `State` and a list of [`Effect`]s come out, and every machine in the world
//! that does this gets the same bytes. [`State::apply`] is the whole of it; everything else here is a type it needs.
//!
//! *What is not here*: no floating-point number, no clock, no random number, no file, no socket, no hash map, no H3
//! geometry and no physics. What was heard is judged by `poc-verifier`, which this room never imports: it only takes
//! the verdict's integers ([`RoundVerdict`]), signed by validators. Storing blocks and holding keys is the `ledger`
//! crate's work.
//!
//! | noun | file | noun | file |
//! |---|---|---|---|
//! | money | `money` | verdicts of a round | `verdict` |
//! | epochs, windows, times | `time` | parameters and their notice | `parameters` |
//! | what is hashed for what | `context` | transactions, blocks | `transaction`, `block` |
//! | H3 cells as integers | `cell` | what a transaction does | `execute/` |
//! | one-way chains | `chain` | what an epoch pays | `settle/` |
//!
//! *Equations that always hold* (asserted after every block, also in release builds):
//!
//! ```text
//! EAR:     genesis + issued - burned = balances + escrow + carries
//! credits: bought - spent            = balances
//! epoch:   emission + carries before + bounty instalments = reward lines + carries after
//! ```
//!
//! *Scale*: sized for thousands of hotspots a block. Sections are copied on write and hashed whole when touched, which
//! is linear in a section's rows. At a million hotspots `table` becomes a Merkle tree of pages and the conservation
//! sums become running totals; nothing above those two files would notice.

#![deny(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]
#![allow(
    clippy::missing_panics_doc,
    reason = "an `expect` here says why it cannot happen; real panics are documented"
)]

mod apply;
mod block;
mod cell;
mod chain;
mod context;
mod effect;
mod execute;
pub mod fuzz;
mod genesis;
mod median;
mod money;
mod parameters;
mod place;
mod schedule;
mod settle;
mod state;
mod supply;
mod table;
mod time;
mod transaction;
mod verdict;
mod wire;

pub use apply::{Applied, BlockError, Draft, Proposal};
pub use block::{Block, Header, MAX_TRANSACTIONS};
pub use cell::{Cell, Cell8, Cell12, CellError};
pub use chain::{ChainError, ChainPosition, MAX_STEPS};
pub use effect::Effect;
pub use execute::TransactionError;
pub use genesis::{
    Genesis, GenesisError, GenesisHotspot, GenesisValidator, MAX_POWER, MAX_VALIDATORS, SUPPLY_CAP,
};
pub use identity::{Hash, KeyError, OneWayChain, PublicKey, Signature, chain_step, chain_walk};
pub use median::weighted_median;
pub use money::{Credits, Ear, MoneyError, Price};
pub use parameters::{Parameter, ParameterError, Parameters};
pub use place::{ClockClass, Place, PlaceError};
pub use schedule::Scheduled;
pub use settle::{
    Carries, CoverageFacts, DataFacts, DataUse, EdgeRef, EpochInput, EpochSummary, PaidEdge, Party, Proposer,
    RewardLine, Settlement, ValidatorFacts, WitnessFacts, Work, settle,
};
pub use state::{Account, Bounty, CellLife, Hotspot, Round, RoundKey, State, StateError, Tip, Validator};
pub use supply::{Supply, SupplySummary};
pub use table::Table;
pub use time::{Calendar, Epoch, Height, Millis, TimeError, Window};
pub use transaction::{Body, RegisterHotspot, SignedTransaction, Transaction};
pub use verdict::{
    Check, EdgeVerdict, MAX_EDGES, MAX_SKIPPED_DRAWS, Opening, Reason, RoundVerdict, Verdict, VerdictError,
};
pub use wire::{DecodeError, Wire};
