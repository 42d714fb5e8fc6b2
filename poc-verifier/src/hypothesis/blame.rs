//! When is a node to blame for its edges?
//!
//! An edge has two ends and an air between; a wormhole makes an honest witness's edge impossible. So edges are judged, and a node is
//! blamed only when at least [`ANCHORS_BLAME`] independent anchors tested it and at least [`AGREE_BLAME`], more than half, reject it:
//! three framing liars are never enough. Anchors are independent when owners differ and places are more than 300 m apart.

use geo_index::geodesy::geodesic_m;

use crate::{
    finding::Outcome,
    party::Party,
    place::{AGREE_BLAME, ANCHORS_BLAME},
    protocol::SITE_M,
};

/// Rejected when the anchors that tested a node blame it, accepted when enough tested it and they do not, else unproven.
///
/// Those that could not tell have not tested. Of anchors that are not independent of each other the mildest counts.
pub fn blame(node: &Party, edges: &[(&Party, Outcome)]) -> Outcome {
    let mut edges: Vec<_> = edges
        .iter()
        .filter(|(anchor, outcome)| {
            anchor.is_anchor() && anchor.owner != node.owner && *outcome != Outcome::Unproven
        })
        .collect();
    // Mildest first, ties by key: the answer must not depend on the order of arrival.
    edges.sort_by_key(|(anchor, outcome)| (*outcome == Outcome::Rejected, anchor.key));
    let mut counted: Vec<&(&Party, Outcome)> = Vec::new();
    for edge in edges {
        if counted.iter().all(|other| independent(other.0, edge.0)) {
            counted.push(edge);
        }
    }
    let rejecting = counted.iter().filter(|(_, outcome)| *outcome == Outcome::Rejected).count();
    match counted.len() {
        tested if tested < ANCHORS_BLAME => Outcome::Unproven,
        tested if rejecting >= AGREE_BLAME && 2 * rejecting > tested => Outcome::Rejected,
        _ => Outcome::Accepted,
    }
}

/// Whether what two hotspots say of a third are two witnesses' words: distinct owners, places more than 300 m apart.
pub fn independent(one: &Party, other: &Party) -> bool {
    one.owner != other.owner && geodesic_m(one.place, other.place) > SITE_M
}
