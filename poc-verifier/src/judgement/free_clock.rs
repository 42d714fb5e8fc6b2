//! What a clock that runs free showed: told by all that its owner heard.
//!
//! Beacons of hotspots with precise clocks tell a witness's clock, each to some microseconds: it is late by the clock's offset, which
//! grows with its rate. Of the beacons that it heard near in time, this one left out, a robust line (Theil and Sen) says what the clock showed when this
//! one arrived; a beacon that took a detour stands out from the others.

use std::collections::BTreeMap;

use geo_index::geodesy::light_delay_ns;
use identity::PublicKey;

use super::{Epoch, Planned, arrivals::committed};
use crate::{
    checks::relay::late_ns,
    edge::HeardHop,
    party::Party,
    protocol::HOPS_MIN,
    robust::{median, robust_slope},
};

/// Beacons that a line is fitted to, at least and at most.
const BEACONS: (usize, usize) = (4, 16);

/// A beacon of a precise clock as a free-running one timed it.
#[derive(Clone, Copy, Debug)]
struct Timing {
    round: usize,
    at_ns: f64,
    late_ns: f64,
}

/// Timings of every witness whose clock runs free.
pub(super) struct FreeClocks(BTreeMap<PublicKey, Vec<Timing>>);

impl FreeClocks {
    pub(super) fn of(epoch: &Epoch, rounds: &[Planned]) -> Self {
        let mut clocks: BTreeMap<PublicKey, Vec<Timing>> = BTreeMap::new();
        for (round, planned) in rounds.iter().enumerate().filter(|(_, planned)| planned.beaconer.follows_pps)
        {
            for (witness, heard) in heard(epoch, planned) {
                let start_ns = planned.round.window_start_ns;
                let light_ns = light_delay_ns(planned.beaconer.place, witness.place);
                let late_ns = late_ns(epoch.protocol, light_ns, &heard, start_ns);
                let at_ns =
                    heard.first().map(|hop| (planned.round.window_start_ns + hop.plan.start_ns) as f64);
                if let (Some(late_ns), Some(at_ns)) = (late_ns, at_ns) {
                    clocks.entry(witness.key).or_default().push(Timing { round, at_ns, late_ns });
                }
            }
        }
        Self(clocks)
    }

    /// By how much a witness's clock was late when a round's beacon arrived, ns; `None` where its other beacons do not tell.
    pub(super) fn offset_ns(&self, witness: &PublicKey, round: usize) -> Option<f64> {
        let timings = self.0.get(witness)?;
        let at_ns = timings.iter().find(|timing| timing.round == round)?.at_ns;
        let mut others: Vec<&Timing> = timings.iter().filter(|timing| timing.round != round).collect();
        others.sort_by(|a, b| (a.at_ns - at_ns).abs().total_cmp(&(b.at_ns - at_ns).abs()));
        others.truncate(BEACONS.1);
        let since: Vec<f64> = others.iter().map(|timing| timing.at_ns - at_ns).collect();
        let late: Vec<f64> = others.iter().map(|timing| timing.late_ns).collect();
        let slope = robust_slope(&since, &late).filter(|_| others.len() >= BEACONS.0)?;
        let flat: Vec<f64> = since.iter().zip(&late).map(|(since, late)| late - slope * since).collect();
        median(&flat)
    }
}

/// Who runs free and heard enough of a round's beacon.
fn heard<'a>(epoch: &Epoch<'a>, planned: &'a Planned<'a>) -> Vec<(&'a Party, Vec<HeardHop<'a>>)> {
    let free = committed(epoch, planned).filter(|(witness, _)| !witness.follows_pps);
    let heard = free
        .filter_map(|(witness, said)| Some((witness, HeardHop::of(planned.plan.as_ref()?, &said.report))));
    heard.filter(|(_, heard)| heard.len() >= HOPS_MIN).collect()
}
