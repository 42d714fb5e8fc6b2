//! What the machine hashes, each kind in a context of its own.

use identity::Context;

/// What a transaction's signature signs.
pub(crate) const TRANSACTION: Context = Context::new("earshot 2026 ledger transaction");
/// A signed transaction, signature included.
pub(crate) const SIGNED_TRANSACTION: Context = Context::new("earshot 2026 ledger signed transaction");
/// All signed transactions of a block.
pub(crate) const TRANSACTIONS: Context = Context::new("earshot 2026 ledger transactions");
/// A block's header: the block hash, and what the proposer signs.
pub(crate) const BLOCK: Context = Context::new("earshot 2026 ledger block");
/// One section of the state.
pub(crate) const SECTION: Context = Context::new("earshot 2026 ledger state section");
/// The whole state.
pub(crate) const STATE: Context = Context::new("earshot 2026 ledger state");
/// Public randomness: `R_h = hash(R_h-1 || link)`.
pub(crate) const RANDOMNESS: Context = Context::new("earshot 2026 ledger randomness");
/// What a hotspot countersigns at its registration.
pub(crate) const REGISTRATION: Context = Context::new("earshot 2026 hotspot registration");
