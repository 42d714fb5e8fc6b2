//! Was the beacon heard by enough who are independent of each other?
//!
//! A gate, and never an accusation: a clique that witnesses only itself has nobody outside who heard it, and so has an honest hotspot in the
//! desert. A beacon pays when at least [`ANCHORS_MIN`] anchors heard it whose edges were not rejected: of distinct owners, none of them the
//! beaconer's, more than 300 m from each other and from the beaconer. Honest beacons among eight anchors pass in 95 of 100 (notes/physics.md 3h); with fewer
//! everything stays unproven.
//!
//! Anchors are taken in the order of their keys, each if it is independent of those before. That may find fewer than there are
//! where many stand close together, never more.

use std::collections::BTreeMap;

use geo_index::geodesy::geodesic_m;
use identity::PublicKey;

use crate::{
    finding::{CheckName, Finding, Outcome},
    judgement::EdgeJudgement,
    party::Party,
    protocol::{HOPS_MIN, SITE_M},
};

/// Anchors that must have heard a beacon.
pub(crate) const ANCHORS_MIN: usize = 3;

/// Adds what the gate says to every edge of a round, and decides them again.
pub(crate) fn gate(beaconer: &Party, parties: &BTreeMap<PublicKey, Party>, edges: &mut [EdgeJudgement]) {
    let heard = edges.iter().filter(|edge| edge.outcome != Outcome::Rejected && edge.hops_heard >= HOPS_MIN);
    let anchors = independent(beaconer, heard.filter_map(|edge| parties.get(&edge.witness)));
    for edge in edges {
        edge.add(finding(anchors));
    }
}

/// How many anchors are independent of the beaconer and of each other.
fn independent<'a>(beaconer: &Party, witnesses: impl Iterator<Item = &'a Party>) -> usize {
    let mut counted: Vec<&Party> = Vec::new();
    for anchor in witnesses.filter(|witness| witness.is_anchor()) {
        let apart =
            |other: &Party| other.owner != anchor.owner && geodesic_m(other.place, anchor.place) > SITE_M;
        if apart(beaconer) && counted.iter().all(|other| apart(other)) {
            counted.push(anchor);
        }
    }
    counted.len()
}

fn finding(anchors: usize) -> Finding {
    let numbers = (anchors as f64, ANCHORS_MIN as f64, "anchors");
    if anchors >= ANCHORS_MIN {
        let explanation = format!("{anchors} independent anchors heard the beacon.");
        return Finding::by_score(CheckName::Graph, 0.0, numbers, explanation);
    }
    let explanation = format!("{anchors} independent anchors heard the beacon; {ANCHORS_MIN} are needed.");
    Finding::unproven(CheckName::Graph, numbers, explanation)
}

#[cfg(test)]
#[path = "graph_tests.rs"]
mod graph_tests;
