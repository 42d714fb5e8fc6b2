//! How much of the pool a cell deserves.
//!
//! ```text
//! age    = epochs since the later of (first covered + full) and (last used or funded)
//! weight = 1000 - (1000 - floor) * min(age, decay) / decay            of 1000
//! bonus  = min(value - paid, isqrt(value * scale))                    10^-8 EAR
//! ```
//!
//! The bonus is an amount rather than a weight, because only then "no more than what was burned and not paid back" is
//! exact: it is taken from the pool before the weights share the rest.

use std::collections::BTreeMap;

use super::data::Demand;
use crate::{cell::Cell8, money::Ear, parameters::Parameters, state::CellLife, time::Epoch};

/// A cell's recency weight at `epoch`, of 1000. A cell without history is first covered now.
pub(super) fn recency(life: Option<&CellLife>, epoch: Epoch, parameters: &Parameters) -> u64 {
    let first = life.and_then(|life| life.first_covered).unwrap_or(epoch);
    let full_until = first.later(parameters.cell_full_epochs());
    let last_used = life.and_then(|life| life.last_used);
    let fresh = last_used.map_or(full_until, |used| used.max(full_until));
    let decay = parameters.cell_decay_epochs();
    let age = epoch.since(fresh).min(decay);
    let span = 1000 - parameters.cell_floor_per_mille();
    1000 - span * age / decay
}

/// What a cell's demand asks for.
fn wish(demand: &Demand, parameters: &Parameters) -> Ear {
    let concave = (u128::from(demand.value.units()) * u128::from(parameters.demand_scale())).isqrt();
    let concave = Ear::new(u64::try_from(concave).unwrap_or(u64::MAX));
    concave.min(demand.value.saturating_sub(demand.paid))
}

/// The demand bonus of each covered cell: its wish, or its part of the pool when the wishes exceed it.
pub(super) fn bonuses(
    demand: &BTreeMap<Cell8, Demand>,
    covered: impl Fn(&Cell8) -> bool,
    pool: Ear,
    parameters: &Parameters,
) -> BTreeMap<Cell8, Ear> {
    let wishes: Vec<(Cell8, Ear)> = demand
        .iter()
        .filter(|(cell, _)| covered(cell))
        .map(|(cell, demand)| (*cell, wish(demand, parameters)))
        .collect();
    let sum: u128 = wishes.iter().map(|(_, wish)| u128::from(wish.units())).sum();
    let granted = |wish: Ear| {
        if sum <= u128::from(pool.units()) { wish } else { pool.portion(wish.units(), sum) }
    };
    wishes.into_iter().map(|(cell, wish)| (cell, granted(wish))).collect()
}
