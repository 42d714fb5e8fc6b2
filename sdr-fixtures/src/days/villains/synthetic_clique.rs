//! S8: keys without a radio among them that witness each other with perfect data. Nobody else ever hears them.

use super::Villain;

/// S8: one key of it, among anchors.
pub struct SyntheticClique;

impl Villain for SyntheticClique {
    fn transmits(&self) -> bool {
        false
    }
}
