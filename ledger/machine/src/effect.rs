//! What a block did, for those who keep books beside the state.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    PublicKey,
    cell::Cell8,
    money::{Credits, Ear, Price},
    parameters::Parameter,
    settle::{EpochSummary, RewardLine},
    time::Epoch,
    verdict::RoundVerdict,
};

/// Something that happened. Effects are derived: replaying the blocks gives the same ones again.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Effect {
    /// A quorum judged a round.
    RoundDecided(RoundVerdict),
    /// Somebody was paid.
    Reward(RewardLine),
    /// An epoch ended; its reward lines came before this.
    EpochClosed(EpochSummary),
    /// What was left of a bounty went back.
    BountyReturned {
        /// The cell that stayed uncovered.
        cell: Cell8,
        /// Who had funded it.
        funder: PublicKey,
        /// What was left.
        amount: Ear,
    },
    /// EAR was burned for credits.
    CreditsBought {
        /// Whose.
        account: PublicKey,
        /// What was burned.
        burned: Ear,
        /// What it bought.
        credits: Credits,
    },
    /// A hotspot was registered.
    HotspotRegistered {
        /// The hotspot.
        hotspot: PublicKey,
        /// Its owner.
        owner: PublicKey,
    },
    /// A hotspot's place was asserted.
    PlaceAsserted {
        /// The hotspot.
        hotspot: PublicKey,
        /// From when it holds.
        effective: Epoch,
    },
    /// The quorum decided on a parameter.
    ParameterScheduled {
        /// Which.
        parameter: Parameter,
        /// Its new value.
        value: u64,
        /// From when it holds.
        effective: Epoch,
    },
    /// A decided parameter took effect.
    ParameterChanged {
        /// Which.
        parameter: Parameter,
        /// Its new value.
        value: u64,
    },
    /// The validators' median became the price.
    PriceChanged {
        /// The new price.
        price: Price,
    },
}
