//! What a day's edges say of a hotspot as a whole: functions of slices, nothing of rounds or messages.
//!
//! One file a statistic: [`eirp`] (does it radiate what it states), [`ghost`] (does anybody hear it), [`clocks`] (whose clock is off). Each says how
//! much likelier a cheat's day is than an honest one's. They flag, and reject nobody: antennas, echoes and deaf neighbours are the same every
//! day, and would condemn the same honest owner again and again. What is not here: what rejects ([`crate::hypothesis`]).

pub mod clocks;
pub mod eirp;
pub mod ghost;
