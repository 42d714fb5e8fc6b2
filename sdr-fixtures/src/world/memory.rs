//! What a continued ledger's verifier remembers: the same as if it had never stopped, by judging the published bundles again.

use std::collections::BTreeMap;

use poc_verifier::{
    Bundle, Epoch, History, Protocol,
    judgement::{EPOCHS_REMEMBERED, judge},
};

use super::{World, WorldError};

impl World {
    /// What this world's verifier remembers; nothing before its first epoch is run.
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// What anybody remembers who judges the published rounds of the last epochs again, in their order.
    ///
    /// # Errors
    /// [`WorldError::Store`] when the ledger cannot be read, [`WorldError::Published`] when a bundle in it is none.
    pub fn remembered(&self) -> Result<History, WorldError> {
        let mut history = History::default();
        let next = self.next_epoch();
        for epoch in next.saturating_sub(EPOCHS_REMEMBERED as u64)..next {
            let bundles = self.published(epoch)?;
            let everybody = bundles.iter().flat_map(|bundle| {
                bundle.witnesses.iter().map(|witnessed| witnessed.party).chain([bundle.beaconer])
            });
            let parties: BTreeMap<_, _> = everybody.map(|party| (party.key, party)).collect();
            let rounds = bundles.iter().map(|bundle| bundle.round().map_err(|error| broken(epoch, &error)));
            let rounds = rounds.collect::<Result<Vec<_>, _>>()?;
            let Some(first) = bundles.first() else { continue };
            let protocol = Protocol { terrain: self.protocol.terrain, ..first.protocol };
            let (protocol, terrain) = (&protocol, self.terrain.as_ref());
            history.remember(&judge(&Epoch {
                protocol,
                parties: &parties,
                history: &history,
                rounds: &rounds,
                terrain,
            }));
        }
        Ok(history)
    }

    fn published(&self, epoch: u64) -> Result<Vec<Bundle>, WorldError> {
        let reader = self.engine.reader()?;
        let mut bundles = Vec::new();
        for round in reader.rounds(Some(ledger_machine::Epoch::new(epoch)))? {
            // A ledger may have let go of old bundles; a broken one it tells itself.
            if let Some(bytes) = reader.bundle(&round.bundle)? {
                bundles.push(Bundle::decode(&bytes).map_err(|error| broken(epoch, &error))?);
            }
        }
        Ok(bundles)
    }
}

fn broken(epoch: u64, error: &dyn std::error::Error) -> WorldError {
    WorldError::Published { epoch, error: error.to_string() }
}
