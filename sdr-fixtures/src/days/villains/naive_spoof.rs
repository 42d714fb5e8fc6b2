//! S4: a real radio that stands elsewhere, and reports what it hears.

use geo_index::Place;

use super::{
    super::{Dice, site::away},
    Villain,
};

/// S4.
pub struct NaiveSpoof {
    /// Distance from where it says, metres.
    pub metres: f64,
}

impl Villain for NaiveSpoof {
    fn stands(&self, asserted: Place, dice: &mut Dice) -> Place {
        away(asserted, dice.between(0.0, 360.0), self.metres)
    }
}
