//! What anybody may ask of the ledger, and how it is signed.
//!
//! A transaction names its network (the genesis hash) and its signer's next nonce, so it counts once, here, and in the
//! signer's order. The signature covers the very bytes carried.

use secp256k1::SecretKey;

use crate::{
    Hash, KeyError, PublicKey, Signature,
    cell::Cell8,
    context,
    money::{Ear, Price},
    parameters::Parameter,
    place::{ClockClass, Place},
    time::Epoch,
    verdict::RoundVerdict,
    wire::{self, DecodeError, Wire, proto},
};

/// The registration of a hotspot: signed by its owner, countersigned by the hotspot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterHotspot {
    /// The hotspot's key.
    pub hotspot: PublicKey,
    /// What its clock follows.
    pub clock: ClockClass,
    /// The hotspot's agreement to belong to the signer.
    pub countersignature: Signature,
}

impl RegisterHotspot {
    /// A registration of `hotspot` to `owner`, countersigned.
    #[must_use]
    pub fn countersigned(network: Hash, owner: PublicKey, clock: ClockClass, hotspot: &SecretKey) -> Self {
        let key = PublicKey::of(hotspot);
        let countersignature = Signature::sign(&Self::digest(network, owner, key), hotspot);
        Self { hotspot: key, clock, countersignature }
    }

    /// Whether the hotspot agreed to belong to `owner`.
    ///
    /// # Errors
    /// When it did not.
    pub fn verify(&self, network: Hash, owner: PublicKey) -> Result<(), KeyError> {
        self.hotspot.verify(&Self::digest(network, owner, self.hotspot), &self.countersignature)
    }

    fn digest(network: Hash, owner: PublicKey, hotspot: PublicKey) -> Hash {
        Hash::of(context::REGISTRATION, &[network.bytes(), owner.bytes(), hotspot.bytes()])
    }
}

/// What a transaction asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Take a hotspot into one's possession.
    RegisterHotspot(RegisterHotspot),
    /// Say where a hotspot stands; by its owner. The first assertion holds at once, a later one from the next epoch.
    AssertPlace {
        /// The hotspot.
        hotspot: PublicKey,
        /// Its place.
        place: Place,
    },
    /// Commit a hotspot to a new one-way chain; by its owner or itself.
    SetChainHead {
        /// The hotspot.
        hotspot: PublicKey,
        /// Link 0.
        head: Hash,
    },
    /// Commit the signing validator to a new one-way chain.
    SetValidatorChainHead {
        /// Link 0.
        head: Hash,
    },
    /// Give EAR to somebody.
    Transfer {
        /// Who gets it.
        to: PublicKey,
        /// How much.
        amount: Ear,
    },
    /// Burn EAR for data credits at the epoch's price.
    BurnForCredits {
        /// How much to burn.
        amount: Ear,
    },
    /// Put EAR aside for whoever covers a cell.
    FundCell {
        /// The cell.
        cell: Cell8,
        /// How much.
        amount: Ear,
        /// In how many instalments, one for each epoch in which the cell is covered.
        epochs: u32,
    },
    /// A validator's opinion of the next epoch's price.
    PriceVote {
        /// USD for an EAR.
        price: Price,
    },
    /// A validator's verdict on a round.
    SubmitVerdicts(RoundVerdict),
    /// A validator's wish for a parameter.
    ProposeParameter {
        /// Which.
        parameter: Parameter,
        /// The value.
        value: u64,
    },
    /// The proposer ends the epoch.
    CloseEpoch {
        /// The epoch that ends.
        epoch: Epoch,
    },
}

/// What a signer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Genesis hash of the ledger that it is for.
    pub network: Hash,
    /// The signer's count of earlier transactions.
    pub nonce: u64,
    /// What it asks for.
    pub body: Body,
}

/// A transaction with its signer and signature. Holding one does not mean that the signature holds: see
/// [`SignedTransaction::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    payload: Vec<u8>,
    transaction: Transaction,
    signer: PublicKey,
    signature: Signature,
}

impl SignedTransaction {
    /// `transaction`, signed.
    #[must_use]
    pub fn sign(transaction: Transaction, secret: &SecretKey) -> Self {
        let payload = transaction.encode();
        let signature = Signature::sign(&Hash::of(context::TRANSACTION, &[&payload]), secret);
        Self { payload, transaction, signer: PublicKey::of(secret), signature }
    }

    /// What was signed.
    pub const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Who says to have signed it.
    pub const fn signer(&self) -> PublicKey {
        self.signer
    }

    /// Names this transaction, signature included.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(context::SIGNED_TRANSACTION, &[&self.encode()])
    }

    /// Whether the signature is the signer's over these bytes.
    ///
    /// # Errors
    /// When it is not.
    pub fn verify(&self) -> Result<(), KeyError> {
        self.signer.verify(&Hash::of(context::TRANSACTION, &[&self.payload]), &self.signature)
    }
}

impl From<&SignedTransaction> for proto::SignedTransaction {
    fn from(signed: &SignedTransaction) -> Self {
        Self {
            payload: signed.payload.clone(),
            public_key: signed.signer.bytes().to_vec(),
            signature: signed.signature.bytes().to_vec(),
        }
    }
}

impl TryFrom<proto::SignedTransaction> for SignedTransaction {
    type Error = DecodeError;

    fn try_from(signed: proto::SignedTransaction) -> Result<Self, DecodeError> {
        Ok(Self {
            transaction: Transaction::decode(&signed.payload)?,
            payload: signed.payload,
            signer: wire::key("public_key", &signed.public_key)?,
            signature: wire::signature("signature", &signed.signature)?,
        })
    }
}

wire::wire!(SignedTransaction, proto::SignedTransaction, 200 * 1024);
wire::wire!(Transaction, proto::Transaction, 196 * 1024);

impl From<&Transaction> for proto::Transaction {
    fn from(transaction: &Transaction) -> Self {
        Self {
            network: transaction.network.bytes().to_vec(),
            nonce: transaction.nonce,
            body: Some((&transaction.body).into()),
        }
    }
}

impl TryFrom<proto::Transaction> for Transaction {
    type Error = DecodeError;

    fn try_from(transaction: proto::Transaction) -> Result<Self, DecodeError> {
        Ok(Self {
            network: wire::hash("network", &transaction.network)?,
            nonce: transaction.nonce,
            body: transaction.body.ok_or(DecodeError::Missing("body"))?.try_into()?,
        })
    }
}

impl From<&Body> for proto::transaction::Body {
    fn from(body: &Body) -> Self {
        match body {
            Body::RegisterHotspot(register) => Self::RegisterHotspot(proto::RegisterHotspot {
                hotspot: register.hotspot.bytes().to_vec(),
                clock: register.clock.number(),
                countersignature: register.countersignature.bytes().to_vec(),
            }),
            Body::AssertPlace { hotspot, place } => Self::AssertPlace(proto::AssertPlace {
                hotspot: hotspot.bytes().to_vec(),
                place: Some(place.into()),
            }),
            Body::SetChainHead { hotspot, head } => Self::SetChainHead(proto::SetChainHead {
                hotspot: hotspot.bytes().to_vec(),
                head: head.bytes().to_vec(),
            }),
            Body::SetValidatorChainHead { head } => {
                Self::SetValidatorChainHead(proto::SetValidatorChainHead { head: head.bytes().to_vec() })
            }
            Body::Transfer { to, amount } => {
                Self::Transfer(proto::Transfer { to: to.bytes().to_vec(), amount: amount.units() })
            }
            Body::BurnForCredits { amount } => {
                Self::BurnForCredits(proto::BurnForCredits { amount: amount.units() })
            }
            Body::FundCell { cell, amount, epochs } => Self::FundCell(proto::FundCell {
                cell: cell.index(),
                amount: amount.units(),
                epochs: *epochs,
            }),
            Body::PriceVote { price } => Self::PriceVote(proto::PriceVote { price: price.units() }),
            Body::SubmitVerdicts(verdict) => Self::SubmitVerdicts(verdict.into()),
            Body::ProposeParameter { parameter, value } => Self::ProposeParameter(proto::ProposeParameter {
                parameter: parameter.number(),
                value: *value,
            }),
            Body::CloseEpoch { epoch } => Self::CloseEpoch(proto::CloseEpoch { epoch: epoch.number() }),
        }
    }
}

impl TryFrom<proto::transaction::Body> for Body {
    type Error = DecodeError;

    fn try_from(body: proto::transaction::Body) -> Result<Self, DecodeError> {
        use proto::transaction::Body as Wired;
        Ok(match body {
            Wired::RegisterHotspot(register) => Self::RegisterHotspot(RegisterHotspot {
                hotspot: wire::key("hotspot", &register.hotspot)?,
                clock: ClockClass::from_number(register.clock)?,
                countersignature: wire::signature("countersignature", &register.countersignature)?,
            }),
            Wired::AssertPlace(assert) => Self::AssertPlace {
                hotspot: wire::key("hotspot", &assert.hotspot)?,
                place: assert.place.ok_or(DecodeError::Missing("place"))?.try_into()?,
            },
            Wired::SetChainHead(set) => Self::SetChainHead {
                hotspot: wire::key("hotspot", &set.hotspot)?,
                head: wire::hash("head", &set.head)?,
            },
            Wired::SetValidatorChainHead(set) => {
                Self::SetValidatorChainHead { head: wire::hash("head", &set.head)? }
            }
            Wired::Transfer(transfer) => {
                Self::Transfer { to: wire::key("to", &transfer.to)?, amount: Ear::new(transfer.amount) }
            }
            Wired::BurnForCredits(burn) => Self::BurnForCredits { amount: Ear::new(burn.amount) },
            Wired::FundCell(fund) => Self::FundCell {
                cell: Cell8::new(fund.cell)?,
                amount: Ear::new(fund.amount),
                epochs: fund.epochs,
            },
            Wired::PriceVote(vote) => {
                Self::PriceVote { price: Price::new(vote.price).ok_or(DecodeError::Price(vote.price))? }
            }
            Wired::SubmitVerdicts(verdict) => Self::SubmitVerdicts(verdict.try_into()?),
            Wired::ProposeParameter(propose) => Self::ProposeParameter {
                parameter: Parameter::from_number(propose.parameter)?,
                value: propose.value,
            },
            Wired::CloseEpoch(close) => Self::CloseEpoch { epoch: Epoch::new(close.epoch) },
        })
    }
}
