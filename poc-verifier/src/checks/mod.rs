//! One file a check. Each is a function of an edge, knows nothing of the others, and says what it measured, what is allowed, and how
//! much likelier a cheat would have produced this than an honest radio.
//!
//! One of them, `graph`, is a gate over all edges of a round and runs when the others have spoken; [`guard_noise`] compares two of them. So
//! late runs the part of `frequency` that holds carriers against sample clocks.
//!
//! What a check needs and does not have makes it accept (nothing speaks against the edge) or say unproven (something must be known
//! first), never reject.

mod commit_reveal;
pub mod frequency;
mod freshness;
mod geometry;
pub(crate) mod graph;
pub mod guard_noise;
mod hops;
pub mod late_commit;
mod link_budget;
mod noise_floor;
pub mod phase;
mod place;
mod power_dither;
pub mod reciprocity;
pub(crate) mod relay;
mod samples;
mod time_dither;

use crate::{
    edge::{Edge, Examined},
    finding::Finding,
};

/// Runs every check that can speak, in the order of [`crate::CheckName::ALL`]. In a region that carries no beacon nothing is asked: what the
/// checks take for honest was calibrated for beacons of other shapes.
pub fn run(edge: &Edge) -> Vec<Finding> {
    examine(&Examined::of(edge))
}

/// The same of an edge that is being examined.
pub(crate) fn examine(edge: &Examined) -> Vec<Finding> {
    if let Some(finding) = hops::no_region(edge) {
        return vec![finding];
    }
    let before: [fn(&Examined) -> Option<Finding>; 5] =
        [freshness::check, commit_reveal::check, frequency::check, time_dither::check, noise_floor::check];
    let after: [fn(&Examined) -> Option<Finding>; 7] = [
        place::check,
        relay::check,
        reciprocity::check,
        link_budget::check,
        power_dither::check,
        geometry::check,
        hops::check,
    ];
    // Samples are measured again once, for both checks that ask them.
    let mut said = Vec::with_capacity(before.len() + after.len() + 2);
    said.extend(before.iter().filter_map(|check| check(edge)));
    said.extend(samples::findings(edge));
    said.extend(after.iter().filter_map(|check| check(edge)));
    said
}

#[cfg(test)]
mod checks_tests;
