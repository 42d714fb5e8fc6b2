//! Bytes of messages: the generated types, limits, and what can be wrong.
//!
//! Everything here may come from an enemy. A message is refused by its size before it is parsed; fields of fixed length must have it;
//! and because a signature covers bytes, only the one canonical encoding of a message is taken: decoding and encoding again must give
//! the same bytes, which also refuses unknown fields.

use identity::{KeyError, PublicKey, Signature};
use prost::{
    Message,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};

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
    /// A channel plan that is not known here.
    #[error("region: no channel plan of this name is known")]
    Region,
    /// Samples in a form that none have.
    #[error(transparent)]
    Exhibit(#[from] witness::ExhibitError),
    /// A key or signature that does not hold.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The entries of a repeated message field, unread; refuses more than `most`. Two bytes can ask for an entry of hundreds, so whoever
/// reads large messages counts before anything is built. What is no protobuf is left to the parser to refuse.
pub(crate) fn entries<'a>(
    name: &'static str,
    mut bytes: &'a [u8],
    field: u32,
    most: usize,
) -> Result<Vec<&'a [u8]>, DecodeError> {
    let mut entries = Vec::new();
    while let Ok((tag, wire_type)) = decode_key(&mut bytes) {
        if tag != field || wire_type != WireType::LengthDelimited {
            if skip_field(wire_type, tag, &mut bytes, DecodeContext::default()).is_err() {
                break;
            }
            continue;
        }
        let length = decode_varint(&mut bytes).ok().and_then(|length| usize::try_from(length).ok());
        let Some((entry, rest)) = length.and_then(|length| bytes.split_at_checked(length)) else { break };
        in_range(name, entries.len() as i64 + 1, 0, most as i64)?;
        entries.push(entry);
        bytes = rest;
    }
    Ok(entries)
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
    if message.encode_to_vec() != bytes {
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
