//! BLAKE3, always with a context: a hash made for one purpose never serves another.

use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};

/// What a hash is for: a BLAKE3 derive-key context. The strings are part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context(&'static str);

impl Context {
    /// A context of its own; by custom "earshot 2026 " and what is hashed.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The derive-key context string.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// 32 bytes of BLAKE3. Public: compared in plain time.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Hash([u8; 32]);

/// A text that is no hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not 64 hexadecimal digits")]
pub struct ParseHashError(String);

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

impl FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| ParseHashError(text.chars().take(80).collect()))?;
        Ok(Self(bytes))
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
