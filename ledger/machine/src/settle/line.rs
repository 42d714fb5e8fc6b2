//! A payment with its reasons.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    PublicKey,
    cell::Cell8,
    money::{Credits, Ear},
    time::{Epoch, Window},
};

/// Names an edge: who beaconed in which window, and who heard it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct EdgeRef {
    /// The window of the round.
    pub window: Window,
    /// Who beaconed.
    pub beaconer: PublicKey,
    /// Who heard.
    pub witness: PublicKey,
}

/// How a covering site's amount came about:
///
/// ```text
/// share       = floor((pool - bonuses of all cells) * cell_weight / weight_sum)
/// site_amount = floor((share + bonus + bounty) * part / parts)
/// amount      = site_amount - witness_pot
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CoverageFacts {
    /// The covered cell.
    pub cell: Cell8,
    /// The covering site.
    pub site: PublicKey,
    /// What all cells shared.
    pub pool: Ear,
    /// The cell's recency weight, of 1000.
    pub cell_weight: u64,
    /// Sum of all covered cells' weights.
    pub weight_sum: u64,
    /// The cell's share of the pool by weight.
    pub share: Ear,
    /// Its demand bonus.
    pub bonus: Ear,
    /// Its bounties' instalments.
    pub bounty: Ear,
    /// The site's rank in the cell by margin, from 1.
    pub rank: u32,
    /// How many sites cover the cell.
    pub sites: u32,
    /// Median margin over the site's edges, capped, hundredths of dB.
    pub margin_cdb: i32,
    /// The rank's part.
    pub part: u64,
    /// Sum of the parts of the sites present.
    pub parts: u64,
    /// The site's amount before its witnesses' share.
    pub site_amount: Ear,
    /// Its witnesses' share.
    pub witness_pot: Ear,
}

/// How a witness's amount came about: `amount = floor(pot * weight / weight_sum)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WitnessFacts {
    /// The cell whose coverage it proved.
    pub cell: Cell8,
    /// The site that covers it.
    pub site: PublicKey,
    /// The site's rank in the cell, from 1.
    pub rank: u32,
    /// What the site's witnesses share.
    pub pot: Ear,
    /// Weight of this witness's edges: 1000 / k for the k-th between the same two owners in the epoch.
    pub weight: u64,
    /// Weight of all edges of the site in the cell.
    pub weight_sum: u64,
}

/// How data use was paid: `amount = floor(paid * value / value_sum)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DataFacts {
    /// Where it was used.
    pub cell: Cell8,
    /// Credits spent at this hotspot.
    pub credits: Credits,
    /// Their EAR value.
    pub value: Ear,
    /// EAR value of all credits spent in the epoch.
    pub value_sum: u128,
    /// What data earned altogether.
    pub budget: Ear,
}

/// How a validator was paid: `amount = floor(pool * power / power_sum)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ValidatorFacts {
    /// What all validators shared.
    pub pool: Ear,
    /// Its power.
    pub power: u64,
    /// The power of all that proposed in the epoch.
    pub power_sum: u128,
}

/// What was paid for, with the numbers that made the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Work {
    /// Covering a cell.
    Coverage(CoverageFacts),
    /// Proving that a site covers a cell.
    Witness(WitnessFacts),
    /// Carrying data.
    Data(DataFacts),
    /// Keeping the ledger.
    Validator(ValidatorFacts),
}

impl Work {
    /// One word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Coverage(_) => "coverage",
            Self::Witness(_) => "witness",
            Self::Data(_) => "data",
            Self::Validator(_) => "validator",
        }
    }

    /// The cell that it concerns, if one.
    pub const fn cell(&self) -> Option<Cell8> {
        match self {
            Self::Coverage(facts) => Some(facts.cell),
            Self::Witness(facts) => Some(facts.cell),
            Self::Data(facts) => Some(facts.cell),
            Self::Validator(_) => None,
        }
    }

    pub(super) const fn is_witness(&self) -> bool {
        matches!(self, Self::Witness(_))
    }
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RewardLine {
    /// The epoch that paid.
    pub epoch: Epoch,
    /// Whose account got it.
    pub owner: PublicKey,
    /// The hotspot that earned it (the validator's own key for [`Work::Validator`]). A site of several hotspots is paid
    /// under the lowest key among those that were accepted there.
    pub hotspot: PublicKey,
    /// How much. Zero for a site ranked too low to earn.
    pub amount: Ear,
    /// For what.
    pub work: Work,
    /// The edges that earned it, ascending.
    pub edges: Vec<EdgeRef>,
}
