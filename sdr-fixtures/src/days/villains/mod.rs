//! One file a villain at parameter level. Each changes where a transmitter stands or what a report says, and nothing else.
//!
//! Of notes/physics.md section 6 there are S2, S4 and S5 here, and one that knows the thresholds. The others' deciding checks
//! (reciprocity, guard noise, ranging, graph, oscillators, clocks) do not exist yet.

mod adaptive;
mod expert_spoof;
mod leaked_payload;
mod naive_spoof;

use geo_index::Place;
use poc_verifier::{messages::Hop, plan::HopPlan};

use super::Dice;

pub use adaptive::Adaptive;
pub use expert_spoof::ExpertSpoof;
pub use leaked_payload::LeakedPayload;
pub use naive_spoof::NaiveSpoof;

/// A cheat.
pub trait Villain: Sync {
    /// Where it stands in truth.
    fn stands(&self, asserted: Place, _dice: &mut Dice) -> Place {
        asserted
    }

    /// What it reports in place of what a radio there would have measured.
    fn forge(&self, heard: Hop, _plan: &HopPlan, _dice: &mut Dice) -> Hop {
        heard
    }
}
