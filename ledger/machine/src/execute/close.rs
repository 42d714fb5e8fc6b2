//! The end of an epoch: it is settled, booked, and the next begins.
//!
//! Rounds without a quorum pay nothing and are forgotten. Then what was planned takes effect: parameters, places, chain
//! heads, the price.

use super::{Call, Executed, TransactionError};
use crate::{
    PublicKey,
    cell::Cell8,
    effect::Effect,
    median::weighted_median,
    money::{Ear, MoneyError},
    settle::{self, EpochInput, PaidEdge, Proposer, Settlement},
    state::{Bounty, CellLife, Round, State},
    time::{Epoch, Millis},
    verdict::RoundVerdict,
};

pub(super) fn close(call: &mut Call<'_>, state: &mut State, signer: PublicKey, epoch: Epoch) -> Executed {
    if signer != call.proposer {
        return Err(TransactionError::NotTheProposer(signer));
    }
    if epoch != state.tip.epoch {
        return Err(TransactionError::OtherEpoch { current: state.tip.epoch, stated: epoch });
    }
    let ends = state.closes_from();
    if call.time < ends {
        return Err(TransactionError::EpochOpen { epoch, ends });
    }
    let verdicts = decided_rounds(state);
    let settlement = settlement(state, &verdicts);
    book(call, state, settlement).expect("an epoch's payments are parts of the supply, whose cap fits");
    forget_links(state, &verdicts);
    begin(call, state, epoch.later(1));
    Ok(())
}

impl State {
    /// The first moment at which the current epoch may be closed.
    #[must_use]
    pub fn closes_from(&self) -> Millis {
        let next = self.calendar.first_window(self.tip.epoch.later(1));
        self.calendar.window_start(next.later(self.parameters.judging_windows()))
    }
}

fn decided_rounds(state: &mut State) -> Vec<RoundVerdict> {
    let decided = |round| match round {
        Round::Decided(verdict) => Some(verdict),
        Round::Open(_) => None,
    };
    state.rounds.take().into_values().filter_map(decided).collect()
}

fn settlement(state: &State, verdicts: &[RoundVerdict]) -> Settlement {
    let edges: Vec<PaidEdge> = verdicts.iter().flat_map(|verdict| paid_edges(state, verdict)).collect();
    let proposers: Vec<Proposer> = state
        .proposed
        .keys()
        .filter_map(|key| {
            let validator = state.validators.get(key)?;
            Some(Proposer { validator: *key, payout: validator.payout, power: validator.power })
        })
        .collect();
    settle::settle(&EpochInput {
        epoch: state.tip.epoch,
        parameters: &state.parameters,
        emission: settle::emission(state.tip.epoch, &state.supply, &state.parameters),
        carries: state.carries,
        price: state.tip.price,
        edges: &edges,
        // No transaction spends credits on data yet; offload's settlement will bring them.
        data: &[],
        cells: &state.cells,
        proposers: &proposers,
    })
}

fn paid_edges<'a>(state: &'a State, verdict: &'a RoundVerdict) -> impl Iterator<Item = PaidEdge> + 'a {
    let owner = |hotspot: &PublicKey| state.hotspots.get(hotspot).map(|known| known.owner);
    let accepted = verdict.edges.iter().filter(|edge| edge.is_accepted());
    accepted.filter_map(move |edge| {
        Some(PaidEdge {
            window: verdict.window,
            beaconer: settle::Party {
                hotspot: verdict.beaconer,
                owner: owner(&verdict.beaconer)?,
                site: verdict.beaconer_site,
                cell: verdict.beaconer_cell,
            },
            witness: settle::Party {
                hotspot: edge.witness,
                owner: owner(&edge.witness)?,
                site: edge.witness_site,
                cell: edge.witness_cell,
            },
            margin_cdb: edge.margin_cdb,
        })
    })
}

fn book(call: &mut Call<'_>, state: &mut State, settlement: Settlement) -> Result<(), MoneyError> {
    let summary = settlement.summary;
    state.supply.issued = (state.supply.issued + summary.emission)?;
    state.supply.bounties_released = (state.supply.bounties_released + summary.bounties)?;
    state.supply.paid = (state.supply.paid + Ear::sum(settlement.lines.iter().map(|line| line.amount))?)?;
    state.carries = summary.carries_after;
    let accounts = state.accounts.change();
    for line in &settlement.lines {
        let account = accounts.entry(line.owner).or_default();
        account.balance = (account.balance + line.amount)?;
    }
    book_cells(state, &settlement);
    call.effects.extend(settlement.lines.into_iter().map(Effect::Reward));
    call.effects.push(Effect::EpochClosed(summary));
    return_expired(call, state)
}

fn book_cells(state: &mut State, settlement: &Settlement) {
    let epoch = state.tip.epoch;
    let cells = state.cells.change();
    for cell in &settlement.covered {
        let life = cells.entry(*cell).or_default();
        life.first_covered.get_or_insert(epoch);
        if let Some(paid) = settlement.instalments.get(cell).filter(|paid| !paid.is_empty()) {
            life.last_used = Some(epoch);
            pay_instalments(life, paid);
        }
    }
    for cell in &settlement.used {
        cells.entry(*cell).or_default().last_used = Some(epoch);
    }
}

fn pay_instalments(life: &mut CellLife, paid: &[Ear]) {
    for (bounty, paid) in life.bounties.iter_mut().zip(paid) {
        bounty.left = (bounty.left - *paid).expect("an instalment is a part of what is left");
        bounty.instalments_left -= 1;
    }
    life.bounties.retain(|bounty| bounty.instalments_left > 0);
}

/// What nobody earned in time goes back to who put it aside.
fn return_expired(call: &mut Call<'_>, state: &mut State) -> Result<(), MoneyError> {
    let epoch = state.tip.epoch.later(1);
    let is_expired = |bounty: &Bounty| bounty.expires <= epoch;
    let stale: Vec<Cell8> = state
        .cells
        .iter()
        .filter(|(_, life)| life.bounties.iter().any(is_expired))
        .map(|(cell, _)| *cell)
        .collect();
    for cell in stale {
        let life = state.cells.change().get_mut(&cell).expect("found above");
        let (expired, kept): (Vec<Bounty>, Vec<Bounty>) =
            life.bounties.iter().partition(|bounty| is_expired(bounty));
        life.bounties = kept;
        for bounty in expired {
            let account = state.accounts.change().entry(bounty.funder).or_default();
            account.balance = (account.balance + bounty.left)?;
            call.effects.push(Effect::BountyReturned { cell, funder: bounty.funder, amount: bounty.left });
        }
    }
    Ok(())
}

/// Links of a closed epoch open nothing any more.
fn forget_links(state: &mut State, verdicts: &[RoundVerdict]) {
    let hotspots = state.hotspots.change();
    for verdict in verdicts {
        if let Some(chain) = hotspots.get_mut(&verdict.beaconer).and_then(|known| known.chain.now.as_mut()) {
            chain.settled = chain.index;
        }
    }
}

fn begin(call: &mut Call<'_>, state: &mut State, epoch: Epoch) {
    state.tip.epoch = epoch;
    state.proposed.take();
    begin_price(call, state);
    begin_parameters(call, state);
    begin_hotspots(state);
    for validator in state.validators.change().values_mut() {
        validator.chain.turn(epoch);
    }
}

fn begin_price(call: &mut Call<'_>, state: &mut State) {
    let power = |key: &PublicKey| state.validators.get(key).map_or(0, |validator| validator.power);
    let votes: Vec<_> = state.price_votes.iter().map(|(key, price)| (*price, power(key))).collect();
    state.price_votes.take();
    let voted = votes.iter().map(|(_, power)| u128::from(*power)).sum();
    if let Some(price) = weighted_median(votes).filter(|_| state.is_quorum(voted)) {
        state.tip.price = price;
        call.effects.push(Effect::PriceChanged { price });
    }
}

fn begin_parameters(call: &mut Call<'_>, state: &mut State) {
    let due: Vec<_> = state
        .pending
        .iter()
        .take_while(|((from, _), _)| *from <= state.tip.epoch)
        .map(|(key, value)| (*key, *value))
        .collect();
    for ((from, parameter), value) in due {
        state.pending.change().remove(&(from, parameter));
        state.parameters =
            state.parameters.with(parameter, value).expect("votes outside the bounds are refused");
        call.effects.push(Effect::ParameterChanged { parameter, value });
    }
}

/// A hotspot that moved is no anchor any more: its new place was proven by nobody.
fn begin_hotspots(state: &mut State) {
    let epoch = state.tip.epoch;
    let due: Vec<PublicKey> = state
        .hotspots
        .iter()
        .filter(|(_, hotspot)| hotspot.place.is_due(epoch) || hotspot.chain.is_due(epoch))
        .map(|(key, _)| *key)
        .collect();
    let hotspots = state.hotspots.change();
    for key in due {
        let hotspot = hotspots.get_mut(&key).expect("found above");
        hotspot.chain.turn(epoch);
        if hotspot.place.turn(epoch) {
            hotspot.anchor = false;
        }
    }
}
