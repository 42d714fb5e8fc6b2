//! A radio at a place.

use geo_index::Place;

use crate::{Clock, FrontEnd, Oscillator, Surroundings};

/// Identity of a radio within its [`crate::Ether`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) usize);

impl NodeId {
    /// Position in the order in which radios were added.
    pub fn index(self) -> usize {
        self.0
    }
}

/// A radio: where it truly is, and how good it is.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// True place of the antenna.
    pub place: Place,
    /// What is around it.
    pub surroundings: Surroundings,
    /// Antenna gain, dBi, the same for sending and receiving.
    pub antenna_gain_dbi: f64,
    /// The crystal.
    pub oscillator: Oscillator,
    /// The time stamps.
    pub clock: Clock,
    /// Noise, gain, converter.
    pub front_end: FrontEnd,
}
