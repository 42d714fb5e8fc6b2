//! One body a parser: any bytes in, no panic, and what was accepted encodes to the same bytes again.
//!
//! The bodies are plain functions; `tests/fuzz.rs` replays them over generated and mutated inputs on every run, and a
//! fuzzer may drive them for longer.

use crate::{
    block::{Block, Header},
    state::State,
    transaction::{SignedTransaction, Transaction},
    verdict::RoundVerdict,
    wire::Wire,
};

fn round_trip<M: Wire>(bytes: &[u8]) {
    if let Ok(message) = M::decode(bytes) {
        assert!(message.encode() == bytes, "accepted bytes are not the canonical ones");
    }
}

/// [`SignedTransaction`]; its signature is looked at, too.
pub fn signed_transaction(bytes: &[u8]) {
    round_trip::<SignedTransaction>(bytes);
    if let Ok(signed) = SignedTransaction::decode(bytes) {
        let _ = signed.verify();
    }
}

/// [`Transaction`].
pub fn transaction(bytes: &[u8]) {
    round_trip::<Transaction>(bytes);
}

/// [`RoundVerdict`].
pub fn round_verdict(bytes: &[u8]) {
    round_trip::<RoundVerdict>(bytes);
}

/// [`Header`].
pub fn header(bytes: &[u8]) {
    round_trip::<Header>(bytes);
}

/// [`Block`].
pub fn block(bytes: &[u8]) {
    round_trip::<Block>(bytes);
}

/// A checkpoint of [`State`].
pub fn state(bytes: &[u8]) {
    if let Ok(state) = State::from_bytes(bytes) {
        assert!(state.to_bytes() == bytes, "accepted bytes are not the canonical ones");
    }
}
