//! Blocks: a header that names its predecessor, and the transactions in their order.
//!
//! The header alone commits to everything (the transactions' hash, the state after them), so whoever holds headers can
//! check any part without the rest.

use secp256k1::SecretKey;

use crate::{
    Hash, KeyError, PublicKey, Signature, context,
    time::{Epoch, Height, Millis},
    transaction::SignedTransaction,
    wire::{self, DecodeError, Wire, proto},
};

/// The most transactions that a block may have.
pub const MAX_TRANSACTIONS: usize = 10_000;

/// What a block's hash is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its number; the first after genesis is 1.
    pub height: Height,
    /// Hash of the block before; of genesis for the first.
    pub previous: Hash,
    /// Who made it.
    pub proposer: PublicKey,
    /// The epoch before its transactions.
    pub epoch: Epoch,
    /// When it was made; never before its predecessor.
    pub time: Millis,
    /// The next link of the proposer's one-way chain.
    pub link: Hash,
    /// [`Block::transactions_hash`].
    pub transactions: Hash,
    /// Hash of the state after the block.
    pub state: Hash,
}

impl Header {
    /// The block's hash; what its proposer signs.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(context::BLOCK, &[&self.encode()])
    }
}

/// A header, its proposer's signature and its transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// The proposer's signature of the header's hash.
    pub signature: Signature,
    /// The transactions in the order in which they count.
    pub transactions: Vec<SignedTransaction>,
}

impl Block {
    /// The block of `header` and `transactions`, signed.
    #[must_use]
    pub fn sign(header: Header, transactions: Vec<SignedTransaction>, secret: &SecretKey) -> Self {
        let signature = Signature::sign(&header.hash(), secret);
        Self { header, signature, transactions }
    }

    /// Hash over the hashes of `transactions`, in their order.
    #[must_use]
    pub fn transactions_hash(transactions: &[SignedTransaction]) -> Hash {
        let hashes: Vec<Hash> = transactions.iter().map(SignedTransaction::hash).collect();
        let parts: Vec<&[u8]> = hashes.iter().map(|hash| hash.bytes().as_slice()).collect();
        Hash::of(context::TRANSACTIONS, &parts)
    }

    /// Whether the proposer signed the header.
    ///
    /// # Errors
    /// When it did not.
    pub fn verify(&self) -> Result<(), KeyError> {
        self.header.proposer.verify(&self.header.hash(), &self.signature)
    }
}

impl From<&Header> for proto::Header {
    fn from(header: &Header) -> Self {
        Self {
            height: header.height.number(),
            previous: header.previous.bytes().to_vec(),
            proposer: header.proposer.bytes().to_vec(),
            epoch: header.epoch.number(),
            time_ms: header.time.ms(),
            link: header.link.bytes().to_vec(),
            transactions: header.transactions.bytes().to_vec(),
            state: header.state.bytes().to_vec(),
        }
    }
}

impl TryFrom<proto::Header> for Header {
    type Error = DecodeError;

    fn try_from(header: proto::Header) -> Result<Self, DecodeError> {
        Ok(Self {
            height: Height::new(header.height),
            previous: wire::hash("previous", &header.previous)?,
            proposer: wire::key("proposer", &header.proposer)?,
            epoch: Epoch::new(header.epoch),
            time: Millis::new(header.time_ms)?,
            link: wire::hash("link", &header.link)?,
            transactions: wire::hash("transactions", &header.transactions)?,
            state: wire::hash("state", &header.state)?,
        })
    }
}

impl From<&Block> for proto::Block {
    fn from(block: &Block) -> Self {
        Self {
            header: block.header.encode(),
            signature: block.signature.bytes().to_vec(),
            transactions: block.transactions.iter().map(Wire::encode).collect(),
        }
    }
}

impl TryFrom<proto::Block> for Block {
    type Error = DecodeError;

    fn try_from(block: proto::Block) -> Result<Self, DecodeError> {
        let actual = block.transactions.len();
        if actual > MAX_TRANSACTIONS {
            return Err(DecodeError::TooMany { field: "transactions", limit: MAX_TRANSACTIONS, actual });
        }
        Ok(Self {
            header: Header::decode(&block.header)?,
            signature: wire::signature("signature", &block.signature)?,
            transactions: block
                .transactions
                .iter()
                .map(|bytes| SignedTransaction::decode(bytes))
                .collect::<Result<_, _>>()?,
        })
    }
}

wire::wire!(Header, proto::Header, 512);
wire::wire!(Block, proto::Block, 8 * 1024 * 1024);
