//! The ground under the city, where an elevation model is given: hills stand in the way of the waves, and the verifier knows them.
//!
//! The air is given what stands between the true places; the verifier computes its own from the asserted ones.

use geo_index::{Place, TerrainFolder};
use identity::Hash;
use poc_verifier::obstruction::Obstruction;

use super::{World, WorldError};

/// The frequency that the air's losses are stated at, Hz.
const AIR_HZ: f64 = 868e6;

impl World {
    /// Puts the city on the ground of a folder of tiles. From now on rounds are judged over it, and their bundles name it.
    ///
    /// # Errors
    /// [`WorldError::Terrain`] when the tiles under the city cannot be read.
    pub fn stand_on(&mut self, folder: &TerrainFolder) -> Result<(), WorldError> {
        let stands: Vec<Place> =
            self.hotspots.iter().map(|hotspot| self.ether.node(hotspot.node).place).collect();
        let asserted: Vec<Place> = self.hotspots.iter().map(|hotspot| hotspot.asserted).collect();
        let terrain = folder.under(pairs(&stands).chain(pairs(&asserted)).map(|(_, ends)| ends))?;
        for ((a, b), (from, to)) in pairs(&stands) {
            if let Some(ground) = Obstruction::between(&terrain, from, to, AIR_HZ) {
                self.ether.obstruct(self.hotspots[a].node, self.hotspots[b].node, ground.loss_db);
            }
        }
        self.protocol.terrain = Some(Hash::new(terrain.digest()));
        self.terrain = Some(terrain);
        Ok(())
    }
}

/// Every two of them, with their numbers.
fn pairs(places: &[Place]) -> impl Iterator<Item = ((usize, usize), (Place, Place))> {
    let two = move |a: usize| (0..a).map(move |b| ((a, b), (places[a], places[b])));
    (0..places.len()).flat_map(two)
}
