//! Days at parameter level: what receivers would have measured, drawn from distributions instead of simulated air, and judged by the
//! verifier's own functions.
//!
//! Distributions are those of notes/physics.md sections 2, 4 and 6 (H). No check is written again here: reports, edges and arrivals are
//! the verifier's types, and [`poc_verifier::checks::run`], [`poc_verifier::place::judge`] and the hypotheses score them. The truth is used
//! for counting only. What is not here: samples, commitments, answers.

mod air;
mod arrivals;
mod clones;
mod day;
mod dice;
pub mod flags;
pub mod levels;
mod site;
pub mod trial;
pub mod villains;

pub use air::Frame;
use air::free_space_db;
pub use day::{Day, REPORTS, score_day};
pub use dice::{Dice, Purpose};
pub use site::{Around, Link, Site};
