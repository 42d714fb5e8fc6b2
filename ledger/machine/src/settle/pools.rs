//! What an epoch issues, and its split.
//!
//! ```text
//! E(e)  = min(E_0 >> (e / halving_epochs), cap - genesis - issued)
//! E_0   = (cap - genesis) / (2 * halving_epochs), so that the whole series tends to cap - genesis
//! E     = coverage + data + validators, coverage the residual
//! ```

use crate::{money::Ear, parameters::Parameters, supply::Supply, time::Epoch};

/// What epoch `epoch` issues. Whatever the parameters do, the cap holds.
pub(crate) fn emission(epoch: Epoch, supply: &Supply, parameters: &Parameters) -> Ear {
    let issuable = supply.cap.saturating_sub(supply.genesis);
    let first = u128::from(issuable.units()) / (2 * u128::from(parameters.halving_epochs()));
    let halvings = u32::try_from(epoch.number() / parameters.halving_epochs()).unwrap_or(u32::MAX);
    let scheduled = first.checked_shr(halvings).unwrap_or(0);
    let scheduled = Ear::new(u64::try_from(scheduled).expect("a part of a supply that fits"));
    scheduled.min(issuable.saturating_sub(supply.issued))
}

/// An epoch's emission in its three parts.
pub(super) struct Split {
    pub(super) coverage: Ear,
    pub(super) data: Ear,
    pub(super) validators: Ear,
}

pub(super) fn split(emission: Ear, parameters: &Parameters) -> Split {
    let data = emission.per_mille(parameters.data_per_mille());
    let validators = emission.per_mille(parameters.validators_per_mille());
    Split { coverage: super::take(super::take(emission, data), validators), data, validators }
}

/// How much of the coverage carry this epoch pays: bounded, so that years without coverage do not fall to one epoch.
pub(super) fn release(carry: Ear, coverage: Ear, parameters: &Parameters) -> Ear {
    carry.min(coverage.per_mille(parameters.carry_release_per_mille()))
}
