//! Registration, places and chain heads of hotspots.

use super::{Call, Executed, TransactionError};
use crate::{
    Hash, PublicKey,
    chain::ChainPosition,
    effect::Effect,
    money::Credits,
    place::Place,
    schedule::Scheduled,
    state::{Hotspot, State},
    transaction::RegisterHotspot,
};

pub(super) fn register(
    call: &mut Call<'_>,
    state: &mut State,
    owner: PublicKey,
    register: &RegisterHotspot,
) -> Executed {
    let key = register.hotspot;
    if state.hotspots.contains(&key) {
        return Err(TransactionError::Registered(key));
    }
    register.verify(state.network, owner)?;
    let fee = Credits::new(state.parameters.registration_credits());
    let held = state.accounts.get(&owner).map_or(Credits::ZERO, |account| account.credits);
    let left = (held - fee)?;
    let spent = (state.supply.credits_spent + fee)?;

    state.supply.credits_spent = spent;
    let accounts = state.accounts.change();
    accounts.entry(owner).or_default().credits = left;
    accounts.entry(key).or_default();
    let hotspot = Hotspot {
        owner,
        registered: state.tip.epoch,
        clock: register.clock,
        anchor: false,
        place: Scheduled::empty(),
        chain: Scheduled::empty(),
        skipped_draws: 0,
    };
    state.hotspots.change().insert(key, hotspot);
    call.effects.push(Effect::HotspotRegistered { hotspot: key, owner });
    Ok(())
}

fn owned(state: &State, signer: PublicKey, hotspot: PublicKey) -> Result<&Hotspot, TransactionError> {
    let known = state.hotspots.get(&hotspot).ok_or(TransactionError::UnknownHotspot(hotspot))?;
    if known.owner == signer { Ok(known) } else { Err(TransactionError::NotTheOwner { hotspot, signer }) }
}

/// The first place holds at once; a later one from the next epoch, so that a place does not change under a round.
pub(super) fn assert_place(
    call: &mut Call<'_>,
    state: &mut State,
    signer: PublicKey,
    hotspot: PublicKey,
    place: Place,
) -> Executed {
    let is_first = owned(state, signer, hotspot)?.place.now.is_none();
    let effective = if is_first { state.tip.epoch } else { state.tip.epoch.later(1) };
    let known = state.hotspots.change().get_mut(&hotspot).expect("found above");
    known.place.plan(effective, place);
    known.place.turn(state.tip.epoch);
    call.effects.push(Effect::PlaceAsserted { hotspot, effective });
    Ok(())
}

/// By the owner or by the hotspot itself, which renews its chain without its owner's key.
pub(super) fn set_head(state: &mut State, signer: PublicKey, hotspot: PublicKey, head: Hash) -> Executed {
    if signer != hotspot {
        owned(state, signer, hotspot)?;
    }
    let known = state.hotspots.get(&hotspot).ok_or(TransactionError::UnknownHotspot(hotspot))?;
    let next = successor(state, &known.chain, head);
    let known = state.hotspots.change().get_mut(&hotspot).expect("found above");
    known.chain.plan(next.since, next);
    Ok(())
}

/// A new head takes effect after the notice, so that nobody picks one that knows the coming randomness.
pub(super) fn successor(state: &State, chain: &Scheduled<ChainPosition>, head: Hash) -> ChainPosition {
    let number = chain.now.map_or(0, |chain| chain.number.saturating_add(1));
    let since = state.tip.epoch.later(state.parameters.head_notice_epochs());
    ChainPosition::new(head, number, since)
}
