//! Verdicts: collected by validator until more than two thirds of the power agree.
//!
//! With one validator its first verdict decides. With several, the votes that share a skeleton are added up; the quorum's
//! weighted medians fill the numbers in. A decided round takes no further votes.

use std::collections::BTreeMap;

use super::{Call, Executed, TransactionError, validator};
use crate::{
    PublicKey,
    cell::Cell8,
    effect::Effect,
    state::{Hotspot, Round, RoundKey, State},
    time::Window,
    verdict::{Opening, RoundVerdict},
};

/// The most rounds of an epoch that are held at once.
const MAX_ROUNDS: usize = 1 << 18;

pub(super) fn submit(
    call: &mut Call<'_>,
    state: &mut State,
    signer: PublicKey,
    verdict: &RoundVerdict,
) -> Executed {
    validator(state, signer)?;
    let key = RoundKey { beaconer: verdict.beaconer, window: verdict.window };
    check_window(call, state, verdict)?;
    check_vote(state, signer, key)?;
    check_parties(state, verdict)?;
    check_opening(state, verdict)?;

    let rounds = state.rounds.change();
    let round = rounds.entry(key).or_insert_with(|| Round::Open(BTreeMap::new()));
    if let Round::Open(votes) = round {
        votes.insert(signer, verdict.clone());
    }
    if let Some(decided) = decision(state, key, verdict) {
        decide(state, &decided);
        state.rounds.change().insert(key, Round::Decided(decided.clone()));
        call.effects.push(Effect::RoundDecided(decided));
    }
    Ok(())
}

fn check_window(call: &Call<'_>, state: &State, verdict: &RoundVerdict) -> Executed {
    let window = verdict.window;
    let (epoch, current) = (state.calendar.epoch_of(window), state.tip.epoch);
    if epoch != current {
        return Err(TransactionError::OtherWindow { window, epoch, current });
    }
    let ends = state.calendar.window_end(window);
    if call.time < ends {
        return Err(TransactionError::WindowOpen { window, ends });
    }
    Ok(())
}

fn check_parties(state: &State, verdict: &RoundVerdict) -> Executed {
    check_party(state, verdict.beaconer, verdict.beaconer_cell, verdict.beaconer_site)?;
    verdict
        .edges
        .iter()
        .try_for_each(|edge| check_party(state, edge.witness, edge.witness_cell, edge.witness_site))
}

/// The machine has no geometry, but it knows owners and cells: a site is one of the same owner's hotspots, and no higher
/// than the party itself.
fn check_party(state: &State, hotspot: PublicKey, stated: Cell8, site: PublicKey) -> Executed {
    let known = registered(state, hotspot)?;
    let place = known.place.now.ok_or(TransactionError::NoPlace(hotspot))?;
    let cell = place.cell8();
    if cell != stated {
        return Err(TransactionError::OtherCell { hotspot, registered: cell, stated });
    }
    let same_owner = state.hotspots.get(&site).is_some_and(|other| other.owner == known.owner);
    if site > hotspot || !same_owner {
        return Err(TransactionError::Site { hotspot, site });
    }
    Ok(())
}

fn registered(state: &State, hotspot: PublicKey) -> Result<&Hotspot, TransactionError> {
    state.hotspots.get(&hotspot).ok_or(TransactionError::UnknownHotspot(hotspot))
}

fn check_opening(state: &State, verdict: &RoundVerdict) -> Executed {
    let Some(Opening { link, index }) = verdict.opening else { return Ok(()) };
    let chain = registered(state, verdict.beaconer)?.chain.now;
    chain.ok_or(TransactionError::NoChain(verdict.beaconer))?.check(link, index)?;
    match decided_with_link(state, verdict.beaconer, index) {
        Some(key) => Err(TransactionError::LinkUsed { index, window: key.window }),
        None => Ok(()),
    }
}

fn decided_with_link(state: &State, beaconer: PublicKey, index: u64) -> Option<RoundKey> {
    let used = |round: &Round| match round {
        Round::Decided(verdict) => verdict.opening.is_some_and(|opening| opening.index == index),
        Round::Open(_) => false,
    };
    let of = |window| RoundKey { beaconer, window };
    let mine = state.rounds.map().range(of(Window::new(0))..=of(Window::new(u64::MAX)));
    mine.into_iter().find(|(_, round)| used(round)).map(|(key, _)| *key)
}

fn check_vote(state: &State, signer: PublicKey, key: RoundKey) -> Executed {
    match state.rounds.get(&key) {
        None if state.rounds.len() >= MAX_ROUNDS => Err(TransactionError::TooManyRounds),
        Some(Round::Decided(_)) => {
            Err(TransactionError::Decided { window: key.window, beaconer: key.beaconer })
        }
        Some(Round::Open(votes)) if votes.contains_key(&signer) => Err(TransactionError::Voted(signer)),
        _ => Ok(()),
    }
}

/// What the quorum decides once `latest` is among the votes, if it is one.
fn decision(state: &State, key: RoundKey, latest: &RoundVerdict) -> Option<RoundVerdict> {
    let Some(Round::Open(votes)) = state.rounds.get(&key) else { return None };
    let skeleton = latest.skeleton();
    let agreeing: Vec<(&RoundVerdict, u64)> = votes
        .iter()
        .filter(|(_, vote)| vote.skeleton() == skeleton)
        .filter_map(|(who, vote)| Some((vote, state.validators.get(who)?.power)))
        .collect();
    let power = agreeing.iter().map(|(_, power)| u128::from(*power)).sum();
    state.is_quorum(power).then(|| RoundVerdict::median(&agreeing))
}

fn decide(state: &mut State, verdict: &RoundVerdict) {
    let beaconer = state.hotspots.change().get_mut(&verdict.beaconer).expect("parties were checked");
    beaconer.skipped_draws = beaconer.skipped_draws.saturating_add(u64::from(verdict.skipped_draws));
    if let (Some(Opening { link, index }), Some(chain)) = (verdict.opening, beaconer.chain.now.as_mut()) {
        chain.open(link, index);
    }
}
