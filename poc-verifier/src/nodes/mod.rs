//! What a day's edges say of a hotspot as a whole: functions of slices, nothing of rounds or messages.
//!
//! One file a statistic: [`eirp`] and [`amplifier`] (does it radiate what it states: by a model of the path, and by what it hears of those who
//! hear it), [`ghost`] (does anybody hear it), [`clocks`] (whose clock is off), [`oscillators`] (which keys are of one crystal). Each says how
//! much likelier a cheat's day is than an honest one's. They flag, and reject nobody: antennas, echoes and deaf neighbours are the same every
//! day, and would condemn the same honest owner again and again. What is not here: what rejects ([`crate::hypothesis`]), what a flag does to an
//! epoch ([`crate::judge`]).

pub mod amplifier;
pub mod clocks;
pub mod eirp;
pub mod ghost;
mod offsets;
pub mod oscillators;
