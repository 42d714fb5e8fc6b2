//! secp256k1 keys and compact signatures, as bytes.
//!
//! A [`PublicKey`] here is 33 bytes that begin like a compressed key; that it is a point of the curve is checked where
//! it matters, when a signature is verified. Records of hundreds of keys are read without a square root for each.

use std::io::{Error, ErrorKind, Read, Result as IoResult};

use borsh::{BorshDeserialize, BorshSerialize};
use secp256k1::{Message, SecretKey, ecdsa};

use crate::Hash;

/// Bytes that are no key, or a signature that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a compressed key.
    #[error("a compressed public key begins with 02 or 03, not {0:02x}")]
    Prefix(u8),
    /// Not a point of the curve.
    #[error("public key {0} is not on the curve")]
    NotOnCurve(PublicKey),
    /// The signature was not made by this key over these bytes, or is malleated (high S).
    #[error("the signature is not {0}'s over these bytes")]
    Signature(PublicKey),
}

/// A compressed secp256k1 public key: 33 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct PublicKey([u8; 33]);

impl PublicKey {
    /// A key from its compressed form.
    ///
    /// # Errors
    /// When it does not begin with 02 or 03.
    pub const fn new(bytes: [u8; 33]) -> Result<Self, KeyError> {
        match bytes[0] {
            2 | 3 => Ok(Self(bytes)),
            other => Err(KeyError::Prefix(other)),
        }
    }

    /// The public half of a secret key.
    #[must_use]
    pub fn of(secret: &SecretKey) -> Self {
        Self(secret.public_key().serialize())
    }

    /// The compressed form.
    pub const fn bytes(&self) -> &[u8; 33] {
        &self.0
    }

    /// Whether `signature` is this key's over `digest`.
    ///
    /// # Errors
    /// When it is not, when it has a high S, or when the key is no point of the curve.
    pub fn verify(&self, digest: &Hash, signature: &Signature) -> Result<(), KeyError> {
        let key = secp256k1::PublicKey::from_byte_array_compressed(self.0)
            .map_err(|_| KeyError::NotOnCurve(*self))?;
        ecdsa::Signature::from_compact(&signature.0)
            .and_then(|signature| signature.verify(Message::from_digest(*digest.bytes()), &key))
            .map_err(|_| KeyError::Signature(*self))
    }
}

impl BorshDeserialize for PublicKey {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let bytes = <[u8; 33]>::deserialize_reader(reader)?;
        Self::new(bytes).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A compact ECDSA signature: 64 bytes, low S.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Signature([u8; 64]);

impl Signature {
    /// These very bytes; whether they sign anything, [`PublicKey::verify`] says.
    pub const fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The compact form.
    pub const fn bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// `secret`'s signature of `digest` (RFC 6979, so the same every time).
    #[must_use]
    pub fn sign(digest: &Hash, secret: &SecretKey) -> Self {
        Self(ecdsa::sign(Message::from_digest(*digest.bytes()), secret).serialize_compact())
    }
}
