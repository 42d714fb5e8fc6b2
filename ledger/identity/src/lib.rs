//! Who is who, and what was said: keys, signatures, hashes, one-way chains, Merkle trees.
//!
//! The words that the proof protocol and the ledger share. There is no float, no clock, no randomness and no I/O here, and no
//! message either: what a signature covers, its caller says, by a [`Context`] of its own.

mod chain;
mod hash;
mod key;
mod merkle;

pub use chain::{OneWayChain, chain_step, chain_walk};
pub use hash::{Context, Hash, ParseHashError};
pub use key::{KeyError, PublicKey, Signature};
pub use merkle::{MerklePath, merkle_root};

#[cfg(test)]
mod identity_tests;
