//! Transfers, burning for credits, and bounties.

use super::{Call, Executed, TransactionError};
use crate::{
    PublicKey,
    cell::Cell8,
    effect::Effect,
    money::Ear,
    state::{Account, Bounty, State},
};

/// The most bounties that a cell has at once.
const MAX_BOUNTIES: usize = 16;

fn account(state: &State, key: PublicKey) -> Account {
    state.accounts.get(&key).copied().unwrap_or_default()
}

pub(super) fn transfer(state: &mut State, from: PublicKey, to: PublicKey, amount: Ear) -> Executed {
    let left = (account(state, from).balance - amount)?;
    if from == to {
        return Ok(());
    }
    let received = (account(state, to).balance + amount)?;
    let accounts = state.accounts.change();
    accounts.entry(from).or_default().balance = left;
    accounts.entry(to).or_default().balance = received;
    Ok(())
}

pub(super) fn burn(call: &mut Call<'_>, state: &mut State, signer: PublicKey, amount: Ear) -> Executed {
    let holder = account(state, signer);
    let left = (holder.balance - amount)?;
    let bought = state.tip.price.credits(amount)?;
    if bought.is_zero() {
        return Err(TransactionError::NoCredit(amount));
    }
    let credits = (holder.credits + bought)?;
    let credits_bought = (state.supply.credits_bought + bought)?;
    let burned = (state.supply.burned + amount)?;
    state.supply.credits_bought = credits_bought;
    state.supply.burned = burned;
    let holder = state.accounts.change().entry(signer).or_default();
    holder.balance = left;
    holder.credits = credits;
    call.effects.push(Effect::CreditsBought { account: signer, burned: amount, credits: bought });
    Ok(())
}

pub(super) fn fund_cell(
    state: &mut State,
    signer: PublicKey,
    cell: Cell8,
    amount: Ear,
    instalments: u32,
) -> Executed {
    let left = (account(state, signer).balance - amount)?;
    let min = Ear::new(state.parameters.bounty_min());
    if amount < min {
        return Err(TransactionError::SmallBounty { amount, min });
    }
    let most = state.parameters.bounty_epochs_max().min(amount.units());
    if instalments == 0 || u64::from(instalments) > most {
        return Err(TransactionError::Instalments(instalments));
    }
    if state.cells.get(&cell).is_some_and(|life| life.bounties.len() >= MAX_BOUNTIES) {
        return Err(TransactionError::CellFull(cell));
    }
    let patience = u64::from(instalments) + state.parameters.bounty_patience_epochs();
    let expires = state.tip.epoch.later(patience);
    let bounty = Bounty { funder: signer, left: amount, instalments_left: instalments, expires };
    state.accounts.change().entry(signer).or_default().balance = left;
    state.cells.change().entry(cell).or_default().bounties.push(bounty);
    Ok(())
}
