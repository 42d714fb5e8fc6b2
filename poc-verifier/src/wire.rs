//! Bytes of messages: the generated types, limits, and what can be wrong.
//!
//! Everything here may come from an enemy. A message is refused by its size before it is parsed; fields of fixed length must have it;
//! and because a signature covers bytes, only the one canonical encoding of a message is taken: decoding and encoding again must give
//! the same bytes, which also refuses unknown fields.

use identity::{KeyError, PublicKey, Signature};
use prost::Message;

#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated from proto/proof.proto, which is documented"
)]
pub(crate) mod proto {
    include!(concat!(env!("OUT_DIR"), "/earshot.proof.rs"));
}

/// Bytes that are no message.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// Larger than any message of this kind.
    #[error("{kind}: {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// Which message.
        kind: &'static str,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// No protobuf of this schema.
    #[error("{kind}: {error}")]
    Protobuf {
        /// Which message.
        kind: &'static str,
        /// What the parser said.
        error: prost::DecodeError,
    },
    /// Another encoding of the same message, or one with unknown fields.
    #[error("{0}: not the canonical encoding")]
    NotCanonical(&'static str),
    /// A field of fixed length has another.
    #[error("{field}: {bytes} bytes instead of {expected}")]
    Length {
        /// Which field.
        field: &'static str,
        /// Its length.
        bytes: usize,
        /// What it should be.
        expected: usize,
    },
    /// A number or count out of its range.
    #[error("{field}: {value} is not in {min} to {max}")]
    Range {
        /// Which field.
        field: &'static str,
        /// Its value.
        value: i64,
        /// Least allowed.
        min: i64,
        /// Most allowed.
        max: i64,
    },
    /// A message that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// No place on Earth.
    #[error(transparent)]
    Place(#[from] geo_index::PlaceError),
    /// A key or signature that does not hold.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Decodes one canonical message of at most `limit` bytes.
pub(crate) fn decode<M: Message + Default>(
    kind: &'static str,
    bytes: &[u8],
    limit: usize,
) -> Result<M, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLarge { kind, bytes: bytes.len(), limit });
    }
    let message = M::decode(bytes).map_err(|error| DecodeError::Protobuf { kind, error })?;
    if message.encoded_len() != bytes.len() || message.encode_to_vec() != bytes {
        return Err(DecodeError::NotCanonical(kind));
    }
    Ok(message)
}

/// A field of fixed length.
pub(crate) fn fixed<const N: usize>(field: &'static str, bytes: &[u8]) -> Result<[u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::Length { field, bytes: bytes.len(), expected: N })
}

/// A key.
pub(crate) fn key(field: &'static str, bytes: &[u8]) -> Result<PublicKey, DecodeError> {
    Ok(PublicKey::new(fixed(field, bytes)?)?)
}

/// A signature.
pub(crate) fn signature(field: &'static str, bytes: &[u8]) -> Result<Signature, DecodeError> {
    Ok(Signature::new(fixed(field, bytes)?))
}

/// A number in its range.
pub(crate) fn in_range<T>(field: &'static str, value: T, min: T, max: T) -> Result<T, DecodeError>
where
    T: PartialOrd + Copy + Into<i64>,
{
    if value < min || value > max {
        return Err(DecodeError::Range { field, value: value.into(), min: min.into(), max: max.into() });
    }
    Ok(value)
}
