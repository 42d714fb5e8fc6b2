//! BLAKE3, always with a context: a hash made for one purpose never serves another.

use borsh::{BorshDeserialize, BorshSerialize};

/// What a hash is for: a BLAKE3 derive-key context. The strings are part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// What a transaction's signature signs.
    Transaction,
    /// A signed transaction, signature included.
    SignedTransaction,
    /// All signed transactions of a block.
    Transactions,
    /// A block's header: the block hash, and what the proposer signs.
    Block,
    /// One section of the state.
    Section,
    /// The whole state.
    State,
    /// Public randomness: `R_h = hash(R_h-1 || link)`.
    Randomness,
    /// A step of a one-way chain.
    Chain,
    /// What a hotspot countersigns at its registration.
    Registration,
}

impl Context {
    /// The derive-key context string.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transaction => "earshot 2026 ledger transaction",
            Self::SignedTransaction => "earshot 2026 ledger signed transaction",
            Self::Transactions => "earshot 2026 ledger transactions",
            Self::Block => "earshot 2026 ledger block",
            Self::Section => "earshot 2026 ledger state section",
            Self::State => "earshot 2026 ledger state",
            Self::Randomness => "earshot 2026 ledger randomness",
            Self::Chain => "earshot 2026 one-way chain",
            Self::Registration => "earshot 2026 hotspot registration",
        }
    }
}

/// 32 bytes of BLAKE3. Public: compared in plain time.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Hash([u8; 32]);

impl Hash {
    /// These very bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// BLAKE3 in derive-key mode of the parts, one after the other. Callers keep parts of fixed length, or hash one.
    #[must_use]
    pub fn of(context: Context, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(context.as_str());
        for part in parts {
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
