//! The envelope: who said it, and that nobody changed it.

use std::marker::PhantomData;

use identity::{Context, Hash, PublicKey, Signature};
use secp256k1::SecretKey;

use crate::wire::{self, DecodeError, proto};

/// A message of the proof protocol.
pub trait Message: Sized {
    /// Name, for errors.
    const KIND: &'static str;
    /// What a signature of it is made over.
    const CONTEXT: Context;
    /// Largest encoding.
    const BYTES_MAX: usize;

    /// Canonical encoding.
    fn encode(&self) -> Vec<u8>;

    /// Reads a canonical encoding.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>;
}

/// A signed message: body, signer, signature. To hold one is to know that the signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed<M> {
    body: Vec<u8>,
    signer: PublicKey,
    signature: Signature,
    kind: PhantomData<M>,
}

/// Key and signature and their protobuf framing.
const ENVELOPE_BYTES: usize = 128;

impl<M: Message> Sealed<M> {
    /// Signs a message.
    pub fn seal(message: &M, secret: &SecretKey) -> Self {
        let body = message.encode();
        let signature = Signature::sign(&Hash::of(M::CONTEXT, &[&body]), secret);
        Self { body, signer: PublicKey::of(secret), signature, kind: PhantomData }
    }

    /// Reads an envelope and checks its signature; the body is not looked at yet.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no envelope, too large, or the signature does not hold.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::from_proto(wire::decode(M::KIND, bytes, M::BYTES_MAX + ENVELOPE_BYTES)?)
    }

    /// Canonical encoding.
    pub fn encode(&self) -> Vec<u8> {
        prost::Message::encode_to_vec(&self.to_proto())
    }

    /// Who signed.
    pub fn signer(&self) -> PublicKey {
        self.signer
    }

    /// The message.
    ///
    /// # Errors
    /// [`DecodeError`] when the body is none of this kind: signed nonsense.
    pub fn message(&self) -> Result<M, DecodeError> {
        M::decode(&self.body)
    }

    pub(crate) fn from_proto(sealed: proto::Sealed) -> Result<Self, DecodeError> {
        if sealed.body.len() > M::BYTES_MAX {
            return Err(DecodeError::TooLarge {
                kind: M::KIND,
                bytes: sealed.body.len(),
                limit: M::BYTES_MAX,
            });
        }
        let signer = wire::key("key", &sealed.key)?;
        let signature = wire::signature("signature", &sealed.signature)?;
        signer.verify(&Hash::of(M::CONTEXT, &[&sealed.body]), &signature)?;
        Ok(Self { body: sealed.body, signer, signature, kind: PhantomData })
    }

    pub(crate) fn to_proto(&self) -> proto::Sealed {
        proto::Sealed {
            body: self.body.clone(),
            key: self.signer.bytes().to_vec(),
            signature: self.signature.bytes().to_vec(),
        }
    }
}
