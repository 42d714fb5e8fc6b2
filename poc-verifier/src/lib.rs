//! What is true: proof messages, one file per check, and the verdict per edge.
//!
//! A round is a beacon of eight hopped frames whose every secret follows from public randomness and the beaconer's next chain link.
//! Witnesses commit to what they heard, the set is closed, then everything is opened, and anybody can judge it:
//!
//! | step | here |
//! |---|---|
//! | draw, secrets of a beacon | [`plan`] |
//! | what is said, signed over the bytes carried | [`messages`], [`Sealed`] |
//! | commitments, closed set, openings, reveals, showings, deadlines | [`WindowBook`] |
//! | who answers whom by radio | [`answer`] |
//! | whose samples must be shown, drawn afterwards | [`audit`] |
//! | where a transmitter is, by others' clocks | [`place`] |
//! | one check a file | [`checks`] |
//! | how much the ground between two antennas takes, and which hill | [`diffraction`], [`obstruction`] |
//! | the verdict: accepted, rejected or unproven | [`judgement`], [`finding`] |
//! | a day's, by one hypothesis a cheat; days added to days | [`hypothesis`], [`Cusum`] |
//! | what is published | [`Bundle`] |
//!
//! What is *not* here: no I/O, no clock, no randomness, no network; and nothing of money. This room never learns who gets paid.
//! Verdicts are floats with reasons; whoever signs one quantises it first.

pub mod answer;
pub mod audit;
mod bundle;
pub mod checks;
mod cusum;
pub mod diffraction;
mod edge;
pub mod finding;
pub mod fuzz;
pub mod hypothesis;
pub mod judgement;
pub mod messages;
pub mod nodes;
pub mod obstruction;
mod party;
pub mod place;
pub mod plan;
pub mod protocol;
pub mod region;
mod robust;
mod round;
mod sealed;
#[cfg(test)]
mod testing;
mod wire;

pub use audit::Audit;
pub use bundle::{BUNDLE_BYTES_MAX, Bundle, Inconsistent, OpenError, OpenFiles, Witnessed};
pub use cusum::Cusum;
pub use edge::{Asked, Edge, HeardHop, Standing};
pub use finding::{CheckName, Finding, Outcome, SCORE_REJECT};
pub use judgement::{EdgeJudgement, Epoch, EpochJudgement, History, Round, RoundJudgement, judge};
pub use party::{Chain, Known, Party};
pub use place::PlaceVerdict;
pub use plan::{BeaconPlan, Randomness};
pub use protocol::{Protocol, Region, Timetable};
pub use round::{RefusedMessage, Testimony, WindowBook};
pub use sealed::{Message, Sealed};
pub use wire::DecodeError;
