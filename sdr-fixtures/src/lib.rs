//! The simulated world: a city on real ground, its honest hotspots and its villains, driving the real agent, the real verifier and
//! the real ledger over simulated air.
//!
//! ```text
//! city -> roster of hotspots -> world: per window   beacons -> ether -> captures -> agents -> commitments | openings, reveals
//!                                      per epoch    judgement -> verdicts -> block -> rewards -> tally against the truth
//! ```
//! The world knows the truth (who is where, which frame came from whom) and uses it for nothing but the tally. Every villain is a file
//! of its own, which names beforehand the check that it expects to be caught by. One seed replays everything.

pub mod city;
pub mod days;
mod recording;
mod roster;
mod summary;
mod tally;
pub mod trials;
pub mod villains;
pub mod world;

pub use recording::{RecordError, record};
pub use roster::{HONEST_MAX, Role, RosterError};
pub use summary::{EdgeCounts, Ending, Summary, VillainSummary};
pub use tally::Tally;
pub use world::{EpochReport, Hotspot, Onlooker, PastEpoch, World, WorldConfig, WorldError, WorldEvent};
