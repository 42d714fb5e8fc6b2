//! Was enough of the beacon heard?

use crate::{
    edge::{Edge, Examined, Standing},
    finding::{CheckName, Finding},
    protocol::{HOPS, HOPS_MIN},
};

/// Says unproven where the region's row carries no beacon.
pub(super) fn no_region(edge: &Edge) -> Option<Finding> {
    let region = &edge.protocol.region;
    let why = region.carries(&edge.protocol.timetable).err()?;
    let numbers = (0.0, HOPS_MIN as f64, "hops");
    Some(Finding::unproven(
        CheckName::Hops,
        numbers,
        format!("No beacon is carried in {}: {why}.", region.name),
    ))
}

pub(super) fn check(edge: &Examined) -> Option<Finding> {
    // Of a beacon that was drawn and never opened nothing can be counted. Of one that was not drawn nothing can be heard: without
    // this, an empty report of it would meet no objection at all.
    let unopened = edge.drawn && edge.plan.is_none();
    if unopened || edge.standing == Standing::Withheld {
        return None;
    }
    let heard = edge.heard().len();
    let numbers = (heard as f64, HOPS_MIN as f64, "hops");
    let explanation = format!("{heard} of the beacon's {HOPS} frames were heard; {HOPS_MIN} are needed.");
    Some(if heard < HOPS_MIN {
        Finding::unproven(CheckName::Hops, numbers, explanation)
    } else {
        Finding::by_score(CheckName::Hops, 0.0, numbers, explanation)
    })
}
