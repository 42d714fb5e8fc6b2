//! Votes of validators, and their chain heads.

use super::{Call, Executed, hotspots::successor, validator};
use crate::{Hash, PublicKey, effect::Effect, money::Price, parameters::Parameter, state::State};

pub(super) fn set_head(state: &mut State, signer: PublicKey, head: Hash) -> Executed {
    let next = successor(state, &validator(state, signer)?.chain, head);
    let known = state.validators.change().get_mut(&signer).expect("found above");
    known.chain.plan(next.since, next);
    Ok(())
}

/// The last vote of an epoch counts.
pub(super) fn vote_price(state: &mut State, signer: PublicKey, price: Price) -> Executed {
    validator(state, signer)?;
    state.price_votes.change().insert(signer, price);
    Ok(())
}

/// One standing wish a validator and parameter; when a quorum wishes the same value, its notice begins.
pub(super) fn vote_parameter(
    call: &mut Call<'_>,
    state: &mut State,
    signer: PublicKey,
    parameter: Parameter,
    value: u64,
) -> Executed {
    validator(state, signer)?;
    parameter.allows(value)?;
    state.parameter_votes.change().insert((parameter, signer), value);
    if !state.is_quorum(power_for(state, parameter, value)) {
        return Ok(());
    }
    let effective = state.tip.epoch.later(state.parameters.notice_epochs());
    state.parameter_votes.change().retain(|(voted, _), _| *voted != parameter);
    state.pending.change().insert((effective, parameter), value);
    call.effects.push(Effect::ParameterScheduled { parameter, value, effective });
    Ok(())
}

fn power_for(state: &State, parameter: Parameter, value: u64) -> u128 {
    let votes = state.parameter_votes.iter();
    let same = votes.filter(|((voted, _), wished)| *voted == parameter && **wished == value);
    same.filter_map(|((_, key), _)| state.validators.get(key)).map(|who| u128::from(who.power)).sum()
}
