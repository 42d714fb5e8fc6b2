//! The hotspot as a library: when to beacon, what to send, what was heard, what to say about it and when.
//!
//! An [`Agent`] is a mind without hands: it neither owns a radio nor a socket nor a clock. Whoever drives it brings samples with their
//! time stamps and carries its [`Transmission`]s and messages away, so that the same agent runs in a simulated city, on a real
//! radio or in a test.
//!
//! | noun | file |
//! |---|---|
//! | who it is: keys, chain, antenna | `station` |
//! | what it sends, within the law | `beacon`, `air_time` |
//! | what it hears | `ear` |
//! | what it says | `testimony` |
//!
//! What is *not* here: no check of anybody's proof (that is `poc-verifier`), no ledger, no simulation.

mod agent;
mod air_time;
mod beacon;
mod ear;
mod station;
mod testimony;

pub use agent::Agent;
pub use air_time::{AirTime, DutyCycleExceeded};
pub use beacon::{BEACON_RATE_HZ, CannotBeacon, Transmission, beacon_rate_hz};
pub use ear::{Capture, EarFrame};
pub use station::Station;
pub use testimony::{HeardBeacon, KeptFrame, Pledge, hop_of};

#[cfg(test)]
mod agent_tests;
#[cfg(test)]
mod showing_tests;
