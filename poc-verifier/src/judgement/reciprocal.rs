//! What a beaconer heard of its witness: the other direction of an edge.

use super::Planned;
use crate::{
    checks::reciprocity::Level,
    edge::{HeardHop, Standing},
    party::Party,
};

/// Levels at `listener` of a beacon that `sender` sent in the epoch: of several the one nearest in time that was heard whole.
pub(super) fn levels(rounds: &[Planned], window: u64, (sender, listener): (&Party, &Party)) -> Vec<Level> {
    let beacons = rounds.iter().filter(|planned| planned.beaconer.key == sender.key);
    let heard = beacons.filter_map(|planned| {
        let plan = planned.plan.as_ref()?;
        let said = planned.round.testimonies.iter();
        let mut said =
            said.filter(|said| said.witness == listener.key && said.standing == Standing::Committed);
        Some((planned.round.window, HeardHop::of(plan, &said.next()?.report)))
    });
    let best = heard.max_by_key(|(other, heard)| (heard.len(), std::cmp::Reverse(window.abs_diff(*other))));
    best.map_or_else(Vec::new, |(_, heard)| heard.iter().map(HeardHop::level).collect())
}
